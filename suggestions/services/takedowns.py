"""Complaints about a public page: out of sight first, a decision within 3 working days (process.md 9.2; K27)."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from suggestions import rules
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import Suggestion, Takedown
from suggestions.services import publishing, records, transitions
from suggestions.states import ON_PAGE, Publication
from suggestions.states import Takedown as State

WORDS_MIN, WORDS_MAX, CONTACT_MAX = 4, 500, 100


def complain(*, suggestion: Suggestion, words: str, contact: str, at: datetime) -> Takedown:
    """Somebody says what a page shows. The page goes out of sight at once, and comes back only by a decision.

    Once a complaint about this page was looked at and dismissed, the next one waits for its decision with the page in
    place: nobody can keep a page away by complaining again. Raises Invalid, DomainError when the page is not public.
    """
    words = rules.clean_text(words)
    contact = rules.clean_text(contact, multiline=False)
    if len(words) < WORDS_MIN:
        raise Invalid({"words": [_("请写露出了什么、在哪一处，我们好找到它。")]})
    if len(words) > WORDS_MAX:
        raise Invalid({"words": [rules.too_long(_("说明"), words, WORDS_MAX)]})
    if len(contact) > CONTACT_MAX:
        raise Invalid({"contact": [rules.too_long(_("联系方式"), contact, CONTACT_MAX)]})
    if suggestion.publication not in ON_PAGE:
        raise DomainError(_("这一页已经不公开了。"))
    seen = suggestion.takedowns.filter(
        status=State.DISMISSED, decided_at__gte=suggestion.published_at or at
    ).exists()
    complaint = Takedown(
        suggestion=suggestion, jurisdiction=suggestion.jurisdiction, words=words, contact=contact,
        suspended=not seen,
    )  # fmt: skip
    try:
        with transaction.atomic():
            records.begin(
                complaint, "takedown_receive", actor=Actor.system(), at=at, suggestion=suggestion
            )
            if seen:
                _note(
                    suggestion,
                    "takedown_received",
                    "有人再次投诉公开页，页面照常，等待核实",
                    Actor.system(),
                    at,
                )
            else:
                publishing.suspend(
                    suggestion=suggestion, reason="有人说这一页露出了个人信息，先撤下核实",
                    actor=Actor.system(), at=at,
                )  # fmt: skip
    except IntegrityError:
        raise DomainError(_("这一页已经有人告诉我们，正在核实。谢谢您。")) from None
    return complaint


def uphold(*, complaint: Takedown, reason: str, actor: Actor, at: datetime) -> Takedown:
    """The complaint is right: the page goes for good."""
    item = complaint.suggestion
    with transaction.atomic():
        records.move(
            complaint, "takedown_uphold", actor=actor, at=at, reason=rules.clean_text(reason),
            fields={"decided_at": at}, suggestion=item,
        )  # fmt: skip
        if item.publication in (Publication.PRIVATE, Publication.REMOVED):
            _note(item, "takedown_upheld", "投诉属实，页面此前已经撤下", actor, at)
        publishing.take_down(suggestion=item, reason="takedown", actor=Actor.system(), at=at)
    return complaint


def dismiss(*, complaint: Takedown, reason: str, actor: Actor, at: datetime) -> Takedown:
    """Nothing personal is shown: the page comes back."""
    item = complaint.suggestion
    with transaction.atomic():
        records.move(
            complaint, "takedown_dismiss", actor=actor, at=at, reason=rules.clean_text(reason),
            fields={"decided_at": at}, suggestion=item,
        )  # fmt: skip
        if complaint.suspended and item.publication == Publication.SUSPENDED:
            publishing.resume(
                suggestion=item, reason="核实后没有露出个人信息", actor=Actor.system(), at=at
            )
        else:
            _note(item, "takedown_dismissed", "核实后没有露出个人信息", actor, at)
    return complaint


def _note(suggestion: Suggestion, name: str, words: str, actor: Actor, at: datetime) -> None:
    """The case's timeline shows the staff what became of a complaint that did not move its page."""
    transitions.note(suggestion, name, actor=actor, at=at, words=words)
