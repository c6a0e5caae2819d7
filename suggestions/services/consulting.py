"""Consultations on draft decisions run at least thirty days, or say why not (process.md 3.1; AD 15; K21).

The campaign's page is written by editors; this module keeps the time: the sweep opens a record at the legal moment the
page opens and ends it at the moment the page closes.
"""

from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db import IntegrityError, transaction

from suggestions import clock as counting
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.models import Consultation
from suggestions.services import clocks, records
from suggestions.states.consultation import ConsultationState as State

KIND = "K21"
_BATCH = 500


def earliest_close(opens_at: datetime) -> date:
    """The first day on which a consultation that opens then may end: thirty days, the first not counted (AD 15; CC 201)."""
    day = local_date(opens_at)
    return counting.due(clocks.current_rule(KIND, on=day).as_rule(), day, clocks.workdays()).on


def last_day(closes_at: datetime) -> date:
    """The last day somebody can write: closing at 24:00 of a day is written as 0:00 of the next."""
    return local_date(closes_at - timedelta(microseconds=1))


def sweep(*, now: datetime) -> int:
    """Open what began and end what is over, each at its own moment; idempotent. Source: AD 15; K21."""
    return _open(now) + _end(now)


def _open(now: datetime) -> int:
    pages: Any = apps.get_model("cms", "CampaignPage")
    begun = pages._default_manager.filter(
        live=True, is_major_decision=True, opens_at__lte=now, consultation=None
    ).select_related("host_unit__jurisdiction")
    done = 0
    for page in begun.order_by("opens_at", "pk")[:_BATCH]:
        held = Consultation(
            jurisdiction=page.host_unit.jurisdiction, campaign=page, title=page.title, opened_at=page.opens_at,
            short_reason=page.short_reason,
        )  # fmt: skip
        try:
            with transaction.atomic():
                records.begin(held, "consultation_open", actor=Actor.system(), at=page.opens_at)
        except IntegrityError:
            # Another worker opened it at the same moment.
            continue
        done += 1
    return done


def _end(now: datetime) -> int:
    running = Consultation.objects.filter(status=State.OPEN).select_related(
        "campaign", "jurisdiction"
    )
    done = 0
    for held in running.order_by("pk")[:_BATCH]:
        end = _ended_at(held, now)
        if end is None:
            continue
        clock = clocks.of_record(held).filter(kind=KIND, stopped_at=None).first()
        page: Any = held.campaign
        reason = page.short_reason if page is not None else held.short_reason
        short = clock is not None and last_day(end) < clock.due_on
        data = {"why": reason or "没有说明理由"} if short else {}
        records.move(
            held, "consultation_cut_short" if short else "consultation_close", actor=Actor.system(), at=end,
            data=data, fields={"closed_at": end, "short_reason": reason},
        )  # fmt: skip
        done += 1
    return done


def _ended_at(held: Consultation, now: datetime) -> datetime | None:
    """When it ended: the page's own moment; now, where the page was taken down."""
    page: Any = held.campaign
    if page is None or not page.live:
        return now
    ends = [m for m in (page.closes_at, page.report_published_at) if m is not None and m <= now]
    return max(min(ends), held.opened_at) if ends else None
