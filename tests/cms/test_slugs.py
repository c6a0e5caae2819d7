"""Addresses that a page may not take, because another address of the site begins with them."""

from typing import Any

import pytest

from cms.models import StandardPage
from cms.setup import Pages

pytestmark = pytest.mark.django_db
OURS = ("en", "zh-hant", "my", "admin", "suggestions", "helpful", "static", "feeds", "campaigns")


def refused(slug: str, parent: Any) -> list[str]:
    """What the editor's form says of a slug below this page."""
    made: Any = StandardPage.get_edit_handler().get_form_class()  # type: ignore[attr-defined]
    sent = {
        "title": "说明",
        "slug": slug,
        "body-count": "0",
        "body_en-count": "0",
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
    }
    form = made(sent, instance=StandardPage(), parent_page=parent)
    form.is_valid()
    return list(form.errors.get("slug", []))


def test_a_page_below_home_cannot_take_an_address_of_the_sites_own(site: Pages) -> None:
    for slug in OURS:
        [said] = refused(slug, site.home)
        assert f"“{slug}”是网站自己的网址" in said
        assert refused(f"{slug}-1", site.home) == []


def test_deeper_down_the_same_word_is_free(site: Pages) -> None:
    assert [refused(slug, site.news) for slug in ("en", "my")] == [[], []]
