"""A year of a small city for the watch: a quiet background that is the same every time, and rises planted into it."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from suggestions.clock import SHANGHAI
from suggestions.models import Author, District, Suggestion, Topic
from suggestions.states import Case
from tests.world import World

SEED = 20261123


@dataclass
class Year:
    """Items written row by row, as the watch reads them: who (a keyed hash), where, about what, when."""

    city: World
    dice: random.Random = field(default_factory=lambda: random.Random(SEED))
    rows: list[tuple[Suggestion, str]] = field(default_factory=list)
    number: int = 0

    def voice(
        self,
        on: date,
        topic: Topic,
        district: District,
        person: str = "",
        status: str = Case.CLOSED,
    ) -> Suggestion:
        """One item of one person on one day."""
        self.number += 1
        n = self.number
        at = datetime.combine(on, time(8 + n % 10, n % 60), tzinfo=SHANGHAI)
        unit = self.city.bus if status not in (Case.REGISTERED, Case.WITHDRAWN) else None
        item = Suggestion(
            case_no=f"JY2026-{n:07d}-0", jurisdiction=self.city.jurisdiction, receipt_hash=f"r{n}", query_code_hash="q",
            idempotency_key=f"k{n}", idempotency_digest="d", original_title="站台加座椅", original_problem="没有地方坐。",
            topic=topic, district=district, status=status, received_at=at, lead_unit=unit,
        )  # fmt: skip
        self.rows.append((item, person or f"person-{n}"))
        return item

    def background(self, first: date, days: int, topics: list[Topic], districts: list[District]) -> None:  # fmt: skip
        """Every topic and district has its own pace, between none and five voices a week, at random days."""
        for topic in topics:
            for district in districts:
                pace = self.dice.choice((0.1, 0.3, 0.8, 1.5, 3.0, 5.0))
                for week in range(days // 7):
                    for _ in range(_poisson(self.dice, pace)):
                        self.voice(first + timedelta(days=week * 7 + self.dice.randrange(7)), topic, district)  # fmt: skip

    def plant(self, on: date, topic: Topic, district: District, people: int, days: int = 4) -> None:
        """A rise: so many different people within some days."""
        for n in range(people):
            self.voice(on + timedelta(days=n % days), topic, district)

    def write(self) -> None:
        """Put all of it into the database."""
        self.rows.sort(key=lambda r: r[0].received_at)
        Suggestion.objects.bulk_create([item for item, _ in self.rows], batch_size=400)
        Author.objects.bulk_create(
            [Author(suggestion=item, phone_hash=person) for item, person in self.rows],
            batch_size=400,
        )
        self.rows.clear()


def _poisson(dice: random.Random, mean: float) -> int:
    """How many of rare things happen (Knuth)."""
    from math import exp

    limit, count, product = exp(-mean), 0, dice.random()
    while product > limit:
        count, product = count + 1, product * dice.random()
    return count


def more_places(city: World, topics: int, districts: int) -> tuple[list[Topic], list[District]]:
    """So many topics and districts of the small city."""
    made = [Topic.add_root(code=f"t{n}", name=f"主题{n}") for n in range(topics)]
    places = [
        District.add_root(code=f"9902{n:02d}", name=f"街道{n}", jurisdiction=city.jurisdiction) for n in range(districts)
    ]  # fmt: skip
    return made, places
