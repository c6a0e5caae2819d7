"""The one topic of a month, chosen from what the warnings show and carried to an end (每月一题; S4 未诉先办; BJ 24 to 26)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import (
    Clock,
    EarlyWarning,
    Jurisdiction,
    MonthTopic,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.services import clocks, records
from suggestions.services.wording import Words, cleaned
from suggestions.states.warning import WarningState

KIND = "KT"
LOOK_BACK = 92
"""Days of warnings that a choice is made from: a quarter."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A topic with what speaks for it: warnings of the last quarter that were no false alarms, and items received."""

    topic: Topic
    warnings: int
    items: int


def candidates(place: Jurisdiction, today: date) -> list[Candidate]:
    """Topics with warnings in the last quarter, the most first. Three queries."""
    since = today - timedelta(days=LOOK_BACK)
    rows = (
        EarlyWarning.objects.filter(jurisdiction=place, raised_on__gte=since)
        .exclude(status=WarningState.DISMISSED)
        .order_by()
        .values_list("topic")
        .annotate(n=Count("pk"))
    )
    warned = dict(rows)
    topics = Topic.objects.in_bulk(warned)
    received = dict(
        Suggestion.objects.filter(jurisdiction=place, topic__in=warned, received_at__date__gte=since)
        .order_by()
        .values_list("topic")
        .annotate(n=Count("pk"))
    )  # fmt: skip
    found = [Candidate(topics[pk], n, received.get(pk, 0)) for pk, n in warned.items()]
    return sorted(found, key=lambda c: (-c.warnings, -c.items, c.topic.pk))


def choose(
    *,
    jurisdiction: Jurisdiction,
    month: date,
    topic: Topic,
    unit: Unit,
    why: str,
    goal: str,
    target_on: date,
    actor: Actor,
    at: datetime,
) -> MonthTopic:
    """Take up one topic for a month, with its unit and the day by which it is to be better (KT runs to that day).

    The warnings of the last quarter on it are joined to it. Raises Invalid: that month has its topic, or a date is past.
    """
    today = local_date(at)
    held = cleaned(
        {"why": Words("为什么选它", 500), "goal": Words("要做到什么", 1000)},
        {"why": why, "goal": goal},
    )
    errors: dict[str, list[str]] = {}
    first = month.replace(day=1)
    if first < today.replace(day=1):
        errors["month"] = [_("请选这个月或以后的月份。")]
    if target_on <= today:
        errors["target_on"] = [_("请填今天以后的日期。")]
    if errors:
        raise Invalid(errors)
    made = MonthTopic(
        jurisdiction=jurisdiction, month=first, topic=topic, unit=unit, target_on=target_on, **held
    )  # fmt: skip
    said = {"month": f"{first.year}年{first.month}月", "topic": topic.name, "unit": unit.short_name}
    try:
        with transaction.atomic():
            records.begin(made, "month_topic_choose", actor=actor, at=at, data=said, holder=unit)
            _run_to(made, target_on)
            made.warnings.set(_warnings(jurisdiction, topic, today))
    except IntegrityError as error:
        raise Invalid(
            {"month": [_("这个月已经选了一题。一个月只做一题，要换请先把原来的停下。")]}
        ) from error
    return made


def report(*, chosen: MonthTopic, result: str, actor: Actor, at: datetime) -> MonthTopic:
    """The unit's head says what was reached. Raises Invalid, NotAllowed, WrongState."""
    if actor.unit is None or actor.unit.pk != chosen.unit_id:
        raise NotAllowed(_("由牵头单位的负责人报告。"))
    held = cleaned({"result": Words("做到了什么", 2000)}, {"result": result})
    records.move(
        chosen, "month_topic_report", actor=actor, at=at, data={"unit": chosen.unit.short_name, **held},
        fields={**held, "reported_at": at},
    )  # fmt: skip
    return chosen


def send_back(
    *, chosen: MonthTopic, reason: str, target_on: date, actor: Actor, at: datetime
) -> MonthTopic:
    """It is not reached yet: again, to a new day, with the reason; the earlier report stays in the chain."""
    if target_on <= local_date(at):
        raise Invalid({"target_on": [_("请填今天以后的日期。")]})
    with transaction.atomic():
        records.move(
            chosen, "month_topic_send_back", actor=actor, at=at, reason=reason.strip(), holder=chosen.unit,
            data={"unit": chosen.unit.short_name}, fields={"target_on": target_on},
        )  # fmt: skip
        _run_to(chosen, target_on)
    return chosen


def close(*, chosen: MonthTopic, actor: Actor, at: datetime) -> MonthTopic:
    """The office has looked, and it is so."""
    records.move(chosen, "month_topic_close", actor=actor, at=at)
    return chosen


def drop(*, chosen: MonthTopic, reason: str, actor: Actor, at: datetime) -> MonthTopic:
    """Leave a topic, with the reason; the month is free for another."""
    records.move(chosen, "month_topic_drop", actor=actor, at=at, reason=reason.strip())
    return chosen


def _run_to(chosen: MonthTopic, day: date) -> None:
    """Let KT end on the day chosen, and keep it beside the words, for lists."""
    held = clocks.of_record(chosen).filter(kind=KIND, stopped_at=None).get()
    clocks.fix(held, day)
    Clock.objects.filter(pk=held.pk).update(first_due_on=day)
    MonthTopic.objects.filter(pk=chosen.pk).update(due_on=day)
    chosen.due_on = day


def _warnings(place: Jurisdiction, topic: Topic, today: date) -> Iterable[EarlyWarning]:
    since = today - timedelta(days=LOOK_BACK)
    recent = Q(raised_on__gte=since) & ~Q(status=WarningState.DISMISSED)
    return EarlyWarning.objects.filter(recent, jurisdiction=place, topic=topic)
