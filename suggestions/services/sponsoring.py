"""Sponsored matters: one problem, one leader, one team, one plan, carried to the end (process.md 6.4; XF 18; S0, S1)."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Exists, F, OuterRef, Q

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Category, Overall
from suggestions.errors import DomainError, Invalid
from suggestions.models import (
    JurisdictionDispute,
    SponsorMilestone,
    Sponsorship,
    StaffRole,
    Suggestion,
    SupervisionOrder,
    Unit,
)
from suggestions.roles import Role
from suggestions.services import records, transitions
from suggestions.services.wording import Words, cleaned
from suggestions.states import OPEN
from suggestions.states.machines import Jurisdiction as DisputeState
from suggestions.states.sponsorship import Sponsorship as State

MERGED_AUTHORS = 10
"""From this many people on one matter, a leader is asked to look (P)."""
_BATCH = 200
_MATTER = {
    "matter": Words("事项", 80, multiline=False),
    "public_matter": Words("公开的说法", 80, multiline=False),
    "leader_post": Words("领导职务", 60, multiline=False),
}
RUNNING = (State.OPEN, State.PLAN, State.WORKING)


def propose(
    *,
    case: Suggestion,
    rule: str,
    evidence: list[str],
    actor: Actor,
    at: datetime,
    key: str = "",
) -> Sponsorship | None:
    """Put a matter before the leaders, with its facts; None when the same was proposed before."""
    held = Sponsorship(
        jurisdiction=case.jurisdiction, rule=rule, matter=case.original_title[:80], evidence=evidence, unit=case.lead_unit,
        dedupe_key=key,
    )  # fmt: skip
    if key and Sponsorship.objects.filter(jurisdiction=case.jurisdiction, dedupe_key=key).exists():
        return None
    try:
        with transaction.atomic():
            data = {"rule": str(held.get_rule_display()), "evidence": evidence}
            records.begin(held, "sponsorship_propose", actor=actor, at=at, data=data, suggestion=case)  # fmt: skip
            held.cases.add(case)
    except IntegrityError:
        return None
    return held


def dismiss(*, sponsorship: Sponsorship, reason: str, actor: Actor, at: datetime) -> None:
    """Decide that no leader takes it, with the reason."""
    records.move(sponsorship, "sponsorship_dismiss", actor=actor, at=at, reason=reason.strip())


def open_matter(
    *,
    sponsorship: Sponsorship,
    leader: Any,
    leader_post: str,
    matter: str,
    public_matter: str,
    unit: Unit | None,
    actor: Actor,
    at: datetime,
    cases: Sequence[Suggestion] = (),
) -> Sponsorship:
    """A leader takes the matter: a proposal, or a new Sponsorship not yet stored.

    `public_matter` are neutral words without names or addresses: the published overview shows nothing else of it.
    Raises Invalid (no leader of this jurisdiction, words missing), NotAllowed, WrongState.
    """
    held = cleaned(
        _MATTER, {"matter": matter, "public_matter": public_matter, "leader_post": leader_post}
    )
    person = _leader(leader, sponsorship.jurisdiction_id)
    fields = {**held, "leader": person, "unit": unit}
    data = {"leader": held["leader_post"]}
    with transaction.atomic():
        if sponsorship.pk:
            records.move(sponsorship, "sponsorship_open", actor=actor, at=at, data=data, fields=fields, holder=unit)  # fmt: skip
        else:
            for name, value in fields.items():
                setattr(sponsorship, name, value)
            records.begin(sponsorship, "sponsorship_open", actor=actor, at=at, data=data, holder=unit)  # fmt: skip
        sponsorship.cases.add(*cases)
        _tell(sponsorship, f"列为领导包案事项，{held['leader_post']}负责", actor, at)
    return sponsorship


def plan(
    *,
    sponsorship: Sponsorship,
    team: str,
    plan: str,
    resources: str,
    target_on: date,
    milestones: Iterable[tuple[str, date]],
    actor: Actor,
    at: datetime,
) -> None:
    """Team, plan, dated milestones and the day it will be done. Raises Invalid when a day is past or after the end."""
    held = cleaned(
        {"team": Words("专班", 300), "plan": Words("方案", 3000), "resources": Words("保障", 300, required=False)},
        {"team": team, "plan": plan, "resources": resources},
    )  # fmt: skip
    steps = list(milestones)
    if target_on <= local_date(at):
        raise Invalid({"target_on": ["办成日期要在今天以后。"]})
    if not steps:
        raise Invalid({"milestones": ["请至少写一个节点，一行一个，例如“2026-12-20 完成勘查”。"]})
    if any(day > target_on for _text, day in steps):
        raise Invalid({"milestones": ["节点的日期不能晚于办成日期。"]})
    with transaction.atomic():
        records.move(
            sponsorship, "sponsorship_plan", actor=actor, at=at, fields={**held, "target_on": target_on},
            data={"due": f"{target_on.month}月{target_on.day}日", "milestones": len(steps)},
        )  # fmt: skip
        sponsorship.milestones.all().delete()
        SponsorMilestone.objects.bulk_create(
            SponsorMilestone(sponsorship=sponsorship, text=text[:200], due_on=day)
            for text, day in steps
        )


def begin_work(*, sponsorship: Sponsorship, actor: Actor, at: datetime) -> None:
    """The team sets out."""
    records.move(sponsorship, "sponsorship_work", actor=actor, at=at)


def reach(*, milestone: SponsorMilestone, words: str, actor: Actor, at: datetime) -> None:
    """A milestone is done; its own date keeps showing whether it was late."""
    held = cleaned({"words": Words("完成情况", 300)}, {"words": words})
    sponsorship = milestone.sponsorship
    with transaction.atomic():
        changed = SponsorMilestone.objects.filter(pk=milestone.pk, done_on=None).update(
            done_on=local_date(at), words=held["words"]
        )
        if not changed or sponsorship.status not in RUNNING:
            raise DomainError("这个节点已经登记过，或者包案已经结束。")
        records.note(
            sponsorship, "milestone_done", actor=actor, at=at, words=f"完成节点：{milestone.text}",
            data={"milestone": milestone.pk},
        )  # fmt: skip


def resolve(
    *, sponsorship: Sponsorship, result: str, public_result: str, actor: Actor, at: datetime
) -> None:
    """The matter is solved. Raises DomainError while a milestone or an open case says otherwise (S0: until solved)."""
    held = cleaned(
        {"result": Words("结果", 2000), "public_result": Words("公开的结果", 200)},
        {"result": result, "public_result": public_result},
    )
    if sponsorship.milestones.filter(done_on=None).exists():
        raise DomainError("还有节点没有完成，请先登记完成情况。")
    waiting = sponsorship.cases.filter(status__in=OPEN).count()
    if waiting:
        raise DomainError(f"关联的建议还有{waiting}件没有答复，答复以后才能算化解。")
    with transaction.atomic():
        records.move(
            sponsorship, "sponsorship_resolve", actor=actor, at=at, fields={**held, "resolved_on": local_date(at)}
        )  # fmt: skip
        _tell(sponsorship, "领导包案事项已化解", actor, at)


def hand_over(
    *,
    sponsorship: Sponsorship,
    successor: Any,
    successor_post: str,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Sponsorship:
    """The leader changes, the duty does not lapse: the successor's sponsorship begins with plan, dates and cases (S0).

    Returns the successor's record, open where there was no plan yet, otherwise at the same step.
    """
    post = cleaned({"successor_post": Words("接手领导的职务", 60)}, {"successor_post": successor_post})["successor_post"]  # fmt: skip
    person = _leader(successor, sponsorship.jurisdiction_id, field="successor")
    if person.pk == sponsorship.leader_id:
        raise Invalid({"successor": ["接手的领导要换一位。"]})
    before = sponsorship.status
    same = (
        "rule",
        "matter",
        "public_matter",
        "evidence",
        "unit",
        "team",
        "resources",
        "plan",
        "target_on",
    )
    new = Sponsorship(
        jurisdiction=sponsorship.jurisdiction, leader=person, leader_post=post,
        **{name: getattr(sponsorship, name) for name in same},
    )  # fmt: skip
    with transaction.atomic():
        records.begin(new, "sponsorship_open", actor=actor, at=at, data={"leader": post, "from": sponsorship.pk}, holder=new.unit)  # fmt: skip
        new.cases.set(sponsorship.cases.all())
        SponsorMilestone.objects.bulk_create(
            SponsorMilestone(sponsorship=new, text=m.text, due_on=m.due_on, done_on=m.done_on, words=m.words)
            for m in sponsorship.milestones.all()
        )  # fmt: skip
        if before in (State.PLAN, State.WORKING) and new.target_on:
            day = f"{new.target_on.month}月{new.target_on.day}日"
            records.move(new, "sponsorship_plan", actor=actor, at=at, data={"due": day})
        if before == State.WORKING:
            records.move(new, "sponsorship_work", actor=actor, at=at)
        records.move(
            sponsorship, "sponsorship_hand_over", actor=actor, at=at, reason=reason.strip(), data={"successor": post},
            fields={"successor": new},
        )  # fmt: skip
        _tell(new, f"领导包案移交给{post}", actor, at)
    return new


def propose_all(*, now: datetime) -> int:
    """The sweep of triggers: many authors, deadlock between units, second dissatisfaction, missed promise (P)."""
    made = 0
    rows = (
        Suggestion.objects.not_shut()
        .filter(status__in=OPEN, sponsorships=None)
        .select_related("jurisdiction", "lead_unit")
    )
    R = Sponsorship.Rule
    # Only where anybody joined at all: most items stand alone and are not counted through.
    joined = Suggestion.objects.filter(primary=OuterRef("pk"))
    voices = F("co_sign_count") + Count("merged_items", distinct=True)
    many: Iterable[Any] = (
        rows.filter(Q(co_sign_count__gt=0) | Exists(joined))
        .annotate(voices=voices)
        .filter(voices__gte=MERGED_AUTHORS - 1)[:_BATCH]
    )
    for case in many:
        facts = [f"连同并案和附议，共有{case.voices + 1}人反映。"]
        made += _new(case, R.MERGED, facts, now)
    stuck = JurisdictionDispute.objects.filter(
        status__in=(DisputeState.REFERRED, DisputeState.MEETING)
    ).values("suggestion")
    shifted = SupervisionOrder.objects.filter(rule=SupervisionOrder.Rule.SHIFTING).values("suggestion")  # fmt: skip
    for case in rows.filter(Q(pk__in=stuck) | Q(pk__in=shifted))[:_BATCH]:
        made += _new(case, R.DEADLOCK, ["几个单位对由谁办没有谈拢，或者多次退办、改派。"], now)
    asked = SupervisionOrder.objects.filter(suggestion__isnull=False, suggestion__sponsorships=None).exclude(suggestion__category=Category.REPORT_MISCONDUCT)  # fmt: skip
    for rule, order_rule in (
        (R.DISSATISFIED, SupervisionOrder.Rule.DISSATISFIED),
        (R.COMMITMENT, SupervisionOrder.Rule.COMMITMENT),
    ):
        for order in asked.filter(rule=order_rule).select_related("suggestion__jurisdiction", "suggestion__lead_unit")[:_BATCH]:  # fmt: skip
            case_of = order.suggestion
            if case_of is None or (
                rule == R.DISSATISFIED and case_of.overall != Overall.DISSATISFIED
            ):
                continue
            made += _new(case_of, rule, list(order.evidence), now)
    return made


def _new(case: Suggestion, rule: str, facts: list[str], now: datetime) -> int:
    """One proposal a case: a matter already with a leader is not proposed again for another reason."""
    if case.sponsorships.exists():
        return 0
    found = propose(case=case, rule=rule, evidence=facts, actor=Actor.system(), at=now, key=f"{rule}:{case.pk}")  # fmt: skip
    return int(found is not None)


def leaders(jurisdiction_id: int, on: date) -> list[StaffRole]:
    """Who holds the role of leader here and may sponsor."""
    return list(
        StaffRole.objects.filter(role=Role.LEADER, jurisdiction_id=jurisdiction_id, user__is_active=True)
        .filter(Q(valid_until=None) | Q(valid_until__gte=on))
        .select_related("user")
        .order_by("user_id")
    )  # fmt: skip


def _leader(person: Any, jurisdiction_id: int, field: str = "leader") -> Any:
    held = (
        StaffRole.objects.filter(role=Role.LEADER, user=person, jurisdiction_id=jurisdiction_id)
        .select_related("user")
        .first()
        if person is not None
        else None
    )
    if held is None:
        raise Invalid({field: ["请选本辖区的领导。"]})
    return held.user


def _tell(sponsorship: Sponsorship, words: str, actor: Actor, at: datetime) -> None:
    for case in sponsorship.cases.all():
        transitions.note(case, "sponsorship", actor=actor, at=at, words=words, data={"sponsorship": sponsorship.pk})  # fmt: skip
