"""What an editor looks at before a page goes out: dates, contacts, texts, personal data. Shown in the page editor; personal
data found for certain also stops publishing and submitting for review (PIPL 10; process.md 9.2).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cms.phases import Phase
from cms.texts import stream_text
from suggestions.codes import Mode
from suggestions.insight import redaction
from suggestions.models import StaffRole
from suggestions.roles import Role

SENDING = ("action-publish", "action-submit", "action-restart-workflow", "action-workflow-action")
"""Buttons of the page editor that let a page go on its way to the public."""


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the list. `ok` None: worth a look, but no fault."""

    words: str
    ok: bool | None


def points(page: Any) -> list[Point]:
    """The list for a page as it stands, by its type; at most three queries."""
    found = [Point(_("标题写明白是什么事"), bool(page.title.strip()))]
    if hasattr(page, "summary"):
        found.append(Point(_("有摘要：列表里和搜索结果里显示"), bool(page.summary.strip()) or None))
    kind = type(page).__name__
    found += list(_CHECKS.get(kind, _nothing)(page))
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
    names = ("title", "summary", "background", "decides", "who_may", "short_reason", "questions", "faq", "polls", "meetings",
             "report", "body", "source", "question", "invitation", "promise", "fits", "elsewhere", "sections", "seo_title",
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


def _nothing(_page: Any) -> Iterator[Point]:
    return iter(())


def _campaign(page: Any) -> Iterator[Point]:
    now = timezone.now()
    if page.mode != Mode.STANDING:
        dated = bool(page.opens_at and page.closes_at)
        yield Point(_("开始和截止都填了"), dated)
        if dated and page.phase_at(now) == Phase.PLANNED:
            days = (page.closes_at - page.opens_at).days
            yield Point(
                _("征集%(days)d天，够大家看到、想好、写完") % {"days": days},
                True if days >= 10 else None,
            )
    yield Point(_("写了为什么征集"), bool(stream_text(page.background).strip()))
    yield Point(_("写了两三个具体的问题"), len(page.questions) >= 1 or None)
    yield Point(_("写了谁来决定"), bool(page.decides.strip()))
    host = page.host_unit if page.host_unit_id else None
    yield Point(
        _("有人接的电话：经办电话或者主办单位的电话"), bool(page.contact or (host and host.phone))
    )
    yield Point(
        _("主办单位有经办人和负责人：没有交办过的件，建议人不满意时由它整改"),
        bool(host and _staffed(host)) or None,
    )
    yield Point(_("答应了哪天前公布结果（不填按规定的天数）"), True if page.report_due else None)
    asked = [spec for spec in page.form_specs() if spec.required]
    if len(asked) > 4:
        yield Point(_("必答的问题有%(n)d个，多了会少一些人写完") % {"n": len(asked)}, None)


def _staffed(host: Any) -> bool:
    """Whether somebody drafts and somebody signs for this unit, the collection office like any other."""
    wanted = {Role.HANDLER, Role.UNIT_HEAD}
    held = StaffRole.objects.filter(unit=host, role__in=wanted, user__is_active=True)
    return set(held.values_list("role", flat=True)) == wanted


def _news(page: Any) -> Iterator[Point]:
    yield Point(_("日期不晚于今天"), page.date <= timezone.localdate() if page.date else False)
    yield Point(_("写了来源单位"), bool(page.source.strip()))
    if page.kind == "bulletin":
        yield Point(_("写了期号"), bool(page.issue.strip()) or None)
        yield Point(_("写明说的是哪一段时间"), bool(page.period_from and page.period_to))
    yield Point(_("正文不是空的"), bool(stream_text(page.body).strip()))


def _standard(page: Any) -> Iterator[Point]:
    yield Point(_("正文不是空的"), bool(stream_text(page.body).strip()))


_CHECKS = {"CampaignPage": _campaign, "NewsPage": _news, "StandardPage": _standard}
