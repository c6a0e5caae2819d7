"""The answer of a replayed item and what follows it: promises, chains to adoption, and the weekly round of the office over what
the sweeps put before it (visits, orders, sponsorships).
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from suggestions import reply_parts
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Overall, Solved
from suggestions.demo import replay_texts
from suggestions.models import (
    Adoption,
    PublicationReview,
    Reply,
    Sponsorship,
    Suggestion,
    SupervisionOrder,
    Visit,
)
from suggestions.roles import Role
from suggestions.services import (
    adopting,
    co_signing,
    commitments,
    delivering,
    publishing,
    rectifying,
    sponsoring,
    supervising,
    visiting,
)
from suggestions.states import Adoption as Chain
from suggestions.states import Commitment as Promise

if TYPE_CHECKING:
    from suggestions.demo.replay import Town
    from suggestions.demo.replay_life import Life

_WORTHY = ("adopted", "partly_adopted", "planned", "under_study")


class Adoptions:
    """The tail of an item's life; `next` does one thing and says when to come again, None when all is done."""

    def next(self, life: "Life") -> datetime | None:
        due = self._promises(life)
        return self._chain(life) or due

    def _promises(self, life: "Life") -> datetime | None:
        item = life.item
        for promise in item.commitments.filter(status__in=(Promise.OPEN, Promise.MISSED)).select_related("unit", "reply"):  # fmt: skip
            near = promise.promised_on - timedelta(days=4)
            if local_date(life.at) < near:
                return life.at + timedelta(days=(near - local_date(life.at)).days + 1)
            promise.suggestion = item
            handler = life.actor(Role.HANDLER, promise.unit.code)
            fate = life.dice.random()
            if fate < 0.15 and promise.status == Promise.OPEN:
                return life.at + timedelta(days=9)  # forgotten: the sweep says so in public
            if fate < 0.3:
                day = max(local_date(life.at), promise.promised_on) + timedelta(days=30)
                commitments.renew(commitment=promise, day=day, reason="材料到货晚了", actor=life.actor(Role.UNIT_HEAD, promise.unit.code), at=life.at)  # fmt: skip
                return life.at + timedelta(days=20)
            commitments.keep(commitment=promise, proof="答复里说的已经做好，现场可以看到。", kept_on=None, actor=handler, at=life.at)  # fmt: skip
            if item.is_public:
                commitments.release_proof(commitment=promise, text="已经做好，现场可以看到。", actor=life.actor(Role.PUBLISHER), at=life.at)  # fmt: skip
        return None

    def before_reply(self, life: "Life") -> None:
        """The answer waits for a study (K7b)."""
        unit = life.item.lead_unit
        assert unit is not None
        adoption = adopting.nominate(suggestion=life.item, unit=unit, measure="先论证，再答复怎么办", actor=life.officer, at=life.at)  # fmt: skip
        adoption.suggestion = life.item
        self._study(life, adoption)

    def _study(self, life: "Life", adoption: Adoption) -> None:
        adopting.open_study(
            adoption=adoption, method="seminar", held_on=local_date(life.later(5)), place="市民中心",
            invited=adopting.competent_units(adoption), actor=life.officer, at=life.at,
        )  # fmt: skip

    def _chain(self, life: "Life") -> datetime | None:
        item, unit = life.item, life.item.lead_unit
        if unit is None:
            return None
        adoption = Adoption.objects.select_related("unit").filter(suggestion=item).first()
        if adoption is None:
            if item.outcome not in _WORTHY or not life.meets("adoption"):
                return None
            adopting.nominate(suggestion=item, unit=unit, measure="把建议变成做法", detail="先选两处试行。", actor=life.officer, at=life.at)  # fmt: skip
            return life.later(3)
        adoption.suggestion = item
        step = _STEPS.get(adoption.status)
        return step(self, life, adoption, life.actor(Role.UNIT_HEAD, adoption.unit.code)) if step else None  # fmt: skip

    def _candidate(self, life: "Life", adoption: Adoption, head: Any) -> datetime:
        if life.dice.random() < 0.4:
            self._study(life, adoption)
            return life.later(8)
        return self._decide(life, adoption, head)

    def _studying(self, life: "Life", adoption: Adoption, head: Any) -> datetime:
        study = adoption.studies.first()
        assert study is not None
        study.adoption = adoption
        good = life.dice.random() < 0.8
        if study.invited_units.filter(pk=adoption.unit_id).exists():
            adopting.give_opinion(study=study, stance="support" if good else "oppose", text="人手和经费要先定下来，再推开。", actor=head, at=life.at)  # fmt: skip
        # Units that came in meanwhile are competent too and have to be asked (SH 11).
        if not set(adopting.competent_units(adoption)) <= set(study.invited_units.all()):
            self._study(life, adoption)
        adopting.conclude(adoption=adoption, recommended=good, summary="场地和经费都看过，结论如上所议。", actor=head, at=life.at)  # fmt: skip
        return life.later(4)

    def _decide(self, life: "Life", adoption: Adoption, head: Any) -> datetime:
        against = adoption.status == Chain.NOT_RECOMMENDED
        decision = "reject" if against else life.dice.choice(("adopt", "adopt", "partial"))
        adopting.decide(
            adoption=adoption, decision=decision, basis="局长办公会会议纪要", reason="" if decision == "adopt" else "先在两处试行，其余看效果。",
            conversion_type="" if against else "work", due_on=None if against else local_date(life.at) + timedelta(days=150), actor=head, at=life.at,
        )  # fmt: skip
        return life.later(3)

    def _decided(self, life: "Life", adoption: Adoption, head: Any) -> datetime | None:
        if life.dice.random() < 0.1:
            adopting.abandon(adoption=adoption, reason="地块列入道路改造，年内不能动工。", actor=head, at=life.at)  # fmt: skip
            return None
        due = adoption.due_on or local_date(life.at) + timedelta(days=150)
        adopting.start(adoption=adoption, milestones=[("定下做法和经费", due - timedelta(days=60)), ("全部做完", due)], actor=head, at=life.at)  # fmt: skip
        return life.at + timedelta(days=40)

    def _implementing(self, life: "Life", adoption: Adoption, head: Any) -> datetime | None:
        if adoption.notes.count() < 2:
            adopting.report_progress(adoption=adoption, text="第一批已经做完，正在看使用情况。", actor=head, at=life.at)  # fmt: skip
            return life.at + timedelta(days=life.dice.choice((40, 75, 110)))
        adopting.add_result(
            adoption=adoption, kind="service", title="便民做法一项", starts_on=local_date(life.at), before="原来没有这样的安排。",
            after="现在每周有人到现场看。", actor=head, at=life.at,
        )  # fmt: skip
        adopting.complete(adoption=adoption, done_on=local_date(life.at), actor=head, at=life.at)
        return None


_STEPS: dict[str, Any] = {
    Chain.CANDIDATE: Adoptions._candidate, Chain.STUDYING: Adoptions._studying, Chain.RECOMMENDED: Adoptions._decide,
    Chain.NOT_RECOMMENDED: Adoptions._decide, Chain.DECIDED_ADOPT: Adoptions._decided,
    Chain.DECIDED_PARTIAL: Adoptions._decided, Chain.IMPLEMENTING: Adoptions._implementing,
}  # fmt: skip


class Round:
    """The office once a week. Everything is found by query, as on its desks."""

    def __init__(self, town: "Town") -> None:
        self.town = town

    def go(self, at: datetime) -> int:
        """Visits, orders, sponsorships; how many things were done."""
        return self._visits(at) + self._orders(at) + self._sponsorships(at)

    def _visits(self, at: datetime) -> int:
        clerk, dice = self.town.city.actor(Role.INTAKE_CLERK), self.town.dice
        rows = Visit.objects.filter(status="planned").select_related("suggestion__jurisdiction", "jurisdiction")  # fmt: skip
        planned = list(rows.order_by("pk")[:200])
        for visit in planned:
            fate = dice.random()
            if fate < 0.05:
                visiting.decline(visit=visit, actor=clerk, at=at)
            elif fate < 0.15:
                visiting.no_answer(visit=visit, actor=clerk, at=at)
            else:
                good = fate < 0.9
                visiting.record(
                    visit=visit, contacted=good, solved=Solved.YES if good else Solved.NO, satisfied=Overall.SATISFIED if good else Overall.DISSATISFIED,
                    words="打过电话，说的和做的一样。" if good else "还没有动静。", actor=clerk, at=at,
                )  # fmt: skip
        return len(planned)

    def _orders(self, at: datetime) -> int:
        city, dice, done = self.town.city, self.town.dice, 0
        supervisor = city.actor(Role.SUPERVISOR)
        rows = SupervisionOrder.objects.filter(status__in=("proposed", "issued", "overdue", "answered"))  # fmt: skip
        whole = rows.select_related("suggestion__jurisdiction", "jurisdiction", "unit")
        for pk in list(rows.order_by("pk").values_list("pk", flat=True)[:200]):
            # Read one by one: two orders may be about one item, and each act on it changes it.
            order = whole.get(pk=pk)
            done += 1
            unit = order.unit
            if order.status == "proposed" and (unit is None or dice.random() < 0.5):
                supervising.dismiss(order=order, reason="单位已有安排，先看一周。", actor=supervisor, at=at)  # fmt: skip
            elif order.status == "proposed":
                supervising.issue(order=order, level=1, text="请说明进展和完成日期。", basis="《信访工作条例》第四十条", actor=supervisor, at=at)  # fmt: skip
            elif order.status == "answered":
                supervising.accept(order=order, effect="已经办结。", actor=supervisor, at=at)
            elif unit is not None and dice.random() < 0.8:
                supervising.answer(order=order, text="已经排进本周，周五前做完。", actor=city.actor(Role.UNIT_HEAD, unit.code), at=at)  # fmt: skip
        return done

    def _sponsorships(self, at: datetime) -> int:
        leader = self.town.city.actor(Role.LEADER)
        rows = list(Sponsorship.objects.filter(status="proposed").order_by("pk")[:100])
        for matter in rows:
            sponsoring.dismiss(sponsorship=matter, reason="按一般督办处理。", actor=leader, at=at)
        return len(rows)


def primary(pk: int) -> Suggestion | None:
    """An item as a possible primary."""
    return Suggestion.objects.select_related("jurisdiction", "author").filter(pk=pk).first()


def unheard(item: Suggestion, reply: Reply) -> bool:
    """Whether somebody has said since the draft that the last answer did not help: a merged author rates when they like."""
    heard = {p.ref for p in reply_parts.read(reply.parts) if p.kind == reply_parts.REASON}
    return any(rating.pk not in heard for rating in rectifying.reasons(item))


def answer(life: "Life") -> dict[str, Any]:
    """What the unit writes as its next answer; after a bad rating it rings first and meets each reason."""
    # Not the reply's number: a draft that was written anew before it went out keeps its number.
    life.drafts += 1
    outcome = life.dice.choice(("adopted", "partly_adopted", "under_study", "planned", "already_in_place", "for_reference", "not_adopted"))  # fmt: skip
    day = local_date(life.at) + timedelta(days=30 + life.dice.randrange(90))
    values: dict[str, Any] = {
        "outcome": outcome, "body": replay_texts.answer(life.dice, life.drafts, life.number), "basis": "养护规程", "contact": "养护科 0380-555 0131",
        "commitment": "按上面写的做好" if outcome == "planned" else "", "committed_by": day if outcome == "planned" else None,
        "next_report_on": day if outcome == "under_study" else None,
        "reason": "现有场地不够宽，消防通道会被占。" if outcome == "not_adopted" else "",
    }  # fmt: skip
    unhappy = rectifying.reasons(life.item)
    if unhappy:
        delivering.log_contact(suggestion=life.item, way="phone", reached=True, words="电话里说明了改在哪里", actor=life.actor(Role.HANDLER, life.lead), at=life.at)  # fmt: skip
        values["parts"] = [{"kind": "reason", "ref": r.pk, "answer": "这一点重新核实过，写在上面。"} for r in unhappy]  # fmt: skip
    return values


def publish(life: "Life") -> None:
    """Mask and release what waits, by two publishers; then perhaps some voices join in."""
    item = life.item
    review = PublicationReview.objects.filter(suggestion=item, state__in=("queued", "redacting")).first()  # fmt: skip
    if review is not None:
        review.suggestion = item
        first = Actor.staff(life.town.city.users[("gongkai1", "")], Role.PUBLISHER)
        second = Actor.staff(life.town.city.users[("gongkai2", "")], Role.PUBLISHER)
        publishing.start(review=review, actor=first, at=life.at)
        publishing.save(review=review, actor=first, at=life.at)
        publishing.submit(review=review, actor=first, at=life.at)
        publishing.release(review=review, actor=second, at=life.at)
    if item.is_public and co_signing.can_join(item) and life.meets("voices"):
        for n in range(1 + life.dice.randrange(4)):
            co_signing.co_sign(suggestion=item, phone=f"198{(item.pk * 5 + n) % 100_000_000:08d}", idempotency_key=f"v{n}", at=life.at)  # fmt: skip
