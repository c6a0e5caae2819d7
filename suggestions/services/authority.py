"""Who holds which role: granted and taken back by the security administrator, lent while away, refused by conflict.

Accounts, rights and logs lie in three hands (三员分立): nobody holds two of them, nor one of them beside a role that reads
items. Every change leaves a row for the auditor. Source: process.md 2.1, 2.2; XF 28, 30.
"""

from datetime import date, datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import IntegrityError, transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    AuthorityChange,
    Conflict,
    Delegation,
    District,
    Jurisdiction,
    StaffRole,
    Suggestion,
    Unit,
)
from suggestions.roles import ADMIN_ROLES, PAGE_GROUPS, UNIT_ROLES, Role
from suggestions.services import transitions

DELEGATION_DAYS_MAX = 92
Kind = AuthorityChange.Kind


def grant_role(
    *,
    user: Any,
    role: str,
    jurisdiction: Jurisdiction,
    actor: Actor,
    at: datetime,
    reason: str,
    unit: Unit | None = None,
    include_sub_units: bool = False,
    district: District | None = None,
    valid_until: date | None = None,
) -> StaffRole:
    """Give a role, with the key to the back office and, to an editor, to its pages. Raises NotAllowed to all but the security administrator, Invalid against the three-way separation."""
    if actor.role != Role.SEC_ADMIN or actor.user is None:
        raise NotAllowed("只有安全保密管理员能授予角色。")
    reason = _reason(reason)
    if actor.user.pk == user.pk:
        raise NotAllowed("不能给自己授权，请另一位安全保密管理员来做。")
    errors: dict[str, list[str]] = {}
    if role not in Role.values:
        errors["role"] = ["请选角色。"]
    elif (role in UNIT_ROLES) != (unit is not None):
        errors["unit"] = ["承办单位的角色要选单位，其他角色不选。"]
    held = set(StaffRole.objects.filter(user=user).values_list("role", flat=True))
    if (role in ADMIN_ROLES and held - {role}) or (held & ADMIN_ROLES and role not in held):
        errors["role"] = ["三类管理员要分开：管理员不能兼任别的角色，也不能互相兼任。"]
    if district is not None and role in UNIT_ROLES:
        errors["district"] = ["承办单位的角色不按区划分。"]
    if errors:
        raise Invalid(errors)
    try:
        with transaction.atomic():
            made = StaffRole.objects.create(
                user=user, role=role, jurisdiction=jurisdiction, unit=unit, include_sub_units=include_sub_units,
                district=district, valid_until=valid_until,
            )  # fmt: skip
            _let_in(user)
            if role in PAGE_GROUPS:
                user.groups.add(*Group.objects.filter(name=PAGE_GROUPS[role]))
            _log(made, Kind.GRANTED, actor, at, reason)
    except IntegrityError:
        raise Invalid({"role": ["这个人已经有这个角色。"]}) from None
    return made


def _let_in(user: Any) -> None:
    """The desk lies inside the back office, whose front door asks for this."""
    user.user_permissions.add(_front_door())


def _front_door() -> Permission:
    return Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")


def seat_juror(
    *, user: Any, jurisdiction: Jurisdiction, until: date, actor: Actor, at: datetime
) -> None:
    """Give an invited contributor who was drawn by lot the role of a juror until their term ends (process.md 3.1, 4.8).

    Nobody chose them, so nobody grants: the role follows from the draw and reaches the sheets of that round alone. Who
    is an expert or a juror already keeps what they have. The auditor reads it like any other grant.
    """
    if StaffRole.objects.filter(user=user, role__in=(Role.JURY, Role.EXPERT)).exists():
        return
    made = StaffRole.objects.create(
        user=user, role=Role.JURY, jurisdiction=jurisdiction, valid_until=until
    )
    _let_in(user)
    _log(made, Kind.GRANTED, actor, at, "抽签当选评委")


def revoke_role(*, role: StaffRole, actor: Actor, at: datetime, reason: str) -> None:
    """Take a role back; what was lent of it ends with it."""
    if actor.role != Role.SEC_ADMIN or actor.user is None:
        raise NotAllowed("只有安全保密管理员能收回角色。")
    with transaction.atomic():
        _log(role, Kind.REVOKED, actor, at, _reason(reason))
        role.delete()
        kept = set(StaffRole.objects.filter(user=role.user).values_list("role", flat=True))
        if role.role in PAGE_GROUPS and role.role not in kept:
            role.user.groups.remove(*Group.objects.filter(name=PAGE_GROUPS[role.role]))
        if not kept:
            role.user.user_permissions.remove(_front_door())


def delegate(
    *,
    role: StaffRole,
    to_user: Any,
    from_on: date,
    until_on: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> Delegation:
    """Lend one's own role while away. The other acts under both names; conflicts of both keep them out.

    Raises Invalid by field; NotAllowed when the role is neither the actor's own nor granted by the security administrator.
    """
    if actor.user is None or (role.user_id != actor.user.pk and actor.role != Role.SEC_ADMIN):
        raise NotAllowed("只能委托自己的角色。")
    errors: dict[str, list[str]] = {}
    if role.role in ADMIN_ROLES or role.role in (Role.PRIVACY_OFFICER, Role.JURY):
        errors["role"] = ["这个角色不能委托，请由安全保密管理员另行授权。"]
    if to_user.pk == role.user_id:
        errors["to_user"] = ["不能委托给自己。"]
    elif not to_user.is_active:
        errors["to_user"] = ["这个账号已经停用。"]
    elif StaffRole.objects.filter(user=to_user, role__in=ADMIN_ROLES).exists():
        errors["to_user"] = ["管理员不能代办件，请选别人。"]
    elif not StaffRole.objects.filter(user=to_user, jurisdiction=role.jurisdiction).exists():
        errors["to_user"] = ["只能委托给本辖区的工作人员。"]
    if until_on < from_on:
        errors["until_on"] = ["结束日期不能早于开始日期。"]
    elif (until_on - from_on).days >= DELEGATION_DAYS_MAX:
        errors["until_on"] = [f"一次最多委托{DELEGATION_DAYS_MAX}天。"]
    if until_on < local_date(at):
        errors["until_on"] = ["结束日期已经过了。"]
    if errors:
        raise Invalid(errors)
    reason = _reason(reason)
    with transaction.atomic():
        made = Delegation.objects.create(
            role=role, to_user=to_user, from_on=from_on, until_on=until_on, reason=reason, made_at=at
        )  # fmt: skip
        _log(
            role, Kind.DELEGATED, actor, at, f"{from_on}至{until_on}，委托{to_user}：{reason}"[:200]
        )
    return made


def end_delegation(*, delegation: Delegation, actor: Actor, at: datetime) -> Delegation:
    """Back early: the role is one's own again at once. Ending twice changes nothing."""
    mine = actor.user is not None and delegation.role.user_id == actor.user.pk
    if not mine and actor.role != Role.SEC_ADMIN:
        raise NotAllowed("只能结束自己的委托。")
    with transaction.atomic():
        if Delegation.objects.filter(pk=delegation.pk, ended_at=None).update(ended_at=at):
            _log(delegation.role, Kind.DELEGATION_ENDED, actor, at, "提前结束委托")
    delegation.refresh_from_db()
    return delegation


def declare_conflict(
    *,
    suggestion: Suggestion,
    user: Any,
    reason: str,
    actor: Actor,
    at: datetime,
    accused: bool = False,
) -> Conflict:
    """Keep a person out of a case everywhere: their own recusal, or named as the wrongdoer by the office (XF 28, 30).

    The event says that somebody recused, never why; the reason is kept apart.
    """
    reason = _reason(reason)
    if actor.user is None:
        raise NotAllowed
    if user.pk != actor.user.pk and not accused:
        raise NotAllowed("只能申报自己回避。别人被举报的，由分办员标明。")
    if accused and actor.role != Role.TRIAGE_OFFICER:
        raise NotAllowed("被举报的人由分办员标明。")
    kind = Conflict.Kind.ACCUSED if accused else Conflict.Kind.INTEREST
    try:
        with transaction.atomic():
            made = Conflict.objects.create(
                suggestion=suggestion, kind=kind, user=user, reason=reason, declared_by=actor.user, at=at  # type: ignore[misc]
            )  # fmt: skip
            transitions.note(
                suggestion, "conflict_declared", actor=actor, at=at,
                words="标明了要回避的人" if accused else "申报回避，不再经手这件建议", data={"kind": str(kind)},
            )  # fmt: skip
    except IntegrityError:
        raise DomainError("已经申报过回避。") from None
    return made


def lift_conflict(*, conflict: Conflict, reason: str, actor: Actor, at: datetime) -> Conflict:
    """The office finds that there is no conflict (any more); never lifted by the person concerned.

    The reason is kept with the recusal, as the recusal's own; the event says only that it was lifted. Raises NotAllowed,
    Invalid without a reason, DomainError when somebody lifted it before. Source: XF 28; JN 32.
    """
    if actor.role != Role.SUPERVISOR or actor.user is None or actor.user.pk == conflict.user_id:
        raise NotAllowed("回避由督办员解除，本人不能解除。")
    reason = _reason(reason)
    with transaction.atomic():
        lifted = Conflict.objects.filter(pk=conflict.pk, lifted_at=None).update(
            lifted_at=at, lifted_by=actor.user.pk, lift_reason=reason
        )
        if not lifted:
            raise DomainError("这项回避已经解除过。")
        transitions.note(
            conflict.suggestion, "conflict_lifted", actor=actor, at=at, words="解除了一项回避"
        )
    conflict.refresh_from_db()
    return conflict


def _reason(reason: str) -> str:
    reason = rules.clean_text(reason, multiline=False)
    if len(reason) < 2:
        raise Invalid({"reason": ["请写原因。"]})
    if len(reason) > 200:
        raise Invalid({"reason": [f"原因最多200个字，现在是{len(reason)}个字。"]})
    return reason


def _log(role: StaffRole, kind: str, actor: Actor, at: datetime, reason: str) -> None:
    AuthorityChange.objects.create(
        jurisdiction=role.jurisdiction, kind=kind, user=role.user, role=role.role, unit=role.unit,
        actor=actor.user, reason=reason, at=at,  # type: ignore[misc]
    )  # fmt: skip
