"""Who may see and do what (process.md 2.2): one table, query filters from it, loaders from those. Default deny.

Scopes: `unit` = items assigned to the role's unit; `jurisdiction` = items of the role's jurisdiction and those below.
What a user may not see does not exist for them: loaders answer 404, never 403, so that guessing tells nothing.
"""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone

from suggestions import states
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Category, GrantKind
from suggestions.matrix import MATRIX, MISCONDUCT_READERS, OWN, UNIT
from suggestions.models import (
    Adoption,
    Assignment,
    Attachment,
    Conflict,
    Delegation,
    Erasure,
    IdentityGrant,
    MandateCase,
    NamedUnit,
    StaffRole,
    Study,
    Suggestion,
    Unit,
)
from suggestions.models.record import Record
from suggestions.models.suggestion import SuggestionQuerySet
from suggestions.roles import AGENT_ROLES, UNIT_ROLES
from suggestions.states import ACTIVE_ASSIGNMENT, Machine, Transition

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

AnyRecord = TypeVar("AnyRecord", bound=Record)


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


def _reach(role: StaffRole) -> Q:
    """The items a role reaches, before the rule for misconduct reports."""
    if role.role in UNIT_ROLES:
        return Q(
            pk__in=Assignment.objects.filter(unit=role.unit, status__in=ACTIVE_ASSIGNMENT).values(
                "suggestion_id"
            )
        )
    if role.role in AGENT_ROLES:
        return Q(pk__in=agent_cases(role.user_id)) & Q(
            jurisdiction__path__startswith=role.jurisdiction.path
        )
    return Q(jurisdiction__path__startswith=role.jurisdiction.path)


def readable(user: "AbstractUser | AnonymousUser") -> SuggestionQuerySet:
    """The items whose full text this user may read: every desk list, export and loader starts here."""
    roles = scope(user).holds(MATRIX["read_original"])
    if not roles:
        return Suggestion.objects.none()
    reach = Q()
    for role in roles:
        part = _reach(role) & _place(role)
        if role.role not in MISCONDUCT_READERS:
            part &= ~Q(category=Category.REPORT_MISCONDUCT)
        reach |= part
    # Sealed items are kept and used for nothing (PIPL 47).
    sealed = Erasure.objects.filter(kind=Erasure.Kind.RESTRICTED).values("suggestion_id")
    found = Suggestion.objects.filter(reach).exclude(pk__in=sealed)
    barred = scope(user).barred
    return found.exclude(pk__in=barred) if barred else found


def _place(role: StaffRole, lookup: str = "district") -> Q:
    """The items of a role's district and those below it, where the role is held for one."""
    if role.district is None or role.role in UNIT_ROLES:
        return Q()
    return Q(**{f"{lookup}__path__startswith": role.district.path})


def _in_place(role: StaffRole, suggestion: Suggestion) -> bool:
    if role.district is None or role.role in UNIT_ROLES:
        return True
    place = suggestion.district
    return place is not None and place.path.startswith(role.district.path)


def load(user: "AbstractUser | AnonymousUser", case_no: str) -> Suggestion:
    """The item with this number, if the user may read it; otherwise it does not exist (Http404)."""
    found = (
        readable(user)
        .filter(case_no=case_no)
        .select_related(
            "jurisdiction",
            "topic",
            "district",
            "lead_unit",
            "author",
            "campaign",
            "redirect_target",
            "primary",
        )
        .first()
    )
    if found is None:
        raise Http404("没有这件建议，或者不归您看。")
    return found


def roles_on(user: "AbstractUser | AnonymousUser", suggestion: Suggestion) -> list[StaffRole]:
    """The user's roles that reach this item; none where the user is kept out of it."""
    if suggestion.pk in scope(user).barred:
        return []
    assigned: set[int] | None = None
    mandated: bool | None = None
    reaching = []
    for role in scope(user).roles:
        if role.role in UNIT_ROLES:
            if assigned is None:
                active = suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT)
                assigned = set(active.values_list("unit_id", flat=True))
            if role.unit_id in assigned:
                reaching.append(role)
        elif role.role in AGENT_ROLES:
            if mandated is None:
                mandated = agent_cases(role.user_id).filter(suggestion=suggestion).exists()
            if mandated and suggestion.jurisdiction.path.startswith(role.jurisdiction.path):
                reaching.append(role)
        elif suggestion.jurisdiction.path.startswith(role.jurisdiction.path):
            reaching.append(role)
    if suggestion.category == Category.REPORT_MISCONDUCT:
        reaching = [r for r in reaching if r.role in MISCONDUCT_READERS]
    return [r for r in reaching if _in_place(r, suggestion)]


def actor_for(
    user: "AbstractUser | AnonymousUser", suggestion: Suggestion, codes: Iterable[str]
) -> Actor | None:
    """The user as an actor in the first of these roles that reaches the item, or None."""
    wanted = [str(c) for c in codes]
    held = sorted(
        (r for r in roles_on(user, suggestion) if r.role in wanted),
        key=lambda r: wanted.index(r.role),
    )
    return _as_actor(user, held[0]) if held else None


def _as_actor(user: "AbstractUser | AnonymousUser", held: StaffRole) -> Actor:
    return Actor.staff(user, held.role, held.unit, held.on_behalf_of)  # type: ignore[arg-type]


def unit_actor(
    user: "AbstractUser | AnonymousUser", unit_id: int, codes: Iterable[str]
) -> Actor | None:
    """The user as an actor of this very unit, or None: somebody with roles in two units acts for the right one."""
    held = next((r for r in scope(user).holds(codes) if r.unit_id == unit_id), None)
    return _as_actor(user, held) if held else None


def may(user: "AbstractUser | AnonymousUser", action: str, suggestion: Suggestion) -> Actor | None:
    """The actor for an act of MATRIX on this item, or None when it is not the user's to do."""
    if (
        action == "reveal_contact"
        and suggestion.hide_identity_from_unit
        and not _glass_broken(user, suggestion)
    ):
        office = [c for c in MATRIX[action] if c not in UNIT_ROLES]
        return actor_for(user, suggestion, office)
    # What is held for one's own (a paper to judge, a study to join) is reached through its record, not through every case.
    codes = [c for c, kind in MATRIX[action].items() if kind != OWN or c in AGENT_ROLES]
    actor = actor_for(user, suggestion, codes)
    if action == "reveal_contact" and actor is not None and actor.role in AGENT_ROLES:
        consented = agent_cases(user.pk, contact=True).filter(suggestion=suggestion)  # type: ignore[arg-type]
        return actor if consented.exists() else None
    return actor


def _glass_broken(user: "AbstractUser | AnonymousUser", suggestion: Suggestion) -> bool:
    """Two others approved that this person looks, and the hours have not run out (process.md 9.3)."""
    return IdentityGrant.objects.filter(
        suggestion=suggestion, kind=GrantKind.BREAK_GLASS, status=states.Identity.GRANTED,
        asked_by_id=user.pk, valid_until__gt=timezone.now(),
    ).exists()  # fmt: skip


def may_transition(
    user: "AbstractUser | AnonymousUser", name: str, suggestion: Suggestion
) -> Actor | None:
    """The actor for a row of states/ on this item, or None."""
    return actor_for(user, suggestion, states.BY_NAME[name].roles)


def case_actions(user: "AbstractUser | AnonymousUser", suggestion: Suggestion) -> list[Transition]:
    """The rows of the case machine this user may take now: what the item screen offers, and nothing else."""
    codes = {r.role for r in roles_on(user, suggestion)}
    return states.leaving(Machine.CASE, suggestion.status, codes)


def own_assignments(
    user: "AbstractUser | AnonymousUser", suggestion: Suggestion
) -> list[Assignment]:
    """The active assignments of the user's units on this item, lead before co-unit."""
    unit_ids = {r.unit_id for r in scope(user).roles if r.role in UNIT_ROLES and r.unit_id}
    held = list(
        suggestion.assignments.filter(
            unit_id__in=unit_ids, status__in=ACTIVE_ASSIGNMENT
        ).select_related("unit")
    )
    held.sort(key=lambda a: a.part != Assignment.Part.LEAD)
    for assignment in held:
        assignment.suggestion = suggestion
    return held


def own_assignment(
    user: "AbstractUser | AnonymousUser", suggestion: Suggestion
) -> Assignment | None:
    """The first of `own_assignments`, or None."""
    return next(iter(own_assignments(user, suggestion)), None)


def load_attachment(user: Any, token: str) -> Attachment:
    """A file of an item the user may read, or a public one of a public item; else Http404."""
    found = (
        Attachment.objects.select_related("suggestion__jurisdiction").filter(token=token).first()
    )
    if found is None or found.suggestion is None:
        raise Http404
    if found.is_public and found.suggestion.is_public:
        return found
    if user.is_authenticated and readable(user).filter(pk=found.suggestion.pk).exists():
        return found
    raise Http404


def records(
    user: "AbstractUser | AnonymousUser", model: type[AnyRecord], action: str
) -> "QuerySet[AnyRecord]":
    """The records of a kind that `action` of the matrix lets this user reach: every list and loader of them starts here.

    A model says in `unit_path` and `user_path` which field names its unit and its person; without one, that scope
    reaches nothing.
    """
    reach, found = Q(), False
    for role in scope(user).holds(MATRIX[action]):
        kind = MATRIX[action][role.role]
        if (kind == UNIT and not model.unit_path) or (kind == OWN and not model.user_path):
            continue
        found = True
        if kind == UNIT:
            reach |= Q(**{model.unit_path: role.unit_id})
        elif kind == OWN:
            reach |= Q(**{model.user_path: user.pk})
        else:
            reach |= Q(jurisdiction__path__startswith=role.jurisdiction.path) & _place_of(
                model, role
            )
    manager: QuerySet[AnyRecord] = model._default_manager.all()
    if not found:
        return manager.none()
    kept_out = _names(model, "suggestion") and scope(user).barred
    return (
        manager.filter(reach).exclude(suggestion_id__in=kept_out)
        if kept_out
        else manager.filter(reach)
    )


def _names(model: type[Record], name: str) -> bool:
    return any(f.name == name for f in model._meta.fields)


def _place_of(model: type[Record], role: StaffRole) -> Q:
    """A record's place is its own district or its case's; a record of no place belongs to the whole jurisdiction."""
    for name, lookup in (("district", "district"), ("suggestion", "suggestion__district")):
        if _names(model, name):
            return _place(role, lookup)
    return Q()


def adoptions(user: "AbstractUser | AnonymousUser", action: str) -> "QuerySet[Adoption]":
    """The chains to adoption that `action` of the matrix lets this user reach: a unit's own and those whose study it was
    invited to, an expert's by invitation (process.md 2.2). Reports of misconduct have none."""
    reach, found = Q(), False
    for role in scope(user).holds(MATRIX[action]):
        kind, found = MATRIX[action][role.role], True
        if kind == UNIT:
            reach |= Q(unit=role.unit_id) | Q(
                pk__in=Study.objects.filter(invited_units=role.unit_id).values("adoption")
            )
        elif kind == OWN:
            reach |= Q(pk__in=Study.objects.filter(experts=user.pk).values("adoption"))
        else:
            reach |= Q(suggestion__jurisdiction__path__startswith=role.jurisdiction.path)
    if not found:
        return Adoption.objects.none()
    return Adoption.objects.filter(reach).exclude(suggestion__category=Category.REPORT_MISCONDUCT)


def load_adoption(user: "AbstractUser | AnonymousUser", action: str, pk: int) -> Adoption:
    """The chain, if the user may reach it for `action`; otherwise it does not exist (Http404)."""
    held = adoptions(user, action).select_related("suggestion__jurisdiction", "unit").filter(pk=pk)
    found = held.first()
    if found is None:
        raise Http404("没有这条记录，或者不归您看。")
    return found


def load_record(
    user: "AbstractUser | AnonymousUser", model: type[AnyRecord], action: str, pk: int
) -> AnyRecord:
    """The record, if the user may reach it for `action`; otherwise it does not exist (Http404)."""
    found = records(user, model, action).filter(pk=pk).distinct().first()
    if found is None:
        raise Http404("没有这条记录，或者不归您看。")
    return found


def record_actor(
    user: "AbstractUser | AnonymousUser", record: Record, codes: Iterable[str]
) -> Actor | None:
    """The user as an actor in the first of these roles that reaches the record, or None.

    Roles of a unit reach the records of their own unit, the others those of their jurisdiction's subtree.
    """
    wanted = [str(c) for c in codes]
    concerned = getattr(record, "suggestion_id", None)
    if concerned is not None and concerned in scope(user).barred:
        return None
    for held in sorted(scope(user).holds(wanted), key=lambda r: wanted.index(r.role)):
        if held.role in UNIT_ROLES:
            if held.unit_id is None or held.unit_id not in record.unit_ids():
                continue
        elif not record.jurisdiction.path.startswith(held.jurisdiction.path):
            continue
        return _as_actor(user, held)
    return None
