"""What the page of one published item shows, built from released text alone (invariant 5)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import structlog
from django.core.cache import cache
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from search import likeness
from search.engine import Hit, SearchUnavailable, get_engine
from suggestions import content, dates
from suggestions.clock import Length, local_date, working_days_between
from suggestions.codes import Overall, Solved
from suggestions.documents import TYPE
from suggestions.insight import redaction
from suggestions.models import (
    Assignment,
    Attachment,
    Clock,
    Commitment,
    Evaluation,
    Reply,
    ReplyComment,
    Suggestion,
    Unit,
)
from suggestions.public.track_page import Promised
from suggestions.selectors import adoption as adoption_chain
from suggestions.selectors import one_item, public, timeline
from suggestions.selectors.timeline import Entry, Turn
from suggestions.services import clocks, co_signing, reply_voices
from suggestions.states import Evaluation as RatingState

log = structlog.get_logger(__name__)

RELATED_SHOWN = 3
RELATED_SECONDS = 3600
RELATED_LOOKED_AT = 8
# Something to read on with need not be the same matter: far under the floor from which an item is offered as such.
RELATED_FLOOR = 0.06
_CLOCK = ("started_at", "stopped_at", "due_on", "pauses", "paused_on", "rule__unit")
_NEVER_SHOWN = frozenset(
    {redaction.MOBILE, redaction.IDENTITY, redaction.BANK_CARD, redaction.PLATE, redaction.ACCOUNT}
)


@dataclass(frozen=True, slots=True)
class Answer:
    """One public reply. `used` says how long it took, and by how much that was too long."""

    reply: Reply
    used: str
    heading_id: str
    which: str
    kept: list[Promised]


@dataclass(frozen=True, slots=True)
class Rating:
    """The author's rating of one round, in words."""

    overall: str
    solved: str
    contacted: str
    scores: str
    comment: str
    at: datetime


@dataclass(frozen=True, slots=True)
class File:
    """A public attachment: what it is and how large. The name it was sent under may name a person: never shown."""

    href: str
    label: str
    size: int


@dataclass(frozen=True, slots=True)
class ItemPage:
    """Context of reading/item.html."""

    item: Suggestion
    crumbs: list[tuple[str, str]]
    answers: list[Answer]
    turn: Turn | None
    ratings: list[Rating]
    unrated: str
    entries: list[Entry]
    upcoming: list[dict[str, Any]]
    merged: int
    lead: Unit | None
    co_units: list[Unit]
    campaign: tuple[str, str] | None
    tags: list[tuple[str, str]]
    files: list[File]
    related: list[Hit]
    helpful: reply_voices.Counts
    can_join: bool = False
    chain: adoption_chain.Chain | None = None
    comments: Sequence[ReplyComment] = ()

    @property
    def co_names(self) -> str:
        return "、".join(unit.short_name for unit in self.co_units)


def build(
    request: HttpRequest, item: Suggestion, *, at: datetime, near: Sequence[Hit] = ()
) -> ItemPage:
    """Everything on the page of an item that `one_item.complete` filled; `near` are the like ones to show (`related`).

    The same number of queries however long the item's story is.
    """
    replies: list[Reply] = getattr(item, "public_replies", [])
    assigned: list[Assignment] = getattr(item, "active_assignments", [])
    allowed = [item.jurisdiction.phone, item.lead_unit.phone if item.lead_unit else ""]
    turn = None if replies and not item.is_open else _turn(item, at)
    return ItemPage(
        item=item,
        crumbs=crumbs(item),
        answers=_answers(item, replies),
        turn=turn,
        ratings=_ratings(item, allowed) if replies else [],
        unrated=_unrated(item) if replies else "",
        entries=timeline.timeline(item, "public"),
        upcoming=_upcoming(item, replies, turn, local_date(at)),
        merged=one_item.merged_count(item),
        lead=item.lead_unit,
        co_units=[a.unit for a in assigned if a.part == Assignment.Part.CO],
        campaign=_campaign(request, item),
        tags=[
            (f"{reverse('suggestions:search')}?q={tag.name}", tag.name)
            for tag in (item.tags.all() if getattr(item, "has_tags", True) else ())
        ],
        files=_files(item),
        related=list(near),
        can_join=co_signing.can_join(item),
        chain=adoption_chain.chain(item, at=at) if getattr(item, "has_adoption", True) else None,
        helpful=_helpful(replies) if getattr(item, "has_voices", True) else reply_voices.Counts(),
        comments=reply_voices.shown(item.pk)
        if replies and getattr(item, "has_comments", True)
        else (),
    )


def _helpful(replies: list[Reply]) -> reply_voices.Counts:
    """What the public said of the answer that stands; what was said of an earlier one stands beside nothing."""
    if not replies:
        return reply_voices.Counts()
    last = replies[-1].pk
    return reply_voices.counts([last]).get(last, reply_voices.Counts())


def crumbs(item: Suggestion) -> list[tuple[str, str]]:
    browse = reverse("suggestions:browse")
    line = [(f"{browse}?topic={t.code}", t.name) for t in one_item.topic_line(item.topic)]
    return [(browse, _("看建议")), *line, ("", item.case_no)]


def _turn(item: Suggestion, at: datetime) -> Turn | None:
    """Whose turn it is, for everybody: the author's own turns are the author's business."""
    turn = timeline.turn(item, at=at)
    if turn is None or turn.who == "author":
        return None
    return replace(turn, act=turn.act.replace("答复您", "答复").replace("您的建议", "这件建议"))


def _answers(item: Suggestion, replies: list[Reply]) -> list[Answer]:
    """The newest answer first. One query for the clocks that the answers stopped, one for their promises."""
    if not replies:
        return []
    stopped = Clock.objects.filter(suggestion=item, kind__in=("K7a", "K7c", "K7d", "K15")).exclude(
        stopped_at=None
    )
    took = {held.stopped_at: _took(held) for held in stopped.select_related("rule").only(*_CLOCK)}
    promised = getattr(item, "has_promises", True)
    made = list(Commitment.objects.filter(reply__in=replies)) if promised else []
    answers = []
    for reply in reversed(replies):
        # Shown, never saved: units write these two by hand, and now and then a personal number slips in.
        reply.basis, reply.contact = _safe(reply.basis), _safe(reply.contact)
        which = _("第%d次") % reply.number if len(replies) > 1 else ""
        used = took.get(reply.delivered_at, "")
        kept = [Promised(c, c.public_proof) for c in made if c.reply_id == reply.pk]
        answers.append(Answer(reply, used, f"reply-{reply.number}", which, kept))
    return answers


def _safe(text: str) -> str:
    return redaction.mask(text, [s for s in redaction.find_spans(text) if s.kind in _NEVER_SHOWN])


def _took(held: Clock) -> str:
    """用了13个工作日 — days we waited for the author left out — and 比期限晚了2个工作日 when it was late."""
    assert held.stopped_at is not None
    calendar = clocks.workdays()
    start, end = local_date(held.started_at), local_date(held.stopped_at)
    if held.rule.unit == Length.WORKING_DAY:
        unit = _("个工作日")
        waited = sum(
            working_days_between(p.start, p.end, calendar) for p in held.pause_list() if p.end
        )
        used, late = (
            working_days_between(start, end, calendar) - waited,
            working_days_between(held.due_on, end, calendar),
        )
    else:
        unit = _("天")
        waited = sum((p.end - p.start).days for p in held.pause_list() if p.end)
        used, late = (end - start).days - waited, (end - held.due_on).days
    words = _("用了%(used)d%(unit)s") % {"used": max(used, 0), "unit": unit}
    if end > held.due_on:
        words += _("，比期限晚了%(late)d%(unit)s") % {"late": max(late, 0), "unit": unit}
    return words


def _ratings(item: Suggestion, allowed: list[str]) -> list[Rating]:
    held: list[Evaluation] = getattr(item, "ratings", [])
    return [_rating(rating, allowed) for rating in reversed(held)]


def _rating(rating: Evaluation, allowed: list[str]) -> Rating:
    scores = [
        _("解决程度%d分") % rating.score_result if rating.score_result else "",
        _("办理态度%d分") % rating.score_attitude if rating.score_attitude else "",
        _("办理速度%d分") % rating.score_speed if rating.score_speed else "",
    ]
    contacted = {True: _("承办单位联系过建议人"), False: _("承办单位没有联系过建议人")}
    return Rating(
        overall=str(Overall(rating.overall).label),
        solved=str(Solved(rating.solved).label) if rating.solved else "",
        contacted=contacted.get(rating.contacted, "") if rating.contacted is not None else "",
        scores="，".join(s for s in scores if s),
        comment=_comment(rating, allowed),
        at=rating.at,
    )


def _comment(rating: Evaluation, allowed: list[str]) -> str:
    """The released comment; until a person has looked, the rules' masks with every uncertain span as well."""
    if rating.public_comment:
        return rating.public_comment
    return redaction.mask(rating.comment, redaction.find_spans(rating.comment, allowed))


def _unrated(item: Suggestion) -> str:
    """Silence is not satisfaction (invariant 8), and the page says so."""
    if item.evaluation_state == RatingState.INVITED:
        return _("正在等建议人评价。")
    if item.evaluation_state == RatingState.EXPIRED:
        return _("建议人没有评价。没有评价不当作满意。")
    return ""


def _upcoming(
    item: Suggestion, replies: list[Reply], turn: Turn | None, today: date
) -> list[dict[str, Any]]:
    """What is to come, furthest first: promised days of the last answer, and the answer that is owed."""
    rows: list[dict[str, Any]] = []
    last = replies[-1] if replies else None
    if last is not None:
        for day, words in (
            (last.next_report_on, _("告诉建议人进展")),
            (last.committed_by, last.public_commitment or _("做到答复里说的事")),
        ):
            if day and day >= today:
                rows.append(
                    {"when": _("%s前") % dates.within(day, today.year), "words": words, "day": day}
                )
    if turn is not None and turn.due_on is not None:
        late = turn.due_on < today
        when = _("应在%s前") if late else _("%s前")
        why = _("已经过了期限，还没有做到。") if late else ""
        words = f"{turn.holder}{': ' if dates.is_english() else ''}{turn.act}"
        rows.append(
            {"when": when % dates.within(turn.due_on, today.year), "words": words, "why": why, "now": True,
             "day": turn.due_on}
        )  # fmt: skip
    return sorted(rows, key=lambda row: (not row.get("now"), row["day"]), reverse=True)


def _campaign(request: HttpRequest, item: Suggestion) -> tuple[str, str] | None:
    """Address and title of a live campaign page; the page is the editors' (cms), known here by duck's name only."""
    page: Any = item.campaign
    if page is None or not page.live:
        return None
    return page.get_url(request) or "", page.title


def _files(item: Suggestion) -> list[File]:
    files: list[Attachment] = getattr(item, "public_attachments", [])
    return [
        File(
            reverse("suggestions:attachment", args=[held.token]),
            (_("照片%d") if held.is_image else _("附件%d")) % number,
            held.size,
        )
        for number, held in enumerate(files, start=1)
    ]


def related(item: Suggestion) -> list[Hit]:
    """Published items with like words, without this one; kept for an hour or until content changes."""
    key = f"related:{content.version()}:{item.pk}"
    held: list[Hit] | None = cache.get(key)
    if held is None:
        try:
            found = likeness.alike(
                item.public_title, engine=get_engine(), types=(TYPE,), floor=RELATED_FLOOR,
                most=RELATED_LOOKED_AT, without=(f"{TYPE}:{item.pk}",),
            )  # fmt: skip
        except SearchUnavailable:
            log.warning("related_without_search")
            return []
        near = [replace(one.hit, fields={}) for one in found]
        there = public.still_there([h.key for h in near])
        held = [h for h in near if h.key in there][:RELATED_SHOWN]
        cache.set(key, held, RELATED_SECONDS)
    return held
