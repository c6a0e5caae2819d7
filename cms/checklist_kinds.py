"""What the list before publishing says of each page type besides title, summary and personal data (cms/checklist.py)."""

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.models import Page

from cms import reports
from cms.phases import Phase, last_day
from cms.texts import blanks, stream_text
from suggestions.clock import local_date
from suggestions.codes import Mode
from suggestions.insight import redaction
from suggestions.models import StaffRole
from suggestions.roles import Role

SHORT = 10
"""A campaign of fewer days is worth a second thought."""
_LINK = re.compile(r'<a\b[^>]*linktype="page"[^>]*>')
_ID = re.compile(r'\bid="(\d+)')
_ASKS_WHO = re.compile("姓名|身份证|证件号|手机|电话|住址|门牌|银行卡|出生")


@dataclass(frozen=True, slots=True)
class Point:
    """One line of the list. `ok` None: worth a look, but no fault."""

    words: str
    ok: bool | None


def of(page: Any) -> Iterator[Point]:
    """The lines of this page's type, then what holds for all that have links or English words. Five queries at most."""
    yield from _KINDS.get(type(page).__name__, _nothing)(page)
    if hasattr(page, "title_en"):
        yield Point(_("写了英文标题，英文页的页脚和位置里用"), bool(page.title_en.strip()) or None)
    if page.expire_at and page.go_live_at and page.expire_at <= page.go_live_at:
        yield Point(_("下线的时间晚于上线"), False)
    gone = _links_nowhere(page)
    if gone:
        words = _("链到的页面都打得开；现在打不开的：%(titles)s")
        yield Point(words % {"titles": "、".join(gone)}, False)


def _nothing(_page: Any) -> Iterator[Point]:
    return iter(())


def _links_nowhere(page: Any) -> list[str]:
    """Titles of pages of ours that this one leads to and nobody can open; 一个页面 for one that is deleted."""
    raw = json.dumps(page.serializable_data(), cls=DjangoJSONEncoder, ensure_ascii=False)
    # A StreamField is a text within the text: its quotation marks are escaped twice.
    tags = _LINK.findall(raw.replace("\\", ""))
    ids = {int(found[1]) for tag in tags if (found := _ID.search(tag))}
    if not ids:
        return []
    rows = Page.objects.filter(pk__in=ids).values_list("pk", "live", "title")
    held = {pk: "" if live else title for pk, live, title in rows}
    return [held.get(pk) or _("一个删了的页面") for pk in sorted(ids) if held.get(pk) != ""]


# Campaigns


def _campaign(page: Any) -> Iterator[Point]:
    if page.mode != Mode.STANDING:
        yield from _dates(page)
    yield Point(_("写了为什么征集"), bool(stream_text(page.background).strip()))
    yield Point(_("写了两三个具体的问题"), len(page.questions) >= 1 or None)
    yield Point(_("写了谁来决定"), bool(page.decides.strip()))
    yield from _contacts(page)
    yield Point(_("答应了哪天前公布结果（不填按规定的天数）"), True if page.report_due else None)
    yield from _asked(page)
    now = timezone.now()
    over = [b.value for b in page.meetings if b.value["starts_at"] and b.value["starts_at"] < now]
    if over:
        told = all(stream_text(str(meeting["record"] or "")).strip() for meeting in over)
        yield Point(_("开过的会写了会后记录"), told or None)


def _dates(page: Any) -> Iterator[Point]:
    now = timezone.now()
    dated = bool(page.opens_at and page.closes_at)
    yield Point(_("开始和截止都填了"), dated)
    if not dated:
        return
    phase = page.phase_at(now)
    if phase == Phase.PLANNED:
        days = (page.closes_at - page.opens_at).days
        words = _("征集%(days)d天，够大家看到、想好、写完")
        yield Point(words % {"days": days}, True if days >= SHORT else None)
    elif not page.live:
        over = page.closes_at <= now
        words = _("截止的日子还没有过") if over else _("开始的日子已经到了，发布以后马上收建议")
        yield Point(words, False if over else None)
    if page.go_live_at and page.go_live_at > page.opens_at:
        yield Point(_("上线不晚于开始：没有上线，到了日子也收不了"), False)
    ends = last_day(page.closes_at)
    if page.stages:
        yield Point(_("后面的步骤都在截止以后，先后不乱"), _in_order(page.stages, ends) or None)
    if any(poll.closes_at and poll.closes_at > page.closes_at for poll in page.poll_specs()):
        yield Point(_("问卷和投票在征集截止以前结束"), None)
    rule = reports.due_on(page.closes_at)
    if page.report_due_on and page.report_due_on > rule:
        words = _("答应公布结果的日子比规定的（%(day)s）晚")
        yield Point(words % {"day": f"{rule.year}年{rule.month}月{rule.day}日"}, None)


def _in_order(stages: Any, after: date) -> bool:
    """Whether every step begins after the collecting and no earlier than the one before, and none ends before it begins."""
    before = after
    for block in stages:
        begins, ends = block.value["starts_on"], block.value["ends_on"]
        if begins and (begins < before or begins <= after):
            return False
        if ends and ends < (begins or before):
            return False
        before = begins or before
    return True


def _contacts(page: Any) -> Iterator[Point]:
    host = page.host_unit if page.host_unit_id else None
    rung = bool(page.contact or (host and host.phone))
    yield Point(_("有人接的电话：经办电话或者主办单位的电话"), rung)
    kinds = {span.kind for span in redaction.find_spans(page.contact)}
    if redaction.MOBILE in kinds:
        yield Point(_("经办电话是办公室的座机，不是哪个人的手机"), False)
    staffed = bool(host and _staffed(host)) or None
    words = _("主办单位有经办人和负责人：没有交办过的件，建议人不满意时由它整改")
    yield Point(words, staffed)


def _asked(page: Any) -> Iterator[Point]:
    specs = page.form_specs()
    needed = [spec for spec in specs if spec.required]
    if len(needed) > 4:
        words = _("必答的问题有%(n)d个，多了会少一些人写完")
        yield Point(words % {"n": len(needed)}, None)
    asks = [*(s.label for s in specs), *(ask.text for p in page.poll_specs() for ask in p.asks)]
    who = [label for label in asks if _ASKS_WHO.search(label)]
    if who:
        words = _("问到了个人信息：%(asked)s。姓名和电话提建议时另外有，用不着的不要问")
        yield Point(words % {"asked": "、".join(who)}, None)
    over = [p for p in page.poll_specs() if p.is_vote and p.is_over_at(timezone.now())]
    if over:
        yield Point(_("投票结束了，写了决定了什么"), all(p.outcome.strip() for p in over) or None)


def _staffed(host: Any) -> bool:
    """Whether somebody drafts and somebody signs for this unit, the collection office like any other."""
    wanted = {Role.HANDLER, Role.UNIT_HEAD}
    held = StaffRole.objects.filter(unit=host, role__in=wanted, user__is_active=True)
    return set(held.values_list("role", flat=True)) == wanted


# The others


def _news(page: Any) -> Iterator[Point]:
    shown_on = max(timezone.localdate(), local_date(page.go_live_at) if page.go_live_at else date.min)  # fmt: skip
    words = _("日期不晚于上线那天") if page.go_live_at else _("日期不晚于今天")
    yield Point(words, page.date <= shown_on if page.date else False)
    yield Point(_("写了来源单位"), bool(page.source.strip()))
    if page.kind == "bulletin":
        yield Point(_("写了期号"), bool(page.issue.strip()) or None)
        yield Point(_("写明说的是哪一段时间"), bool(page.period_from and page.period_to))
        if page.period_to:
            yield Point(_("说的那段时间已经过完"), page.period_to < shown_on or None)
    yield Point(_("正文不是空的"), bool(stream_text(page.body).strip()))


def _standard(page: Any) -> Iterator[Point]:
    text = stream_text(page.body)
    yield Point(_("正文不是空的"), bool(text.strip()))
    kinds = {span.kind for span in redaction.find_spans(text)}
    reached = bool(kinds & {redaction.LANDLINE, redaction.EMAIL, redaction.ADDRESS})
    yield Point(_("写了有问题找谁：电话、邮箱或者去哪里"), reached or "href=" in str(page.body) or None)  # fmt: skip
    left = blanks(f"{text}\n{stream_text(page.body_en)}")
    if left:
        yield Point(_("没填的都填了：%(blanks)s") % {"blanks": "、".join(left)}, False)
    yield from _days_said(text)
    yield Point(_("英文正文写了，和中文一致"), bool(stream_text(page.body_en).strip()) or None)


def _days_said(text: str) -> Iterator[Point]:
    """Limits that a text promises: rules change, and no machine reads what a sentence promises."""
    days = list(dict.fromkeys(re.findall(r"\d+个(?:工作日|月|自然日)|\d+(?:天|小时|年)", text)))
    if days:
        words = _("这里说的期限（%(days)s）和现行规定一致")
        yield Point(words % {"days": "、".join(days)}, None)


def _home(page: Any) -> Iterator[Point]:
    yield from _days_said(f"{page.promise}\n{page.ticks}")
    if any(block.block_type == "notice" for block in page.sections):
        yield Point(_("通知没有过时"), None)
    pairs = ("question", "invitation", "promise", "ticks", "fits", "elsewhere")
    missing = [n for n in pairs if not stream_text(getattr(page, f"{n}_en")).strip()]
    yield Point(_("英文首页的话都写了，和中文一致"), None if missing else True)


def _knowledge(page: Any) -> Iterator[Point]:
    yield Point(_("写了依据：哪部法律、哪份文件、第几条"), bool(page.basis.strip()) or None)
    yield Point(_("选了主题，起草答复的单位看得到"), page.topic_id is not None or None)
    ahead = bool(page.review_on and page.review_on > timezone.localdate())
    yield Point(_("下次核对的日子在以后"), ahead)
    rung = bool(page.unit_id and page.unit.phone)
    yield Point(_("负责单位有公开的电话，问不清的可以打"), rung or None)


_KINDS: dict[str, Callable[[Any], Iterator[Point]]] = {
    "CampaignPage": _campaign, "HomePage": _home, "NewsPage": _news, "KnowledgePage": _knowledge, "StandardPage": _standard,
}  # fmt: skip
