"""Refusals and redirects, and the second person some of them need (process.md T6, T7; 3.5; mistake 20).

One officer proposes, another confirms or sends back. Until then the author hears nothing, K2 runs on, and a report of
misconduct is already shut off from everybody but those who decide (XF 22, 30).
"""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from suggestions import one_look, rules
from suggestions.actor import Actor
from suggestions.codes import (
    COMPLAINT_ROUTE,
    NOT_ACCEPTED_WORDS,
    REFUSALS,
    Category,
    NotAcceptedReason,
)
from suggestions.errors import ChangedMeanwhile, DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import (
    Author,
    PendingDecision,
    RedirectTarget,
    Suggestion,
    SupplementRequest,
    TriageHint,
)
from suggestions.services import hinted, records, secret_items, transitions
from suggestions.states import Case
from suggestions.states.machines import Decision

Kind = PendingDecision.Kind


_NEVER_ALONE = frozenset({NotAcceptedReason.ACCUSATION, NotAcceptedReason.STATE_SECRET})


def needs_second_person(
    suggestion: Suggestion, kind: str, category: str = "", reason: str = ""
) -> bool:
    """Whether one officer alone may not do this: reports of misconduct never, nor what deletes a text; other refusals
    unless the site says otherwise.

    Source: process.md T6 (2nd person for report_misconduct), T7 (2nd-person check, policy), 3.5.
    """
    if reason in _NEVER_ALONE:
        return True
    if kind == Kind.REDIRECT:
        return category == Category.REPORT_MISCONDUCT
    return suggestion.jurisdiction.refusal_second_look


@one_look.once
def pending(suggestion: Suggestion) -> PendingDecision | None:
    """The decision that waits for its second look. One query."""
    found = (
        PendingDecision.objects.filter(suggestion=suggestion, status=Decision.PROPOSED)
        .select_related("target", "proposed_by")
        .first()
    )
    if found is not None:
        found.suggestion = suggestion
    return found


HELD_UP = frozenset({"accept", "request_supplement", "redirect", "refuse", "merge", "join_earlier"})
"""Rows of the case that nobody takes while a decision waits for its second look."""
WAITS = "这件有一个决定正等第二人复核，请先确认或退回。"


def ensure_none_pending(suggestion: Suggestion) -> None:
    """Refuse another step while a decision waits: two officers would tell the author two things."""
    if PendingDecision.objects.filter(suggestion=suggestion, status=Decision.PROPOSED).exists():
        raise DomainError(WAITS)


def redirect(
    *,
    suggestion: Suggestion,
    category: str,
    target: RedirectTarget,
    words: str,
    actor: Actor,
    at: datetime,
) -> PendingDecision | None:
    """Point what is not a suggestion to its lawful channel (T6; XF 22, 28; SH 10). Never swallowed, never public.

    Returns the proposal when a second person has to confirm it, None when it is done.
    """
    if category == Category.SUGGESTION:
        raise Invalid({"category": ["建议意见类不能指引到其他渠道，请受理或说明不予受理的理由。"]})
    if category not in target.categories:
        label = Category(category).label
        raise Invalid({"target": [f"“{target.name}”不办理{label}，请选别的渠道。"]})
    ensure_none_pending(suggestion)
    if not needs_second_person(suggestion, Kind.REDIRECT, category):
        _redirect_now(suggestion, category, target, words, actor, at)
        return None
    return _propose(
        PendingDecision(kind=Kind.REDIRECT, category=category, target=target, words=words.strip()),
        suggestion, actor, at, f"提请复核：指引到{target.name}",
    )  # fmt: skip


def refuse(
    *, suggestion: Suggestion, reason: str, words: str, actor: Actor, at: datetime
) -> PendingDecision | None:
    """Decline an item with a coded reason, said in plain words, and the way to have it looked at again (T7).

    Returns the proposal when a second person has to confirm it, None when it is done.
    """
    if reason not in REFUSALS:
        raise Invalid({"reason": ["请选一个不予受理的理由。"]})
    if reason == NotAcceptedReason.UNREADABLE and _never_asked(suggestion):
        raise Invalid({"reason": [NOT_ASKED]})
    ensure_none_pending(suggestion)
    if not needs_second_person(suggestion, Kind.REFUSE, reason=reason):
        _refuse_now(suggestion, reason, words, actor, at)
        return None
    label = NotAcceptedReason(reason).label
    return _propose(
        PendingDecision(kind=Kind.REFUSE, reason=reason, words=words.strip()),
        suggestion, actor, at, f"提请复核：不予受理（{label}）",
    )  # fmt: skip


NOT_ASKED = "看不明白的，先请建议人补充一次；补充期满还是看不明白，再不予受理。"


def _never_asked(suggestion: Suggestion) -> bool:
    """Whether an author who can be reached was never asked what is meant (process.md 3.5: after one supplement request).

    Who left no way to be reached cannot be asked (BX 44(4)).
    """
    reachable = Author.objects.filter(suggestion=suggestion).exclude(
        contact_channel=Author.ContactChannel.NONE
    )
    asked = SupplementRequest.objects.filter(suggestion=suggestion)
    return reachable.exists() and not asked.exists()


def confirm(*, decision: PendingDecision, actor: Actor, at: datetime, note: str = "") -> Suggestion:
    """The second person agrees; now it happens and the author is told. The proposer cannot confirm the own proposal."""
    if actor.user is None or actor.user.pk == decision.proposed_by_id:
        raise NotAllowed("提出的人不能自己复核，请另一位分办员看。")
    suggestion = decision.suggestion
    with transaction.atomic():
        records.move(
            decision, "confirm_decision", actor=actor, at=at, reason=rules.clean_text(note), suggestion=suggestion,
            fields={"decided_by": actor.user, "decided_at": at, "decision_note": rules.clean_text(note)},
        )  # fmt: skip
        if decision.kind == Kind.REFUSE:
            _refuse_now(suggestion, decision.reason, decision.words, actor, at)
        else:
            assert decision.target is not None
            _redirect_now(suggestion, decision.category, decision.target, decision.words, actor, at)
    return suggestion


def send_back(
    *, decision: PendingDecision, reason: str, actor: Actor, at: datetime
) -> PendingDecision:
    """The second person disagrees, with a reason; the item waits in the queue as before."""
    reason = rules.clean_text(reason)
    if not reason:
        raise Invalid({"reason": ["请写明为什么不同意，提出的人要照着重新考虑。"]})
    if actor.user is None or actor.user.pk == decision.proposed_by_id:
        raise NotAllowed("提出的人可以收回，不能自己复核。")
    with transaction.atomic():
        records.move(
            decision, "return_decision", actor=actor, at=at, reason=reason, suggestion=decision.suggestion,
            fields={"decided_by": actor.user, "decided_at": at, "decision_note": reason},
        )  # fmt: skip
        _as_before(decision, "复核不同意，退回重新考虑", actor, at, reason)
    return decision


def take_back(*, decision: PendingDecision, actor: Actor, at: datetime) -> PendingDecision:
    """The proposer thinks again."""
    if actor.user is None or actor.user.pk != decision.proposed_by_id:
        raise NotAllowed("只有提出的人可以收回，别人请确认或退回。")
    with transaction.atomic():
        records.move(
            decision, "drop_decision", actor=actor, at=at, suggestion=decision.suggestion,
            fields={"decided_by": actor.user, "decided_at": at},
        )  # fmt: skip
        _as_before(decision, "收回提请复核的决定", actor, at, "")
    return decision


def drop_overtaken(*, now: datetime) -> int:
    """Sweep: proposals about items that are no longer there to decide, such as those their author withdrew."""
    left = PendingDecision.objects.filter(status=Decision.PROPOSED).exclude(
        suggestion__status__in=(Case.REGISTERED, Case.SUPPLEMENT_REQUESTED)
    )
    done = 0
    for decision in left.select_related("suggestion")[:500]:
        try:
            with transaction.atomic():
                records.move(decision, "drop_decision", actor=Actor.system(), at=now, fields={"decided_at": now},
                             suggestion=decision.suggestion)  # fmt: skip
                transitions.note(
                    decision.suggestion, "decision_lapsed", actor=Actor.system(), at=now,
                    words="提请复核的决定失效，这件建议已经了结",
                )  # fmt: skip
        except DomainError:
            continue  # Somebody decided at the same moment; the next sweep looks again.
        done += 1
    return done


def _propose(
    decision: PendingDecision, suggestion: Suggestion, actor: Actor, at: datetime, words: str
) -> PendingDecision:
    if suggestion.status != Case.REGISTERED:
        raise WrongState
    if actor.user is None:
        raise NotAllowed
    decision.suggestion = suggestion
    decision.jurisdiction = suggestion.jurisdiction
    decision.category_before = suggestion.category
    decision.proposed_by = actor.user  # type: ignore[assignment]
    decision.proposed_at = at
    try:
        with transaction.atomic():
            records.begin(
                decision, "propose_decision", actor=actor, at=at, suggestion=suggestion,
                data={"kind": str(decision.kind), "reason": str(decision.reason)},
            )  # fmt: skip
            # From this moment misconduct and secrets are read by those who decide about them and nobody else (XF 30, 46).
            shut: dict[str, Any] = {}
            if (
                decision.category == Category.REPORT_MISCONDUCT
                or decision.reason == NotAcceptedReason.ACCUSATION
            ):
                shut = {"category": Category.REPORT_MISCONDUCT}
            elif secret_items.shuts(decision.reason):
                shut = secret_items.shut(suggestion)
                secret_items.found(decision, at=at)
            transitions.note(
                suggestion, "propose_decision", actor=actor, at=at, words=words, fields=shut
            )
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    return decision


def _as_before(
    decision: PendingDecision, words: str, actor: Actor, at: datetime, reason: str
) -> None:
    suggestion = decision.suggestion
    fields: dict[str, Any] = (
        {"category": decision.category_before}
        if suggestion.category != decision.category_before
        else {}
    )
    if secret_items.shuts(decision.reason):
        fields["is_secret"] = False
    transitions.note(
        suggestion, "decision_returned", actor=actor, at=at, words=words, reason=reason, fields=fields
    )  # fmt: skip


def _redirect_now(
    suggestion: Suggestion,
    category: str,
    target: RedirectTarget,
    words: str,
    actor: Actor,
    at: datetime,
) -> None:
    with transaction.atomic():
        transitions.apply(
            suggestion, "redirect", actor=actor, at=at,
            reason=words.strip() or str(target.legal_basis) or str(target.name),
            fields={"category": category, "redirect_target": target},
            data={"category": str(Category(category).label), "target": target.name, "basis": target.legal_basis},
        )  # fmt: skip
        hinted.note_choices(suggestion, {TriageHint.Kind.CATEGORY: category}, at=at)


def _refuse_now(
    suggestion: Suggestion, reason: str, words: str, actor: Actor, at: datetime
) -> None:
    text = NOT_ACCEPTED_WORDS[reason] + (f"{words.strip()}" if words.strip() else "")
    with transaction.atomic():
        transitions.apply(
            suggestion, "refuse", actor=actor, at=at, reason=text,
            fields={"not_accepted_reason": reason},
            data={"reason": reason, "reason_text": text, "complaint_route": COMPLAINT_ROUTE},
        )  # fmt: skip
        secret_items.delete(suggestion, reason=reason, at=at)
