"""The first weeks of a replayed year: no error, no fault; and where a replay is refused."""

import json
import random
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from suggestions.demo import replay_after, replay_checks, replay_texts
from suggestions.models import Clock, Commitment, Jurisdiction, Suggestion
from suggestions.services.rectifying import same_words


@pytest.mark.slow
@pytest.mark.django_db
def test_replayed_weeks_end_without_error_and_with_every_clock_accounted_for() -> None:
    out = StringIO()
    call_command("replay_year", items=60, days=60, seed=3, json=True, verbosity=0, stdout=out)
    made = json.loads(out.getvalue())
    assert made["errors"] == {}
    assert made["faults"] == []
    assert sum(made["states"].values()) == 60
    assert len(made["tenths"]) == 10
    assert {"closed", "answered", "redirected"} <= set(made["states"])
    assert Commitment.objects.exists()


@pytest.mark.django_db
def test_a_replay_is_refused_where_there_is_data() -> None:
    Jurisdiction.add_root(code="there", name="某市", city_name="某市", office_name="某市征集办")
    with pytest.raises(CommandError, match="已经有数据"):
        call_command("replay_year", items=1, verbosity=0)


@pytest.mark.django_db
def test_a_replay_is_refused_outside_a_demo(settings) -> None:  # type: ignore[no-untyped-def]
    settings.DEMO = False
    with pytest.raises(CommandError, match="DEMO"):
        call_command("replay_year", items=1, verbosity=0)


def test_a_clock_may_run_only_where_its_rows_carry_it() -> None:
    where = replay_checks.running_in()
    assert "dispatched" not in where["K2"]["case"]  # type: ignore[index]
    assert {"registered", "accepted"} <= where["K2"]["case"]  # type: ignore[index]
    assert "handling" in where["K7a"]["case"]  # type: ignore[index]


@pytest.mark.django_db
def test_a_clock_that_runs_after_its_case_ended_is_named() -> None:
    from tests.world import make_world, submit

    item = submit(make_world()).suggestion
    assert list(replay_checks.clocks()) == []
    Suggestion.objects.filter(pk=item.pk).update(status="withdrawn")
    assert any("withdrawn" in said for said in replay_checks.clocks())
    Clock.objects.filter(suggestion=item).update(stopped_at=item.received_at, stop_reason="")
    assert any("without a reason" in said for said in replay_checks.clocks())


def test_no_two_versions_of_a_replayed_answer_count_as_the_same() -> None:
    dice = random.Random(1)
    for first in range(3):
        bodies = [replay_texts.answer(dice, version, first) for version in range(1, 13)]
        assert not any(same_words(a, b) for n, a in enumerate(bodies) for b in bodies[:n])


@pytest.mark.django_db
def test_a_replayed_answer_drafted_anew_has_words_that_the_next_one_does_not_repeat() -> None:
    from tests.world import make_world, submit

    life: Any = SimpleNamespace(
        dice=random.Random(1), number=1, drafts=0, at=timezone.now(), item=submit(make_world()).suggestion
    )  # fmt: skip
    bodies = [replay_after.answer(life)["body"] for _ in range(5)]
    assert not any(same_words(a, b) for n, a in enumerate(bodies) for b in bodies[:n])
