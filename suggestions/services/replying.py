"""The answer: drafted, signed by the unit's head, reviewed by the office, given to the author (T11 to T16; 4.7)."""

from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction

from suggestions import reply_parts, rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import DATED_OUTCOMES, Outcome
from suggestions.errors import ChangedMeanwhile, Invalid, NotAllowed, WrongState
from suggestions.insight.replies import only_passes_on
from suggestions.models import Assignment, Reply, Suggestion
from suggestions.services import assignment as assigning
from suggestions.services import commitments, publishing, rectifying, transitions
from suggestions.states import ACTIVE_ASSIGNMENT, Case
from suggestions.states import Assignment as Part

BODY_MIN, BODY_MAX = 30, 6000
EDITABLE = (Reply.State.DRAFT, Reply.State.AWAITING_SIGNATURE)
WRITABLE_CASES = (Case.HANDLING, Case.RECTIFYING)


def lead_assignment(suggestion: Suggestion) -> Assignment:
    """The active lead assignment; WrongState when nobody leads."""
    held = (
        suggestion.assignments.filter(part=Assignment.Part.LEAD, status__in=ACTIVE_ASSIGNMENT)
        .select_related("unit")
        .first()
    )
    if held is None:
        raise WrongState
    held.suggestion = suggestion
    return held


def _lead_of(parts: list[Assignment]) -> Assignment:
    lead = assigning.lead_of(parts)
    if lead is None:
        raise WrongState
    return lead


def current_reply(suggestion: Suggestion) -> Reply | None:
    """The newest version, whatever its state."""
    return suggestion.replies.order_by("-number").first()


def own_reply(suggestion: Suggestion, lead: Assignment) -> Reply | None:
    """The version the lead goes on with: the newest, if it is its own. What an earlier lead wrote stays that unit's, and
    a new lead begins with an empty page.
    """
    return _own(current_reply(suggestion), lead)


def _own(newest: Reply | None, lead: Assignment) -> Reply | None:
    if newest is None or newest.unit_id != lead.unit_id:
        return None
    newest.unit = lead.unit
    return newest


def save_draft(*, suggestion: Suggestion, actor: Actor, at: datetime, **values: Any) -> Reply:
    """Save the lead unit's draft; after a send-back or a rectification this begins the next version, nothing is lost.

    `values`: outcome, body, parts, reason, basis, commitment, committed_by, next_report_on, contact. No check but shape:
    a draft may be incomplete. `parts`: rows {kind, point, answer, unit (code), ref}, see reply_parts.
    """
    lead = _led_by(suggestion, actor)
    return _save(lead, current_reply(suggestion), actor, at, values)


def _led_by(suggestion: Suggestion, actor: Actor) -> Assignment:
    lead = lead_assignment(suggestion)
    if actor.unit is None or actor.unit.pk != lead.unit_id:
        raise NotAllowed("只有主办单位可以起草答复。")
    return lead


def _save(
    lead: Assignment, newest: Reply | None, actor: Actor, at: datetime, values: dict[str, Any]
) -> Reply:
    """`newest`: the newest version, whosesoever it is."""
    suggestion, reply = lead.suggestion, _own(newest, lead)
    if suggestion.status not in WRITABLE_CASES:
        raise WrongState
    clean = {k: rules.clean_text(v) if isinstance(v, str) else v for k, v in values.items()}
    if "parts" in clean:
        names = {a.unit.code: a.unit.short_name for a in assigning_units(suggestion)}
        clean["parts"] = reply_parts.clean(values["parts"], names)
    if reply is not None and reply.state in EDITABLE:
        # Conditional on the state that was read: a version signed meanwhile is never overwritten.
        _move(reply, reply.state, Reply.State.DRAFT, drafted_by=actor.user, updated_at=at, **clean)
        return reply
    number = newest.number + 1 if newest else 1
    kept = {} if reply is None else {n: getattr(reply, n) for n in _TEXTS}
    draft = Reply(suggestion=suggestion, unit=lead.unit, number=number, **{**kept, **clean})
    draft.drafted_by = actor.user  # type: ignore[assignment]
    try:
        with transaction.atomic():
            draft.save()
            _record(draft, "begin_draft", f"{lead.unit.short_name}起草第{number}稿", actor, at)
    except IntegrityError as error:
        # A colleague began the same version a moment ago.
        raise ChangedMeanwhile from error
    return draft


def assigning_units(suggestion: Suggestion) -> list[Assignment]:
    """The parts at work on an item, lead first: who may answer a point of the reply."""
    held = suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT).select_related("unit")
    return sorted(held, key=lambda a: (a.part != Assignment.Part.LEAD, a.pk))


def adopt_opinion(*, suggestion: Suggestion, part: Assignment, actor: Actor, at: datetime) -> Reply:
    """Take a co-unit's opinion into the draft as a part under its name; the lead then edits it (BJ 14; BX 44(1))."""
    lead = _led_by(suggestion, actor)
    if part.part != Assignment.Part.CO or not part.opinion:
        raise Invalid({"parts": ["这个单位还没有给协办意见。"]})
    newest = current_reply(suggestion)
    held = _own(newest, lead)
    rows = list(held.parts) if held is not None else []
    if any(row.get("unit") == part.unit.code for row in rows):
        raise Invalid({"parts": [f"{part.unit.short_name}的意见已经在逐条回应里了。"]})
    point = f"{part.unit.short_name}负责的部分"
    rows.append({"point": point, "answer": part.opinion, "unit": part.unit.code})
    return _save(lead, newest, actor, at, {"parts": rows})


def _record(
    reply: Reply, name: str, words: str, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """The unit's own steps change no state of the case, yet the desk's history tells them."""
    transitions.note(
        reply.suggestion, name, actor=actor, at=at, words=words, reason=reason, data={"reply": reply.number}
    )  # fmt: skip


_TEXTS = (
    "outcome",
    "body",
    "parts",
    "reason",
    "basis",
    "commitment",
    "committed_by",
    "next_report_on",
    "contact",
)


def problems(reply: Reply, *, on: date) -> dict[str, list[str]]:
    """What keeps a reply from being signed (process.md 4.7): hard rules only; softer ones are warnings (insight)."""
    found: dict[str, list[str]] = {}
    if reply.outcome not in Outcome.values:
        found["outcome"] = ["请选办理结果。"]
    if len(reply.body) < BODY_MIN:
        found["body"] = [f"答复太短，至少{BODY_MIN}个字：逐条回应、查了什么、怎么定的、下一步。"]
    elif len(reply.body) > BODY_MAX:
        found["body"] = [f"答复最多{BODY_MAX}个字，现在是{len(reply.body)}个字。"]
    elif only_passes_on(reply.full_text):
        found["body"] = ["“已转交”不是答复。请写明查了什么、怎么定的、下一步由谁在什么时候做。"]
    wrong = reply_parts.problems(reply_parts.read(reply.parts))
    if wrong:
        found["parts"] = wrong
    dated = DATED_OUTCOMES.get(Outcome(reply.outcome)) if reply.outcome in Outcome.values else None
    if dated:
        when: date | None = getattr(reply, dated)
        if when is None:
            found[dated] = [f"选“{Outcome(reply.outcome).label}”要写明日期。"]
        elif when <= on:
            found[dated] = ["日期应在今天以后。"]
    if reply.outcome == Outcome.NOT_ADOPTED and not reply.reason:
        found["reason"] = ["不予采纳要写明理由。"]
    if not reply.contact:
        found["contact"] = ["请写联系科室和座机，让建议人找得到人。"]
    return found


def ask_for_signature(*, reply: Reply, actor: Actor, at: datetime) -> Reply:
    """The handler hands the draft to the unit's head."""
    if actor.unit is None or actor.unit.pk != reply.unit_id:
        raise NotAllowed
    if reply.state != Reply.State.DRAFT:
        raise WrongState
    found = problems(reply, on=local_date(at))
    if found:
        raise Invalid(found)
    with transaction.atomic():
        _move(reply, Reply.State.DRAFT, Reply.State.AWAITING_SIGNATURE)
        words = f"{reply.unit.short_name}把第{reply.number}稿送负责人审签"
        _record(reply, "ask_signature", words, actor, at)
    return reply


def return_draft(*, reply: Reply, note: str, actor: Actor, at: datetime) -> Reply:
    """The unit's head hands the draft back to the handler with a remark."""
    if actor.unit is None or actor.unit.pk != reply.unit_id:
        raise NotAllowed
    note = rules.clean_text(note)
    if not note:
        raise Invalid({"note": ["请写明要改什么。"]})
    with transaction.atomic():
        _move(reply, Reply.State.AWAITING_SIGNATURE, Reply.State.DRAFT, review_note=note)
        words = f"{reply.unit.short_name}负责人退回第{reply.number}稿"
        _record(reply, "return_draft", words, actor, at, reason=note)
    return reply


def sign(*, reply: Reply, actor: Actor, at: datetime, note: str = "") -> Reply:
    """The unit's head signs; the office reviews (T11). Co-units must have answered, or be overdue, or the head says why
    it goes without them (`note`, process.md 4.1 T11; peers.md feature 4).
    """
    if actor.unit is None or actor.unit.pk != reply.unit_id:
        raise NotAllowed
    suggestion = reply.suggestion
    found = problems(reply, on=local_date(at))
    if found:
        raise Invalid(found)
    parts = assigning.active_parts(suggestion)
    waiting = assigning.still_waiting(parts, suggestion, at=at)
    if waiting and not note.strip():
        names = "、".join(a.unit.short_name for a in waiting)
        raise Invalid({"note": [f"{names}还没有回复协办意见，期限也没到。要先报送，请写明原因。"]})
    lead = _lead_of(parts)
    if lead.unit_id != reply.unit_id:
        raise NotAllowed("这件已经改由别的单位主办，这一稿不能再签。")
    rectifying.check_again(reply)
    with transitions.act(suggestion):
        _move(
            reply, Reply.State.AWAITING_SIGNATURE, Reply.State.SIGNED,
            signed_by=actor.user, signed_at=at, review_note="",
        )  # fmt: skip
        # The head's signature is the unit's act; the assignment moves in the unit's name.
        transitions.apply(
            lead,
            "submit_work",
            actor=actor,
            at=at,
            data={"unit": lead.unit.short_name},
            fields={"submitted_at": at},
        )
        transitions.apply(
            suggestion, "submit_reply", actor=actor, at=at, reason=note,
            data={"unit": lead.unit.short_name, "reply": reply.number, "without": [a.unit.short_name for a in waiting]},
        )  # fmt: skip
    return reply


def send_back(*, reply: Reply, reason: str, actor: Actor, at: datetime) -> Reply:
    """The office sends a signed reply back with reasons (T12); the next draft is a new version."""
    reason = rules.clean_text(reason)
    if not reason:
        raise Invalid({"reason": ["请写明退回的理由，承办单位要照着改。"]})
    suggestion = reply.suggestion
    lead = lead_assignment(suggestion)
    data = {"unit": lead.unit.short_name, "reply": reply.number}
    with transitions.act(suggestion):
        _move(
            reply,
            Reply.State.SIGNED,
            Reply.State.SENT_BACK,
            reviewed_by=actor.user,
            review_note=reason,
        )
        transitions.apply(suggestion, "send_back", actor=actor, at=at, reason=reason, data=data)
        transitions.apply(lead, "rework", actor=actor, at=at, data=data)
    return reply


def approve(*, reply: Reply, actor: Actor, at: datetime) -> Reply:
    """The office passes the reply: the author is answered and asked to rate (T13, T16), the page is brought up to date."""
    suggestion = reply.suggestion
    parts = assigning.active_parts(suggestion)
    lead = _lead_of(parts)
    with transitions.act(suggestion):
        _move(
            reply, Reply.State.SIGNED, Reply.State.APPROVED, reviewed_by=actor.user, delivered_at=at
        )
        transitions.apply(
            suggestion, "pass_reply", actor=actor, at=at,
            fields={"outcome": reply.outcome, "answered_at": at},
            data={"unit": lead.unit.short_name, "reply": reply.number, "outcome": reply.outcome},
        )  # fmt: skip
        commitments.make(reply=reply, actor=Actor.system(), at=at)
        for item in (suggestion, *suggestion.merged_items.filter(status=Case.MERGED)):
            invite(suggestion=item, at=at)
        for part in parts:
            data = {"unit": part.unit.short_name}
            if part.status == Part.SUBMITTED:
                transitions.apply(part, "accept_work", actor=actor, at=at, data=data)
        for part in parts:
            data = {"unit": part.unit.short_name}
            if part.status in (Part.PENDING, Part.SIGNED, Part.WORKING):
                transitions.apply(part, "recall", actor=Actor.system(), at=at, data=data)
        if publishing.cover_reply(suggestion=suggestion, reply=reply, at=at) is None:
            publishing.rest(suggestion, at=at)
    return reply


def invite(*, suggestion: Suggestion, at: datetime) -> None:
    """Ask an author to rate the newest answer; each merged author has a window and a rating of their own (4.5; K13).

    Who left the case (T18) is not asked.
    """
    if not suggestion.events.filter(name="author_left").exists():
        transitions.apply(suggestion, "invite", actor=Actor.system(), at=at)


def _move(reply: Reply, expected: str, to: str, **fields: Any) -> None:
    """Conditional change of a reply's own state; the case's states go through transitions."""
    if not Reply.objects.filter(pk=reply.pk, state=expected).update(state=to, **fields):
        raise ChangedMeanwhile
    reply.state = to
    for name, value in fields.items():
        setattr(reply, name, value)
