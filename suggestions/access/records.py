"""Which records and chains to adoption a person may see and act on."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Q, QuerySet
from django.http import Http404

from suggestions.access.cases import as_actor, place_of_role
from suggestions.access.scopes import scope
from suggestions.actor import Actor
from suggestions.codes import Category
from suggestions.matrix import MATRIX, OWN, UNIT
from suggestions.models import (
    Adoption,
    StaffRole,
    Study,
    Suggestion,
)
from suggestions.models.record import Record
from suggestions.roles import UNIT_ROLES

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

AnyRecord = TypeVar("AnyRecord", bound=Record)


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
            for path in (model.unit_path, *model.also_unit_paths):
                reach |= Q(**{path: role.unit_id})
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
            return place_of_role(role, lookup)
    return Q()


def campaigns(user: "AbstractUser | AnonymousUser", action: str) -> "QuerySet[Any]":
    """The campaigns (pages of cms) that `action` of the matrix lets this user reach: those whose host lies in the
    jurisdiction of a role that may, or is the unit of one."""
    model: Any = Suggestion._meta.get_field("campaign").related_model
    reach, found = Q(), False
    for role in scope(user).holds(MATRIX[action]):
        if MATRIX[action][role.role] == UNIT:
            here = Q(host_unit=role.unit_id)
        else:
            here = Q(host_unit__jurisdiction__path__startswith=role.jurisdiction.path)
        reach, found = reach | here, True
    rows: QuerySet[Any] = model._default_manager.all()
    return rows.filter(reach) if found else rows.none()


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
        return as_actor(user, held)
    return None
