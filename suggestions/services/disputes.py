"""Objections of units (退办, XF 23), what repeated returns lead to, and disputes of competence (XF 24; process.md 4.2).

The author's clock runs on through all of it; who held the item how long is told by selectors/holding.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from suggestions import one_look, rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import ChangedMeanwhile, DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import Assignment, Clock, JurisdictionDispute, Objection, Suggestion, Unit
from suggestions.services import assignment as assigning
from suggestions.services import eligible, records, transitions
from suggestions.states import OPEN, Case
from suggestions.states import Assignment as State
from suggestions.states.machines import Jurisdiction as Dispute

RETURNS_MAX = 2
"""After so many upheld returns the next one is refused and a supervisor designates (PRAC 巴彦淖尔)."""
UNITS_MAX = 3
"""So many units touched without a lead lead to the same."""
REASONS_MIN = 20


def objection_until(assignment: Assignment) -> date | None:
    """The last day on which the unit may still return the item (K5); None when it may not at all."""
    if assignment.is_final or assignment.status not in (
        State.PENDING,
        State.SIGNED,
        State.WORKING,
    ):
        return None
    return (
        Clock.objects.filter(assignment=assignment, kind="K5", stopped_at=None)
        .values_list("due_on", flat=True)
        .first()
    )


def why_no_objection(assignment: Assignment, *, on: date) -> str:
    """Why the unit cannot return the item now, in a sentence for it; "" when it can."""
    if assignment.is_final:
        return "这件是最终指定给您单位的，不能再退。办理中有困难，请同征集办公室联系。"
    if assignment.status == State.OBJECTED:
        return "您单位已经提出退办，正等决定。"
    if assignment.suggestion.status not in (Case.DISPATCHED, Case.HANDLING):
        return "这件现在的状态不能退办。"
    until = objection_until(assignment)
    if until is None:
        return "这件现在不能退办。"
    if until < on:
        return (
            f"退办要在收到之日起5个工作日内提出，{until.month}月{until.day}日已经过了。"
            "请继续办理，有困难请同征集办公室联系。"
        )
    return ""


def object_to(
    *,
    assignment: Assignment,
    reasons: str,
    legal_basis: str,
    actor: Actor,
    at: datetime,
    proposed_unit: Unit | None = None,
) -> Objection:
    """A unit says "not ours" within five working days of receipt, with detailed reasons and the legal basis (XF 23).

    K5 ends, K6 begins; the author's clock runs on. Raises Invalid, DomainError (too late, final, not theirs).
    """
    if actor.unit is None or actor.unit.pk != assignment.unit_id:
        raise NotAllowed("这件建议不是交给您单位的。")
    reasons, legal_basis = (
        rules.clean_text(reasons),
        rules.clean_text(legal_basis, multiline=False),
    )
    errors: dict[str, list[str]] = {}
    if len(reasons) < REASONS_MIN:
        errors["reasons"] = [
            f"请把理由写详细，至少{REASONS_MIN}个字：这件事为什么不归您单位，应归哪家。"
        ]
    if not legal_basis:
        errors["legal_basis"] = ["请写明法律、政策或“三定”规定的依据。"]
    if proposed_unit is not None and proposed_unit.pk == assignment.unit_id:
        errors["proposed_unit"] = ["请选别的单位，不是您自己的。"]
    if errors:
        raise Invalid(errors)
    why = why_no_objection(assignment, on=local_date(at))
    if why:
        raise DomainError(why)
    suggestion = assignment.suggestion
    try:
        with transaction.atomic():
            objection = Objection.objects.create(
                assignment=assignment, reasons=reasons, legal_basis=legal_basis,
                proposed_unit=proposed_unit, filed_by=actor.user, filed_at=at,  # type: ignore[misc]
            )  # fmt: skip
            transitions.apply(
                assignment, "object", actor=actor, at=at, reason=reasons,
                data={"unit": assignment.unit.short_name, "basis": legal_basis},
            )  # fmt: skip
            # Deciding is the office's duty, so K6 is not held against the unit.
            office = Unit.objects.filter(
                jurisdiction_id=suggestion.jurisdiction_id, is_collection_office=True
            ).first()
            Clock.objects.filter(assignment=assignment, kind="K6", stopped_at=None).update(
                holder_unit=office
            )
    except IntegrityError as error:
        raise ChangedMeanwhile from error
    return objection


def uphold(*, objection: Objection, decision: str, actor: Actor, at: datetime) -> Objection:
    """The office agrees: the unit is out; a lead's item goes back to be dispatched anew (XF 23; K6).

    The second return, or the third unit without a lead, hands the item to a supervisor (4.2).
    """
    decision = _decision(decision)
    assignment, suggestion = objection.assignment, objection.assignment.suggestion
    assignment.suggestion = suggestion
    with transaction.atomic():
        if assignment.part == Assignment.Part.LEAD:
            assigning.withdraw_lead(
                assignment, "uphold_objection", actor=actor, at=at, reason=decision, returned=True
            )
            _escalate_when_due(suggestion, actor, at)
        else:
            transitions.apply(
                assignment, "uphold_objection", actor=actor, at=at, reason=decision,
                data={"unit": assignment.unit.short_name},
            )  # fmt: skip
        _decide(objection, True, decision, actor, at)
    return objection


def reject(*, objection: Objection, decision: str, actor: Actor, at: datetime) -> Objection:
    """The office does not agree: the unit is designated for good and goes on at once (XF 23; WF 22)."""
    decision = _decision(decision)
    assignment, suggestion = objection.assignment, objection.assignment.suggestion
    assignment.suggestion = suggestion
    data = {"unit": assignment.unit.short_name}
    with transaction.atomic():
        transitions.apply(
            assignment, "reject_objection", actor=actor, at=at, reason=decision, data=data,
            fields={"is_final": True, "signed_at": assignment.signed_at or at},
        )  # fmt: skip
        if assignment.part == Assignment.Part.LEAD and suggestion.status == Case.DISPATCHED:
            transitions.apply(suggestion, "resume_handling", actor=actor, at=at, data=data)
        _decide(objection, False, decision, actor, at)
    return objection


def open_objections(suggestion: Suggestion) -> list[Objection]:
    """Objections that wait for a decision, each tied to this very object. One query."""
    found = list(
        Objection.objects.filter(
            assignment__suggestion=suggestion, assignment__status=State.OBJECTED
        ).select_related("assignment__unit", "proposed_unit", "filed_by")
    )
    for objection in found:
        objection.assignment.suggestion = suggestion
    return found


def units_touched(suggestion: Suggestion) -> int:
    """How many units had the lead so far."""
    leads = suggestion.assignments.filter(part=Assignment.Part.LEAD)
    return leads.values("unit").distinct().count()


def _escalate_when_due(suggestion: Suggestion, actor: Actor, at: datetime) -> None:
    """No third bounce: from here on only a supervisor designates (4.2)."""
    touched = units_touched(suggestion)
    if suggestion.escalated_at is not None or (
        suggestion.return_count < RETURNS_MAX and touched < UNITS_MAX
    ):
        return
    why = (
        f"退办已满{suggestion.return_count}次"
        if suggestion.return_count >= RETURNS_MAX
        else f"{touched}个单位都没有接下主办"
    )
    transitions.note(
        suggestion, "escalate", actor=actor, at=at, words=f"{why}，交督办员最终指定承办单位",
        fields={"escalated_at": at}, notify=("staff.escalated",),
        data={"returns": suggestion.return_count, "units": touched},
    )  # fmt: skip


def _decision(text: str) -> str:
    text = rules.clean_text(text)
    if not text:
        raise Invalid({"decision": ["请写明决定的理由，提出退办的单位会看到。"]})
    return text


def _decide(
    objection: Objection, is_upheld: bool, decision: str, actor: Actor, at: datetime
) -> None:
    changed = Objection.objects.filter(pk=objection.pk, is_upheld=None).update(
        is_upheld=is_upheld, decision=decision, decided_by=actor.user, decided_at=at
    )
    if not changed:
        raise ChangedMeanwhile
    objection.is_upheld, objection.decision, objection.decided_at = is_upheld, decision, at


def open_dispute(
    *,
    suggestion: Suggestion,
    units: Sequence[Unit],
    matter: str,
    consult_until: date,
    actor: Actor,
    at: datetime,
) -> JurisdictionDispute:
    """Two or more units disagree who is competent: they consult until a date (XF 24). No clock of the author stops."""
    matter = rules.clean_text(matter)
    errors: dict[str, list[str]] = {}
    if len({u.pk for u in units}) < 2:
        errors["units"] = ["请选两个以上有争议的单位。"]
    if not matter:
        errors["matter"] = ["请写明争议什么。"]
    if consult_until < local_date(at):
        errors["consult_until"] = ["协商到哪天，请填今天或以后的日期。"]
    if errors:
        raise Invalid(errors)
    if suggestion.status not in (Case.ACCEPTED, Case.DISPATCHED, Case.HANDLING):
        raise WrongState
    dispute = JurisdictionDispute(
        suggestion=suggestion, jurisdiction=suggestion.jurisdiction, matter=matter,
        consult_until=consult_until,
    )  # fmt: skip
    names = "、".join(u.short_name for u in units)
    day = f"{consult_until.month}月{consult_until.day}日"
    try:
        with transaction.atomic():
            records.begin(
                dispute, "open_dispute", actor=actor, at=at, suggestion=suggestion,
                data={"units": names, "day": day},
            )  # fmt: skip
            dispute.units.set(units)
            _tell(dispute, f"{names}对归谁主办有争议，{day}前协商", actor, at, matter)
    except IntegrityError as error:
        raise DomainError("这件已经有一个没有解决的管辖争议。") from error
    return dispute


def refer(
    *, dispute: JurisdictionDispute, superior: str, actor: Actor, at: datetime
) -> JurisdictionDispute:
    """Consultation failed: the common superior decides (XF 24)."""
    superior = rules.clean_text(superior, multiline=False)
    if not superior:
        raise Invalid({"superior": ["请写共同的上级机关。"]})
    fields = {"superior": superior, "referred_on": local_date(at)}
    return _step(
        dispute, "refer_dispute", {"superior": superior}, fields, f"协商不成，报请{superior}决定", actor, at
    )  # fmt: skip


def call_meeting(
    *, dispute: JurisdictionDispute, on: date, about: str, actor: Actor, at: datetime
) -> JurisdictionDispute:
    """Neither settled it: a joint meeting does, on a date (XF 24)."""
    if on < local_date(at):
        raise Invalid({"on": ["联席会议的日期请填今天或以后。"]})
    day = f"{on.month}月{on.day}日"
    fields = {"meeting_on": on, "meeting_about": rules.clean_text(about, multiline=False)}
    return _step(dispute, "call_meeting", {"day": day}, fields, f"提请{day}联席会议商定", actor, at)


def settle(
    *, dispute: JurisdictionDispute, unit: Unit, result: str, actor: Actor, at: datetime
) -> JurisdictionDispute:
    """Who is competent, and why. What is then given to this unit it cannot return (WF 22)."""
    result = rules.clean_text(result)
    if not result:
        raise Invalid({"result": ["请写明结果和依据：谁定的、怎么定的。"]})
    why = eligible.why_not(dispute.suggestion, unit, as_lead=True)
    if why:
        raise Invalid({"unit": [why]})
    fields = {"result_unit": unit, "result": result, "settled_on": local_date(at)}
    words = f"管辖争议有了结果：由{unit.short_name}主办"
    return _step(
        dispute, "settle_dispute", {"unit": unit.short_name}, fields, words, actor, at, result
    )


def drop(
    *, dispute: JurisdictionDispute, reason: str, actor: Actor, at: datetime
) -> JurisdictionDispute:
    """The dispute is moot, for instance because a unit took the item on."""
    return _step(
        dispute, "drop_dispute", {}, {}, "管辖争议不再需要解决", actor, at, rules.clean_text(reason)
    )


def drop_overtaken(*, now: datetime) -> int:
    """Sweep: disputes about items nobody has to decide about any more, such as those their author withdrew."""
    waiting = JurisdictionDispute.objects.exclude(status__in=(Dispute.SETTLED, Dispute.DROPPED))
    done = 0
    for dispute in waiting.exclude(suggestion__status__in=OPEN).select_related("suggestion")[:500]:
        try:
            drop(dispute=dispute, reason="这件建议已经了结。", actor=Actor.system(), at=now)
        except DomainError:
            continue  # Somebody decided at the same moment; the next sweep looks again.
        done += 1
    return done


@one_look.once
def open_dispute_of(suggestion: Suggestion) -> JurisdictionDispute | None:
    """The dispute that is not settled yet. One query."""
    found = (
        JurisdictionDispute.objects.filter(suggestion=suggestion)
        .exclude(status__in=(Dispute.SETTLED, Dispute.DROPPED))
        .first()
    )
    if found is not None:
        found.suggestion = suggestion
    return found


def _step(
    dispute: JurisdictionDispute,
    name: str,
    data: dict[str, str],
    fields: dict[str, object],
    words: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> JurisdictionDispute:
    with transaction.atomic():
        records.move(
            dispute, name, actor=actor, at=at, reason=reason, data=data, fields=fields,
            suggestion=dispute.suggestion,
        )  # fmt: skip
        _tell(dispute, words, actor, at, reason)
    return dispute


def _tell(
    dispute: JurisdictionDispute, words: str, actor: Actor, at: datetime, reason: str
) -> None:
    transitions.note(
        dispute.suggestion, "dispute", actor=actor, at=at, words=words, reason=reason,
        data={"dispute": dispute.pk},
    )  # fmt: skip
