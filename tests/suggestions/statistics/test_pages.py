"""Published figures as strangers read them: pages, files, feed and API; and what is not published is nowhere."""

import csv
import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from suggestions import content
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.models import StatRow, StatSnapshot
from suggestions.public import statistics
from suggestions.selectors.published import Totals
from suggestions.services import snapshots
from suggestions.statistics.figures import Period
from suggestions.statistics.formulas import BY_CODE
from tests import world as w
from tests.suggestions.desk.cast import sign_in
from tests.world import MONDAY

pytestmark = pytest.mark.django_db

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
AFTER = datetime(2026, 12, 1, 0, 10, tzinfo=SHANGHAI)


@pytest.fixture
def city() -> w.World:
    found = w.make_world()
    item, _code = w.answered(found)
    w.rate(item, at=MONDAY + timedelta(days=12), overall="satisfied")
    for n in range(6):
        w.submit(found, title=f"收到了但还没有答复的第{n}件建议")
    return found


def take(city: w.World) -> StatSnapshot:
    return snapshots.take(
        place=city.jurisdiction, kind="month", period=NOVEMBER, actor=Actor.system(), at=AFTER
    )


def publish(city: w.World, snapshot: StatSnapshot, **more: Any) -> StatSnapshot:
    return snapshots.publish(
        snapshot=snapshot, actor=city.actor("supervisor"), at=AFTER + timedelta(days=1), **more
    )


@pytest.fixture
def shown(city: w.World) -> StatSnapshot:
    return publish(city, take(city), note="11月的数据。")


def text(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return b"".join(answer).decode() if answer.streaming else answer.content.decode()


def rows_of(client: Client, slug: str = "2026-11") -> list[dict[str, str]]:
    said = text(client, f"/statistics/data/{slug}.csv")
    assert said.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(said.lstrip("\ufeff"))))


def test_before_anything_is_published_the_pages_say_so(client: Client, city: w.World) -> None:
    take(city)
    assert "还没有公布过数据" in text(client, "/statistics/")
    assert "还没有公布过数据" in text(client, "/statistics/data/")
    for address in (
        "/statistics/2026-11/",
        "/statistics/data/2026-11.csv",
        "/statistics/data/2026-11.json",
    ):
        assert client.get(address).status_code == 404


def test_a_month_shows_each_figure_with_what_it_was_made_from(client: Client, shown: StatSnapshot) -> None:  # fmt: skip
    page = text(client, "/statistics/2026-11/")
    assert "11月的数据。" in page
    assert "1 ÷ 7" in page  # answered of what was received
    assert "14.29%" in page
    assert "算法第1版" in page


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [((8, 10), (9, 10), "−10.00个百分点"), ((9, 10), (8, 10), "+10.00个百分点"), ((8, 10), (4, 5), "没有变化"), ((8, 10), (0, 0), "–")],
)  # fmt: skip
def test_a_change_has_a_minus_that_is_one_and_says_when_nothing_changed(
    now: tuple[int, int], then: tuple[int, int], said: str
) -> None:
    rate, taken = BY_CODE["reply_rate"], StatSnapshot()
    held = [Totals(taken, {rate.code: (Decimal(a), b)}) for a, b in (now, then)]
    assert statistics._moved(rate, *held) == said


def test_the_overview_names_the_formula_of_every_figure_where_the_home_page_links(client: Client, shown: StatSnapshot) -> None:  # fmt: skip
    page = text(client, "/statistics/")
    for code in ("on_time_completion", "satisfaction", "adoption_rate", "composite"):
        assert f'id="{code}"' in page
    assert "“基本满意”按100%计" in page
    assert reverse("suggestions:statistics_period", args=["2026-11"]) in page


def test_the_rows_of_the_csv_add_up_to_the_figures_of_the_page(client: Client, shown: StatSnapshot) -> None:  # fmt: skip
    rows = rows_of(client)
    for row in rows:
        if row["kind"] == "rate" and row["denominator"] not in ("", "0"):
            value = 100 * float(row["numerator"]) / float(row["denominator"])
            assert float(row["value"]) == pytest.approx(value, abs=0.005)
    parts = [r for r in rows if r["figure"] == "received" and r["dimension"] == "channel"]
    total = next(r for r in rows if r["figure"] == "received" and r["dimension"] == "total")
    assert sum(float(r["numerator"]) for r in parts) == float(total["numerator"]) == 7


def test_a_small_cell_is_in_no_page_file_or_answer_of_the_api(client: Client, shown: StatSnapshot) -> None:  # fmt: skip
    cell = shown.rows.get(figure="adoption_rate", dimension="unit", key="bus")
    assert cell.denominator == 1
    row = next(r for r in rows_of(client) if (r["figure"], r["dimension"], r["key"]) == ("adoption_rate", "unit", "bus"))  # fmt: skip
    assert (row["numerator"], row["denominator"], row["value"], row["withheld"]) == (
        "",
        "",
        "",
        "1",
    )
    assert "不单列" in text(client, "/statistics/2026-11/")
    held = client.get("/api/v1/statistics/2026-11").json()
    found = next(r for r in held["rows"] if (r["figure"], r["dimension"], r["key"]) == ("adoption_rate", "unit", "bus"))  # fmt: skip
    assert found["withheld"] is True
    assert found["numerator"] is None


def test_the_json_file_carries_weights_and_formulas(client: Client, shown: StatSnapshot) -> None:
    held = json.loads(text(client, "/statistics/data/2026-11.json"))
    assert held["weights"] == {"basically": "100", "response_rate": "10", "solve_rate": "50", "satisfaction": "40"}  # fmt: skip
    assert {f["figure"] for f in held["formulas"]} >= {"received", "composite"}
    assert held["version"] == 1


def test_a_correction_is_published_as_one_and_says_what_it_was(client: Client, city: w.World, shown: StatSnapshot) -> None:  # fmt: skip
    w.submit(city, title="补录的一封十一月的来信")
    second = snapshots.correct(
        snapshot=shown, reason="补录了11月的1封来信", actor=city.actor("analyst"), at=AFTER
    )
    content.bump()
    assert "补录了11月的1封来信" not in text(client, "/statistics/2026-11/")
    publish(city, second)
    content.bump()
    page = text(client, "/statistics/2026-11/")
    assert "补录了11月的1封来信" in page
    assert "收到量：原来是7，更正为8" in page
    assert "更正" in text(client, "/feeds/statistics.atom")
    assert client.get("/api/v1/statistics/2026-11").json()["corrects_version"] == 1


def test_a_typical_case_that_was_taken_off_its_page_is_gone_from_the_report(client: Client, city: w.World) -> None:  # fmt: skip
    item, _code = w.answered(city, title="地铁站口加一条盲道")
    snapshot = publish(city, take(city), cases=[item])
    assert item.case_no in text(client, "/statistics/2026-11/")
    type(item).objects.filter(pk=item.pk).update(publication="suspended")
    StatSnapshot.objects.filter(pk=snapshot.pk).update(note="x")
    content.bump()
    assert item.case_no not in text(client, "/statistics/2026-11/")


@pytest.mark.parametrize("slug", ["2026-13", "2025-11", "2026", "latest", "1"])
def test_a_period_that_is_not_published_is_a_problem_document_in_the_api(client: Client, shown: StatSnapshot, slug: str) -> None:  # fmt: skip
    answer = client.get(f"/api/v1/statistics/{slug}")
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert client.get(f"/statistics/{slug}/").status_code == 404


def test_the_api_lists_what_was_published(client: Client, shown: StatSnapshot) -> None:
    items = client.get("/api/v1/statistics").json()["items"]
    assert [(i["period"], i["version"]) for i in items] == [("2026-11", 1)]


def test_the_command_refuses_a_period_that_is_none_and_says_how_to_write_it(city: w.World) -> None:
    for words in (["take", "oktober"], ["compare", ""], ["take", "2099-01"]):
        with pytest.raises(CommandError) as refused:
            call_command("statistics", *words)
        assert "2026-10" in str(refused.value) or "还没有结束" in str(refused.value)


def test_the_command_tells_what_counting_again_changes(city: w.World, shown: StatSnapshot) -> None:
    call_command("statistics", "compare", "2026-11", stdout=io.StringIO())
    w.submit(city, title="补录的一封十一月的来信")
    with pytest.raises(CommandError, match=r"received total ：7\.00 → 8\.00"):
        call_command("statistics", "compare", "2026-11")
    StatRow.objects.filter(snapshot=shown, figure="received", dimension="total").update(numerator=9)
    with pytest.raises(CommandError, match="被改过"):
        call_command("statistics", "compare", "2026-11")


def test_the_analyst_reads_all_cells_at_the_desk_and_the_leader_publishes(city: w.World) -> None:  # fmt: skip
    snapshot = take(city)
    address = reverse("desk:record", args=["statistics", snapshot.pk])
    client = sign_in(city, "analyst")
    page = client.get(address)
    assert page.status_code == 200
    assert "市交通局" in page.content.decode()
    act = reverse("desk:record_act", args=["statistics", snapshot.pk, "publish"])
    assert client.post(act, {"note": "", "cases": ""}).status_code in (403, 404)
    client = sign_in(city, "leader")
    assert client.post(act, {"note": "", "cases": "没有的编号"}).status_code == 422
    assert client.post(act, {"note": "按期公布。", "cases": ""}).status_code == 302
    snapshot.refresh_from_db()
    assert snapshot.status == "published"
    assert snapshot.note == "按期公布。"


def test_a_unit_does_not_see_the_figures_of_all_units_at_the_desk(city: w.World) -> None:  # fmt: skip
    snapshot = take(city)
    client = sign_in(city, "handler:bus")
    assert client.get(reverse("desk:record", args=["statistics", snapshot.pk])).status_code == 404
