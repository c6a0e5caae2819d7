"""What happens because time passed: swept by query, so that a missed run heals (process.md section 5)."""

from datetime import datetime, time, timedelta

import structlog

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.errors import DomainError
from suggestions.models import Clock, SubmissionDraft, Suggestion
from suggestions.services import transitions
from suggestions.states import Case, Evaluation

log = structlog.get_logger(__name__)
_BATCH = 500
DRAFT_DAYS = 90


def run(*, now: datetime) -> dict[str, int]:
    """Supplements that expired (T4), evaluation windows that closed (T14), reminders before agency dates, old drafts.

    Each lapse is stamped with its legal moment, 24:00 of the due day, whenever the worker comes round.
    """
    return {
        "supplements": _supplements(now),
        "evaluations": _evaluations(now),
        "reminders": _reminders(now),
        "drafts": SubmissionDraft.objects.filter(
            updated_at__lt=now - timedelta(days=DRAFT_DAYS)
        ).delete()[0],
    }


def legal_moment(clock: Clock) -> datetime:
    """24:00 Asia/Shanghai of the due day."""
    return datetime.combine(clock.due_on + timedelta(days=1), time(0), tzinfo=SHANGHAI)


def _lapsed(kind: str, now: datetime) -> list[tuple[Clock, Suggestion]]:
    today = local_date(now)
    clocks = Clock.objects.filter(
        kind=kind, stopped_at=None, due_on__lt=today, suggestion__isnull=False
    ).select_related("suggestion__jurisdiction")
    return [(clock, clock.suggestion) for clock in clocks[:_BATCH] if clock.suggestion]


def _supplements(now: datetime) -> int:
    done = 0
    for clock, suggestion in _lapsed("K10", now):
        if suggestion.status == Case.SUPPLEMENT_REQUESTED:
            done += _try(suggestion, "supplement_expired", legal_moment(clock))
    return done


def _evaluations(now: datetime) -> int:
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


def _reminders(now: datetime) -> int:
    """Two working days before, on the day, then daily: one line to the holder a day (process.md section 5)."""
    from suggestions.clock import working_days_between
    from suggestions.services.clocks import workdays

    today = local_date(now)
    calendar = workdays()
    if not calendar.is_working(today):
        return 0
    sent = 0
    due_soon = (
        Clock.objects.filter(
            kind__in=("K4", "K7a", "K9", "K15"),
            stopped_at=None,
            paused_on=None,
            due_on__lte=today + timedelta(days=14),
        )
        .exclude(reminded_on=today)
        .exclude(holder_unit=None)[:_BATCH]
    )
    for clock in due_soon:
        if working_days_between(today, clock.due_on, calendar) > 2:
            continue
        if Clock.objects.filter(pk=clock.pk).exclude(reminded_on=today).update(reminded_on=today):
            outbox.enqueue(
                outbox.STAFF_NOTICE,
                {"code": "staff.due", "suggestion": clock.suggestion_id, "clock": clock.pk},
                key=f"staff.due:{clock.pk}:{today}",
            )
            sent += 1
    return sent
