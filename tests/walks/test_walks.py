"""Random walks through the services: thousands of steps by all roles while the days go by (issue 4, "what must hold").

`WALK_STEPS` lengthens the walk (default a run of about half a minute), `WALK_SEED` repeats one.
"""

import os
import random
from collections import Counter
from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from suggestions import outbox, states
from suggestions.errors import DomainError
from suggestions.models import CaseEvent, RedirectTarget, Suggestion
from suggestions.services import chain, lapses
from suggestions.states import DONE, OPEN, Case, Machine
from tests import world as w
from tests.walks import acts, invariants
from tests.walks.acts import ACTS, Nothing, Walk
from tests.world import MONDAY

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.usefixtures("own_index")]
STEPS = int(os.environ.get("WALK_STEPS", "600"))
SEEDS = [int(os.environ["WALK_SEED"])] if "WALK_SEED" in os.environ else [4, 22]
LONG = 4000
WALKED = (Machine.CASE, Machine.ASSIGNMENT, Machine.PUBLICATION, Machine.EVALUATION)
NEVER_BY_WALK = {
    "save_draft", "archive", "study_before_reply",
}  # fmt: skip
"""Rows that need what a walk does not bring: ninety quiet days, an opened study."""


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


def step(walk: Walk) -> tuple[Suggestion, str, bool]:
    """One act. What is refused must be refused in words and leave the item as it was."""
    walk.acts += 1
    dice = walk.dice
    open_ = Suggestion.objects.open().count()
    if open_ < 6 or (open_ < 14 and dice.random() < 0.06):
        return acts.submit(walk), "submit", True
    item, name = pick(walk)
    before = (item.version, item.event_seq, item.status, item.publication, item.evaluation_state)
    try:
        ACTS[name][0](walk, item)
    except Nothing:
        return item, name, False
    except DomainError as refused:
        words = str(refused).strip()
        if not words:
            pytest.fail(f"{name} is refused without a word")
        now = Suggestion.objects.get(pk=item.pk)
        after = (now.version, now.event_seq, now.status, now.publication, now.evaluation_state)
        composed = name in ("draft", "publication_step")
        assert after == before or composed, f"{name} was refused and changed {before} to {after}"
        return item, name, False
    return item, name, True


def touched(item: Suggestion) -> list[Suggestion]:
    """The item and those it is merged with, as they stand now."""
    now = Suggestion.objects.get(pk=item.pk)
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


@pytest.mark.parametrize("seed", SEEDS)
def test_no_walk_through_the_city_loses_an_item_an_answer_a_clock_or_a_secret(seed: int) -> None:
    city = w.make_world()
    RedirectTarget.objects.create(
        code="jiwei", name="测试市纪委监委", categories=["report_misconduct"], legal_basis="《信访工作条例》第三十条"
    )  # fmt: skip
    walk = Walk(city, random.Random(seed), MONDAY)
    told: list[str] = []
    taken: Counter[str] = Counter()
    seen: dict[int, int] = {}
    moved: list[Suggestion]
    with time_machine.travel(walk.at, tick=False) as traveller:
        for number in range(STEPS):
            walk.at += timedelta(minutes=walk.dice.randrange(1, 90))
            if walk.at.hour >= 18 or walk.at.hour < 8:
                walk.at = walk.at.replace(hour=9) + timedelta(days=1)
                if walk.dice.random() < 0.1:
                    walk.at += timedelta(days=walk.dice.randrange(20))
                traveller.move_to(walk.at)
                lapses.run(now=walk.at)
                told.append(f"{number} the day {walk.at:%Y-%m-%d}")
                moved = [i for i in Suggestion.objects.all() if seen.get(i.pk) != i.event_seq]
            else:
                traveller.move_to(walk.at)
                moved = []
                # What is refused costs a person a moment; the hour goes on when something was done.
                for _ in range(6):
                    item, name, done = step(walk)
                    taken[name] += done
                    told.append(f"{number} {name} on {item}{'' if done else ' refused'}")
                    if done:
                        moved = touched(item)
                        break
            for one in moved:
                seen[one.pk] = one.event_seq
                faults = list(invariants.of_item(one))
                own = [t for t in told if str(one) in t or "the day" in t][-25:]
                assert not faults, f"seed {seed}, {one}: {faults}\n" + "\n".join(own)
            if number % 150 == 149:
                check_public(walk)
        check_public(walk)
        every = {str(i): list(invariants.of_item(i)) for i in Suggestion.objects.all()}
        assert not {k: v for k, v in every.items() if v}
    assert [str(fault) for fault in chain.verify()] == []
    rows = {r.name for r in states.TRANSITIONS if r.machine in WALKED}
    walked = set(CaseEvent.objects.values_list("name", flat=True))
    assert len(rows & walked) > len(rows) // 3, sorted(rows - walked)
    if STEPS >= LONG:
        assert rows - walked <= NEVER_BY_WALK, "a new row wants a new act in tests/walks/acts.py"
    ended = Counter(Suggestion.objects.values_list("status", flat=True))
    assert set(ended) <= OPEN | DONE | {Case.MERGED, Case.NOT_ACCEPTED, Case.REDIRECTED, Case.WITHDRAWN}  # fmt: skip
