"""What people do about an early warning: sign for it, take measures, close it with what came of it (process.md 8.4; S2, S4).

The output is improvement work, never an act against a person: a warning names a topic, a district, items and units.
"""

from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import EarlyWarning, Unit, WarningStep
from suggestions.services import records, warning_signals
from suggestions.services.lapses import lapse_records
from suggestions.services.wording import Words, cleaned
from suggestions.states.warning import WarningState as State

KIND = "K28"


def hand_on(
    *, warning: EarlyWarning, unit: Unit, reason: str, actor: Actor, at: datetime
) -> EarlyWarning:
    """Have another unit sign for it, with the reason; two working days begin anew (K28). Raises Invalid, WrongState."""
    if unit.is_collection_office or not unit.is_active:
        raise Invalid({"unit": [_("请选一个承办单位。")]})
    if unit.pk == warning.unit_id:
        raise Invalid({"unit": [_("本来就是请这个单位签收，请选别的单位。")]})
    records.move(
        warning, "warning_hand_on", actor=actor, at=at, reason=reason.strip(), data={"unit": unit.short_name},
        fields={"unit": unit}, holder=unit,
    )  # fmt: skip
    return warning


def acknowledge(*, warning: EarlyWarning, actor: Actor, at: datetime) -> EarlyWarning:
    """A unit of the matter or of the place signs for it: K28 stops. Where nobody was named for the matter, it is that unit.

    Raises WrongState, NotAllowed. Source: process.md 8.4 (within 2 working days).
    """
    unit = _own(warning, actor)
    records.move(
        warning, "warning_acknowledge", actor=actor, at=at, data={"unit": unit.short_name},
        fields={"acknowledged_by": actor.user, "acknowledged_at": at, **({} if warning.unit_id else {"unit": unit})},
    )  # fmt: skip
    return warning


def take_measure(
    *, warning: EarlyWarning, words: str, actor: Actor, at: datetime, until_on: date | None = None
) -> WarningStep:
    """A unit writes what it does about it and by when, as often as there is something new. Raises Invalid, WrongState.

    Source: process.md 8.4 (act before complaint 未诉先办; S4; BJ 24 to 26).
    """
    unit = _own(warning, actor)
    held = cleaned({"words": Words("措施", 1000)}, {"words": words})
    if until_on is not None and until_on < local_date(at):
        raise Invalid({"until_on": [_("请填今天或以后的日期。")]})
    with transaction.atomic():
        records.move(
            warning, "warning_act", actor=actor, at=at, data={"unit": unit.short_name, "words": held["words"]}
        )  # fmt: skip
        return WarningStep.objects.create(
            warning=warning, unit=unit, until_on=until_on, written_by=actor.user, at=at, **held
        )  # type: ignore[misc]


def close(*, warning: EarlyWarning, result: str, actor: Actor, at: datetime) -> EarlyWarning:
    """The office ends it with what was done and what changed; the count of that day is kept beside the one that raised it.

    Raises Invalid (no words), WrongState (no measure yet).
    """
    held = cleaned({"result": Words("做了什么，有什么变化", 2000)}, {"result": result})
    records.move(
        warning, "warning_close", actor=actor, at=at, data={"words": held["result"]},
        fields={**held, "ended_at": at, "seen_after": warning_signals.seen_now(warning, local_date(at))},
    )  # fmt: skip
    return warning


def dismiss(*, warning: EarlyWarning, reason: str, actor: Actor, at: datetime) -> EarlyWarning:
    """The office says, with the reason, that it is no sign of anything: a false alarm, counted as one with its rule."""
    records.move(
        warning, "warning_dismiss", actor=actor, at=at, reason=reason.strip(), fields={"ended_at": at}
    )  # fmt: skip
    return warning


def lapse(*, now: datetime) -> int:
    """Mark what nobody signed for in time, at 24:00 of the due day (K28). The supervisors are told."""
    waiting = EarlyWarning.objects.filter(status=State.RAISED).select_related("jurisdiction")
    return lapse_records(
        waiting, KIND, now=now,
        lapse=lambda warning, at: records.move(warning, "warning_lapse", actor=Actor.system(), at=at),
    )  # fmt: skip


def _own(warning: EarlyWarning, actor: Actor) -> Unit:
    if actor.user is None or actor.unit is None or actor.unit.pk not in warning.unit_ids():
        raise NotAllowed(_("只有这条预警的属事单位或属地单位能做这一步。"))
    return actor.unit
