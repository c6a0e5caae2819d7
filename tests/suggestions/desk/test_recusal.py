"""Who a report names is kept out of it by the office; only a supervisor lets somebody back, never oneself (XF 28, 30)."""

import pytest

from suggestions.errors import DomainError
from suggestions.models import CaseEvent, Conflict, Suggestion
from suggestions.services import authority
from tests import world as w
from tests.suggestions.desk.cast import act_url, item_url, main_text, offered, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(city: World) -> Suggestion:
    return w.submit(city).suggestion


def test_the_named_person_finds_the_item_nowhere_until_a_supervisor_lifts_it(
    city: World, item: Suggestion
) -> None:
    named = city.users["triage_officer_2"]
    office = sign_in(city, "triage_officer")
    assert "accused" in offered(office.get(item_url(item)))
    empty = office.post(act_url(item, "accused"), {"user": named.pk, "reason": ""})
    assert empty.status_code == 422
    done = office.post(act_url(item, "accused"), {"user": named.pk, "reason": "来信写了他的名字"})
    assert done.status_code == 302
    assert sign_in(city, "triage_officer_2").get(item_url(item)).status_code == 404
    event = CaseEvent.objects.get(name="conflict_declared")
    assert "来信写了他的名字" not in f"{event.words}{event.reason}{event.data}"
    supervisor = sign_in(city, "supervisor")
    page = main_text(supervisor.get(act_url(item, "lift_conflict")))
    assert str(named) in page
    assert "来信写了他的名字" in page
    held = Conflict.objects.get()
    without = supervisor.post(act_url(item, "lift_conflict"), {"conflict": held.pk, "reason": " "})
    assert without.status_code == 422
    assert "请写明为什么解除" in main_text(without)
    why = "核实是同名的人"
    supervisor.post(act_url(item, "lift_conflict"), {"conflict": held.pk, "reason": why})
    assert sign_in(city, "triage_officer_2").get(item_url(item)).status_code == 200
    held.refresh_from_db()
    assert (held.lift_reason, held.lifted_by) == (why, city.users["supervisor"])
    lifted = CaseEvent.objects.get(name="conflict_lifted")
    assert why not in f"{lifted.words}{lifted.reason}{lifted.data}"


def test_a_recusal_is_lifted_once_and_the_first_reason_stays(city: World, item: Suggestion) -> None:
    held = authority.declare_conflict(
        suggestion=item, user=city.users["leader"], reason="同村", actor=city.actor("leader"), at=MONDAY
    )  # fmt: skip
    judge = city.actor("supervisor")
    authority.lift_conflict(conflict=held, reason="只是同姓", actor=judge, at=MONDAY)
    with pytest.raises(DomainError, match="已经解除过"):
        authority.lift_conflict(conflict=held, reason="再解除一次", actor=judge, at=MONDAY)
    held.refresh_from_db()
    assert held.lift_reason == "只是同姓"
    assert CaseEvent.objects.filter(name="conflict_lifted").count() == 1


def test_nobody_but_the_supervisor_lifts_and_where_nobody_recused_it_is_not_offered(
    city: World, item: Suggestion
) -> None:
    assert "lift_conflict" not in offered(sign_in(city, "supervisor").get(item_url(item)))
    address = act_url(item, "lift_conflict")
    assert sign_in(city, "triage_officer").get(address).status_code == 403
    assert sign_in(city, "leader").post(act_url(item, "accused"), {}).status_code == 403


def test_somebody_is_named_once(city: World, item: Suggestion) -> None:
    office = sign_in(city, "triage_officer")
    body = {"user": city.users["leader"].pk, "reason": "来信写了他的名字"}
    office.post(act_url(item, "accused"), body)
    again = office.post(act_url(item, "accused"), body)
    assert again.status_code == 422
    assert "已经申报过回避" in main_text(again)
