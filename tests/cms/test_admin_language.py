"""The editor's screens read as Chinese, also where Wagtail's own catalogue has gaps (portal/locale)."""

import re
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import translation

from cms.models import NewsPage
from cms.setup import Pages
from tests.cms.conftest import Make

pytestmark = pytest.mark.django_db

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH = re.compile(r"[A-Za-z]{3,}")
# Names of keys, and the document type that BeautifulSoup counts as text.
_KEYS = re.compile(r"(Ctrl|Esc|Alt|Shift|⌘|html$)")
# Written into a template of Wagtail 8.0 without a translation (shared/headers/_actions.html).
_FIXED = {"Actions"}
_SPOKEN = ("aria-label", "title", "placeholder", "data-w-tooltip-content-value")


def english(client: Client, url: str) -> set[str]:
    """What a person would read or hear in English on a screen."""
    response = client.get(url, follow=True)
    assert response.status_code == 200, url
    soup = BeautifulSoup(response.content, "html.parser")
    for tag in soup(["script", "style", "svg", "code", "pre", "template"]):
        tag.decompose()
    for tag in soup.select("[hidden]"):
        tag.decompose()
    texts = {str(node).strip() for node in soup.find_all(string=True)}
    texts |= {str(tag.get(name, "")) for tag in soup.find_all(True) for name in _SPOKEN}
    return {
        text[:80]
        for text in texts
        if _ENGLISH.search(text) and not _CHINESE.search(text) and not _KEYS.match(text)
    } - _FIXED


def test_the_sign_in_page_reads_as_chinese(client: Client, site: Pages) -> None:
    assert english(client, reverse("wagtailadmin_login")) == set()


def test_an_editors_screens_read_as_chinese(
    editor: Client, site: Pages, campaign: Make, article: Make
) -> None:
    page, news = campaign(), article()
    editor.post(reverse("wagtailadmin_pages:lock", args=[news.pk]))
    screens = [
        reverse("wagtailadmin_home"),
        reverse("wagtailadmin_explore", args=[site.home.pk]),
        reverse("wagtailadmin_explore_root"),
        reverse("wagtailadmin_pages:add_subpage", args=[site.home.pk]),
        reverse("wagtailadmin_pages:add", args=["cms", "newspage", site.news.pk]),
        *(reverse("wagtailadmin_pages:edit", args=[pk]) for pk in (site.home.pk, page.pk, news.pk)),
        *(
            reverse(f"wagtailadmin_pages:{name}", args=[page.pk])
            for name in ("history", "delete", "unpublish", "move", "workflow_history", "usage")
        ),
        reverse("wagtailadmin_reports:workflow"),
        reverse("wagtailadmin_reports:locked_pages"),
        reverse("wagtailadmin_account"),
    ]
    found = {url: words for url in screens if (words := english(editor, url))}
    assert found == {}


def test_a_page_in_review_reads_as_chinese(writer: Client, editor: Client, site: Pages) -> None:
    draft = NewsPage(title="待审核的动态", live=False)
    site.news.add_child(instance=draft)
    revision = draft.save_revision()
    assert revision
    url = reverse("wagtailadmin_pages:edit", args=[draft.pk])
    form = {
        "title": draft.title, "slug": draft.slug, "kind": "news", "date": "2026-11-20", "source": "", "summary": "",
        "body-count": "0", "comments-TOTAL_FORMS": "0", "comments-INITIAL_FORMS": "0", "comments-MAX_NUM_FORMS": "",
        "seo_title": "", "search_description": "", "action-submit": "1",
    }  # fmt: skip
    assert writer.post(url, form).status_code == 302
    assert english(writer, url) == set()
    assert english(editor, url) == set()
    assert english(editor, reverse("wagtailadmin_reports:workflow")) == set()


def test_the_compiled_catalogue_holds_what_its_source_says() -> None:
    folder = Path(settings.LOCALE_PATHS[0]) / "zh_Hans" / "LC_MESSAGES"
    pairs = re.findall(
        r'^msgid "(.+)"\nmsgstr "(.+)"$', (folder / "django.po").read_text(encoding="utf-8"), re.M
    )
    assert len(pairs) > 250
    with translation.override("zh-hans"):
        for source, wanted in pairs:
            plain = source.replace('\\"', '"')
            assert translation.gettext(plain) == wanted.replace('\\"', '"'), plain
