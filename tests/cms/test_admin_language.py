"""The editor's screens read as Chinese, also where Wagtail's own catalogue has gaps (portal/locale)."""

import gettext
import json
import re
from pathlib import Path

import pytest
import wagtail
from bs4 import BeautifulSoup, NavigableString
from django.conf import settings
from django.contrib.auth.models import AbstractUser, Group
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.admin.paginator import WagtailPaginator
from wagtail.documents import get_document_model
from wagtail.images import get_image_model
from wagtail.models import Workflow, get_page_models

from cms.blocks import PictureBlock
from cms.models import NewsPage
from cms.setup import Pages
from tests.cms.conftest import Make
from tests.cms.test_pages import PIXEL

pytestmark = pytest.mark.django_db

_CHINESE = re.compile(r"[\u4e00-\u9fff]")
_ENGLISH = re.compile(r"[A-Za-z]{3,}")
# Names of keys, and the document type that BeautifulSoup counts as text.
_KEYS = re.compile(r"(Ctrl|Esc|Alt|Shift|⌘|html$)")
_SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-w-tooltip-content-value")


def english(client: Client, url: str) -> set[str]:
    """What a person would read or hear in English on a screen."""
    response = client.get(url, follow=True)
    assert response.status_code == 200, url
    shown = response.content
    if response["Content-Type"].startswith("application/json"):
        # A window over the page.
        shown = response.json()["html"]
    soup = BeautifulSoup(shown, "html.parser")
    for tag in soup(["script", "style", "svg", "code", "pre", "template"]):
        tag.decompose()
    for tag in soup.select("[hidden]"):
        tag.decompose()
    # Comments are strings too, for the parser; nobody reads them.
    texts = {str(n).strip() for n in soup.find_all(string=True) if type(n) is NavigableString}
    texts |= {str(tag.get(name, "")) for tag in soup.find_all(True) for name in _SPOKEN}
    texts |= {str(tag.get("value", "")) for tag in soup.select("input[type=submit]")}
    return {
        text[:80]
        for text in texts
        if _ENGLISH.search(text) and not _CHINESE.search(text) and not _KEYS.match(text)
    }


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


def _entries(path: Path) -> set[str]:
    """The texts of a catalogue's source, without its header."""
    text = path.read_text(encoding="utf-8")
    found = re.findall(r'^msgid ((?:".*"\n?)+)', text, re.M)
    joined = ("".join(re.findall(r'"(.*)"', block)) for block in found)
    return {m.replace("\\n", "\n").replace('\\"', '"') for m in joined} - {""}


# One site in one language: nothing has a translation. The banner of news is switched off; names of machinery are not shown.
_NEVER_SHOWN = re.compile(
    r"translat|alias|[Tt]hings in Wagtail|no-translate|what's changed|^Wagtail |object \(|time_zone_option|sitemaps"
)


@pytest.mark.parametrize("domain", ["django", "djangojs"])
@pytest.mark.parametrize(
    "part",
    ["admin", "", "images", "documents", "users", "snippets", "sites", "embeds", "contrib/forms", "contrib/redirects"],
)  # fmt: skip
def test_every_text_of_wagtail_that_staff_can_meet_has_its_chinese(part: str, domain: str) -> None:
    source = Path(wagtail.__file__).parent / part / "locale" / "en" / "LC_MESSAGES" / f"{domain}.po"
    if not source.exists():
        assert domain == "djangojs", f"{part} has no catalogue to compare with"
        return
    held: set[str] = set()
    for folder in (source.parents[2], Path(settings.LOCALE_PATHS[0])):
        compiled = folder / "zh_Hans" / "LC_MESSAGES" / f"{domain}.mo"
        if compiled.exists():
            with compiled.open("rb") as opened:
                keys = gettext.GNUTranslations(opened)._catalog  # type: ignore[attr-defined]
            held |= {(k[0] if isinstance(k, tuple) else k).rpartition("\x04")[2] for k in keys}
    missing = {m for m in _entries(source) - held if not _NEVER_SHOWN.search(m)}
    assert missing == set()


def test_what_the_scripts_of_the_admin_say_is_chinese(editor: Client, site: Pages) -> None:
    said = editor.get(reverse("wagtailadmin_javascript_catalog")).content.decode()
    held = dict(re.findall(r'^\s*"([^"]+)": "([^"]+)",?$', said, re.M))
    assert json.loads(f'"{held["Insert a block"]}"') == "插入内容块"


def test_an_administrators_screens_read_as_chinese(
    admin_client: Client, admin_user: AbstractUser, site: Pages, campaign: Make
) -> None:
    page = campaign()
    group, workflow = Group.objects.order_by("pk")[0], Workflow.objects.order_by("pk")[0]
    names = [
        "wagtailusers_users:index", "wagtailusers_users:add", "wagtailusers_groups:index", "wagtailusers_groups:add",
        "wagtailadmin_workflows:index", "wagtailadmin_workflows:add", "wagtailadmin_workflows:task_index",
        "wagtailsites:index", "wagtailsites:add", "wagtailadmin_collections:index", "wagtailadmin_collections:add",
        "wagtailredirects:index", "wagtailredirects:add", "wagtailredirects:start_import", "wagtailforms:index",
        "wagtailimages:index", "wagtailimages:add", "wagtailimages:add_multiple", "wagtaildocs:index", "wagtaildocs:add",
        "wagtailadmin_reports:site_history", "wagtailadmin_reports:aging_pages", "wagtailadmin_reports:workflow_tasks",
        "wagtailadmin_pages:search", "wagtailadmin_home",
    ]  # fmt: skip
    screens = [reverse(name) for name in names]
    screens += [
        reverse("wagtailusers_groups:edit", args=[group.pk]),
        reverse("wagtailusers_users:edit", args=[admin_user.pk]),
        reverse("wagtailadmin_workflows:edit", args=[workflow.pk]),
        reverse("wagtailadmin_pages:edit", args=[page.pk]),
    ]
    known = {u.get_username() for u in type(admin_user).objects.all()}
    known |= {admin_user.email, "localhost"}
    found = {url: words - known for url in screens if (words := english(admin_client, url)) - known}
    assert found == {}


@pytest.mark.parametrize(
    "name",
    ["", "_external_link", "_email_link", "_phone_link", "_anchor_link"],
)
def test_the_windows_that_choose_a_link_read_as_chinese(
    admin_client: Client, site: Pages, name: str
) -> None:
    window = admin_client.get(reverse(f"wagtailadmin_choose_page{name}")).json()["html"]
    soup = BeautifulSoup(window, "html.parser")
    labels = [label.get_text(" ", strip=True).strip(" *") for label in soup.select("label")]
    assert labels
    assert [label for label in labels if _ENGLISH.search(label)] == []


def test_what_an_editor_opens_besides_reads_as_chinese(
    editor: Client, site: Pages, campaign: Make, article: Make
) -> None:
    page, news = campaign(), article()
    first = news.latest_revision
    news.title, news.summary = "改了的标题", "改了的摘要"
    second = news.save_revision()
    editor.post(reverse("wagtailadmin_pages:lock", args=[page.pk]))
    image = get_image_model().objects.create(
        title="长椅", file=SimpleUploadedFile("x.png", PIXEL), width=1, height=1
    )
    paper = get_document_model().objects.create(title="草案", file=ContentFile(b"x", "x.pdf"))
    acts = ("publish", "unpublish", "move", "delete")
    screens = [
        *(f"/admin/bulk/wagtailcore/page/{act}/?id={news.pk}&id={page.pk}" for act in acts),
        *(f"/admin/bulk/wagtailimages/image/{a}/?id={image.pk}" for a in ("delete", "add_to_collection", "add_tags")),
        *(f"/admin/bulk/wagtaildocs/document/{a}/?id={paper.pk}" for a in ("delete", "add_to_collection", "add_tags")),
        reverse("wagtailadmin_pages:revisions_compare", args=[news.pk, first.pk, second.pk]),
        reverse("wagtailadmin_pages:revisions_revert", args=[news.pk, first.pk]),
        reverse("wagtailadmin_pages:history", args=[news.pk]),
        reverse("wagtailadmin_pages:copy", args=[news.pk]),
        reverse("wagtailadmin_pages:set_privacy", args=[news.pk]),
        reverse("wagtailadmin_pages:search") + "?q=改",
        reverse("wagtailadmin_reports:locked_pages"),
        reverse("wagtailadmin_reports:aging_pages"),
        reverse("wagtailadmin_reports:page_types_usage"),
        reverse("campaigns_without_report"),
        reverse("pages_to_review"),
        reverse("campaign_wizard"),
        reverse("wagtailimages:edit", args=[image.pk]),
        reverse("wagtailimages:delete", args=[image.pk]),
        reverse("wagtailimages:image_usage", args=[image.pk]),
        reverse("wagtailimages_chooser:choose"),
        reverse("wagtailimages_chooser:select_format", args=[image.pk]),
        reverse("wagtaildocs:edit", args=[paper.pk]),
        reverse("wagtaildocs:delete", args=[paper.pk]),
        reverse("wagtaildocs_chooser:choose"),
        reverse("wagtailadmin_choose_page"),
    ]  # fmt: skip
    names = {"x.png", "x.pdf", image.filename, paper.filename}
    # The report of page types names them as exports and set-ups do, below their Chinese names.
    names |= {model._meta.label_lower for model in get_page_models()}
    found = {url: words for url in screens if (words := english(editor, url) - names)}
    assert found == {}


@pytest.mark.parametrize(
    ("count", "name", "said"),
    [(1, "页面", "1个页面"), (0, "图片", "0张图片"), (12, "文档", "12份文档"), (3, "页面日志条目", "3条记录"), (4, "用户", "4人")],
)  # fmt: skip
def test_what_lists_count_is_said_with_its_measure_word(count: int, name: str, said: str):
    held = WagtailPaginator(range(count), 10)
    held.__dict__["verbose_name"] = held.__dict__["verbose_name_plural"] = name
    assert held.items_count_label == said


def test_the_picture_of_a_picture_block_is_named_in_chinese():
    assert str(PictureBlock().child_blocks["image"].child_blocks["image"].label) == "选图"
