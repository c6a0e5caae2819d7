"""Internal notes on an item and the colleagues they mention. Never public, never in the index.

The words are a row of their own, so that they can be erased; the item's chain holds their salted digest, so that they
cannot be changed unseen. A unit reads its own notes, the office reads all: what the office writes stays in the office,
because a note may say who an author is that hides from the unit (process.md 9.3).
"""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Q, QuerySet

from suggestions import access, outbox, rules
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.models import Assignment, CaseEvent, Note, StaffRole, Suggestion
from suggestions.roles import UNIT_ROLES
from suggestions.services import transitions

OFFICE = "office"
MAX = 1000
_MENTIONS_MAX = 10


def write(*, suggestion: Suggestion, words: str, actor: Actor, at: datetime) -> Note:
    """Add a note; everybody named with @ is told in the site. Raises Invalid (words): empty, too long, an unknown name."""
    if actor.user is None:
        raise DomainError("备注要由登录的工作人员写。")
    words = rules.clean_text(words)
    if not words:
        raise Invalid({"words": ["请写下备注。"]})
    if len(words) > MAX:
        raise Invalid({"words": [f"备注最多{MAX}字，现在有{len(words)}字。"]})
    side = f"unit:{actor.unit.pk}" if actor.unit is not None else OFFICE
    named = mentioned(words, suggestion=suggestion, side=side)
    salt = secrets.token_hex(16)
    with transaction.atomic():
        event = transitions.note(
            suggestion, "desk_note", actor=actor, at=at,
            words=f"写了内部备注，提到{'、'.join(map(str, named))}" if named else "写了内部备注",
            data={"digest": _digest(salt, words), "side": side},
        )  # fmt: skip
        note = Note.objects.create(
            suggestion=suggestion, user_id=actor.user.pk, side=side, words=words, salt=salt, event_seq=event.seq, at=at
        )  # fmt: skip
        note.mentions.set(named)
        told = [user.pk for user in named if user.pk != actor.user.pk]
        if told:
            outbox.enqueue(
                outbox.STAFF_NOTICE,
                {"code": "staff.mentioned", "suggestion": suggestion.pk, "event": event.pk, "users": told},
                key=f"staff.mentioned:{suggestion.pk}:{event.seq}",
            )  # fmt: skip
    return note


def _digest(salt: str, words: str) -> str:
    return hashlib.sha256(f"{salt}\n{words}".encode()).hexdigest()


def is_as_written(note: Note) -> bool:
    """Whether the words are those the chain was told of. False for an erased note: its words are gone. One query."""
    event = CaseEvent.objects.filter(suggestion_id=note.suggestion_id, seq=note.event_seq).first()
    return event is not None and event.data.get("digest") == _digest(note.salt, note.words)


def readable(user: Any, suggestion: Suggestion) -> "QuerySet[Note]":
    """The notes of an item this user may read: the office all, a unit those of its own people; agents none."""
    held = [r for r in access.roles_on(user, suggestion) if r.role in access_roles()]
    rows = Note.objects.filter(suggestion=suggestion).select_related("user")
    if any(r.role not in UNIT_ROLES for r in held):
        return rows
    return rows.filter(side__in=[f"unit:{r.unit_id}" for r in held])


def access_roles() -> frozenset[str]:
    """Roles that read and write notes."""
    from suggestions.matrix import MATRIX

    return frozenset(MATRIX["write_note"])


def mentioned(words: str, *, suggestion: Suggestion, side: str) -> list[Any]:
    """The colleagues named with @ in a note: by user name, full name or the last part of it ("@方文").

    Only those who will be able to read the note count; any other name is unknown, whether or not it exists.
    Raises Invalid (words) for an unknown name, or one that two colleagues share.
    """
    places = [
        n for n, c in enumerate(words)
        if c in ("@", "\uff20") and not (n and words[n - 1].isascii() and words[n - 1].isalnum())
    ]  # fmt: skip
    if not places:
        return []
    people = _colleagues(suggestion, side)
    by_name: dict[str, set[int]] = {}
    for user in people.values():
        for name in _names(user):
            by_name.setdefault(name, set()).add(user.pk)
    found: dict[int, Any] = {}
    wrong = []
    for place in places:
        rest = words[place + 1 :]
        fitting = [name for name in by_name if rest.startswith(name)]
        if not fitting:
            wrong.append(f"没有叫“{rest.split()[0][:12] if rest.split() else ''}”、能看这条备注的同事，请核对名字，或者去掉@。")  # fmt: skip
            continue
        name = max(fitting, key=len)
        if len(by_name[name]) > 1:
            wrong.append(f"有两位同事叫“{name}”，请在@后面写用户名。")
            continue
        (pk,) = by_name[name]
        found[pk] = people[pk]
    if len(found) > _MENTIONS_MAX:
        wrong.append(f"一条备注最多提到{_MENTIONS_MAX}位同事。")
    if wrong:
        raise Invalid({"words": list(dict.fromkeys(wrong))})
    return list(found.values())


def _names(user: Any) -> Iterable[str]:
    shown = str(user).strip()
    return {n for n in (user.username, shown, shown.split()[-1] if shown else "") if n}


def _colleagues(suggestion: Suggestion, side: str) -> dict[int, Any]:
    """Who would be able to read a note of this side, by their roles; each is asked once more before being told."""
    path = suggestion.jurisdiction.path
    above = [path[:n] for n in range(4, len(path) + 1, 4)]
    office = Q(role__in=access_roles() - UNIT_ROLES, jurisdiction__path__in=above)
    unit = Q(pk__in=[])
    if side.startswith("unit:"):
        held = Assignment.objects.filter(suggestion=suggestion, unit_id=int(side[5:]))
        unit = Q(role__in=UNIT_ROLES, unit_id__in=held.values("unit_id"))
    roles = StaffRole.objects.filter(office | unit)
    users = get_user_model().objects.filter(pk__in=roles.values("user_id"), is_active=True)
    return {u.pk: u for u in users if access.readable(u).filter(pk=suggestion.pk).exists()}
