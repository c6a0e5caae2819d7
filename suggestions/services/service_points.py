"""Where people can go and who sits there: service points opened, changed and closed, agents appointed and withdrawn.

All of it stands in the chain of the point (process.md 3.2, 3.3; S2). Whether somebody is an agent at all is a role that the
security administrator grants (services/authority); a post only says where and when an agent serves.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import ChangedMeanwhile, Invalid, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import AgentPost, District, Jurisdiction, ServicePoint, StaffRole
from suggestions.models.agent import level_label
from suggestions.roles import AGENT_ROLES
from suggestions.services import records
from suggestions.states.service_point import ServicePointState

RANK = [str(level) for level in ServicePoint.Level]
"""Levels, lowest first."""
LENGTHS = {"name": 80, "address": 200, "hours": 120, "phone": 40, "note": 200}
REASON_MAX = 200


@dataclass(frozen=True, slots=True)
class Facts:
    """What the public reads about a service point."""

    name: str
    level: str
    address: str
    hours: str
    phone: str = ""
    note: str = ""
    accessibility: tuple[str, ...] = ()
    district: District | None = None
    parent: ServicePoint | None = None


_LABELS = {f: str(ServicePoint._meta.get_field(f).verbose_name) for f in Facts.__slots__}  # type: ignore[union-attr]


def open_point(
    *, code: str, facts: Facts, jurisdiction: Jurisdiction, actor: Actor, at: datetime
) -> ServicePoint:
    """Open a service point. Raises Invalid by field, NotAllowed."""
    held = _checked(facts, jurisdiction, None)
    if ServicePoint.objects.filter(code=code).exists():
        raise Invalid({"code": ["这个代码已经有征集点用了，请换一个。"]})
    point = ServicePoint(code=code, jurisdiction=jurisdiction, **held)
    try:
        with transaction.atomic():
            records.begin(
                point, "point_open", actor=actor, at=at, data={"point": held["name"], **_told(held)}
            )
    except IntegrityError:
        raise Invalid({"code": ["这个代码已经有征集点用了，请换一个。"]}) from None
    return point


def change_point(
    *, point: ServicePoint, facts: Facts, actor: Actor, at: datetime, version: int | None = None
) -> ServicePoint:
    """Change what the public reads; the event names each fact with its old and new value. Nothing new writes nothing.

    `version` is that of the point the form was opened with; raises ChangedMeanwhile when it is another now.
    """
    _may(actor, "keep_service_points")
    if version is not None and version != point.version:
        raise ChangedMeanwhile("刚才有同事改了这个征集点。您填的还在，请对照后再保存一次。")
    held = _checked(facts, point.jurisdiction, point)
    new, old = _told(held), _told({n: getattr(point, n) for n in held})
    changed = {n: [old[n], new[n]] for n in new if old[n] != new[n]}
    if not changed:
        return point
    words = "修改了" + "、".join(_LABELS[n] for n in changed)
    fields = {(f"{n}_id" if n in ("district", "parent") else n): _stored(held[n]) for n in changed}
    records.note(
        point, "point_change", actor=actor, at=at, words=words, data=changed, fields=fields
    )
    point.refresh_from_db()
    return point


def close_point(*, point: ServicePoint, reason: str, actor: Actor, at: datetime) -> ServicePoint:
    """Close it; today is the last day of those who serve there. Raises Invalid while open points hang below it."""
    reason = _reason(reason)
    if point.below.filter(status=ServicePointState.OPEN).exists():
        raise Invalid({"reason": ["还有征集点归它管，请先把那些的上级改掉，再关闭。"]})
    with transaction.atomic():
        held = list(_living(point, local_date(at)))
        records.move(
            point, "point_close", actor=actor, at=at, reason=reason, data={"posts": len(held)}
        )
        for post in held:
            _end(post, local_date(at))
    return point


def reopen_point(*, point: ServicePoint, actor: Actor, at: datetime) -> ServicePoint:
    """Open it again; agents are appointed anew. Raises WrongState when it is open."""
    if point.parent is not None and point.parent.status != ServicePointState.OPEN:
        raise Invalid({"parent": ["它的上级征集点已经关闭，请先改上级。"]})
    records.move(point, "point_reopen", actor=actor, at=at)
    return point


def candidates(point: ServicePoint, *, on: date) -> list[StaffRole]:
    """Who may be appointed here: holders of an agent's role whose jurisdiction this place lies in. One query."""
    held = (
        StaffRole.objects.filter(role__in=AGENT_ROLES, user__is_active=True)
        .exclude(valid_until__lt=on)
        .select_related("user", "jurisdiction")
        .order_by("role", "user__username")
    )
    return [r for r in held if point.jurisdiction.path.startswith(r.jurisdiction.path)]


def appoint(
    *,
    point: ServicePoint,
    user: Any,
    level: str,
    valid_from: date,
    actor: Actor,
    at: datetime,
    valid_until: date | None = None,
    duty_hours: str = "",
) -> AgentPost:
    """Let an agent serve here at a level from a day on; until None, without end.

    Raises Invalid by field (no such role, days the wrong way round, already serving here), NotAllowed.
    """
    _may(actor, "appoint_agents")
    duty_hours = rules.clean_text(duty_hours, multiline=False)
    errors: dict[str, list[str]] = {}
    today = local_date(at)
    if not any(r.user_id == user.pk and r.role == level for r in candidates(point, on=today)):
        errors["role"] = ["这个人没有这一级代理员的角色。请安全保密管理员先授予角色。"]
    if point.status != ServicePointState.OPEN:
        errors["role"] = ["这个征集点已经关闭，请先重新开放。"]
    if valid_until is not None and valid_until < max(valid_from, today):
        errors["valid_until"] = ["结束日期不能早于开始日期，也不能是过去。"]
    if len(duty_hours) > 120:
        errors["duty_hours"] = ["值班时间最多120个字。"]
    post = AgentPost.objects.filter(user=user, level=level, service_point=point).first()
    if post is not None and (post.valid_until is None or post.valid_until >= today):
        errors["role"] = ["他已经在这里任职。要改日期，请先让他离岗再重新任命。"]
    if errors:
        raise Invalid(errors)
    words = f"任命{user}为{level_label(level)}，{valid_from}起"
    if valid_until:
        words += f"，到{valid_until}止"
    days = {"valid_from": valid_from, "valid_until": valid_until, "duty_hours": duty_hours}
    with transaction.atomic():
        records.note(
            point, "agent_appointed", actor=actor, at=at, words=words,
            data={"user": user.pk, "level": level, "from": str(valid_from), "until": str(valid_until or "")},
        )  # fmt: skip
        # One row a person, level and place: who comes back gets new days, the chain keeps the old ones.
        post, _new = AgentPost.objects.update_or_create(
            user=user, level=level, service_point=point, defaults=days
        )
    return post


def withdraw(*, post: AgentPost, reason: str, actor: Actor, at: datetime) -> AgentPost | None:
    """Today is the agent's last day here; None when the post had not begun yet and is gone.

    What the agent carries for residents stays theirs: a mandate is the resident's, not the office's (process.md 3.3).
    """
    _may(actor, "appoint_agents")
    reason = _reason(reason)
    today = local_date(at)
    if post.valid_until is not None and post.valid_until <= today:
        raise Invalid({"reason": ["他在这里的任职已经结束了。"]})
    with transaction.atomic():
        records.note(
            post.service_point, "agent_withdrawn", actor=actor, at=at, reason=reason,
            words=f"{post.user}不再担任{level_label(post.level)}",
            data={"user": post.user_id, "level": post.level, "last_day": str(today)},
        )  # fmt: skip
        return _end(post, today)


def _living(point: ServicePoint, on: date) -> Any:
    return point.posts.filter(Q(valid_until=None) | Q(valid_until__gt=on))


def _end(post: AgentPost, on: date) -> AgentPost | None:
    if post.valid_from > on:
        post.delete()
        return None
    post.valid_until = on
    post.save(update_fields=["valid_until"])
    return post


def _may(actor: Actor, action: str) -> None:
    if actor.user is None or actor.role not in MATRIX[action]:
        raise NotAllowed


def _reason(reason: str) -> str:
    reason = rules.clean_text(reason, multiline=False)
    if not 2 <= len(reason) <= REASON_MAX:
        raise Invalid({"reason": [f"请写明原因，2到{REASON_MAX}个字。"]})
    return reason


def _checked(facts: Facts, place: Jurisdiction, point: ServicePoint | None) -> dict[str, Any]:
    """The facts as they are stored, or Invalid by field."""
    held = _by_name(facts)
    errors: dict[str, list[str]] = {}
    for name, most in LENGTHS.items():
        held[name] = rules.clean_text(held[name], multiline=False)
        if len(held[name]) > most:
            errors[name] = [f"最多{most}个字，现在是{len(held[name])}个字。"]
    for name, sentence in (
        ("name", "请写征集点的名称。"),
        ("address", "请写地址，让人找得到。"),
        ("hours", "请写开放时间，免得人白跑。"),
    ):
        if not held[name]:
            errors[name] = [sentence]
    if facts.level not in RANK:
        errors["level"] = ["请选层级。"]
    known = set(ServicePoint.Access.values)
    held["accessibility"] = [a for a in facts.accessibility if a in known]
    district, parent = facts.district, facts.parent
    if district is not None and not district.jurisdiction.path.startswith(place.path):
        errors["district"] = ["这个区划不在本辖区。"]
    if parent is not None and "level" not in errors:
        if parent.status != ServicePointState.OPEN:
            errors["parent"] = ["选的上级征集点已经关闭。"]
        elif RANK.index(parent.level) <= RANK.index(facts.level):
            errors["parent"] = ["上级征集点的层级要比这里高。"]
        elif not (
            parent.jurisdiction.path.startswith(place.path)
            or place.path.startswith(parent.jurisdiction.path)
        ):
            errors["parent"] = ["选的上级征集点不在本辖区。"]
    if point is not None and "level" not in errors:
        low = [b.level for b in point.below.filter(status=ServicePointState.OPEN)]
        if any(RANK.index(level) >= RANK.index(facts.level) for level in low):
            errors["level"] = ["有归它管的征集点不比它低，请先改那些的上级。"]
    if errors:
        raise Invalid(errors)
    return held


def _by_name(facts: Facts) -> dict[str, Any]:
    """Field by field; `dataclasses.asdict` would copy the model objects."""
    return {name: getattr(facts, name) for name in Facts.__slots__}


def _stored(value: Any) -> Any:
    return value.pk if isinstance(value, District | ServicePoint) else value


def _told(held: dict[str, Any]) -> dict[str, Any]:
    """Facts as an event keeps them: names for places."""
    return {n: str(v) if isinstance(v, District | ServicePoint) else v for n, v in held.items()}
