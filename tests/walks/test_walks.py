"""Random walks through the services: thousands of steps by all roles while the days go by (issue 4, "what must hold").

`WALK_STEPS` lengthens the walk (default two of 1,000 steps, some three minutes each), `WALK_SEED` repeats one.
"""

import os
import random
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from suggestions import outbox, states
from suggestions.errors import DomainError
from suggestions.models import CaseEvent, RecordEvent, Suggestion
from suggestions.services import chain, lapses
from suggestions.states import DONE, OPEN, Case
from tests.walks import acts, invariants, records
from tests.walks.acts import ACTS, ERRANDS, Nothing, Walk
from tests.walks.city import make_city
from tests.world import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("own_index")]
STEPS = int(os.environ.get("WALK_STEPS", "1000"))
SEEDS = [int(os.environ["WALK_SEED"])] if "WALK_SEED" in os.environ else [4, 22]
LONG = 4000
PUBLIC_EVERY = 150 if STEPS < LONG else 400
"""After so many steps everything public is read; what a step touched is checked after each one."""
ERRAND_SHARE = 0.4
COMPOSED = ("draft", "publication_step")
"""Acts of several calls: what came before the refused one stands."""
NEVER_BY_WALK: dict[str, str] = {
    "time_load": "an operator's command at the server (load_workdays), no act of a person at the desk",
}
"""Rows that no walk takes, with the reason."""


def pick(walk: Walk) -> tuple[Suggestion, str]:
    """An item, rather a young and open one, and an act, rather one that is meant for its state."""
    dice = walk.dice
    rows = Suggestion.objects.select_related("jurisdiction", "lead_unit", "author")
    working = list(rows.open().values_list("pk", flat=True)) if dice.random() < 0.7 else []
    item = rows.get(pk=dice.choice(working or list(walk.marks)))
    meant = [n for n, (_, _, states_) in ACTS.items() if item.status in states_]
    anywhere = [n for n, (_, _, states_) in ACTS.items() if not states_]
    roll = dice.random()
    names = list(ACTS) if roll < 0.05 or not meant else anywhere if roll < 0.2 else meant
    return item, dice.choices(names, [ACTS[n][1] for n in names])[0]


def step(walk: Walk) -> tuple[Suggestion | None, str, bool]:
    """One act or errand. What is refused must be refused in words and leave everything as it was."""
    walk.acts += 1
    dice = walk.dice
    open_ = Suggestion.objects.open().count()
    if open_ < 6 or (open_ < 14 and dice.random() < 0.06):
        return acts.submit(walk), "submit", True
    if dice.random() < ERRAND_SHARE:
        name = dice.choices(list(ERRANDS), [weight for _, weight in ERRANDS.values()])[0]
        return None, name, tried(walk, name, lambda: ERRANDS[name][0](walk))
    item, name = pick(walk)
    return item, name, tried(walk, name, lambda: ACTS[name][0](walk, item))


def tried(walk: Walk, name: str, act: Callable[[], object]) -> bool:
    before, walk.composed = marks_of_state(), name in COMPOSED
    try:
        act()
    except Nothing:
        return False
    except DomainError as refused:
        if not str(refused).strip():
            pytest.fail(f"{name} is refused without a word")
        after = marks_of_state()
        assert after == before or walk.composed, (
            f"{name} was refused and changed {before} to {after}"
        )
        return False
    return True


_MARKS = """
SELECT (SELECT MAX(id) FROM suggestions_caseevent), (SELECT MAX(id) FROM suggestions_recordevent),
       SUM(version), SUM(event_seq), COUNT(*) FROM suggestions_suggestion
"""


def marks_of_state() -> tuple[object, ...]:
    """Every change leaves an event or raises a version; what shows neither has not changed. One query: it is asked twice
    for every act that is tried.
    """
    with connection.cursor() as cursor:
        cursor.execute(_MARKS)
        return tuple(cursor.fetchone())


def last(model: type[CaseEvent | RecordEvent]) -> int:
    return model._default_manager.order_by("-pk").values_list("pk", flat=True).first() or 0


def touched(key: int) -> list[Suggestion]:
    """The item and those it is merged with, as they stand now."""
    now = Suggestion.objects.get(pk=key)
    family = [now, *now.merged_items.all()]
    return [*family, now.primary] if now.primary is not None else family


def check_public(walk: Walk) -> None:
    while outbox.deliver(now=timezone.now() + timedelta(days=1)):
        pass
    found = list(Suggestion.objects.order_by("-pk")[:60])
    hidden = [i for i in found if not i.is_public]
    walk.dice.shuffle(hidden)
    shown = [i for i in found if i.is_public]
    assert list(invariants.of_public(walk, hidden[:12], shown)) == []


# Steps, not a hang, take the time: a quiet machine takes a sixth of a second for one.
@pytest.mark.timeout(max(900, 2 * STEPS))
@pytest.mark.parametrize("seed", SEEDS)
def test_no_walk_through_the_city_loses_an_item_an_answer_a_clock_or_a_secret(seed: int) -> None:
    walk = Walk(make_city(), random.Random(seed), MONDAY)
    told: list[str] = []
    taken: Counter[str] = Counter()
    with time_machine.travel(walk.at, tick=False) as traveller:
        for number in range(STEPS):
            known = last(CaseEvent), last(RecordEvent)
            walk.at += timedelta(minutes=walk.dice.randrange(1, 90))
            if walk.at.hour >= 18 or walk.at.hour < 8:
                walk.at = walk.at.replace(hour=9) + timedelta(days=1)
                if walk.dice.random() < 0.1:
                    walk.at += timedelta(days=walk.dice.randrange(20))
                traveller.move_to(walk.at)
                lapses.run(now=walk.at)
                told.append(f"{number} the day {walk.at:%Y-%m-%d}")
                assert list(records.left_over()) == [], told[-12:]
            else:
                traveller.move_to(walk.at)
                # What is refused costs a person a moment; the hour goes on when something was done.
                for _ in range(6):
                    item, name, done = step(walk)
                    taken[name] += done
                    told.append(f"{number} {name} on {item}{'' if done else ' refused'}")
                    if done:
                        break
            check_touched(known, told, seed)
            if number % PUBLIC_EVERY == PUBLIC_EVERY - 1:
                check_public(walk)
        check_public(walk)
        check_all()
    rows = {r.name for r in states.TRANSITIONS}
    walked = {n for m in (CaseEvent, RecordEvent) for n in m._default_manager.values_list("name", flat=True)}  # fmt: skip
    never = rows - walked
    assert len(never) < len(rows) * 2 // 3, sorted(never)
    if STEPS >= LONG:
        new = sorted(never - set(NEVER_BY_WALK))
        # Chance leaves out some rare rows (a second objection to an award, a promise replaced); an act that is missing shows.
        assert len(new) <= len(rows) // 10, (
            f"rows no act takes want one in tests/walks/acts/: {new}\n{taken.most_common()}"
        )
        walked_after_all = sorted(walked & set(NEVER_BY_WALK))
        assert not walked_after_all, f"walked, and need not be excused: {walked_after_all}"
    ended = Counter(Suggestion.objects.values_list("status", flat=True))
    assert set(ended) <= OPEN | DONE | {Case.MERGED, Case.NOT_ACCEPTED, Case.REDIRECTED, Case.WITHDRAWN}  # fmt: skip


def check_touched(known: tuple[int, int], told: list[str], seed: int) -> None:
    """Everything this step left an event on, and the items merged with it."""
    fresh = CaseEvent.objects.filter(pk__gt=known[0]).values_list("suggestion_id", flat=True)
    found = {i.pk: i for pk in set(fresh) for i in touched(pk)}
    for item in found.values():
        faults = list(invariants.of_item(item))
        if faults:
            # Looked up only now: a long walk has told thousands of lines.
            own = [t for t in told if str(item) in t or "the day" in t][-25:]
            pytest.fail(f"seed {seed}, {item}: {faults}\n" + "\n".join([*own, *told[-6:]]))
    for machine, key in records.touched(known[1]):
        faults = list(records.of_record(machine, key, since=known[1]))
        assert not faults, f"seed {seed}, {machine} {key}: {faults}\n" + "\n".join(told[-12:])


def check_all() -> None:
    every = {str(i): list(invariants.of_item(i)) for i in Suggestion.objects.all()}
    assert not {k: v for k, v in every.items() if v}
    for machine, key in records.touched(0):
        assert list(records.of_record(machine, key)) == [], (machine, key)
    assert [str(fault) for fault in chain.verify()] == []
