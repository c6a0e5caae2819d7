"""The thresholds of early warning: shipped defaults on first use, changed by a supervisor with a reason (process.md 8.4)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import reduce
from operator import or_

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions.actor import Actor
from suggestions.errors import ChangedMeanwhile, Invalid, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import Jurisdiction, Signal, Topic, WarningRule
from suggestions.services.wording import Words, cleaned

LEAST_MAX, TIMES_MAX, CHANCE_MAX = 1000, Decimal(50), 1_000_000


@dataclass(frozen=True, slots=True)
class Default:
    """A shipped threshold, and what is counted by it."""

    least: int
    times: Decimal
    chance: int
    counts: str


# The rows are read as a table, so they are kept as one. Five and three are the specification's own; the others are policy.
# fmt: off
DEFAULTS: dict[str, Default] = {
    Signal.RISE: Default(5, Decimal(3), 1000, "七天里提建议的不同的人数，与前八周每周人数的中位数比"),
    Signal.HIGH_RISK: Default(3, Decimal(2), 200, "同上，只看高风险领域：土地、住房、物业、工资"),
    Signal.SEASON: Default(5, Decimal(3), 1000, "去年接下来四周里的人数，与去年之前八个四周的中位数比，提前提醒"),
    Signal.DISSATISFIED: Default(5, Decimal(2), 0, "四周里不满意的评价数，与前八周的不满意比例比"),
    Signal.COMMITMENTS: Default(3, Decimal(0), 0, "九十天里没有兑现的承诺数"),
    Signal.BACKLOG: Default(5, Decimal(2), 0, "两周里要到期和已经逾期的件数，与前八周每两周的答复数比"),
}
# fmt: on
RISK_WORDS = ("土地", "征地", "宅基地", "住房", "租房", "物业", "工资", "欠薪")
"""Topics so called are high-risk fields until a supervisor chooses others (land, housing, property, wages; S1, S2)."""


def current(place: Jurisdiction, signal: str) -> WarningRule:
    """The newest version of a signal's thresholds here; the shipped ones are stored on first use."""
    found = WarningRule.objects.filter(jurisdiction=place, signal=signal).order_by("-version").first()  # fmt: skip
    if found is not None:
        return found
    default = DEFAULTS[signal]
    made, new = WarningRule.objects.get_or_create(
        jurisdiction=place, signal=signal, version=1,
        defaults={"least": default.least, "times": default.times, "chance": default.chance, "changed_at": timezone.now()},
    )  # fmt: skip
    if new and signal == Signal.HIGH_RISK:
        named = reduce(or_, (Q(name__contains=w) | Q(keywords__contains=w) for w in RISK_WORDS))
        made.topics.set(Topic.objects.filter(named))
    return made


def change(
    *,
    jurisdiction: Jurisdiction,
    signal: str,
    least: int,
    times: Decimal,
    reason: str,
    actor: Actor,
    at: datetime,
    chance: int = 0,
    is_on: bool = True,
    topics: Iterable[Topic] = (),
) -> WarningRule:
    """A new version of the thresholds; running warnings keep the version they came by. Raises NotAllowed, Invalid.

    Source: process.md 8.4 (thresholds are policy).
    """
    if actor.user is None or actor.role not in MATRIX["set_warning_rules"]:
        raise NotAllowed
    held = cleaned({"reason": Words("为什么改", 200, multiline=False)}, {"reason": reason})
    errors: dict[str, list[str]] = {}
    if not 1 <= least <= LEAST_MAX:
        errors["least"] = [_("请填1到%(most)s的整数。") % {"most": LEAST_MAX}]
    if not 0 <= times <= TIMES_MAX:
        errors["times"] = [_("请填0到%(most)s的数，可以带一位小数。") % {"most": TIMES_MAX}]
    if not 0 <= chance <= CHANCE_MAX:
        errors["chance"] = [_("请填0到%(most)s的整数，0表示不看。") % {"most": CHANCE_MAX}]
    chosen = list(topics)
    if signal == Signal.HIGH_RISK and is_on and not chosen:
        errors["topics"] = [_("请至少选一个主题；不再单独看高风险领域，请把这条规则停用。")]
    if errors:
        raise Invalid(errors)
    last = current(jurisdiction, signal)
    try:
        with transaction.atomic():
            made = WarningRule.objects.create(
                jurisdiction=jurisdiction, signal=signal, version=last.version + 1, is_on=is_on, least=least, times=times,
                chance=chance, changed_by_id=actor.user.pk, changed_at=at, **held,
            )  # fmt: skip
            made.topics.set(chosen)
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    return made
