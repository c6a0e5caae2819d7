"""A year of a city in one run: every item lives through the services while one clock moves on, day by day.

At the start of each day the sweeps do what time brings, and once a week the office makes its round; then every item due
that day is woken, in order of time. With several workers each owns its items and all meet at midnight, so that the clock
is one and the same run gives the same items. PostgreSQL carries several workers; SQLite one.
"""

import heapq
import multiprocessing
import random
import time as stopwatch
import traceback
from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from multiprocessing.connection import Connection
from typing import Any

from django.db import connections
from django.db.models import Count

from suggestions import outbox
from suggestions.clock import SHANGHAI
from suggestions.demo import replay_after, replay_checks
from suggestions.demo.replay_cost import Cost, Outcome, counted, difference, memory, server_seconds
from suggestions.demo.replay_life import Life
from suggestions.demo.seed import Seeder
from suggestions.models import CaseEvent, RecordEvent, Suggestion, Topic
from suggestions.roles import Role
from suggestions.services import chain, lapses, service_points

YEAR = 2025
"""A year whose calendar is known, and the year after it as well."""
DAYS = 365
PARTS = 10
_SHOWN = 3


class Town:
    """The city with what its items share within one worker."""

    def __init__(self, city: Seeder, seed: int) -> None:
        self.city, self.seed = city, seed
        self.dice = random.Random(f"{seed} town")
        self.units = [u for u in city.units.values() if not u.is_collection_office]
        self.unit_by_id = {u.pk: u for u in city.units.values()}
        self.districts = list(city.districts.values())
        self.targets = list(city.targets.values())
        self.adoptions = replay_after.Adoptions()
        self.recent: list[tuple[int, str]] = []

    def topic(self, dice: random.Random) -> Topic:
        return dice.choice(list(self.city.topics.values()))

    def remember(self, pk: int, phone: str) -> None:
        """An accepted item, which later ones may be about as well."""
        self.recent = [*self.recent[-40:], (pk, phone)]

    def earlier(self, dice: random.Random) -> tuple[int, str] | None:
        return dice.choice(self.recent) if self.recent else None

    def open_item(self, dice: random.Random) -> Suggestion | None:
        found = self.earlier(dice)
        return replay_after.primary(found[0]) if found else None


def build_town(seed: int, city: Seeder | None = None) -> Town:
    """Jurisdiction, units, staff, topics and one service point with its agent, as on the first day of the year."""
    if city is None:
        city = Seeder(now=datetime(YEAR, 1, 1, tzinfo=SHANGHAI))
        city.city_facts()
    town = Town(city, seed)
    officer = city.actor(Role.TRIAGE_OFFICER)
    point = service_points.open_point(
        code="replay", jurisdiction=city.jurisdiction, actor=officer, at=city.now,
        facts=service_points.Facts(
            name="社区征集点", level="village", address="柳河路1号", hours="工作日", phone=city.jurisdiction.phone,
            district=town.districts[0],
        ),
    )  # fmt: skip
    service_points.appoint(
        point=point, user=city.users[(str(Role.AGENT_L1), "")], level=Role.AGENT_L1, duty_hours="工作日",
        valid_from=date(YEAR, 1, 1), actor=officer, at=city.now,
    )  # fmt: skip
    return town


def arrivals(items: int, seed: int, days: int = DAYS) -> list[datetime]:
    """When the items come in: any day, more by day than by night, in order."""
    dice = random.Random(f"{seed} arrivals")
    start = datetime(YEAR, 1, 1, 7, tzinfo=SHANGHAI)
    return sorted(
        start + timedelta(days=dice.randrange(days), minutes=dice.randrange(15 * 60))
        for _ in range(items)
    )


class Share:
    """The items of one worker, as a queue by time."""

    def __init__(self, town: Town, mine: list[tuple[int, datetime]]) -> None:
        self.queue: list[tuple[datetime, int, Life]] = [
            (at, number, Life(town, number, at)) for number, at in mine
        ]
        heapq.heapify(self.queue)
        self.cost = Cost()
        self.errors: Counter[str] = Counter()
        self.traces: list[str] = []

    def day(self, until: datetime) -> None:
        """Wake everything that is due before a moment."""
        while self.queue and self.queue[0][0] < until:
            at, number, life = heapq.heappop(self.queue)
            new = not life.pk
            try:
                following = life.wake(at)
            except Exception as error:
                self._note(life, error)
                following = None
            self.cost.steps += 1
            self.cost.items += new and bool(life.pk)
            if following is not None:
                heapq.heappush(self.queue, (max(following, at + timedelta(minutes=1)), number, life))  # fmt: skip

    def _note(self, life: Life, error: Exception) -> None:
        state = life.item.status if life.pk and hasattr(life, "item") else "new"
        self.errors[f"{type(error).__name__} in {state}: {error}"[:300]] += 1
        if len(self.traces) < _SHOWN:
            self.traces.append("".join(traceback.format_exception(error)))

    def report(self) -> tuple[Cost, Counter[str], list[str]]:
        self.cost.cpu = stopwatch.process_time()
        self.cost.memory = memory()
        return self.cost, self.errors, self.traces


def run(
    *,
    items: int,
    seed: int,
    workers: int = 1,
    days: int = DAYS,
    city: Seeder | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> Outcome:
    """Replay the year on an empty, migrated database whose calendar is loaded, or its first `days` days.

    `city`: units, staff and topics that are there already. `progress` gets the number of items taken in so far, after
    each day.
    """
    town = build_town(seed, city)
    arriving = list(enumerate(arrivals(items, seed, days)))
    shares = [arriving[n::workers] for n in range(workers)]
    if workers == 1:
        with outbox.bulk(notices=True), counted() as seen:
            return _Year(town, [_Inline(Share(town, shares[0]), seen)], seen, progress).live(days)  # fmt: skip
    # Children open connections of their own.
    connections.close_all()
    hands = [_Child(town, share) for share in shares]
    try:
        with outbox.bulk(notices=True), counted() as seen:
            return _Year(town, hands, seen, progress).live(days)
    finally:
        for hand in hands:
            hand.stop()


class _Inline:
    """One worker in this process."""

    def __init__(self, share: Share, counted: Cost) -> None:
        self.share = share

    def begin(self, until: datetime) -> None:
        self.share.day(until)

    def end(self) -> tuple[Cost, Counter[str], list[str]]:
        cost, errors, traces = self.share.report()
        # This process is counted once, by the year.
        return Cost(items=cost.items, steps=cost.steps), errors, traces

    def stop(self) -> None:
        pass


class _Child:
    """A worker in a process of its own, told the end of each day through a pipe."""

    def __init__(self, town: Town, mine: list[tuple[int, datetime]]) -> None:
        context = multiprocessing.get_context("fork")
        self.pipe, theirs = context.Pipe()
        self.process = context.Process(target=_work, args=(town, mine, theirs), daemon=True)
        self.process.start()
        theirs.close()

    def begin(self, until: datetime) -> None:
        self.pipe.send(until)

    def end(self) -> tuple[Cost, Counter[str], list[str]]:
        told: tuple[Cost, Counter[str], list[str]] = self.pipe.recv()
        return told

    def stop(self) -> None:
        self.pipe.close()
        self.process.join(timeout=10)
        if self.process.is_alive():
            self.process.terminate()


def _work(town: Town, mine: list[tuple[int, datetime]], pipe: Connection) -> None:
    share = Share(town, mine)
    with outbox.bulk(notices=True), counted() as seen:
        while True:
            try:
                until = pipe.recv()
            except EOFError:
                break
            share.day(until)
            cost, errors, traces = share.report()
            cost.queries = seen.queries
            pipe.send((cost, errors, traces))
    connections.close_all()


class _Year:
    """The clock, the sweeps, and the sums."""

    def __init__(self, town: Town, hands: list[Any], counted: Cost, progress: Callable[[int], None]) -> None:  # fmt: skip
        self.hands, self.counted, self.progress = hands, counted, progress
        self.round = replay_after.Round(town)
        self.outcome = Outcome()
        self.errors: Counter[str] = Counter()
        self.sweeps = self.sweeps_cpu = 0.0

    def live(self, days: int) -> Outcome:
        began, last = stopwatch.perf_counter(), self._now([])
        first = datetime.combine(date(YEAR, 1, 1), time(0), SHANGHAI)
        before, told = last, []
        for number in range(days):
            day = first + timedelta(days=number)
            self._sweep(day + timedelta(minutes=30), weekly=number % 7 == 3)
            for hand in self.hands:
                hand.begin(day + timedelta(days=1))
            told = [hand.end() for hand in self.hands]
            self.progress(sum(cost.items for cost, _, _ in told))
            if (number + 1) * PARTS // days > number * PARTS // days:
                now = self._now(told, seconds=stopwatch.perf_counter() - began)
                self.outcome.tenths.append(difference(now, before))
                before = now
        self._sweep(first + timedelta(days=days, minutes=30), weekly=False)
        return self._finish(told, difference(before, last))

    def _sweep(self, now: datetime, *, weekly: bool) -> None:
        began, spent = stopwatch.perf_counter(), stopwatch.process_time()
        for work in (self._lapses, self._chain, *([self._round] if weekly else [])):
            try:
                work(now)
            except Exception as error:
                failed = error.exceptions if isinstance(error, ExceptionGroup) else (error,)
                for one in failed:
                    self.errors[f"{type(one).__name__} in {work.__name__.strip('_')}: {one}"[:300]] += 1  # fmt: skip
                    if len(self.outcome.traces) < _SHOWN:
                        self.outcome.traces.append("".join(traceback.format_exception(one)))
        self.sweeps += stopwatch.perf_counter() - began
        self.sweeps_cpu += stopwatch.process_time() - spent

    def _lapses(self, now: datetime) -> None:
        lapses.run(now=now)

    def _chain(self, now: datetime) -> None:
        chain.close_days(now=now)

    def _round(self, now: datetime) -> None:
        self.round.go(now + timedelta(hours=9))

    def _now(self, told: list[Any], *, seconds: float = 0.0) -> Cost:
        """Everything summed up to this moment."""
        costs = [cost for cost, _, _ in told]
        return Cost(
            items=sum(c.items for c in costs), steps=sum(c.steps for c in costs),
            events=CaseEvent.objects.count() + RecordEvent.objects.count(),
            queries=self.counted.queries + sum(c.queries for c in costs), seconds=seconds, sweeps=self.sweeps,
            cpu=stopwatch.process_time() + sum(c.cpu for c in costs), database=server_seconds(), sweeps_cpu=self.sweeps_cpu,
            memory=max([memory(), *(c.memory for c in costs)]),
        )  # fmt: skip

    def _finish(self, told: list[Any], total: Cost) -> Outcome:
        made = self.outcome
        made.total = total
        for _cost, errors, traces in told:
            self.errors += errors
            made.traces += traces
        made.traces = made.traces[:_SHOWN]
        made.errors = dict(self.errors.most_common())
        made.states = _counts(Suggestion, "status")
        made.transitions = {**_counts(CaseEvent, "name"), **_counts(RecordEvent, "name")}
        made.faults = replay_checks.all_checks()
        return made


def _counts(model: Any, name: str) -> dict[str, int]:
    rows = model._default_manager.order_by().values_list(name).annotate(n=Count("pk"))
    return dict(sorted(rows, key=lambda row: -row[1]))
