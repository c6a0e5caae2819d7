"""The desk's own matters: who is competent, lists as files, rules and calendar, stand-ins, colleagues who keep out."""

from suggestions import access
from suggestions.models import (
    Conflict,
    Delegation,
    ExportJob,
    IdentityGrant,
    JurisdictionDispute,
    StaffRole,
    Suggestion,
    TimeChange,
)
from suggestions.services import authority, disputes, exports, named_exports, time_changes
from suggestions.services.calendars import Day
from suggestions.states import Case
from tests.walks.acts.base import Nothing, Walk, act, errand, first


@act(1, Case.ACCEPTED, Case.DISPATCHED, Case.HANDLING)
def open_dispute(walk: Walk, item: Suggestion) -> object:
    return disputes.open_dispute(
        suggestion=item, units=[walk.city.bus, walk.city.water], matter="都认为归对方。", consult_until=walk.day(3),
        actor=walk.who("triage_officer", "supervisor"), at=walk.at,
    )  # fmt: skip


@errand(6)
def dispute(walk: Walk) -> object:
    office = walk.who("triage_officer", "supervisor")
    rows = JurisdictionDispute.objects.exclude(status__in=("settled", "dropped"))
    held: JurisdictionDispute = walk.one(rows.select_related("suggestion__jurisdiction"))
    roll = walk.dice.random()
    if roll < 0.1:
        return disputes.drop(dispute=held, reason="有一家愿意主办。", actor=office, at=walk.at)
    if held.status == "consulting" and roll < 0.5:
        return disputes.refer(dispute=held, superior="市政府办公室", actor=office, at=walk.at)
    if held.status != "meeting" and roll < 0.7:
        return disputes.call_meeting(
            dispute=held, on=walk.day(2), about="联席会议", actor=office, at=walk.at
        )
    return disputes.settle(
        dispute=held, unit=walk.unit(), result="会议定由这家主办。", actor=office, at=walk.at
    )


@errand(4)
def export(walk: Walk) -> object:
    user = walk.city.users[walk.dice.choice(("triage_officer", "supervisor", "handler:bus", "publisher", "privacy_officer"))]  # fmt: skip
    access.forget_scope(user)
    leave = IdentityGrant.objects.filter(kind="export", status="granted").order_by("-pk").first()
    if walk.chance(0.5):
        return exports.ask(
            user=user, query=f"state=open&walk={walk.acts}", format=walk.dice.choice(("csv", "xlsx")), at=walk.at,
            grant_id=leave.pk if leave and walk.chance(0.6) else None,
        )  # fmt: skip
    held: ExportJob = first(ExportJob.objects.filter(status__in=("queued", "ready")))
    if held.status == "queued":
        return exports.write(held, at=walk.at)
    named = held.grant_id is not None
    who = walk.who("privacy_officer" if named else "triage_officer")
    with exports.fetch(job=held, actor=who, at=walk.at) as file:
        assert file.read(2)
        assert not named or who.role == "privacy_officer"
    return held


@errand(2)
def ask_named_export(walk: Walk) -> object:
    """Leave to write a list with names; now and then somebody asks who may not."""
    who = walk.who(*["privacy_officer"] * 4, "triage_officer")
    access.forget_scope(who.user)
    return named_exports.ask(user=who.user, query="state=open", reason="寄送获奖通知", at=walk.at)


@errand(3)
def time_change(walk: Walk) -> object:
    admin = walk.who("sys_admin")
    held = TimeChange.objects.filter(status="proposed").order_by("-pk").first()
    if held is None:
        if walk.chance(0.5):
            return time_changes.propose_rule(
                kind=walk.dice.choice(("K9", "K12", "K15", "K16", "K2")), length=walk.dice.randrange(2, 12), effective_from=walk.day(),
                move_running=walk.chance(0.5), basis="提速试行办法", actor=admin, jurisdiction=walk.city.jurisdiction, at=walk.at,
            )  # fmt: skip
        return time_changes.propose_calendar(
            days=[Day(walk.day(walk.dice.randrange(2, 30)), walk.chance(0.5), "调休")], basis="放假通知", actor=admin,
            jurisdiction=walk.city.jurisdiction, at=walk.at,
        )  # fmt: skip
    second = walk.who("supervisor", "supervisor", "sys_admin")
    if walk.chance(0.3):
        return time_changes.decline(
            change=held, reason="对建议人不利，先不改。", actor=second, at=walk.at
        )
    return time_changes.confirm(change=held, actor=second, at=walk.at)


@errand(2)
def stand_in(walk: Walk) -> object:
    running = Delegation.objects.filter(ended_at=None, until_on__gte=walk.day())
    who = walk.dice.choice(("triage_officer", "handler:bus", "supervisor"))
    held = running.filter(role__user=walk.city.users[who]).select_related("role__user").first()
    if held is not None:
        return authority.end_delegation(delegation=held, actor=walk.city.actor(who), at=walk.at)
    return authority.delegate(
        role=StaffRole.objects.get(user=walk.city.users[who]), to_user=walk.city.users["intake_clerk"], from_on=walk.day(),
        until_on=walk.day(5), reason="外出培训", actor=walk.city.actor(who), at=walk.at,
    )  # fmt: skip


@errand(1)
def keep_out(walk: Walk) -> object:
    """Somebody recuses, and a supervisor finds that they need not."""
    held = Conflict.objects.filter(lifted_at=None).select_related("suggestion").first()
    if held is not None:
        if walk.chance(0.5):
            raise Nothing("it stands")
        return authority.lift_conflict(
            conflict=held, reason="已搬走，不再是邻居", actor=walk.who("supervisor"), at=walk.at
        )
    clerk = walk.city.users["intake_clerk"]
    return authority.declare_conflict(
        suggestion=walk.item(), user=clerk, reason="建议人是我邻居", actor=walk.city.actor("intake_clerk"), at=walk.at
    )  # fmt: skip
