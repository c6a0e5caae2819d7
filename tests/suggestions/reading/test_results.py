"""/results/: what was promised, done, late or given up stands there alike, by time and by place."""

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from suggestions import content
from suggestions.models import Adoption, Suggestion
from suggestions.selectors import results
from suggestions.selectors.results import Asked
from suggestions.services import adopting
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(days=12)


def adopted(
    city: World, measure: str, *, due_on: date, at: datetime = AT, done: bool = False, key: str = "", **changes: Any
) -> Adoption:  # fmt: skip
    """A suggestion that became a measure, through the services."""
    item = w.answered(city, at=at - timedelta(days=12), key=key or measure, **changes)[0]
    office, head = city.actor("triage_officer"), city.actor("unit_head:bus")
    row = adopting.nominate(suggestion=item, unit=city.bus, measure=measure, actor=office, at=at)
    adopting.open_study(
        adoption=row, method="seminar", held_on=at.date(), invited=[city.bus], actor=office, at=at
    )
    adopting.conclude(
        adoption=row, recommended=True, summary="可行，建议先装三处，再看。", actor=head, at=at
    )
    adopting.decide(
        adoption=row, decision="adopt", basis="局务会会议纪要", conversion_type="livelihood", due_on=due_on, actor=head, at=at
    )  # fmt: skip
    adopting.start(adoption=row, milestones=[("装好三处长椅", due_on)], actor=head, at=at)
    if done:
        adopting.add_result(
            adoption=row, kind="project", title="站台座椅工程", starts_on=at.date(), before="没有座椅", after="有了三处座椅",
            actor=head, at=at,
        )  # fmt: skip
        adopting.complete(adoption=row, done_on=at.date(), actor=head, at=at)
    return row


@pytest.fixture
def city() -> World:
    return w.make_world()


def read(client: Client, address: str) -> BeautifulSoup:
    response = client.get(address)
    assert response.status_code == 200
    return BeautifulSoup(response.content, "html.parser")


def words(page: BeautifulSoup) -> str:
    return page.get_text().replace("\u200b", "")


def test_a_measure_names_owner_date_milestone_proof_and_the_suggestion_it_came_from(
    city: World, client: Client
) -> None:
    row = adopted(city, "人民路站有了长椅", due_on=date(2026, 12, 20), done=True)
    page = words(read(client, "/results/"))
    for said in ("人民路站有了长椅", "市交通局", "东城区", "装好三处长椅", "站台座椅工程", row.suggestion.public_title, "已落实"):  # fmt: skip
        assert said in page, said
    detail = words(read(client, f"/results/{row.pk}/"))
    for said in ("局务会会议纪要", "没有座椅", "有了三处座椅", row.suggestion.case_no):
        assert said in detail, said


def test_a_promise_that_was_missed_stands_there_as_plainly_as_one_that_was_kept(
    city: World, client: Client
) -> None:
    adopted(city, "人民路站有了长椅", due_on=date(2026, 11, 16))
    page = words(read(client, "/results/?stands=late"))
    assert "人民路站有了长椅" in page
    assert "过期" in page


def test_what_was_given_up_keeps_its_row_and_its_reason(city: World, client: Client) -> None:
    row = adopted(city, "人民路站有了长椅", due_on=date(2026, 12, 20))
    head = city.actor("unit_head:bus")
    adopting.abandon(adoption=row, reason="站台要整体迁走，另行安排。", actor=head, at=AT)
    assert "不再推进" in words(read(client, "/results/?stands=dropped"))
    assert "站台要整体迁走" in words(read(client, f"/results/{row.pk}/"))


def test_the_places_add_up_to_the_whole(city: World, client: Client) -> None:
    adopted(city, "第一件", due_on=date(2026, 12, 20), done=True)
    adopted(city, "第二件", due_on=date(2026, 12, 21), district=None, title="河边的路灯坏了三盏")
    places = results.places(at=AT)
    assert sum(p.total for p in places) == results.ledger(Asked(), at=AT).total == 2
    assert all(p.total == p.done + p.doing + p.late + p.dropped for p in places)
    page = read(client, "/results/?by=place")
    assert "东城区" in words(page)
    assert "全市" in words(page)
    link = page.find("a", string="东城区")
    assert link is not None
    assert "第一件" in words(read(client, str(link["href"])))


def test_a_measure_whose_suggestion_is_not_public_shows_none_of_its_words(
    city: World, client: Client
) -> None:
    row = adopted(city, "人民路站有了长椅", due_on=date(2026, 12, 20))
    Suggestion.objects.filter(pk=row.suggestion_id).update(publication="suspended")
    for address in ("/results/", f"/results/{row.pk}/"):
        page = words(read(client, address))
        assert "人民路站有了长椅" in page
        assert row.suggestion.public_title not in page
        assert row.suggestion.case_no not in page


def test_what_is_not_decided_or_not_public_is_not_in_the_ledger(
    city: World, client: Client
) -> None:
    item = w.answered(city)[0]
    row = adopting.nominate(
        suggestion=item, unit=city.bus, measure="还在想", actor=city.actor("triage_officer"), at=AT
    )
    hidden = adopted(city, "不公开的", due_on=date(2026, 12, 20), title="河边的路灯坏了三盏")
    Adoption.objects.filter(pk=hidden.pk).update(is_public=False)
    page = words(read(client, "/results/"))
    assert "还在想" not in page
    assert "不公开的" not in page
    assert client.get(f"/results/{row.pk}/").status_code == 404
    assert client.get(f"/results/{hidden.pk}/").status_code == 404


def test_pages_follow_one_another_without_gap_or_repeat(city: World) -> None:
    for n in range(5):
        adopted(
            city, f"第{n}件", due_on=date(2026, 12, 20), title=f"第{n}个站台加长椅", key=f"k{n}"
        )
    seen: list[str] = []
    cursor = ""
    for _page in range(3):
        part = results.ledger(Asked(cursor=cursor), at=AT, size=2)
        seen += [m.measure for m in part.rows]
        cursor = part.next_cursor
    assert sorted(seen) == [f"第{n}件" for n in range(5)]
    assert cursor == ""


def test_the_number_of_queries_does_not_grow_with_rows(city: World, client: Client) -> None:
    def queries(address: str) -> int:
        content.version()  # kept for a second, and a slow machine takes longer than that
        with CaptureQueriesContext(connection) as counted:
            read(client, address)
        return len(counted)

    adopted(city, "第一件", due_on=date(2026, 12, 20), done=True)
    client.get("/results/")
    few = [queries(a) for a in ("/results/?x=1", "/results/honours/?x=1", "/results/?by=place&x=1")]
    for n in range(3):
        adopted(city, f"又{n}件", due_on=date(2026, 12, 20), done=True, title=f"第{n}个站台加长椅", key=f"k{n}")  # fmt: skip
    many = [queries(a) for a in ("/results/?x=2", "/results/honours/?x=2", "/results/?by=place&x=2")]  # fmt: skip
    assert many == few


@pytest.mark.parametrize(
    "query",
    ["stands=x", "unit=%00", "district='", "year=99999", "year=x", "cursor=2026-13-45.1", "cursor=" + "9" * 900,
     "stands=done&unit=none&year=2026", "by=x"],
)  # fmt: skip
def test_forged_filters_find_nothing_or_the_beginning_and_never_fail(
    city: World, client: Client, query: str
) -> None:
    adopted(city, "人民路站有了长椅", due_on=date(2026, 12, 20))
    assert client.get(f"/results/?{query}").status_code == 200


def test_the_honours_of_a_year_list_what_was_done_in_it(city: World, client: Client) -> None:
    adopted(city, "人民路站有了长椅", due_on=date(2026, 12, 20), done=True)
    adopted(city, "还没做完的", due_on=date(2026, 12, 21), title="河边的路灯坏了三盏")
    page = words(read(client, "/results/honours/"))
    assert "2026年，这些建议做成了" in page
    assert "人民路站有了长椅" in page
    assert "还没做完的" not in page
    assert client.get("/results/honours/1999/").status_code == 404


def test_the_ledger_is_a_public_page_without_cookie_and_new_after_each_step(
    city: World, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    row = adopted(city, "人民路站有了长椅", due_on=date(2026, 12, 20))
    first = client.get("/results/")
    assert not first.cookies
    assert "public" in first["Cache-Control"]
    again = client.get("/results/", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    with django_capture_on_commit_callbacks(execute=True):
        adopting.abandon(
            adoption=row, reason="站台要整体迁走，另行安排。", actor=city.actor("unit_head:bus"), at=AT
        )  # fmt: skip
    fresh = client.get("/results/", headers={"If-None-Match": first["ETag"]})
    assert fresh.status_code == 200


def test_the_ledger_is_given_as_csv_with_the_rows_and_filters_of_the_page(
    city: World, client: Client
) -> None:
    late = adopted(city, "=人民路站有了长椅", due_on=date(2026, 11, 16))
    done = adopted(city, "广场路站有了雨棚", due_on=date(2026, 12, 20), done=True)
    link = read(client, "/results/").find("a", href="/results/ledger.csv")
    assert link is not None
    response = client.get("/results/ledger.csv")
    assert response["Content-Type"].startswith("text/csv")
    assert "public" in response["Cache-Control"]
    assert not response.cookies
    text = b"".join(response).decode()
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text[1:])))
    assert [r["做什么"] for r in rows] == ["广场路站有了雨棚", "'=人民路站有了长椅"]
    assert rows[0]["做到没有"] == "已落实"
    assert rows[0]["来自建议"] == done.suggestion.case_no
    assert rows[1]["网址"].endswith(f"/results/{late.pk}/")
    chosen = read(client, "/results/?stands=done")
    assert chosen.find("a", href="/results/ledger.csv?stands=done") is not None
    only = b"".join(client.get("/results/ledger.csv?stands=done")).decode()
    assert "广场路站有了雨棚" in only
    assert "人民路站有了长椅" not in only
    again = client.get("/results/ledger.csv", headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304
    assert len(b"".join(client.get("/results/ledger.csv?unit=;x&year=99")).decode().splitlines()) == 1  # fmt: skip


def test_a_long_ledger_is_written_whole_however_many_chunks_it_takes(
    city: World, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(3):
        adopted(city, f"第{n}站有了长椅", due_on=date(2026, 12, 20))
    monkeypatch.setattr("suggestions.public.results_csv._CHUNK", 1)
    text = b"".join(client.get("/results/ledger.csv")).decode()
    assert len(text.splitlines()) == 4
