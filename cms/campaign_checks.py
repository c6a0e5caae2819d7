"""What a campaign's page must be like to be stored: dates in order, a result only when every item is answered, polls untouched
where people have answered them (process.md 3.1, 13.17; SH 8, 12; AD 15).
"""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.translation import gettext as _

from cms import phases
from cms.texts import stream_text
from suggestions.clock import local_date
from suggestions.codes import Mode
from suggestions.services import campaign_reports, consulting, polling

if TYPE_CHECKING:
    from cms.models.campaign import CampaignPage


def problems(page: "CampaignPage") -> dict[str, Any]:
    """Sentences by field; empty when all is well. A few queries, and only for pages that are stored."""
    now = timezone.now()
    errors: dict[str, Any] = {}
    if page.opens_at and page.closes_at and page.closes_at <= page.opens_at:
        errors["closes_at"] = _("截止时间要晚于开始时间。")
    if page.mode != Mode.STANDING and not page.closes_at:
        errors["closes_at"] = _("请写截止时间；没有截止的征集，方式请选“常态征集”。")
    if page.is_major_decision and page.opens_at and page.closes_at and not page.short_reason:
        least = consulting.earliest_close(page.opens_at)
        if consulting.last_day(page.closes_at) < least:
            errors["closes_at"] = _(
                "重大行政决策公开征求意见不少于30天，最早%(day)s结束。情况紧急的，请写不足30天的理由。"
            ) % {"day": f"{least.year}年{least.month}月{least.day}日"}
    if wrong := _ends_early_unsaid(page, now):
        errors["early_reason"] = wrong
    if page.report_published_at and not stream_text(page.report).strip():
        errors["report"] = _("填了结果公布时间，请写上结果报告。")
    if page.report_published_at and page.opens_at and page.report_published_at < page.opens_at:
        errors["report_published_at"] = _("结果公布时间不能早于征集开始。")
    if page.report_published_at and _publishes_result(page):
        why = campaign_reports.why_not_closed(page.pk)
        if (
            not why
            and page.report_published_at > now
            and not (page.closes_at and page.closes_at <= now)
        ):
            # What comes in until then would have no answer.
            why = str(
                _(
                    "征集还没有截止，不能先定以后的公布时间：那时可能还有没答复的建议。请截止以后再填。"
                )
            )
        if why:
            errors["report_published_at"] = why
    if wrong := _changes_what_was_answered(page):
        errors["polls"] = wrong
    labels = [spec.label for spec in page.form_specs()]
    if len(set(labels)) < len(labels):
        errors["form_fields"] = _("有两个问题写得一样，请改一个。")
    if page.report_due_on and page.closes_at:
        closing = phases.last_day(page.closes_at)
        if page.report_due_on < closing:
            errors["report_due_on"] = _("结果公布期限不能早于截止那天。")
    return errors


def _ends_early_unsaid(page: "CampaignPage", now: datetime) -> str:
    """The sentence about an end before the day the public was told, without a reason; or "". One query."""
    if not page.pk or page.early_reason or (page.is_major_decision and page.short_reason):
        return ""
    rows = type(page).objects.filter(pk=page.pk, live=True, opens_at__lte=now)
    rows = rows.exclude(closes_at=None)
    told: Any = rows.values_list("closes_at", "report_published_at", "early_reason").first()
    if told is None:
        return ""
    closes_at, reported_at, reason = told
    ends = min(m for m in (page.closes_at, page.report_published_at, closes_at) if m is not None)
    if reason and ends == closes_at and page.closes_at == closes_at:
        return str(_("提前截止的理由已经公开，不能删去。"))
    if ends < closes_at and closes_at > now and not (reported_at and reported_at <= now):
        return str(_("页面上说的是%(day)s，现在要提前结束。请写明为什么提前，理由会公开。")) % {
            "day": phases.closing_words(closes_at)
        }
    return ""


def backdated(page: "CampaignPage", moment: datetime | None, now: datetime) -> str:
    """Why a result may not go out with this moment of publication, or "": it ends clocks, so no day before is its own.

    Asked where something goes on its way to the public; not of what is only stored.
    """
    if moment is None or local_date(moment) >= local_date(now) or not _publishes_result(page):
        return ""
    return str(_("结果公布时间不能写以前的日子：公布出来的那一刻才算数。请改成现在。"))


def _publishes_result(page: "CampaignPage") -> bool:
    """Whether a result is going out that was not out before (a later edit of the report changes no promise)."""
    if not page.pk:
        return False
    kept = type(page).objects.filter(pk=page.pk).values_list("report_published_at", flat=True)
    before = kept.first()
    return before is None or before > timezone.now()


def _changes_what_was_answered(page: "CampaignPage") -> str:
    """The sentence about a question or option that people have answered and that this text no longer has; or ""."""
    held = polling.held_words(page.pk) if page.pk else {}
    now = {poll.key: poll for poll in page.poll_specs()}
    for key, questions in held.items():
        poll = now.get(key)
        if poll is None:
            return str(
                _("已经有人投过的问卷或投票不能删去。请恢复它，或者重新打开这一页再改别处。")
            )
        asks = {ask.text: ask for ask in poll.asks}
        for question, options in questions.items():
            gone = options - {"", *(asks[question].choices if question in asks else ())}
            if question not in asks or gone:
                what = next(iter(sorted(gone)), question) if question in asks else question
                return str(
                    _("“%(poll)s”已经有人投过，“%(what)s”不能删、不能改字。可以加新的。")
                ) % {
                    "poll": poll.title,
                    "what": what,
                }
    return ""
