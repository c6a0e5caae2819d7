"""The site in Traditional characters and in English: the same pages under addresses of their own."""

import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from django.core.cache import cache
from django.http import JsonResponse
from django.test import Client
from django.urls import get_script_prefix
from wagtail.contrib.redirects.models import Redirect

from portal.scripts import markup, middleware, traditional, variants
from portal.scripts.variants import ENGLISH, TRADITIONAL
from tests.world import World, make_world


@pytest.fixture
def city(db: None) -> Iterator[World]:
    cache.clear()
    yield make_world()
    cache.clear()


class Parsed(HTMLParser):
    """Text people read, addresses, and attributes of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.links: list[dict[str, str]] = []
        self.root: dict[str, str] = {}
        self.heads: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = {k: v or "" for k, v in attrs}
        if tag == "html":
            self.root = held
        if tag in ("a", "form"):
            self.links.append(held)
        if tag == "link":
            self.heads.append(held)


def hant(page: str) -> str:
    return markup.converted(page, traditional.convert, TRADITIONAL)


@pytest.mark.parametrize(
    ("simplified", "expected"),
    [
        ("人民建议征集", "人民建議徵集"),
        ("答复单位办理", "答覆單位辦理"),
        ("采纳后落实", "採納後落實"),
        ("皇后路里弄", "皇后路里弄"),
        ("公里以内，里面", "公里以內，裏面"),
        ("头发发展", "頭髮發展"),
        ("群众在家具城前面吃面条", "群眾在家具城前面吃麵條"),
        ("信息和软件", "信息和軟件"),
        ("公布启用", "公布啟用"),
        ("徵求意見", "徵求意見"),
    ],
)
def test_characters_follow_the_phrase_and_words_stay(simplified: str, expected: str) -> None:
    assert traditional.convert(simplified) == expected


def test_a_phrase_is_seen_whole_across_the_marks_inside_it() -> None:
    assert (
        hant("<p>头<wbr>发<b>理</b>发</p><p>发展</p>") == "<p>頭<wbr>髮<b>理</b>髮</p><p>發展</p>"
    )


@pytest.mark.parametrize(
    "kept",
    [
        '<input name="后" value="后面的路">',
        '<option value="综合">',
        "<textarea>我写的简体话</textarea>",
        '<script type="application/ld+json">{"name":"建议"}</script>',
        "<code>简体</code>",
        '<p translate="no"><b>简体</b>写的</p>',
        '<a href="https://example.cn/?q=%E5%85%AC&amp;w=建议">a</a>',
        '<div id="建议" class="建议" data-token="建议">a</div>',
        "<!-- 建议 -->",
    ],
)
def test_what_a_machine_reads_and_what_a_person_typed_is_left_alone(kept: str) -> None:
    assert hant(f"<body>{kept}</body>") == f"<body>{kept}</body>"


def test_what_is_read_aloud_or_seen_in_attributes_is_converted() -> None:
    page = '<img alt="照片说明"><button aria-label="关闭"></button><input placeholder="写编号">'
    assert hant(page) == '<img alt="照片説明"><button aria-label="關閉"></button><input placeholder="寫編號">'  # fmt: skip
    assert hant('<meta name="description" content="建议">') == '<meta name="description" content="建議">'  # fmt: skip


def test_addresses_stay_inside_the_variant_once_and_files_keep_their_one_address() -> None:
    page = '<a href="/"></a><a href="/units/"></a><a href="/zh-hant/units/"></a><a href="/zh-hant/feeds/a.atom"></a><a hreflang="en" href="/en/"></a><a href="//else.cn/"></a>'
    found = [link["href"] for link in Parsed(hant(page)).links]
    assert found == ["/zh-hant/", "/zh-hant/units/", "/zh-hant/units/", "/feeds/a.atom", "/en/", "//else.cn/"]  # fmt: skip


def test_chinese_on_an_english_page_is_marked_as_chinese_and_english_inside_it_as_english() -> None:
    page = (
        "<html><body><p>公园装<wbr>路灯</p><div>市民<i>Answered</i></div><p>Read</p></body></html>"
    )
    assert markup.marked(page, ENGLISH) == (
        '<html><body><p lang="zh-Hans">公园装<wbr>路灯</p><div lang="zh-Hans">市民<i lang="en">Answered</i></div>'
        "<p>Read</p></body></html>"
    )


def test_sentences_that_stand_together_get_the_space_and_the_signs_of_english() -> None:
    page = "<html><body><p>Eight.<a>Lost it?</a></p><p>119、110。It. In all.Of 32.Two（Fri）9:<wbr>00</p><p><b>Reply:</b>灯</p><code>a。</code></body></html>"
    assert markup.marked(page, ENGLISH) == (
        "<html><body><p>Eight. <a>Lost it?</a></p><p>119, 110. It. In all. Of 32. Two (Fri) 9:<wbr>00</p>"
        '<p lang="zh-Hans"><b lang="en">Reply: </b>灯</p><code>a。</code></body></html>'
    )


@pytest.mark.parametrize("variant", variants.PREFIXED, ids=lambda v: v.lang)
def test_every_public_page_answers_in_each_variant_and_leads_on_within_it(
    city: World, client: Client, variant: variants.Variant
) -> None:
    for path in ("/suggestions/", "/submit/", "/track/", "/search/?q=公交", "/units/", "/where/",
                 "/results/", "/my/sign-in/", "/feeds/", "/joined/"):  # fmt: skip
        response = client.get(variant.prefix + path)
        assert response.status_code == 200, path
        page = Parsed(response.content.decode())
        assert page.root["lang"] == variant.lang
        assert response.headers["Content-Language"] == variant.hreflang
        for link in page.links:
            where = link.get("href") or link.get("action") or ""
            if where.startswith("/") and "hreflang" not in link:
                plain = variants.is_plain(*where.partition("?")[::2])
                assert plain or where.startswith(f"{variant.prefix}/"), where
    assert get_script_prefix() == "/"


def test_no_simplified_character_is_left_on_a_traditional_page(city: World, client: Client) -> None:
    page = client.get("/zh-hant/suggestions/").content.decode()
    text = re.sub(r'<script.*?</script>|<a translate="no".*?</a>|<[^>]*>', "", page, flags=re.S)
    assert "建議" in text
    assert traditional.convert(text) == text


def test_search_engines_are_led_from_each_form_to_the_others_and_to_the_plain_one(
    city: World, client: Client
) -> None:
    for prefix in ("", "/zh-hant", "/en"):
        heads = Parsed(client.get(f"{prefix}/units/").content.decode()).heads
        assert [h["href"] for h in heads if h["rel"] == "canonical"] == ["http://localhost:8000/units/"]  # fmt: skip
        forms = {h["hreflang"]: h["href"].removeprefix("http://localhost:8000") for h in heads if "hreflang" in h}  # fmt: skip
        assert forms == {
            "zh-Hans": "/units/", "zh-Hant": "/zh-hant/units/", "en": "/en/units/", "x-default": "/units/",
        }  # fmt: skip


def test_the_switch_leads_to_the_same_page_with_its_question(city: World, client: Client) -> None:
    page = Parsed(client.get("/en/search/?q=a%20b").content.decode())
    assert {link["href"] for link in page.links if "hreflang" in link} == {
        "/search/?q=a%20b", "/zh-hant/search/?q=a%20b",
    }  # fmt: skip


def test_redirects_stay_in_the_variant_and_staffs_rooms_have_one_address(
    city: World, client: Client
) -> None:
    assert client.get("/en/my/")["Location"].startswith("/en/my/sign-in/")
    assert client.get("/en")["Location"] == "/en/"
    assert client.get("/en/admin/login/?a=1")["Location"] == "/admin/login/?a=1"
    assert client.get("/zh-hant/feeds/answers.atom")["Location"] == "/feeds/answers.atom"
    assert client.get("/en/suggestions/?format=csv")["Location"] == "/suggestions/?format=csv"
    assert client.get("/en/zh-hant/units/").status_code == 404
    assert client.post("/en/api/v1/suggestions").status_code == 404


def test_a_draft_begun_in_one_writing_goes_on_in_another(city: World, client: Client) -> None:
    assert client.post("/zh-hant/submit/?step=start", {"action": "begin"}).status_code == 302
    rooms = {m["path"] for m in client.cookies.values() if m.key == "draft"}
    assert rooms == {"/submit/", "/zh-hant/submit/", "/en/submit/"}


def test_a_variant_is_kept_whole_so_that_a_second_reader_costs_nothing(
    city: World, client: Client, django_assert_max_num_queries: object
) -> None:
    first = client.get("/zh-hant/suggestions/")
    assert first.headers["ETag"] != client.get("/suggestions/").headers["ETag"]
    # The content version is looked up once a second, and nothing else.
    with django_assert_max_num_queries(1):  # type: ignore[operator]
        second = client.get("/zh-hant/suggestions/")
    assert first.content == second.content
    assert not first.cookies
    again = client.get("/zh-hant/suggestions/", HTTP_IF_NONE_MATCH=first.headers["ETag"])
    assert again.status_code == 304


def test_what_somebody_is_about_to_send_is_shown_as_it_was_typed(
    city: World, client: Client
) -> None:
    words = {
        "title": "头发长了怎么办要理发店",
        "problem": "云埠区后面的里弄",
        "proposal": "发个通知",
    }
    client.post("/zh-hant/submit/?step=start", {"action": "begin"})
    client.post("/zh-hant/submit/?step=topic", {"title": words["title"], "similar_seen": words["title"]})  # fmt: skip
    client.post("/zh-hant/submit/?step=text", {n: words[n] for n in ("problem", "proposal")})
    client.post("/zh-hant/submit/?step=place", {"action": "next"})
    contact = {"phone": "19900008123", "publish": "no"}
    assert client.post("/zh-hant/submit/?step=contact", contact)["Location"] == "/zh-hant/submit/?step=check"  # fmt: skip
    page = re.sub("<wbr>", "", client.get("/zh-hant/submit/?step=check").content.decode())
    for typed in words.values():
        assert typed in page
    assert "請核對，沒問題就提交" in page


def test_words_to_go_on_with_come_in_the_writing_of_the_page(city: World, client: Client) -> None:
    held = JsonResponse({"words": ["公园装路灯"]})
    middleware.finish(held, TRADITIONAL, "/search/complete/")
    assert json.loads(held.content) == {"words": ["公園裝路燈"]}
    own = JsonResponse({"words": "公园"})
    middleware.finish(own, TRADITIONAL, "/my/data/")
    assert json.loads(own.content) == {"words": "公园"}
    assert (
        client.get("/zh-hant/search/complete/?q=公").headers["Content-Type"] == "application/json"
    )


def test_an_unknown_page_says_so_in_the_writing_it_was_asked_in(
    city: World, client: Client
) -> None:
    missing = client.get("/zh-hant/nothing-here/")
    assert missing.status_code == 404
    assert "沒有找到這一頁" in re.sub("<wbr>", "", missing.content.decode())


def test_a_redirect_that_editors_keep_works_in_every_writing_and_stays_in_it(
    city: World, client: Client
) -> None:
    Redirect.add_redirect("/old-notice/", "/units/", is_permanent=True)
    for prefix in ("", "/zh-hant", "/en"):
        moved = client.get(f"{prefix}/old-notice/")
        assert (moved.status_code, moved["Location"]) == (301, f"{prefix}/units/")
    assert client.get("/en/never-there/").status_code == 404
