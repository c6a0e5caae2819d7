"""One item's way through a replayed year: woken at a moment, it does what its state calls for and says when to be woken
again. What it will meet (an objection, a bad rating, a reopening) is thrown at birth, from the item's own dice.
"""

import random
from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import ONLINE_CHANNELS, Channel, Overall
from suggestions.demo import replay_after, replay_texts
from suggestions.demo.replay_texts import CHANNELS, PLANS
from suggestions.models import AgentMandate, AuthorCode, Suggestion
from suggestions.roles import Role
from suggestions.services import (
    agent_codes,
    agents,
    assignment,
    cowork,
    deciding,
    delivering,
    disputes,
    evaluating,
    extending,
    intake,
    mandates,
    merging,
    publishing,
    rectifying,
    reopening,
    replying,
    triage,
    withdrawing,
)
from suggestions.services import clocks as clock_services
from suggestions.states import Case, Publication
from suggestions.states import Evaluation as Rating

if TYPE_CHECKING:
    from suggestions.demo.replay import Town

_REASONS = "这处设施由别的养护单位统一管理，不在我单位职责范围内，建议由它主办。"
MOST_WAKES = 80
_IN_QUEUE = (Publication.QUEUED, Publication.REDACTING, Publication.SECOND_CHECK)


class Life:
    """One item. `wake(at)` returns the next moment, or None when nothing more will come from people."""

    def __init__(self, town: "Town", number: int, arrives: datetime) -> None:
        self.town, self.number, self.arrives = town, number, arrives
        self.dice = random.Random(f"{town.seed} item {number}")
        self.key = f"replay-{town.seed}-{number}"
        self.phone = f"199{number % 100_000_000:08d}"
        self.plans = {name for name, share in PLANS.items() if self.dice.random() < share}
        self.channel = self.dice.choices(*zip(*CHANNELS, strict=True))[0]
        self.at = arrives
        self.pk = 0
        self.wakes = 0
        self.drafts = 0
        self.mandate: AgentMandate | None = None

    def wake(self, at: datetime) -> datetime | None:
        """Do the next thing at this moment. Raises RuntimeError when an item never comes to rest."""
        self.at = at
        self.wakes += 1
        if self.wakes > MOST_WAKES:
            raise RuntimeError(f"item {self.pk} is still not at rest after {MOST_WAKES} steps")
        if not self.pk:
            self._submit()
            return self.later(1)
        self.item = Suggestion.objects.select_related("author").get(pk=self.pk)
        # What the whole town shares is not read anew at each step.
        self.item.jurisdiction = self.town.city.jurisdiction
        if self.item.lead_unit_id is not None:
            self.item.lead_unit = self.town.unit_by_id[self.item.lead_unit_id]
        step = getattr(self, f"_{self.item.status}", None)
        following: datetime | None = step() if step else None
        return following

    # Time: office hours of working days for staff, any hour for authors.
    def later(self, days: int, hours: int = 0) -> datetime:
        """An office hour so many working days on, never before now."""
        if not days:
            return self.at + timedelta(hours=hours, minutes=5 + self.dice.randrange(50))
        day, calendar = local_date(self.at), clock_services.workdays()
        while days > 0:
            day += timedelta(days=1)
            days -= calendar.is_working(day)
        return datetime.combine(day, time(9 + self.dice.randrange(8), self.dice.randrange(60)), SHANGHAI)  # fmt: skip

    def meets(self, plan: str) -> bool:
        """Whether this item meets something, the first time it is asked."""
        if plan not in self.plans:
            return False
        self.plans.discard(plan)
        return True

    def actor(self, role: str, unit: str = "") -> Actor:
        return self.town.city.actor(role, unit)

    @property
    def officer(self) -> Actor:
        return self.actor(Role.TRIAGE_OFFICER)

    @property
    def lead(self) -> str:
        """Code of the lead unit."""
        unit = self.item.lead_unit
        assert unit is not None
        return unit.code

    def _submit(self) -> None:
        dice, town = self.dice, self.town
        said = replay_texts.suggestion(dice)
        online = self.channel in ONLINE_CHANNELS
        if "join" in self.plans and (earlier := town.earlier(dice)):
            self.phone = earlier[1]
        submission = intake.Submission(
            title=said.title, problem=said.problem, proposal=said.proposal, place=said.place,
            topic=town.city.topics.get(said.topic), district=dice.choice(town.districts), name="居民",
            phone="" if self.channel in (Channel.MAILBOX_POINT, Channel.FAX) else self.phone,
            publish_consent=dice.random() < 0.8, channel=self.channel, arrival=replay_texts.arrival(self.channel, local_date(self.at)),
            addressed_to="市长" if self.channel == Channel.LEADER_MAILBOX else "",
            received_at=None if online or self.channel == Channel.AGENT else self.at - timedelta(hours=2),
        )  # fmt: skip
        if self.channel == Channel.AGENT:
            self._by_agent(submission)
            return
        actor = Actor.author() if online else self.actor(Role.INTAKE_CLERK)
        receipt = intake.submit(
            submission=submission, jurisdiction=town.city.jurisdiction, idempotency_key=self.key, actor=actor, at=self.at,
            limits=rules.RESIDENT if online else rules.ON_RECORD, entered_by=actor.user,
        )  # fmt: skip
        self.pk = receipt.suggestion.pk

    def _by_agent(self, submission: intake.Submission) -> None:
        actor = self.actor(Role.AGENT_L1)
        made = agents.enter_on_behalf(
            submission=submission, jurisdiction=self.town.city.jurisdiction, actor=actor, idempotency_key=self.key,
            terms=mandates.Terms(ends_on=local_date(self.at) + timedelta(days=90), contact_consent=True), at=self.at,
            visit="came",
        )  # fmt: skip
        self.pk, self.mandate = made.receipt.suggestion.pk, made.mandate
        sent = AuthorCode.objects.get(mandate=made.mandate)
        mandates.confirm_by_code(
            mandate=made.mandate, code=agent_codes.digits(sent.nonce), actor=actor, at=self.at + timedelta(minutes=5)
        )  # fmt: skip

    # One method a state of the case, named after it.
    def _registered(self) -> datetime | None:
        item, officer = self.item, self.officer
        held = deciding.pending(item)
        if held is not None:
            second = Actor.staff(self.town.city.users[("fenban2", "")], Role.TRIAGE_OFFICER)
            if self.meets("second_no"):
                deciding.send_back(decision=held, reason="说的是公共事务，请受理。", actor=second, at=self.at)  # fmt: skip
                self.plans -= {"redirect", "refuse"}
                return self.later(1)
            deciding.confirm(decision=held, actor=second, at=self.at)
            return None
        if self.meets("withdraw_early"):
            return self._withdraw("情况有变化")
        if self.meets("supplement"):
            triage.request_supplement(suggestion=item, asked="请写明是哪一段、从哪天起。", actor=officer, at=self.at)  # fmt: skip
            return self.at + timedelta(days=2 + self.dice.randrange(5))
        if "redirect" in self.plans:
            target = self.dice.choice(self.town.targets)
            category = self.dice.choice(target.categories)
            triage.redirect(suggestion=item, category=category, target=target, words="", actor=officer, at=self.at)  # fmt: skip
            return self.later(0, 3)
        if "refuse" in self.plans:
            reason = self.dice.choice(("advertising", "outside_territory", "pure_theory", "personal_claim"))  # fmt: skip
            triage.refuse(suggestion=item, reason=reason, words="", actor=officer, at=self.at)
            return self.later(0, 3)
        other = self.town.open_item(self.dice) if self.plans & {"merge", "join"} else None
        if other is not None and other.pk != item.pk and other.status in merging.PRIMARY_STATES:
            if self.meets("join") and merging.same_author(item, other):
                merging.join_earlier(suggestion=item, earlier=other, has_new_facts=True, why="同一件事，有新情况", actor=officer, at=self.at)  # fmt: skip
                return self.later(30)
            if self.meets("merge"):
                merging.merge(suggestion=item, primary=other, why="同一件事", actor=officer, at=self.at)  # fmt: skip
                return self.later(2 if "unmerge" in self.plans else 30)
        triage.accept(suggestion=item, topic=item.topic or self.town.topic(self.dice), district=item.district, actor=officer, at=self.at)  # fmt: skip
        self.town.remember(item.pk, self.phone)
        return self.later(0, 1)

    def _supplement_requested(self) -> datetime | None:
        if "answers" not in self.plans:
            return self.later(5)  # the sweep goes on without it
        self.plans.discard("answers")
        intake.supplement(suggestion=self.item, answer="从西口到桥头那一段，九月起。", actor=Actor.author(), at=self.at)  # fmt: skip
        return self.later(1)

    def _merged(self) -> datetime | None:
        item, primary = self.item, self.item.primary
        if primary is not None and primary.status in (Case.ACCEPTED, Case.DISPATCHED, Case.HANDLING) and self.meets("unmerge"):  # fmt: skip
            merging.unmerge(suggestion=item, why="说的是另一处，要单独答复。", actor=self.officer, at=self.at)  # fmt: skip
            self.plans.discard("merge")
            return self.later(1)
        if item.evaluation_state == Rating.INVITED and self.meets("rate"):
            return self._rate()
        return None

    def _accepted(self) -> datetime | None:
        item, units = self.item, self.town.units
        held = disputes.open_dispute_of(item) if "disputed" in self.plans else None
        if held is not None:
            disputes.settle(dispute=held, unit=self.dice.choice(units), result="会商后定下一家主办。", actor=self.actor(Role.SUPERVISOR), at=self.at)  # fmt: skip
            return self.later(0, 2)
        if self.meets("dispute"):
            self.plans.add("disputed")
            disputes.open_dispute(suggestion=item, units=units[:2], matter="两家交界处，都认为归对方。", consult_until=local_date(self.later(3)), actor=self.officer, at=self.at)  # fmt: skip
            return self.later(4)
        tried = set(item.assignments.values_list("unit_id", flat=True))
        settled = assignment.settled_unit_id(item)
        free = [u for u in units if u.pk == settled] or [u for u in units if u.pk not in tried]
        lead = self.dice.choice(free or units)
        if item.escalated_at is not None:
            assignment.designate(suggestion=item, lead=lead, reason="按职责由它主办。", actor=self.actor(Role.SUPERVISOR), at=self.at)  # fmt: skip
            return self.later(1)
        others = [u for u in units if u.pk != lead.pk and u.pk not in tried]
        co = self.dice.sample(others, 1) if "co" in self.plans else []
        assignment.dispatch(suggestion=item, lead=lead, co_units=co, actor=self.officer, at=self.at, basis="派单目录")  # fmt: skip
        return self.later(1)

    def _dispatched(self) -> datetime | None:
        item, part = self.item, replying.lead_assignment(self.item)
        waiting = self._objections()
        if waiting:
            held = waiting[0]
            held.assignment.suggestion = item
            decide = disputes.uphold if "upheld" in self.plans else disputes.reject
            decide(objection=held, decision="核对“三定”规定后决定。", actor=self.officer, at=self.at)  # fmt: skip
            return self.later(1)
        minded = bool(self.plans & {"object", "objected"})
        may_object = minded and not disputes.why_no_objection(part, on=local_date(self.at))
        if may_object and (self.meets("object") or ("upheld" in self.plans and item.escalated_at is None and self.wakes < 8 and "objected" in self.plans and self.meets("object_again"))):  # fmt: skip
            self.plans.add("objected")
            disputes.object_to(assignment=part, reasons=_REASONS, legal_basis="本单位“三定”规定第五条", actor=self.actor(Role.LIAISON, part.unit.code), at=self.at)  # fmt: skip
            return self.later(1)
        if not part.is_final and self.meets("reassign"):
            tried = set(item.assignments.values_list("unit_id", flat=True))
            to = self.dice.choice([u for u in self.town.units if u.pk not in tried])
            assignment.reassign(suggestion=item, to=to, reason="已移交别家管养。", actor=self.officer, at=self.at)  # fmt: skip
            return self.later(1)
        assignment.sign_in(assignment=part, actor=self.actor(Role.LIAISON, part.unit.code), at=self.at)  # fmt: skip
        return self.later(1)

    def _handling(self) -> datetime | None:
        item, lead = self.item, replying.lead_assignment(self.item)
        if self._objections():
            return self._dispatched()
        if item.publication in _IN_QUEUE:
            self._publish()
        if self.meets("withdraw_late"):
            return self._withdraw("已经自己想办法解决了")
        if self.meets("take_back") and not lead.is_final:
            assignment.take_back(suggestion=item, reason="另有安排，重新交办。", actor=self.officer, at=self.at)  # fmt: skip
            return self.later(1)
        for part in assignment.active_parts(item) if "co" in self.plans else ():
            if part.part == "co" and part.status in ("pending", "signed", "working"):
                part.suggestion = item
                actor = self.actor(Role.LIAISON, part.unit.code)
                if part.status == "pending":
                    assignment.sign_in(assignment=part, actor=actor, at=self.at)
                elif self.meets("interim"):
                    cowork.give_interim(assignment=part, words="正在现场核对，核完回复。", until=local_date(self.later(4)), actor=actor, at=self.at)  # fmt: skip
                else:
                    assignment.give_opinion(assignment=part, opinion="归我单位的一段可以一起修，材料已备好。", actor=actor, at=self.at)  # fmt: skip
                return self.later(1)
        if self._extension(lead):
            return self.later(1)
        if self.meets("study_first") and not hasattr(item, "adoption"):
            self.town.adoptions.before_reply(self)
            return self.later(20)
        return self._reply(wait=40 if self.meets("late") else 3 + self.dice.randrange(6))

    def _objections(self) -> list[Any]:
        return disputes.open_objections(self.item) if "objected" in self.plans else []

    def _extension(self, lead: Any) -> bool:
        waiting = extending.waiting(self.item) if "asked" in self.plans else None
        if waiting is not None:
            if "granted" in self.plans:
                extending.grant(extension=waiting, actor=self.officer, at=self.at)
            else:
                extending.deny(extension=waiting, reason="可以先答复怎么定的。", actor=self.officer, at=self.at)  # fmt: skip
            return True
        if "extend" not in self.plans:
            return False
        clock = extending.clock_of(self.item)
        if clock is None or extending.why_not(lead, on=local_date(self.at)) or not self.meets("extend"):  # fmt: skip
            return False
        self.plans.add("asked")
        extending.request(assignment=lead, reason="要等采购完成才能定日期。", new_due=clock.due_on + timedelta(days=10), actor=self.actor(Role.UNIT_HEAD, lead.unit.code), at=self.at)  # fmt: skip
        return True

    def _reply(self, *, wait: int) -> datetime:
        """Three wakes: the handler drafts after some days, the head looks, the head signs."""
        item, lead = self.item, self.lead
        handler, head = self.actor(Role.HANDLER, lead), self.actor(Role.UNIT_HEAD, lead)
        reply = replying.current_reply(item)
        if "waited" not in self.plans:
            self.plans.add("waited")
            return self.later(wait)
        if (
            reply is None
            or reply.state not in replying.EDITABLE
            or replay_after.unheard(item, reply)
        ):
            reply = replying.save_draft(suggestion=item, actor=handler, at=self.at, **replay_after.answer(self))  # fmt: skip
        reply.suggestion = item
        if reply.state == "draft":
            replying.ask_for_signature(reply=reply, actor=handler, at=self.at)
            return self.later(0, 2)
        if self.meets("return_draft"):
            replying.return_draft(reply=reply, note="请把日期写明。", actor=head, at=self.at)
            return self.later(1)
        replying.sign(reply=reply, actor=head, at=self.at, note="协办单位已口头沟通")
        self.plans.discard("waited")
        return self.later(1)

    def _reply_review(self) -> datetime | None:
        reply = replying.current_reply(self.item)
        assert reply is not None
        reply.suggestion = self.item
        if self.meets("send_back"):
            replying.send_back(reply=reply, reason="请写明哪天前做好。", actor=self.officer, at=self.at)  # fmt: skip
            return self.later(1)
        replying.approve(reply=reply, actor=self.officer, at=self.at)
        return self.later(1)

    def _answered(self) -> datetime | None:
        item = self.item
        self._publish()
        if self.meets("by_hand"):
            delivering.by_hand(suggestion=item, channel="oral", words="打电话念给本人听", on=self.at, actor=self.officer, at=self.at)  # fmt: skip
            return self.later(1)
        if self.meets("suspend") and item.is_public:
            publishing.suspend(suggestion=item, reason="有人说露出了个人信息，先核对", actor=self.actor(Role.PUBLISHER), at=self.at)  # fmt: skip
            return self.later(2)
        if item.publication == "suspended":
            publishing.resume(suggestion=item, reason="核对过，没有露出", actor=self.actor(Role.PUBLISHER), at=self.at)  # fmt: skip
        if item.evaluation_state == Rating.INVITED and "rate" in self.plans:
            if "rating" in self.plans:
                self.plans.discard("rating")
                return self._rate()
            self.plans.add("rating")
            return self.at + timedelta(days=1 + self.dice.randrange(12), hours=2)
        return self.town.adoptions.next(self) or self.later(25)

    def _rate(self) -> datetime | None:
        bad = self.meets("dissatisfied") or (self.item.evaluations.exists() and self.meets("dissatisfied_again"))  # fmt: skip
        evaluating.evaluate(
            suggestion=self.item, actor=Actor.author(), at=self.at,
            overall=Overall.DISSATISFIED if bad else self.dice.choice((Overall.SATISFIED, Overall.BASICALLY)),
            comment="没有写明哪天前做好" if bad else "",
        )  # fmt: skip
        return self.later(2)

    def _closed(self) -> datetime | None:
        item = self.item
        if item.overall == Overall.DISSATISFIED and self.meets("order_again"):
            rectifying.order(suggestion=item, reason="两次都没有说清日期，请写明。", actor=self.actor(Role.SUPERVISOR), at=self.at)  # fmt: skip
            return self.later(1)
        if self.meets("reopen"):
            reopening.reopen(suggestion=item, ground="new_facts", reason="设施又坏了，请再看", actor=self.actor(Role.SUPERVISOR), at=self.at)  # fmt: skip
            return self.later(1)
        return self.town.adoptions.next(self)

    def _archived(self) -> datetime | None:
        return self.town.adoptions.next(self)

    def _rectifying(self) -> datetime | None:
        return self._reply(wait=2 + self.dice.randrange(3))

    def _reopened(self) -> datetime | None:
        reopening.take_up(suggestion=self.item, actor=self.actor(Role.LIAISON, self.lead), at=self.at)  # fmt: skip
        return self.later(1)

    def _publish(self) -> None:
        if self.item.publish_consent and "publish" in self.plans:
            replay_after.publish(self)

    def _withdraw(self, reason: str) -> datetime | None:
        withdrawing.withdraw(suggestion=self.item, reason=reason, actor=Actor.author(), at=self.at)
        return self.later(1)
