"""Several items about one matter: merged under a primary, taken apart again, joined to the author's own earlier item
(process.md T8, 4.5). Every author keeps number, notices and rating.
"""

from datetime import datetime

from django.db import transaction

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import FORWARD
from suggestions.errors import DomainError, Invalid, WrongState
from suggestions.models import CaseEvent, Clock, Suggestion, TriageHint
from suggestions.services import arrivals, clocks, deciding, hinted, replying, transitions
from suggestions.states import BY_NAME, DONE, OPEN, WITH_UNITS, Case, Visibility

PRIMARY_STATES = frozenset({Case.ACCEPTED, *WITH_UNITS, *DONE})
"""States a primary may be in: open or answered (T8)."""


def merge(
    *, suggestion: Suggestion, primary: Suggestion, why: str, actor: Actor, at: datetime
) -> Suggestion:
    """Handle an item under another one of the same substance (T8). Its author keeps number, notices and rating.

    Items that were merged under this one go along to the new primary, and their authors are told on their timeline.
    """
    _check_primary(suggestion, primary)
    deciding.ensure_none_pending(suggestion)
    with transaction.atomic():
        transitions.apply(
            suggestion, "merge", actor=actor, at=at, reason=why, fields={"primary": primary},
            data={"primary": primary.case_no},
        )  # fmt: skip
        moved = list(suggestion.merged_items.filter(status=Case.MERGED))
        for other in moved:
            transitions.note(
                other, "primary_changed", actor=actor, at=at, visibility=Visibility.AUTHOR,
                words=f"改为并入{primary.case_no}办理；答复时同样答复您", fields={"primary": primary},
                data={"primary": primary.case_no},
            )  # fmt: skip
        # Co-units of a case that came back keep nothing to do: it goes on under the primary.
        for part in suggestion.assignments.filter(status__in=BY_NAME["recall"].from_):
            part.suggestion = suggestion
            transitions.apply(
                part, "recall", actor=Actor.system(), at=at, data={"unit": part.unit.short_name}
            )
        hinted.note_choices(suggestion, {TriageHint.Kind.SIMILAR: primary.case_no}, at=at)
        if primary.status in OPEN and any(i.channel in arrivals.REFERRED for i in (suggestion, *moved)):  # fmt: skip
            arrivals.keep_report_date(primary, at=at)
        if primary.status in DONE:
            for item in (suggestion, *moved):
                _tell_answer(item, primary, at=at)
    return suggestion


ANSWERS = ("pass_reply", "answer_in_report")
"""The rows by which an item gets its answer."""


def _tell_answer(suggestion: Suggestion, primary: Suggestion, *, at: datetime) -> None:
    """The primary is answered already: its answer goes to this author too, who may rate it (process.md 4.5, 13.8)."""
    answered = primary.events.filter(name__in=ANSWERS).order_by("-seq").first()
    if answered is None:
        return
    replying.invite(suggestion=suggestion, at=at)
    outbox.enqueue(
        outbox.AUTHOR_NOTICE,
        {"code": "author.answered", "suggestion": suggestion.pk, "event": answered.pk},
        key=f"author.answered:{suggestion.pk}:{answered.pk}",
    )


def unmerge(*, suggestion: Suggestion, why: str, actor: Actor, at: datetime) -> Suggestion:
    """Take a merged item out again, with a reason: it stands where it stood, and K2 counts from the day it arrived (4.5).

    Refused once the primary was answered: the author has that answer and may rate it.
    """
    why = rules.clean_text(why)
    if not why:
        raise Invalid({"why": ["请写明为什么不是同一件事，建议人会看到。"]})
    primary = suggestion.primary
    if suggestion.status != Case.MERGED or primary is None:
        raise WrongState
    if primary.status not in OPEN:
        raise DomainError(
            f"主件{primary.case_no}已经答复，这位建议人也收到了。要再办，请由督办员重新办理主件。"
        )
    before = (
        CaseEvent.objects.filter(suggestion=suggestion, to_state=Case.MERGED, machine="case")
        .order_by("-seq")
        .values_list("from_state", flat=True)
        .first()
    )
    name = "unmerge_accepted" if before == Case.ACCEPTED else "unmerge"
    with transaction.atomic():
        transitions.apply(
            suggestion, name, actor=actor, at=at, reason=why, fields={"primary": None},
            data={"primary": primary.case_no},
        )  # fmt: skip
        _keep_pauses(suggestion)
        if suggestion.channel in arrivals.REFERRED:
            for case in (suggestion, primary):
                arrivals.keep_report_date(case, at=at)
    return suggestion


def join_earlier(
    *,
    suggestion: Suggestion,
    earlier: Suggestion,
    has_new_facts: bool,
    why: str,
    actor: Actor,
    at: datetime,
) -> Suggestion:
    """The same author wrote about the same matter again while it is open or answered (4.5; BJ 11(3); XF 19; JN 25).

    Without new facts the author is told how the earlier item stands; with new facts they go to whoever handles it, as a
    supplement to that item. Either way it is no second case, and nothing is refused.
    """
    _check_primary(suggestion, earlier)
    if not same_author(suggestion, earlier):
        raise Invalid({"number": ["两件的建议人联系方式对不上。不同的人提的，请用“并案”。"]})
    deciding.ensure_none_pending(suggestion)
    how = (
        "新的情况已补充到那一件"
        if has_new_facts
        else f"那一件现在是“{earlier.get_status_display()}”"
    )
    with transaction.atomic():
        transitions.apply(
            suggestion, "join_earlier", actor=actor, at=at, reason=rules.clean_text(why),
            fields={"primary": earlier},
            data={"primary": earlier.case_no, "how": how, "new_facts": has_new_facts},
        )  # fmt: skip
        if has_new_facts:
            transitions.note(
                earlier, "facts_added", actor=actor, at=at, visibility=Visibility.AUTHOR,
                words=f"您又提供了新的情况（{suggestion.case_no}），一并办理",
                data={"from": suggestion.case_no}, notify=("staff.facts_added",),
            )  # fmt: skip
    return suggestion


def same_author(one: Suggestion, other: Suggestion) -> bool:
    """Whether two items carry the same verified way to reach their author: equal phone hash, or equal e-mail."""
    a, b = getattr(one, "author", None), getattr(other, "author", None)
    if a is None or b is None:
        return False
    if a.phone_hash and a.phone_hash == b.phone_hash:
        return True
    return bool(a.email) and a.email.casefold() == b.email.casefold()


def later_facts(primary: Suggestion) -> list[Suggestion]:
    """Later items of the same author that brought new facts to this one, oldest first. Two queries."""
    joined = CaseEvent.objects.filter(
        suggestion__primary=primary, suggestion__status=Case.MERGED, name="join_earlier"
    )
    pks = [e.suggestion_id for e in joined if e.data.get("new_facts")]
    return list(Suggestion.objects.filter(pk__in=pks).order_by("received_at")) if pks else []


def _check_primary(suggestion: Suggestion, primary: Suggestion) -> None:
    if primary.pk == suggestion.pk:
        raise Invalid({"primary": ["不能并到自己。"]})
    if primary.jurisdiction_id != suggestion.jurisdiction_id:
        raise Invalid({"primary": ["主件不在本辖区。"]})
    if primary.status not in PRIMARY_STATES:
        state = primary.get_status_display()
        raise Invalid({"primary": [f"主件{primary.case_no}现在是“{state}”，不能并入。"]})


def _keep_pauses(suggestion: Suggestion) -> None:
    """The days the author was asked for a supplement stay out of the count, as before the merge (T3)."""
    kept = Clock.objects.filter(suggestion=suggestion, kind__in=FORWARD).select_related("rule")
    paused = {c.kind: c.pauses for c in kept.exclude(stopped_at=None).order_by("pk") if c.pauses}
    again = [c for c in kept.filter(stopped_at=None) if c.kind in paused]
    if not again:
        return
    for now in again:
        now.pauses = paused[now.kind]
        clocks.count(now)
        now.first_due_on = now.due_on
        now.save(update_fields=["pauses", "first_due_on", *clocks.COUNTED])
    fields = clocks.case_due_fields(suggestion)
    Suggestion.objects.filter(pk=suggestion.pk).update(**fields)
    suggestion.due_on, suggestion.due_kind = fields["due_on"], fields["due_kind"]
