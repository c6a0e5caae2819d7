"""When a count is above what is usual: the arithmetic of early warning, pure (process.md 8.4)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import median

WEEKS = 8
"""What is usual is the median of this many spans before (process.md 8.4: an 8-week baseline)."""
KNOWN_LEAST = 4
"""With fewer spans of history nothing is usual yet: a site in its first weeks is not one great rise."""


@dataclass(frozen=True, slots=True)
class Threshold:
    """At least `least`, and at least `times` what is expected (P: 5 and 3), and rarer by chance than one span in `chance`.

    The last is not asked where it is 0. Without it a city of some hundred quiet topics and places, each with one voice now
    and then, would warn of something every few days.
    """

    least: int
    times: Decimal
    chance: int = 0

    def crossed(self, seen: int, expected: Decimal, past: Sequence[int] = ()) -> bool:
        """Whether `seen` is both many and many times the usual; where nothing is usual, many is enough."""
        if seen < self.least or seen < self.times * expected:
            return False
        return not (self.chance and past) or by_chance(seen, past) * self.chance <= 1


def usual(past: Sequence[int]) -> Decimal | None:
    """The median of the spans before, to a half; None when too few of them are known."""
    if len(past) < KNOWN_LEAST:
        return None
    return Decimal(str(median(past)))


def share_of(part: int, whole: int, of: int) -> Decimal:
    """What `of` would hold at the rate of `part` in `whole`, to a tenth; 0 when there was nothing to take a rate from."""
    if whole == 0:
        return Decimal(0)
    return (Decimal(part) * of / whole).quantize(Decimal("0.1"))


def by_chance(seen: int, past: Sequence[int]) -> float:
    """How likely it is that a span holds `seen` or more when nothing has changed since `past`.

    Voices that come independently of one another follow Poisson; their pace is known only as well as the spans before tell
    it, so that the count of the next span is negative binomial (with Jeffreys' prior, half a voice).
    """
    shape, stay = sum(past) + 0.5, 1 / (len(past) + 1)
    here = (1 - stay) ** shape
    below = 0.0
    for n in range(seen):
        below += here
        here *= (n + shape) / (n + 1) * stay
    return max(0.0, 1 - below)
