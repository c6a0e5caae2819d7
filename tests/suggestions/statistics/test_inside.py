"""Who inside reads which figures: the table of 2.2 ("P/d", "P/j"), and the internal edition as a workbook (7.3; XF 41)."""

from datetime import date, datetime
from io import BytesIO
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.urls import reverse
from openpyxl import load_workbook

from suggestions.clock import SHANGHAI
from suggestions.desk.unit_figures import HIDDEN
from suggestions.models import StatRow, StatSnapshot
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db
DECEMBER = datetime(2026, 12, 7, 10, 0, tzinfo=SHANGHAI)


@pytest.fixture
def city() -> World:
    return w.make_world()


def snapshot(city: World, **changes: Any) -> StatSnapshot:
    held = StatSnapshot.objects.create(
        jurisdiction=city.jurisdiction, kind="year", first=date(2026, 1, 1), last=date(2026, 12, 31), number=1, digest="abc",
        formula_version=1, taken_at=DECEMBER, weights={"basically": "100", "response_rate": "10", "solve_rate": "50", "satisfaction": "40"},
        **{"status": "published", "published_at": DECEMBER, "published_by": city.users["supervisor"], **changes},
    )  # fmt: skip
    for figure, dimension, key, numerator, denominator in (
        ("assigned", "total", "", 120, None), ("assigned", "unit", "bus", 3, None), ("assigned", "unit", "water", 117, None),
        ("on_time_completion", "total", "", 90, 100), ("on_time_completion", "unit", "bus", 2, 3),
        ("on_time_completion", "unit", "water", 88, 97),
        ("satisfaction", "total", "", 45, 50), ("satisfaction", "unit", "bus", 1, 2), ("satisfaction", "unit", "water", 44, 48),
    ):  # fmt: skip
        StatRow.objects.create(
            snapshot=held, figure=figure, dimension=dimension, key=key, name={"bus": "市交通局", "water": "=市水务局"}.get(key, ""),
            numerator=numerator, denominator=denominator,
        )  # fmt: skip
    return held


def own(held: StatSnapshot) -> str:
    return reverse("desk:record", args=["unit-figures", held.pk])


def rows(response: Any) -> dict[str, str]:
    """Figure → what stands of the own unit."""
    page = BeautifulSoup(response.content, "html.parser")
    lines = [[td.get_text(" ", strip=True) for td in tr.select("td")] for tr in page.select("main tbody tr")]  # fmt: skip
    return {line[0]: line[1] for line in lines}


@pytest.mark.parametrize("who", ["liaison:bus", "handler:bus", "unit_head:bus"])
def test_a_unit_reads_its_own_figures_in_full_beside_those_of_all(city: World, who: str) -> None:
    response = sign_in(city, who).get(own(snapshot(city)))
    assert rows(response)["交办"] == "3"
    assert rows(response)["按期办结率"] == "66.67%（2÷3）"
    assert "90.00%（90÷100）" in main_text(response)


def test_a_unit_reads_nothing_of_another_unit(city: World) -> None:
    text = main_text(sign_in(city, "unit_head:bus").get(own(snapshot(city))))
    assert "117" not in text
    assert "市水务局" not in text


def test_what_fewer_than_ten_authors_said_is_not_shown_to_their_unit(city: World) -> None:
    held = snapshot(city)
    assert rows(sign_in(city, "unit_head:bus").get(own(held)))["满意率"] == HIDDEN
    assert rows(sign_in(city, "unit_head:water").get(own(held)))["满意率"] == "91.67%（44÷48）"


def test_a_unit_reads_no_version_that_is_not_published(city: World) -> None:
    waiting = snapshot(city, status="taken", published_at=None, published_by=None)
    client = sign_in(city, "unit_head:bus")
    assert client.get(own(waiting)).status_code == 404
    assert "2026年" not in main_text(client.get(reverse("desk:records", args=["unit-figures"])))


def test_a_unit_does_not_reach_the_internal_figures_of_the_whole_city(city: World) -> None:
    held = snapshot(city)
    client = sign_in(city, "unit_head:bus")
    assert client.get(reverse("desk:record", args=["statistics", held.pk])).status_code in (403, 404)  # fmt: skip
    assert client.get(reverse("desk:statistics_file", args=[held.pk])).status_code == 403


def test_a_clerk_reads_the_figures_of_the_jurisdiction_and_can_do_nothing_with_them(
    city: World,
) -> None:
    waiting = snapshot(city, status="taken", published_at=None, published_by=None)
    response = sign_in(city, "intake_clerk").get(
        reverse("desk:record", args=["statistics", waiting.pk])
    )
    assert "88÷97" in main_text(response)
    assert "现在没有要您做的" in main_text(response)


@pytest.mark.parametrize("who", ["publisher", "editor", "privacy_officer", "expert", "sys_admin"])
def test_who_has_no_internal_statistics_in_2_2_reaches_none(city: World, who: str) -> None:
    held = snapshot(city)
    client = sign_in(city, who)
    for address in (
        own(held), reverse("desk:record", args=["statistics", held.pk]), reverse("desk:statistics_file", args=[held.pk])
    ):  # fmt: skip
        assert client.get(address).status_code in (403, 404)


def test_the_internal_edition_is_a_workbook_with_every_cell_that_prints_on_its_width(
    city: World,
) -> None:
    held = snapshot(city)
    response = sign_in(city, "leader").get(reverse("desk:statistics_file", args=[held.pk]))
    assert response["Content-Disposition"].endswith('"statistics-2026-v1-internal.xlsx"')
    book = load_workbook(BytesIO(response.content))
    assert book.sheetnames == ["说明", "全部指标", "按单位", "按领域", "按地区", "按渠道"]
    units = [[c.value for c in row] for row in book["按单位"].iter_rows(min_row=2)]
    assert ["市交通局", "满意率（%）", 50, 1, 2] in units
    assert ["'=市水务局", "交办", 117, 117, None] in units
    totals = {row[0].value: row[1].value for row in book["全部指标"].iter_rows(min_row=2)}
    assert totals["按期办结率（%）"] == 90
    for sheet in book:
        assert (sheet.page_setup.orientation, sheet.page_setup.fitToHeight) == ("landscape", 0)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert sheet.print_title_rows == "$1:$1"


def test_the_workbook_of_a_version_that_waits_says_that_it_waits(city: World) -> None:
    waiting = snapshot(city, status="taken", published_at=None, published_by=None)
    response = sign_in(city, "analyst").get(reverse("desk:statistics_file", args=[waiting.pk]))
    about = {row[0].value: row[1].value for row in load_workbook(BytesIO(response.content))["说明"]}
    assert about["状态"] == "待公布"
