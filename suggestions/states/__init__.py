"""The machines of process.md sections 4, 6 and 7 as tables that can be read, and nothing else.

Pure: no database, no clock. `services/transitions` (cases and their parts) and `services/records` (everything else that
has states) are the only code that writes a state, and they accept only what stands here. `docs/states.md` is generated
from these rows (`manage.py states_doc`).
"""

from collections.abc import Iterable

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.states.adoption import ADOPTION_TRANSITIONS
from suggestions.states.advice import ADVICE_TRANSITIONS
from suggestions.states.assignment import ASSIGNMENT_TRANSITIONS
from suggestions.states.award import AWARD_TRANSITIONS
from suggestions.states.bulletin import BULLETIN_TRANSITIONS, BULLETIN_UNIT_TRANSITIONS
from suggestions.states.campaign_question import CAMPAIGN_QUESTION_TRANSITIONS
from suggestions.states.case import CASE_TRANSITIONS
from suggestions.states.commitment import COMMITMENT_TRANSITIONS
from suggestions.states.consultation import CONSULTATION_TRANSITIONS
from suggestions.states.decision import DECISION_TRANSITIONS
from suggestions.states.evaluation import EVALUATION_TRANSITIONS
from suggestions.states.export import EXPORT_TRANSITIONS
from suggestions.states.extension import EXTENSION_TRANSITIONS
from suggestions.states.hearing import HEARING_TRANSITIONS
from suggestions.states.instruction import INSTRUCTION_TRANSITIONS
from suggestions.states.invitation import INVITATION_TRANSITIONS
from suggestions.states.jurisdiction import JURISDICTION_TRANSITIONS
from suggestions.states.league import LEAGUE_TRANSITIONS
from suggestions.states.machines import (
    Adoption,
    Assignment,
    Breach,
    Case,
    Commitment,
    Evaluation,
    Identity,
    Machine,
    Message,
    Publication,
    Rights,
    Takedown,
    Visibility,
)
from suggestions.states.mandate import MANDATE_TRANSITIONS
from suggestions.states.minors_audit import MINORS_AUDIT_TRANSITIONS
from suggestions.states.month_close import MONTH_CLOSE_TRANSITIONS
from suggestions.states.publication import PUBLICATION_TRANSITIONS
from suggestions.states.qa_promise import QA_PROMISE_TRANSITIONS
from suggestions.states.qa_session import QA_SESSION_TRANSITIONS
from suggestions.states.reception import RECEPTION_TRANSITIONS
from suggestions.states.registers import REGISTER_TRANSITIONS
from suggestions.states.relay import RELAY_TRANSITIONS
from suggestions.states.reply_comment import REPLY_COMMENT_TRANSITIONS
from suggestions.states.rights import (
    BREACH_TRANSITIONS,
    IDENTITY_TRANSITIONS,
    MESSAGE_TRANSITIONS,
    RIGHTS_TRANSITIONS,
    TAKEDOWN_TRANSITIONS,
)
from suggestions.states.service_point import SERVICE_POINT_TRANSITIONS
from suggestions.states.special_report import SPECIAL_REPORT_TRANSITIONS
from suggestions.states.sponsorship import SPONSORSHIP_TRANSITIONS
from suggestions.states.statistics import STATISTICS_TRANSITIONS
from suggestions.states.supervision import SUPERVISION_TRANSITIONS
from suggestions.states.table import AUTHOR, SYSTEM, Transition
from suggestions.states.time_change import TIME_CHANGE_TRANSITIONS
from suggestions.states.visit import VISIT_TRANSITIONS
from suggestions.states.warning import MONTH_TOPIC_TRANSITIONS, WARNING_TRANSITIONS

__all__ = [
    "AUTHOR", "SYSTEM", "Adoption", "Assignment", "Breach", "Case", "Commitment", "Evaluation", "Identity", "Machine", "Message", "Publication", "Rights", "Takedown", "Transition", "Visibility",
]  # fmt: skip

TRANSITIONS: tuple[Transition, ...] = (
    *CASE_TRANSITIONS,
    *ASSIGNMENT_TRANSITIONS,
    *PUBLICATION_TRANSITIONS,
    *EVALUATION_TRANSITIONS,
    *ADOPTION_TRANSITIONS,
    *ADVICE_TRANSITIONS,
    *AWARD_TRANSITIONS,
    *VISIT_TRANSITIONS,
    *HEARING_TRANSITIONS,
    *INSTRUCTION_TRANSITIONS,
    *QA_SESSION_TRANSITIONS,
    *RECEPTION_TRANSITIONS,
    *RIGHTS_TRANSITIONS,
    *IDENTITY_TRANSITIONS,
    *MESSAGE_TRANSITIONS,
    *TAKEDOWN_TRANSITIONS,
    *BREACH_TRANSITIONS,
    *SPONSORSHIP_TRANSITIONS,
    *SUPERVISION_TRANSITIONS,
    *SPECIAL_REPORT_TRANSITIONS,
    *BULLETIN_TRANSITIONS,
    *BULLETIN_UNIT_TRANSITIONS,
    *LEAGUE_TRANSITIONS,
    *COMMITMENT_TRANSITIONS,
    *DECISION_TRANSITIONS,
    *EXTENSION_TRANSITIONS,
    *JURISDICTION_TRANSITIONS,
    *MANDATE_TRANSITIONS,
    *RELAY_TRANSITIONS,
    *INVITATION_TRANSITIONS,
    *TIME_CHANGE_TRANSITIONS,
    *EXPORT_TRANSITIONS,
    *MONTH_CLOSE_TRANSITIONS,
    *QA_PROMISE_TRANSITIONS,
    *CONSULTATION_TRANSITIONS,
    *CAMPAIGN_QUESTION_TRANSITIONS,
    *REPLY_COMMENT_TRANSITIONS,
    *MINORS_AUDIT_TRANSITIONS,
    *REGISTER_TRANSITIONS,
    *SERVICE_POINT_TRANSITIONS,
    *WARNING_TRANSITIONS,
    *MONTH_TOPIC_TRANSITIONS,
    *STATISTICS_TRANSITIONS,
)
BY_NAME: dict[str, Transition] = {t.name: t for t in TRANSITIONS}

OPEN = frozenset(
    {
        Case.SUBMITTED,
        Case.REGISTERED,
        Case.SUPPLEMENT_REQUESTED,
        Case.ACCEPTED,
        Case.DISPATCHED,
        Case.HANDLING,
        Case.REPLY_REVIEW,
        Case.RECTIFYING,
        Case.REOPENED,
    }
)
"""Somebody still owes the author something."""
TRIAGE_QUEUE = frozenset({Case.REGISTERED, Case.SUPPLEMENT_REQUESTED, Case.ACCEPTED})
WITH_UNITS = frozenset(
    {Case.DISPATCHED, Case.HANDLING, Case.REPLY_REVIEW, Case.RECTIFYING, Case.REOPENED}
)
DONE = frozenset({Case.ANSWERED, Case.CLOSED, Case.ARCHIVED})
ON_PAGE = frozenset({Publication.PUBLISHED, Publication.UPDATED})
"""The public can read the page."""
ACTIVE_ASSIGNMENT = frozenset(
    {
        Assignment.PENDING,
        Assignment.SIGNED,
        Assignment.WORKING,
        Assignment.SUBMITTED,
        Assignment.ACCEPTED_BY_OFFICE,
        Assignment.OBJECTED,
    }
)


class PublicGroup(models.TextChoices):
    """The three public filter groups (process.md 4.9; LY)."""

    AWAITING = "awaiting", _("待回复")
    IN_PROGRESS = "in_progress", _("办理中")
    DONE = "done", _("已办理")


_GROUPS: dict[str, str] = {
    Case.ACCEPTED: PublicGroup.AWAITING,
    Case.DISPATCHED: PublicGroup.AWAITING,
    Case.HANDLING: PublicGroup.IN_PROGRESS,
    Case.REPLY_REVIEW: PublicGroup.IN_PROGRESS,
    Case.RECTIFYING: PublicGroup.IN_PROGRESS,
    Case.REOPENED: PublicGroup.IN_PROGRESS,
    Case.ANSWERED: PublicGroup.DONE,
    Case.CLOSED: PublicGroup.DONE,
    Case.ARCHIVED: PublicGroup.DONE,
}


def public_group(state: str) -> str:
    """The public filter group of a case state, or "" for states the public is never shown (process.md 4.9)."""
    return _GROUPS.get(state, "")


def find(name: str, current: str) -> Transition | None:
    """The row called `name` that leaves `current`, or None."""
    row = BY_NAME.get(name)
    return row if row and current in row.from_ else None


def leaving(machine: Machine, current: str, role: Iterable[str]) -> list[Transition]:
    """Rows of a machine that someone with any of these roles may take from `current`, in table order."""
    held = set(role)
    return [
        t
        for t in TRANSITIONS
        if t.machine == machine and current in t.from_ and held & set(t.roles)
    ]
