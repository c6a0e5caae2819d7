"""Agents with their mandates and relays, and invited contributors (process.md 3.1 to 3.3)."""

from dataclasses import replace

from suggestions.actor import Actor
from suggestions.codes import Channel, Overall
from suggestions.models import (
    AgentMandate,
    AgentRelay,
    AuthorCode,
    Invitation,
    InvitedContributor,
    ServicePoint,
    Suggestion,
)
from suggestions.services import (
    agent_codes,
    agent_relays,
    agents,
    intake,
    inviting,
    mandates,
    service_points,
)
from suggestions.services.mandates import Terms
from suggestions.services.service_points import Facts
from tests import world as w
from tests.walks.acts.base import Nothing, Walk, errand


def _agent(mandate: AgentMandate, walk: Walk) -> Actor:
    """Now and then another agent than the one who was trusted."""
    if walk.chance(0.07):
        return walk.who("agent_l2", "agent_l3")
    return Actor.staff(mandate.agent, mandate.agent_level)


def _code(suggestion: Suggestion, purpose: str, walk: Walk) -> str:
    """What the author reads out; now and then wrongly."""
    held = AuthorCode.objects.filter(suggestion=suggestion, purpose=purpose).order_by("-pk").first()
    return agent_codes.digits(held.nonce) if held and walk.chance(0.9) else "000000"


@errand(5)
def entered_by_agent(walk: Walk) -> object:
    ends = Terms(ends_on=walk.day(walk.dice.randrange(3, 60)), contact_consent=walk.chance(0.5))
    agent = walk.who("agent_l1", "agent_l1", "agent_l2")
    if walk.chance(0.5):
        return mandates.take_case(suggestion=walk.item(), terms=ends, actor=agent, at=walk.at)
    mark, n = walk.mark(), len(walk.marks)
    made = agents.enter_on_behalf(
        submission=replace(
            w.submission(
                walk.city, title=f"{mark}河边装几盏灯", problem=f"{mark}河边晚上没有灯，台阶看不清。", proposal=f"在{mark}河边装灯。",
                phone=f"1990005{n:04d}", channel=Channel.AGENT,
            )
        ),
        jurisdiction=walk.city.jurisdiction, terms=ends, actor=agent, idempotency_key=f"agent-{n}", at=walk.at, visit="came",
    )  # fmt: skip
    return walk.knows(made.receipt.suggestion, mark)


@errand(7)
def mandate(walk: Walk) -> object:
    rows = AgentMandate.objects.filter(status__in=("awaiting", "active"))
    held: AgentMandate = walk.one(rows.select_related("agent", "jurisdiction"))
    item = held.links.select_related("suggestion__jurisdiction", "suggestion__author", "suggestion__lead_unit").first()  # fmt: skip
    assert item is not None
    agent, roll = _agent(held, walk), walk.dice.random()
    if roll < 0.06:
        return mandates.revoke(mandate=held, actor=walk.who("author", "intake_clerk"), at=walk.at)
    if roll < 0.12:
        return mandates.lay_down(
            mandate=held, actor=agent, at=walk.at, reason="搬去了外区，不再代办。"
        )
    if held.status == "awaiting":
        return _confirm(walk, held, item.suggestion)
    if roll < 0.3:
        return agents.log_duty(
            suggestion=item.suggestion, duty="chased", note="", actor=agent, at=walk.at
        )
    if roll < 0.4:
        return agents.record_evaluation(
            suggestion=item.suggestion, overall=walk.dice.choice(Overall.values), words="装了一张", actor=agent, at=walk.at
        )  # fmt: skip
    if roll < 0.44:
        return _withdraw(walk, item.suggestion, agent)
    return agent_relays.ask(
        suggestion=item.suggestion, to_level=walk.dice.choice(("agent_l2", "agent_l3", "agent_l4")),
        reason="几天了还没签收。", actor=agent, at=walk.at,
    )  # fmt: skip


def _confirm(walk: Walk, held: AgentMandate, item: Suggestion) -> object:
    """A fresh code, and the yes it gives."""
    walk.composed = True
    agent = _agent(held, walk)
    agent_codes.ask(mandate=held, suggestion=item, purpose="mandate", actor=agent, at=walk.at)
    return mandates.confirm_by_code(
        mandate=held, code=_code(item, "mandate", walk), actor=agent, at=walk.at
    )


def _withdraw(walk: Walk, item: Suggestion, agent: Actor) -> object:
    walk.composed = True
    agents.ask_withdrawal(suggestion=item, reason="本人说不用了", actor=agent, at=walk.at)
    return agents.withdraw_with_code(
        suggestion=item, code=_code(item, "withdraw", walk), actor=agent, at=walk.at
    )


@errand(4)
def relay(walk: Walk) -> object:
    rows = AgentRelay.objects.filter(status="open").select_related("suggestion__lead_unit", "asked_by")  # fmt: skip
    held: AgentRelay = walk.one(rows)
    roll = walk.dice.random()
    if roll < 0.2:
        return agent_relays.take_back(
            relay=held, actor=Actor.staff(held.asked_by, held.from_level), at=walk.at
        )
    higher = walk.who(*[held.to_level] * 4, "agent_l4")
    if roll < 0.4:
        return agent_relays.press(relay=held, words="请尽快签收。", actor=higher, at=walk.at)
    return agent_relays.answer(
        relay=held, answer="问过了，交通局周五前签收。", actor=higher, at=walk.at
    )


@errand(5)
def invitation(walk: Walk) -> object:
    office = walk.who("triage_officer")
    serving = InvitedContributor.objects.filter(ended_on=None, term_until__gte=walk.day(60))
    if serving.count() < 3:
        return inviting.register_contributor(
            jurisdiction=walk.city.jurisdiction, name="路小勤", kind="expert", field="公交", appointing_unit=walk.city.office,
            email=f"invited{walk.acts}@example.cn", term_from=walk.day(), term_until=walk.day(300), actor=office,
        )  # fmt: skip
    rows = Invitation.objects.filter(status__in=("invited", "opened"))
    if not rows.exists():
        return inviting.invite(
            contributors=list(serving[:3]), topic="积水点先治哪几处", deadline_on=walk.day(12), actor=office, at=walk.at
        )  # fmt: skip
    held: Invitation = walk.one(rows.select_related("contributor", "jurisdiction"))
    roll = walk.dice.random()
    if roll < 0.05:
        return inviting.end_term(
            contributor=held.contributor, reason="moved", actor=office, at=walk.at
        )
    if roll < 0.2:
        return inviting.decline(invitation=held, actor=walk.who("author"), at=walk.at)
    if roll < 0.6:
        if held.status == "opened":
            raise Nothing("opened before")
        return inviting.opened(invitation=held, at=walk.at)
    mark = walk.mark()
    made = intake.submit(
        submission=w.submission(
            walk.city, title=f"{mark}积水点先治", problem=f"{mark}一下大雨就淹，公交要绕行。", proposal=f"先治{mark}。",
            phone="", email=held.contributor.email, invitation=held,
        ),
        jurisdiction=walk.city.jurisdiction, idempotency_key=f"invited-{walk.acts}", actor=Actor.author(), at=walk.at,
    )  # fmt: skip
    return walk.knows(made.suggestion, mark)


@errand(2)
def point(walk: Walk) -> object:
    """A place where people are helped opens, closes, opens again."""
    keeper = walk.who("triage_officer", "sys_admin")
    if ServicePoint.objects.count() < 3:
        facts = Facts(
            name=f"第{walk.acts}征集点", level=ServicePoint.Level.values[0], address="人民路3号一楼", hours="工作日9:00—17:00",
            phone="0380-555 0303",
        )  # fmt: skip
        return service_points.open_point(
            code=f"p{walk.acts}", facts=facts, jurisdiction=walk.city.jurisdiction, actor=keeper, at=walk.at
        )  # fmt: skip
    held: ServicePoint = walk.one(ServicePoint.objects.all())
    if held.status == "open":
        return service_points.close_point(
            point=held, reason="房子要维修。", actor=keeper, at=walk.at
        )
    return service_points.reopen_point(point=held, actor=keeper, at=walk.at)
