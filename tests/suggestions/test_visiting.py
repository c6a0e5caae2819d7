"""Return visits after the limit: who is asked, by whom, and what the rates leave out (7.1, 7.2, K14)."""

from datetime import date, timedelta

import pytest
from django.test import override_settings

from suggestions import access
from suggestions.codes import Solved
from suggestions.errors import Invalid, NotAllowed, WrongState
from suggestions.models import Clock, RecordEvent, StaffRole, Suggestion, Visit
from suggestions.roles import Role
from suggestions.services import intake, lapses, visiting
from suggestions.states.visit import VisitState
from suggestions.statistics import visits as statistics
from suggestions.statistics.figures import Period
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
AUTUMN = Period(date(2026, 10, 1), date(2026, 12, 31))
PASSED = MONDAY + timedelta(days=30)


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.answered(city, published=False)[0]


def planned(city: World, item: Suggestion) -> Visit:
    return visiting.plan(suggestion=item, why="spot", actor=city.actor("supervisor"), at=PASSED)


def visited(city: World, item: Suggestion, **said: object) -> Visit:
    values: dict[str, object] = {"contacted": True, "solved": "yes", "satisfied": "satisfied", **said}  # fmt: skip
    return visiting.record(
        visit=planned(city, item), actor=city.actor("intake_clerk"), at=PASSED, **values  # type: ignore[arg-type]
    )  # fmt: skip


@override_settings(VISIT_SHARE=100)
def test_when_the_limit_has_passed_a_visit_is_due_in_five_working_days(
    city: World, item: Suggestion
) -> None:
    limit = Clock.objects.get(suggestion=item, kind="K7a")
    assert visiting.plan_due(now=lapses.legal_moment(limit) - timedelta(hours=1)) == 0
    assert visiting.plan_due(now=PASSED) == 1
    assert visiting.plan_due(now=PASSED) == 0
    visit = Visit.objects.get()
    assert visit.planned_at == lapses.legal_moment(limit)
    assert limit.due_on == date(2026, 11, 24)
    assert (visit.due_kind, visit.due_on) == ("K14", date(2026, 12, 2))


@override_settings(VISIT_SHARE=0)
def test_a_share_of_nothing_visits_nobody(city: World, item: Suggestion) -> None:
    assert visiting.plan_due(now=PASSED) == 0


def test_the_sample_is_drawn_by_number_alone_and_of_about_the_size_asked() -> None:
    numbers = [f"JY2026-{n:07d}-1" for n in range(2000)]
    drawn = [n for n in numbers if visiting.is_sampled(n, 20)]
    assert drawn == [n for n in numbers if visiting.is_sampled(n, 20)]
    assert 320 < len(drawn) < 480
    assert all(visiting.is_sampled(n, 100) for n in numbers)


@override_settings(VISIT_SHARE=100)
def test_who_left_no_phone_or_asked_to_be_left_alone_is_not_called(
    city: World, item: Suggestion
) -> None:
    item.author.contact_channel = "none"
    item.author.save()
    assert visiting.plan_due(now=PASSED) == 0
    with pytest.raises(WrongState):
        planned(city, Suggestion.objects.get(pk=item.pk))


def test_the_handling_unit_never_visits_its_own_case(city: World, item: Suggestion) -> None:
    visit = planned(city, item)
    with pytest.raises(NotAllowed):
        visiting.record(
            visit=visit, contacted=True, solved="yes", actor=city.actor("handler:bus"), at=PASSED
        )
    # Also not somebody who wears the clerk's hat and the unit's at once.
    clerk = city.users["intake_clerk"]
    StaffRole.objects.create(
        user=clerk, role=Role.HANDLER, unit=city.bus, jurisdiction=city.jurisdiction
    )
    with pytest.raises(NotAllowed):
        visiting.record(
            visit=visit, contacted=True, solved="yes", actor=city.actor("intake_clerk"), at=PASSED
        )
    visit.refresh_from_db()
    assert visit.status == VisitState.PLANNED


def test_a_unit_learns_nothing_of_a_spot_check(city: World, item: Suggestion) -> None:
    before = item.events.count()
    visit = planned(city, item)
    assert item.events.count() == before
    seen = {
        who for who, user in city.users.items() if access.records(user, Visit, "see_visits").filter(pk=visit.pk).exists()
    }  # fmt: skip
    assert seen == {"intake_clerk", "supervisor", "leader"}


def test_three_calls_nobody_took_make_a_visit_unreachable(city: World, item: Suggestion) -> None:
    visit, clerk = planned(city, item), city.actor("intake_clerk")
    for day in range(2):
        visiting.no_answer(visit=visit, actor=clerk, at=PASSED + timedelta(days=day))
    assert visit.status == VisitState.PLANNED
    visiting.no_answer(visit=visit, actor=clerk, at=PASSED + timedelta(days=2))
    assert visit.status == VisitState.UNREACHABLE
    assert not Clock.objects.filter(kind="K14", stopped_at=None).exists()
    with pytest.raises(WrongState):
        visiting.no_answer(visit=visit, actor=clerk, at=PASSED + timedelta(days=3))


def test_a_visit_without_its_answers_is_not_recorded(city: World, item: Suggestion) -> None:
    visit = planned(city, item)
    with pytest.raises(Invalid) as refused:
        visiting.record(
            visit=visit, contacted=None, solved="", satisfied="great", actor=city.actor("intake_clerk"), at=PASSED
        )  # fmt: skip
    assert set(refused.value.errors) == {"contacted", "solved", "satisfied"}


def test_a_bad_visit_is_laid_before_the_supervisor(city: World, item: Suggestion) -> None:
    visited(city, item, contacted=False, solved="no", satisfied="dissatisfied")
    assert item.events.filter(name="visit_bad", visibility="staff").count() == 1


def test_nobody_is_called_about_what_they_took_back(city: World) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY + timedelta(hours=1))
    visit = planned(city, item)
    intake.withdraw(suggestion=item, reason="", at=PASSED)
    assert visiting.cancel_withdrawn(now=PASSED + timedelta(hours=1)) == 1
    visit.refresh_from_db()
    assert visit.status == VisitState.CANCELLED
    assert RecordEvent.objects.get(name="cancel_visit").reason == "建议人已撤回"


def test_the_rates_name_their_base_and_not_needed_leaves_the_solve_rate(city: World) -> None:
    said = [("yes", True), ("partly", True), ("no", False), ("not_needed", True)]
    for n, (solved, contacted) in enumerate(said):
        held = w.answered(city, title=f"人民路第{n + 1}个站台加长椅", published=False)[0]
        visited(city, held, solved=solved, contacted=contacted)
    lost = w.answered(city, title="滨河路站台也要加长椅", published=False)[0]
    visiting.decline(visit=planned(city, lost), actor=city.actor("intake_clerk"), at=PASSED)
    response = statistics.response_rate(AUTUMN)
    solve = statistics.solve_rate(AUTUMN, city.bus)
    assert (response.numerator, response.denominator) == (3, 4)
    assert (solve.numerator, solve.denominator) == (1, 3)
    assert statistics.solve_rate(AUTUMN, city.water).percent == "–"
    assert Solved.NOT_NEEDED in {v.solved for v in Visit.objects.all()}


def test_participation_counts_windows_that_are_over_and_silence_is_not_taking_part(
    city: World,
) -> None:
    rated = w.answered(city, published=False)[0]
    w.answered(city, title="滨河路站台也要加长椅", published=False)
    w.rate(rated, at=MONDAY + timedelta(days=12))
    lapses.run(now=MONDAY + timedelta(days=40))
    n = statistics.participation(AUTUMN)
    assert (n.numerator, n.denominator) == (1, 2)


def test_the_published_example_of_a_reply_rate_comes_out_to_the_second_place() -> None:
    assert statistics.ratio(1831, 1924) == "95.17"
    assert statistics.ratio(0, 0) == "–"


def test_the_reply_rate_leaves_out_what_was_never_to_be_answered(city: World) -> None:
    w.answered(city, published=False)
    w.submit(city, title="滨河路站台也要加长椅")
    gone = w.submit(city, title="南门站台也要加长椅").suggestion
    intake.withdraw(suggestion=gone, reason="", at=MONDAY + timedelta(hours=1))
    n = statistics.reply_rate(AUTUMN)
    assert (n.numerator, n.denominator) == (1, 2)
