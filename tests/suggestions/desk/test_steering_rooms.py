"""The rooms 督办批示 and 会议与接待 at a browser: who sees what, acts through forms, what was typed is kept."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from suggestions.clock import local_date
from suggestions.desk import kinds, urls
from suggestions.models import (
    Booking,
    Hearing,
    LeaderInstruction,
    QaSession,
    ReceptionSlot,
    Sponsorship,
    Suggestion,
    SupervisionOrder,
    TrayItem,
)
from suggestions.services import instructing, supervising
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db
NOUNS = sorted(
    k for k, v in kinds.KINDS.items() if urls.STEERING and v.room in ("orders", "meetings")
)


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def item(city: World) -> Suggestion:
    now = timezone.now() - timedelta(days=2)
    found = w.submit(city, at=now).suggestion
    w.accept(city, found, at=now)
    w.dispatch(city, found, at=now)
    return w.sign_in(city, found, at=now)


def new(slug: str, act: str) -> str:
    return reverse("desk:record_new", args=[slug, act])


def act(record: Any, slug: str, name: str) -> str:
    return reverse("desk:record_act", args=[slug, record.pk, name])


def screen(record: Any, slug: str) -> str:
    return reverse("desk:record", args=[slug, record.pk])


def day(days: int) -> str:
    return (local_date(timezone.now()) + timedelta(days=days)).isoformat()


ORDER = {"level": "3", "text": "请说明办理情况。", "basis": "《信访工作条例》第四十条", "rule": "no_feedback"}  # fmt: skip


def issued(city: World, item: Suggestion) -> SupervisionOrder:
    return supervising.start(
        jurisdiction=city.jurisdiction, rule="overdue", unit=city.bus, suggestion=item, level=3, text="请说明。",
        basis="条例", actor=city.actor("supervisor"), at=timezone.now(),
    )  # fmt: skip


def test_a_supervisor_issues_from_the_item_and_the_head_answers_from_the_units_room(
    city: World, item: Suggestion
) -> None:
    office, head = sign_in(city, "supervisor"), sign_in(city, "unit_head:bus")
    page = parsed(office.get(reverse("desk:item", args=[item.case_no])))
    link = next(a for a in page.select(".desk-acts a") if a.get_text(strip=True) == "发督办")
    form = parsed(office.get(str(link["href"])))
    assert form.select_one("[name=case_no]")["value"] == item.case_no
    response = office.post(new("supervision", "start"), {**ORDER, "case_no": item.case_no, "unit": city.bus.pk})  # fmt: skip
    order = SupervisionOrder.objects.get()
    assert response["Location"] == screen(order, "supervision")
    room = head.get(reverse("desk:orders"), follow=True)
    assert "没有按要求反馈" in main_text(room)
    wrong = head.post(act(order, "supervision", "answer"), {"text": ""})
    assert wrong.status_code == 422
    head.post(act(order, "supervision", "answer"), {"text": "已经安排，12月答复。"})
    order.refresh_from_db()
    assert order.status == "answered"
    assert "已经安排" in main_text(office.get(screen(order, "supervision")))
    assert "督办" in main_text(head.get(reverse("desk:item", args=[item.case_no])))


def test_what_was_typed_stands_again_when_the_service_refuses(city: World, item: Suggestion) -> None:  # fmt: skip
    client = sign_in(city, "supervisor")
    typed = {
        **ORDER,
        "level": "4",
        "case_no": item.case_no,
        "unit": city.bus.pk,
        "text": "请三日内说明。",
    }
    response = client.post(new("supervision", "start"), typed)
    assert response.status_code == 422
    page = parsed(response)
    assert "会同" in page.select_one("#errors").get_text()
    assert page.select_one("textarea[name=text]").get_text().strip() == "请三日内说明。"
    assert not SupervisionOrder.objects.exists()


def test_another_unit_and_a_stranger_to_the_room_cannot_open_or_guess_an_order(city: World, item: Suggestion) -> None:  # fmt: skip
    order = issued(city, item)
    for who in ("unit_head:water", "handler:water"):
        client = sign_in(city, who)
        assert client.get(screen(order, "supervision")).status_code == 404
        assert client.post(act(order, "supervision", "answer"), {"text": "x"}).status_code == 404
        assert "没有按期" not in main_text(
            client.get(reverse("desk:records", args=["supervision"]))
        )
    assert sign_in(city, "editor").get(screen(order, "supervision")).status_code in (403, 404)
    assert sign_in(city, "liaison:bus").post(act(order, "supervision", "answer"), {"text": "x"}).status_code == 403  # fmt: skip
    order.refresh_from_db()
    assert order.status == "issued"


def test_a_unit_sees_no_proposal_that_is_still_being_weighed(city: World, item: Suggestion) -> None:
    order = supervising.propose(
        jurisdiction=city.jurisdiction, rule="other", evidence=["x"], suggestion=item, actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip
    assert order is not None
    assert sign_in(city, "unit_head:bus").get(screen(order, "supervision")).status_code == 404
    assert sign_in(city, "triage_officer").get(screen(order, "supervision")).status_code == 200


def test_an_instruction_for_the_office_is_no_units_to_read(city: World, item: Suggestion) -> None:
    leader, head = sign_in(city, "leader"), sign_in(city, "unit_head:bus")
    leader.post(new("instruction", "give"), {"text": "先核实预算。", "audience": "office", "unit": city.bus.pk, "case_no": item.case_no})  # fmt: skip
    inside = LeaderInstruction.objects.get()
    assert head.get(screen(inside, "instruction")).status_code == 404
    assert "先核实预算" not in head.get(reverse("desk:item", args=[item.case_no])).content.decode()
    leader.post(new("instruction", "give"), {"text": "请月底前装好。", "audience": "unit", "unit": city.bus.pk, "case_no": item.case_no})  # fmt: skip
    shown = LeaderInstruction.objects.exclude(pk=inside.pk).get()
    assert "请月底前装好" in main_text(head.get(screen(shown, "instruction")))


def test_a_leader_reads_letters_with_identities_masked_and_the_counter_moves(city: World) -> None:
    found = w.submit(city, at=timezone.now(), problem="我叫林小满，电话19900001234，站台没有座位，老人站着等车很累。").suggestion  # fmt: skip
    leader = sign_in(city, "leader")
    response = sign_in(city, "triage_officer").post(
        reverse("desk:tray_put", args=[found.case_no]), {"leader": city.users["leader"].pk, "why": "涉及面广"}
    )  # fmt: skip
    assert response.status_code == 302
    page = leader.get(reverse("desk:tray"))
    assert "19900001234" not in page.content.decode()
    assert "已读0件，应读10件" in main_text(page)
    leader.post(reverse("desk:tray"), {"read": TrayItem.objects.get().pk})
    assert "已读1件" in main_text(leader.get(reverse("desk:tray")))
    assert sign_in(city, "supervisor").get(reverse("desk:tray")).status_code == 403


def test_a_leaders_mark_reaches_only_the_own_list(city: World) -> None:
    found = w.submit(city, at=timezone.now()).suggestion
    other = instructing.put(leader=city.users["supervisor"], suggestion=found, why="x", actor=city.actor("triage_officer"), at=timezone.now())  # fmt: skip
    assert sign_in(city, "leader").post(reverse("desk:tray"), {"read": other.pk}).status_code == 404


def test_a_reception_is_planned_published_booked_by_phone_and_its_code_shown_once(city: World) -> None:  # fmt: skip
    office, clerk = sign_in(city, "triage_officer"), sign_in(city, "intake_clerk")
    values = {
        "leader_name": "周明", "leader_post": "副市长", "level": "city", "kind": "regular", "field": "交通", "on": day(14),
        "starts": "09:00", "ends": "11:00", "place": "接待大厅", "capacity": "3", "booking_opens_on": day(0),
    }  # fmt: skip
    wrong = office.post(new("reception", "plan"), {**values, "ends": "08:00"})
    assert wrong.status_code == 422
    assert "结束时间" in parsed(wrong).select_one("#errors").get_text()
    office.post(new("reception", "plan"), values)
    slot = ReceptionSlot.objects.get()
    office.post(act(slot, "reception", "publish"))
    response = clerk.post(
        act(slot, "reception", "book"), {"name": "林小满", "phone": "199 0000 1234", "matter": "站台", "people": "2", "source": "phone"}
    )  # fmt: skip
    assert "查询码" in main_text(response)
    page = clerk.get(screen(slot, "reception"))
    assert "19900001234" not in page.content.decode()
    assert "林小满" not in page.content.decode()
    booking = Booking.objects.get()
    shown = clerk.post(
        f"{act(slot, 'reception', 'contact')}?part={booking.pk}", {"reason": "改期通知"}
    )
    assert "19900001234" in main_text(shown)
    assert sign_in(city, "unit_head:bus").get(screen(slot, "reception")).status_code == 404


def test_a_hearing_with_one_side_or_a_wrong_line_is_refused_in_words(city: World, item: Suggestion) -> None:  # fmt: skip
    office = sign_in(city, "triage_officer")
    values = {
        "topic": "站台改造", "background": "怎么改。", "kind": "study", "is_formal": "on", "organiser": city.bus.pk, "on": day(40),
        "enrol_from": day(2), "enrol_until": day(20), "starts": "09:00", "place": "市民中心", "selection": "lot",
        "sides": "居民 3\n商户 2", "observers": "10", "cases": item.case_no,
    }  # fmt: skip
    for sides, said in (("居民 3", "两个界别"), ("居民三个", "的样子")):
        response = office.post(new("hearing", "plan"), {**values, "sides": sides})
        assert response.status_code == 422
        assert said in parsed(response).select_one("#errors").get_text()
    office.post(new("hearing", "plan"), values)
    held = Hearing.objects.get()
    office.post(act(held, "hearing", "announce"))
    held.refresh_from_db()
    assert held.status == "announced"
    assert "站台改造" in main_text(office.get(reverse("desk:item", args=[item.case_no])))


def test_a_session_is_planned_asked_released_and_answered_at_the_desk(city: World) -> None:
    office, head = sign_in(city, "triage_officer"), sign_in(city, "unit_head:bus")
    office.post(
        new("questioning", "plan"),
        {"theme": "站台", "kind": "questioning", "units": [city.bus.pk], "head_present": "局长", "opens_on": day(0), "closes_on": day(5)},
    )  # fmt: skip
    held = QaSession.objects.get()
    office.post(act(held, "questioning", "open"))
    office.post(act(held, "questioning", "ask"), {"text": "长椅什么时候装？", "source": "phone", "contact": "19900001234"})  # fmt: skip
    question = held.questions.get()
    assert "长椅什么时候装" not in main_text(head.get(screen(held, "questioning")))
    office.post(f"{act(held, 'questioning', 'release')}?part={question.pk}", {"public_text": "长椅什么时候装？", "unit": city.bus.pk})  # fmt: skip
    assert "长椅什么时候装" in main_text(head.get(screen(held, "questioning")))
    head.post(f"{act(held, 'questioning', 'answer')}?part={question.pk}", {"text": "下月装。", "measure": "装长椅", "due_on": day(30)})  # fmt: skip
    question.refresh_from_db()
    assert question.promises.get().measure == "装长椅"
    for bad in ("abc", "99999", "", "9" * 30):
        assert head.get(f"{act(held, 'questioning', 'answer')}?part={bad}").status_code == 404


@pytest.mark.parametrize("slug", NOUNS)
def test_each_room_opens_for_its_roles_and_for_nobody_else(city: World, slug: str) -> None:
    from suggestions.matrix import MATRIX

    kind = kinds.KINDS[slug]
    for who in ("supervisor", "leader", "triage_officer", "unit_head:bus", "intake_clerk", "analyst", "editor"):  # fmt: skip
        client = sign_in(city, who)
        wanted = 200 if who.partition(":")[0] in MATRIX[kind.see] else 403
        assert client.get(reverse("desk:records", args=[slug])).status_code == wanted, who
        for chosen in kind.acts:
            if chosen.begins:
                status = client.get(new(slug, chosen.name)).status_code
                assert status == (
                    200 if who.partition(":")[0] in set(map(str, chosen.roles)) else 403
                )


def test_the_number_of_queries_of_a_list_does_not_grow_with_its_rows(city: World, item: Suggestion) -> None:  # fmt: skip
    client = sign_in(city, "supervisor")
    address = reverse("desk:records", args=["supervision"])

    def count() -> int:
        client.get(address)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client.get(address)
        return len(queries)

    issued(city, item)
    few = count()
    for _n in range(8):
        issued(city, item)
    assert count() == few


def test_a_matter_is_sponsored_planned_and_its_milestone_reached_at_the_desk(city: World, item: Suggestion) -> None:  # fmt: skip
    leader = sign_in(city, "leader")
    leader.post(
        new("sponsorship", "open-new"),
        {"matter": "站台设施", "public_matter": "站台改善", "leader": city.users["leader"].pk, "leader_post": "副市长",
         "unit": city.bus.pk, "cases": item.case_no},
    )  # fmt: skip
    held = Sponsorship.objects.get()
    wrong = leader.post(act(held, "sponsorship", "plan"), {"team": "交通局", "plan": "分批", "target_on": day(60), "milestones": "下个月勘查"})  # fmt: skip
    assert wrong.status_code == 422
    leader.post(act(held, "sponsorship", "plan"), {"team": "交通局", "plan": "分批", "target_on": day(60), "milestones": f"{day(20)} 完成勘查"})  # fmt: skip
    leader.post(act(held, "sponsorship", "work"))
    milestone = held.milestones.get()
    head = sign_in(city, "unit_head:bus")
    head.post(f"{act(held, 'sponsorship', 'reach')}?part={milestone.pk}", {"words": "勘查好了"})
    milestone.refresh_from_db()
    assert milestone.done_on is not None


def test_the_menu_marks_the_room_one_is_in_whatever_its_address(city: World) -> None:
    browser = sign_in(city, "supervisor")

    def marked(address: str) -> list[str]:
        props = parsed(browser.get(address)).select_one("#wagtail-sidebar-props")
        assert props is not None
        found, asked = [], [json.loads(props.get_text())]
        while asked:
            held = asked.pop()
            if isinstance(held, dict):
                if "aria-current" in (held.get("attrs") or {}):
                    found.append(held["name"])
                asked += held.values()
            elif isinstance(held, list):
                asked += held
        return found

    assert marked(reverse("desk:records", args=["advice"])) == ["desk-orders"]
    assert marked(reverse("desk:home")) == ["desk-home"]
    shelf = reverse("desk:privacy_shelf", args=["grants"])
    assert marked(shelf) == ["desk-privacy"]
    tab = parsed(browser.get(shelf)).select_one(".desk-tabs [aria-current]")
    assert tab is not None
    assert "个人信息保护" in tab.get_text()
    assert marked(reverse("wagtailadmin_home")) == []
