"""Giving out, signing in, returns, later dates."""

from datetime import timedelta

from suggestions.clock import local_date
from suggestions.models import Assignment, Objection, Suggestion
from suggestions.services import assignment, cowork, disputes, extending
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, act


@act(8, Case.ACCEPTED)
def dispatch(walk: Walk, item: Suggestion) -> object:
    lead = walk.unit()
    other = walk.city.water if lead == walk.city.bus else walk.city.bus
    return assignment.dispatch(
        suggestion=item, lead=lead, co_units=[other] if walk.dice.random() < 0.3 else [],
        actor=walk.who("triage_officer"), at=walk.at,
    )  # fmt: skip


@act(2, Case.ACCEPTED)
def designate(walk: Walk, item: Suggestion) -> object:
    return assignment.designate(
        suggestion=item, lead=walk.unit(), reason="推来推去，现在定下。", actor=walk.who("supervisor"), at=walk.at
    )  # fmt: skip


@act(1, Case.DISPATCHED, Case.HANDLING)
def reassign(walk: Walk, item: Suggestion) -> object:
    who = walk.who("triage_officer", "supervisor")
    return assignment.reassign(
        suggestion=item, to=walk.unit(), reason="职责在这里", actor=who, at=walk.at
    )


@act(1, Case.DISPATCHED, Case.HANDLING)
def take_back(walk: Walk, item: Suggestion) -> object:
    return assignment.take_back(
        suggestion=item, reason="重新安排", actor=walk.who("triage_officer"), at=walk.at
    )


@act(1, Case.DISPATCHED, Case.HANDLING, Case.RECTIFYING)
def add_co_unit(walk: Walk, item: Suggestion) -> object:
    return assignment.add_co_unit(
        suggestion=item, unit=walk.unit(), note="请配合", actor=walk.who("triage_officer"), at=walk.at
    )  # fmt: skip


def _part(item: Suggestion, part: str) -> Assignment:
    found = [p for p in assignment.active_parts(item) if p.part == part]
    if not found:
        raise Nothing("no such part")
    found[0].suggestion = item
    return found[0]


@act(1, Case.DISPATCHED, Case.HANDLING)
def remove_co_unit(walk: Walk, item: Suggestion) -> object:
    return assignment.remove_co_unit(
        assignment=_part(item, "co"), reason="不用了", actor=walk.who("triage_officer"), at=walk.at
    )  # fmt: skip


@act(8, Case.DISPATCHED)
def sign_in(walk: Walk, item: Suggestion) -> object:
    part = _part(item, "lead")
    who = walk.who(f"liaison:{part.unit.code}", f"handler:{part.unit.code}")
    return assignment.sign_in(assignment=part, actor=who, at=walk.at)


@act(3, Case.DISPATCHED, Case.HANDLING)
def sign_in_co(walk: Walk, item: Suggestion) -> object:
    part = _part(item, "co")
    return assignment.sign_in(
        assignment=part, actor=walk.who(f"liaison:{part.unit.code}"), at=walk.at
    )


@act(2, Case.HANDLING)
def give_opinion(walk: Walk, item: Suggestion) -> object:
    part = _part(item, "co")
    return assignment.give_opinion(
        assignment=part, opinion="我局无不同意见，排水口已清。", actor=walk.who(f"handler:{part.unit.code}"), at=walk.at
    )  # fmt: skip


@act(1, Case.HANDLING)
def give_interim(walk: Walk, item: Suggestion) -> object:
    part = _part(item, "co")
    return cowork.give_interim(
        assignment=part, words="还在查管线图。", until=local_date(walk.at) + timedelta(days=3),
        actor=walk.who(f"liaison:{part.unit.code}"), at=walk.at,
    )  # fmt: skip


@act(2, Case.DISPATCHED, Case.HANDLING)
def object_to(walk: Walk, item: Suggestion) -> object:
    part = _part(item, "co" if walk.dice.random() < 0.2 else "lead")
    return disputes.object_to(
        assignment=part, reasons="站台座椅由道路管养单位统一设置，不在我单位职责之内，应由别的部门办理。", legal_basis="“三定”规定第六条",
        actor=walk.who(f"liaison:{part.unit.code}"), at=walk.at,
    )  # fmt: skip


def _objection(item: Suggestion) -> Objection:
    found = disputes.open_objections(item)
    if not found:
        raise Nothing("no objection")
    return found[0]


@act(4, Case.DISPATCHED, Case.HANDLING)
def uphold(walk: Walk, item: Suggestion) -> object:
    who = walk.who("triage_officer", "supervisor")
    return disputes.uphold(
        objection=_objection(item), decision="确实不归它。", actor=who, at=walk.at
    )


@act(2, Case.DISPATCHED, Case.HANDLING)
def reject(walk: Walk, item: Suggestion) -> object:
    who = walk.who("triage_officer", "supervisor")
    return disputes.reject(objection=_objection(item), decision="归它办。", actor=who, at=walk.at)


@act(2, Case.HANDLING, Case.RECTIFYING)
def ask_extension(walk: Walk, item: Suggestion) -> object:
    part = _part(item, "lead")
    return extending.request(
        assignment=part, reason="设计单位的意见还没有到，要再等。", new_due=(item.due_on or local_date(walk.at)) + timedelta(days=10),
        actor=walk.who(f"unit_head:{part.unit.code}"), at=walk.at,
    )  # fmt: skip


@act(3, Case.HANDLING, Case.REPLY_REVIEW)
def decide_extension(walk: Walk, item: Suggestion) -> object:
    asked = extending.waiting(item)
    if asked is None:
        raise Nothing("no extension asked for")
    who = walk.who("triage_officer", "supervisor")
    if walk.dice.random() < 0.6:
        return extending.grant(extension=asked, actor=who, at=walk.at)
    return extending.deny(extension=asked, actor=who, at=walk.at, reason="来得及")
