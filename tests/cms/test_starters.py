"""The help pages a new site begins with: drafts that do not go out before the office has filled them in."""

import tomllib
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from cms import checklist, going_public, starters
from cms.models import HomePage, StandardPage
from cms.setup import Pages
from cms.texts import BLANK
from portal import prepare
from tests.cms.conftest import words

pytestmark = pytest.mark.django_db


def test_a_new_site_begins_with_drafts_of_its_help_pages_that_nobody_sees_yet(
    client: Client, site: Pages, settings: Any
) -> None:
    settings.DEMO = False
    said: list[str] = []
    prepare.pages(said.append)
    slugs = set(StandardPage.objects.values_list("slug", flat=True))
    assert slugs == {"help", "rules", "privacy", "accessibility", "about"}
    assert not StandardPage.objects.live().exists()
    assert client.get("/privacy/").status_code == 404
    assert "草稿" in said[0]
    StandardPage.objects.get(slug="about").delete()
    prepare.pages(said.append)
    assert (len(said), StandardPage.objects.count()) == (1, 4), (
        "what an editor took away stays away"
    )


def test_a_site_set_up_by_the_compose_file_has_a_home_page(settings: Any) -> None:
    compose = (Path(settings.BASE_DIR) / "docker-compose.yml").read_text(encoding="utf-8")
    assert "manage.py migrate --noinput && python manage.py first_pages" in compose
    settings.DEMO = False
    call_command("first_pages", stdout=StringIO())
    call_command("first_pages", stdout=StringIO())
    assert HomePage.objects.live().count() == 1
    assert StandardPage.objects.count() == 5


def test_a_help_page_with_a_blank_does_not_go_out_and_says_what_is_missing(
    client: Client, site: Pages
) -> None:
    starters.ensure_drafts(site.home, {})
    page = StandardPage.objects.get(slug="privacy")
    point = next(p for p in checklist.points(page) if p.words.startswith("没填的都填了"))
    assert point.ok is False
    assert "办公室全称、地址、电话" in point.words
    assert any("这里还有没填的：办公室全称、地址、电话" in why for why in going_public.faults(page))
    facts = {"city": "乙市", "office": "乙市征集办公室", "phone": "0381-555 0100", "address": "乙路1号", "office_en": "The Office", "address_en": "1 Yi Road"}  # fmt: skip
    page.body, page.body_en = (getattr(p, name) for p in starters.standing_pages(facts) if p.slug == "privacy" for name in ("body", "body_en"))  # fmt: skip
    assert going_public.faults(page) == []
    page.save_revision().publish()
    assert "乙市征集办公室是处理您个人信息的单位" in words(client.get("/privacy/"))
    assert "The Office is responsible" in words(client.get("/en/privacy/"))


def test_a_drafts_editor_opens_and_lists_the_blanks_first(editor: Client, site: Pages) -> None:
    starters.ensure_drafts(site.home, {})
    page = StandardPage.objects.get(slug="help")
    shown = words(editor.get(reverse("wagtailadmin_pages:edit", args=[page.pk])))
    assert shown.index("没填的都填了") < shown.index("标题写明白是什么事")


def test_each_help_page_says_the_same_parts_in_english_and_fills_every_blank() -> None:
    rows = tomllib.loads(starters.WORDS.read_text(encoding="utf-8"))["page"]
    for row in rows:
        parts = [[kind for kind, _value in starters.body(row[n])] for n in ("body", "body_en")]
        assert parts[0] == parts[1], row["slug"]
        heads, items = ([row[n].count(mark) for n in ("body", "body_en")] for mark in ("\n## ", "\n- "))  # fmt: skip
        assert heads[0] == heads[1], row["slug"]
        assert items[0] == items[1], row["slug"]
    facts = dict.fromkeys(starters._ASKED, "有")
    for page in starters.standing_pages(facts):
        assert BLANK not in f"{page.body}{page.body_en}"
