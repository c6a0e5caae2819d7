"""One item's way through the services, at dates of the past year, as its text file tells it."""

import random
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from suggestions import rules
from suggestions.actor import Actor
from suggestions.campaign_form import YES, Answer, FieldKind, read_all
from suggestions.clock import SHANGHAI
from suggestions.codes import ONLINE_CHANNELS
from suggestions.demo.load import Item
from suggestions.errors import DomainError
from suggestions.insight import redaction
from suggestions.models import (
    PublicationReview,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.services import (
    assignment,
    deciding,
    delivering,
    evaluating,
    intake,
    publishing,
    rectifying,
    replying,
    triage,
    withdrawing,
)

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def _why_not(reply: str) -> str:
    """The sentence of a reply that says why not."""
    sentences = [s.strip() for s in reply.replace("\n", "").split("。") if s.strip()]
    telling = (
        s
        for word in ("因为", "不能", "没有采纳", "不采纳", "不予采纳", "不宜")
        for s in sentences
        if word in s
    )
    return f"{next(telling, sentences[-1])[:400]}。"


class Life:
    """One item's way through the services."""

    def __init__(self, seeder: "Seeder", item: Item, rework: dict[str, Any] | None) -> None:
        self.s, self.item, self.rework = seeder, item, rework
        self.dice = random.Random(item.key)
        self.clock = datetime.combine(
            seeder.city.base - timedelta(days=item.days_ago), time(0), tzinfo=SHANGHAI
        )

    # Time moves forward only, and never past now.
    def at(self, moment: datetime) -> datetime:
        self.clock = min(
            max(moment, self.clock + timedelta(minutes=3)), self.s.now - timedelta(minutes=1)
        )
        return self.clock

    def office_hour(self, day: date) -> datetime:
        return datetime.combine(
            day, time(9 + self.dice.randrange(8), self.dice.randrange(60)), tzinfo=SHANGHAI
        )

    def workday(self, start: datetime, count: int) -> date:
        """The `count`-th working day after a moment (0: that day or the next working one)."""
        day = start.astimezone(SHANGHAI).date()
        while count > 0 or not self.s.calendar.is_working(day):
            day += timedelta(days=1)
            count -= self.s.calendar.is_working(day)
        return day

    def live(self) -> None:
        item = self.item
        self.suggestion = self._file()
        self.s.filed[item.key] = self.suggestion
        if item.state == "registered":
            return
        if item.supplement:
            self._supplement()
            if item.state == "supplement_requested":
                return
        if item.state in ("redirected", "not_accepted", "merged", "withdrawn"):
            self._end()
            return
        self._accept()
        if item.state == "accepted":
            return
        self._dispatch()
        if item.state == "dispatched":
            return
        self._handle()
        if item.state == "handling":
            return
        self._reply()
        if item.state == "reply_review":
            return
        self._answer()

    def _answers(self, campaign: Any) -> tuple[Answer, ...]:
        """To a campaign's own questions: a different option for each, and the place for what wants a line."""
        said = {
            spec.label: [spec.options[self.dice.randrange(len(spec.options))]] if spec.options
            else [YES] if spec.kind == FieldKind.YES_NO
            else [self.item.place]
            for spec in campaign.form_specs()
        }  # fmt: skip
        return read_all(campaign.form_specs(), said)[0]

    def _file(self) -> Suggestion:
        item = self.item
        arrived = self.at(
            self.clock
            + timedelta(hours=7 + self.dice.randrange(15), minutes=self.dice.randrange(60))
        )
        online = item.channel in ONLINE_CHANNELS
        clerk = self.s.actor(Role.INTAKE_CLERK)
        entered = arrived if online else self.at(self.office_hour(self.workday(arrived, 1)))
        submission = intake.Submission(
            title=item.title, problem=item.problem, proposal=item.proposal, topic=self.s.topics[item.topic],
            district=self.s.districts.get(item.district), place=item.place, campaign=self.s.campaigns.get(item.campaign),
            name=item.author, phone=item.phone, email=item.email, publish_consent=item.publish,
            name_display=item.name_display if item.author else "anonymous", channel=item.channel,
            received_at=arrived, tags=tuple(item.tags),
        )  # fmt: skip
        if submission.campaign is not None and not submission.campaign.is_open_at(entered):
            submission = replace(submission, campaign=None)
        if submission.campaign is not None and online:
            submission = replace(submission, answers=self._answers(submission.campaign))
        if online and not (item.phone or item.email):
            submission = replace(submission, phone=f"1990000{self.dice.randrange(10000):04d}")
        receipt = intake.submit(
            submission=submission, jurisdiction=self.s.jurisdiction, idempotency_key=f"demo-{item.key}-{self.s.city.base}",
            actor=Actor.author() if online else clerk, at=entered, limits=rules.RESIDENT if online else rules.ON_RECORD,
            entered_by=None if online else clerk.user,
        )  # fmt: skip
        return receipt.suggestion

    def _supplement(self) -> None:
        officer = self.s.actor(Role.TRIAGE_OFFICER)
        at = self.at(self.office_hour(self.workday(self.clock, 1)))
        triage.request_supplement(
            suggestion=self.suggestion, asked=self.item.supplement, actor=officer, at=at
        )
        if self.item.supplement_answer:
            at = self.at(at + timedelta(days=2, hours=self.dice.randrange(8)))
            intake.supplement(
                suggestion=self.suggestion,
                answer=self.item.supplement_answer,
                actor=Actor.author(),
                at=at,
            )

    def _end(self) -> None:
        item, officer = self.item, self.s.actor(Role.TRIAGE_OFFICER)
        at = self.at(self.office_hour(self.workday(self.clock, 1)))
        if item.state == "redirected":
            triage.redirect(
                suggestion=self.suggestion, category=item.category, target=self.s.targets[item.redirect], words="",
                actor=officer, at=at,
            )  # fmt: skip
        elif item.state == "not_accepted":
            triage.refuse(
                suggestion=self.suggestion,
                reason=item.refuse,
                words=item.refuse_note,
                actor=officer,
                at=at,
            )
            self._second_look(at)
        elif item.state == "merged":
            primary = self.s.filed[item.merged_into]
            primary.refresh_from_db()
            triage.merge(
                suggestion=self.suggestion,
                primary=primary,
                why="同一件事，合并办理",
                actor=officer,
                at=at,
            )
        else:
            withdrawing.withdraw(
                suggestion=self.suggestion, reason="情况有变化", actor=Actor.author(),
                at=self.at(at + timedelta(hours=5)),
            )  # fmt: skip

    def _second_look(self, at: datetime) -> None:
        """Another officer agrees, where one alone may not decide (process.md T6, T7)."""
        decision = deciding.pending(self.suggestion)
        if decision is not None:
            second = Actor.staff(self.s.users[("fenban2", "")], Role.TRIAGE_OFFICER)
            deciding.confirm(decision=decision, actor=second, at=self.at(at + timedelta(hours=1)))

    def _accept(self) -> None:
        officer = self.s.actor(Role.TRIAGE_OFFICER)
        at = self.at(self.office_hour(self.workday(self.clock, self.dice.choice((1, 1, 2)))))
        triage.accept(
            suggestion=self.suggestion, topic=self.s.topics[self.item.topic], district=self.suggestion.district,
            actor=officer, at=at, tags=self.item.tags,
        )  # fmt: skip

    def _dispatch(self) -> None:
        item, officer = self.item, self.s.actor(Role.TRIAGE_OFFICER)
        self.dispatched = self.at(self.clock + timedelta(hours=1, minutes=self.dice.randrange(90)))
        assignment.dispatch(
            suggestion=self.suggestion, lead=self.s.units[item.lead], co_units=[self.s.units[c] for c in item.co],
            actor=officer, at=self.dispatched, basis=f"派单目录“{self.s.topics[item.topic].name}”",
        )  # fmt: skip

    def _handle(self) -> None:
        item = self.item
        lead = replying.lead_assignment(self.suggestion)
        at = self.at(self.office_hour(self.workday(self.clock, 1)))
        assignment.sign_in(assignment=lead, actor=self.s.actor(Role.LIAISON, item.lead), at=at)
        if item.publish and self.dice.random() < 0.85:
            self._publish(self.workday(at, 2))
        for code in item.co:
            part = self.suggestion.assignments.get(unit__code=code)
            part.suggestion = self.suggestion
            actor = self.s.actor(Role.LIAISON, code)
            assignment.sign_in(
                assignment=part, actor=actor, at=self.at(self.clock + timedelta(hours=2))
            )
            if item.co_opinion and code == item.co[0]:
                day = self.workday(self.dispatched, min(4, max(item.handle_days - 3, 1)))
                assignment.give_opinion(
                    assignment=part,
                    opinion=item.co_opinion,
                    actor=actor,
                    at=self.at(self.office_hour(day)),
                )

    def _publish(self, day: date) -> None:
        """Mask and release what waits, if the day has come; the publishers' own care adds what rules cannot know."""
        moment = self.office_hour(day)
        if moment >= self.s.now - timedelta(hours=2):
            return
        review = PublicationReview.objects.filter(
            suggestion=self.suggestion, state__in=("queued", "redacting", "second_check")
        ).first()
        if review is None:
            return
        review.suggestion = self.suggestion
        first = Actor.staff(self.s.users[("gongkai1", "")], Role.PUBLISHER)
        second = Actor.staff(self.s.users[("gongkai2", "")], Role.PUBLISHER)
        kinds = [(p, "住址" if any(c.isdigit() for c in p) else "姓名") for p in self.item.private]
        names = ("title", "problem", "proposal", "place", "reply_body", "reply_commitment")
        texts = {n: redaction.mask_known(getattr(review, n), kinds) for n in names}
        publishing.start(review=review, actor=first, at=self.at(moment))
        publishing.save(review=review, actor=first, at=self.clock, **texts)
        publishing.submit(review=review, actor=first, at=self.at(self.clock + timedelta(minutes=4)))
        publishing.release(review=review, actor=second, at=self.at(self.clock + timedelta(hours=1)))

    def _values(self, on: datetime) -> dict[str, Any]:
        item = self.item
        promised = on.astimezone(SHANGHAI).date() + timedelta(days=item.commitment_days or 60)
        values: dict[str, Any] = {
            "outcome": item.outcome, "body": item.reply, "basis": item.basis, "commitment": item.commitment,
            "contact": item.reply_contact or f"办公室 {self.s.units[item.lead].phone}", "reason": "",
            "committed_by": None, "next_report_on": None,
        }  # fmt: skip
        if item.outcome == "under_study":
            values["next_report_on"] = promised
        elif item.outcome == "planned" or item.commitment_days:
            values["committed_by"] = promised
        if item.outcome == "not_adopted":
            values["reason"] = _why_not(item.reply)
        return values

    def _reply(self) -> None:
        item = self.item
        last = self.workday(self.dispatched, max(item.handle_days - 1, 1))
        if item.sent_back:
            draft_day = self.workday(self.dispatched, max(item.handle_days - 4, 1))
            short = item.reply.split("\n\n")[0]
            body = short if len(short) >= replying.BODY_MIN else item.reply[:80]
            self._sign(self.at(self.office_hour(draft_day)), body=body)
            reply = replying.current_reply(self.suggestion)
            assert reply is not None
            reply.suggestion = self.suggestion
            at = self.at(self.clock + timedelta(hours=20))
            replying.send_back(
                reply=reply, reason=item.sent_back, actor=self.s.actor(Role.TRIAGE_OFFICER), at=at
            )
        self._sign(self.at(self.office_hour(last)))

    def _sign(self, at: datetime, **changes: Any) -> None:
        item = self.item
        handler, head = (
            self.s.actor(Role.HANDLER, item.lead),
            self.s.actor(Role.UNIT_HEAD, item.lead),
        )
        values = {**self._values(at), **changes}
        reply = replying.save_draft(suggestion=self.suggestion, actor=handler, at=at, **values)
        reply.suggestion = self.suggestion
        replying.ask_for_signature(reply=reply, actor=handler, at=at)
        reply.suggestion = self.suggestion
        replying.sign(
            reply=reply,
            actor=head,
            at=self.at(at + timedelta(minutes=50)),
            note="协办单位已口头沟通",
        )

    def _approve(self, day: date) -> datetime:
        reply = replying.current_reply(self.suggestion)
        assert reply is not None
        reply.suggestion = self.suggestion
        at = self.at(self.office_hour(day))
        replying.approve(reply=reply, actor=self.s.actor(Role.TRIAGE_OFFICER), at=at)
        return at

    def _answer(self) -> None:
        item = self.item
        answered = self._approve(self.workday(self.dispatched, item.handle_days))
        self.s.answered_on[item.key] = answered
        self._publish(self.workday(answered, self.dice.choice((1, 1, 2, 3))))
        if item.overall:
            self._rate(answered, item.overall, item.solved, item.comment, item.scores)
            if self.suggestion.status == "rectifying" and self.rework:
                self._rectify(self.rework)

    def _rate(
        self, answered: datetime, overall: str, solved: str, comment: str, scores: list[int]
    ) -> None:
        at = self.at(
            min(
                answered + timedelta(days=2 + self.dice.randrange(9), hours=3),
                self.s.now - timedelta(hours=3),
            )
        )
        three: dict[str, Any] = dict(
            zip(("score_result", "score_attitude", "score_speed"), scores, strict=False)
        )
        evaluating.evaluate(
            suggestion=self.suggestion, actor=Actor.author(), at=at, overall=overall, solved=solved,
            contacted=self.item.contacted, comment=comment, **three,
        )  # fmt: skip

    def _rectify(self, second: dict[str, Any]) -> None:
        """The answer after a bad rating, where there was time for one."""
        day = self.workday(self.clock, second["days"])
        if datetime.combine(day, time(18), tzinfo=SHANGHAI) >= self.s.now:
            return
        talked = self.at(self.office_hour(self.workday(self.clock, max(second["days"] - 2, 1))))
        delivering.log_contact(
            suggestion=self.suggestion, way="phone", reached=True, words="电话里听建议人说了不满意的地方，约好再答复",
            actor=self.s.actor(Role.HANDLER, self.item.lead), at=talked,
        )  # fmt: skip
        parts = [
            {"kind": "reason", "ref": rating.pk, "answer": "您说的这一点我们重新核实过，新的安排写在上面。", "unit": self.item.lead}
            for rating in rectifying.reasons(self.suggestion)
        ]  # fmt: skip
        self._sign(self.at(self.office_hour(self.workday(self.clock, max(second["days"] - 1, 1)))), parts=parts,
                   body=self.s.city.moved(second["reply"]), outcome=second.get("outcome") or self.item.outcome)  # fmt: skip
        answered = self._approve(day)
        self._publish(self.workday(answered, 1))
        if second.get("overall"):
            try:
                self._rate(
                    answered,
                    second["overall"],
                    second.get("solved", ""),
                    second.get("comment", ""),
                    [],
                )
            except DomainError:
                return
