"""The acts of this area over the desk: offered to exactly those who may, errors in place, words that say what became of it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from suggestions.models import Extension, PendingDecision, Suggestion
from suggestions.services import deciding, disputes, locks
from tests import world as w
from tests.suggestions.desk.cast import act_url, item_url, main_text, offered, parsed, sign_in
from tests.suggestions.pipeline.steps import (
    DAY,
    HOUR,
    REASONS,
    City,
    bounce,
    dispatched,
    give,
    lead,
    objects,
    registered,
)
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
OFFICERS = ("triage_officer", "triage_officer_2")


@pytest.fixture(autouse=True)
def _tuesday() -> Any:
    with time_machine.travel(MONDAY + DAY, tick=False):
        yield


def post(city: City, who: str, item: Suggestion, act: str, **data: str) -> Any:
    return sign_in(city.world, who).post(act_url(item, act), data, follow=True)


def seen(city: City, who: str, item: Suggestion) -> set[str]:
    return offered(sign_in(city.world, who).get(item_url(item)))


def problems(response: Any) -> str:
    box = parsed(response).select_one(".desk-errors")
    return box.get_text(" ", strip=True) if box else ""


def test_a_refusal_is_proposed_by_one_officer_and_confirmed_by_the_other(city: City) -> None:
    item = registered(city)
    said = post(city, "triage_officer", item, "refuse", reason="advertising", words="")
    assert "已提请另一位分办员复核" in main_text(said)
    assert "drop_decision" in seen(city, "triage_officer", item)
    assert "confirm_decision" not in seen(city, "triage_officer", item)
    assert {"confirm_decision", "return_decision"} <= seen(city, "triage_officer_2", item)
    assert not {"confirm_decision", "return_decision"} & seen(city, "supervisor", item)
    page = sign_in(city.world, "triage_officer_2").get(act_url(item, "confirm_decision"))
    assert "这是广告或推销" in main_text(page)
    post(city, "triage_officer_2", item, "confirm_decision", note="")
    item.refresh_from_db()
    assert item.status == "not_accepted"


def test_confirming_what_somebody_already_decided_says_so_and_changes_nothing(city: City) -> None:
    item = registered(city)
    post(city, "triage_officer", item, "refuse", reason="advertising", words="")
    item.refresh_from_db()
    held = deciding.pending(item)
    assert held is not None
    deciding.send_back(
        decision=held, reason="不是广告", actor=city.actor("triage_officer_2"), at=MONDAY + DAY
    )
    said = post(city, "triage_officer_2", item, "confirm_decision", note="")
    assert "没有等着复核的决定" in main_text(said)
    assert PendingDecision.objects.get(pk=held.pk).status == "sent_back"


def test_a_unit_objects_and_its_words_stay_when_something_is_missing(city: City) -> None:
    item = dispatched(city)
    assert "object" in seen(city, "liaison:bus", item)
    short = post(city, "liaison:bus", item, "object", reasons="不归我管", legal_basis="")
    assert short.status_code == 422
    assert "依据" in problems(short)
    assert "不归我管" in parsed(short).select_one("#act-reasons").get_text()  # type: ignore[union-attr]
    said = post(city, "liaison:bus", item, "object", reasons=REASONS, legal_basis="三定规定")
    assert "2个工作日内决定" in main_text(said)
    assert lead(item).status == "objected"


def test_after_five_working_days_the_option_to_object_is_gone(city: City) -> None:
    item = dispatched(city)
    with time_machine.travel(MONDAY + 8 * DAY, tick=False):
        assert "object" not in seen(city, "liaison:bus", item)
        said = post(city, "liaison:bus", item, "object", reasons=REASONS, legal_basis="规定")
        assert "11月9日已经过了" in main_text(said)
    assert lead(item).status == "pending"


@pytest.mark.parametrize(("upheld", "status"), [("1", "accepted"), ("0", "handling")])
def test_the_office_decides_an_objection(city: City, upheld: str, status: str) -> None:
    item = dispatched(city)
    held = objects(city, item, "bus", at=MONDAY + DAY)
    assert "decide_objection" in seen(city, "supervisor", item)
    assert "decide_objection" not in seen(city, "unit_head:bus", item)
    body = {"objection": str(held.pk), "upheld": upheld, "decision": "按派单目录。"}
    post(city, "triage_officer", item, "decide_objection", **body)
    item.refresh_from_db()
    assert item.status == status


def test_an_item_returned_twice_is_designated_by_a_supervisor_over_the_desk(city: City) -> None:
    item = dispatched(city)
    bounce(city, item, "bus", at=MONDAY + 4 * HOUR)
    give(city, item, city.water, at=MONDAY + 6 * HOUR)
    bounce(city, item, "water", at=MONDAY + 7 * HOUR)
    refused = post(city, "triage_officer", item, "dispatch", lead="bus", basis="", note="")
    assert "督办员最终指定" in problems(refused)
    assert "designate" in seen(city, "supervisor", item)
    assert "designate" not in seen(city, "triage_officer", item)
    # The officer leaves the form; as long as it is open, the supervisor would have to take over.
    locks.release(suggestion=item, actor=city.actor("triage_officer"))
    post(city, "supervisor", item, "designate", lead="bus", reason="归口在此", basis="")
    assert lead(item).is_final
    assert "object" not in seen(city, "liaison:bus", item)


def test_a_head_asks_for_a_later_date_and_the_office_grants_it(city: City) -> None:
    item = dispatched(city)
    w.sign_in(city.world, item, at=MONDAY + DAY)
    assert "request_extension" not in seen(city, "liaison:bus", item)
    until = (item.due_on + timedelta(days=10)).isoformat()  # type: ignore[operator]
    post(city, "unit_head:bus", item, "request_extension", new_due=until, reason="等招标结果")
    assert Extension.objects.get(suggestion=item).status == "requested"
    refused = post(city, "triage_officer", item, "decide_extension", granted="0", reason="")
    assert "请写明为什么不同意" in problems(refused)
    post(city, "triage_officer", item, "decide_extension", granted="1", reason="")
    item.refresh_from_db()
    assert item.due_on.isoformat() == until  # type: ignore[union-attr]
    assert "等招标结果" in main_text(sign_in(city.world, "triage_officer").get(item_url(item)))


def test_what_units_said_against_each_other_is_not_shown_to_the_next_one(city: City) -> None:
    item = dispatched(city)
    bounce(city, item, "bus", at=MONDAY + 4 * HOUR)
    give(city, item, city.water, at=MONDAY + 6 * HOUR)
    assert "三定" not in main_text(sign_in(city.world, "liaison:water").get(item_url(item)))


@pytest.mark.parametrize(
    "act", ["object", "decide_objection", "designate", "reassign", "request_extension", "settle_dispute"]
)  # fmt: skip
def test_a_person_who_may_not_gets_403_and_who_may_not_see_404(city: City, act: str) -> None:
    item = dispatched(city)
    assert sign_in(city.world, "publisher").post(act_url(item, act), {}).status_code == 403
    assert sign_in(city.world, "liaison:water").post(act_url(item, act), {}).status_code == 404


@pytest.mark.parametrize("act", ["add_co_unit", "reassign", "open_dispute", "name_unit", "urgency"])
def test_hostile_input_is_answered_in_words(city: City, act: str) -> None:
    item = dispatched(city)
    junk = {
        "unit": "'; --", "to": "\x00", "units": ["zz", "\x00"], "consult_until": "2026-99-99", "level": "x" * 5000,
        "reason": "\x00\u202e", "matter": "<script>", "version": "abc",
    }  # fmt: skip
    response = sign_in(city.world, "triage_officer").post(act_url(item, act), junk)
    assert response.status_code == 422
    assert problems(response)


def test_the_item_screen_costs_the_same_however_often_the_item_went_back(city: City) -> None:
    fresh, old = dispatched(city), dispatched(city, title="西站路公交站加一张长椅")
    bounce(city, old, "bus", at=MONDAY + 4 * HOUR)
    give(city, old, city.water, at=MONDAY + 6 * HOUR)
    disputes.object_to(
        assignment=lead(old), reasons=REASONS, legal_basis="规定", actor=city.actor("liaison:water"), at=MONDAY + DAY
    )  # fmt: skip
    client = sign_in(city.world, "triage_officer")
    client.get(item_url(fresh))

    def cost(item: Suggestion) -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get(item_url(item))
        return len(captured)

    assert cost(old) <= cost(fresh) + 6
