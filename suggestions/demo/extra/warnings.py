"""Early warnings of the demo city in every state, as the watch found them, and the topics of three months (process.md 8.4)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from suggestions.clock import local_date
from suggestions.demo.extra._dates import at
from suggestions.models import EarlyWarning, MonthTopic, Signal, Unit
from suggestions.roles import Role
from suggestions.services import early_warnings, month_topics, warning_rules, warning_watch
from suggestions.states.warning import OPEN_WARNINGS

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

FIRST_DAY = -90
"""The watch looked every morning from then on."""
WORKED = ("closed", "dismissed", "acting", "acknowledged", "late")
"""What became of the warnings, in turn; one that is too young for its turn still waits."""


def seed(city: "Seeder") -> None:
    """Look as the sweep does, let the units work, and choose what each month takes up."""
    _thresholds(city, FIRST_DAY - 1, (Signal.RISE, 2, 2), (Signal.HIGH_RISK, 2, 2))
    worked = 0
    for days in range(FIRST_DAY, -1):
        warning_watch.sweep(now=at(city, days, 6))
        for warning in _open(city, local_date(at(city, days, 6))):
            _work(city, warning, days, WORKED[worked % len(WORKED)])
            worked += 1
    # Missed promises and answers that fall due are seen yesterday for the first time: those warnings wait for their units.
    # Not today: the watch looks once a day, and the sweeps that follow the items' lives were today's.
    _thresholds(city, -2, (Signal.BACKLOG, 1, 1), (Signal.COMMITMENTS, 1, 0))
    warning_watch.sweep(now=at(city, -1, 6))
    _months(city)


def _thresholds(city: "Seeder", days: int, *rules: tuple[str, int, int]) -> None:
    for signal, least, times in rules:
        warning_rules.change(
            jurisdiction=city.jurisdiction, signal=signal, least=least, times=Decimal(times), chance=0,
            topics=warning_rules.current(city.jurisdiction, signal).topics.all(),
            reason="演示：城市小，件数少，门槛放低。", actor=city.actor(Role.SUPERVISOR), at=at(city, days),
        )  # fmt: skip


def _open(city: "Seeder", on: date) -> list[EarlyWarning]:
    rows = EarlyWarning.objects.filter(
        jurisdiction=city.jurisdiction, status__in=sorted(OPEN_WARNINGS), raised_on=on
    )
    related = ("jurisdiction", "topic", "district", "unit", "place_unit")
    return list(rows.select_related(*related).order_by("pk"))


def _work(city: "Seeder", warning: EarlyWarning, days: int, turn: str) -> None:
    """What people did with one warning: signed for, worked on, ended, or left lying."""
    judge = city.actor(Role.SUPERVISOR)
    if warning.unit is None:
        early_warnings.hand_on(
            warning=warning, unit=_bureau(city), reason="目录里没有这个主题，先请它看。", actor=judge, at=at(city, days, 9)
        )  # fmt: skip
    assert warning.unit is not None
    if turn == "dismissed":
        early_warnings.dismiss(
            warning=warning, reason="学校布置了写建议的作业，不是这里出了问题。", actor=judge, at=at(city, days, 10)
        )  # fmt: skip
        return
    if turn == "late":
        return
    liaison = city.actor(Role.LIAISON, warning.unit.code)
    early_warnings.acknowledge(warning=warning, actor=liaison, at=at(city, days, 11))
    if turn == "acknowledged":
        return
    early_warnings.take_measure(
        warning=warning, words="到现场查看，列出要改的地方，先改居民走得最多的几处。", until_on=local_date(at(city, days + 14)),
        actor=liaison, at=at(city, days, 16),
    )  # fmt: skip
    if turn == "closed" and days < -16:
        early_warnings.close(
            warning=warning, result="列出的地方都已改好，并告诉了社区，两周里没有再集中反映。", actor=judge, at=at(city, days + 16)
        )  # fmt: skip


def _bureau(city: "Seeder") -> Unit:
    return next(u for u in city.units.values() if not u.is_collection_office)


def _months(city: "Seeder") -> None:
    """The month before last done, last month's reported, this month's running; one that was left."""
    lead, today = city.actor(Role.LEADER), local_date(city.now)
    topics = month_topics.candidates(city.jurisdiction, today)
    words = {
        "why": "最近三个月里有预警，反映的人也多。",
        "goal": "把居民反映最多的地方先改好，并把做法告诉各街道。",
    }

    def choose(months: int, days: int, nth: int) -> tuple[MonthTopic, Unit]:
        chosen = topics[nth % len(topics)].topic
        unit = EarlyWarning.objects.filter(topic=chosen, unit__isnull=False).latest("pk").unit
        assert unit is not None
        when = at(city, days)
        first = (local_date(when).replace(day=1) + timedelta(days=31 * months)).replace(day=1)
        made = month_topics.choose(
            jurisdiction=city.jurisdiction, month=first, topic=chosen, unit=unit, target_on=local_date(when) + timedelta(days=40),
            actor=lead, at=when, **words,
        )  # fmt: skip
        return made, unit

    if not topics:
        return
    done, unit = choose(0, -62, 0)
    month_topics.report(chosen=done, result="全市32处都已改好，名单在网站上公布。", actor=city.actor(Role.UNIT_HEAD, unit.code), at=at(city, -30))  # fmt: skip
    month_topics.close(chosen=done, actor=lead, at=at(city, -28))
    told, unit = choose(0, -31, 1)
    month_topics.report(chosen=told, result="先改了12处，其余排进明年计划。", actor=city.actor(Role.UNIT_HEAD, unit.code), at=at(city, -2))  # fmt: skip
    left, _unit = choose(0, -20, 2)
    month_topics.drop(
        chosen=left, reason="省里已有统一部署，不再另选。", actor=lead, at=at(city, -18)
    )
    choose(0, -17, 0)
