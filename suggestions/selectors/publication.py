"""The publishers' queue, and one round of masking: originals with personal data marked, what is still left in the draft."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from search import lookup
from suggestions import access, numbers
from suggestions.clock import local_date
from suggestions.insight import redaction
from suggestions.insight.redaction import NAME, Span
from suggestions.models import Attachment, CaseEvent, Clock, PublicationReview, Suggestion
from suggestions.roles import Role
from suggestions.selectors import queues

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser
    from django_stubs_ext import StrOrPromise

    Person = AbstractUser | AnonymousUser

PAGE_SIZE = 30
State = PublicationReview.State
_OPEN = (State.QUEUED, State.REDACTING, State.SECOND_CHECK)
STATES: dict[str, "StrOrPromise"] = {
    "": _("全部"),
    "to_mask": _("待脱敏"),
    "to_check": _("待我复核"),
    "mine": _("等别人复核"),
}
SUGGESTION_FIELDS: tuple[tuple[str, "StrOrPromise"], ...] = (
    ("title", _("标题")),
    ("problem", _("现在的情况")),
    ("proposal", _("建议的做法")),
    ("place", _("地点")),
)
REPLY_FIELDS: tuple[tuple[str, "StrOrPromise"], ...] = (
    ("reply_body", _("答复")),
    ("reply_commitment", _("承诺")),
)


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of an original; `kind` names the personal data in it, `certain` whether the rules leave no doubt."""

    text: str
    kind: str = ""
    certain: bool = True


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One review as the list shows it."""

    review: Any
    due: queues.DueWords
    age: str
    what: str
    mine: bool


def reachable(user: "Person") -> QuerySet[PublicationReview]:
    """Reviews of the items this publisher may read: every list and loader of masking starts here."""
    reach = Q(pk__in=())
    for role in access.scope(user).holds([Role.PUBLISHER]):
        reach |= Q(suggestion__jurisdiction__path__startswith=role.jurisdiction.path)
    return PublicationReview.objects.filter(
        reach, suggestion__in=access.readable(user).order_by().values("pk")
    )


def _condition(user: "Person", state: str) -> Q:
    second = Q(state=State.SECOND_CHECK)
    return {
        "to_mask": Q(state__in=(State.QUEUED, State.REDACTING)),
        "to_check": second & ~Q(redacted_by_id=user.pk),
        "mine": second & Q(redacted_by_id=user.pk),
    }.get(state, Q(state__in=_OPEN))


def tabs(user: "Person") -> list[tuple[str, "StrOrPromise", int]]:
    """(code, words, how many) of each tab. One query."""
    counts = reachable(user).aggregate(
        **{f"n_{c or 'all'}": Count("pk", filter=_condition(user, c)) for c in STATES}
    )
    return [(c, words, counts[f"n_{c or 'all'}"]) for c, words in STATES.items()]


def page(user: "Person", *, state: str, q: str = "", number: str = "1") -> Page[Any]:
    """One page of open reviews, the longest waiting first. Two queries."""
    rows = reachable(user).filter(_condition(user, state), state__in=_OPEN)
    case_no = numbers.parse_case_no(q) if q else None
    if case_no:
        rows = rows.filter(suggestion__case_no=case_no)
    else:
        rows = rows.filter(lookup.says(q, "suggestion__original_title"))
    running = Clock.objects.filter(suggestion=OuterRef("suggestion"), kind="K12", stopped_at=None)
    rows = rows.annotate(publish_by=Subquery(running.values("due_on")[:1]))
    rows = rows.select_related("suggestion", "redacted_by").defer(
        "problem", "proposal", "reply_body", "suggestion__original_problem", "suggestion__original_proposal"
    )  # fmt: skip
    ordered = rows.order_by(F("publish_by").asc(nulls_last=True), "created_at", "pk")
    return Paginator(ordered, PAGE_SIZE).get_page(number)


def row(review: Any, user: "Person", *, today: date) -> QueueRow:
    """A row of `page` in words. No query."""
    days = (today - local_date(review.created_at)).days
    by = review.publish_by
    both = review.reply_id is not None
    what = (
        _("建议和答复")
        if review.covers_suggestion and both
        else _("建议")
        if review.covers_suggestion
        else _("答复")
    )
    return QueueRow(
        review=review,
        due=queues.words_until(by, today=today) if by else queues.DueWords("none", "○", "", None),
        age=f"等了{days}天" if days > 0 else "今天进来",
        what=str(what),
        mine=review.redacted_by_id == user.pk,
    )


def allowed(review: PublicationReview) -> tuple[str, ...]:
    """Public numbers that may stay in the text: the office's, the units', the reply's own contact. Two queries at most."""
    place = review.suggestion.jurisdiction
    lead = review.suggestion.lead_unit
    held = [place.phone, place.hotline, lead.phone if lead else ""]
    if review.reply is not None:
        held += [review.reply.contact, review.reply.unit.phone]
    return tuple(h for h in held if h)


def originals(review: PublicationReview) -> dict[str, str]:
    """The texts that a review masks, by field."""
    held: dict[str, str] = {}
    if review.covers_suggestion:
        item = review.suggestion
        held |= {name: str(getattr(item, f"original_{name}")) for name, _words in SUGGESTION_FIELDS}
    if review.reply is not None:
        held |= {"reply_body": review.reply.full_text, "reply_commitment": review.reply.commitment}
    return held


def labels(review: PublicationReview) -> dict[str, str]:
    """Field → words, in the order of the screen."""
    return {n: str(w) for n, w in (*SUGGESTION_FIELDS, *REPLY_FIELDS) if n in originals(review)}


def spans(text: str, review: PublicationReview, allow: Iterable[str]) -> tuple[Span, ...]:
    """Personal data in a text of this review. What the author gave as contact data counts as certain wherever it stands."""
    found = list(redaction.find_spans(text, allow))
    author = review.suggestion.author
    for known, kind in (
        (author.name, NAME),
        (author.phone, redaction.MOBILE),
        (author.email, redaction.EMAIL),
    ):
        if len(known) < 2:
            continue
        at = text.find(known)
        while at >= 0:
            found = [s for s in found if s.end <= at or s.start >= at + len(known)]
            found.append(Span(at, at + len(known), kind))
            at = text.find(known, at + len(known))
    return tuple(sorted(found))


def pieces(text: str, marks: Iterable[Span]) -> list[Piece]:
    """Text cut at its marks. Nothing is lost or changed."""
    held: list[Piece] = []
    at = 0
    for span in marks:
        if span.start > at:
            held.append(Piece(text[at : span.start]))
        held.append(Piece(text[span.start : span.end], span.kind, span.certain))
        at = span.end
    return [*held, Piece(text[at:])] if at < len(text) else held


def mask(text: str, review: PublicationReview, allow: Iterable[str], *, likely: bool) -> str:
    """Text with the certain spans masked, and with `likely` those the rules only suspect."""
    return redaction.mask(text, [s for s in spans(text, review, allow) if likely or s.certain])


def choosable(review: PublicationReview) -> list[Attachment]:
    """Files that may go public: never the scan of a letter, which shows handwriting and names (process.md 9.2)."""
    if not review.covers_suggestion:
        return []
    return list(review.suggestion.attachments.exclude(origin=Attachment.Origin.SCAN))


def sent_back_for(review: PublicationReview) -> str:
    """What the second check last asked to change; "" when it asked nothing. One query."""
    event = (
        CaseEvent.objects.filter(
            suggestion=review.suggestion_id, name__in=("redact", "redact_reply"), at__gte=review.created_at
        )
        .exclude(reason="")
        .order_by("-seq")
        .first()
    )  # fmt: skip
    return event.reason if event else ""


def latest_round(item: Suggestion) -> PublicationReview | None:
    """The newest round of an item's page, whatever its state."""
    return item.publication_reviews.order_by("-pk").first()
