"""What a member of staff holds: own roles and lent ones, with their unit or their place, and what they are kept out of."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from suggestions.clock import local_date
from suggestions.models import (
    Conflict,
    Delegation,
    MandateCase,
    NamedUnit,
    StaffRole,
    Unit,
)

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser


@dataclass(frozen=True)
class Scope:
    """What a member of staff holds: roles with their unit or their jurisdiction's subtree."""

    roles: tuple[StaffRole, ...] = ()
    barred: frozenset[int] = frozenset()
    """Items this person must not touch: recused, named as wrongdoer, or of a unit that is (XF 28, 30)."""

    def holds(self, codes: Iterable[str]) -> list[StaffRole]:
        wanted = {str(c) for c in codes}
        return [r for r in self.roles if r.role in wanted]

    @property
    def codes(self) -> set[str]:
        return {r.role for r in self.roles}

    @property
    def units(self) -> list[Unit]:
        seen = {r.unit_id: r.unit for r in self.roles if r.unit is not None}
        return [u for u in seen.values() if u is not None]


def scope(user: "AbstractUser | AnonymousUser") -> Scope:
    """The user's valid roles, own and delegated, and what they are kept out of: two queries a request, kept on the user."""
    held: Scope | None = getattr(user, "_jianyan_scope", None)
    if held is None:
        roles = tuple(_roles(user, local_date(timezone.now())))
        held = Scope(roles, _barred(user, roles) if roles else frozenset())
        user._jianyan_scope = held  # type: ignore[union-attr]
    return held


def _roles(user: "AbstractUser | AnonymousUser", on: date) -> list[StaffRole]:
    """Own roles, those of people away who delegated them, and for roles with sub-units one copy a unit below."""
    if not user.is_authenticated or not user.is_active:
        return []
    lent = Delegation.objects.filter(
        to_user_id=user.pk, from_on__lte=on, until_on__gte=on, ended_at=None
    )
    found = (
        StaffRole.objects.filter(
            Q(user_id=user.pk) | Q(pk__in=lent.values("role_id"), user__is_active=True)
        )
        .filter(Q(valid_until=None) | Q(valid_until__gte=on))
        .select_related("unit", "jurisdiction", "district", "user")
        .order_by("pk")
    )
    held: list[StaffRole] = []
    for role in found:
        if role.user_id != user.pk:
            role.on_behalf_of = role.user
        held.append(role)
        if role.include_sub_units and role.unit is not None:
            held += [_for_unit(role, below) for below in role.unit.get_descendants()]
    return held


def _for_unit(role: StaffRole, unit: Unit) -> StaffRole:
    same = copy(role)
    same.unit = unit
    return same


def _barred(user: "AbstractUser | AnonymousUser", roles: Iterable[StaffRole]) -> frozenset[int]:
    """Who acts for another is kept out of that person's conflicts too. One query (a union of two)."""
    users: set[int] = {int(user.pk or 0), *(r.user_id for r in roles)}
    paths = {r.unit.path for r in roles if r.unit is not None}
    named = {p[:n] for p in paths for n in range(Unit.steplen, len(p) + 1, Unit.steplen)}
    persons = Conflict.objects.filter(user_id__in=users, lifted_at=None)
    found = persons.order_by().values_list("suggestion_id", flat=True)
    if named:
        units = NamedUnit.objects.filter(unit__path__in=named)
        found = found.union(units.order_by().values_list("suggestion_id", flat=True))
    return frozenset(found)


def forget_scope(user: Any) -> None:
    """After the user's roles, delegations or conflicts changed within a request."""
    if hasattr(user, "_jianyan_scope"):
        del user._jianyan_scope


def agent_cases(user_id: int, *, contact: bool = False) -> "QuerySet[MandateCase, int]":
    """Ids of the items whose authors' living mandates this agent holds today; with `contact`, those that open contact data.

    The day after a mandate's last day, and the moment it is taken back, its items are no longer here (process.md 3.3).
    """
    held = MandateCase.objects.living(local_date(timezone.now())).filter(mandate__agent_id=user_id)
    if contact:
        held = held.filter(mandate__contact_consent=True)
    return held.values_list("suggestion_id", flat=True)
