"""The daily look at all topics and places, and what it raises: one warning a rule, topic and district (process.md 8.4; S2)."""

import time as timing
from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Count, Q, QuerySet

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.models import (
    DispatchRule,
    District,
    EarlyWarning,
    Jurisdiction,
    Signal,
    Suggestion,
    Topic,
    Unit,
    WarningScan,
)
from suggestions.services import early_warnings, records, warning_rules
from suggestions.services.warning_signals import LOOKS, Found, rules_of
from suggestions.states.warning import OPEN_WARNINGS

REST = 28
"""Days after a warning ended in which the same matter is not raised again: it is known, and being worked on (P)."""
CASES = 50
"""Items named by number as evidence."""


def sweep(*, now: datetime) -> int:
    """Once a day, look at all that was there at midnight; raise what crossed a threshold. Returns how many were raised.

    Idempotent: the day's scan is a row, and one warning stands open a rule, topic and district. What nobody signed for is
    marked at every sweep.
    """
    late = early_warnings.lapse(now=now)
    today = local_date(now)
    if WarningScan.objects.filter(on=today).exists():
        return late
    begun = timing.perf_counter()
    found = [
        (signal, one)
        for signal, look in LOOKS.items()
        if signal != Signal.SEASON or _first_of_week(today)
        for one in look(today, rules_of(signal))
    ]
    # Looked at first and written afterwards: nobody waits for a lock while the counting goes on.
    raised = sum(raise_one(signal, one, at=now) is not None for signal, one in found)
    spent = round((timing.perf_counter() - begun) * 1000)
    WarningScan.objects.get_or_create(
        on=today, defaults={"at": now, "found": len(found), "raised": raised, "milliseconds": spent}
    )
    return late + raised


def _first_of_week(today: date) -> bool:
    """Whether no day of this week was looked at yet. The season is foretold four weeks ahead from nine months of last year's
    items: once a week is soon enough, and a Monday without a look is made up for on the next day.
    """
    monday = today - timedelta(days=today.weekday())
    return not WarningScan.objects.filter(on__gte=monday, on__lt=today).exists()


def raise_one(signal: str, found: Found, *, at: datetime) -> EarlyWarning | None:
    """Raise a warning with its evidence and its units; None while one stands open or rests. Source: process.md 8.4; S2."""
    place_id, topic_id, district_id = found.cell
    known = EarlyWarning.objects.filter(
        jurisdiction=place_id, signal=signal, topic=topic_id, district=district_id
    )
    fresh = at - timedelta(days=REST)
    if known.filter(Q(status__in=OPEN_WARNINGS) | Q(ended_at__gte=fresh)).exists():
        return None
    place = Jurisdiction.objects.get(pk=place_id)
    topic, district = Topic.objects.get(pk=topic_id), District.objects.get(pk=district_id)
    items = found.items.filter(jurisdiction=place, topic=topic, district=district)
    numbers = list(dict.fromkeys(items.order_by("-received_at", "-pk").values_list("case_no", flat=True)[:CASES]))  # fmt: skip
    warning = EarlyWarning(
        jurisdiction=place, signal=signal, rule=warning_rules.current(place, signal), topic=topic, district=district,
        seen=found.seen, expected=found.expected, past=found.past, from_on=found.from_on, to_on=found.to_on,
        cases=numbers, raised_on=local_date(at), unit=by_matter(place, topic, district, items),
        place_unit=by_place(place, district),
    )  # fmt: skip
    if warning.place_unit_id == warning.unit_id:
        warning.place_unit = None
    try:
        with transaction.atomic():
            records.begin(
                warning, "warning_raise", actor=Actor.system(), at=at, holder=warning.unit or warning.place_unit,
                data={"words": said(warning)},
            )  # fmt: skip
    except IntegrityError:
        # Another worker raised it at the same moment.
        return None
    return warning


def by_matter(
    place: Jurisdiction, topic: Topic, district: District, items: "QuerySet[Suggestion]"
) -> Unit | None:
    """The unit for the matter (属事): what the dispatch directory says, else the one that leads most of these items."""
    rules = DispatchRule.objects.filter(jurisdiction=place, topic=topic, unit__is_active=True)
    named = rules.filter(Q(district=district) | Q(district=None)).select_related("unit")
    rule = max(named, key=lambda r: r.district_id is not None, default=None)
    if rule is not None:
        return rule.unit
    led = items.filter(lead_unit__is_active=True).order_by().values("lead_unit")
    most = led.annotate(n=Count("pk")).order_by("-n", "lead_unit").first()
    return Unit.objects.get(pk=most["lead_unit"]) if most else None


def by_place(place: Jurisdiction, district: District) -> Unit | None:
    """The unit for the place (属地): the nearest that sits in this district or one around it, short of the whole city.

    A bureau answers for its matter wherever its house stands: who is in the directory for a matter everywhere is none.
    """
    around = [district.path[:n] for n in range(District.steplen * 2, len(district.path) + 1, District.steplen)]  # fmt: skip
    bureaus = DispatchRule.objects.filter(jurisdiction=place, district=None).values("unit")
    units = (
        Unit.objects.filter(
            jurisdiction=place, is_active=True, is_collection_office=False, district__path__in=around or [district.path]
        )
        .exclude(pk__in=bureaus)
        .select_related("district")
        .order_by("is_community", "pk")
    )  # fmt: skip
    return max(units, key=lambda u: len(u.district.path) if u.district else 0, default=None)


def said(warning: EarlyWarning) -> str:
    """What was seen beside what is usual, in one sentence without anybody in it."""
    days = f"{_day(warning.from_on)}至{_day(warning.to_on)}"
    about = f"{warning.district.name}“{warning.topic.name}”"
    usually = f"{warning.expected:f}".rstrip("0").rstrip(".") or "0"
    sentences = {
        Signal.RISE: f"{days}，{about}有{warning.seen}位不同的人提建议，前八周每周一般{usually}位。",
        Signal.HIGH_RISK: f"{days}，高风险领域{about}有{warning.seen}位不同的人提建议，前八周每周一般{usually}位。",
        Signal.SEASON: f"去年{days}，{about}有{warning.seen}位不同的人提建议，平常四周{usually}位；今年同一时候快到了。",
        Signal.DISSATISFIED: f"{days}，{about}的答复收到{warning.seen}个不满意，照前八周的比例应是{usually}个。",
        Signal.COMMITMENTS: f"{days}，{about}有{warning.seen}项承诺到期没有兑现。",
        Signal.BACKLOG: f"到{_day(warning.to_on)}，{about}有{warning.seen}件要答复，照前八周的进度两周答复{usually}件。",
    }
    return sentences[Signal(warning.signal)]


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
