"""The room 预警: what the watch sees, what units do about it, thresholds, and the topic of a month (process.md 8.4)."""

from decimal import Decimal

from suggestions.models import EarlyWarning, MonthTopic, Signal, Suggestion
from suggestions.services import early_warnings, month_topics, warning_rules, warning_watch
from suggestions.services.warning_signals import Found
from suggestions.states.warning import OPEN_WARNINGS
from tests.walks.acts.base import Nothing, Walk, errand


@errand(4)
def rise(walk: Walk) -> object:
    """The watch looks: a walk is too short and its city too small for the true thresholds, so what it sees is given."""
    city, dice = walk.city, walk.dice
    topic = dice.choice((city.topic, city.other_topic))
    found = Found(
        (city.jurisdiction.pk, topic.pk, city.district.pk), dice.randrange(5, 20), Decimal(1), walk.day(-7), walk.day(-1),
        Suggestion.objects.filter(topic=topic), [1] * 8,
    )  # fmt: skip
    raised = warning_watch.raise_one(dice.choice(Signal.values), found, at=walk.at)
    if raised is None:
        raise Nothing("one stands open, or rests")
    return raised


@errand(8)
def warning(walk: Walk) -> object:
    rows = EarlyWarning.objects.filter(status__in=sorted(OPEN_WARNINGS)).order_by("-pk")
    held: EarlyWarning = walk.one(rows.select_related("jurisdiction", "unit", "place_unit"))
    judge, roll = walk.who("supervisor", "supervisor", "leader"), walk.dice.random()
    code = held.unit.code if held.unit else "bus"
    liaison = walk.who(f"liaison:{code}", f"unit_head:{code}")
    if roll < 0.12:
        return early_warnings.dismiss(
            warning=held, reason="学校布置的作业，不是苗头。", actor=judge, at=walk.at
        )
    if held.unit is None or roll < 0.25:
        return early_warnings.hand_on(
            warning=held, unit=walk.unit(), reason="职责在这里。", actor=walk.who("triage_officer", "supervisor"), at=walk.at
        )  # fmt: skip
    if held.status in ("raised", "overdue"):
        if roll < 0.5:
            raise Nothing("the unit takes its time")
        return early_warnings.acknowledge(warning=held, actor=liaison, at=walk.at)
    if held.status == "acknowledged" or roll < 0.5:
        return early_warnings.take_measure(
            warning=held, words="先改走得最多的几处。", until_on=walk.day(walk.dice.randrange(-1, 14)), actor=liaison, at=walk.at
        )  # fmt: skip
    return early_warnings.close(
        warning=held, result="都改好了，没有再集中反映。", actor=judge, at=walk.at
    )


@errand(1)
def threshold(walk: Walk) -> object:
    signal = walk.dice.choice(Signal.values)
    return warning_rules.change(
        jurisdiction=walk.city.jurisdiction, signal=signal, least=walk.dice.randrange(0, 9), times=Decimal(walk.dice.randrange(6)),
        topics=[walk.city.topic], reason="试一个月再看。", actor=walk.who("supervisor"), at=walk.at,
    )  # fmt: skip


@errand(4)
def month_topic(walk: Walk) -> object:
    lead = walk.who("leader", "supervisor")
    held = MonthTopic.objects.filter(status__in=("chosen", "reported")).order_by("-pk").first()
    if held is None or walk.chance(0.1):
        return month_topics.choose(
            jurisdiction=walk.city.jurisdiction, month=walk.day(31 * walk.dice.randrange(3)), topic=walk.city.topic, unit=walk.unit(),
            why="最近三个月有预警。", goal="把反映最多的地方先改好。", target_on=walk.day(30), actor=lead, at=walk.at,
        )  # fmt: skip
    roll = walk.dice.random()
    if held.status == "chosen":
        if roll < 0.15:
            return month_topics.drop(
                chosen=held, reason="省里已有统一部署。", actor=lead, at=walk.at
            )
        return month_topics.report(
            chosen=held, result="改了三处。", actor=walk.head(held.unit), at=walk.at
        )
    if roll < 0.4:
        return month_topics.send_back(
            chosen=held, reason="还差一处。", target_on=walk.day(20), actor=lead, at=walk.at
        )
    return month_topics.close(chosen=held, actor=lead, at=walk.at)
