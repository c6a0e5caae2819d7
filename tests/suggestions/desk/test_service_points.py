"""Service points and agents' posts are kept at the desk, by the collection office, with every change in the chain."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from suggestions.errors import ChangedMeanwhile, Invalid, NotAllowed, WrongState
from suggestions.models import AgentPost, Jurisdiction, RecordEvent, ServicePoint, StaffRole
from suggestions.roles import Role
from suggestions.selectors import agents as selector
from suggestions.services import chain, service_points
from suggestions.services.service_points import Facts
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

FORM = {
    "code": "east-1", "name": "东城社区群众工作之家", "level": "village", "district": "990101", "parent": "",
    "address": "东城路8号", "note": "", "hours": "工作日9:00—17:00", "phone": "0380-555 0301", "accessibility": ["ramp"],
}  # fmt: skip
LIST = "/admin/desk/agents/points/"


def opened(city: World, code: str = "east-1", **changes: Any) -> ServicePoint:
    facts = {"name": f"征集点{code}", "level": "village", "address": "东城路8号", "hours": "工作日"}
    return service_points.open_point(
        code=code, facts=Facts(**{**facts, **changes}), jurisdiction=city.jurisdiction,
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip


def appointed(city: World, point: ServicePoint, **changes: Any) -> AgentPost:
    about: dict[str, Any] = {
        "user": city.users["agent_l1"], "level": Role.AGENT_L1, "valid_from": MONDAY.date()
    }  # fmt: skip
    return service_points.appoint(
        point=point, actor=city.actor("triage_officer"), at=MONDAY, **{**about, **changes}
    )


@pytest.fixture(autouse=True)
def on_monday() -> Any:
    with time_machine.travel(MONDAY, tick=False):
        yield


def events(point: ServicePoint) -> list[str]:
    found = RecordEvent.objects.filter(machine="point", record_id=point.pk).order_by("seq")
    return list(found.values_list("name", flat=True))


def test_the_office_opens_a_point_and_the_public_list_shows_it(city: World) -> None:
    client = sign_in(city, "triage_officer")
    answer = client.post(f"{LIST}new/", FORM)
    point = ServicePoint.objects.get(code="east-1")
    assert answer["Location"] == reverse("desk:service_point", args=[point.pk])
    assert events(point) == ["point_open"]
    assert "东城社区群众工作之家" in main_text(client.get(LIST))
    assert [v.point for v in selector.service_points(on=MONDAY.date())] == [point]


def test_what_was_typed_stays_when_a_fact_is_missing(city: World) -> None:
    answer = sign_in(city, "triage_officer").post(f"{LIST}new/", {**FORM, "hours": ""})
    assert answer.status_code == 422
    page = parsed(answer)
    assert page.find("input", {"name": "address"})["value"] == "东城路8号"
    assert "请写开放时间，免得人白跑。" in main_text(answer)


def test_a_code_is_given_once(city: World) -> None:
    opened(city)
    answer = sign_in(city, "triage_officer").post(f"{LIST}new/", FORM)
    assert answer.status_code == 422
    assert "请换一个" in main_text(answer)


def test_a_change_names_each_fact_with_its_old_and_new_value(city: World) -> None:
    point = opened(city)
    client = sign_in(city, "triage_officer")
    address = reverse("desk:service_point", args=[point.pk])
    form = {k: v for k, v in FORM.items() if k != "code"}
    client.post(address, {**form, "act": "change", "version": point.version, "hours": "全天"})
    event = RecordEvent.objects.get(name="point_change")
    assert event.data["hours"] == ["工作日", "全天"]
    assert "开放时间" in event.words
    point.refresh_from_db()
    assert point.hours == "全天"
    assert not list(chain.verify())


def test_who_saves_over_a_colleagues_change_is_told_and_keeps_the_words(city: World) -> None:
    point = opened(city)
    seen = point.version
    with pytest.raises(ChangedMeanwhile):
        service_points.change_point(
            point=point, facts=Facts("一", "village", "二", "三"), version=seen - 1, at=MONDAY,
            actor=city.actor("triage_officer"),
        )  # fmt: skip
    client = sign_in(city, "triage_officer")
    form = {k: v for k, v in FORM.items() if k != "code"}
    answer = client.post(
        reverse("desk:service_point", args=[point.pk]),
        {**form, "act": "change", "version": seen - 1, "address": "我刚打的地址"},
    )
    assert answer.status_code == 422
    page = parsed(answer)
    assert page.find("input", {"name": "address"})["value"] == "我刚打的地址"
    assert page.find("input", {"name": "version"})["value"] == str(seen), (
        "a second save is a choice"
    )


def test_saving_without_a_change_writes_no_event(city: World) -> None:
    point = opened(city)
    service_points.change_point(
        point=point, facts=Facts(point.name, "village", point.address, point.hours), at=MONDAY,
        actor=city.actor("triage_officer"),
    )  # fmt: skip
    assert events(point) == ["point_open"]


def test_closing_ends_the_posts_and_takes_the_point_from_the_public_list(city: World) -> None:
    point = opened(city)
    post = appointed(city, point, valid_from=MONDAY.date() - timedelta(days=3))
    client = sign_in(city, "triage_officer")
    address = reverse("desk:service_point", args=[point.pk])
    assert client.post(address, {"act": "close", "reason": ""}).status_code == 422
    client.post(address, {"act": "close", "reason": "房子收回"})
    post.refresh_from_db()
    assert post.valid_until == MONDAY.date()
    assert not selector.service_points(on=MONDAY.date())
    assert "已关闭" in main_text(client.get(LIST, {"state": "closed"}))
    client.post(address, {"act": "reopen"})
    assert len(selector.service_points(on=MONDAY.date())) == 1
    with pytest.raises(WrongState):
        service_points.reopen_point(
            point=ServicePoint.objects.get(), actor=city.actor("triage_officer"), at=MONDAY
        )


def test_a_point_hangs_below_a_higher_one_that_cannot_close_before_it(city: World) -> None:
    town = opened(city, "town", level="town")
    opened(city, "village", parent=town)
    with pytest.raises(Invalid) as refused:
        opened(city, "beside", level="town", parent=town)
    assert "parent" in refused.value.errors
    with pytest.raises(Invalid):
        service_points.close_point(
            point=town, reason="不用了", actor=city.actor("triage_officer"), at=MONDAY
        )


def test_only_holders_of_an_agents_role_are_appointed(city: World) -> None:
    point = opened(city)
    with pytest.raises(Invalid, match="安全保密管理员"):
        appointed(city, point, user=city.users["triage_officer"])
    with pytest.raises(Invalid, match="安全保密管理员"):
        appointed(city, point, level=Role.AGENT_L3)
    offered = main_text(
        sign_in(city, "triage_officer").get(reverse("desk:service_point", args=[point.pk]))
    )
    assert str(city.users["agent_l1"]) in offered
    assert str(city.users["leader"]) not in offered


def test_an_agent_is_appointed_withdrawn_and_comes_back_with_all_of_it_in_the_chain(
    city: World,
) -> None:
    point = opened(city)
    client = sign_in(city, "triage_officer")
    address = reverse("desk:service_point", args=[point.pk])
    role = StaffRole.objects.get(user=city.users["agent_l1"])
    form = {"act": "appoint", "role": role.pk, "valid_from": "2026-10-01", "duty_hours": "周一上午"}
    client.post(address, form)
    post = AgentPost.objects.get()
    assert client.post(address, form).status_code == 422, "not twice at a time"
    client.post(address, {"act": "withdraw", "post": post.pk, "reason": "调到别的社区"})
    post.refresh_from_db()
    assert post.valid_until == MONDAY.date()
    with time_machine.travel(MONDAY + timedelta(days=9), tick=False):
        client = sign_in(city, "triage_officer")
        client.post(address, {**form, "valid_from": "2026-11-11"})
        assert "调到别的社区" in main_text(client.get(address))
    post.refresh_from_db()
    assert (post.valid_from, post.valid_until) == (date(2026, 11, 11), None)
    assert events(point) == ["point_open", "agent_appointed", "agent_withdrawn", "agent_appointed"]
    assert not list(chain.verify())


def test_a_post_that_has_not_begun_is_gone_when_withdrawn(city: World) -> None:
    point = opened(city)
    post = appointed(city, point, valid_from=MONDAY.date() + timedelta(days=5))
    assert (
        service_points.withdraw(
            post=post, reason="不来了", actor=city.actor("triage_officer"), at=MONDAY
        )
        is None
    )
    assert not AgentPost.objects.exists()


def test_the_administrator_of_settings_keeps_places_but_appoints_nobody(city: World) -> None:
    point = opened(city)
    client = sign_in(city, "sys_admin")
    address = reverse("desk:service_point", args=[point.pk])
    page = main_text(client.get(address))
    assert "修改" in page
    assert "任命一位代理员" not in page
    assert client.post(address, {"act": "appoint"}).status_code == 403
    with pytest.raises(NotAllowed):
        service_points.appoint(
            point=point, user=city.users["agent_l1"], level=Role.AGENT_L1, valid_from=MONDAY.date(),
            actor=city.actor("sys_admin"), at=MONDAY,
        )  # fmt: skip


@pytest.mark.parametrize("who", ["handler:bus", "leader", "publisher", "agent_l1", "analyst"])
def test_nobody_else_opens_or_changes_a_point(city: World, who: str) -> None:
    point = opened(city)
    client = sign_in(city, who)
    for address in (LIST, f"{LIST}new/", reverse("desk:service_point", args=[point.pk])):
        assert client.get(address).status_code == 403
        assert client.post(address, FORM).status_code == 403
    assert ServicePoint.objects.count() == 1


def test_a_clerk_reads_the_list_and_changes_nothing(city: World) -> None:
    point = opened(city)
    client = sign_in(city, "intake_clerk")
    assert "开设征集点" not in main_text(client.get(LIST))
    address = reverse("desk:service_point", args=[point.pk])
    assert client.post(address, {"act": "close", "reason": "不要了"}).status_code == 403


def test_a_point_of_another_city_does_not_exist(city: World) -> None:
    far = Jurisdiction.add_root(code="far", name="邻市", city_name="邻市", office_name="邻市征集办")
    point = opened(city)
    ServicePoint.objects.filter(pk=point.pk).update(jurisdiction=far)
    client = sign_in(city, "triage_officer")
    assert client.get(reverse("desk:service_point", args=[point.pk])).status_code == 404
    assert point.name not in main_text(client.get(LIST))


def test_the_list_finds_by_name_place_and_agent_and_pages(city: World) -> None:
    for n in range(52):
        opened(city, f"p{n:02}", address=f"柳河路{n}号")
    appointed(city, ServicePoint.objects.get(code="p07"))
    client = sign_in(city, "triage_officer")
    assert "第1页，共2页" in main_text(client.get(LIST))
    assert "征集点p31" in main_text(client.get(LIST, {"q": "柳河路31"}))
    found = main_text(client.get(LIST, {"q": str(city.users["agent_l1"])}))
    assert "共1个征集点" in found
    assert client.get(LIST, {"q": "\x00", "page": "x", "level": "?"}).status_code == 200


def test_the_list_takes_as_many_queries_for_fifty_points_as_for_two(city: World) -> None:
    client = sign_in(city, "triage_officer")
    opened(city, "a", district=city.district)
    opened(city, "b")
    client.get(LIST)
    with CaptureQueriesContext(
        connection,
    ) as few:
        client.get(LIST)
    town = opened(city, "town", level="town")
    for n in range(40):
        opened(city, f"p{n}", district=city.district, parent=town)
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few)
