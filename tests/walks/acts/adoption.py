"""From suggestion to measure: nomination, studies, decisions, deeds (process.md 4.8); and return visits (7.1)."""

from suggestions.codes import Overall, Solved
from suggestions.models import Adoption, Study, Suggestion, Visit
from suggestions.services import adopting, visiting
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, act, errand, first


@act(2, Case.ANSWERED, Case.CLOSED, Case.HANDLING)
def nominate(walk: Walk, item: Suggestion) -> object:
    return adopting.nominate(
        suggestion=item, unit=walk.unit(), measure="路口有了长椅", actor=walk.who("triage_officer"), at=walk.at
    )  # fmt: skip


@act(1, Case.ANSWERED, Case.CLOSED, Case.HANDLING)
def adopt_this(walk: Walk, item: Suggestion) -> object:
    return _next(walk, first(Adoption.objects.filter(suggestion=item)))


@errand(8)
def adoption(walk: Walk) -> object:
    rows = Adoption.objects.exclude(status__in=("implemented", "abandoned", "decided_reject"))
    return _next(walk, walk.one(rows.select_related("suggestion__jurisdiction", "unit")))


def _next(walk: Walk, held: Adoption) -> object:
    office, head = walk.who("triage_officer"), walk.head(held.unit)
    if held.status == "candidate" and walk.chance(0.7):
        asked = adopting.competent_units(held)
        return adopting.open_study(
            adoption=held, method=walk.dice.choice(Study.Method.values), held_on=walk.day(4), invited=asked[: len(asked) - walk.chance(0.1)],
            experts=[walk.city.users["expert"]], author_invited=True, actor=office, at=walk.at,
        )  # fmt: skip
    if held.status == "studying":
        return _study(walk, held)
    if held.status in ("candidate", "recommended", "not_recommended"):
        return _decide(walk, held)
    if held.status in ("decided_adopt", "decided_partial") and walk.chance(0.85):
        return adopting.start(
            adoption=held,
            milestones=[("勘查", walk.day(9)), ("装好", walk.day(30))],
            actor=head,
            at=walk.at,
        )
    if held.status == "implementing" and walk.chance(0.85):
        return _carry_out(walk, held)
    return adopting.abandon(
        adoption=held, reason="选定的地方列入道路改造，没有地方装。", actor=head, at=walk.at
    )


def _study(walk: Walk, held: Adoption) -> object:
    roll = walk.dice.random()
    if roll < 0.05:
        return adopting.abandon(
            adoption=held, reason="场地已经另有安排，不再论证。", actor=walk.head(held.unit), at=walk.at
        )  # fmt: skip
    if roll < 0.15:
        return adopting.open_study(
            adoption=held, method="field_visit", held_on=walk.day(3), invited=adopting.competent_units(held),
            actor=walk.who("triage_officer"), at=walk.at,
        )  # fmt: skip
    if roll < 0.5:
        return adopting.give_opinion(
            study=first(held.studies.all()), stance=walk.dice.choice(("support", "amend", "oppose")),
            text="方向可行，维护的人手要先定下来。", actor=walk.who("expert", f"unit_head:{held.unit.code}"), at=walk.at,
        )  # fmt: skip
    return adopting.conclude(
        adoption=held, recommended=walk.chance(0.6), summary="场地和经费都看过，结论如上。",
        actor=walk.who("triage_officer", f"unit_head:{held.unit.code}"), at=walk.at,
    )  # fmt: skip


def _decide(walk: Walk, held: Adoption) -> object:
    if held.status == "recommended" and walk.chance(0.1):
        return adopting.abandon(
            adoption=held, reason="地块要改造，不再推进这件事。", actor=walk.head(held.unit), at=walk.at
        )  # fmt: skip
    decision = walk.dice.choice(("adopt", "partial", "reject"))
    if held.status == "not_recommended":
        decision = "reject"
    return adopting.decide(
        adoption=held, decision=decision, basis="局长办公会会议纪要", reason="其余的看效果再定。" if decision != "adopt" else "",
        conversion_type="livelihood", due_on=walk.day(60), actor=walk.head(held.unit), at=walk.at,
    )  # fmt: skip


def _carry_out(walk: Walk, held: Adoption) -> object:
    head = walk.head(held.unit)
    if walk.chance(0.4):
        return adopting.report_progress(
            adoption=held, text="位置选好了，三处都量过。", reached=list(held.milestones.all()[:1]), actor=head, at=walk.at
        )  # fmt: skip
    if not held.results.exists():
        return adopting.add_result(
            adoption=held, kind="project", title="长椅增设", starts_on=walk.day(), before="没有坐的", after="有了长椅",
            actor=head, at=walk.at,
        )  # fmt: skip
    return adopting.complete(adoption=held, done_on=walk.day(), actor=head, at=walk.at)


@errand(3)
def visit(walk: Walk) -> object:
    if walk.chance(0.3):
        return visiting.plan(
            suggestion=walk.item(), why="spot", actor=walk.who("supervisor"), at=walk.at
        )
    held: Visit = walk.one(Visit.objects.filter(status="planned").select_related("suggestion"))
    roll, clerk = walk.dice.random(), walk.who("intake_clerk")
    if roll < 0.4:
        return visiting.record(
            visit=held, contacted=walk.chance(0.8), solved=walk.dice.choice(Solved.values), satisfied=walk.dice.choice(Overall.values),
            words="打过一次电话。", actor=clerk, at=walk.at,
        )  # fmt: skip
    if roll < 0.8:
        return visiting.no_answer(visit=held, actor=clerk, at=walk.at)
    if roll < 0.9:
        return visiting.decline(visit=held, actor=clerk, at=walk.at)
    if held.suggestion.status == Case.WITHDRAWN:
        raise Nothing("the sweep cancels it")
    return visiting.cancel(
        visit=held, reason="本人来窗口说过了", actor=walk.who("supervisor"), at=walk.at
    )
