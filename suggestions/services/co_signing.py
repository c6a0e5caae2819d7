"""附议: support for a published item instead of a copy of it (process.md 3.4). One phone is one voice."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F
from django.utils.translation import gettext as _

from suggestions import content, outbox, rules, states
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.crypto import possible_hashes
from suggestions.errors import DomainError, Invalid
from suggestions.models import Author, CaseEvent, CoSign, Suggestion
from suggestions.services import transitions, voices
from suggestions.services.voices import Given
from suggestions.states import Case, Visibility

JOINABLE = frozenset({*states.OPEN, Case.ANSWERED})
"""What somebody is still working at, or has just answered; a closed matter wants a suggestion of its own."""


def can_join(suggestion: Suggestion) -> bool:
    """Published, and open or answered (process.md 3.4)."""
    return suggestion.is_public and suggestion.status in JOINABLE


def co_sign(
    *, suggestion: Suggestion, phone: str, name: str = "", wants_notice: bool = True,
    idempotency_key: str, at: datetime,
) -> Given[CoSign]:  # fmt: skip
    """Add a voice to a published item; it counts at once, or when the code sent to the phone comes back.

    A phone that already stands behind the item (also the author's own) gets a receipt that is not counted, in the same
    words: the page must not tell a stranger whose phone is whose. Raises Invalid (phone, name), DomainError (the item
    takes no more voices), IdempotencyConflict.
    """
    digits, wrong = voices.phone_facts(phone)
    name = rules.clean_text(name, multiline=False)
    errors = {"phone": wrong} if wrong else {}
    if len(name) > rules.NAME_MAX:
        errors["name"] = [rules.too_long(_("称呼"), name, rules.NAME_MAX)]
    if errors:
        raise Invalid(errors)
    key = f"co-sign:{suggestion.pk}:{idempotency_key}"
    if earlier := voices.earlier(CoSign, key=key, digits=digits):
        return earlier
    if not can_join(suggestion):
        raise DomainError(_("这件建议现在不能附议：可能已经办结，或者不再公开。您可以另提一件。"))
    row = voices.fresh(
        CoSign, key=key, digits=digits, at=at, suggestion=suggestion, name=name, wants_notice=wants_notice
    )  # fmt: skip
    return voices.take(row, count=_count_in, at=at)


def confirm(*, co_sign: CoSign, code: str, at: datetime) -> CoSign:
    """The code came back from the phone; now the voice counts. Raises Invalid (wrong code), DomainError (withdrawn)."""
    if co_sign.confirmed_at is not None:
        return co_sign
    if co_sign.withdrawn_at is not None:
        raise DomainError(_("您已经退出附议。想重新附议，请回到那件建议的页面。"))
    voices.check_phone_code(co_sign, code)
    if not can_join(co_sign.suggestion):
        raise DomainError(_("这件建议现在不能附议：可能已经办结，或者不再公开。您可以另提一件。"))
    with transaction.atomic():
        _count_in(co_sign, CoSign.Proof.SMS, at)
    return co_sign


def withdraw(*, co_sign: CoSign, at: datetime) -> CoSign:
    """Take the voice back; name and phone are forgotten at once, the place in the count too (PIPL 15, 47)."""
    with transaction.atomic():
        counted = CoSign.objects.counted().filter(pk=co_sign.pk)
        gone = counted.update(withdrawn_at=at, name="", phone="", wants_notice=False)
        if gone:
            _recount(co_sign.suggestion, -1)
        else:
            CoSign.objects.filter(pk=co_sign.pk, withdrawn_at=None).update(
                withdrawn_at=at, name="", phone="", wants_notice=False
            )
    co_sign.refresh_from_db()
    return co_sign


def _count_in(row: CoSign, proof: str, at: datetime) -> None:
    """Count a voice unless this phone already stands behind the item."""
    own = Author.objects.filter(
        suggestion_id=row.suggestion_id, phone_hash__in=possible_hashes("phone", row.phone)
    )
    if voices.count_once(row, before=own.exists(), proof=proof, at=at):
        _recount(row.suggestion, +1)


def _recount(suggestion: Suggestion, by: int) -> None:
    """Keep the public count equal to the rows; the page and the index follow."""
    Suggestion.objects.filter(pk=suggestion.pk).update(co_sign_count=F("co_sign_count") + by)
    suggestion.co_sign_count += by
    outbox.enqueue(
        outbox.INDEX, {"type": "suggestion", "id": suggestion.pk}, key=f"suggestion:{suggestion.pk}"
    )
    content.bump_after_commit()


def tell_cases(*, now: datetime) -> int:
    """Once a day, put yesterday's new voices into each item's own chain (count only); returns how many items.

    One event a day, not one a voice: a hundred neighbours must not bury the timeline nor race the officer at work.
    """
    today = local_date(now)
    fresh = CoSign.objects.counted().filter(
        confirmed_at__date__lt=today, confirmed_at__gte=now - timedelta(days=8)
    )
    wanted = set(fresh.values_list("suggestion_id", flat=True))
    told_before = dict.fromkeys(wanted, 0)
    noted = CaseEvent.objects.filter(name="co_signed", suggestion_id__in=wanted).order_by("seq")
    for pk, data in noted.values_list("suggestion_id", "data"):
        told_before[pk] = int(data.get("total", 0))
    totals = (
        CoSign.objects.counted()
        .filter(suggestion_id__in=wanted, confirmed_at__date__lt=today)
        .values_list("suggestion_id")
        .annotate(n=Count("pk"))
        .order_by()
    )
    told = 0
    for pk, total in totals:
        if total <= told_before[pk]:
            continue
        transitions.note(
            Suggestion.objects.get(pk=pk), "co_signed", actor=Actor.system(), at=now,
            words=f"新增{total - told_before[pk]}人附议，共{total}人", data={"total": total},
            visibility=Visibility.PUBLIC,
        )  # fmt: skip
        told += 1
    return told
