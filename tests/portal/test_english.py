"""The English interface: every text of the public pages is there, dates follow its habits, people's words stay Chinese."""

import gettext
import re
from datetime import date, datetime, time

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from portal import wording
from portal.scripts import catalogue
from suggestions import dates
from suggestions.clock import SHANGHAI
from suggestions.codes import Overall, recorded
from suggestions.models import CaseEvent, RecordEvent
from suggestions.selectors import timeline
from suggestions.states import Visibility
from suggestions.states.hearing import HEARING_TRANSITIONS
from tests.world import make_world, submit

_HOLES = re.compile(r"%(?:\([a-z_0-9]+\))?[sd%]")


def test_no_text_of_the_public_pages_is_without_english() -> None:
    assert catalogue.missing() == {}


def test_whatever_a_service_refuses_a_resident_is_marked_so_that_it_can_be_said_in_english() -> (
    None
):
    assert catalogue.unmarked() == {}


def test_the_compiled_catalogue_says_what_the_editable_one_says() -> None:
    with catalogue.CATALOGUE.with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    held = {text: english for text, english in catalogue.translated().items() if text and english}
    assert {text: compiled.gettext(text) for text in held} == held


def test_english_fills_the_same_holes_and_holds_no_chinese_but_quoted() -> None:
    for text, english in catalogue.translated().items():
        if not text:
            continue
        assert sorted(_HOLES.findall(text)) == sorted(_HOLES.findall(english)), text
        assert not re.search(r"[\u3400-\u9fff]", re.sub("“[^”]*”", "", english)), english


def test_a_marked_text_is_found_in_every_way_of_marking() -> None:
    source = "{% load i18n %}{% translate '一' %}{{ _('二') }}{% blocktranslate with n=a %}三{{ n }}{% endblocktranslate %}{% translate \"四\" as x %}"
    assert list(catalogue.of_template(source)) == ["一", "二", "三%(n)s", "四"]
    module = "_('五')\ngettext_lazy('六' '七')\nprint('八')\nngettext('九', '十', 2)"
    assert list(catalogue.of_module(module)) == ["五", "六七", "九", "十"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", ("2026年5月19日", "5月19日（周二）9:05", "还有1天", "已逾期3个工作日", "2026年5月", "2026年5月19日（周二）9:05")),
        ("en", ("19 May 2026", "Tue 19 May, 9:05", "1 day left", "3 working days overdue", "May 2026", "Tue 19 May 2026, 9:05")),
    ],
)  # fmt: skip
def test_dates_and_terms_are_said_as_each_language_says_them(
    language: str, said: tuple[str, ...]
) -> None:
    day, today = date(2026, 5, 19), date(2026, 5, 18)
    with translation.override(language):
        assert said == (
            wording.cn_date(day),
            wording.cn_datetime(datetime(2026, 5, 19, 9, 5, tzinfo=SHANGHAI), today),
            wording.days_left(day, today=today),
            wording.days_left(-3, "个工作日"),
            dates.month(day),
            wording.cn_on(day, time(9, 5)),
        )


@pytest.mark.django_db
def test_what_happens_on_an_english_page_is_recorded_in_chinese_and_told_in_english() -> None:
    with translation.override("en"):
        item = submit(make_world()).suggestion
        told = [entry.words for entry in timeline.timeline(item, "public")]
        rated = recorded(Overall.SATISFIED)
    held = list(CaseEvent.objects.filter(suggestion=item).values_list("words", flat=True))
    assert "收到，登记" in held
    assert not any(re.search("[A-Za-z]{3}", words.replace("JY2026", "")) for words in held)
    assert told == ["Received and registered"]
    assert rated == "满意"


@pytest.mark.django_db
def test_an_english_page_speaks_english_and_keeps_what_people_wrote(client: Client) -> None:
    cache.clear()
    make_world()
    page = client.get("/en/suggestions/").content.decode()
    assert "<title>Browse" in page
    assert ">Suggest</a>" in page
    assert 'aria-label="Main sections"' in page
    wrong = client.post("/en/submit/?step=start", {"action": "begin"})
    assert wrong["Location"] == "/en/submit/?step=topic"
    again = client.post("/en/submit/?step=topic", {"title": "灯"}).content.decode()
    assert "The sentence needs at least 6 characters; it has 1." in again
    assert 'value="灯"' in again or ">\n灯</textarea>" in again or ">灯</textarea>" in again
    cache.clear()
    assert "看建议" in client.get("/suggestions/").content.decode()


def test_what_happened_to_a_hearing_is_told_in_english() -> None:
    public = [row for row in HEARING_TRANSITIONS if row.visibility == Visibility.PUBLIC]
    assert len(public) == 8
    with translation.override("en"):
        for row in public:
            held = RecordEvent(name=row.name, words=row.said({}), data={})
            assert not re.search(r"[\u3400-\u9fff]", timeline.said(held)), row.name
        noted = RecordEvent(name="hearing_announce", words="发布听证公告，另附说明", data={})
        assert timeline.said(noted) == "发布听证公告，另附说明"
    assert timeline.said(RecordEvent(name="hearing_hold", words="听证会举行")) == "听证会举行"


_TAG = re.compile(r"({%.*?%}|{{.*?}}|{#.*?#})", re.DOTALL)
_WHOLE = re.compile(
    r"{% (comment|blocktranslate)\b.*?{% end\1 %}|<span class=\"nb\">119.*?</span>", re.DOTALL
)


def test_no_chinese_mark_stands_between_the_words_of_an_english_page() -> None:
    found = [
        f"{file.relative_to(catalogue.ROOT)}: {part.strip()[-30:]}"
        for pattern in catalogue.TEMPLATES
        for file in sorted(catalogue.ROOT.glob(pattern))
        for part in _TAG.split(_WHOLE.sub("", file.read_text("utf-8")))
        if not part.startswith("{") and re.search("[，：。（）、]", part)
    ]
    assert found == []
