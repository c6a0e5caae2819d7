"""The walker: who and what a walk has at hand, and the two registers of what may be tried.

An act is tried on an item; an errand finds its own matter: a hearing, an order, a mandate. Neither asks whether it fits;
it is often tried where it does not, by somebody who may not. The service must then refuse in words (DomainError), and
nothing may have changed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError
from suggestions.models import Suggestion
from tests.world import World

STRANGERS = ("intake_clerk", "publisher", "analyst", "leader", "handler:water", "unit_head:water", "liaison:water", "agent_l1", "jury")  # fmt: skip
LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒"


class Nothing(DomainError):
    """The act has nothing to act on; a person would not have found its button."""


@dataclass
class Walk:
    """The city, the dice, the hour, and the word by which each item can be found again."""

    city: World
    dice: random.Random
    at: datetime
    marks: dict[int, str] = field(default_factory=dict)
    acts: int = 0
    composed: bool = False
    """Set by an act of several steps, of which the first may stand when the second is refused."""

    def who(self, *roles: str) -> Actor:
        """One of those the act is for; now and then somebody else altogether."""
        key = self.dice.choice(STRANGERS if self.dice.random() < 0.07 else roles)
        return Actor.author() if key == "author" else self.city.actor(key)

    def unit(self) -> Any:
        return self.dice.choice((self.city.bus, self.city.water))

    def lead(self, item: Suggestion) -> str:
        """The code of the unit that leads, or any where none does."""
        return item.lead_unit.code if item.lead_unit else "bus"

    def handler(self, item: Suggestion) -> Actor:
        return self.who(f"handler:{self.lead(item)}", f"liaison:{self.lead(item)}")

    def head(self, unit: Any) -> Actor:
        return self.who(*[f"unit_head:{unit.code if unit else 'bus'}"] * 6, "unit_head:water")

    def day(self, days: int = 0) -> date:
        """So many days from the walk's today."""
        return local_date(self.at) + timedelta(days=days)

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def one(self, rows: Any, newest: int = 5) -> Any:
        """One of the newest of these rows. Raises Nothing when there is none."""
        found = list(rows.order_by("-pk")[:newest])
        if not found:
            raise Nothing("nothing there")
        return self.dice.choice(found)

    def item(self, *states: str, newest: int = 12) -> Suggestion:
        """One of the newest items, of these states if any are named. Raises Nothing when there is none."""
        rows = Suggestion.objects.select_related("jurisdiction", "lead_unit", "author")
        found: Suggestion = self.one(rows.filter(status__in=states) if states else rows, newest)
        return found

    def knows(self, made: Suggestion, mark: str) -> Suggestion:
        """Remember the word by which an item can be found again."""
        self.marks.setdefault(made.pk, mark)
        return made

    def mark(self) -> str:
        """A word of three signs that no other item holds."""
        n = len(self.marks)
        return "标" + "".join(LETTERS[n // len(LETTERS) ** k % len(LETTERS)] for k in range(3))


Act = Callable[[Walk, Suggestion], object]
ACTS: dict[str, tuple[Act, int, frozenset[str]]] = {}


def act(weight: int, *states: str) -> Callable[[Act], Act]:
    """Register an act with how often it is tried and the states of a case it is meant for (none: any)."""

    def keep(found: Act) -> Act:
        ACTS[found.__name__] = (found, weight, frozenset(states))
        return found

    return keep


Errand = Callable[[Walk], object]
ERRANDS: dict[str, tuple[Errand, int]] = {}


def errand(weight: int) -> Callable[[Errand], Errand]:
    """Register what a walker does about no item in particular, with how often it is tried."""

    def keep(found: Errand) -> Errand:
        ERRANDS[found.__name__] = (found, weight)
        return found

    return keep


def first(rows: Any) -> Any:
    """The newest of these rows. Raises Nothing when there is none."""
    found = rows.order_by("-pk").first()
    if found is None:
        raise Nothing("nothing there")
    return found
