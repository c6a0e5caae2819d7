"""Return visits: after the limit passed the office asks authors whether they were contacted and helped (K14; BJ 23; 7.1)."""

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from suggestions import access, rules
from suggestions.actor import Actor
from suggestions.clock import ANSWER_KINDS, local_date
from suggestions.codes import Overall, Solved
from suggestions.errors import Invalid, NotAllowed, WrongState
from suggestions.models import Author, Clock, Suggestion, SupervisionOrder, Visit
from suggestions.services import lapses, records, transitions
from suggestions.states import ACTIVE_ASSIGNMENT, Case
from suggestions.states.visit import VisitState

LOOK_BACK = timedelta(days=30)
"""Limits that passed longer ago are not visited any more: people no longer remember who called them."""
ATTEMPTS = 3
"""Calls without an answer before a visit counts as unreachable."""
_NEVER = (Case.WITHDRAWN, Case.MERGED, Case.REDIRECTED, Case.NOT_ACCEPTED)
_BATCH = 500


def share() -> int:
    """Percent of the cases to visit; 100 visits all."""
    return int(settings.VISIT_SHARE)


def is_sampled(case_no: str, percent: int) -> bool:
    """Whether a case falls into the sample: by its number alone, the same whenever and whoever asks."""
    digest = hashlib.sha256(f"visit {case_no}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent


def plan(
    *,
    suggestion: Suggestion,
    why: str,
    actor: Actor,
    at: datetime,
    order: SupervisionOrder | None = None,
) -> Visit:
    """Arrange a visit. Units learn nothing of it: it stands in its own record and not in the case (spot checks; S1, S4)."""
    if why not in Visit.Why.values:
        raise Invalid({"why": ["请选回访的缘由。"]})
    if suggestion.status in _NEVER:
        raise WrongState("这件建议已经不在办理，不用回访。")
    if not can_be_called(suggestion):
        raise WrongState("建议人没有留电话，或者要求不联系，不能电话回访。")
    if suggestion.visits.filter(status=VisitState.PLANNED).exists():
        raise WrongState("这件建议已经安排了回访。")
    visit = Visit(
        suggestion=suggestion, jurisdiction=suggestion.jurisdiction, unit=suggestion.lead_unit, why=why, planned_at=at,
        order=order,
    )  # fmt: skip
    records.begin(
        visit,
        "plan_visit",
        actor=actor,
        at=at,
        data={"why": why, **({"order": order.pk} if order else {})},
        suggestion=suggestion,
    )
    return visit


def can_be_called(suggestion: Suggestion) -> bool:
    """Whether the author left a phone and did not ask to be left alone."""
    author: Author | None = getattr(suggestion, "author", None)
    return (
        author is not None
        and bool(author.phone)
        and author.contact_channel != Author.ContactChannel.NONE
    )


def record(
    *, visit: Visit, contacted: bool | None, solved: str, actor: Actor, at: datetime, satisfied: str = "", words: str = "",
) -> Visit:  # fmt: skip
    """Write down what the author said. Never by somebody of a unit that handles the case (process.md 7.1)."""
    words = rules.clean_text(words)
    errors: dict[str, list[str]] = {}
    if contacted is None:
        errors["contacted"] = ["请选承办单位联系过建议人没有。"]
    if solved not in Solved.values:
        errors["solved"] = ["请选事情解决了没有。"]
    if satisfied and satisfied not in Overall.values:
        errors["satisfied"] = ["请选满意、基本满意或不满意。"]
    if len(words) > 1000:
        errors["words"] = [f"最多1000个字，现在是{len(words)}个字。"]
    if errors:
        raise Invalid(errors)
    _check_visitor(visit, actor)
    assert actor.user is not None
    fields = {
        "contacted": contacted, "solved": solved, "satisfied": satisfied, "words": words, "visitor_id": actor.user.pk,
        "visited_at": at,
    }  # fmt: skip
    with transaction.atomic():
        records.move(
            visit, "record_visit", actor=actor, at=at, fields=fields, suggestion=visit.suggestion,
            data={"contacted": contacted, "solved": solved, "satisfied": satisfied},
        )  # fmt: skip
        if solved == Solved.NO or satisfied == Overall.DISSATISFIED or contacted is False:
            transitions.note(
                visit.suggestion, "visit_bad", actor=actor, at=at,
                words="回访时建议人反映没有联系、没有解决或不满意，请督办员看一看", data={"visit": visit.pk},
            )  # fmt: skip
    return visit


def no_answer(*, visit: Visit, actor: Actor, at: datetime) -> Visit:
    """One call that nobody took; after ATTEMPTS of them the visit is unreachable."""
    _check_visitor(visit, actor)
    if visit.status != VisitState.PLANNED:
        raise WrongState
    tried = visit.attempts + 1
    with transaction.atomic():
        records.note(
            visit, "visit_no_answer", actor=actor, at=at, words=f"第{tried}次没有打通", fields={"attempts": tried},
            suggestion=visit.suggestion,
        )  # fmt: skip
        if tried >= ATTEMPTS:
            records.move(visit, "give_up_visit", actor=actor, at=at, suggestion=visit.suggestion)
    return visit


def decline(*, visit: Visit, actor: Actor, at: datetime) -> Visit:
    """The author does not want to be asked: recorded, counted as refused, and never asked why."""
    _check_visitor(visit, actor)
    records.move(visit, "decline_visit", actor=actor, at=at, suggestion=visit.suggestion)
    return visit


def cancel(*, visit: Visit, reason: str, actor: Actor, at: datetime) -> Visit:
    """Call a planned visit off, e.g. because the author withdrew."""
    records.move(
        visit, "cancel_visit", actor=actor, at=at, reason=reason, suggestion=visit.suggestion
    )
    return visit


def _check_visitor(visit: Visit, actor: Actor) -> None:
    if actor.user is None:
        raise NotAllowed
    held = {r.unit_id for r in access.scope(actor.user).roles if r.unit_id}
    handling = visit.suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT, unit_id__in=held)
    if held and handling.exists():
        raise NotAllowed("承办单位的人不能回访本单位办的件，请换一位同事。")


def plan_due(*, now: datetime) -> int:
    """Sweep: visits for the sampled cases whose handling limit has passed, answered or not; at the legal moment."""
    today, done = local_date(now), 0
    passed = (
        Clock.objects.filter(
            kind__in=ANSWER_KINDS, due_on__lt=today, due_on__gte=today - LOOK_BACK, paused_on=None,
            suggestion__isnull=False, suggestion__visits=None,
        )
        .exclude(stop_reason__in=("study_before_reply", "recall", "withdraw"))
        .exclude(suggestion__status__in=_NEVER)
        .order_by("due_on", "pk")
    )  # fmt: skip
    percent = share()
    # A month of limits is looked through each day, so only their numbers are read; whole items only for the sample.
    sampled = [
        pk
        for pk, number in passed.values_list("pk", "suggestion__case_no").iterator()
        if is_sampled(number, percent)
    ]
    chosen = (
        Clock.objects.filter(pk__in=sampled)
        .select_related("suggestion__jurisdiction", "suggestion__author", "suggestion__lead_unit")
        .order_by("due_on", "pk")
    )
    why = Visit.Why.ALL if percent >= 100 else Visit.Why.SAMPLE
    seen: set[int] = set()
    for clock in chosen:
        item = clock.suggestion
        assert item is not None
        if item.pk in seen or not can_be_called(item):
            continue
        seen.add(item.pk)
        plan(suggestion=item, why=why, actor=Actor.system(), at=lapses.legal_moment(clock))
        done += 1
        if done >= _BATCH:
            break
    return done


def cancel_withdrawn(*, now: datetime) -> int:
    """Sweep: nobody is called about a suggestion they took back."""
    rows = Visit.objects.filter(
        status=VisitState.PLANNED, suggestion__status=Case.WITHDRAWN
    ).select_related("suggestion__jurisdiction", "jurisdiction")
    done = 0
    for visit in rows[:_BATCH]:
        cancel(visit=visit, reason="建议人已撤回", actor=Actor.system(), at=now)
        done += 1
    return done
