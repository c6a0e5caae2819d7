"""What people chose beside the hints: kept for every decision, counted with its denominator, never acted upon."""

import ast
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse

from suggestions.models import HintChoice, TriageHint
from suggestions.services import assignment, hinted, hinting, triage
from suggestions.states import Case
from tests import world as w
from tests.suggestions.desk.cast import directory, main_text, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
Kind = TriageHint.Kind
DAY = timedelta(days=1)


def counted(city: World, kind: str, who: str = "supervisor") -> hinted.Accuracy:
    rows = hinted.accuracy(
        city.users[who], since=MONDAY - DAY, until=MONDAY + 30 * DAY, kinds=[kind]
    )
    assert len(rows) == 1
    return rows[0]


def test_a_followed_and_an_overruled_topic_are_both_counted(city: World) -> None:
    officer = city.actor("triage_officer")
    for n, topic in enumerate((city.topic, city.topic, city.other_topic)):
        item = w.submit(city, title=f"公交站加一张长椅{n}", topic=None).suggestion
        hinting.ensure(suggestion=item, at=MONDAY)
        triage.accept(suggestion=item, topic=topic, actor=officer, at=MONDAY)
    row = counted(city, Kind.TOPIC)
    assert (row.first, row.offered, row.decided) == (2, 3, 3)
    other = HintChoice.objects.get(kind=Kind.TOPIC, chosen="water")
    assert (other.offered, other.hits) == ("bus", 0)
    assert other.hint_version


def test_a_decision_without_any_hint_is_counted_as_such_and_not_left_out(city: World) -> None:
    item = w.submit(city, title="一件说不清的事情", problem="请看一看这里的情况。", proposal="请研究一下。", topic=None).suggestion  # fmt: skip
    hinting.ensure(suggestion=item, at=MONDAY)
    triage.accept(suggestion=item, topic=city.topic, actor=city.actor("triage_officer"), at=MONDAY)
    row = counted(city, Kind.TOPIC)
    assert (row.decided, row.offered, row.silent) == (1, 0, 1)


def test_the_last_choice_of_units_stands_and_the_hint_shows_it(city: World) -> None:
    directory(city)
    item = w.accept(city, w.submit(city).suggestion, at=MONDAY)
    hinting.ensure(suggestion=item, at=MONDAY)
    assignment.dispatch(suggestion=item, lead=city.water, actor=city.actor("triage_officer"), at=MONDAY)  # fmt: skip
    row = counted(city, Kind.UNIT)
    assert (row.first, row.any, row.offered) == (0, 0, 1)
    assert item.hints.get(kind=Kind.UNIT, value="bus").followed is False


def test_a_look_alike_taken_in_by_itself_counts_against_the_hint(city: World) -> None:
    w.submit(city, at=MONDAY - DAY)
    item = w.submit(city).suggestion
    assert item.hints.count() == 0
    hinting.ensure(suggestion=item, at=MONDAY)
    w.accept(city, item, at=MONDAY)
    row = counted(city, Kind.SIMILAR)
    assert (row.first, row.offered) == (0, 1)


def test_places_that_seem_personal_are_hinted_as_counts_and_measured_on_the_released_page(
    city: World,
) -> None:
    item = w.submit(city, problem="早上等车的老人很多，请打13900001234找我，站台上没有地方坐。").suggestion  # fmt: skip
    hints = hinting.ensure(suggestion=item, at=MONDAY)
    spans = [h for h in hints if h.kind == Kind.SPAN]
    assert [h.value for h in spans] == ["手机号"]
    assert "13900001234" not in f"{spans[0].label}{spans[0].reasons}"
    w.accept(city, item, at=MONDAY)
    w.publish(city, item, at=MONDAY + DAY)
    row = counted(city, Kind.SPAN)
    assert row.first == row.offered >= 1


def test_the_page_shows_numerator_and_denominator_to_analyst_and_supervisor_only(
    city: World,
) -> None:
    item = w.submit(city, title="公交站加一张长椅", topic=None).suggestion
    hinting.ensure(suggestion=item, at=MONDAY)
    w.accept(city, item, at=MONDAY)
    query = {"since": "2026-11-01", "until": "2026-11-30"}
    for who in ("analyst", "supervisor"):
        text = main_text(sign_in(city, who).get(reverse("desk:hint_accuracy"), query))
        assert "1/1（100%）" in text
    assert sign_in(city, "handler:bus").get(reverse("desk:hint_accuracy")).status_code == 403
    bad = sign_in(city, "analyst").get(
        reverse("desk:hint_accuracy"), {"since": "昨天", "until": ""}
    )
    assert bad.status_code == 422


def test_figures_of_another_city_are_not_counted(city: World) -> None:
    from suggestions.models import Jurisdiction, StaffRole

    item = w.submit(city, topic=None, title="公交站加一张长椅").suggestion
    hinting.ensure(suggestion=item, at=MONDAY)
    w.accept(city, item, at=MONDAY)
    other = Jurisdiction.add_root(
        code="far", name="远市", city_name="远市", office_name="远市征集办"
    )
    analyst = city.users["analyst"]
    StaffRole.objects.filter(user=analyst).update(jurisdiction=other)
    assert hinted.accuracy(analyst, since=MONDAY - DAY, until=MONDAY + DAY) == []


def test_no_hint_ever_refuses_redirects_or_dispatches_by_itself(city: World) -> None:
    item = w.submit(
        city, title="实名举报某局长受贿", problem="我要举报局长受贿，收了很多红包，请严肃查处。", topic=None
    ).suggestion  # fmt: skip
    hints = hinting.ensure(suggestion=item, at=MONDAY)
    assert any(h.kind == Kind.CATEGORY and h.value == "report_misconduct" for h in hints)
    item.refresh_from_db()
    assert item.status == Case.REGISTERED
    assert item.lead_unit is None
    assert not item.events.filter(name__in=["refuse", "redirect", "accept", "dispatch"]).exists()


def test_no_service_but_those_that_measure_or_erase_reads_hints(city: World) -> None:
    allowed = {"hinting.py", "hinted.py", "erasure.py", "redirected.py", "said.py"}
    names = {"assignment.py", "deciding.py", "merging.py", "triage.py"}
    for path in (Path(settings.BASE_DIR) / "suggestions" / "services").glob("*.py"):
        tree = ast.parse(path.read_text())
        used = {
            n.attr
            for n in ast.walk(tree)
            if isinstance(n, ast.Attribute)
            and isinstance(n.value, ast.Name)
            and n.value.id == "TriageHint"
        }
        if path.name not in allowed:
            # Kinds are named to say what a person chose; rows are not queried.
            assert used <= {"Kind"}, path.name
            assert not used or path.name in names, path.name
