"""From original to public text: one person masks, a second one releases (process.md 4.9, 9.2; invariant 5)."""

from datetime import datetime
from typing import Any

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import AssessmentKind, NameDisplay, NotPublishedReason
from suggestions.errors import ChangedMeanwhile, DomainError, Invalid, WrongState
from suggestions.insight import redaction
from suggestions.models import Attachment, PublicationReview, Reply, Suggestion
from suggestions.services import assessments, clocks, hinted, transitions
from suggestions.states import ON_PAGE, Case, Publication

State = PublicationReview.State
_OPEN = (State.QUEUED, State.REDACTING, State.SECOND_CHECK)
_UNSHOWN = frozenset({Case.REDIRECTED, Case.NOT_ACCEPTED, Case.WITHDRAWN, Case.MERGED})


def queue(*, suggestion: Suggestion, at: datetime) -> PublicationReview | None:
    """Put an accepted item into the publishers' queue, when its author agreed; None otherwise (PIPL 25)."""
    off = (Publication.PRIVATE, Publication.REMOVED)
    if not suggestion.publish_consent or suggestion.publication not in off:
        return None
    review = PublicationReview(suggestion=suggestion, created_at=at)
    _prefill(review, suggestion, None)
    with transitions.act(suggestion):
        review.save()
        transitions.apply(suggestion, "queue_publication", actor=Actor.system(), at=at)
    return review


def cover_reply(*, suggestion: Suggestion, reply: Reply, at: datetime) -> PublicationReview | None:
    """The reply is masked too (the most frequent leak, 9.2): into the open review, or a new one for the reply alone."""
    if suggestion.publication in (Publication.PRIVATE, Publication.REMOVED, Publication.SUSPENDED):
        return None
    review = suggestion.publication_reviews.filter(state__in=_OPEN).first()
    if review is None:
        review = PublicationReview(suggestion=suggestion, covers_suggestion=False, created_at=at)
    elif review.state == State.SECOND_CHECK:
        # The first masker has not seen this reply: back to masking.
        review.state = State.REDACTING
        if suggestion.publication == Publication.SECOND_CHECK:
            transitions.apply(suggestion, "redact", actor=Actor.system(), at=at)
    review.reply = reply
    _prefill(review, suggestion, reply, reply_only=True)
    review.save()
    return review


def rest(suggestion: Suggestion, *, at: datetime) -> None:
    """End the limit for publishing where nothing waits to be published: the author did not agree, or the page is gone (K12)."""
    if not suggestion.publication_reviews.filter(state__in=_OPEN).exists():
        clocks.stop_kind(suggestion, "K12", at=at, reason="nothing_to_publish")


def _prefill(
    review: PublicationReview,
    suggestion: Suggestion,
    reply: Reply | None,
    *,
    reply_only: bool = False,
) -> None:
    """Rule-found personal data already masked; a person looks at all of it."""
    if not reply_only:
        review.title = masked(suggestion.original_title)
        review.problem = masked(suggestion.original_problem)
        review.proposal = masked(suggestion.original_proposal)
        review.place = masked(suggestion.original_place)
    if reply is not None:
        review.reply_body = masked(reply.full_text, allow=_public_numbers(reply))
        review.reply_commitment = masked(reply.commitment)


def _public_numbers(reply: Reply) -> tuple[str, ...]:
    """Telephones and addresses of offices that a reply is meant to give: the unit's, the office's, its own contact."""
    unit, office = reply.unit, reply.suggestion.jurisdiction
    known = (reply.contact, unit.phone, unit.address, office.phone, office.hotline, office.address)
    return tuple(k for k in known if k)


def masked(text: str, *, allow: tuple[str, ...] = ()) -> str:
    """Text with the spans the rules are certain of replaced by their kind. A first step, never the last word."""
    spans = [s for s in redaction.find_spans(text, allow=allow) if s.certain]
    return redaction.mask(text, spans)


def start(
    *, review: PublicationReview, actor: Actor, at: datetime, reason: str = ""
) -> PublicationReview:
    """A publisher takes a review up (also one that the second check sent back, for `reason`)."""
    with transaction.atomic():
        _move(review, (State.QUEUED, State.REDACTING, State.SECOND_CHECK), State.REDACTING)
        if review.suggestion.publication not in ON_PAGE:
            transitions.apply(review.suggestion, "redact", actor=actor, at=at, reason=reason)
        else:
            _record(review, "redact_reply", "脱敏答复", actor, at, reason)
    return review


def _record(
    review: PublicationReview, name: str, words: str, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """A reply's own masking leaves the page's state alone, yet the desk's history tells it."""
    transitions.note(review.suggestion, name, actor=actor, at=at, words=words, reason=reason)


def save(
    *, review: PublicationReview, actor: Actor, at: datetime, **texts: Any
) -> PublicationReview:
    """Save the masked texts: title, problem, proposal, place, reply_body, reply_commitment, public_attachments."""
    if review.state == State.QUEUED:
        start(review=review, actor=actor, at=at)
    if review.state != State.REDACTING:
        raise WrongState
    clean = {k: rules.clean_text(v) if isinstance(v, str) else v for k, v in texts.items()}
    _move(
        review, (State.REDACTING,), State.REDACTING, redacted_by=actor.user, redacted_at=at, **clean
    )
    return review


def submit(*, review: PublicationReview, actor: Actor, at: datetime) -> PublicationReview:
    """Masking is finished; a second person checks."""
    errors: dict[str, list[str]] = {}
    if review.covers_suggestion and not (review.title.strip() and review.problem.strip()):
        errors["problem"] = ["去掉个人信息后没有内容可公开，请改为“不公开”并选理由。"]
    if review.reply_id and not review.reply_body.strip():
        errors["reply_body"] = ["公开的答复不能空着。"]
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        _move(
            review, (State.REDACTING,), State.SECOND_CHECK, redacted_by=actor.user, redacted_at=at
        )
        if review.suggestion.publication == Publication.REDACTING:
            transitions.apply(review.suggestion, "submit_redaction", actor=actor, at=at)
        elif review.suggestion.publication in ON_PAGE:
            _record(review, "submit_reply_redaction", "答复脱敏完成，提交复核", actor, at)
    return review


def release(*, review: PublicationReview, actor: Actor, at: datetime) -> Suggestion:
    """The second person releases: only now do `public_*` texts exist, and the index hears of them.

    Raises DomainError where ASSESSMENTS_REQUIRED holds publication and no impact assessment counts (PIPL 55).
    """
    if actor.user is not None and actor.user.pk == review.redacted_by_id:
        raise DomainError("复核要由另一位公开审核员来做。")
    suggestion = review.suggestion
    assessments.need(suggestion.jurisdiction, AssessmentKind.PUBLISH, at=at)
    fields: dict[str, Any] = {}
    if review.covers_suggestion:
        fields = {
            "public_title": review.title, "public_problem": review.problem, "public_proposal": review.proposal,
            "public_place": review.place, "public_name": public_name(suggestion),
        }  # fmt: skip
    with transaction.atomic():
        _move(review, (State.SECOND_CHECK,), State.DONE, checked_by=actor.user, checked_at=at)
        if review.covers_suggestion:
            hinted.note_spans(suggestion, {p: getattr(review, p) for p in hinted.PARTS}, at=at)
            Attachment.objects.filter(suggestion=suggestion).update(is_public=False)
            Attachment.objects.filter(
                suggestion=suggestion, pk__in=review.public_attachments
            ).update(is_public=True)
        if review.reply_id:
            Reply.objects.filter(pk=review.reply_id).update(
                public_body=review.reply_body,
                public_commitment=review.reply_commitment,
                is_public=True,
            )
        first = suggestion.publication not in ON_PAGE
        if first:
            fields["published_at"] = at
        transitions.apply(
            suggestion, "publish" if first else "publish_update", actor=actor, at=at, fields=fields
        )
    return suggestion


def send_back(
    *, review: PublicationReview, actor: Actor, at: datetime, reason: str = ""
) -> PublicationReview:
    """The second check found something: back to masking, with what is to be changed."""
    if review.state != State.SECOND_CHECK:
        raise WrongState
    return start(review=review, actor=actor, at=at, reason=rules.clean_text(reason))


def refuse(*, review: PublicationReview, reason: str, actor: Actor, at: datetime) -> Suggestion:
    """No page, for a coded reason the author is told (4.9)."""
    suggestion = review.suggestion
    if reason not in NotPublishedReason.values:
        raise Invalid({"reason": ["请选不公开的理由。"]})
    with transaction.atomic():
        _move(review, _OPEN, State.REFUSED, checked_at=at)
        if suggestion.publication not in ON_PAGE:
            _remove(suggestion, reason, actor, at)
        else:
            label = str(NotPublishedReason(reason).label)
            _record(review, "refuse_reply_publication", f"答复不公开：{label}", actor, at, label)
            rest(suggestion, at=at)
    return suggestion


def suspend(*, suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> Suggestion:
    """Take a page out of sight at once while a complaint is looked at (9.2: suspension first)."""
    transitions.apply(suggestion, "suspend", actor=actor, at=at, reason=reason)
    return suggestion


def resume(*, suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> Suggestion:
    """Show a suspended page again."""
    transitions.apply(suggestion, "resume_publication", actor=actor, at=at, reason=reason)
    return suggestion


def take_down(*, suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> Suggestion:
    """Remove a page, or an item's place in the queue, for a coded reason. Nothing to do when there is neither."""
    with transaction.atomic():
        suggestion.publication_reviews.filter(state__in=_OPEN).update(
            state=State.REFUSED, checked_at=at
        )
        if suggestion.publication not in (Publication.PRIVATE, Publication.REMOVED):
            _remove(suggestion, reason, actor, at)
    return suggestion


def _remove(suggestion: Suggestion, reason: str, actor: Actor, at: datetime) -> None:
    if reason not in NotPublishedReason.values:
        raise Invalid({"reason": ["请选不公开的理由。"]})
    label = str(NotPublishedReason(reason).label)
    transitions.apply(
        suggestion,
        "remove",
        actor=actor,
        at=at,
        reason=label,
        data={"reason": reason, "reason_text": label},
    )


def release_masked(*, suggestion: Suggestion, at: datetime) -> Suggestion:
    """Publish with the rules' masks alone: only for an import whose operator said `--publish masked`.

    Uncertain spans (likely names) are masked as well: nobody looks at these texts before the public does.
    """
    review = suggestion.publication_reviews.filter(state__in=_OPEN).first()
    if review is None:
        raise WrongState
    review.suggestion = suggestion
    system = Actor.system()
    start(review=review, actor=system, at=at)
    texts: dict[str, str] = {}
    sources = {"title": suggestion.original_title, "problem": suggestion.original_problem,
               "proposal": suggestion.original_proposal, "place": suggestion.original_place}  # fmt: skip
    if review.reply is not None:
        sources |= {
            "reply_body": review.reply.full_text,
            "reply_commitment": review.reply.commitment,
        }
    public = _public_numbers(review.reply) if review.reply is not None else ()
    for name, text in sources.items():
        allow = public if name.startswith("reply") else ()
        texts[name] = redaction.mask(text, redaction.find_spans(text, allow=allow))
    save(review=review, actor=system, at=at, **texts)
    submit(review=review, actor=system, at=at)
    return release(review=review, actor=system, at=at)


def public_name(suggestion: Suggestion) -> str:
    """What of the name may be shown: nothing, 陈某, the whole, or the organisation (PIPL 25)."""
    if suggestion.author.is_minor:
        return ""  # a minor is never named in public, whatever was ticked (MC 31 to 38)
    name = suggestion.author.name
    match suggestion.name_display:
        case NameDisplay.SURNAME if name:
            return f"{name[0]}某"
        case NameDisplay.FULL | NameDisplay.ORGANISATION if name:
            return str(name)
    return ""


def _move(review: PublicationReview, expected: tuple[str, ...], to: str, **fields: Any) -> None:
    if not PublicationReview.objects.filter(pk=review.pk, state__in=expected).update(
        state=to, **fields
    ):
        raise ChangedMeanwhile
    review.state = to
    for name, value in fields.items():
        setattr(review, name, value)
