"""What every page is built from: escaping, the frame, forms, errors, the reading mode."""

import re
from datetime import UTC, date, datetime

import pytest
import time_machine
from bs4 import BeautifulSoup
from django import forms
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.template import Context, Template, TemplateSyntaxError
from django.template.loader import get_template, render_to_string
from django.test import Client, RequestFactory
from django.utils.safestring import mark_safe

from portal import context, icons, styleguide, wording
from suggestions.models import Jurisdiction
from suggestions.public.forms_base import JianyanForm, OptionRadio

HOSTILE = "<script>alert(1)</script>\" onmouseover='x' 【已遮盖：姓名】&"
TEMPLATES = settings.BASE_DIR / "portal" / "templates"


def soup(html: str) -> BeautifulSoup:
    return BeautifulSoup(html, "html.parser")


def render(source: str, query: str = "", **values: object) -> str:
    request = RequestFactory().get(f"/suggestions/{query}")
    return Template(source).render(Context({"request": request, **values}))


def assert_harmless(html: str) -> None:
    page = soup(html)
    assert not page.find("script")
    assert not [tag for tag in page.find_all(True) if any(a.startswith("on") for a in tag.attrs)]


@pytest.fixture
def office(db) -> Jurisdiction:
    return Jurisdiction.add_root(
        code="x", name="测试市", city_name="测试市", office_name="测试市征集办公室",
        phone="0380-555 0100", hotline="12345", address="市民中心", hours="工作日9:00—12:00",
    )  # fmt: skip


# Words, dates and numbers


def test_a_title_breaks_between_words_and_reads_the_same() -> None:
    html = str(wording.keep("柳汀公园西门夜里没有路灯"))
    assert "公园<wbr>" in html
    assert html.replace("<wbr>", "") == "柳汀公园西门夜里没有路灯"


def test_a_highlighted_title_keeps_its_marks_and_nothing_else() -> None:
    html = str(wording.keep(mark_safe("西门<mark>公园</mark>&lt;b&gt;路灯")))
    assert html.replace("<wbr>", "") == "西门<mark>公园</mark>&lt;b&gt;路灯"


@pytest.mark.parametrize("name", ["keep", "masked", "paragraphs", "telephone"])
def test_text_filters_escape_what_a_person_typed(name: str) -> None:
    html = render("{{ text|" + name + " }}", text=HOSTILE)
    assert_harmless(html)
    assert "alert(1)" in soup(html).get_text()


@pytest.mark.parametrize("order", ["keep|masked", "masked|keep"])
def test_a_mask_is_read_out_as_hidden_also_in_a_title(order: str) -> None:
    chip = soup(render("{{ text|" + order + " }}", text="邻居【已遮盖：姓名】绊倒")).select_one(
        ".mask"
    )
    assert chip is not None
    assert chip.get_text() == "已遮盖：姓名"
    assert chip.select_one(".vh").get_text() == "已遮盖："


def test_a_blank_line_parts_paragraphs_and_a_line_end_stays_a_line_end() -> None:
    html = wording.paragraphs("一\r\n二\n \n三\n\n\n四【已遮盖：住址】")
    page = soup(html)
    assert [p.get_text("|") for p in page.find_all("p")][:2] == ["一|二", "三"]
    assert page.select_one("p .mask") is not None
    assert wording.paragraphs(None) == wording.paragraphs(" \n ") == ""


@time_machine.travel(datetime(2026, 5, 19, 1, 0, tzinfo=UTC))
def test_dates_are_said_the_chinese_way_in_local_time() -> None:
    late_evening = datetime(2026, 5, 18, 17, 5, tzinfo=UTC)  # 1:05 on the 19th in China
    assert wording.cn_date(late_evening) == "2026年5月19日"
    assert wording.cn_datetime(late_evening) == "5月19日（周二）1:05"
    assert wording.cn_datetime(date(2026, 5, 19)) == "5月19日（周二）"
    assert wording.cn_day(date(2025, 12, 1)) == "2025年12月1日"
    assert wording.cn_weekday(date(2026, 5, 18)) == "周一"


@time_machine.travel(datetime(2026, 5, 19, 1, 0, tzinfo=UTC))
@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2026, 5, 26), "还有7天"),
        (date(2026, 5, 19), "今天到期"),
        (date(2026, 5, 16), "已逾期3天"),
        (datetime(2026, 5, 19, 16, 30, tzinfo=UTC), "还有1天"),
        (-4, "已逾期4天"),
        (0, "今天到期"),
    ],
)
def test_a_term_says_how_many_days_are_left(due: object, words: str) -> None:
    assert wording.days_left(due) == words


def test_working_days_carry_their_own_unit() -> None:
    assert render("{{ n|days_left:'个工作日' }}", n=7) == "还有7个工作日"


@pytest.mark.parametrize("value", [None, "", "明天", 3.5, object()])
@pytest.mark.parametrize(
    "say",
    [wording.cn_date, wording.cn_day, wording.cn_weekday, wording.cn_datetime, wording.days_left],
)
def test_what_is_no_date_is_left_out_rather_than_failing(say, value: object) -> None:
    assert say(value) == ""


def test_numbers_and_sizes_are_grouped_for_reading() -> None:
    assert [wording.thousands(v) for v in (2386, "2386", None, "无")] == [
        "2,386",
        "2,386",
        "",
        "无",
    ]
    assert [wording.filesize_cn(v) for v in (1258291, 880640, 3, None)] == [
        "1.2 MB",
        "860 KB",
        "1 KB",
        "",
    ]


# Marks, icons and addresses


def test_progress_is_round_and_always_has_its_word() -> None:
    html = render(
        "{% status_mark 'in_progress' %}{% status_mark 'done' late=True label='已逾期4天' %}"
    )
    assert [s.get_text() for s in soup(html).select(".st")] == ["办理中", "已逾期4天"]
    assert soup(html).select_one(".st--late svg[aria-hidden]") is not None
    assert render("{% status_mark 'draft' %}") == ""


def test_a_refusal_is_grey_and_an_adoption_is_teal() -> None:
    html = render(
        "{% outcome_tag 'not_adopted' %}{% outcome_tag 'adopted' True %}{% outcome_tag '' %}"
    )
    no, yes = soup(html).select(".tag")
    assert no.get_text() == "不予采纳"
    assert no["class"] == ["tag"]
    assert set(yes["class"]) == {"tag", "tag--yes", "tag--big"}


def test_icons_are_inline_without_ids_or_styles() -> None:
    for name in icons.drawings():
        drawn = soup(str(icons.svg(name))).svg
        assert drawn["viewbox"]
        assert drawn.find_all(True)
        assert not [tag for tag in drawn.find_all(True) if tag.get("id") or tag.get("style")]
    assert soup(render("{% icon 'x' label=words %}", words='"><b>')).svg["aria-label"] == '"><b>'


def test_a_mistyped_icon_fails_in_the_tests_and_not_in_front_of_a_resident() -> None:
    with pytest.raises(KeyError, match="no drawing named"):
        render("{% icon 'rihgt' %}")
    for template in TEMPLATES.rglob("*.html"):
        text = template.read_text(encoding="utf-8")
        get_template(str(template.relative_to(TEMPLATES)))  # raises TemplateSyntaxError when broken
        names = [f"i-{n}" for n in re.findall(r'{% icon "([\w-]+)"', text)]
        names += re.findall(r'{% shape "([\w-]+)"', text)
        assert not set(names) - set(icons.drawings()), template


def test_an_unknown_tag_is_a_syntax_error() -> None:
    with pytest.raises(TemplateSyntaxError):
        Template("{% icno 'x' %}")


@pytest.mark.parametrize(
    ("tag", "address"),
    [
        ("{% query_set topic='bus' %}", "?q=%E7%81%AF&unit=a&unit=b&topic=bus"),
        ("{% query_set q='' %}", "?unit=a&unit=b"),
        ("{% query_set cursor='n' %}", "?q=%E7%81%AF&unit=a&unit=b&cursor=n"),
        ("{% query_set unit__remove='a' %}", "?q=%E7%81%AF&unit=b"),
        ("{% query_set unit__add='c' %}", "?q=%E7%81%AF&unit=a&unit=b&unit=c"),
        ("{% query_pair 'unit' '' %}", "?q=%E7%81%AF"),
        ("{% query_set q=None unit=None %}", "?"),
    ],
)
def test_a_changed_question_starts_at_its_first_page(tag: str, address: str) -> None:
    html = render(tag, "?q=灯&unit=a&unit=b&cursor=old")
    assert soup(f'<a href="{html}">').a["href"] == address


def test_a_query_cannot_break_out_of_its_attribute() -> None:
    html = render("<a href=\"{% query_set x='1' %}\">", "?q=%22%3E%3Cscript%3E")
    assert_harmless(html)


# Components


@pytest.fixture
def hostile_sheet() -> str:
    """The style guide with every word of its samples replaced by something nasty."""

    def spoil(value: object) -> object:
        if isinstance(value, str):
            return value if value in _CODES else HOSTILE
        if isinstance(value, list):
            return [spoil(v) for v in value]
        if isinstance(value, tuple):
            return tuple(spoil(v) for v in value)
        if isinstance(value, dict):
            return {k: spoil(v) for k, v in value.items()}
        if hasattr(value, "__dict__") and type(value).__name__ == "SimpleNamespace":
            for key, inner in vars(value).items():
                setattr(value, key, spoil(inner))
        return value

    sample = styleguide.context()
    _CODES = {
        "unit",
        "author",
        "pause",
        "done",
        "JY2026-0001862-5",
        *sample["groups"],
        *sample["outcomes"],
        *sample["icons"],
    }
    sample = {k: v if k in ("icons", "colours") else spoil(v) for k, v in sample.items()}
    request = RequestFactory().get("/styleguide/", {"q": HOSTILE})
    return render_to_string("portal/styleguide.html", sample, request=request)


@pytest.mark.django_db
def test_no_component_lets_hostile_words_become_markup(hostile_sheet: str) -> None:
    page = soup(hostile_sheet)
    assert "alert(1)" in page.select_one("main").get_text()
    assert not page.select("main script")
    assert not [t for t in page.find_all(True) if any(a.startswith("on") for a in t.attrs)]


@pytest.mark.django_db
def test_pages_carry_no_inline_script_or_style_and_no_id_twice() -> None:
    request = RequestFactory().get("/styleguide/")
    for name, values in (
        ("portal/styleguide.html", styleguide.context()),
        ("404.html", {}),
        ("portal/csrf.html", {}),
    ):
        page = soup(render_to_string(name, values, request=request))
        assert not page.find("style")
        assert not page.select("[style]")
        assert all(
            script.get("src", "").startswith("/static/") for script in page.find_all("script")
        )
        assert not [a for t in page.find_all(True) for a in t.attrs if a.startswith("on")]
        ids = [t["id"] for t in page.select("[id]")]
        assert len(ids) == len(set(ids)), name
        assert len(page.find_all("h1")) == 1


class Small(JianyanForm):
    title = forms.CharField(label="标题<b>", max_length=5, help_text="一句话")
    public = forms.ChoiceField(
        label="公开吗", choices=[("y", "可以"), ("n", "不可以")], widget=OptionRadio
    )


def test_a_wrong_field_is_announced_with_its_hint_and_its_error() -> None:
    form = Small({"title": "一二三四五六"})
    form.is_valid()
    field = soup(
        render("{% include 'components/field.html' with field=field %}", field=form["title"])
    )
    control = field.find("input")
    assert control["aria-invalid"] == "true"
    described = control["aria-describedby"].split()
    assert [field.find(id=i) is not None for i in described] == [True, True]
    assert field.find("label")["for"] == control["id"]
    assert control["value"] == "一二三四五六"
    assert "maxlength" not in control.attrs
    assert not field.find("b")


def test_a_group_of_options_is_a_fieldset_whose_error_can_be_reached_from_the_summary() -> None:
    form = Small({"title": "好"})
    form.is_valid()
    field = soup(
        render("{% include 'components/field.html' with field=field %}", field=form["public"])
    )
    assert field.fieldset.legend.get_text() == "公开吗"
    described = field.fieldset["aria-describedby"].split()
    assert all(field.find(id=i) for i in described)
    summary = soup(
        render("{% include 'components/error_summary.html' %}", errors=form.summary(), kept="都在")
    )
    link = summary.find("a")
    assert link.get_text() == "请选择：公开吗"
    assert field.find(id=link["href"][1:])["type"] == "radio"
    assert summary.select_one("[role=alert][tabindex='-1']").find(id="errors-title")


def test_a_page_without_errors_has_no_summary() -> None:
    assert render("{% include 'components/error_summary.html' %}", errors=[]).strip() == ""


@pytest.mark.parametrize(
    ("used", "left", "widths", "said"),
    [
        (8, 7, ["53.3%"], "期限15个工作日，已用8个工作日"),
        (15, -4, ["78.9%", "21.1%"], "期限15个工作日，已用完，逾期4个工作日"),
        (0, 15, ["0.0%"], "期限15个工作日，已用0个工作日"),
    ],
)
def test_the_bar_of_a_term_turns_red_past_the_due_date_and_never_resets(
    used, left, widths, said
) -> None:
    bar = soup(render("{% clock_bar used 15 left '个工作日' %}", used=used, left=left)).svg
    assert bar["aria-label"] == said
    assert [r["width"] for r in bar.find_all("rect")] == widths


# The frame


@pytest.mark.django_db
def test_the_frame_names_the_office_and_the_current_entry(office: Jurisdiction) -> None:
    request = RequestFactory().get("/track/JY2026-0001862-5/")
    page = soup(render_to_string("404.html", {}, request=request))
    assert page.html["lang"] == "zh-Hans-CN"
    assert page.select_one(".logo__city").get_text() == "测试市人民建议征集"
    assert page.select_one("a[href='tel:03805550100']") is not None
    assert page.select_one("a[href='tel:12345']") is not None
    assert [a.get_text() for a in page.select(".nav [aria-current]")] == ["查进度"]
    assert page.select_one("a.skip")["href"] == "#main"
    assert page.find(id="main").name == "main"


@pytest.mark.django_db
def test_the_frame_costs_no_query_once_it_is_warm(
    office: Jurisdiction, django_assert_num_queries
) -> None:
    request = RequestFactory().get("/track/")
    render_to_string("404.html", {}, request=request)
    with django_assert_num_queries(0):
        render_to_string("404.html", {}, request=request)


@pytest.mark.django_db
def test_the_frame_stands_before_set_up_and_while_the_database_is_away() -> None:
    request = RequestFactory().get("/")
    assert context.office(request) is None
    page = soup(render_to_string("404.html", {}, request=request))
    assert page.select_one("h1") is not None

    def away(*_args: object) -> None:
        from django.db import OperationalError

        raise OperationalError("away")

    with connection.execute_wrapper(away):
        assert context.office(request) is None
        assert context.footer_links(request) == []


def test_the_error_page_needs_neither_context_nor_database() -> None:
    page = soup(get_template("500.html").render())
    assert page.select_one("h1").get_text() == "网站出了故障"
    assert "12345" in page.get_text()


# The reading mode


@pytest.mark.django_db
def test_large_print_is_one_link_that_comes_back_to_the_same_page(client: Client) -> None:
    page = soup(client.get("/no-such-page/?q=%E7%81%AF&a=1").content.decode())
    link = page.select_one(".util a")
    assert link.get_text() == "大字版"
    answer = client.get(link["href"])
    assert answer.headers["Location"] == "/no-such-page/?q=%E7%81%AF&a=1"
    cookie = answer.cookies["mode"]
    assert (cookie.value, cookie["samesite"], int(cookie["max-age"])) == ("elder", "Lax", 31536000)
    after = soup(client.get("/no-such-page/").content.decode())
    assert after.html["data-mode"] == "elder"
    client.get(after.select_one(".util a")["href"])
    assert "data-mode" not in soup(client.get("/no-such-page/").content.decode()).html.attrs


@pytest.mark.django_db
def test_dark_colours_are_remembered_and_forgotten(client: Client) -> None:
    client.get("/mode/?theme=dark&next=/")
    assert soup(client.get("/no-such-page/").content.decode()).html["data-theme"] == "dark"
    client.get("/mode/?theme=auto&next=/")
    assert "data-theme" not in soup(client.get("/no-such-page/").content.decode()).html.attrs


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "",
        "evil",
        "/" + "a" * 3000,
    ],
)
def test_the_mode_link_never_leads_off_the_site(client: Client, target: str) -> None:
    assert client.get("/mode/", {"elder": "1", "next": target}).headers["Location"] == "/"


@pytest.mark.parametrize("cookie", ["<b>", "elder dark", "x" * 4000, ""])
def test_a_forged_mode_cookie_means_nothing(cookie: str) -> None:
    request = RequestFactory().get("/")
    request.COOKIES.update(mode=cookie, theme=cookie)
    site = context.site(request)["site"]
    assert (site["mode"], site["theme"]) == ("", "")


@pytest.mark.django_db
def test_an_anonymous_page_sets_no_cookie_and_leaves_the_session_alone() -> None:
    request = RequestFactory().get("/")
    request.user = AnonymousUser()
    # No session on the request: rendering would fail if the frame asked for it.
    assert "<html" in render_to_string("404.html", {}, request=request)
    assert not Client().get("/no-such-page/").cookies


@pytest.mark.django_db
def test_a_stale_form_is_told_how_to_go_on_in_plain_words() -> None:
    client = Client(enforce_csrf_checks=True)
    answer = client.post("/admin/login/", {"username": "a", "password": "b"})
    assert answer.status_code == 403
    text = soup(answer.content.decode()).main.get_text()
    assert "请再交一次" in text
    assert "CSRF" not in text


@pytest.mark.django_db
def test_the_style_guide_is_for_staff_only(client: Client, django_user_model) -> None:
    assert client.get("/styleguide/").headers["Location"].startswith("/admin/login/")
    client.force_login(
        django_user_model.objects.create_user("resident", password="a-long-password")
    )
    assert client.get("/styleguide/").status_code == 403
    client.force_login(
        django_user_model.objects.create_superuser("root", password="a-long-password")
    )
    assert client.get("/styleguide/").status_code == 200
