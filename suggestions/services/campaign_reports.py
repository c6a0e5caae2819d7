"""The closing report of a campaign: every item answered, in a group or on its own, before the result may be published.

SH 12(1) lets a campaign answer collectively; process.md 13.17 names the failing this guards against. What the report
says besides (introduction, conclusions) is the page's text; here are the groups, what they cover, and the authors' notice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet

from suggestions import content
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import DATED_OUTCOMES, Outcome
from suggestions.errors import DomainError, Invalid
from suggestions.insight import redaction
from suggestions.models import CaseEvent, ReportEntry, ReportGroup, Suggestion
from suggestions.services import report_answers, tell, transitions
from suggestions.services.wording import Words, cleaned
from suggestions.states import DONE, Case, Visibility

log = structlog.get_logger(__name__)
OUTSIDE = frozenset({Case.DRAFT, Case.WITHDRAWN, Case.REDIRECTED, Case.NOT_ACCEPTED, Case.MERGED})
"""What a report need not answer: taken back, answered by a refusal or another channel, or carried by its primary item."""
NOTED = "campaign_reported"
NOTICE = "author.campaign_report"
TOLD_WITHIN = timedelta(days=30)
"""Authors are told of results this young; older ones came before reports were mailed."""
_BATCH = 200
MOST_GROUPS = 60


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a report covers its campaign's items: `grouped` + `own` + `lacking` = `total`."""

    total: int = 0
    grouped: int = 0
    own: int = 0

    @property
    def lacking(self) -> int:
        return self.total - self.grouped - self.own

    @property
    def percent(self) -> int:
        """Whole percent, never 100 while one item lacks its answer."""
        if not self.total:
            return 100
        return 100 if not self.lacking else min(99, 100 * (self.grouped + self.own) // self.total)


def concerned(campaign_id: int) -> "QuerySet[Suggestion]":
    """The items a report owes an answer: all but those that ended otherwise (OUTSIDE)."""
    return Suggestion.objects.filter(campaign_id=campaign_id).exclude(status__in=OUTSIDE)


def lacking(campaign_id: int) -> "QuerySet[Suggestion]":
    """Items neither in a group nor answered on their own, oldest first."""
    held = concerned(campaign_id).filter(report_entry=None).exclude(status__in=DONE)
    return held.order_by("received_at", "pk")


def coverage(campaign_id: int) -> Coverage:
    """One query. An item in a group counts there, whatever became of it besides."""
    return coverages([campaign_id])[campaign_id]


def coverages(ids: Iterable[int]) -> dict[int, Coverage]:
    """The same for many campaigns: one query, zeros for those without items."""
    wanted = list(ids)
    rows = (
        Suggestion.objects.filter(campaign_id__in=wanted)
        .exclude(status__in=OUTSIDE)
        .values("campaign_id")
        .annotate(
            total=Count("pk"),
            grouped=Count("pk", filter=Q(report_entry__isnull=False)),
            own=Count("pk", filter=Q(report_entry=None, status__in=DONE)),
        )
        .order_by()
    )
    found = {row["campaign_id"]: Coverage(row["total"], row["grouped"], row["own"]) for row in rows}
    return {pk: found.get(pk, Coverage()) for pk in wanted}


def why_not_closed(campaign_id: int) -> str:
    """Why the result may not be published yet, in words that say what to do; "" when every item has its answer."""
    held = coverage(campaign_id)
    if not held.lacking:
        return ""
    return (
        f"还有{held.lacking}件建议没有答复（共{held.total}件），不能公布结果、结束征集。"
        "请在办理台“征集活动”里把它们归到分组答复，或者等单独答复以后再公布。"
    )


def groups(campaign_id: int) -> Sequence[ReportGroup]:
    """The groups in their order, each with `items` (number of items). One query."""
    found = ReportGroup.objects.filter(campaign_id=campaign_id).annotate(items=Count("entries"))
    return list(found.order_by("position", "pk"))


def public_items(campaign_id: int) -> dict[int, list[Suggestion]]:
    """The published items of each group, by group: what a reader may open. One query."""
    found: dict[int, list[Suggestion]] = {}
    rows = Suggestion.objects.on_page().filter(report_entry__group__campaign_id=campaign_id)
    for item in (
        rows.select_related("report_entry")
        .only("case_no", "public_title", "report_entry__group_id")
        .order_by("pk")
    ):
        found.setdefault(item.report_entry.group_id, []).append(item)
    return found


def save_group(
    *, campaign: Any, group: ReportGroup | None = None, heading: str, answer: str, outcome: str = Outcome.FOR_REFERENCE,
    promised_on: date | None = None, actor: Actor, at: datetime,
) -> ReportGroup:  # fmt: skip
    """Write a group's heading, answer and outcome; without `group` a new one is added at the end. `promised_on`: by when it is
    done or reported on, kept for the outcomes that need a date (process.md 4.7) and left out for the others.

    Raises Invalid (missing, too long, personal data for certain), DomainError (the result is out; too many groups).
    """
    _still_open(campaign, at)
    held = cleaned(
        {"heading": Words("归纳的意见", 60, multiline=False), "answer": Words("怎么答复", 2000)},
        {"heading": heading, "answer": answer},
    )
    wrong = {
        name: [f"里面像有个人信息（{text[s.start : s.end]}），报告是公开的，请去掉。"]
        for name, text in held.items()
        for s in redaction.find_spans(text)
        if s.certain
    }
    if outcome not in Outcome.values:
        wrong["outcome"] = ["请选办理结果。"]
    dated = outcome in DATED_OUTCOMES
    if dated and (promised_on is None or promised_on <= local_date(at)):
        what = Outcome(outcome).label
        wrong["promised_on"] = [f"选“{what}”要写明今天以后的日期：哪天前做好，或者哪天前再告知。"]
    if wrong:
        raise Invalid(wrong)
    if group is None:
        others = ReportGroup.objects.filter(campaign=campaign)
        if others.count() >= MOST_GROUPS:
            raise DomainError(f"最多{MOST_GROUPS}组。请把说同一件事的并成一组。")
        last = others.aggregate(last=Max("position"))["last"] or 0
        group = ReportGroup(campaign=campaign, position=last + 1)
    group.heading, group.answer, group.changed_at = held["heading"], held["answer"], at
    group.outcome, group.promised_on = outcome, promised_on if dated else None
    group.by_id = actor.user.pk if actor.user else None
    group.save()
    content.bump_after_commit()
    return group


def remove_group(*, group: ReportGroup, at: datetime) -> None:
    """Delete a group; its items lack an answer again. Raises DomainError once the result is out."""
    _still_open(group.campaign, at)
    group.delete()
    content.bump_after_commit()


def put(*, group: ReportGroup, items: Iterable[Suggestion], at: datetime) -> int:
    """Put items into a group, out of any other; returns how many. Items of another campaign are refused (DomainError)."""
    _still_open(group.campaign, at)
    chosen = list(items)
    if any(i.campaign_id != group.campaign_id for i in chosen):
        raise DomainError("只能归并这次征集的建议。")
    with transaction.atomic():
        for item in chosen:
            ReportEntry.objects.update_or_create(suggestion=item, defaults={"group": group})
    content.bump_after_commit()
    return len(chosen)


def take_out(*, group: ReportGroup, items: Iterable[Suggestion], at: datetime) -> int:
    """Take items out of a group again; returns how many. Raises DomainError once the result is out."""
    _still_open(group.campaign, at)
    gone, _kinds = ReportEntry.objects.filter(group=group, suggestion__in=list(items)).delete()
    content.bump_after_commit()
    return gone


def _still_open(campaign: Any, at: datetime) -> None:
    """Groups stand still from the moment a day of publication is set: what was checked then must hold on that day."""
    if campaign.report_published_at is None:
        return
    if campaign.report_published_at <= at:
        raise DomainError("结果已经公布，不能再改。要更正，请在征集页面的结果报告里写明。")
    raise DomainError("公布时间已经定了，分组不能再改。要改，请先在征集页面清空结果公布时间。")


def tell_authors(*, now: datetime) -> int:
    """Sweep: once a result is out, answer what stands in its groups, put it into each item's timeline and tell its author,
    once; returns how many.

    Found by query, item by item, so that a stopped run goes on where it was. Items that ended otherwise are told too, but
    for those taken back: whoever wrote to a campaign hears what came of it (SH 12(1)).
    """
    pages: Any = Suggestion._meta.get_field("campaign").related_model
    # A few campaigns at most, and most nights none: asked first, or the sweep would look at every item there is.
    out = list(
        pages._default_manager.filter(
            live=True, report_published_at__lte=now, report_published_at__gt=now - TOLD_WITHIN
        ).values_list("pk", flat=True)
    )
    if not out:
        return 0
    told = CaseEvent.objects.filter(suggestion=OuterRef("pk"), name=NOTED)
    found = (
        Suggestion.objects.filter(campaign__in=out)
        .exclude(status__in=(Case.DRAFT, Case.WITHDRAWN))
        # Shut until a second officer has looked: then it is deleted, or answered by the next sweep (process.md 3.5).
        .exclude(is_secret=True, status__in=report_answers.ANSWERED_FROM)
        .filter(~Exists(told))
        .order_by("pk")
        .values_list("pk", flat=True)[:_BATCH]
    )
    return sum(_tell(pk) for pk in list(found))


def _tell(pk: int) -> int:
    try:
        with transaction.atomic():
            return _tell_held(pk)
    except DomainError as error:
        # Somebody acted on it at the same moment; the next sweep looks again.
        log.info("report_skipped", suggestion=pk, why=error.code)
        return 0


def _tell_held(pk: int) -> int:
    item = (
        Suggestion.objects.select_for_update(of=("self",))
        .select_related("campaign__host_unit", "jurisdiction")
        .get(pk=pk)
    )
    if CaseEvent.objects.filter(suggestion=item, name=NOTED).exists():
        # Another worker told it first.
        return 0
    if item.is_secret and item.status in report_answers.ANSWERED_FROM:
        # It was shut a moment ago.
        return 0
    page: Any = item.campaign
    at: datetime = page.report_published_at
    event = transitions.note(
        item, NOTED, actor=Actor.system(), at=at, words=f"“{page.title}”公布了征集结果",
        data={"campaign": page.pk}, visibility=Visibility.PUBLIC,
    )  # fmt: skip
    entry = ReportEntry.objects.filter(suggestion=item).select_related("group").first()
    if entry is not None:
        entry.suggestion = item
    if entry is None or report_answers.answer(entry, page, at=at) is None:
        # Whoever is answered by the report hears that; the others hear that it is out.
        tell.author(item, NOTICE, event)
    return 1
