"""Consents are given and taken back one by one, and what rests on them stops at once (PIPL 15, 25)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from search.engine import Query, get_engine
from suggestions import outbox
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import Consent, ContentVersion, Suggestion
from suggestions.services import chain, consent
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
LATER = MONDAY + timedelta(days=20)


def pages(item: Suggestion) -> dict[str, str]:
    """What the public can ask for, as text."""
    client, q = Client(), "公交站"
    addresses = {
        "page": reverse("suggestions:detail", args=[item.case_no]),
        "browse": reverse("suggestions:browse"),
        "search": f"{reverse('suggestions:search')}?q={q}",
        "api": "/api/v1/suggestions",
        "api item": f"/api/v1/suggestions/{item.case_no}",
        "api search": f"/api/v1/search?q={q}",
    }
    return {name: client.get(a).content.decode() for name, a in addresses.items()}


def test_taking_back_consent_clears_page_lists_search_and_api_at_once(
    own_index: None, city: World, public_item: Suggestion
) -> None:
    outbox.deliver(now=LATER + timedelta(days=3650))
    shown = public_item.public_title
    assert {
        n for n, text in pages(public_item).items() if shown in text or public_item.case_no in text
    } >= {
        "page",
        "browse",
        "api",
    }
    version = ContentVersion.objects.get().value if ContentVersion.objects.exists() else 0
    consent.withdraw(suggestion=public_item, kind="publish", actor=Actor.author(), at=LATER)
    outbox.deliver(now=LATER + timedelta(days=3650))
    assert [n for n, text in pages(public_item).items() if shown in text] == []
    assert public_item.case_no not in pages(public_item)["browse"]
    hits = get_engine().search(Query(text="公交站")).hits
    assert public_item.case_no not in {h.data.get("case_no") for h in hits}
    public_item.refresh_from_db()
    assert (public_item.publication, public_item.publish_consent) == ("removed", False)
    assert ContentVersion.objects.get().value >= version
    assert list(chain.verify()) == []


def test_taking_back_the_name_leaves_the_page_and_hides_the_name(city: World) -> None:
    item, _receipt = w.answered(city, name_display="full")
    item.refresh_from_db()
    assert item.public_name == "林小满"
    consent.withdraw(suggestion=item, kind="name", actor=Actor.author(), at=LATER)
    item.refresh_from_db()
    assert (item.is_public, item.public_name, item.name_display) == (True, "", "anonymous")
    text = Client().get(reverse("suggestions:detail", args=[item.case_no])).content.decode()
    assert "林小满" not in text


def test_consent_given_again_is_masked_and_checked_again(public_item: Suggestion) -> None:
    consent.withdraw(suggestion=public_item, kind="publish", actor=Actor.author(), at=LATER)
    consent.give(suggestion=public_item, kind="publish", actor=Actor.author(), at=LATER)
    public_item.refresh_from_db()
    assert (public_item.publication, public_item.publish_consent) == ("queued", True)
    assert not public_item.is_public
    newest = Consent.objects.filter(suggestion=public_item, kind="publish").order_by("-id")[0]
    assert newest.policy_version == "2026-11"


def test_the_notice_of_handling_is_no_consent_and_cannot_be_taken_back(item: Suggestion) -> None:
    with pytest.raises(Invalid):
        consent.withdraw(suggestion=item, kind="notice", actor=Actor.author(), at=LATER)


def test_what_was_never_agreed_to_cannot_be_taken_back(item: Suggestion) -> None:
    with pytest.raises(DomainError):
        consent.withdraw(suggestion=item, kind="agent", actor=Actor.author(), at=LATER)


def test_a_minor_cannot_be_named_in_public(item: Suggestion) -> None:
    item.author.age_band = "14_17"
    with pytest.raises(DomainError, match="未成年人"):
        consent.give(suggestion=item, kind="name", actor=Actor.author(), at=LATER)
