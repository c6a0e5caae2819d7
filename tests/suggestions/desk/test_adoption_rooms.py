"""The rooms 采纳转化, 评选奖励 and 回访: who enters, what each reads, and that errors keep what was typed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from suggestions.models import Adoption, AwardRound, Nomination, RatingFlag, Suggestion, Visit
from suggestions.services import adopting, awarding, visiting
from suggestions.states import Adoption as State
from suggestions.states.visit import VisitState
from tests import world as w
from tests.suggestions.desk.cast import sign_in
from tests.world import World

pytestmark = pytest.mark.django_db
EARLIER = timezone.now() - timedelta(days=40)


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.answered(city, at=EARLIER, published=False)[0]


def record(slug: str, pk: int, act: str = "") -> str:
    return reverse("desk:record_act", args=[slug, pk, act]) if act else reverse("desk:record", args=[slug, pk])  # fmt: skip


def candidate(city: World, item: Suggestion) -> Adoption:
    return adopting.nominate(
        suggestion=item, unit=city.bus, measure="人民路站有了长椅", actor=city.actor("triage_officer"), at=timezone.now()
    )  # fmt: skip


def desk(city: World, who: str) -> Client:
    return sign_in(city, who)


def test_a_suggestion_goes_from_the_item_screen_to_a_finished_measure(
    city: World, item: Suggestion
) -> None:
    office, head = desk(city, "triage_officer"), desk(city, "unit_head:bus")
    page = office.get(reverse("desk:item", args=[item.case_no]))
    assert "列为拟论证" in page.text
    new = reverse("desk:record_new", args=["adoption", "nominate"])
    assert office.get(f"{new}?case={item.case_no}").status_code == 200
    office.post(new, {"case_no": item.case_no, "unit": city.bus.pk, "measure": "人民路站有了长椅"})
    adoption = Adoption.objects.get()
    later = timezone.localdate() + timedelta(days=60)
    steps: list[tuple[Client, str, dict[str, Any]]] = [
        (office, "study", {"method": "seminar", "held_on": timezone.localdate(), "invited": [city.bus.pk]}),
        (head, "conclude", {"recommended": "yes", "summary": "论证认为可行，先装三处，看用得怎样。"}),
        (head, "decide", {"decision": "adopt", "basis": "局务会纪要", "conversion_type": "livelihood", "due_on": later}),
        (head, "start", {"milestones": f"{later - timedelta(days=9)} 装好长椅"}),
        (head, "progress", {"text": "位置选好了，三处都量过尺寸。"}),
        (head, "result", {"kind": "project", "title": "站台长椅", "starts_on": timezone.localdate(), "before": "没有地方坐",
                          "after": "有两张长椅"}),
        (head, "complete", {"done_on": timezone.localdate()}),
    ]  # fmt: skip
    for client, act, data in steps:
        shown = client.get(record("adoption", adoption.pk, act))
        assert shown.status_code == 200, act
        answer = client.post(record("adoption", adoption.pk, act), data)
        assert answer.status_code == 302, (act, answer.text[:3000])
    adoption.refresh_from_db()
    assert adoption.status == State.IMPLEMENTED
    assert "有两张长椅" in head.get(record("adoption", adoption.pk)).text


def test_a_refused_step_keeps_what_was_typed_and_says_what_to_do(
    city: World, item: Suggestion
) -> None:
    adoption = candidate(city, item)
    head = desk(city, "unit_head:bus")
    answer = head.post(
        record("adoption", adoption.pk, "decide"), {"decision": "adopt", "basis": "局务会第12次会议纪要"}
    )  # fmt: skip
    assert answer.status_code == 422
    assert "局务会第12次会议纪要" in answer.text
    assert "采纳要有完成的日期" in answer.text


@pytest.mark.parametrize(
    ("who", "status"),
    [("triage_officer", 200), ("supervisor", 200), ("handler:bus", 200), ("handler:water", 404), ("expert", 404),
     ("jury", 404), ("publisher", 404)],
)  # fmt: skip
def test_a_chain_is_read_by_the_office_and_the_units_concerned(
    city: World, item: Suggestion, who: str, status: int
) -> None:
    adoption = candidate(city, item)
    assert desk(city, who).get(record("adoption", adoption.pk)).status_code == status


def test_an_invited_expert_reads_the_masked_text_and_gives_an_opinion(city: World) -> None:
    item = w.answered(
        city, at=EARLIER, published=False, problem="我家住人民路12号3单元502室，电话19912345678，等车没地方坐。"
    )[0]  # fmt: skip
    adoption = candidate(city, item)
    study = adopting.open_study(
        adoption=adoption, method="workshop", held_on=date(2026, 11, 30), invited=[city.bus],
        experts=[city.users["expert"]], actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip
    expert = desk(city, "expert")
    page = expert.get(record("adoption", adoption.pk))
    assert page.status_code == 200
    assert "19912345678" not in page.text
    assert "林小满" not in page.text
    address = f"{record('adoption', adoption.pk, 'opinion')}?part={study.pk}"
    sent = expert.post(address, {"stance": "support", "text": "宽度够，先装两处看看效果。"})
    assert sent.status_code == 302
    assert study.opinions.get().is_expert


def test_the_room_opens_with_a_round_of_its_rules_and_bad_prizes_are_explained(city: World) -> None:
    office = desk(city, "triage_officer")
    new = reverse("desk:record_new", args=["award", "open"])
    data = {
        "title": "2026年优秀人民建议评选", "cycle_from": "2026-01-01", "cycle_to": "2026-12-31", "jury_size": "3",
        "rules_text": "采纳的建议都可以参评，看新意、可行和受益面，由抽签产生的评委打分。", "levels": "一等奖 五名",
    }  # fmt: skip
    answer = office.post(new, data)
    assert answer.status_code == 422
    assert "一等奖 5 3000" in answer.text
    office.post(new, {**data, "levels": "一等奖 5 3000\n二等奖 10 1000"})
    assert [x.amount for x in AwardRound.objects.get().levels.all()] == [3000, 1000]


def nominated(city: World, item: Suggestion) -> Nomination:
    held = awarding.open_round(
        jurisdiction=city.jurisdiction, title="2026年优秀人民建议", rules_text="采纳的建议都可以参评，由抽签产生的评委打分。",
        cycle_from=date(2020, 1, 1), cycle_to=date(2100, 1, 1), jury_size=3, levels=[("一等奖", 1, 3000)],
        actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip
    return awarding.nominate(
        round=held, suggestion=item, merits="花钱少，等车的老人当天就有地方坐。", actor=city.actor("triage_officer"),
        at=timezone.now(),
    )  # fmt: skip


def test_a_juror_who_was_not_drawn_finds_no_nomination(city: World, item: Suggestion) -> None:
    held = nominated(city, item)
    for who in ("jury", "expert"):
        assert desk(city, who).get(record("nomination", held.pk)).status_code == 404
    assert desk(city, "handler:bus").get(record("nomination", held.pk)).status_code == 404
    assert desk(city, "triage_officer").get(record("nomination", held.pk)).status_code == 200


def test_a_unit_nominates_what_it_handled_from_the_item_screen(
    city: World, item: Suggestion
) -> None:
    Nomination.objects.filter(pk=nominated(city, item).pk).delete()
    handler = desk(city, "handler:bus")
    assert "提名评奖" in handler.get(reverse("desk:item", args=[item.case_no])).text
    new = reverse("desk:record_new", args=["nomination", "nominate"])
    handler.post(new, {"case_no": item.case_no, "merits": "花钱少，等车的老人当天就有地方坐。"})
    assert Nomination.objects.get().unit == city.bus


def test_a_clerk_writes_down_what_the_author_said(city: World, item: Suggestion) -> None:
    visit = visiting.plan(
        suggestion=item, why="spot", actor=city.actor("supervisor"), at=timezone.now()
    )
    clerk = desk(city, "intake_clerk")
    assert "待回访" in clerk.get(record("visit", visit.pk)).text
    assert "待回访" in desk(city, "supervisor").get(reverse("desk:item", args=[item.case_no])).text
    assert clerk.post(record("visit", visit.pk, "record"), {"contacted": "yes"}).status_code == 422
    clerk.post(record("visit", visit.pk, "record"), {"contacted": "no", "solved": "partly", "words": "椅子还没有装。"})  # fmt: skip
    visit.refresh_from_db()
    assert (visit.status, visit.contacted, visit.solved) == (VisitState.DONE, False, "partly")


@pytest.mark.parametrize("who", ["liaison:bus", "handler:bus", "unit_head:bus"])
def test_the_unit_sees_neither_the_visit_nor_that_a_rating_is_awaited(
    city: World, item: Suggestion, who: str
) -> None:
    visit = visiting.plan(
        suggestion=item, why="spot", actor=city.actor("supervisor"), at=timezone.now()
    )
    client = desk(city, who)
    assert client.get(record("visit", visit.pk)).status_code in (403, 404)
    page = client.get(reverse("desk:item", args=[item.case_no]))
    assert page.status_code == 200
    for words in ("待评价", "请您评价这次答复", "回访"):
        assert words not in page.text, words


def test_a_supervisor_settles_a_flag_and_nobody_else_reaches_it(
    city: World, item: Suggestion
) -> None:
    flag = RatingFlag.objects.create(
        kind="sudden", unit=city.bus, words="近30天变化大", created_at=timezone.now(), expires_on=date(2100, 1, 1)
    )  # fmt: skip
    supervisor = desk(city, "supervisor")
    address = reverse("desk:rating_flag", args=[flag.pk])
    assert supervisor.get(reverse("desk:rating_flags")).status_code == 200
    assert supervisor.post(address, {"finding": "fine"}).status_code == 422
    supervisor.post(address, {"finding": "fine", "note": "打电话问过三位建议人"})
    flag.refresh_from_db()
    assert flag.finding == "fine"
    for who in ("triage_officer", "handler:bus", "leader"):
        assert desk(city, who).get(address).status_code == 403


@pytest.mark.parametrize("slug", ["adoption", "award", "nomination", "visit"])
def test_a_list_costs_the_same_number_of_queries_however_long_it_is(
    city: World, item: Suggestion, slug: str
) -> None:
    client, address = desk(city, "supervisor"), reverse("desk:records", args=[slug])

    def cost() -> int:
        with CaptureQueriesContext(
            connection,
        ) as counted:
            assert client.get(address).status_code == 200
        return len(counted)

    def grow(held: Suggestion) -> None:
        candidate(city, held)
        visiting.plan(suggestion=held, why="spot", actor=city.actor("supervisor"), at=timezone.now())  # fmt: skip
        nominated(city, held)

    grow(item)
    cost()
    few = cost()
    for n in range(4):
        grow(w.answered(city, title=f"人民路第{n + 1}个站台加长椅", at=EARLIER, published=False)[0])
    assert cost() == few
    assert Visit.objects.count() == 5
