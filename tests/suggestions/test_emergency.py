"""The emergency profile: shorter policy limits, urgent items, a digest a day, and an end by itself (SH 14)."""

from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from portal.notices.models import StaffNotice
from suggestions import outbox
from suggestions.errors import DomainError, Invalid
from suggestions.models import Clock, EmergencyPeriod, Suggestion
from suggestions.services import clocks, emergency
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import MONDAY, World, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> World:
    return make_world()


def switch_on(city: World, *, days: int = 10, percent: int = 50) -> EmergencyPeriod:
    return emergency.start(
        jurisdiction=city.jurisdiction, name="防汛应急征集", basis="防汛应急响应通知", percent=percent, at=MONDAY,
        ends_at=MONDAY + timedelta(days=days), by=city.users["leader"],
    )  # fmt: skip


def dispatched(city: World, days: int) -> Suggestion:
    at = MONDAY + timedelta(days=days, hours=1)
    item = w.submit(city, at=at).suggestion
    w.accept(city, item, at=at + timedelta(hours=1))
    return w.dispatch(city, item, at=at + timedelta(hours=2))


def length_of(item: Suggestion, kind: str) -> int:
    held = Clock.objects.select_related("rule").get(suggestion=item, kind=kind)
    assert clocks.explain(held).on == held.due_on
    return held.as_rule().length


def test_policy_limits_are_shorter_the_laws_are_not(city: World) -> None:
    usual = dispatched(city, 0)
    switch_on(city)
    item = dispatched(city, 1)
    assert length_of(usual, "K7a") == 15
    assert length_of(item, "K7a") == 8
    assert length_of(item, "K2") == length_of(usual, "K2") == 15


def test_new_items_are_urgent_only_while_it_runs(city: World) -> None:
    before = w.submit(city, at=MONDAY - timedelta(hours=1)).suggestion
    switch_on(city)
    during = w.submit(city, at=MONDAY + timedelta(days=9)).suggestion
    after = w.submit(city, at=MONDAY + timedelta(days=10)).suggestion
    assert [i.urgency for i in (before, during, after)] == ["normal", "urgent", "normal"]


def test_it_ends_by_itself_and_a_clock_that_runs_keeps_its_date(city: World) -> None:
    period = switch_on(city)
    item = dispatched(city, 1)
    due = Clock.objects.get(suggestion=item, kind="K7a").due_on
    later = dispatched(city, 11)
    assert length_of(later, "K7a") == 15
    assert Clock.objects.get(suggestion=item, kind="K7a").due_on == due
    with pytest.raises(DomainError):
        emergency.end(period=period, by=city.users["leader"], at=MONDAY + timedelta(days=11))


def test_it_may_be_ended_early(city: World) -> None:
    period = switch_on(city)
    emergency.end(period=period, by=city.users["leader"], at=MONDAY + timedelta(days=2))
    assert length_of(dispatched(city, 3), "K7a") == 15


def test_another_place_is_not_touched(city: World) -> None:
    from suggestions.models import Jurisdiction

    other = Jurisdiction.add_root(
        code="other", name="邻市", city_name="邻市", office_name="邻市征集办", hotline="12345"
    )
    emergency.start(
        jurisdiction=other, name="防汛", basis="通知", at=MONDAY, ends_at=MONDAY + timedelta(days=5),
        by=city.users["leader"],
    )  # fmt: skip
    assert w.submit(city, at=MONDAY + timedelta(days=1)).suggestion.urgency == "normal"


def test_without_name_basis_or_an_end_within_ninety_days_it_does_not_start(city: World) -> None:
    with pytest.raises(Invalid) as refused:
        emergency.start(
            jurisdiction=city.jurisdiction, name=" ", basis="", percent=5, at=MONDAY,
            ends_at=MONDAY + timedelta(days=91), by=city.users["leader"],
        )  # fmt: skip
    assert set(refused.value.errors) == {"name", "basis", "percent", "ends_at"}


def test_leaders_get_one_digest_a_day_while_it_runs(city: World) -> None:
    switch_on(city)
    for _ in range(2):
        emergency.digests(now=MONDAY + timedelta(days=1))
        outbox.deliver(now=timezone.now() + timedelta(days=1))
    assert StaffNotice.objects.filter(code="staff.emergency").count() == 2  # leader and supervisor
    emergency.digests(now=MONDAY + timedelta(days=2))
    outbox.deliver(now=timezone.now() + timedelta(days=1))
    assert StaffNotice.objects.filter(code="staff.emergency").count() == 4
    assert emergency.digests(now=MONDAY + timedelta(days=10)) == 0


def test_a_leader_switches_it_at_the_desk_and_everybody_there_sees_it(city: World) -> None:
    leader = sign_in(city, "leader")
    last = (timezone.localdate() + timedelta(days=5)).isoformat()
    sent = {"name": "防汛应急征集", "basis": "通知〔2026〕3号", "percent": "50", "last_day": last}
    assert leader.post("/admin/desk/emergency/", {**sent, "last_day": "x"}).status_code == 422
    assert leader.post("/admin/desk/emergency/", sent).status_code == 302
    clerk = sign_in(city, "intake_clerk")
    assert "防汛应急征集正在进行" in main_text(clerk.get("/admin/desk/entry/"))
    assert clerk.get("/admin/desk/emergency/").status_code == 403
    pk = EmergencyPeriod.objects.get().pk
    assert leader.post("/admin/desk/emergency/", {"end": str(pk)}).status_code == 302
    cache.clear()
    assert "正在进行" not in main_text(clerk.get("/admin/desk/entry/"))
