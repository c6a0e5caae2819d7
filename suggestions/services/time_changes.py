"""Changes to rules and calendar, proposed by one person and confirmed by another (process.md section 5, 5.1).

Rules and calendar are one for the whole site, so that only the administrators of its topmost jurisdiction propose.
Running dates move only in the citizen's favour, by services/moving.py, each with its event.
"""

from datetime import date, datetime
from typing import Any

from suggestions import clock as counting
from suggestions.actor import Actor
from suggestions.clock import DATED, Length, local_date
from suggestions.codes import RecordClass
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import ClockRule, Jurisdiction, TimeChange
from suggestions.rules import clean_text
from suggestions.services import calendars, clock_rules, clocks, moving, records, retention_rules
from suggestions.services.calendars import Day
from suggestions.services.moving import Move
from suggestions.states.time_change import TimeChange as State

LONGEST: dict[str, int] = {Length.DAY: 366, Length.WORKING_DAY: 250, Length.HOUR: 168}


def propose_rule(
    *,
    kind: str,
    length: int,
    effective_from: date,
    move_running: bool,
    basis: str,
    actor: Actor,
    jurisdiction: Jurisdiction,
    at: datetime,
) -> TimeChange:
    """Ask for a new version of a rule. A number set by law may only change in the citizen's favour.

    Raises Invalid per field, NotAllowed below the topmost jurisdiction, DomainError when one is already waiting.
    """
    if kind in DATED or kind not in {r.kind for r in counting.DEFAULT_RULES}:
        raise Invalid({"kind": ["没有这个时限，或者它没有可以改的长度。"]})
    now = clocks.current_rule(kind)
    first = next(r for r in counting.DEFAULT_RULES if r.kind == kind)
    errors: dict[str, list[str]] = {}
    limit = LONGEST[now.unit]
    if not 1 <= length <= limit:
        errors["length"] = [f"请填1到{limit}之间的数。"]
    elif length == now.length:
        errors["length"] = ["和现在的一样，没有变动。"]
    elif first.law and first.minimum and length < first.length:
        errors["length"] = [
            f"{first.source}规定至少{first.length}{clocks.unit_words(now.unit)}，不能更短。"
        ]
    elif first.law and not first.minimum and length > first.length:
        errors["length"] = [
            f"{first.source}规定最多{first.length}{clocks.unit_words(now.unit)}，不能更长。"
        ]
    if effective_from < local_date(at):
        errors["effective_from"] = ["生效日期不能早于今天。"]
    if move_running and effective_from > local_date(at):
        errors["move_running"] = ["要同时改正在办的件，生效日期请填今天。"]
    if errors:
        raise Invalid(errors)
    payload = {
        "kind": kind, "name": now.name, "unit": now.unit, "old": now.length, "length": length,
        "effective_from": effective_from.isoformat(), "move_running": move_running,
    }  # fmt: skip
    waiting = TimeChange.objects.filter(
        status=State.PROPOSED, kind=TimeChange.Kind.RULE, payload__kind=kind
    )
    if waiting.exists():
        raise DomainError(f"“{now.name}”已有一个修改在等第二人确认，请先处理那一个。")
    return _propose(TimeChange.Kind.RULE, payload, basis, actor, jurisdiction, at)


def propose_calendar(
    *, days: list[Day], basis: str, actor: Actor, jurisdiction: Jurisdiction, at: datetime
) -> TimeChange:
    """Ask to write days of the calendar. Raises Invalid({"days": …}) when nothing would change."""
    held = clocks.workdays().exceptions
    if all(held.get(d.date) == d.working for d in days):
        raise Invalid({"days": ["这些日子和日历上的一样，没有变动。"]})
    payload = {"days": [[d.date.isoformat(), d.working, d.note] for d in days]}
    return _propose(TimeChange.Kind.CALENDAR, payload, basis, actor, jurisdiction, at)


def propose_retention(
    *,
    record_class: str,
    days: int,
    approved_by: str,
    basis: str,
    actor: Actor,
    jurisdiction: Jurisdiction,
    at: datetime,
) -> TimeChange:
    """Ask for another term of a class of records. Raises Invalid per field (below the law's least, no approval, no change).

    Source: process.md 9.4 (retention per class, archive rules prevail); PIPL 19.
    """
    errors = retention_rules.problems(record_class, days, approved_by)
    held = retention_rules.current(record_class) if "record_class" not in errors else None
    if held is not None and held.days == days:
        errors["days"] = ["和现在的一样，没有变动。"]
    if errors:
        raise Invalid(errors)
    assert held is not None
    waiting = TimeChange.objects.filter(
        status=State.PROPOSED, kind=TimeChange.Kind.RETENTION, payload__record_class=record_class
    )
    if waiting.exists():
        raise DomainError("这一类已有一个修改在等第二人确认，请先处理那一个。")
    payload = {
        "record_class": record_class, "old": held.days, "days": days, "approved_by": clean_text(approved_by)
    }  # fmt: skip
    return _propose(TimeChange.Kind.RETENTION, payload, basis, actor, jurisdiction, at)


def _propose(
    kind: str,
    payload: dict[str, Any],
    basis: str,
    actor: Actor,
    jurisdiction: Jurisdiction,
    at: datetime,
) -> TimeChange:
    basis = clean_text(basis)
    if not basis:
        raise Invalid({"basis": ["请写依据，例如通知的名称和文号。"]})
    if len(basis) > 120:
        raise Invalid({"basis": [f"最多120个字，现在是{len(basis)}个字。"]})
    if not jurisdiction.is_root():
        raise NotAllowed("时限规则和工作日历全站共用，由最上级的系统管理员修改。")
    if actor.user is None:
        raise NotAllowed
    change = TimeChange(
        proposed_by_id=actor.user.pk,
        jurisdiction=jurisdiction, kind=kind, basis=basis, payload=payload, proposed_at=at
    )  # fmt: skip
    records.begin(
        change, "time_propose", actor=actor, at=at, reason=basis, data={"what": describe(change)}
    )
    return change


def describe(change: TimeChange) -> str:
    """The change in one line."""
    p = change.payload
    if change.kind == TimeChange.Kind.RULE:
        unit = clocks.unit_words(p["unit"])
        day = date.fromisoformat(p["effective_from"])
        return f"{p['kind']} {p['name']}由{p['old']}{unit}改为{p['length']}{unit}，{day.year}年{day.month}月{day.day}日起"
    if change.kind == TimeChange.Kind.RETENTION:
        label = RecordClass(p["record_class"]).label
        return f"“{label}”的保存期限由{p['old']}天改为{p['days']}天"
    days = days_of(change)
    years = "、".join(f"{y}年" for y in sorted({d.date.year for d in days}))
    return f"{years}日历的{len(days)}天"


def days_of(change: TimeChange) -> list[Day]:
    """The days of a calendar change."""
    return [Day(date.fromisoformat(d), w, note) for d, w, note in change.payload.get("days", [])]


def preview(change: TimeChange, *, at: datetime) -> list[Move]:
    """The dry run: every running clock whose date would differ, and whether it moves. Writes nothing."""
    if change.kind == TimeChange.Kind.RETENTION:
        return []
    if change.kind == TimeChange.Kind.CALENDAR:
        return moving.moves_of_calendar(calendars.with_days(days_of(change)))
    p = change.payload
    rule = _changed_rule(p)
    return moving.moves_of_rule(rule, today=local_date(at), willing=p["move_running"])


def _changed_rule(payload: dict[str, Any]) -> counting.Rule:
    now = clocks.current_rule(payload["kind"])
    changed = clock_rules.copy_of(now)
    changed.length = payload["length"]
    return changed.as_rule()


def confirm(*, change: TimeChange, actor: Actor, at: datetime) -> int:
    """The second person's yes: write the version or the days, move what moves; returns how many dates moved.

    Raises NotAllowed for the person who proposed it; WrongState, ChangedMeanwhile when it was decided meanwhile.
    """
    if actor.user is None or actor.user.pk == change.proposed_by_id:
        raise NotAllowed("提出修改的人不能自己确认，请另一位同事核对。")
    coming = len(moving.those_that_move(preview(change, at=at)))
    with clock_rules.changing():
        records.move(
            change, "time_confirm", actor=actor, at=at, data={"moved": coming},
            fields={"decided_by": actor.user, "decided_at": at, "moved": coming},
        )  # fmt: skip
        if change.kind == TimeChange.Kind.CALENDAR:
            return calendars.write(days_of(change), source=change.basis, at=at, actor=actor)
        if change.kind == TimeChange.Kind.RETENTION:
            p = change.payload
            retention_rules.change(
                record_class=p["record_class"], days=p["days"], basis=change.basis, approved_by=p["approved_by"], at=at
            )  # fmt: skip
            return 0
        return _write_rule(change, actor=actor, at=at)


def load(*, days: list[Day], source: str, at: datetime) -> list[Move]:
    """The operator's own act at the machine (`manage.py load_workdays`): no second person, but a record and an event that
    name the system, and an event on every item whose date moves. Returns those moves; nothing is recorded when nothing
    changes. Source: HOL 7; process.md 5.1.
    """
    held = clocks.workdays().exceptions
    changed = [d for d in days if held.get(d.date) != d.working]
    moves = moving.moves_of_calendar(calendars.with_days(days))
    place = Jurisdiction.get_first_root_node()
    with clock_rules.changing():
        if changed and place is not None:
            change = TimeChange(
                jurisdiction=place, kind=TimeChange.Kind.CALENDAR, basis=(source or "运行维护人员载入")[:120], proposed_at=at,
                decided_at=at, moved=len(moves), payload={"days": [[d.date.isoformat(), d.working, d.note] for d in changed]},
            )  # fmt: skip
            data = {"what": describe(change), "moved": len(moves)}
            records.begin(change, "time_load", actor=Actor.system(), at=at, reason=change.basis, data=data)  # fmt: skip
        calendars.write(days, source=source, at=at, actor=Actor.system())
    return moves


def _write_rule(change: TimeChange, *, actor: Actor, at: datetime) -> int:
    p = change.payload
    planned = moving.those_that_move(preview(change, at=at))
    version = clock_rules.copy_of(ClockRule.objects.filter(kind=p["kind"]).latest("rule_version"))
    version.length, version.rule_version = p["length"], version.rule_version + 1
    version.effective_from = date.fromisoformat(p["effective_from"])
    version.source = change.basis
    version.save(force_insert=True)
    clocks.forget_calendar()
    calendar, rule = clocks.workdays(), version.as_rule()
    return sum(
        moving.move(
            m.clock, moving.count_with(m.clock, calendar, rule), actor=actor, at=at, rule=version,
            words="“{name}”的规则改了，对建议人有利，期限由{old}改为{new}", basis=change.basis,
        )
        for m in planned
    )  # fmt: skip


def decline(*, change: TimeChange, reason: str, actor: Actor, at: datetime) -> TimeChange:
    """Not taken, with a reason; its proposer may take it back in the same way."""
    records.move(
        change, "time_decline", actor=actor, at=at, reason=clean_text(reason),
        fields={"decided_by": actor.user, "decided_at": at},
    )  # fmt: skip
    return change
