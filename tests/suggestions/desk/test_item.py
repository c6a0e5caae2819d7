"""The item screen: both texts, clocks, history, contact behind a logged reveal, and the way through the queue."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suggestions.models import Author, CaseEvent, IdentityAccessLog, Suggestion
from suggestions.services import assignment, chain
from tests import world as w
from tests.suggestions.desk.cast import item_url, main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
PHONE = "19900001234"


def reveal_url(item: Suggestion) -> str:
    return reverse("desk:reveal", args=[item.case_no])


@pytest.fixture
def dispatched(city: World) -> Suggestion:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    return w.dispatch(city, item, at=MONDAY)


def test_the_original_stands_beside_the_text_that_will_be_public(city: World) -> None:
    item = w.submit(city, problem=f"站台没有座位。找我打{PHONE}。").suggestion
    page = parsed(sign_in(city, "triage_officer").get(item_url(item)))
    original, public = page.select(".desk-texts > section")
    mark = original.select_one("mark")
    assert mark is not None
    assert PHONE in mark.get_text()
    assert mark["title"] == "手机号"
    assert PHONE not in public.get_text()
    assert "已遮盖：手机号" in public.get_text()


def test_markup_in_a_suggestion_is_shown_as_it_was_typed(city: World) -> None:
    item = w.submit(
        city, title="<b>加一张长椅</b>吧", problem="<script>alert(1)</script>"
    ).suggestion
    response = sign_in(city, "triage_officer").get(item_url(item))
    assert b"<script>alert(1)</script>" not in response.content
    assert "<script>alert(1)</script>" in main_text(response)


def test_contact_data_is_in_no_page_until_a_reason_is_given(city: World) -> None:
    item = w.submit(city, email="lin@example.cn", address="人民路9号").suggestion
    client = sign_in(city, "triage_officer")
    page = client.get(item_url(item)).content.decode()
    assert not any(secret in page for secret in (PHONE, "林小满", "lin@example.cn", "人民路9号"))
    for reason in ("", "  ", "看看"):
        response = client.post(reveal_url(item), {"reason": reason})
        assert response.status_code == 422
        assert PHONE not in response.content.decode()
        assert "理由" in main_text(response)
    assert not IdentityAccessLog.objects.exists()


def test_a_reveal_shows_the_contact_once_and_logs_who_when_and_why(city: World) -> None:
    item = w.submit(city).suggestion
    client = sign_in(city, "triage_officer")
    response = client.post(reveal_url(item), {"reason": "打电话核实是哪个站台"})
    text = main_text(response)
    assert PHONE in text
    assert "林小满" in text
    assert "no-store" in response["Cache-Control"]
    log = IdentityAccessLog.objects.get()
    assert (log.user, log.role, log.reason) == (
        city.users["triage_officer"],
        "triage_officer",
        "打电话核实是哪个站台",
    )
    assert log.fields == ["name", "phone"]
    event = CaseEvent.objects.get(suggestion=item, name="contact_read")
    assert (event.visibility, event.reason) == ("staff", "打电话核实是哪个站台")
    assert PHONE not in f"{event.words}{event.reason}{event.data}"
    assert list(chain.verify()) == []
    assert PHONE not in client.get(item_url(item)).content.decode()


@pytest.mark.parametrize(
    ("channel", "seen", "unseen"),
    [
        ("phone", [PHONE], ["林小满", "lin@example.cn"]),
        ("email", ["lin@example.cn"], ["林小满", PHONE]),
        ("letter", ["人民路9号", "林小满"], [PHONE, "lin@example.cn"]),
        ("none", [], [PHONE, "林小满", "lin@example.cn", "人民路9号"]),
    ],
)
def test_a_unit_sees_only_the_channel_the_author_chose(
    city: World, dispatched: Suggestion, channel: str, seen: list[str], unseen: list[str]
) -> None:
    author = Author.objects.get(suggestion=dispatched)
    author.email, author.address, author.contact_channel = "lin@example.cn", "人民路9号", channel
    author.save()
    response = sign_in(city, "handler:bus").post(reveal_url(dispatched), {"reason": "约时间到现场"})
    text = main_text(response)
    assert all(s in text for s in seen)
    assert not any(s in text for s in unseen)
    assert IdentityAccessLog.objects.get().role == "handler"


def test_a_unit_learns_nothing_of_an_author_who_hides_from_it(city: World) -> None:
    item = w.submit(
        city, hide_identity_from_unit=True, problem=f"我是林小满，电话{PHONE}，站台没有座位。"
    ).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    for who in ("liaison:bus", "handler:bus", "unit_head:bus"):
        client = sign_in(city, who)
        page = client.get(item_url(item))
        assert PHONE not in page.content.decode()
        assert "通过征集办公室转达" in main_text(page)
        response = client.post(reveal_url(item), {"reason": "约时间到现场"})
        assert response.status_code == 403
        assert PHONE not in response.content.decode()
    assert not IdentityAccessLog.objects.exists()
    office = sign_in(city, "triage_officer").post(reveal_url(item), {"reason": "替单位转达"})
    assert PHONE in main_text(office)


def test_a_role_that_may_not_see_contacts_gets_no_form_and_no_data(
    city: World, dispatched: Suggestion
) -> None:
    client = sign_in(city, "publisher")
    page = parsed(client.get(item_url(dispatched)))
    assert page.select_one(".desk-reveal") is None
    response = client.post(reveal_url(dispatched), {"reason": "想看一看"})
    assert response.status_code == 403
    assert not IdentityAccessLog.objects.exists()
    assert not CaseEvent.objects.filter(name="contact_read").exists()


def test_a_reveal_is_never_a_link(city: World, dispatched: Suggestion) -> None:
    response = sign_in(city, "triage_officer").get(reveal_url(dispatched), {"reason": "打电话核实"})
    assert response.status_code == 302


def test_who_read_contact_data_is_shown_to_the_office_and_not_to_units(
    city: World, dispatched: Suggestion
) -> None:
    sign_in(city, "leader").post(reveal_url(dispatched), {"reason": "亲自回电话致谢"})
    office = main_text(sign_in(city, "supervisor").get(item_url(dispatched)))
    assert "亲自回电话致谢" in office
    unit = main_text(sign_in(city, "handler:bus").get(item_url(dispatched)))
    assert "亲自回电话致谢" not in unit


def test_clocks_say_who_holds_them_until_when_and_how_the_date_came_about(
    city: World,
) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    assignment.dispatch(
        suggestion=item, lead=city.bus, co_units=[city.water], actor=city.actor("triage_officer"), at=MONDAY
    )  # fmt: skip
    page = parsed(sign_in(city, "supervisor").get(item_url(item)))
    rows = [" ".join(c.get_text(" ").split()) for c in page.select("[aria-labelledby=clocks] .desk-clock")]  # fmt: skip
    handling = next(r for r in rows if r.startswith("办理答复"))
    assert "市交通局" in handling
    assert "数15个工作日" in handling
    opinion = next(r for r in rows if r.startswith("协办意见"))
    assert "市水务局" in opinion
    forwarding = next(r for r in rows if r.startswith("登记转送"))
    assert "征集办公室" in forwarding
    assert "已停止，按期" in forwarding


def test_a_unit_does_not_see_another_units_unsigned_draft_and_the_office_does_not_either(
    city: World, dispatched: Suggestion
) -> None:
    from suggestions.services import replying

    w.sign_in(city, dispatched, at=MONDAY)
    replying.save_draft(
        suggestion=dispatched, actor=city.actor("handler:bus"), at=MONDAY, body="这是没写完的草稿"
    )
    for who, seen in (("handler:bus", True), ("unit_head:bus", True), ("triage_officer", False), ("leader", False)):  # fmt: skip
        text = main_text(sign_in(city, who).get(item_url(dispatched)))
        assert ("这是没写完的草稿" in text) == seen, who


def test_the_history_names_who_did_what_and_why(city: World) -> None:
    item, _ = w.answered(city)
    w.rate(item, at=MONDAY + timedelta(days=12), overall="basically", comment="再快一点就好")
    text = main_text(sign_in(city, "leader").get(item_url(item)))
    assert "分办员" in text
    assert "市交通局答复" in text
    assert "再快一点就好" in text
    assert "已公开的文字" in text


def test_an_item_opened_from_a_queue_leads_to_its_neighbours_and_back(city: World) -> None:
    items = [
        w.submit(city, at=MONDAY + timedelta(hours=n), title=f"第{n}个公交站加长椅").suggestion
        for n in range(3)
    ]
    client = sign_in(city, "triage_officer")
    queue = parsed(client.get(reverse("desk:queue"), {"state": "registered", "sort": "old"}))
    links = [a["href"] for a in queue.select("a.desk-row__title")]
    assert [items[n].case_no in str(link) for n, link in enumerate(links)] == [True] * 3
    middle = parsed(client.get(str(links[1])))
    before, after = (middle.select_one(f"a[rel={rel}]") for rel in ("prev", "next"))
    assert before is not None
    assert after is not None
    assert items[0].case_no in str(before["href"])
    assert items[2].case_no in str(after["href"])
    w.accept(city, items[1], at=MONDAY + timedelta(days=1))
    moved = parsed(client.get(str(links[1]))).select_one("a[rel=next]")
    assert moved is not None
    assert items[2].case_no in str(moved["href"]), "the next one is found after this one moved on"
    alone = parsed(client.get(item_url(items[1])))
    assert alone.select_one("a[rel=next]") is None


@pytest.mark.parametrize(
    "queue", ["%%%", "state=nope&on=9999-99-99&after=x", "a" * 5000, "=&&=&\x00"]
)
def test_a_broken_queue_in_an_address_does_no_harm(city: World, queue: str) -> None:
    item = w.submit(city).suggestion
    response = sign_in(city, "triage_officer").get(item_url(item), {"queue": queue})
    assert response.status_code == 200


def test_the_item_screen_costs_the_same_whatever_the_item_has_been_through(city: World) -> None:
    from suggestions.models import Attachment

    item, _ = w.answered(city)
    client = sign_in(city, "triage_officer")

    def cost() -> int:
        client.get(item_url(item))
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert client.get(item_url(item)).status_code == 200
        return len(seen)

    before = cost()
    for n in range(12):
        client.post(reveal_url(item), {"reason": f"第{n}次打电话核实"})
        Attachment.objects.create(
            suggestion=item, token=f"t{n}", storage_name=f"s{n}", content_type="image/jpeg", size=9, sha256="0" * 64
        )  # fmt: skip
        other = w.submit(city, title=f"另一件相近的建议{n}").suggestion
        other.primary = item
        other.save()
    assert cost() == before


@pytest.mark.parametrize("who", ["triage_officer", "supervisor"])
def test_the_item_screen_reads_nothing_twice(city: World, dispatched: Suggestion, who: str) -> None:
    client, address = sign_in(city, who), item_url(dispatched)
    client.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    reads = Counter(q["sql"] for q in asked.captured_queries)
    assert {sql: n for sql, n in reads.items() if n > 1} == {}
