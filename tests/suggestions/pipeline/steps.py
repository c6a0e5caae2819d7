"""Steps that several tests of returns and changes of hands take."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from suggestions.actor import Actor
from suggestions.models import Assignment, Clock, Objection, Suggestion, Unit
from suggestions.services import assignment, disputes
from tests import world as w
from tests.world import MONDAY, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REASONS = "站台座椅由道路管养单位统一设置，不在我单位职责之内，应由园林部门办理。"


@dataclass
class City:
    """The test world, and who was hired on top of it."""

    world: World
    park: Unit

    def hire(self, key: str, unit: Unit | None) -> None:
        self.world.users |= w.hire({key: unit}, self.world.jurisdiction)

    def actor(self, who: str) -> Actor:
        role, _, code = who.partition(":")
        if code == "park":
            return Actor.staff(self.world.users[who], role, self.park)
        return self.world.actor(who)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.world, name)


def registered(city: City, **changes: Any) -> Suggestion:
    return w.submit(city.world, **changes).suggestion


def accepted(city: City, **changes: Any) -> Suggestion:
    return w.accept(city.world, registered(city, **changes), at=MONDAY + HOUR)


def dispatched(city: City, *, co: bool = False, **changes: Any) -> Suggestion:
    return w.dispatch(city.world, accepted(city, **changes), at=MONDAY + 2 * HOUR, co=co)


def lead(item: Suggestion) -> Assignment:
    held = assignment.active_lead(item)
    assert held is not None
    return held


def co_part(item: Suggestion) -> Assignment:
    return next(p for p in assignment.active_parts(item) if p.part == "co")


def clock(item: Suggestion, kind: str) -> Clock:
    return Clock.objects.get(suggestion=item, kind=kind, stopped_at=None)


def due(item: Suggestion, kind: str) -> date:
    return clock(item, kind).due_on


def objects(city: City, item: Suggestion, unit: str, *, at: datetime) -> Objection:
    return disputes.object_to(
        assignment=lead(item), reasons=REASONS, legal_basis="市政府“三定”规定第六条",
        actor=city.actor(f"liaison:{unit}"), at=at,
    )  # fmt: skip


def bounce(city: City, item: Suggestion, unit: str, *, at: datetime) -> None:
    """The unit objects and the office agrees."""
    disputes.uphold(
        objection=objects(city, item, unit, at=at), decision="确实不归这个单位。",
        actor=city.actor("triage_officer"), at=at + HOUR,
    )  # fmt: skip


def give(city: City, item: Suggestion, unit: Unit, *, at: datetime) -> Suggestion:
    return assignment.dispatch(
        suggestion=item, lead=unit, actor=city.actor("triage_officer"), at=at
    )
