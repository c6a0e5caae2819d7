"""League tables (process.md 8.3): comparable units, criteria announced first, what is left out, appeals, publication."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from suggestions.clock import SHANGHAI
from suggestions.codes import NotAcceptedReason
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import LeagueAppeal, LeagueGroup, LeagueTable, Suggestion, Unit
from suggestions.selectors import bulletins as reading
from suggestions.services import clocks, disputes, leagues, reopening, replying
from suggestions.statistics import league
from suggestions.statistics.figures import Period
from suggestions.statistics.league import Line, Part
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
OCTOBER = datetime(2026, 10, 20, 10, 0, tzinfo=SHANGHAI)
DECEMBER = datetime(2026, 12, 7, 10, 0, tzinfo=SHANGHAI)
WEIGHTS = league.DEFAULT_WEIGHTS


@pytest.fixture
def city() -> World:
    return w.make_world()


def units(city: World) -> list[Unit]:
    third = Unit.objects.filter(code="parks").first() or Unit.add_root(
        code="parks", name="测试市园林局", short_name="市园林局", jurisdiction=city.jurisdiction
    )
    return [city.bus, city.water, third]


def group(city: World, **changes: Any) -> LeagueGroup:
    facts: dict[str, Any] = {
        "name": "市级部门", "kind": "department", "units": units(city), "weights": WEIGHTS, "counts_from": date(2026, 11, 1)
    }  # fmt: skip
    return leagues.set_group(jurisdiction=city.jurisdiction, actor=city.actor("supervisor"), at=OCTOBER, **{**facts, **changes})  # fmt: skip


def announced(city: World) -> LeagueGroup:
    held = group(city)
    leagues.announce(group=held, actor=city.actor("supervisor"), at=OCTOBER)
    return held


def drawn(city: World) -> LeagueTable:
    return leagues.draw(group=announced(city), month=NOVEMBER.first, actor=city.actor("supervisor"), at=DECEMBER)  # fmt: skip


def shown(city: World) -> LeagueTable:
    table = drawn(city)
    leagues.show(table=table, actor=city.actor("supervisor"), at=DECEMBER)
    return table


def line(
    name: str, good: int, rated: int, *, unit: int = 1, received: int = 20, late: int = 0
) -> Line:
    return Line(
        unit, name, received,
        (Part("receipt", 20, 20), Part("on_time", 20 - late, 20), Part("returned", 0, 20), Part("rework", 0, 20),
         Part("satisfaction", good, rated)),
    )  # fmt: skip


def handled(city: World, **changes: Any) -> Suggestion:
    item = w.submit(city, **changes).suggestion
    w.accept(city, item, at=MONDAY)
    return w.dispatch(city, item, at=MONDAY)


def of(city: World, unit: Unit, *, also: Any = ()) -> dict[str, tuple[int, int]]:
    found = league.lines([unit], NOVEMBER, also)[0]
    return {p.code: (p.numerator, p.denominator) for p in found.parts}


# Groups and criteria


def test_only_a_group_of_comparable_units_with_points_of_a_hundred_is_set(city: World) -> None:
    for changes, field in (
        ({"units": units(city)[:2]}, "units"),
        ({"weights": {**WEIGHTS, "receipt": 50}}, "weights"),
        ({"kind": "people"}, "kind"),
        ({"counts_from": date(2026, 11, 2)}, "counts_from"),
    ):
        with pytest.raises(Invalid) as told:
            group(city, **changes)
        assert field in told.value.errors


def test_criteria_are_out_before_the_first_day_they_count_for(city: World) -> None:
    held = group(city)
    with pytest.raises(DomainError, match="起算以前公布"):
        leagues.announce(group=held, actor=city.actor("supervisor"), at=datetime(2026, 11, 1, 9, tzinfo=SHANGHAI))  # fmt: skip
    with pytest.raises(DomainError, match="标准公布以后"):
        leagues.draw(group=held, month=NOVEMBER.first, actor=city.actor("supervisor"), at=DECEMBER)
    leagues.announce(group=held, actor=city.actor("supervisor"), at=OCTOBER)
    with pytest.raises(Invalid):
        leagues.draw(group=held, month=date(2026, 10, 1), actor=city.actor("supervisor"), at=DECEMBER)  # fmt: skip


def test_a_month_is_counted_once_it_is_over_and_only_once(city: World) -> None:
    held = announced(city)
    mine = {"group": held, "month": NOVEMBER.first, "actor": city.actor("supervisor")}
    with pytest.raises(Invalid):
        leagues.draw(**mine, at=datetime(2026, 11, 30, 10, tzinfo=SHANGHAI))
    leagues.draw(**mine, at=DECEMBER)
    with pytest.raises(DomainError, match="已经算过"):
        leagues.draw(**mine, at=DECEMBER)


# Points and ranks


def test_nobody_is_ranked_below_ten_evaluations() -> None:
    held = league.ranked([line("甲", 9, 9), line("乙", 5, 10)], WEIGHTS)
    assert [(rank, row.name) for rank, _points, row in held] == [(1, "乙"), (None, "甲")]


def test_equal_points_share_a_rank() -> None:
    held = league.ranked([line("甲", 10, 10), line("乙", 10, 10), line("丙", 8, 10)], WEIGHTS)
    assert [rank for rank, _points, _row in held] == [1, 1, 3]


def test_points_are_the_weighted_mean_of_the_measures_that_have_a_base() -> None:
    assert line("甲", 8, 10, late=10).points(WEIGHTS) == Decimal("77.00")
    only = Line(1, "甲", 0, (Part("satisfaction", 9, 10), Part("on_time", 0, 0)))
    assert only.points(WEIGHTS) == Decimal("90.00")
    assert Line(1, "甲", 0, (Part("on_time", 0, 0),)).points(WEIGHTS) is None


def test_more_suggestions_received_is_never_a_minus(city: World) -> None:
    few, many = line("甲", 9, 10, received=1), line("甲", 9, 10, received=5000)
    assert few.points(WEIGHTS) == many.points(WEIGHTS)
    item, _receipt = w.answered(city, published=False)
    w.rate(item, at=MONDAY + timedelta(days=11), overall="satisfied")
    before = league.lines([city.bus], NOVEMBER)[0]
    for n in range(3):
        fresh = w.submit(city, at=MONDAY + timedelta(days=20 + n)).suggestion
        w.accept(city, fresh, at=MONDAY + timedelta(days=20 + n))
        w.dispatch(city, fresh, at=MONDAY + timedelta(days=20 + n))
        w.sign_in(city, fresh, at=MONDAY + timedelta(days=20 + n))
    after = league.lines([city.bus], NOVEMBER)[0]
    assert after.received == before.received + 3
    assert after.points(WEIGHTS) == before.points(WEIGHTS) == Decimal("100.00")


def test_first_five_and_last_five_are_named_and_nobody_in_both() -> None:
    rows = [{"name": f"单位{n}", "rank": n} for n in range(1, 8)]
    assert reading.ends(LeagueTable(rows=rows)) == [
        "前3位：单位1、单位2、单位3。",
        "后3位：单位5、单位6、单位7。",
    ]
    many = [{"name": f"单位{n}", "rank": n} for n in range(1, 13)]
    assert "单位5" in reading.ends(LeagueTable(rows=many))[0]
    assert "单位7" not in "".join(reading.ends(LeagueTable(rows=many)))


def test_the_change_is_against_the_published_table_of_the_month_before(city: World) -> None:
    held = announced(city)
    row = {"unit": city.bus.pk, "name": "市交通局", "rank": 3}
    before = LeagueTable.objects.create(
        jurisdiction=city.jurisdiction, group=held, first=date(2026, 11, 1), last=date(2026, 11, 30), rows=[row],
        drawn_at=DECEMBER, status="published", published_at=DECEMBER, published_by=city.users["leader"],
        appeal_until=date(2026, 12, 10),
    )  # fmt: skip
    table = leagues.draw(group=held, month=date(2026, 12, 1), actor=city.actor("supervisor"), at=datetime(2027, 1, 5, tzinfo=SHANGHAI))  # fmt: skip
    assert {r["unit"]: r["before"] for r in table.rows}[city.bus.pk] == 3
    assert leagues.change({"rank": 1, "before": 3}) == 2
    assert leagues.change({"rank": None, "before": 3}) is None
    assert before.pk


# What is left out (8.3)


def test_an_item_that_is_late_counts_against_its_unit(city: World) -> None:
    handled(city)
    found = of(city, city.bus)
    assert found["receipt"] == (0, 1)
    assert found["on_time"] == (0, 1)


def test_a_dispatch_returned_and_upheld_counts_against_nobody(city: World) -> None:
    item = handled(city)
    held = disputes.object_to(
        assignment=replying.lead_assignment(item), reasons="这段排水管网归水务部门养护，我局没有养护职责，也没有经费。",
        legal_basis="市政府“三定”规定第六条", actor=city.actor("liaison:bus"), at=MONDAY + timedelta(days=3),
    )  # fmt: skip
    disputes.uphold(objection=held, decision="确实不归这个单位。", actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=3))  # fmt: skip
    item.refresh_from_db()
    w.assignment.dispatch(suggestion=item, lead=city.water, actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=4))  # fmt: skip
    gone = of(city, city.bus)
    assert gone["receipt"] == gone["on_time"] == gone["returned"] == (0, 0)
    assert league.lines([city.bus], NOVEMBER)[0].received == 0
    # The unit that took it over does not pay for the days lost with the wrong one.
    assert of(city, city.water)["on_time"] == (0, 0)


def test_a_return_that_was_not_upheld_counts(city: World) -> None:
    item = handled(city)
    held = disputes.object_to(
        assignment=replying.lead_assignment(item), reasons="我们认为这件不归我局办理，应由其他部门办理。",
        legal_basis="市政府“三定”规定第六条", actor=city.actor("liaison:bus"), at=MONDAY,
    )  # fmt: skip
    disputes.reject(objection=held, decision="归你单位。", actor=city.actor("triage_officer"), at=MONDAY)  # fmt: skip
    assert of(city, city.bus)["returned"] == (1, 1)


@pytest.mark.parametrize(
    "changes",
    [
        {"status": "redirected"},
        {"status": "not_accepted", "not_accepted_reason": NotAcceptedReason.OUTSIDE_TERRITORY},
    ],
)
def test_redirected_items_and_items_outside_the_powers_count_against_nobody(city: World, changes: dict[str, str]) -> None:  # fmt: skip
    item = handled(city)
    assert of(city, city.bus)["on_time"] == (0, 1)
    named = {"redirect_target": city.target} if changes["status"] == "redirected" else {}
    Suggestion.objects.filter(pk=item.pk).update(**changes, **named)
    found = league.lines([city.bus], NOVEMBER)[0]
    assert found.received == 0
    assert all(p.denominator == 0 for p in found.parts)


def test_an_item_whose_facts_are_in_dispute_again_counts_once_it_is_answered_anew(city: World) -> None:  # fmt: skip
    item, _receipt = w.answered(city, published=False)
    assert of(city, city.bus)["on_time"] == (1, 1)
    reopening.reopen(
        suggestion=item, ground="false_reply", reason="现场没有改。", actor=city.actor("supervisor"), at=MONDAY + timedelta(days=12)
    )  # fmt: skip
    assert of(city, city.bus)["on_time"] == (0, 0)
    item.refresh_from_db()
    reopening.take_up(suggestion=item, actor=city.actor("liaison:bus"), at=MONDAY + timedelta(days=12))  # fmt: skip
    reply = w.signed_reply(city, item, at=MONDAY + timedelta(days=13), body="重新核实：" + w.BODY)
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=14))  # fmt: skip
    assert of(city, city.bus)["on_time"][1] >= 1


# Appeals and publication


def test_units_have_three_working_days_to_appeal_before_anything_is_published(city: World) -> None:
    table = shown(city)
    running = clocks.of_record(table).get(stopped_at=None)
    assert (running.kind, running.due_on, table.appeal_until) == ("KQ", date(2026, 12, 10), date(2026, 12, 10))  # fmt: skip
    lead = city.actor("leader")
    with pytest.raises(DomainError, match="提异议的期间"):
        leagues.publish(table=table, actor=lead, at=datetime(2026, 12, 10, 23, tzinfo=SHANGHAI))
    after = datetime(2026, 12, 11, 9, tzinfo=SHANGHAI)
    with pytest.raises(DomainError, match="不在提异议"):
        leagues.appeal(table=table, text="数不对。", actor=city.actor("unit_head:bus"), at=after)
    leagues.publish(table=table, actor=lead, at=after)
    assert table.status == "published"


def test_an_appeal_is_answered_with_reasons_and_an_upheld_one_counts_the_table_anew(city: World) -> None:  # fmt: skip
    item = handled(city)
    table = shown(city)
    late = next(r for r in table.rows if r["unit"] == city.bus.pk)
    assert ["on_time", 0, 1] in late["parts"]
    head, judge = city.actor("unit_head:bus"), city.actor("supervisor")
    held = leagues.appeal(table=table, text="这件11月停电，系统没有送到。", cases=[item], actor=head, at=DECEMBER)  # fmt: skip
    with pytest.raises(DomainError, match="已经提过"):
        leagues.appeal(table=table, text="再提一次。", actor=head, at=DECEMBER)
    with pytest.raises(DomainError, match="还有异议"):
        leagues.publish(table=table, actor=judge, at=DECEMBER + timedelta(days=5))
    with pytest.raises(Invalid):
        leagues.uphold(appeal=held, answer="", actor=judge, at=DECEMBER)
    leagues.uphold(appeal=held, answer="停电属实，这件不计入。", actor=judge, at=DECEMBER)
    table.refresh_from_db()
    anew = next(r for r in table.rows if r["unit"] == city.bus.pk)
    assert ["on_time", 0, 0] in anew["parts"]
    assert table.left_out["disputed"] == 1


def test_a_unit_of_another_group_does_not_appeal(city: World) -> None:
    table = shown(city)
    table.group.units.remove(city.water)
    with pytest.raises(NotAllowed):
        leagues.appeal(
            table=table, text="数不对。", actor=city.actor("unit_head:water"), at=DECEMBER
        )


def test_the_desk_sets_announces_draws_shows_and_takes_an_appeal(city: World) -> None:
    now = datetime.now(SHANGHAI)
    office, head = sign_in(city, "supervisor"), sign_in(city, "unit_head:bus")
    new = reverse("desk:record_new", args=["league-group", "group"])
    first = (now.date().replace(day=1) + timedelta(days=32)).replace(day=1)
    typed = {
        "name": "市级部门", "kind": "department", "units": [u.pk for u in units(city)], "counts_from": first.isoformat(),
        **{f"weight_{code}": points for code, points in WEIGHTS.items()},
    }  # fmt: skip
    wrong = office.post(new, {**typed, "weight_receipt": 20})
    assert wrong.status_code == 422
    assert "加起来要是100" in main_text(wrong)
    office.post(new, typed)
    held = LeagueGroup.objects.get()
    assert head.get(reverse("desk:record", args=["league-group", held.pk])).status_code == 404
    office.post(reverse("desk:record_act", args=["league-group", held.pk, "announce"]))
    assert "按期办结" in main_text(head.get(reverse("desk:record", args=["league-group", held.pk])))
    early = office.post(reverse("desk:record_new", args=["league", "draw"]), {"group": held.pk, "month": "2026/13"})  # fmt: skip
    assert early.status_code == 422
    table = LeagueTable.objects.create(
        jurisdiction=city.jurisdiction, group=held, first=date(2026, 1, 1), last=date(2026, 1, 31), drawn_at=now, status="drawn"
    )  # fmt: skip
    address = reverse("desk:record", args=["league", table.pk])
    assert head.get(address).status_code == 404
    office.post(reverse("desk:record_act", args=["league", table.pk, "show"]))
    assert head.get(address).status_code == 200
    head.post(reverse("desk:record_act", args=["league", table.pk, "appeal"]), {"text": "有一件不该算。"})  # fmt: skip
    appeal = LeagueAppeal.objects.get()
    office.post(reverse("desk:record_act", args=["league-appeal", appeal.pk, "reject"]), {"answer": "依据是签收记录。"})  # fmt: skip
    assert "依据是签收记录" in main_text(head.get(reverse("desk:record", args=["league-appeal", appeal.pk])))  # fmt: skip


# In public


def test_criteria_and_published_tables_are_public_and_nothing_that_waits(city: World, client: Client) -> None:  # fmt: skip
    table = shown(city)
    page = main_text(client.get(reverse("suggestions:leagues")))
    assert "市级部门" in page
    assert "按期办结" in page
    assert client.get(reverse("suggestions:league", args=[table.pk])).status_code == 404
    row = {
        "unit": city.bus.pk, "name": "市交通局", "rank": 1, "points": "91.50", "received": 30, "before": 2,
        "parts": [["receipt", 30, 30], ["on_time", 27, 30], ["returned", 1, 3], ["rework", 2, 40], ["satisfaction", 18, 20]],
    }  # fmt: skip
    few = {
        **row,
        "name": "市水务局",
        "rank": None,
        "before": None,
        "parts": [["satisfaction", 3, 9]],
    }
    LeagueTable.objects.filter(pk=table.pk).update(rows=[row, few])
    table.refresh_from_db()
    leagues.publish(table=table, actor=city.actor("leader"), at=DECEMBER + timedelta(days=5))
    said = main_text(client.get(reverse("suggestions:league", args=[table.pk])))
    assert "91.50" in said
    assert "升1位" in said
    assert "27/30" in said
    assert "1/3" not in said, "a measure of fewer than five items of one unit is not told"
    assert "3/9" not in said, "nor satisfaction below ten ratings"
    assert "不排名" in said
    assert "单位排名" in said, "the way back to the list stands on top"
