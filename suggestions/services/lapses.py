"""What happens because time passed: swept by query, so that a missed run heals (process.md section 5)."""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Protocol, TypeVar

import structlog
from django.db import transaction
from django.db.models import QuerySet
from django.utils.module_loading import import_string

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.errors import DomainError
from suggestions.models import Clock, Suggestion
from suggestions.models.record import Record
from suggestions.services import transitions
from suggestions.states import Case, Evaluation

AnyRecord = TypeVar("AnyRecord", bound=Record)

log = structlog.get_logger(__name__)
_BATCH = 500


class Sweep(Protocol):
    """Idempotent: a second run at the same moment does nothing."""

    def __call__(self, *, now: datetime) -> int: ...


# fmt: off — one line a sweep; each is named by its module and function, takes `now=`, and says how many it did.
SWEEPS: dict[str, str] = {
    "supplements": "suggestions.services.lapses.supplements",  # T4: a supplement that never came
    "evaluations": "suggestions.services.lapses.evaluations",  # T14: an evaluation window that closed
    "provisional": "suggestions.services.moving.sweep",  # dates whose year is known by now (5.1)
    "calendar": "suggestions.services.calendars.alarm",  # next year is missing (5.1)
    "reminders": "suggestions.services.reminders.send",  # before and after agency dates
    "mandates": "suggestions.services.mandates.expire_mandates",  # an agent's authority that ended (3.3)
    "invitations": "suggestions.services.inviting.expire_invitations",  # nobody answered in time (3.1)
    "rating_reminders": "suggestions.services.evaluating.remind",  # once, on day 7 of K13
    "commitments": "suggestions.services.commitments.sweep",  # K18: reminders, and promises that were missed
    "archive": "suggestions.services.archiving.sweep",  # T19, K20: after the promises, which hold a case open
    "second_looks": "suggestions.services.deciding.drop_overtaken",  # proposals about items that are gone
    "disputes": "suggestions.services.disputes.drop_overtaken",  # about items that are gone
    "extensions": "suggestions.services.extending.drop_overtaken",  # of units that no longer have the item
    "redirected_texts": "suggestions.services.redirected.delete_texts",  # 4.3: text kept 90 days
    "progress": "suggestions.services.adopting.missed_progress",  # K19 without a note: said in public
    "visits": "suggestions.services.visiting.plan_due",  # K14: limits that passed, sampled
    "visits_withdrawn": "suggestions.services.visiting.cancel_withdrawn",
    "rating_changes": "suggestions.services.flags.sudden_changes",  # 7.1 anti-gaming
    "rating_flags": "suggestions.services.flags.forget",
    "award_payments": "suggestions.services.judging.forget_payments",  # after the accounting term
    "identity_grants": "suggestions.services.identity.end_grants",  # 9.3: time boxes; the author is told afterwards
    "supervision_late": "suggestions.services.supervising.lapse",  # K16 without an answer
    "advice_late": "suggestions.services.advising.lapse",  # K17 without an answer
    "bulletin_late": "suggestions.services.bulletins.lapse",  # KB: nothing said of what was put right
    "supervision": "suggestions.services.supervision_rules.propose_all",  # proposals, never orders (8.1)
    "sponsorship": "suggestions.services.sponsoring.propose_all",  # matters for a leader (6.4)
    "questioning": "suggestions.services.questioning.turn",  # windows and promises (6.2)
    "meetings": "suggestions.services.meeting_notices.remind",  # 6.1, 6.3: the day before
    "qa_voices": "suggestions.services.qa_voices.forget",  # codes, after a day; the ratings stay
    "statistics": "suggestions.services.snapshots.sweep",  # 7.2: the month and the year that closed
    "month_close": "suggestions.services.supervision_rules.close_month",  # K26: drawn, and late
    "consultations": "suggestions.services.consulting.sweep",  # K21: opened and ended at their own moments
    "warnings": "suggestions.services.warning_watch.sweep",  # 8.4: once a day, and what nobody signed for
    "minors_audit": "suggestions.services.minors_audit.sweep",  # yearly (9.5)
    "assessments": "suggestions.services.assessments.sweep",  # over on their day (9.1; PIPL 55)
    "co_signs": "suggestions.services.co_signing.tell_cases",  # yesterday's new voices, as a count (3.4)
    "campaign_reports": "suggestions.services.campaign_reports.tell_authors",  # SH 12(1): mailed to all authors
    "poll_voices": "suggestions.services.polling.forget_unproved",  # codes that never came back (9.4)
    "reply_voices": "suggestions.services.reply_voices.forget_unproved",  # likewise
    "sheets": "suggestions.services.sheets.forget_old",  # uploaded paper sheets, 90 days
    "emergencies": "suggestions.services.emergency.digests",  # SH 14: each day to the leaders
    "locks": "suggestions.services.locks.forget",  # long lapsed; each ends by itself
    "follows": "suggestions.services.following.digests",  # one message a day to who wants one
    "residents": "suggestions.services.residents.forget",  # codes, sign-ins and pages that are over
    "exports": "suggestions.services.exports.forget",  # files of lists, seven days
    "drafts": "suggestions.services.retention.old_drafts",  # what nobody sent (9.4)
}
# fmt: on
"""What the clock brings, in this order. A sweep finds its work by query, does it once, and stamps the legal moment."""


def run(*, now: datetime) -> dict[str, int]:
    """All sweeps. One that fails keeps no other from running; what failed is raised together at the end.

    Each lapse is stamped with its legal moment, 24:00 of the due day, whenever the worker comes round.
    """
    done: dict[str, int] = {}
    failed: list[Exception] = []
    for name, path in SWEEPS.items():
        sweep: Sweep = import_string(path)
        try:
            done[name] = sweep(now=now)
        except Exception as error:
            log.exception("sweep_failed", sweep=name)
            failed.append(error)
    if failed:
        raise ExceptionGroup("sweeps failed", failed)
    return done


def legal_moment(clock: Clock) -> datetime:
    """24:00 Asia/Shanghai of the due day; for clocks that count hours, their moment."""
    return clock.due_at or datetime.combine(
        clock.due_on + timedelta(days=1), time(0), tzinfo=SHANGHAI
    )


def lapse_records(
    waiting: "QuerySet[AnyRecord]", *kinds: str, now: datetime, lapse: Callable[[AnyRecord, datetime], object]
) -> int:  # fmt: skip
    """Call `lapse` with each waiting record whose clock of these kinds is over, and its legal moment; how many it was.

    Only those still waiting fill a batch: the clock of a record that was marked may run on. Each is read when its turn
    comes, because two may concern one case. Who was answered at the same moment is left to the next sweep.
    """
    late = Clock.objects.filter(
        kind__in=kinds, stopped_at=None, due_on__lt=local_date(now), record_machine=str(waiting.model.machine),
        record_id__in=waiting.order_by().values("pk"),
    ).order_by("due_on", "pk")  # fmt: skip
    done = 0
    for clock in late[:_BATCH]:
        record = waiting.filter(pk=clock.record_id).first()
        if record is None:
            continue
        try:
            with transaction.atomic():
                lapse(record, legal_moment(clock))
        except DomainError:
            continue
        done += 1
    return done


def _lapsed(kind: str, now: datetime) -> list[tuple[Clock, Suggestion]]:
    today = local_date(now)
    clocks = Clock.objects.filter(
        kind=kind, stopped_at=None, due_on__lt=today, suggestion__isnull=False
    ).select_related("suggestion__jurisdiction")
    return [(clock, clock.suggestion) for clock in clocks[:_BATCH] if clock.suggestion]


def supplements(*, now: datetime) -> int:
    """Go on with what is there where a supplement expired (T4, K10)."""
    done = 0
    for clock, suggestion in _lapsed("K10", now):
        if suggestion.status == Case.SUPPLEMENT_REQUESTED:
            done += _try(suggestion, "supplement_expired", legal_moment(clock))
    return done


def evaluations(*, now: datetime) -> int:
    """Close evaluation windows: silence is "not evaluated", never satisfaction (T14, K13)."""
    done = 0
    for clock, suggestion in _lapsed("K13", now):
        moment = legal_moment(clock)
        if suggestion.evaluation_state == Evaluation.INVITED:
            done += _try(suggestion, "expire", moment)
        if suggestion.status == Case.ANSWERED:
            _try(suggestion, "close", moment, closed_at=moment)
    return done


def _try(suggestion: Suggestion, name: str, at: datetime, **fields: datetime) -> int:
    try:
        transitions.apply(suggestion, name, actor=Actor.system(), at=at, fields=dict(fields))
    except DomainError as error:
        # Somebody acted at the same moment; the next sweep looks again.
        log.info("lapse_skipped", transition=name, suggestion=suggestion.pk, why=error.code)
        return 0
    return 1
