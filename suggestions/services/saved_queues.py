"""Lists saved under a name: one's own, those colleagues of the office share, and the one the queue opens with."""

from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.http import QueryDict

from suggestions import access, rules
from suggestions.errors import DomainError, Invalid
from suggestions.models import SavedQueue
from suggestions.roles import UNIT_ROLES

LIMIT = 20


def offered(user: Any) -> "QuerySet[SavedQueue]":
    """The user's own lists and those shared in a jurisdiction where they hold an office role. No list widens what its
    reader may see: it is an address, and every list is bounded by its reader.
    """
    places = [r.jurisdiction_id for r in access.scope(user).roles if r.role not in UNIT_ROLES]
    reach = Q(user_id=user.pk) | Q(shared=True, jurisdiction_id__in=places)
    return SavedQueue.objects.filter(reach).select_related("user")


def default_query(user: Any) -> str:
    """The query of the list the queue opens with; "" for the plain queue. One query."""
    found = SavedQueue.objects.filter(user_id=user.pk, is_default=True).first()
    return found.query if found else ""


def save(
    *, user: Any, name: str, query: str, shared: bool = False, is_default: bool = False
) -> SavedQueue:
    """Save a list; the same name again replaces one's own. Raises Invalid (name), DomainError (role, too many)."""
    name = rules.clean_text(name, multiline=False)
    if not name:
        raise Invalid({"name": ["请给这个列表起个名字。"]})
    if len(name) > 30:
        raise Invalid({"name": ["名字最多30个字。"]})
    office = [r for r in access.scope(user).roles if r.role not in UNIT_ROLES]
    if not office:
        raise DomainError("您的角色不能保存列表。")
    held = QueryDict(query[:800], mutable=True)
    held.pop("after", None)
    own = SavedQueue.objects.filter(user_id=user.pk)
    if own.exclude(name=name).count() >= LIMIT:
        raise DomainError(f"最多保存{LIMIT}个列表，请先删掉不用的。")
    try:
        with transaction.atomic():
            if is_default:
                own.filter(is_default=True).update(is_default=False)
            saved, _new = SavedQueue.objects.update_or_create(
                user_id=user.pk, name=name,
                defaults={
                    "query": (held.urlencode() or "state=triage")[:800], "shared": shared,
                    "is_default": is_default, "jurisdiction": office[0].jurisdiction,
                },
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError("刚才同时保存了两次，请再试一次。") from error
    return saved


def forget(*, user: Any, pk: int) -> bool:
    """Delete one's own list; a colleague's is not there."""
    return bool(SavedQueue.objects.filter(pk=pk, user_id=user.pk).delete()[0])
