"""What an editor looks at before a page goes out: dates, contacts, texts, personal data. Shown in the page editor; personal
data found for certain also stops publishing and submitting for review (PIPL 10; process.md 9.2).
"""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from cms import checklist_kinds
from cms.checklist_kinds import Point
from cms.texts import stream_text
from suggestions.insight import redaction

SENDING = ("action-publish", "action-submit", "action-restart-workflow", "action-workflow-action")
"""Buttons of the page editor that let a page go on its way to the public."""


def points(page: Any) -> list[Point]:
    """The list for a page as it stands, by its type; at most six queries."""
    found = [Point(_("标题写明白是什么事"), bool(page.title.strip()))]
    if hasattr(page, "summary"):
        found.append(Point(_("有摘要：列表里和搜索结果里显示"), bool(page.summary.strip()) or None))
    found += list(checklist_kinds.of(page))
    spans = personal_data({name: getattr(page, name) for name in public_texts(page)})
    if spans:
        shown = "、".join(dict.fromkeys(words for words, _certain in spans))
        words = _("文字里像有个人信息，请去掉：%(shown)s")
        found.append(Point(words % {"shown": shown}, False if any(c for _w, c in spans) else None))
    else:
        found.append(Point(_("文字里没有发现身份证号、手机号、银行卡号"), True))
    return found


def public_texts(page: Any) -> list[str]:
    """The fields of a page whose words the public reads."""
    names = ("title", "summary", "background", "decides", "who_may", "short_reason", "early_reason", "questions", "faq", "stages", "form_fields",
             "polls", "meetings", "materials", "report", "body", "source", "question", "invitation", "promise", "example", "ticks", "fits", "elsewhere", "sections", "seo_title",
             "search_description")  # fmt: skip
    both = (*names, *(f"{name}_en" for name in names))
    return [name for name in both if hasattr(page, name)]


def personal_data(texts: Mapping[str, Any]) -> list[tuple[str, bool]]:
    """(words, certain) of what the redaction rules find in these texts; offices' own lines are none (insight/redaction)."""
    found = []
    for value in texts.values():
        text = stream_text(value)
        for span in redaction.find_spans(text):
            # A landline in an editors' text is an office's, put there to be rung; a name alone is mostly a role.
            if span.kind in (redaction.LANDLINE, redaction.NAME):
                continue
            # Offices have addresses and mailboxes too: those are shown, and stop nothing.
            private = span.kind not in (redaction.EMAIL, redaction.ADDRESS)
            found.append((text[span.start : span.end], span.certain and private))
    return found


def stops(cleaned: Mapping[str, Any]) -> dict[str, str]:
    """Sentences by field for what may not go out: personal data that the rules are certain of."""
    wrong = {}
    for name, value in cleaned.items():
        if not hasattr(value, "stream_block") and not isinstance(value, str):
            continue
        sure = [words for words, certain in personal_data({name: value}) if certain]
        if sure and name != "contact":
            shown = "、".join(dict.fromkeys(sure))
            words = _(
                "里面像有个人信息（%(shown)s）。页面是公开的，请去掉再发布；只存草稿不受影响。"
            )
            wrong[name] = words % {"shown": shown}
    return wrong
