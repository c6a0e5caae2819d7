"""The registry of 7.2 and the snapshots made from it, against cases lived through the services."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError, transaction
from django.test import override_settings

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import RecordEvent, StatRow, StatSnapshot
from suggestions.services import snapshots
from suggestions.states.statistics import SnapshotState
from suggestions.statistics import figures, visits
from suggestions.statistics.cohorts import Scope
from suggestions.statistics.counting import TOTAL, Cell, count
from suggestions.statistics.figures import Period
from suggestions.statistics.formulas import BY_CODE, FORMULAS, Kind, change, percent
from tests import world as w
from tests.world import MONDAY

pytestmark = pytest.mark.django_db

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
AFTER = datetime(2026, 12, 1, 0, 10, tzinfo=SHANGHAI)

TABLE_7_2 = (
    "received", "accepted", "on_time_registration", "on_time_completion", "completion", "reply_rate", "response_rate",
    "solve_rate", "satisfaction", "participation", "composite", "adoption_rate", "conversion_rate", "return_rate",
    "misdispatch", "rework_rate", "repeat_rate", "first_time_done", "avg_days", "median_days", "p90_days",
    "agent_cases", "agent_satisfaction", "at_most_one_visit",
)  # fmt: skip


def total(cells: list[Cell], figure: str) -> tuple[float, int | None]:
    return next((float(c.numerator), c.denominator) for c in cells if (c.figure, c.dimension) == (figure, TOTAL))  # fmt: skip


def cell(cells: list[Cell], figure: str, dimension: str, key: str) -> tuple[float, int | None]:
    found = next(c for c in cells if (c.figure, c.dimension, c.key) == (figure, dimension, key))
    return float(found.numerator), found.denominator


def lived() -> w.World:
    """One item answered and rated, one open, one withdrawn; all received in November."""
    city = w.make_world()
    item, _code = w.answered(city)
    w.rate(item, at=MONDAY + timedelta(days=12), overall="basically")
    w.submit(city, title="收到了但还没有答复的建议")
    return city


def taken(city: w.World, **changes: object) -> StatSnapshot:
    facts: dict[str, object] = {
        "place": city.jurisdiction, "kind": "month", "period": NOVEMBER, "actor": Actor.system(), "at": AFTER,
    }  # fmt: skip
    return snapshots.take(**{**facts, **changes})  # type: ignore[arg-type]


def test_every_row_of_the_table_in_7_2_is_in_the_registry_with_its_words_and_source() -> None:
    assert set(TABLE_7_2) <= set(BY_CODE)
    assert len(BY_CODE) == len(FORMULAS)
    for formula in FORMULAS:
        assert all(map(str, (formula.name, formula.words, formula.cohort, formula.exclusions)))
        assert "process.md" in formula.source
        assert len(formula.code) <= StatRow._meta.get_field("figure").max_length  # type: ignore[operator]


def test_the_published_example_1831_of_1924_is_95_17_percent() -> None:
    assert percent(1831, 1924) == "95.17"
    assert percent(Decimal("1831.00"), 1924) == visits.ratio(1831, 1924)


def test_a_rate_without_a_base_is_a_dash() -> None:
    assert percent(0, 0) == "–"
    assert percent(3, None) == "–"


def test_a_change_from_nothing_is_a_dash_and_never_100_percent() -> None:
    assert change(5, 0) == change(5, None) == "–"
    assert change(6, 4) == "+50.0"
    assert change(3, 4) == "-25.0"


def test_an_empty_month_counts_nothing_and_divides_by_nothing() -> None:
    city = w.make_world()
    for found in count(Scope(NOVEMBER, city.jurisdiction)):
        assert found.dimension == TOTAL
        assert not found.numerator
        assert not found.denominator


def test_a_month_is_counted_as_the_live_figures_count_it() -> None:
    city = lived()
    cells = count(Scope(NOVEMBER, city.jurisdiction))
    assert total(cells, "received") == (2, None)
    assert cell(cells, "received", "split", "primary") == (2, None)
    assert cell(cells, "received", "topic", "transport") == (2, None)
    assert cell(cells, "received", "channel", "web") == (2, None)
    for code, live in (
        ("on_time_completion", figures.on_time_completion(NOVEMBER)),
        ("adoption_rate", figures.adoption_rate(NOVEMBER)),
        ("satisfaction", figures.satisfaction(NOVEMBER)),
        ("reply_rate", visits.reply_rate(NOVEMBER)),
        ("participation", visits.participation(NOVEMBER)),
        ("response_rate", visits.response_rate(NOVEMBER)),
    ):
        assert total(cells, code) == (live.numerator, live.denominator), code
    assert cell(cells, "adoption_rate", "unit", "bus") == (1, 1)
    assert cell(cells, "rework_rate", "unit", "bus") == (0, 1)
    assert total(cells, "avg_days") == (10, 1)
    assert total(cells, "assigned") == (1, None)


def test_basically_satisfied_counts_by_its_configured_weight() -> None:
    city = lived()
    with override_settings(STATS_BASICALLY_PERCENT=90):
        scope = Scope(NOVEMBER, city.jurisdiction)
    assert total(count(scope), "satisfaction") == (0.9, 1)
    assert total(count(Scope(NOVEMBER, city.jurisdiction)), "satisfaction") == (1, 1)


@pytest.mark.parametrize("weights", [["10", "50"], ["10", "50", "50"], ["a", "50", "40"]])
def test_weights_that_do_not_add_up_are_refused_in_words(weights: list[str]) -> None:
    city = w.make_world()
    wrong = override_settings(STATS_COMPOSITE_WEIGHTS=weights)
    with wrong, pytest.raises(ImproperlyConfigured, match="加起来是100"):
        Scope(NOVEMBER, city.jurisdiction)


def test_the_composite_has_no_base_while_one_of_its_rates_has_none() -> None:
    city = lived()
    assert total(count(Scope(NOVEMBER, city.jurisdiction)), "composite") == (0, 0)


def test_what_happens_after_24_00_of_the_last_day_is_not_of_the_month() -> None:
    city = w.make_world()
    w.submit(city, at=datetime(2026, 11, 30, 23, 59, 59, tzinfo=SHANGHAI))
    w.submit(city, at=datetime(2026, 12, 1, 0, 0, tzinfo=SHANGHAI), title="十二月第一刻收到的建议")
    assert total(count(Scope(NOVEMBER, city.jurisdiction)), "received") == (1, None)


def test_a_late_worker_counts_the_month_as_it_was_when_it_closed() -> None:
    city = w.make_world()
    w.answered(
        city, at=MONDAY + timedelta(days=24)
    )  # received on 26 November, answered in December
    cells = count(Scope(NOVEMBER, city.jurisdiction))
    assert total(cells, "reply_rate") == (0, 1)
    later = Scope(NOVEMBER, city.jurisdiction, AFTER + timedelta(days=20))
    assert total(count(later), "reply_rate") == (1, 1)


def test_a_month_that_is_not_over_is_not_taken() -> None:
    city = w.make_world()
    with pytest.raises(Invalid) as refused:
        taken(city, at=datetime(2026, 11, 30, 23, 59, tzinfo=SHANGHAI))
    assert "还没有结束" in refused.value.errors["period"][0]


@pytest.mark.parametrize(
    "slug", ["2026-13", "26-10", "2026-1", "２０２６", "2026-10-01", "", "latest", "1999"]
)
def test_a_period_that_is_none_is_refused_in_words(slug: str) -> None:
    with pytest.raises(Invalid) as refused:
        snapshots.period_of(slug)
    assert "2026-10" in refused.value.errors["period"][0]


def test_a_snapshot_is_taken_once_and_waits_for_people() -> None:
    city = lived()
    at = datetime(2026, 12, 1, 0, 5, tzinfo=SHANGHAI)
    assert snapshots.sweep(now=at) == 1
    assert snapshots.sweep(now=at + timedelta(minutes=10)) == 0
    snapshot = StatSnapshot.objects.get()
    assert (snapshot.status, snapshot.slug, snapshot.number) == (SnapshotState.TAKEN, "2026-11", 1)
    assert snapshots.is_whole(snapshot)
    assert snapshot.rows.get(figure="received", dimension=TOTAL).numerator == 2
    with pytest.raises(DomainError, match="等着公布"):
        taken(city)


def test_a_published_version_is_put_right_only_by_a_version_that_names_it_and_says_why() -> None:
    city = lived()
    first = taken(city)
    snapshots.publish(snapshot=first, actor=city.actor("supervisor"), at=AFTER)
    with pytest.raises(DomainError, match="出一版更正"):
        taken(city)
    with pytest.raises(Invalid):
        snapshots.correct(snapshot=first, reason=" ", actor=city.actor("analyst"), at=AFTER)
    w.submit(city, at=MONDAY, title="补录的一封十一月的来信")
    second = snapshots.correct(
        snapshot=first, reason="补录了11月收到的来信", actor=city.actor("analyst"), at=AFTER + timedelta(days=3)
    )  # fmt: skip
    first.refresh_from_db()
    assert first.status == SnapshotState.PUBLISHED, (
        "the published version stands until the correction is published"
    )
    snapshots.publish(snapshot=second, actor=city.actor("leader"), at=AFTER + timedelta(days=4))
    first.refresh_from_db()
    assert first.status == SnapshotState.CORRECTED
    assert (second.corrects, second.number) == (first, 2)
    assert first.rows.get(figure="received", dimension=TOTAL).numerator == 2
    assert second.rows.get(figure="received", dimension=TOTAL).numerator == 3
    changed = snapshots.differences(snapshots.cells_of(first), snapshots.cells_of(second))
    assert {"received", "reply_rate"} <= {d.cell.figure for d in changed}
    assert [e.name for e in RecordEvent.objects.filter(machine="statistics").order_by("pk")] == [
        "stat_take", "stat_publish", "stat_correct", "stat_replace", "stat_publish",
    ]  # fmt: skip


def test_a_row_changed_behind_the_portals_back_is_found() -> None:
    snapshot = taken(lived())
    StatRow.objects.filter(snapshot=snapshot, figure="received", dimension=TOTAL).update(
        numerator=9
    )
    assert not snapshots.is_whole(snapshot)


def test_a_version_that_is_not_used_says_why_and_makes_room_for_the_next() -> None:
    city = lived()
    first = taken(city)
    with pytest.raises(DomainError, match="理由"):
        snapshots.drop(snapshot=first, reason="", actor=city.actor("analyst"), at=AFTER)
    snapshots.drop(snapshot=first, reason="日历还没有导入", actor=city.actor("analyst"), at=AFTER)
    assert taken(city).number == 2


def test_the_analyst_prepares_and_does_not_publish() -> None:
    city = lived()
    snapshot = taken(city)
    with pytest.raises(NotAllowed):
        snapshots.publish(snapshot=snapshot, actor=city.actor("analyst"), at=AFTER)


def test_a_typical_case_comes_from_public_answered_items_alone() -> None:
    city = w.make_world()
    shown, _code = w.answered(city)
    hidden = w.submit(city, title="还没有答复也没有公开的建议").suggestion
    snapshot = taken(city)
    leader = city.actor("leader")
    with pytest.raises(Invalid) as refused:
        snapshots.publish(snapshot=snapshot, actor=leader, at=AFTER, cases=[shown, hidden])
    assert hidden.case_no in refused.value.errors["cases"][0]
    assert shown.case_no not in refused.value.errors["cases"][0]
    snapshots.publish(snapshot=snapshot, actor=leader, at=AFTER, cases=[shown])
    assert list(snapshot.cases.all()) == [shown]


def test_the_database_holds_one_published_version_a_period() -> None:
    city = lived()
    snapshot = taken(city)
    snapshots.publish(snapshot=snapshot, actor=city.actor("supervisor"), at=AFTER)
    with pytest.raises(IntegrityError), transaction.atomic():
        StatSnapshot.objects.create(
            jurisdiction=city.jurisdiction, kind="month", first=NOVEMBER.first, last=NOVEMBER.last, number=2,
            formula_version=1, status="published", taken_at=AFTER, published_at=AFTER,
            published_by=city.users["leader"], digest="x",
        )  # fmt: skip


def test_a_figure_is_of_one_kind_and_only_rates_days_and_points_have_a_base() -> None:
    for formula in FORMULAS:
        if formula.kind == Kind.COUNT:
            assert formula.counted is not None
            assert formula.counted.denominator is None
