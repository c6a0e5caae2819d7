"""From suggestion to measure: study, decision, carrying out, result (process.md 4.8; SH 11, 13; K7b, K19)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from suggestions import content, outbox, rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import ConversionType
from suggestions.errors import Invalid, NotAllowed, WrongState
from suggestions.models import (
    Adoption,
    AdoptionResult,
    CaseEvent,
    Clock,
    Milestone,
    ProgressNote,
    Study,
    StudyOpinion,
    Suggestion,
    Unit,
)
from suggestions.roles import UNIT_ROLES, Role
from suggestions.services import lapses, transitions
from suggestions.states import ACTIVE_ASSIGNMENT, Visibility
from suggestions.states import Adoption as State

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser as User

MEASURE_MAX, TEXT_MIN, TEXT_MAX = 60, 10, 2000
DECISIONS = {"adopt": "decide_adopt", "partial": "decide_partial", "reject": "decide_reject"}


def nominate(
    *, suggestion: Suggestion, unit: Unit, measure: str, actor: Actor, at: datetime, detail: str = "",
    conversion_type: str = "", due_on: date | None = None,
) -> Adoption:  # fmt: skip
    """Open the chain to adoption for a suggestion. Raises Invalid, WrongState when there is one already."""
    measure = rules.clean_text(measure, multiline=False)
    if not measure or len(measure) > MEASURE_MAX:
        raise Invalid({"measure": [f"用一句话写要办成的事，最多{MEASURE_MAX}个字。"]})
    if Adoption.objects.filter(suggestion=suggestion).exists():
        raise WrongState("这件建议已经列入采纳转化，不用再列。")
    adoption = Adoption(
        suggestion=suggestion, unit=unit, measure=measure, detail=rules.clean_text(detail),
        conversion_type=conversion_type, due_on=due_on,
    )  # fmt: skip
    data = {"measure": measure, "unit": unit.short_name}
    transitions.begin(adoption, "nominate", actor=actor, at=at, data=data)
    return adoption


def competent_units(adoption: Adoption) -> list[Unit]:
    """The bodies known to be competent: who carries it out, the case's lead and co-units, and those named at a study."""
    assigned = adoption.suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT)
    ids = {adoption.unit_id, *assigned.values_list("unit_id", flat=True)}
    ids.update(Unit.objects.filter(pk__in=_named(adoption)).values_list("pk", flat=True))
    return list(Unit.objects.filter(pk__in=ids).order_by("pk"))


def _named(adoption: Adoption) -> list[int]:
    through = Study.competent_units.through.objects
    return list(through.filter(study__adoption=adoption).values_list("unit_id", flat=True))


def open_study(
    *, adoption: Adoption, method: str, held_on: date, invited: Sequence[Unit], actor: Actor, at: datetime,
    competent: Sequence[Unit] = (), place: str = "", participants: str = "", author_invited: bool = False,
    experts: "Iterable[User]" = (),
) -> Study:  # fmt: skip
    """Arrange a study. The first one opens the state; while the author still waits for the answer, K7b replaces K7a.

    With two or more competent bodies all must be invited (SH 11): raises Invalid naming those left out.
    """
    errors: dict[str, list[str]] = {}
    if method not in Study.Method.values:
        errors["method"] = ["请选论证方式。"]
    required = {u.pk: u for u in (*competent_units(adoption), *competent)}
    left_out = [u.short_name for pk, u in required.items() if pk not in {i.pk for i in invited}]
    if len(required) > 1 and left_out:
        names = "、".join(left_out)
        errors["invited"] = [f"涉及两个以上主管单位的，都要请到。还没有请{names}。"]
    if not invited:
        errors["invited"] = ["请选请到的单位。"]
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        study = Study.objects.create(
            adoption=adoption, method=method, held_on=held_on, place=rules.clean_text(place, multiline=False),
            participants=rules.clean_text(participants), author_invited=author_invited, created_at=at,
        )  # fmt: skip
        study.competent_units.set(required.values())
        study.invited_units.set(invited)
        study.experts.set([e.pk for e in experts])
        data = {"measure": adoption.measure, "study": study.pk, "method": method}
        if adoption.status == State.CANDIDATE:
            waiting = Clock.objects.filter(
                suggestion=adoption.suggestion, kind__in=("K7a", "K7c", "K7d"), stopped_at=None
            ).exists()
            name = "study_before_reply" if waiting else "study"
            transitions.apply(adoption, name, actor=actor, at=at, data=data)
        elif adoption.status == State.STUDYING:
            words = f"又安排了一次{study.get_method_display()}"
            transitions.note(adoption.suggestion, "study_added", actor=actor, at=at, words=words)
        else:
            raise WrongState("论证已经结束，不能再加。")
    return study


def give_opinion(
    *, study: Study, stance: str, text: str, actor: Actor, at: datetime
) -> StudyOpinion:
    """Record an internal opinion of an invited unit or of an invited expert. Raises NotAllowed to anybody else."""
    text = rules.clean_text(text)
    if stance not in StudyOpinion.Stance.values:
        raise Invalid({"stance": ["请选赞成、修改后赞成或不赞成。"]})
    _need(text, "text", "理由")
    if study.adoption.status != State.STUDYING:
        raise WrongState("论证已经结束，意见收不进来了。")
    assert actor.user is not None
    by_unit = actor.role in UNIT_ROLES and actor.unit is not None
    if by_unit and not study.invited_units.filter(pk=actor.unit.pk).exists():  # type: ignore[union-attr]
        raise NotAllowed("这次论证没有请您单位。")
    if not by_unit and not study.experts.filter(pk=actor.user.pk).exists():
        raise NotAllowed("这次论证没有请您。")
    return StudyOpinion.objects.create(
        study=study, unit=actor.unit if by_unit else None, by_id=actor.user.pk, is_expert=not by_unit, stance=stance,
        text=text, at=at,
    )  # fmt: skip


def conclude(
    *, adoption: Adoption, recommended: bool, summary: str, actor: Actor, at: datetime
) -> Adoption:
    """End the study with a recommendation. Whoever is competent by now must have been invited (SH 11)."""
    summary = rules.clean_text(summary)
    _need(summary, "summary", "论证结论")
    studies = list(adoption.studies.all())
    if not studies:
        raise WrongState("还没有开过论证会，不能下结论。")
    through = Study.invited_units.through.objects
    asked = set(through.filter(study__adoption=adoption).values_list("unit_id", flat=True))
    required = competent_units(adoption)
    left_out = [u.short_name for u in required if u.pk not in asked]
    if len(required) > 1 and left_out:
        names = "、".join(left_out)
        raise Invalid({"recommended": [f"主管单位要都请到。还没有请{names}，请再安排一次论证。"]})
    if actor.role in UNIT_ROLES:
        _own(adoption, actor)
    with transaction.atomic():
        Study.objects.filter(pk=studies[-1].pk).update(summary=summary)
        name = "recommend" if recommended else "not_recommend"
        _apply(adoption, name, actor, at, said=summary)
    return adoption


def decide(
    *, adoption: Adoption, decision: str, basis: str, actor: Actor, at: datetime, reason: str = "",
    conversion_type: str = "", due_on: date | None = None,
) -> Adoption:  # fmt: skip
    """Adopt, adopt in part, or not (XF 29). A yes needs the way of conversion and a date; what is left out, a reason."""
    basis, reason = rules.clean_text(basis), rules.clean_text(reason)
    errors: dict[str, list[str]] = {}
    if decision not in DECISIONS:
        errors["decision"] = ["请选采纳、部分采纳或不采纳。"]
    if not basis:
        errors["basis"] = ["请写决定的依据，例如会议纪要、文件条款。"]
    if decision in ("adopt", "partial"):
        if conversion_type not in ConversionType.values:
            errors["conversion_type"] = ["请选转化方式。"]
        if due_on is None or due_on <= local_date(at):
            errors["due_on"] = ["采纳要有完成的日期，而且在今天以后。"]
    if decision in ("partial", "reject") and not reason:
        errors["reason"] = ["没有采纳的部分，请写明理由，建议人会看到。"]
    if errors:
        raise Invalid(errors)
    _own(adoption, actor)
    fields: dict[str, Any] = {"basis": basis, "decided_at": at, "reason": reason}
    if decision != "reject":
        fields |= {"conversion_type": conversion_type, "due_on": due_on}
    return _apply(adoption, DECISIONS[decision], actor, at, said=reason or basis, **fields)


def start(
    *, adoption: Adoption, milestones: Sequence[tuple[str, date]], actor: Actor, at: datetime
) -> Adoption:
    """Begin to carry it out, with at least one dated step, none after the promised day. K19 starts."""
    named = [(rules.clean_text(n, multiline=False), d) for n, d in milestones if n.strip()]
    errors = []
    if not named:
        errors.append("至少写一个节点：到哪一天，做到什么。")
    if adoption.due_on and any(d > adoption.due_on for _n, d in named):
        day = adoption.due_on
        errors.append(f"节点不能晚于完成期限{day.year}年{day.month}月{day.day}日。")
    if len({n for n, _d in named}) < len(named):
        errors.append("有两个节点写得一样，请分开写。")
    if errors:
        raise Invalid({"milestones": errors})
    _own(adoption, actor)
    with transaction.atomic():
        _apply(adoption, "implement", actor, at)
        Milestone.objects.bulk_create(
            Milestone(adoption=adoption, name=n[:80], due_on=d) for n, d in named
        )
    return adoption


def report_progress(
    *, adoption: Adoption, text: str, actor: Actor, at: datetime, reached: Iterable[Milestone] = ()
) -> ProgressNote:
    """Say what was done; K19 starts anew. `reached` are the milestones done by today."""
    text = rules.clean_text(text)
    _need(text, "text", "进展", longest=600)
    _own(adoption, actor)
    assert actor.user is not None
    assert actor.unit is not None
    with transaction.atomic():
        note = ProgressNote.objects.create(
            adoption=adoption, unit=actor.unit, by_id=actor.user.pk, text=text, at=at
        )
        ids = [m.pk for m in reached]
        adoption.milestones.filter(pk__in=ids, done_on=None).update(done_on=local_date(at))
        _apply(adoption, "report_progress", actor, at)
    return note


def add_result(
    *, adoption: Adoption, kind: str, title: str, starts_on: date, before: str, after: str, actor: Actor, at: datetime,
    number: str = "", link: str = "", ends_on: date | None = None,
) -> AdoptionResult:  # fmt: skip
    """Name the document or project it became, and what is different now."""
    errors: dict[str, list[str]] = {}
    if kind not in AdoptionResult.Kind.values:
        errors["kind"] = ["请选成果的种类。"]
    for name, text, what in (("title", title, "名称"), ("before", before, "原来怎样"), ("after", after, "现在怎样")):  # fmt: skip
        if not text.strip():
            errors[name] = [f"请写{what}。"]
    if link and not link.startswith(("http://", "https://")):
        errors["link"] = ["网址要以http://或https://开头。"]
    if ends_on and ends_on < starts_on:
        errors["ends_on"] = ["结束日期不能早于开始日期。"]
    if errors:
        raise Invalid(errors)
    if adoption.status not in (State.IMPLEMENTING, State.IMPLEMENTED):
        raise WrongState("还没有开始落实，不能登记成果。")
    _own(adoption, actor)
    with transaction.atomic():
        result = AdoptionResult.objects.create(
            adoption=adoption, kind=kind, title=rules.clean_text(title, multiline=False), number=number.strip(), link=link,
            starts_on=starts_on, ends_on=ends_on, before=rules.clean_text(before), after=rules.clean_text(after),
        )  # fmt: skip
        transitions.note(
            adoption.suggestion, "result_added", actor=actor, at=at, words=f"形成成果：{result.title}",
            visibility=Visibility.PUBLIC,
        )  # fmt: skip
        content.bump_after_commit()
    return result


def complete(*, adoption: Adoption, done_on: date, actor: Actor, at: datetime) -> Adoption:
    """Say that it is done. Only with a result to show, and not on a day to come."""
    if done_on > local_date(at):
        raise Invalid({"done_on": ["完成日期不能在今天以后。"]})
    if not adoption.results.exists():
        raise Invalid({"done_on": ["请先登记成果：形成了什么文件或项目，原来怎样，现在怎样。"]})
    _own(adoption, actor)
    with transaction.atomic():
        adoption.milestones.filter(done_on=None).update(done_on=done_on)
        return _apply(adoption, "complete", actor, at, done_on=done_on)


def abandon(*, adoption: Adoption, reason: str, actor: Actor, at: datetime) -> Adoption:
    """Stop, and say why: the public page shows it as plainly as a success."""
    reason = rules.clean_text(reason)
    _need(reason, "reason", "不再推进的理由", longest=500)
    _own(adoption, actor)
    return _apply(adoption, "abandon", actor, at, said=reason, reason=reason)


def missed_progress(*, now: datetime) -> int:
    """Sweep: where K19 ran out without a note, say so in public, once a clock, at the legal moment; remind the unit."""
    done = 0
    # Said after this clock's day: the clock runs on until a note comes, and must not fill the batch meanwhile.
    told = CaseEvent.objects.filter(
        suggestion=OuterRef("suggestion"), name="progress_missed", at__gt=OuterRef("due_on")
    )
    late = (
        Clock.objects.filter(
            ~Exists(told), kind="K19", stopped_at=None, due_on__lt=local_date(now), suggestion__isnull=False
        )
        .select_related("suggestion__jurisdiction")
        .order_by("due_on", "pk")
    )  # fmt: skip
    for clock in late[:500]:
        at, suggestion = lapses.legal_moment(clock), clock.suggestion
        assert suggestion is not None
        if CaseEvent.objects.filter(suggestion=suggestion, name="progress_missed", at=at).exists():
            continue
        with transaction.atomic():
            transitions.note(
                suggestion, "progress_missed", actor=Actor.system(), at=at, words="没有按时报告进展",
                visibility=Visibility.PUBLIC, data={"clock": clock.pk},
            )  # fmt: skip
            payload = {
                "code": "staff.progress_missed",
                "suggestion": suggestion.pk,
                "clock": clock.pk,
            }
            outbox.enqueue(
                outbox.STAFF_NOTICE, payload, key=f"staff.progress_missed:{clock.pk}:{at:%F}"
            )
        done += 1
    return done


def _apply(
    adoption: Adoption, name: str, actor: Actor, at: datetime, *, said: str = "", **fields: Any
) -> Adoption:
    data = {"measure": adoption.measure, "unit": adoption.unit.short_name}
    with transaction.atomic():
        transitions.apply(adoption, name, actor=actor, at=at, reason=said, fields=fields, data=data)
        content.bump_after_commit()
    return adoption


def _own(adoption: Adoption, actor: Actor) -> None:
    """Decisions and deeds are the carrying unit's own; the office opens, asks and watches (process.md 2.2)."""
    if actor.role in UNIT_ROLES and (actor.unit is None or actor.unit.pk != adoption.unit_id):
        raise NotAllowed(f"这件由{adoption.unit.short_name}落实，请由该单位办理。")
    if actor.role not in UNIT_ROLES and actor.role != Role.TRIAGE_OFFICER:
        raise NotAllowed


def _need(text: str, name: str, what: str, *, longest: int = TEXT_MAX) -> None:
    if len(text) < TEXT_MIN:
        raise Invalid({name: [f"请写{what}，至少{TEXT_MIN}个字。"]})
    if len(text) > longest:
        raise Invalid({name: [f"{what}最多{longest}个字，现在是{len(text)}个字。"]})
