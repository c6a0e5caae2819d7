"""Which items a person may read and act on: every list, export and loader of items starts here."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404
from django.utils import timezone

from suggestions import one_look, states
from suggestions.access.scopes import agent_cases, scope
from suggestions.actor import Actor
from suggestions.codes import Category, GrantKind
from suggestions.matrix import MATRIX, MISCONDUCT_READERS, OWN, SECRET_READERS
from suggestions.models import (
    Assignment,
    Attachment,
    Erasure,
    IdentityGrant,
    StaffRole,
    Suggestion,
)
from suggestions.models.suggestion import SuggestionQuerySet
from suggestions.roles import AGENT_ROLES, UNIT_ROLES
from suggestions.states import ACTIVE_ASSIGNMENT, Machine, Transition

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser


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
    return _reached(user, "read_original")


def exported_by_name(user: "AbstractUser | AnonymousUser") -> SuggestionQuerySet:
    """The items that a list with names may hold for this user, once two others gave leave (process.md 2.2, last row).

    No list says who reported misconduct (XF 30, 46).
    """
    return _reached(user, "export_identities").not_shut()


def _reached(user: "AbstractUser | AnonymousUser", action: str) -> SuggestionQuerySet:
    roles = scope(user).holds(MATRIX[action])
    if not roles:
        return Suggestion.objects.none()
    reach = Q()
    for role in roles:
        part = _reach(role) & place_of_role(role)
        if role.role not in MISCONDUCT_READERS:
            part &= ~Q(category=Category.REPORT_MISCONDUCT)
        if role.role not in SECRET_READERS:
            part &= Q(is_secret=False)
        reach |= part
    # Sealed items are kept and used for nothing (PIPL 47).
    sealed = Erasure.objects.filter(kind=Erasure.Kind.RESTRICTED).values("suggestion_id")
    found = Suggestion.objects.filter(reach).exclude(pk__in=sealed)
    barred = scope(user).barred
    return found.exclude(pk__in=barred) if barred else found


def place_of_role(role: StaffRole, lookup: str = "district") -> Q:
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
    assigned: frozenset[int] | None = None
    mandated: bool | None = None
    reaching = []
    for role in scope(user).roles:
        if role.role in UNIT_ROLES:
            if assigned is None:
                assigned = _active_units(suggestion)
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
    if suggestion.is_secret:
        reaching = [r for r in reaching if r.role in SECRET_READERS]
    return [r for r in reaching if _in_place(r, suggestion)]


@one_look.once
def _active_units(suggestion: Suggestion) -> frozenset[int]:
    """The units that hold a part of the item. A page asks about dozens of acts."""
    active = suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT)
    return frozenset(active.values_list("unit_id", flat=True))


def actor_for(
    user: "AbstractUser | AnonymousUser", suggestion: Suggestion, codes: Iterable[str]
) -> Actor | None:
    """The user as an actor in the first of these roles that reaches the item, or None."""
    wanted = [str(c) for c in codes]
    held = sorted(
        (r for r in roles_on(user, suggestion) if r.role in wanted),
        key=lambda r: wanted.index(r.role),
    )
    return as_actor(user, held[0]) if held else None


def as_actor(user: "AbstractUser | AnonymousUser", held: StaffRole) -> Actor:
    return Actor.staff(user, held.role, held.unit, held.on_behalf_of)  # type: ignore[arg-type]


def unit_actor(
    user: "AbstractUser | AnonymousUser", unit_id: int, codes: Iterable[str]
) -> Actor | None:
    """The user as an actor of this very unit, or None: somebody with roles in two units acts for the right one."""
    held = next((r for r in scope(user).holds(codes) if r.unit_id == unit_id), None)
    return as_actor(user, held) if held else None


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
