"""The channels the desk redirects to are kept in the back office by those who send people there."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions import content
from suggestions.models import Jurisdiction, RedirectTarget, StaffRole
from suggestions.services import deciding
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db
LIST = "wagtailsnippets_suggestions_redirecttarget"
GOOD = {
    "name": "测试市法律援助中心", "code": "legal-aid", "jurisdiction": "", "categories": ["litigation_related"],
    "legal_basis": "《法律援助法》第三十一条", "address": "人民路8号", "phone": "0380-555 0300", "hours": "工作日", "online": "",
    "bring": "身份证", "limits": "7日内决定", "is_active": "on",
}  # fmt: skip


@pytest.mark.parametrize("who", ["triage_officer", "sys_admin"])
def test_who_keeps_the_channels_adds_one_and_residents_read_it_at_once(
    city: World, client: Client, who: str, django_capture_on_commit_callbacks: object
) -> None:
    ours = sign_in(city, who)
    assert "居民在“该找谁”页面上看到的也是这些" in main_text(ours.get(reverse(f"{LIST}:add")))
    before = content.version()
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]
        made = ours.post(reverse(f"{LIST}:add"), GOOD)
    assert made.status_code == 302
    assert RedirectTarget.objects.get(code="legal-aid").categories == ["litigation_related"]
    assert content.version() > before
    assert "测试市法律援助中心" in main_text(client.get("/where/"))
    assert "测试市法律援助中心" in main_text(ours.get(reverse(f"{LIST}:list")))


@pytest.mark.parametrize("who", ["handler:bus", "publisher", "leader", "editor", "supervisor"])
def test_nobody_else_sees_or_changes_them(city: World, who: str) -> None:
    theirs = sign_in(city, who)
    for name, args in (("list", []), ("add", []), ("edit", [city.target.pk]), ("delete", [city.target.pk])):  # fmt: skip
        assert theirs.get(reverse(f"{LIST}:{name}", args=args)).status_code in (302, 403)
    theirs.post(reverse(f"{LIST}:add"), GOOD)
    theirs.post(reverse(f"{LIST}:delete", args=[city.target.pk]))
    assert list(RedirectTarget.objects.all()) == [city.target]


@pytest.mark.parametrize(
    ("wrong", "words"),
    [({"categories": []}, "请至少勾一类"), ({"categories": ["suggestion"]}, "suggestion"),
     ({"address": "", "phone": ""}, "至少写一样"), ({"online": "javascript:alert(1)"}, "URL"), ({"code": "xinfang"}, "代码")],
)  # fmt: skip
def test_a_channel_nobody_could_reach_or_that_takes_nothing_is_refused_in_words(
    city: World, wrong: dict[str, object], words: str
) -> None:
    page = sign_in(city, "triage_officer").post(reverse(f"{LIST}:add"), {**GOOD, **wrong})
    assert page.status_code == 200
    assert words in main_text(page)
    assert RedirectTarget.objects.count() == 1


def test_a_channel_that_items_name_is_not_deleted_and_one_nobody_was_sent_to_is(
    city: World,
) -> None:
    item = w.submit(city).suggestion
    deciding.redirect(
        suggestion=item, category="appeal_claim", target=city.target, words="请到信访局办理。",
        actor=city.actor("triage_officer"), at=timezone.now(),
    )  # fmt: skip
    spare = RedirectTarget.objects.create(code="spare", name="备用渠道", categories=["consultation"], phone="1")  # fmt: skip
    ours = sign_in(city, "sys_admin")
    refused = ours.post(reverse(f"{LIST}:delete", args=[city.target.pk]), follow=True)
    assert "不能删除" in parsed(refused).get_text()
    many = reverse("wagtail_bulk_action", args=["suggestions", "redirecttarget", "delete"])
    ours.post(f"{many}?id={city.target.pk}&id={spare.pk}")
    assert RedirectTarget.objects.count() == 2
    ours.post(reverse(f"{LIST}:delete", args=[spare.pk]))
    assert list(RedirectTarget.objects.all()) == [city.target]


def test_who_keeps_one_district_neither_sees_nor_changes_the_channels_of_all(city: World) -> None:
    below = city.jurisdiction.add_child(
        code="east", name="东城区", city_name="东城区", office_name="东城区办公室", phone="1", hotline="12345", address="1", hours="1"
    )  # fmt: skip
    StaffRole.objects.filter(user=city.users["sys_admin"]).update(jurisdiction=below)
    theirs = sign_in(city, "sys_admin")
    assert city.target.name not in main_text(theirs.get(reverse(f"{LIST}:list")))
    assert theirs.get(reverse(f"{LIST}:edit", args=[city.target.pk])).status_code in (302, 403, 404)
    theirs.post(reverse(f"{LIST}:edit", args=[city.target.pk]), {**GOOD, "jurisdiction": below.pk})
    theirs.post(reverse(f"{LIST}:delete", args=[city.target.pk]))
    city.target.refresh_from_db()
    assert city.target.name == "测试市信访局"
    page = theirs.post(reverse(f"{LIST}:add"), GOOD)
    assert page.status_code == 200
    assert RedirectTarget.objects.count() == 1
    theirs.post(reverse(f"{LIST}:add"), {**GOOD, "jurisdiction": below.pk})
    assert RedirectTarget.objects.get(code="legal-aid").jurisdiction == Jurisdiction.objects.get(pk=below.pk)  # fmt: skip
