"""What somebody may not read appears nowhere: every address of the desk, the public site and the API is walked."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, reverse
from django.utils import timezone

from suggestions import access, outbox
from suggestions import urls as public_urls
from suggestions.codes import GrantKind
from suggestions.desk import urls as desk_urls
from suggestions.errors import DomainError
from suggestions.models import Attachment, StaffRole, Suggestion
from suggestions.services import authority, exports, identity
from suggestions.services.attachments import STORAGE
from tests import world as w
from tests.suggestions.desk.cast import sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
MARK = "梧桐雨巷七号"
CAST = (
    "intake_clerk", "triage_officer", "liaison:bus", "handler:bus", "unit_head:bus", "liaison:water", "publisher",
    "supervisor", "leader", "analyst", "editor", "privacy_officer", "audit_admin", "sec_admin", "sys_admin", "expert", "jury",
)  # fmt: skip
OUTSIDE = (
    "liaison:water", "handler:water", "unit_head:water", "analyst", "editor", "sys_admin", "sec_admin", "audit_admin",
    "privacy_officer", "agent_l1", "agent_l4", "expert", "jury", "hearing_chair", "hearing_clerk",
)  # fmt: skip
API = (
    "/api/v1/suggestions", "/api/v1/suggestions/{no}", "/api/v1/suggestions?q={mark}", "/api/v1/search?q={mark}",
    "/api/v1/track/{no}", "/api/v1/units", "/api/v1/campaigns", "/feeds/", "/feeds/suggestions.atom",
    "/feeds/answers.atom", "/feeds/results.atom", "/feeds/awards.atom", "/feeds/news.atom", "/feeds/campaigns.atom",
    "/feeds/suggestions.atom?unit=bus&topic=transport", "/feeds/answers.atom?district=990101", "/results/awards/", "/results/", "/results/?by=place", "/results/honours/", "/where/",
    "/hearings/", "/feeds/hearings.atom", "/questioning/", "/receptions/", "/receptions/?by=held", "/sponsorship/", "/points/", "/open311/v2/requests.json",
    "/search/?q={mark}", "/suggestions/?q={mark}", "/suggestions/?format=csv", "/suggestions/{no}/", "/suggestions/{no}/report/",
    "/search/complete/?q={mark}", "/results/ledger.csv",
    "/submit/similar/?title={mark}&problem={mark}", "/statistics/", "/statistics/data/", "/track/{no}/data.json",
)  # fmt: skip


@pytest.fixture
def hidden(city: World) -> Suggestion:
    """A private item with the transport bureau, whose every word carries a mark."""
    found = w.submit(
        city,
        title=f"{MARK}的灯",
        problem=f"{MARK}门口的路灯坏了，晚上看不见路。",
        place=MARK,
        publish_consent=False,
    ).suggestion
    w.accept(city, found, at=MONDAY)
    w.dispatch(city, found, at=MONDAY + timedelta(hours=1))
    outbox.deliver(now=timezone.now() + timedelta(days=400))
    return Suggestion.objects.get(pk=found.pk)


def addresses(patterns: list[URLPattern], namespace: str, case_no: str) -> Iterator[str]:
    """Every address that needs nothing, or only a case number: rooms that come later are walked as well."""
    for pattern in patterns:
        for args in ([], [case_no]):
            try:
                yield reverse(f"{namespace}:{pattern.name}", args=args)
            except NoReverseMatch:
                continue


def walk(client: Client, item: Suggestion) -> dict[str, int]:
    """The addresses that showed the mark or answered with an error."""
    found = {}
    desk = [u for u in desk_urls.urlpatterns if isinstance(u, URLPattern)]
    public = [u for u in public_urls.urlpatterns if isinstance(u, URLPattern)]
    fixed = [a.format(no=item.case_no, mark=MARK) for a in API]
    for address in (
        *addresses(desk, "desk", item.case_no),
        *addresses(public, "suggestions", item.case_no),
        *fixed,
    ):
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content
        # What somebody typed into a search box may stand in it; their words are not the item's.
        said = body.decode("utf-8", "replace").replace(f'value="{MARK}"', "")
        if f"{MARK}的灯" in said or f"{MARK}门口" in said or response.status_code >= 500:
            found[address] = response.status_code
    return found


@pytest.mark.parametrize("who", OUTSIDE)
def test_an_item_out_of_reach_shows_at_no_address_of_desk_site_or_api(
    city: World, hidden: Suggestion, who: str
) -> None:
    assert walk(sign_in(city, who), hidden) == {}


@pytest.mark.parametrize("who", CAST)
def test_no_role_whatever_it_may_read_finds_a_private_item_in_feeds_api_search_or_public_pages(
    city: World, hidden: Suggestion, who: str
) -> None:
    client, found = sign_in(city, who), []
    for address in (a.format(no=hidden.case_no, mark=MARK) for a in API):
        response = client.get(address)
        body = b"".join(response) if response.streaming else response.content  # type: ignore[attr-defined]
        said = body.decode("utf-8", "replace")
        if f"{MARK}的灯" in said or f"{MARK}门口" in said or response.status_code >= 500:
            found.append((address, response.status_code))
    assert found == []


@pytest.mark.parametrize("who", CAST)
def test_an_export_lists_an_item_for_its_readers_alone_and_never_says_who_made_it(
    city: World, hidden: Suggestion, who: str
) -> None:
    user = city.users[who]
    try:
        job = exports.ask(user=user, query="state=all", format="csv", at=timezone.now())
    except DomainError:
        assert not set(exports.EXPORTERS) & {who.partition(":")[0]}
        return
    exports.write(job, at=timezone.now())
    job.refresh_from_db()
    with storages[STORAGE].open(job.storage_name) as file:
        listed = file.read().decode("utf-8-sig")
    storages[STORAGE].delete(job.storage_name)
    assert (hidden.case_no in listed) == access.readable(user).filter(pk=hidden.pk).exists()
    for secret in ("林小满", "19900001234"):
        assert secret not in listed


def test_a_visitor_finds_a_private_item_nowhere(hidden: Suggestion) -> None:
    assert walk(Client(), hidden) == {}


def test_who_recused_finds_the_item_at_no_address_though_their_role_reaches_it(
    city: World, hidden: Suggestion
) -> None:
    officer = city.actor("triage_officer")
    assert walk(sign_in(city, "triage_officer"), hidden)
    hidden.refresh_from_db()
    authority.declare_conflict(
        suggestion=hidden, user=officer.user, reason="是我邻居", actor=officer, at=MONDAY
    )
    city.users["triage_officer"] = type(officer.user).objects.get(pk=officer.user.pk)  # type: ignore[union-attr]
    assert walk(sign_in(city, "triage_officer"), hidden) == {}


@pytest.mark.parametrize(
    "number",
    ["JY2026-0000001-0", "JY2026-9999999-9", "1", "../admin", "' OR 1=1--", "０", "%00", "x" * 300],
)
@pytest.mark.parametrize("who", ["liaison:water", "editor"])
def test_guessing_numbers_tells_nothing(
    city: World, hidden: Suggestion, who: str, number: str
) -> None:
    client = sign_in(city, who)
    for address in (f"/admin/desk/items/{number}/", f"/suggestions/{number}/report/"):
        known = address.replace(number, hidden.case_no)
        assert client.get(known).status_code in (403, 404)
        assert client.get(address).status_code in (301, 302, 403, 404)


def test_guessing_keys_of_records_and_files_tells_nothing(city: World, hidden: Suggestion) -> None:
    grant = identity.ask(
        kind=GrantKind.BREAK_GLASS,
        suggestion=hidden,
        reason="有人要跳桥",
        actor=city.actor("supervisor"),
        at=MONDAY,
    )
    file = Attachment.objects.create(
        token="k" * 32, suggestion=hidden, storage_name="zz/none.txt", original_name="a.txt",
        content_type="text/plain", size=1, sha256="0" * 64,
    )  # fmt: skip
    client = sign_in(city, "handler:water")
    for slug in ("requests", "grants", "messages", "takedowns", "breaches", "nothing"):
        for pk in (grant.pk, grant.pk + 1, 0, 10**17):
            assert client.get(f"/admin/desk/privacy/{slug}/{pk}/").status_code in (403, 404)
    assert Client().get(reverse("suggestions:attachment", args=[file.token])).status_code == 404
    assert Client().get(reverse("suggestions:attachment", args=["k" * 31])).status_code == 404
    role = StaffRole.objects.get(user=city.users["leader"])
    assert client.post(reverse("desk:revoke", args=[role.pk])).status_code == 403
