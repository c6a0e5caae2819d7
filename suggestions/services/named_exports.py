"""Lists in files that name authors: for the privacy officer alone, by leave of two others, each name's reading logged.

The leave is for one list, as it was asked for, and for a time. What a file names is what `read_contact` would show, with
the same trace: a line in the log of identities and in each item's events, which its author reads at /track/. Reports of
misconduct are in no such list, and minors are in it without a name. Source: process.md 2.2, 9.3, 9.5; XF 30; MC 36.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import QueryDict

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import AssessmentKind, GrantKind
from suggestions.errors import Invalid, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import (
    ExportJob,
    IdentityAccessLog,
    IdentityGrant,
    StaffRole,
    Suggestion,
)
from suggestions.models.suggestion import SuggestionQuerySet
from suggestions.selectors import queues
from suggestions.services import assessments, identity, records, transitions
from suggestions.states import Identity

ROWS_MAX = 1000
"""Longer lists are asked for in parts: no more than the purpose needs (PIPL 6)."""
HOURS = 24
MINOR = "未成年人，另行申请"
_FIELDS = ("name", "phone", "email", "address")

Column = tuple[str, Callable[[Suggestion], Any]]


def _of_author(name: str) -> Callable[[Suggestion], Any]:
    return lambda s: MINOR if s.author.is_minor else getattr(s.author, name)


COLUMNS: tuple[Column, ...] = (
    ("姓名或单位", _of_author("name")),
    ("手机号", _of_author("phone")),
    ("邮箱", _of_author("email")),
    ("通信地址", _of_author("address")),
)
"""What a file with leave has besides the columns of every other."""


def role_of(user: Any) -> StaffRole | None:
    """The role by which a person may ask for such a file, or None."""
    held = access.scope(user).holds(MATRIX["export_identities"])
    return held[0] if held else None


def ask(*, user: Any, query: str, reason: str, at: datetime, hours: int = HOURS) -> IdentityGrant:
    """Ask two others for leave to write this list with names. `hours`: how long the leave lasts once given.

    Raises NotAllowed (role), DomainError (ASSESSMENTS_REQUIRED and none counts), Invalid: no reason, nothing in the list, or more than ROWS_MAX in it.
    """
    role = role_of(user)
    if role is None:
        raise NotAllowed("带姓名和联系方式的名单只有个人信息保护负责人可以申请导出。")
    assessments.need(role.jurisdiction, AssessmentKind.GIVE_OUT, at=at)
    query = QueryDict(query[:800]).urlencode()[:800]
    count = rows(user, query, at).count()
    if not count:
        raise Invalid({"state": ["这个列表里现在没有件，不用申请。"]})
    if count > ROWS_MAX:
        raise Invalid(
            {"state": [f"一次最多{ROWS_MAX}件，这个列表有{count}件，请缩小范围分次申请。"]}
        )
    return identity.ask(
        kind=GrantKind.EXPORT, reason=reason, jurisdiction=role.jurisdiction, hours=hours, export_query=query,
        actor=Actor.staff(user, role.role, role.unit), at=at,
    )  # fmt: skip


def mine(user: Any, *, at: datetime) -> list[IdentityGrant]:
    """A person's own requests that still wait or still last, the newest first. One query."""
    live = (Identity.ASKED, Identity.FIRST, Identity.GRANTED)
    held = IdentityGrant.objects.filter(kind=GrantKind.EXPORT, asked_by_id=user.pk, status__in=live)
    return [g for g in held.order_by("-pk")[:20] if g.valid_until is None or g.valid_until > at]


def leave(*, user: Any, grant_id: int, at: datetime) -> IdentityGrant:
    """The living leave, of this very person in a role that may use it. Raises NotAllowed."""
    role = role_of(user)
    if role is None:
        raise NotAllowed("带姓名和联系方式的名单只有个人信息保护负责人可以导出。")
    return identity.export_grant(grant_id=grant_id, actor=_actor(user, role), at=at)


def note_use(job: ExportJob, grant: IdentityGrant, *, actor: Actor, at: datetime) -> None:
    """The leave's own chain says which file was written by it."""
    records.note(
        grant, "identity_export", actor=actor, at=at, words="按批准导出了名单", data={"export": job.pk}
    )  # fmt: skip


def rows(user: Any, query: str, at: datetime) -> SuggestionQuerySet:
    """What a list with names holds for this person."""
    wanted = queues.filter_from(QueryDict(query))
    held = access.exported_by_name(user)
    return queues.narrow(held, wanted, today=local_date(at), user_pk=user.pk)


def note_reads(items: Iterable[Suggestion], job: ExportJob, *, user: Any, at: datetime) -> None:
    """Write down, before a part of the file is written, whose names it gives away. A minor's are not among them.

    Each item is read anew, so that who acts on it at this moment is not in the way. Four statements an item.
    """
    role, grant = role_of(user), job.grant
    if role is None or grant is None:
        raise NotAllowed
    actor = _actor(user, role)
    for item in items:
        fields = [n for n in _FIELDS if getattr(item.author, n)]
        if item.author.is_minor or not fields:
            continue
        with transaction.atomic():
            fresh = Suggestion.objects.select_for_update().get(pk=item.pk)
            IdentityAccessLog.objects.create(
                suggestion=fresh, user=user, role=actor.role, reason=grant.purpose, fields=fields, grant=grant, at=at
            )  # fmt: skip
            transitions.note(
                fresh, "contact_read", actor=actor, at=at, words="经两人批准，导出的名单写了建议人的姓名和联系方式",
                reason=grant.purpose, data={"fields": fields, "grant": grant.pk, "export": job.pk},
            )  # fmt: skip


def list_words(query: str) -> str:
    """A list in words, for those who decide about it: its state, and what else narrows it."""
    asked = QueryDict(query)
    wanted = queues.filter_from(asked)
    state = str(queues.STATES[wanted.state][0]) if wanted.state in queues.STATES else wanted.state
    more = sorted(k for k in asked if k not in ("state", "q") and asked[k])
    parts = [state, f"含“{wanted.q}”" if wanted.q else "", *(f"{k}={asked[k]}" for k in more)]
    return "，".join(p for p in parts if p)


def _actor(user: Any, role: StaffRole) -> Actor:
    return Actor.staff(user, role.role, role.unit)
