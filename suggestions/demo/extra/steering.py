"""Supervision, advice, sponsorship and instructions of the demo city, in every state; _meetings.py has what is held in public.

Names of leaders are invented. Each record goes through its service, so its chain reads like a real one.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from suggestions.clock import local_date
from suggestions.demo.extra import _meetings
from suggestions.demo.extra._dates import at as _at
from suggestions.models import (
    LeaderInstruction,
    Sponsorship,
    StaffRole,
    Suggestion,
    SupervisionOrder,
)
from suggestions.roles import Role
from suggestions.services import (
    advising,
    instructing,
    record_locks,
    sponsoring,
    supervising,
    supervision_rules,
)
from suggestions.states import Case

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

BASIS = "《信访工作条例》第四十条"
Level = SupervisionOrder.Level


def seed(city: "Seeder") -> None:
    """Fill the rooms 督办批示 and 领导阅读, then 会议与接待, about the same items."""
    items = list(
        Suggestion.objects.filter(jurisdiction=city.jurisdiction, status=Case.HANDLING, lead_unit__isnull=False)
        .select_related("jurisdiction", "lead_unit")
        .order_by("pk")[:12]
    )  # fmt: skip
    if len(items) < 10:
        return
    _orders(city, items)
    _advices(city, items)
    _sponsorships(city, items)
    _instructions(city, items)
    _meetings.fill(city, items)
    waiting = SupervisionOrder.objects.filter(status="proposed").order_by("-pk").first()
    if waiting is not None:
        # A colleague has the form of a proposal open just now.
        record_locks.take(
            record=waiting, actor=city.actor(Role.LEADER), at=city.now - timedelta(minutes=2)
        )


def _head(city: "Seeder", item: Suggestion) -> Any:
    assert item.lead_unit is not None
    return city.actor(Role.UNIT_HEAD, item.lead_unit.code)


def _orders(city: "Seeder", items: list[Suggestion]) -> None:
    judge = city.actor(Role.SUPERVISOR)
    supervision_rules.propose_all(now=city.now)
    supervision_rules.close_month(now=city.now)

    def start(
        item: Suggestion, days: int, level: int = Level.NOTICE, **more: Any
    ) -> SupervisionOrder:
        item.refresh_from_db()
        assert item.lead_unit is not None
        return supervising.start(
            jurisdiction=city.jurisdiction, rule="no_feedback", unit=item.lead_unit, suggestion=item, level=level,
            text="请说明办理到哪一步、哪天答复建议人，并抓紧办理。", basis=BASIS,
            evidence=["进展没有按要求登记。"], actor=judge, at=_at(city, days), **more,
        )  # fmt: skip

    start(items[0], 0)
    answered = start(items[1], -4, Level.URGING)
    supervising.answer(order=answered, text="已到现场看过，本周内答复。", actor=_head(city, items[1]), at=_at(city, -2))  # fmt: skip
    back = start(items[2], -6)
    supervising.answer(order=back, text="正在办理。", actor=_head(city, items[2]), at=_at(city, -4))
    supervising.send_back(
        order=back, reason="请写清哪天前办完、由谁办。", actor=judge, at=_at(city, -3)
    )
    closed = start(items[3], -20, Level.REMINDER)
    supervising.answer(order=closed, text="已安排专人，方案已报。", actor=_head(city, items[3]), at=_at(city, -17))  # fmt: skip
    supervising.accept(
        order=closed, effect="单位次日联系了建议人。", actor=judge, at=_at(city, -16)
    )
    start(items[4], -14, Level.NOTICE)
    supervising.lapse(now=city.now)
    climbed = start(items[5], -24)
    supervising.lapse(now=city.now)
    climbed.refresh_from_db()
    if climbed.status == "overdue":
        supervising.climb(
            order=climbed, level=Level.JOINT, text="请三日内到会说明。", basis="《信访工作条例》第三十九条",
            with_bodies="市委督查室", actor=judge, at=_at(city, 0, 9),
        )  # fmt: skip
    weighed = supervising.propose(
        jurisdiction=city.jurisdiction, rule="procedure", evidence=["答复里没有写依据。"], suggestion=items[0],
        actor=city.actor(Role.TRIAGE_OFFICER), at=_at(city, -1), key="demo-procedure",
    )  # fmt: skip
    if weighed is not None:
        supervising.dismiss(
            order=weighed, reason="单位当天已补写依据。", actor=judge, at=_at(city, 0, 9)
        )
    for rule, days in (("other", -1), ("refused", -1)):
        supervising.propose(
            jurisdiction=city.jurisdiction, rule=rule, evidence=["同类建议半年里提过三次，还没有明确答复。"], suggestion=items[1],
            actor=city.actor(Role.TRIAGE_OFFICER), at=_at(city, days), key=f"demo-{rule}",
        )  # fmt: skip


def _advices(city: "Seeder", items: list[Suggestion]) -> None:
    judge = city.actor(Role.SUPERVISOR)

    def issue(kind: str, item: Suggestion, title: str, days: int) -> Any:
        assert item.lead_unit is not None
        item.refresh_from_db()
        return advising.issue(
            jurisdiction=city.jurisdiction, kind=kind, unit=item.lead_unit, title=title,
            facts="同类建议近三个月多次出现，办理时各处做法不一。", text="请统一做法，写进制度，并告诉基层怎么办。",
            basis=BASIS, cases=[item], actor=judge, at=_at(city, days),
        )  # fmt: skip

    issue("improve_work", items[0], "统一现场回访的做法", -3)
    done = issue("improve_policy", items[1], "修订公共设施养护标准", -40)
    advising.answer(advice=done, answer="adopted", text="已列入明年修订计划，3月底前印发。", actor=_head(city, items[1]), at=_at(city, -20))  # fmt: skip
    advising.close(advice=done, actor=judge, at=_at(city, -18))
    waiting = issue("improve_work", items[2], "公开养护排期", -12)
    advising.answer(advice=waiting, answer="partly", text="先公开主次干道的排期。", actor=_head(city, items[2]), at=_at(city, -2))  # fmt: skip
    back = issue("pursue_responsibility", items[3], "查清两次没有签收的责任", -25)
    advising.answer(advice=back, answer="adopted", text="已批评教育。", actor=_head(city, items[3]), at=_at(city, -10))  # fmt: skip
    advising.send_back(advice=back, reason="请写清以后怎样避免。", actor=judge, at=_at(city, -9))
    gone = issue("improve_policy", items[4], "统一标牌样式", -8)
    advising.withdraw(advice=gone, reason="已有新规定，不再需要。", actor=judge, at=_at(city, -6))
    issue("improve_work", items[5], "夜间施工提前告知", -45)
    advising.lapse(now=city.now)


def _sponsorships(city: "Seeder", items: list[Suggestion]) -> None:
    lead = city.actor(Role.LEADER)
    today = local_date(city.now)
    sponsoring.propose_all(now=city.now)
    proposed = sponsoring.propose(
        case=items[5], rule="deadlock", evidence=["两个单位对由谁养护没有谈拢。"], actor=city.actor(Role.SUPERVISOR),
        at=_at(city, -2), key="demo-deadlock",
    )  # fmt: skip
    dropped = sponsoring.propose(
        case=items[4], rule="merged_authors", evidence=["多人反映。"], actor=city.actor(Role.SUPERVISOR), at=_at(city, -9), key="demo-merged"
    )  # fmt: skip
    if dropped is not None:
        sponsoring.dismiss(
            sponsorship=dropped, reason="单位已排进本月计划。", actor=lead, at=_at(city, -8)
        )
    assert proposed is None or proposed.pk
    words = (
        ("背街小巷照明", "部分背街小巷照明改善", "open"), ("老旧小区排水", "部分老旧小区排水改造", "plan"),
        ("学校周边过街设施", "学校周边过街设施完善", "working"), ("菜市场周边停车", "菜市场周边停车秩序", "resolved"),
        ("公园座椅", "部分公园座椅增设", "handed_over"),
    )  # fmt: skip
    for n, (matter, public, state) in enumerate(words):
        item = items[n % 4]
        item.refresh_from_db()
        held = sponsoring.open_matter(
            sponsorship=Sponsorship(jurisdiction=city.jurisdiction), leader=lead.user, leader_post="副市长", matter=matter,
            public_matter=public, unit=item.lead_unit, cases=[] if state in ("resolved", "handed_over") else [item],
            actor=lead, at=_at(city, -30),
        )  # fmt: skip
        if state == "open":
            continue
        sponsoring.plan(
            sponsorship=held, team="牵头单位和街道", plan="先摸底，再分两批办，办完请居民看。", resources="列入本年预算",
            target_on=today + timedelta(days=40), milestones=[("摸清底数", today + timedelta(days=5)), ("完成第一批", today + timedelta(days=25))],
            actor=lead, at=_at(city, -28),
        )  # fmt: skip
        if state == "plan":
            continue
        sponsoring.begin_work(sponsorship=held, actor=lead, at=_at(city, -26))
        for milestone in (
            list(held.milestones.all()) if state == "resolved" else held.milestones.all()[:1]
        ):
            milestone.sponsorship = held
            sponsoring.reach(milestone=milestone, words="已完成", actor=lead, at=_at(city, -6))
        if state == "resolved":
            sponsoring.resolve(sponsorship=held, result="两批都已办完，居民代表看过。", public_result="已办完，停车有了规矩。", actor=lead, at=_at(city, -3))  # fmt: skip
        elif state == "handed_over":
            other = city.users[(str(Role.SUPERVISOR), "")]
            StaffRole.objects.get_or_create(user=other, role=Role.LEADER, jurisdiction=city.jurisdiction, unit=None)  # fmt: skip
            sponsoring.hand_over(sponsorship=held, successor=other, successor_post="市政府秘书长", reason="分工调整", actor=lead, at=_at(city, -2))  # fmt: skip


def _instructions(city: "Seeder", items: list[Suggestion]) -> None:
    lead, today = city.actor(Role.LEADER), local_date(city.now)
    for n, state in enumerate(("given", "working", "reported", "sent_back", "closed")):
        item = items[n]
        item.refresh_from_db()
        held = instructing.give(
            jurisdiction=city.jurisdiction, text="群众说得在理，请认真研究，能办的先办。", suggestion=item, unit=item.lead_unit,
            audience=LeaderInstruction.Audience.UNIT, tasks="到现场看一次，拿出办法。", report_by=today + timedelta(days=10),
            leader_post="副市长", actor=lead, at=_at(city, -8),
        )  # fmt: skip
        if state == "given":
            continue
        head = _head(city, item)
        instructing.take(instruction=held, actor=head, at=_at(city, -7))
        if state == "working":
            continue
        instructing.report(
            instruction=held, text="已到现场，办法附后。", actor=head, at=_at(city, -4)
        )
        if state == "sent_back":
            instructing.send_back(
                instruction=held, reason="请写清时间表。", actor=lead, at=_at(city, -3)
            )
        elif state == "closed":
            instructing.close(instruction=held, actor=lead, at=_at(city, -3))
    for item in items[6:9]:
        instructing.put(leader=lead.user, suggestion=item, why="涉及面广，办法具体", actor=city.actor(Role.TRIAGE_OFFICER), at=_at(city, -1))  # fmt: skip
    instructing.draw(leader=lead.user, jurisdiction=city.jurisdiction, now=_at(city, 0))
