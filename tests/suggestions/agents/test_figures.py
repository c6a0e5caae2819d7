"""最多访一次 counts people who did not have to come twice, with numerator and denominator (process.md 3.3)."""

from datetime import date, timedelta
from typing import Any

import pytest

from suggestions.models import AgentVisit
from suggestions.roles import Role
from suggestions.services import agents
from suggestions.statistics import agents as figures
from suggestions.statistics.figures import Period
from tests import world as w
from tests.suggestions.agents.helpers import entered
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


@pytest.fixture
def city(settings: Any, tmp_path: Any) -> World:
    settings.STORAGES = {
        **settings.STORAGES,
        "attachments": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path), "base_url": None},
        },
    }
    return w.make_world()


def visit(city: World, item: Any, kind: str, days: int) -> None:
    at = MONDAY + timedelta(days=days)
    agents.log_visit(
        suggestion=item, kind=kind, on=at.date(), note="", actor=city.actor(Role.AGENT_L1), at=at
    )


def test_a_second_coming_counts_against_it_and_the_agents_own_going_does_not(city: World) -> None:
    once, twice, went = (entered(city).receipt.suggestion for _ in range(3))
    visit(city, twice, "came", 3)
    visit(city, went, "went", 3)
    visit(city, went, "called", 4)
    visit(city, once, "came", 0)
    figure = figures.at_most_one_visit(NOVEMBER, city.jurisdiction)
    assert (figure.numerator, figure.denominator, figure.percent) == (2, 3, "66.7")
    assert AgentVisit.objects.filter(suggestion=once).count() == 1, "the same day is the same visit"


def test_an_agent_reads_the_own_count_and_no_other_agents(city: World) -> None:
    twice, _other = (entered(city).receipt.suggestion for _ in range(2))
    visit(city, twice, "came", 3)
    mine = figures.own_cases(city.users[Role.AGENT_L1], MONDAY.date() + timedelta(days=9))
    assert (mine.numerator, mine.denominator) == (1, 2)
    assert mine.detail == "今年收到、由您代办的2件，其中本人没有跑第二趟的1件。"
    for role in (Role.AGENT_L2, Role.TRIAGE_OFFICER):
        assert figures.own_cases(city.users[role], MONDAY.date()).denominator == 0


def test_what_nobody_confirmed_is_not_counted_as_an_agents_own(city: World) -> None:
    entered(city, signed=False)
    assert figures.own_cases(city.users[Role.AGENT_L1], MONDAY.date()).denominator == 0


def test_without_agent_cases_the_share_is_a_dash_and_no_hundred_percent(city: World) -> None:
    w.submit(city)
    assert figures.at_most_one_visit(NOVEMBER).percent == "–"


def test_a_case_of_another_month_is_not_counted(city: World) -> None:
    entered(city)
    december = Period(date(2026, 12, 1), date(2026, 12, 31))
    assert figures.at_most_one_visit(december).denominator == 0
    assert figures.at_most_one_visit(NOVEMBER).denominator == 1


def test_a_visit_lies_not_in_the_future_and_not_long_before_the_item(city: World) -> None:
    item = entered(city).receipt.suggestion
    from suggestions.errors import Invalid

    for days in (1, -60):
        with pytest.raises(Invalid):
            agents.log_visit(
                suggestion=item, kind="came", on=MONDAY.date() + timedelta(days=days), note="",
                actor=city.actor(Role.AGENT_L1), at=MONDAY,
            )  # fmt: skip
