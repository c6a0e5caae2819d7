"""Supervision orders, advice, leaders' instructions and sponsored matters (process.md 6.4, 8.1)."""

from suggestions.models import (
    Advice,
    LeaderInstruction,
    Sponsorship,
    Suggestion,
    SupervisionOrder,
    TrayItem,
)
from suggestions.services import advising, instructing, sponsoring, supervising
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, act, errand

BASIS = "《信访工作条例》第四十条"
ASKED = "请说明为什么没有按期答复，哪天办完。"


@act(1, Case.HANDLING, Case.ANSWERED)
def supervise(walk: Walk, item: Suggestion) -> object:
    return supervising.start(
        jurisdiction=walk.city.jurisdiction, rule="overdue", unit=item.lead_unit or walk.unit(), suggestion=item, level=2,
        text=ASKED, basis=BASIS, is_critical=walk.chance(0.2), actor=walk.who("supervisor"), at=walk.at,
    )  # fmt: skip


@errand(8)
def order(walk: Walk) -> object:
    judge = walk.who("supervisor", "supervisor", "leader")
    rows = SupervisionOrder.objects.exclude(status__in=("closed", "dismissed"))
    if walk.chance(0.1):
        return supervising.propose(
            jurisdiction=walk.city.jurisdiction, rule="other", evidence=["同类建议半年里提过三次。"], suggestion=walk.item(),
            actor=walk.who("triage_officer"), at=walk.at,
        )  # fmt: skip
    held: SupervisionOrder = walk.one(rows.select_related("suggestion", "unit"))
    roll = walk.dice.random()
    if held.status == "proposed":
        if roll < 0.35:
            return supervising.dismiss(
                order=held, reason="单位当天已经补上。", actor=judge, at=walk.at
            )
        return supervising.issue(
            order=held, level=3, text=ASKED, basis=BASIS, unit=held.unit or walk.unit(), is_critical=walk.chance(0.3),
            actor=judge, at=walk.at,
        )  # fmt: skip
    if roll < 0.05:
        return supervising.withdraw(
            order=held, reason="发错了单位，撤销。", actor=judge, at=walk.at
        )
    if held.status in ("overdue", "answered", "sent_back") and roll < 0.25:
        return supervising.climb(
            order=held, level=min(held.level + 1, 6), text="请三日内到会说明。", basis=BASIS, with_bodies="市委督查室", actor=judge, at=walk.at
        )  # fmt: skip
    if held.status == "answered":
        if roll < 0.5:
            return supervising.send_back(
                order=held, reason="请写清哪天前办完。", actor=judge, at=walk.at
            )
        return supervising.accept(
            order=held, effect="单位次日联系了建议人。", actor=judge, at=walk.at
        )
    return supervising.answer(
        order=held, text="已到现场看过，本周内答复。", actor=walk.head(held.unit), at=walk.at
    )


@errand(5)
def advice(walk: Walk) -> object:
    judge = walk.who("supervisor", "leader")
    rows = Advice.objects.exclude(status__in=("closed", "withdrawn"))
    if rows.count() < 3:
        item = walk.item()
        return advising.issue(
            jurisdiction=walk.city.jurisdiction, kind=walk.dice.choice(Advice.Kind.values), unit=walk.unit(), title="统一回访的做法",
            facts="同类建议三个月里多次出现。", text="请统一做法，写进制度。", basis=BASIS, cases=[item], actor=judge, at=walk.at,
        )  # fmt: skip
    held: Advice = walk.one(rows.select_related("unit"))
    roll = walk.dice.random()
    if held.status == "answered":
        if roll < 0.4:
            return advising.send_back(
                advice=held, reason="请写清以后怎样避免。", actor=judge, at=walk.at
            )
        return advising.close(advice=held, actor=judge, at=walk.at)
    if roll < 0.12:
        return advising.withdraw(
            advice=held, reason="已有新规定，不再需要。", actor=judge, at=walk.at
        )
    if roll < 0.6:
        raise Nothing("the unit takes its time")
    return advising.answer(
        advice=held, answer=walk.dice.choice(Advice.Answer.values), text="已列入明年计划，3月底前印发。", actor=walk.head(held.unit), at=walk.at
    )  # fmt: skip


@errand(4)
def instruction(walk: Walk) -> object:
    lead = walk.who("leader")
    rows = LeaderInstruction.objects.exclude(status="closed")
    if rows.count() < 3:
        item = walk.item()
        return instructing.give(
            jurisdiction=walk.city.jurisdiction, text="群众说得在理，能办的先办。", suggestion=item, unit=item.lead_unit or walk.city.bus,
            audience=LeaderInstruction.Audience.UNIT, tasks="到现场看一次。", report_by=walk.day(10), leader_post="副市长", actor=lead, at=walk.at,
        )  # fmt: skip
    held: LeaderInstruction = walk.one(rows.select_related("unit", "suggestion"))
    if held.status == "given" and walk.chance(0.7):
        return instructing.take(instruction=held, actor=walk.head(held.unit), at=walk.at)
    if held.status in ("given", "working", "sent_back"):
        return instructing.report(
            instruction=held, text="已到现场，办法附后。", actor=walk.head(held.unit), at=walk.at
        )
    if walk.chance(0.4):
        return instructing.send_back(
            instruction=held, reason="请写清时间表。", actor=lead, at=walk.at
        )
    return instructing.close(instruction=held, actor=lead, at=walk.at)


@errand(1)
def tray(walk: Walk) -> object:
    """What lies before a leader to be read."""
    lead = walk.city.users["leader"]
    if walk.chance(0.6):
        return instructing.put(
            leader=lead, suggestion=walk.item(), why="涉及面广，办法具体", actor=walk.who("triage_officer"), at=walk.at
        )  # fmt: skip
    return instructing.mark_read(
        item=walk.one(TrayItem.objects.all()), actor=walk.who("leader"), at=walk.at
    )


@errand(6)
def sponsorship(walk: Walk) -> object:
    lead = walk.who("leader", "leader", "supervisor")
    rows = Sponsorship.objects.exclude(status__in=("resolved", "handed_over", "dismissed"))
    if rows.count() < 3:
        return _begin(walk)
    held: Sponsorship = walk.one(rows.select_related("unit", "leader"))
    roll = walk.dice.random()
    if held.status == "proposed":
        if roll < 0.4:
            return sponsoring.dismiss(
                sponsorship=held, reason="单位已排进本月计划。", actor=lead, at=walk.at
            )
        return _open(walk, held)
    if roll < 0.12:
        other = walk.city.users[
            "leader_2" if held.leader == walk.city.users["leader"] else "leader"
        ]
        return sponsoring.hand_over(
            sponsorship=held, successor=other, successor_post="市政府秘书长", reason="分工调整", actor=lead, at=walk.at
        )  # fmt: skip
    if held.status == "open":
        return sponsoring.plan(
            sponsorship=held, team="牵头单位和街道", plan="先摸底，再分两批办。", resources="列入本年预算", target_on=walk.day(40),
            milestones=[("摸清底数", walk.day(5))], actor=lead, at=walk.at,
        )  # fmt: skip
    if held.status == "plan":
        return sponsoring.begin_work(sponsorship=held, actor=lead, at=walk.at)
    waiting = held.milestones.filter(done_on=None).first()
    if waiting is not None:
        return sponsoring.reach(milestone=waiting, words="已完成", actor=lead, at=walk.at)
    return sponsoring.resolve(
        sponsorship=held, result="两批都已办完。", public_result="已办完。", actor=lead, at=walk.at
    )


def _begin(walk: Walk) -> object:
    if walk.chance(0.4):
        return sponsoring.propose(
            case=walk.item(), rule="deadlock", evidence=["两个单位没有谈拢。"], actor=walk.who("supervisor"), at=walk.at
        )  # fmt: skip
    return _open(walk, Sponsorship(jurisdiction=walk.city.jurisdiction))


def _open(walk: Walk, held: Sponsorship) -> object:
    cases = [walk.item()] if walk.chance(0.5) else []
    return sponsoring.open_matter(
        sponsorship=held, leader=walk.city.users["leader"], leader_post="副市长", matter="背街小巷照明", public_matter="部分背街小巷照明改善",
        unit=walk.unit(), cases=cases, actor=walk.who("leader"), at=walk.at,
    )  # fmt: skip
