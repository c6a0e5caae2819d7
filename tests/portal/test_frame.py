"""What stands around each page is drawn once a moment, and differs by page only where it has to."""

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import translation
from django.utils.translation import gettext, trans_real

from portal import context, frame, quick_words
from suggestions import content
from suggestions.models import Jurisdiction
from tests.world import World, make_world

LOOKS = [
    ("/", {}), ("/suggestions/?topic=a&q=%E5%85%AC", {}), ("/search/?q=\"><b>~hole-path~&x='", {}),
    ("/suggestions/", {"mode": "elder"}), ("/units/", {"theme": "dark"}), ("/my/", {"theme": "light", "mode": "elder"}),
]  # fmt: skip


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def site_of(address: str, cookies: dict[str, str]) -> dict[str, Any]:
    request = RequestFactory().get(address)
    request.COOKIES.update(cookies)
    return context.site(request)["site"]


def test_a_kept_frame_is_what_the_templates_would_have_drawn(world: World) -> None:
    for _ in range(2):  # drawn, and then kept
        for address, cookies in LOOKS:
            site = site_of(address, cookies)
            whole = {"site": site}
            assert site["frame"].top == render_to_string("includes/top.html", whole), address
            assert site["frame"].footer == render_to_string("includes/footer.html", whole), address
            assert site["frame"].links == render_to_string("includes/links.html", whole), address
            assert site["frame"].title == render_to_string("includes/title.html", whole), address


def test_a_frame_drawn_before_asks_the_database_nothing(
    world: World, django_assert_num_queries: Any
) -> None:
    first = frame.frame(site_of("/suggestions/", {}))
    with content.pinned(content.version()), django_assert_num_queries(0):
        assert frame.frame(site_of("/suggestions/?page=2", {})).links == first.links


def test_a_frame_without_an_office_is_not_kept(world: World) -> None:
    Jurisdiction.objects.update(is_active=False)
    assert "征集办公室" not in frame.frame(site_of("/", {})).footer
    Jurisdiction.objects.update(is_active=True)
    assert "征集办公室" in frame.frame(site_of("/", {})).footer


def test_all_parts_of_a_page_are_of_the_version_it_began_with(
    db: None, django_assert_num_queries: Any
) -> None:
    begun = content.version()
    with content.pinned(begun):
        content.bump()
        with django_assert_num_queries(0):
            assert content.version() == begun
    assert content.version() == begun + 1


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_a_remembered_text_is_the_one_in_the_catalogue(language: str) -> None:
    quick_words.install()
    with translation.override(language):
        for words in ("提建议", "首页", "没有这样的文字", "提建议"):
            found = trans_real.catalog()
            assert gettext(words) == super(type(found), found).gettext(words)
