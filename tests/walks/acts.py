"""What a walker may try: one function an act, calling the service that the desk or the tracking page calls.

An act does not ask whether it fits; it is often tried where it does not, by somebody who may not. The service must then
refuse in words (DomainError), and nothing may have changed.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Channel, NotAcceptedReason, Overall
from suggestions.errors import DomainError
from suggestions.models import (
    Adoption,
    Assignment,
    Commitment,
    CoSign,
    Objection,
    PendingDecision,
    PublicationReview,
    RedirectTarget,
    Suggestion,
)
from suggestions.services import (
    adopting,
    assignment,
    co_signing,
    commitments,
    consent,
    cowork,
    deciding,
    delivering,
    disputes,
    evaluating,
    extending,
    intake,
    merging,
    publishing,
    rectifying,
    reopening,
    replying,
    supervising,
    triage,
    urgent,
)
from suggestions.states import Case
from tests import world as w
from tests.world import World

STRANGERS = ("intake_clerk", "publisher", "analyst", "leader", "handler:water", "unit_head:water", "liaison:water", "agent_l1", "jury")  # fmt: skip
LETTERS = "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉戌亥天地玄黄宇宙洪荒"


class Nothing(DomainError):
    """The act has nothing to act on; a person would not have found its button."""


@dataclass
class Walk:
    """The city, the dice, the hour, and the word by which each item can be found again."""

    city: World
    dice: random.Random
    at: datetime
    marks: dict[int, str] = field(default_factory=dict)
    acts: int = 0

    def who(self, *roles: str) -> Actor:
        """One of those the act is for; now and then somebody else altogether."""
        key = self.dice.choice(STRANGERS if self.dice.random() < 0.07 else roles)
        return Actor.author() if key == "author" else self.city.actor(key)

    def unit(self) -> Any:
        return self.dice.choice((self.city.bus, self.city.water))

    def lead(self, item: Suggestion) -> str:
        """The code of the unit that leads, or any where none does."""
        return item.lead_unit.code if item.lead_unit else "bus"

    def handler(self, item: Suggestion) -> Actor:
        return self.who(f"handler:{self.lead(item)}", f"liaison:{self.lead(item)}")

    def mark(self) -> str:
        """A word of two signs that no other item holds."""
        n = len(self.marks)
        return "标" + "".join(LETTERS[n // len(LETTERS) ** k % len(LETTERS)] for k in range(3))


Act = Callable[[Walk, Suggestion], object]
ACTS: dict[str, tuple[Act, int, frozenset[str]]] = {}


def act(weight: int, *states: str) -> Callable[[Act], Act]:
    """Register an act with how often it is tried and the states of a case it is meant for (none: any)."""

    def keep(found: Act) -> Act:
        ACTS[found.__name__] = (found, weight, frozenset(states))
        return found

    return keep


def _first(rows: Any) -> Any:
    found = rows.order_by("-pk").first()
    if found is None:
        raise Nothing("nothing there")
    return found


def submit(walk: Walk) -> Suggestion:
    """Somebody writes: online or by letter, with and without consent, now and then the person who wrote before."""
    mark, n = walk.mark(), len(walk.marks)
    letter = walk.dice.random() < 0.2
    made = w.submit(
        walk.city, at=walk.at, key=f"walk-{n}", title=f"{mark}路口加一张长椅", problem=f"{mark}路口等车的老人很多，没有地方坐。",
        proposal=f"在{mark}路口装长椅。", phone=f"1990000{walk.dice.randrange(max(n, 1)) if walk.dice.random() < 0.2 else n:04d}",
        publish_consent=walk.dice.random() < 0.75, hide_identity_from_unit=walk.dice.random() < 0.2,
        channel=Channel.LETTER if letter else Channel.WEB,
        received_at=walk.at - timedelta(days=walk.dice.randrange(5)) if letter else None,
    ).suggestion  # fmt: skip
    walk.marks[made.pk] = mark
    return made


# Triage


@act(8, Case.REGISTERED)
def accept(walk: Walk, item: Suggestion) -> object:
    return triage.accept(
        suggestion=item, topic=walk.city.topic, actor=walk.who("triage_officer"), at=walk.at
    )


@act(2, Case.REGISTERED)
def ask(walk: Walk, item: Suggestion) -> object:
    return triage.request_supplement(
        suggestion=item, asked="请写明是哪个路口。", actor=walk.who("triage_officer"), at=walk.at
    )


@act(3, Case.SUPPLEMENT_REQUESTED)
def supplement(walk: Walk, item: Suggestion) -> object:
    return intake.supplement(
        suggestion=item, answer="是东边那个路口。", actor=walk.who("author"), at=walk.at
    )


@act(1, Case.REGISTERED)
def redirect(walk: Walk, item: Suggestion) -> object:
    category = walk.dice.choice(("appeal_claim", "report_misconduct"))
    target = RedirectTarget.objects.filter(
        code="jiwei" if category == "report_misconduct" else "xinfang"
    )
    return deciding.redirect(
        suggestion=item, category=category, target=target.get(), words="请到这里办理。",
        actor=walk.who("triage_officer"), at=walk.at,
    )  # fmt: skip


@act(1, Case.REGISTERED)
def refuse(walk: Walk, item: Suggestion) -> object:
    reason = walk.dice.choice(NotAcceptedReason.values)
    return deciding.refuse(
        suggestion=item, reason=reason, words="", actor=walk.who("triage_officer"), at=walk.at
    )


def _decision(item: Suggestion) -> PendingDecision:
    found = deciding.pending(item)
    if found is None:
        raise Nothing("no decision waits")
    return found


@act(6, Case.REGISTERED)
def confirm_decision(walk: Walk, item: Suggestion) -> object:
    who = walk.who("triage_officer_2", "triage_officer_2", "triage_officer")
    return deciding.confirm(decision=_decision(item), actor=who, at=walk.at)


@act(2, Case.REGISTERED)
def return_decision(walk: Walk, item: Suggestion) -> object:
    return deciding.send_back(
        decision=_decision(item), reason="不是广告。", actor=walk.who("triage_officer_2"), at=walk.at
    )  # fmt: skip


@act(1, Case.REGISTERED)
def drop_decision(walk: Walk, item: Suggestion) -> object:
    return deciding.take_back(
        decision=_decision(item), actor=walk.who("triage_officer"), at=walk.at
    )


def _other(walk: Walk, item: Suggestion) -> Suggestion:
    others = list(Suggestion.objects.exclude(pk=item.pk).order_by("-pk")[:12])
    if not others:
        raise Nothing("alone")
    return walk.dice.choice(others)


@act(2, Case.REGISTERED, Case.ACCEPTED)
def merge(walk: Walk, item: Suggestion) -> object:
    return merging.merge(
        suggestion=item, primary=_other(walk, item), why="同一件事", actor=walk.who("triage_officer"), at=walk.at
    )  # fmt: skip


@act(1, Case.MERGED)
def unmerge(walk: Walk, item: Suggestion) -> object:
    return merging.unmerge(
        suggestion=item, why="不是同一个路口", actor=walk.who("triage_officer", "supervisor"), at=walk.at
    )  # fmt: skip


@act(1, Case.REGISTERED)
def join_earlier(walk: Walk, item: Suggestion) -> object:
    return merging.join_earlier(
        suggestion=item, earlier=_other(walk, item), has_new_facts=walk.dice.random() < 0.5, why="同一件事",
        actor=walk.who("triage_officer"), at=walk.at,
    )  # fmt: skip


# Units


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


# Replies


@act(5, Case.HANDLING, Case.RECTIFYING)
def draft(walk: Walk, item: Suggestion) -> object:
    reasons = rectifying.reasons(item)
    if reasons:
        delivering.log_contact(
            suggestion=item, way="phone", reached=True, words="电话里说明了", actor=walk.handler(item), at=walk.at
        )  # fmt: skip
    outcome = walk.dice.choice(("adopted", "planned", "not_adopted", "under_study"))
    later = local_date(walk.at) + timedelta(days=40)
    return replying.save_draft(
        suggestion=item, actor=walk.handler(item), at=walk.at, outcome=outcome, body=f"{w.BODY}第{walk.acts}稿，逐条说明如下。",
        basis="站台设置导则", contact="公交科 0380-555 0131", reason="站台太窄" if outcome == "not_adopted" else "",
        commitment="装好长椅" if outcome == "planned" else "", committed_by=later if outcome == "planned" else None,
        next_report_on=later if outcome == "under_study" else None,
        parts=[{"kind": "reason", "ref": e.pk, "answer": "这一点已经改好，请您再看。"} for e in reasons],
    )  # fmt: skip


def _reply(item: Suggestion) -> Any:
    found = replying.current_reply(item)
    if found is None:
        raise Nothing("no reply")
    found.suggestion = item
    return found


@act(6, Case.HANDLING, Case.RECTIFYING)
def ask_signature(walk: Walk, item: Suggestion) -> object:
    return replying.ask_for_signature(reply=_reply(item), actor=walk.handler(item), at=walk.at)


@act(1, Case.HANDLING, Case.RECTIFYING)
def return_draft(walk: Walk, item: Suggestion) -> object:
    head = walk.who(f"unit_head:{walk.lead(item)}")
    return replying.return_draft(reply=_reply(item), note="写清日期", actor=head, at=walk.at)


@act(8, Case.HANDLING, Case.RECTIFYING)
def sign(walk: Walk, item: Suggestion) -> object:
    head = walk.who(f"unit_head:{walk.lead(item)}")
    note = "协办意见另行补送" if walk.dice.random() < 0.7 else ""
    return replying.sign(reply=_reply(item), actor=head, at=walk.at, note=note)


@act(2, Case.REPLY_REVIEW)
def send_back(walk: Walk, item: Suggestion) -> object:
    who = walk.who("triage_officer", "supervisor")
    return replying.send_back(reply=_reply(item), reason="没有写清日期", actor=who, at=walk.at)


@act(8, Case.REPLY_REVIEW)
def approve(walk: Walk, item: Suggestion) -> object:
    return replying.approve(reply=_reply(item), actor=walk.who("triage_officer"), at=walk.at)


# After the answer


@act(5, Case.ANSWERED, Case.CLOSED, Case.MERGED)
def rate(walk: Walk, item: Suggestion) -> object:
    overall = walk.dice.choice(Overall.values)
    return evaluating.evaluate(
        suggestion=item, actor=walk.who("author", "author", "intake_clerk"), at=walk.at, overall=overall,
        comment="只装了一张", solved=walk.dice.choice(("", "yes", "no")),
    )  # fmt: skip


@act(1, Case.CLOSED, Case.ANSWERED)
def reopen_rating(walk: Walk, item: Suggestion) -> object:
    return evaluating.reopen(suggestion=item, actor=walk.who("author"), at=walk.at)


@act(1, Case.ANSWERED, Case.CLOSED)
def order_rectification(walk: Walk, item: Suggestion) -> object:
    return rectifying.order(
        suggestion=item, reason="还没有修好", actor=walk.who("supervisor"), at=walk.at
    )


@act(1, Case.ANSWERED, Case.CLOSED)
def reopen(walk: Walk, item: Suggestion) -> object:
    ground = walk.dice.choice(("new_facts", "false_reply", "missed_promise"))
    who = walk.who("supervisor", "leader")
    return reopening.reopen(suggestion=item, ground=ground, reason="又坏了", actor=who, at=walk.at)


@act(6, Case.REOPENED)
def take_up(walk: Walk, item: Suggestion) -> object:
    return reopening.take_up(suggestion=item, actor=walk.handler(item), at=walk.at)


@act(1)
def withdraw(walk: Walk, item: Suggestion) -> object:
    if walk.dice.random() < 0.7:
        raise Nothing("people seldom take their word back")
    return intake.withdraw(suggestion=item, reason="不需要了", at=walk.at)


@act(1, Case.ANSWERED, Case.CLOSED)
def keep_promise(walk: Walk, item: Suggestion) -> object:
    held = _first(Commitment.objects.filter(suggestion=item))
    head = walk.who(f"unit_head:{walk.lead(item)}")
    day = local_date(walk.at)
    if walk.dice.random() < 0.4:
        return commitments.renew(
            commitment=held, day=day + timedelta(days=30), reason="材料晚到", actor=head, at=walk.at
        )
    return commitments.keep(
        commitment=held, proof="长椅已经装好。", kept_on=day, actor=head, at=walk.at
    )


@act(1, Case.ANSWERED, Case.CLOSED)
def nominate(walk: Walk, item: Suggestion) -> object:
    return adopting.nominate(
        suggestion=item, unit=walk.unit(), measure="路口有了长椅", actor=walk.who("triage_officer"), at=walk.at
    )  # fmt: skip


@act(1, Case.ANSWERED, Case.CLOSED, Case.HANDLING)
def decide_adoption(walk: Walk, item: Suggestion) -> object:
    held = _first(Adoption.objects.filter(suggestion=item))
    head, due = walk.who(f"unit_head:{held.unit.code}"), local_date(walk.at) + timedelta(days=60)
    if held.status == "candidate":
        return adopting.decide(
            adoption=held, decision="adopt", basis="会议纪要", conversion_type="livelihood", due_on=due, actor=head, at=walk.at
        )  # fmt: skip
    if held.status == "decided_adopt":
        return adopting.start(adoption=held, milestones=[("装好", due)], actor=head, at=walk.at)
    if walk.dice.random() < 0.5:
        return adopting.abandon(adoption=held, reason="没有地方装", actor=head, at=walk.at)
    return adopting.report_progress(
        adoption=held, text="位置选好了，三处都量过。", actor=head, at=walk.at
    )


@act(1, Case.HANDLING, Case.ANSWERED)
def supervise(walk: Walk, item: Suggestion) -> object:
    return supervising.start(
        jurisdiction=walk.city.jurisdiction, rule="overdue", unit=walk.unit(), suggestion=item, level=2,
        text="请说明为什么没有按期答复。", basis="《信访工作条例》第四十条", actor=walk.who("supervisor"), at=walk.at,
    )  # fmt: skip


@act(1, Case.REGISTERED, Case.HANDLING)
def flag_urgent(walk: Walk, item: Suggestion) -> object:
    level = walk.dice.choice(("urgent", "critical", "normal"))
    return urgent.flag(
        suggestion=item,
        level=level,
        reason="站台塌了",
        actor=walk.who("triage_officer"),
        at=walk.at,
    )


# The page


def _review(item: Suggestion) -> PublicationReview:
    open_ = PublicationReview.objects.filter(
        suggestion=item, state__in=("queued", "redacting", "second_check")
    )
    found: PublicationReview = _first(open_)
    found.suggestion = item
    return found


@act(9)
def publication_step(walk: Walk, item: Suggestion) -> object:
    """The next thing a publisher would do with an open review; now and then a person who may not."""
    review = _review(item)
    who = walk.who("publisher", "publisher", "publisher_2")
    roll = walk.dice.random()
    if roll < 0.04:
        return publishing.refuse(review=review, reason="privacy", actor=who, at=walk.at)
    if review.state == "queued":
        return publishing.start(review=review, actor=who, at=walk.at)
    if review.state == "redacting":
        publishing.save(review=review, actor=who, at=walk.at)
        return publishing.submit(review=review, actor=who, at=walk.at)
    if roll < 0.15:
        return publishing.send_back(review=review, actor=who, at=walk.at, reason="再看看")
    return publishing.release(review=review, actor=walk.who("publisher_2", "publisher"), at=walk.at)


@act(1)
def suspend(walk: Walk, item: Suggestion) -> object:
    return publishing.suspend(
        suggestion=item, reason="takedown", actor=walk.who("publisher", "supervisor"), at=walk.at
    )


@act(1)
def resume(walk: Walk, item: Suggestion) -> object:
    return publishing.resume(
        suggestion=item, reason="查过了", actor=walk.who("publisher"), at=walk.at
    )


@act(1)
def take_down(walk: Walk, item: Suggestion) -> object:
    if walk.dice.random() < 0.7:
        raise Nothing("pages are seldom taken down")
    return publishing.take_down(
        suggestion=item, reason="third_party", actor=walk.who("publisher"), at=walk.at
    )


@act(1)
def consent_back(walk: Walk, item: Suggestion) -> object:
    if walk.dice.random() < 0.5:
        return consent.give(suggestion=item, kind="publish", actor=walk.who("author"), at=walk.at)
    return consent.withdraw(suggestion=item, kind="publish", actor=walk.who("author"), at=walk.at)


@act(3)
def co_sign(walk: Walk, item: Suggestion) -> object:
    n = walk.dice.randrange(30)
    return co_signing.co_sign(
        suggestion=item, phone=f"1991111{n:04d}", idempotency_key=f"{walk.acts}", at=walk.at
    )


@act(1)
def co_sign_back(walk: Walk, item: Suggestion) -> object:
    return co_signing.withdraw(co_sign=_first(CoSign.objects.filter(suggestion=item)), at=walk.at)
