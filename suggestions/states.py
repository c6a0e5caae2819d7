"""The five machines of process.md section 4 as tables that can be read, and nothing else.

Pure: no database, no clock. `services/transitions.apply()` is the only code that writes a state, and it accepts only
what stands here. `docs/states.md` is generated from these rows (`manage.py states_doc`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class Case(models.TextChoices):
    """Where one registered item stands (process.md 4.1)."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交")
    REGISTERED = "registered", _("已登记")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("待补充")
    ACCEPTED = "accepted", _("已受理")
    DISPATCHED = "dispatched", _("已交办")
    HANDLING = "handling", _("办理中")
    REPLY_REVIEW = "reply_review", _("答复审核中")
    ANSWERED = "answered", _("已答复")
    RECTIFYING = "rectifying", _("整改中")
    REOPENED = "reopened", _("重新办理")
    CLOSED = "closed", _("已办结")
    ARCHIVED = "archived", _("已归档")
    REDIRECTED = "redirected", _("已指引其他渠道")
    MERGED = "merged", _("已并案")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")


class Assignment(models.TextChoices):
    """One unit's part in a case (process.md 4.2)."""

    PENDING = "pending", _("待签收")
    SIGNED = "signed", _("已签收")
    WORKING = "working", _("办理中")
    SUBMITTED = "submitted", _("已报送")
    ACCEPTED_BY_OFFICE = "accepted_by_office", _("已通过审核")
    OBJECTED = "objected", _("已提出异议")
    REASSIGNED = "reassigned", _("已改派")
    RECALLED = "recalled", _("已收回")


class Publication(models.TextChoices):
    """The public page of a case (process.md 4.9)."""

    PRIVATE = "private", _("未公开")
    QUEUED = "queued", _("待脱敏")
    REDACTING = "redacting", _("脱敏中")
    SECOND_CHECK = "second_check", _("待复核")
    PUBLISHED = "published", _("已公开")
    UPDATED = "updated", _("已公开（有更新）")
    SUSPENDED = "suspended", _("暂停公开")
    REMOVED = "removed", _("已撤下")


class Evaluation(models.TextChoices):
    """The author's rating of one round (process.md 7.1). Silence is `expired`, never satisfaction."""

    NOT_INVITED = "not_invited", _("未到评价")
    INVITED = "invited", _("待评价")
    EVALUATED = "evaluated", _("已评价")
    EXPIRED = "expired", _("未评价")


class Adoption(models.TextChoices):
    """From suggestion to measure (process.md 4.8)."""

    CANDIDATE = "candidate", _("拟论证")
    STUDYING = "studying", _("论证中")
    RECOMMENDED = "recommended", _("建议采纳")
    NOT_RECOMMENDED = "not_recommended", _("不建议采纳")
    DECIDED_ADOPT = "decided_adopt", _("决定采纳")
    DECIDED_PARTIAL = "decided_partial", _("决定部分采纳")
    DECIDED_REJECT = "decided_reject", _("决定不采纳")
    IMPLEMENTING = "implementing", _("落实中")
    IMPLEMENTED = "implemented", _("已落实")
    ABANDONED = "abandoned", _("不再推进")


class Visibility(models.TextChoices):
    """Who may read an event's words."""

    PUBLIC = "public", _("公开")
    AUTHOR = "author", _("建议人可见")
    STAFF = "staff", _("仅工作人员")


class Machine(models.TextChoices):
    """The five machines, and the acts that change no state."""

    CASE = "case", _("事项")
    ASSIGNMENT = "assignment", _("承办")
    PUBLICATION = "publication", _("公开")
    EVALUATION = "evaluation", _("评价")
    ADOPTION = "adoption", _("采纳转化")
    NOTE = "note", _("记录")


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: who may move what from where to where, what it starts and stops, who hears of it, and by which rule.

    `starts`, `stops`, `pauses` and `resumes` name clock kinds (clock.py). `notify` names notices (portal/notices).
    `words` is what the timeline says; `{...}` fields come from the event's data.
    """

    machine: Machine
    name: str
    from_: tuple[str, ...]
    to: str
    roles: tuple[str, ...]
    label: "StrOrPromise"
    words: "StrOrPromise"
    visibility: Visibility = Visibility.AUTHOR
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    reason_required: bool = False
    basis: str = ""


AUTHOR = "author"
SYSTEM = "system"
_TRIAGE = (Role.TRIAGE_OFFICER,)
_OFFICE = (Role.TRIAGE_OFFICER, Role.SUPERVISOR)
_UNIT = (Role.LIAISON, Role.HANDLER)
_C, _A, _P, _E, _D = (
    Machine.CASE,
    Machine.ASSIGNMENT,
    Machine.PUBLICATION,
    Machine.EVALUATION,
    Machine.ADOPTION,
)

# The rows are read as a table, so they are kept as one.
# fmt: off
CASE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_C, "submit", (Case.DRAFT,), Case.SUBMITTED, (AUTHOR, Role.INTAKE_CLERK, SYSTEM), _("提交"), _("提交"),
               Visibility.STAFF, starts=("K1",), basis="T1; SH 10; PIPL 17, 35"),
    Transition(_C, "register", (Case.SUBMITTED,), Case.REGISTERED, (SYSTEM, Role.INTAKE_CLERK), _("登记"), _("收到，登记"),
               Visibility.PUBLIC, starts=("K2", "K3"), stops=("K1",), notify=("author.registered",),
               basis="T2; XF 22, 44(1)"),
    Transition(_C, "request_supplement", (Case.REGISTERED,), Case.SUPPLEMENT_REQUESTED, _TRIAGE, _("请建议人补充"),
               _("请您补充：{asked}"), starts=("K10",), pauses=("K2",), notify=("author.supplement",), reason_required=True,
               basis="T3; one consolidated request, model OGI 30"),
    Transition(_C, "supplement", (Case.SUPPLEMENT_REQUESTED,), Case.REGISTERED, (AUTHOR, Role.INTAKE_CLERK), _("补充"),
               _("您补充了材料，继续计时"), stops=("K10",), resumes=("K2",), notify=("staff.supplemented",), basis="T4"),
    Transition(_C, "supplement_expired", (Case.SUPPLEMENT_REQUESTED,), Case.REGISTERED, (SYSTEM,), _("补充到期"),
               _("补充期已过，按现有内容继续办理"), stops=("K10",), resumes=("K2",), basis="T4; K10"),
    Transition(_C, "accept", (Case.REGISTERED,), Case.ACCEPTED, _TRIAGE, _("受理"), _("已受理，由{office}负责分办"),
               Visibility.PUBLIC, stops=("K3",), notify=("author.accepted",), basis="T5; XF 29; SH 11"),
    Transition(_C, "redirect", (Case.REGISTERED,), Case.REDIRECTED, _TRIAGE, _("指引其他渠道"),
               _("这件事属于{category}，请到{target}办理"), stops=("K2", "K3"), notify=("author.redirected",),
               reason_required=True, basis="T6; XF 22, 28, 31; SH 10"),
    Transition(_C, "refuse", (Case.REGISTERED,), Case.NOT_ACCEPTED, _TRIAGE, _("不予受理"), _("没有受理：{reason_text}"),
               stops=("K2", "K3"), notify=("author.refused",), reason_required=True, basis="T7; SH 10; process.md 3.5"),
    Transition(_C, "merge", (Case.REGISTERED, Case.ACCEPTED), Case.MERGED, _TRIAGE, _("并案"),
               _("与{primary}是同一件事，合并办理；答复时同样答复您"), stops=("K2", "K3"), notify=("author.merged",),
               reason_required=True, basis="T8; process.md 4.5"),
    Transition(_C, "dispatch", (Case.ACCEPTED,), Case.DISPATCHED, _TRIAGE, _("交办"), _("交{lead}主办{with_co}"),
               Visibility.PUBLIC, starts=("K7a",), stops=("K2",), notify=("author.dispatched", "staff.dispatched"),
               basis="T9; BJ 11 (dispatch directory)"),
    Transition(_C, "sign_in", (Case.DISPATCHED,), Case.HANDLING, _UNIT, _("签收"), _("{unit}签收，开始办理"),
               Visibility.PUBLIC, basis="T10"),
    Transition(_C, "submit_reply", (Case.HANDLING, Case.RECTIFYING), Case.REPLY_REVIEW, (Role.UNIT_HEAD,),
               _("签发并报送审核"), _("{unit}负责人审签，报送审核"), starts=("K11",), notify=("staff.reply_submitted",),
               basis="T11; process.md 4.7"),
    Transition(_C, "send_back", (Case.REPLY_REVIEW,), Case.HANDLING, _OFFICE, _("退回重办"),
               _("答复没有通过审核，退回{unit}重写"), stops=("K11",), notify=("staff.sent_back",), reason_required=True,
               basis="T12"),
    Transition(_C, "pass_reply", (Case.REPLY_REVIEW,), Case.ANSWERED, _OFFICE, _("审核通过并答复"), _("{unit}答复"),
               Visibility.PUBLIC, starts=("K12", "K13"), stops=("K11", "K7a", "K15"), notify=("author.answered",),
               basis="T13, T16; XF 29; SH 12"),
    Transition(_C, "close", (Case.ANSWERED,), Case.CLOSED, (SYSTEM, AUTHOR), _("办结"), _("办结"), Visibility.PUBLIC,
               stops=("K13",), basis="T14"),
    Transition(_C, "rectify", (Case.ANSWERED,), Case.RECTIFYING, (SYSTEM, Role.SUPERVISOR), _("限期整改"),
               _("建议人不满意，{unit}限期整改"), Visibility.PUBLIC, starts=("K15",), stops=("K13",),
               notify=("author.rectifying", "staff.rectify"), basis="T15; process.md 7.1; S0"),
    Transition(_C, "withdraw",
               (Case.REGISTERED, Case.SUPPLEMENT_REQUESTED, Case.ACCEPTED, Case.DISPATCHED, Case.HANDLING, Case.REPLY_REVIEW, Case.ANSWERED, Case.RECTIFYING),
               Case.WITHDRAWN, (AUTHOR,), _("撤回"), _("您撤回了这件建议"),
               stops=("K2", "K3", "K7a", "K10", "K11", "K12", "K13", "K15"), notify=("staff.withdrawn",),
               basis="T18; process.md 9.4"),
)

ASSIGNMENT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_A, "assign", ("",), Assignment.PENDING, _TRIAGE, _("交办"), _("交{unit}{role_label}"), Visibility.STAFF,
               starts=("K4", "K5"), basis="process.md 4.2"),
    Transition(_A, "unit_sign_in", (Assignment.PENDING,), Assignment.SIGNED, _UNIT, _("签收"), _("{unit}签收"),
               Visibility.STAFF, stops=("K4",), basis="K4"),
    Transition(_A, "start_work", (Assignment.SIGNED,), Assignment.WORKING, (SYSTEM, *_UNIT), _("开始办理"),
               _("{unit}开始办理"), Visibility.STAFF, basis="process.md 4.2"),
    Transition(_A, "submit_work", (Assignment.WORKING,), Assignment.SUBMITTED, (*_UNIT, Role.UNIT_HEAD), _("报送"),
               _("{unit}报送"), Visibility.STAFF, stops=("K5", "K9"), basis="T11; BJ 14"),
    Transition(_A, "rework", (Assignment.SUBMITTED, Assignment.ACCEPTED_BY_OFFICE), Assignment.WORKING, (SYSTEM, *_OFFICE),
               _("退回重办"), _("退回{unit}重办"), Visibility.STAFF, basis="T12"),
    Transition(_A, "accept_work", (Assignment.SUBMITTED,), Assignment.ACCEPTED_BY_OFFICE, _OFFICE, _("通过审核"),
               _("{unit}的办理通过审核"), Visibility.STAFF, basis="T13"),
    Transition(_A, "recall", (Assignment.PENDING, Assignment.SIGNED, Assignment.WORKING, Assignment.SUBMITTED),
               Assignment.RECALLED, (SYSTEM, *_TRIAGE), _("收回"), _("收回{unit}的承办"), Visibility.STAFF,
               stops=("K4", "K5", "K9"), basis="process.md 4.2"),
)

PUBLICATION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_P, "queue_publication", (Publication.PRIVATE,), Publication.QUEUED, (SYSTEM,), _("进入公开队列"),
               _("进入公开队列"), Visibility.STAFF, notify=("staff.to_publish",), basis="process.md 4.9"),
    Transition(_P, "redact", (Publication.QUEUED, Publication.SECOND_CHECK, Publication.REDACTING), Publication.REDACTING,
               (Role.PUBLISHER, SYSTEM), _("脱敏"), _("脱敏"), Visibility.STAFF, basis="process.md 9.2"),
    Transition(_P, "submit_redaction", (Publication.REDACTING,), Publication.SECOND_CHECK, (Role.PUBLISHER, SYSTEM),
               _("提交复核"), _("脱敏完成，提交复核"), Visibility.STAFF, basis="process.md 9.2"),
    Transition(_P, "publish", (Publication.SECOND_CHECK,), Publication.PUBLISHED, (Role.PUBLISHER, SYSTEM),
               _("复核通过并公开"), _("公开了这件建议"), Visibility.PUBLIC, stops=("K12",), basis="process.md 4.9; WEB"),
    Transition(_P, "publish_update", (Publication.PUBLISHED, Publication.UPDATED), Publication.UPDATED,
               (Role.PUBLISHER, SYSTEM), _("公开更新"), _("公开了答复"), Visibility.PUBLIC, stops=("K12",),
               basis="process.md 4.9"),
    Transition(_P, "suspend", (Publication.PUBLISHED, Publication.UPDATED), Publication.SUSPENDED,
               (Role.PUBLISHER, Role.SUPERVISOR), _("暂停公开"), _("暂停公开"), Visibility.AUTHOR, reason_required=True,
               basis="process.md 9.2 (suspension first)"),
    Transition(_P, "resume_publication", (Publication.SUSPENDED,), Publication.UPDATED, (Role.PUBLISHER,), _("恢复公开"),
               _("恢复公开"), Visibility.AUTHOR, reason_required=True, basis="process.md 9.2"),
    Transition(_P, "remove",
               (Publication.QUEUED, Publication.REDACTING, Publication.SECOND_CHECK, Publication.PUBLISHED, Publication.UPDATED, Publication.SUSPENDED),
               Publication.REMOVED, (Role.PUBLISHER, SYSTEM), _("不公开"), _("不公开：{reason_text}"), Visibility.AUTHOR,
               stops=("K12",), reason_required=True, basis="process.md 4.9, 9.4; OGI 14, 15"),
)

EVALUATION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_E, "invite", (Evaluation.NOT_INVITED, Evaluation.EVALUATED, Evaluation.EXPIRED), Evaluation.INVITED,
               (SYSTEM,), _("邀请评价"), _("请您评价这次答复"), basis="K13; SAT22 3"),
    Transition(_E, "evaluate", (Evaluation.INVITED,), Evaluation.EVALUATED, (AUTHOR, Role.INTAKE_CLERK), _("评价"),
               _("您评价了这次办理：{overall_label}"), stops=("K13",), basis="process.md 7.1"),
    Transition(_E, "expire", (Evaluation.INVITED,), Evaluation.EXPIRED, (SYSTEM,), _("评价期满"),
               _("评价期满，没有评价，不计为满意"), stops=("K13",), basis="T14; K13"),
)

ADOPTION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_D, "nominate", ("",), Adoption.CANDIDATE, _TRIAGE, _("列为拟论证"), _("列为拟论证"), Visibility.STAFF,
               basis="SH 11, 13"),
    Transition(_D, "study", (Adoption.CANDIDATE,), Adoption.STUDYING, _TRIAGE, _("开始论证"), _("开始论证"),
               Visibility.PUBLIC, basis="SH 11"),
    Transition(_D, "recommend", (Adoption.STUDYING,), Adoption.RECOMMENDED, (Role.UNIT_HEAD, *_TRIAGE), _("建议采纳"),
               _("论证认为可以采纳"), Visibility.PUBLIC, basis="process.md 4.8"),
    Transition(_D, "not_recommend", (Adoption.STUDYING,), Adoption.NOT_RECOMMENDED, (Role.UNIT_HEAD, *_TRIAGE),
               _("不建议采纳"), _("论证认为不宜采纳"), Visibility.PUBLIC, reason_required=True, basis="process.md 4.8"),
    Transition(_D, "decide_adopt", (Adoption.CANDIDATE, Adoption.RECOMMENDED), Adoption.DECIDED_ADOPT, (Role.UNIT_HEAD,),
               _("决定采纳"), _("决定采纳"), Visibility.PUBLIC, basis="XF 29; SH 13"),
    Transition(_D, "decide_partial", (Adoption.CANDIDATE, Adoption.RECOMMENDED), Adoption.DECIDED_PARTIAL, (Role.UNIT_HEAD,),
               _("决定部分采纳"), _("决定部分采纳"), Visibility.PUBLIC, basis="XF 29; SD 49"),
    Transition(_D, "decide_reject", (Adoption.RECOMMENDED, Adoption.NOT_RECOMMENDED), Adoption.DECIDED_REJECT,
               (Role.UNIT_HEAD,), _("决定不采纳"), _("决定不采纳"), Visibility.PUBLIC, reason_required=True, basis="XF 29"),
    Transition(_D, "implement", (Adoption.DECIDED_ADOPT, Adoption.DECIDED_PARTIAL), Adoption.IMPLEMENTING,
               (Role.UNIT_HEAD, *_UNIT), _("开始落实"), _("开始落实"), Visibility.PUBLIC, starts=("K19",), basis="SH 13"),
    Transition(_D, "complete", (Adoption.IMPLEMENTING,), Adoption.IMPLEMENTED, (Role.UNIT_HEAD, *_UNIT), _("已落实"),
               _("已落实"), Visibility.PUBLIC, stops=("K19",), basis="SH 13"),
    Transition(_D, "abandon",
               (Adoption.STUDYING, Adoption.RECOMMENDED, Adoption.DECIDED_ADOPT, Adoption.DECIDED_PARTIAL, Adoption.IMPLEMENTING),
               Adoption.ABANDONED, (Role.UNIT_HEAD,), _("不再推进"), _("不再推进"), Visibility.PUBLIC, stops=("K19",),
               reason_required=True, basis="process.md 4.8"),
)

# fmt: on
TRANSITIONS: tuple[Transition, ...] = (
    *CASE_TRANSITIONS,
    *ASSIGNMENT_TRANSITIONS,
    *PUBLICATION_TRANSITIONS,
    *EVALUATION_TRANSITIONS,
    *ADOPTION_TRANSITIONS,
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
