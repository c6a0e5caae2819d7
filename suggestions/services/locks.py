"""Soft locks, so that two people do not work on one item unknowingly. One lock a side: the office, or one unit.

A lock is a courtesy with an end: it is renewed while the form is open, lapses by itself, and may be taken over for a
reason that goes into the item's events. What keeps the data right is the item's version, not the lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.errors import ChangedMeanwhile, DomainError, Invalid
from suggestions.models import CaseEvent, CaseLock, RecordLock, Suggestion
from suggestions.roles import Role
from suggestions.services import transitions

MINUTES = 10
"""How long a lock lasts from the last sign of life."""
OFFICE = "office"
_SEIZED = "刚才已有人接手，请刷新页面看是谁。"
_DECIDING = frozenset({Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER})


@dataclass(frozen=True, slots=True)
class Held:
    """Who holds the lock, and whether that is the one who asks."""

    lock: CaseLock | RecordLock
    mine: bool

    @property
    def words(self) -> str:
        """Who works on it and since when, as colleagues read it."""
        since = self.lock.since.astimezone(SHANGHAI)
        return f"{self.lock.user}正在处理{self.lock.noun}，{since:%H:%M}起。"


def side_of(actor: Actor) -> str:
    """The side an actor works for: units do not stand in each other's way, nor in the office's; a clerk who notes
    what an author just said waits for nobody.
    """
    return side(actor.role, actor.unit.pk if actor.unit is not None else None)


def side(role: str, unit_pk: int | None) -> str:
    """The side of a role, of a unit where it is one's."""
    if unit_pk is not None:
        return f"unit:{unit_pk}"
    return OFFICE if role in _DECIDING else role[:20]


def take(*, suggestion: Suggestion, actor: Actor, at: datetime) -> Held:
    """Take the lock or renew one's own; when somebody else holds a live one, say who. At most four queries.

    Of two who take a free lock at the same moment the database lets one have it.
    """
    return hold(CaseLock, {"suggestion_id": suggestion.pk}, actor, at)


def hold(model: type[CaseLock | RecordLock], keys: dict[str, Any], actor: Actor, at: datetime) -> Held:  # fmt: skip
    """`take` for whatever is locked: the table and the columns that name the thing (services/record_locks)."""
    user, side = person(actor), side_of(actor)
    until = at + timedelta(minutes=MINUTES)
    rows = model._default_manager.filter(**keys, side=side)
    # A clock that was set back must not turn a renewal into an error: such a lock begins anew.
    if not rows.filter(user_id=user.pk, since__lte=at, until__gt=at).update(until=until):
        free = rows.filter(Q(until__lte=at) | Q(user_id=user.pk))
        if not free.update(user=user, since=at, until=until):
            try:
                with transaction.atomic():
                    model._default_manager.create(
                        **keys, side=side, user=user, since=at, until=until
                    )
            except IntegrityError:
                pass  # somebody was first; who, is read below
    held = rows.select_related("user").first()
    if held is None:
        # Released in between: the next look takes it.
        held = model(**keys, side=side, user=user, since=at, until=until)
    return Held(held, held.user_id == user.pk)


def others(*, suggestion: Suggestion, user_pk: int, sides: set[str], at: datetime) -> list[Held]:
    """Live locks of other people on these sides. One query."""
    rows = CaseLock.objects.filter(suggestion=suggestion, side__in=sides, until__gt=at)
    return [Held(lock, False) for lock in rows.exclude(user_id=user_pk).select_related("user")]


def renew(*, suggestion: Suggestion, actor: Actor, at: datetime) -> bool:
    """Keep one's own live lock; False when it has lapsed or somebody took it over. One query."""
    return bool(
        CaseLock.objects.filter(
            suggestion=suggestion,
            side=side_of(actor),
            user_id=person(actor).pk,
            since__lte=at,
            until__gt=at,
        ).update(until=at + timedelta(minutes=MINUTES))
    )


def release(*, suggestion: Suggestion, actor: Actor) -> None:
    """Let go of one's own lock, after the act or on leaving. Nothing happens when it is not one's own."""
    CaseLock.objects.filter(
        suggestion=suggestion, side=side_of(actor), user_id=person(actor).pk
    ).delete()


def take_over(
    *, suggestion: Suggestion, actor: Actor, reason: str, at: datetime, holder: int | None = None
) -> CaseLock:
    """Take a colleague's live lock, for a reason that stays in the item's events and is told to the colleague.

    `holder`: the user whom the screen named as holding it; the reason is about that colleague and nobody else.

    Raises Invalid (reason), DomainError (nobody else holds it), ChangedMeanwhile (somebody took it over first).
    """
    with transaction.atomic():
        held, before, reason = seize(
            CaseLock, {"suggestion_id": suggestion.pk}, actor=actor, reason=reason, at=at, holder=holder
        )  # fmt: skip
        event = transitions.note(
            suggestion, "lock_taken_over", actor=actor, at=at, words=f"从{before}手里接手处理", reason=reason,
            data={"from": before.pk},
        )  # fmt: skip
        _tell(suggestion, event, before.pk)
    assert isinstance(held, CaseLock)
    return held


def seize(
    model: type[CaseLock | RecordLock], keys: dict[str, Any], *, actor: Actor, reason: str, at: datetime,
    holder: int | None = None,
) -> tuple[CaseLock | RecordLock, Any, str]:  # fmt: skip
    """The lock in one's own hands, who had it, and the reason as it is kept. Raises like `take_over`; the caller notes it."""
    reason = rules.clean_text(reason)
    if len(reason) < 4:
        raise Invalid({"reason": ["请写明为什么要接手，至少4个字，同事会看到。"]})
    user, side = person(actor), side_of(actor)
    rows = model._default_manager.filter(**keys, side=side, until__gt=at).exclude(user_id=user.pk)
    held = rows.select_related("user").first()
    if held is None:
        raise DomainError("现在没有别人在处理，可以直接办。")
    before = held.user
    if holder not in {None, before.pk}:
        raise ChangedMeanwhile(_SEIZED)
    changed = model._default_manager.filter(pk=held.pk, user_id=before.pk, since=held.since).update(
        user=user, since=at, until=at + timedelta(minutes=MINUTES)
    )
    if not changed:
        raise ChangedMeanwhile(_SEIZED)
    held.refresh_from_db()
    return held, before, reason


def _tell(suggestion: Suggestion, event: CaseEvent, user_pk: int) -> None:
    from suggestions import outbox

    outbox.enqueue(
        outbox.STAFF_NOTICE,
        {"code": "staff.taken_over", "suggestion": suggestion.pk, "event": event.pk, "users": [user_pk]},
        key=f"staff.taken_over:{suggestion.pk}:{event.seq}",
    )  # fmt: skip


def in_the_way(*, suggestion: Suggestion, actor: Actor, at: datetime) -> Held | None:
    """The live lock of somebody else on the actor's side, or None. One query."""
    found = others(suggestion=suggestion, user_pk=person(actor).pk, sides={side_of(actor)}, at=at)
    return found[0] if found else None


def who_acted(suggestion: Suggestion, *, since_version: int) -> str:
    """Who changed the item after the version a form was opened with, and what they did; "" when nobody did.

    An event each raises the version by one, so the events of the last versions are the ones that came in between.
    """
    now = Suggestion.objects.filter(pk=suggestion.pk).values_list("version", "event_seq").first()
    if now is None or now[0] <= since_version:
        return ""
    events = list(
        CaseEvent.objects.filter(
            suggestion_id=suggestion.pk, seq__gt=now[1] - (now[0] - since_version)
        )
        .select_related("actor")
        .order_by("-seq")[:3]
    )
    said = [
        f"{e.actor or '系统'}{e.at.astimezone(SHANGHAI):%H:%M}：{e.words or e.name}"
        for e in reversed(events)
    ]
    return "；".join(said)


def person(actor: Actor) -> Any:
    """The user who holds a lock. Raises DomainError for who is none."""
    if actor.user is None:
        raise DomainError("要登录的工作人员才能处理。")
    return actor.user


def forget(*, now: datetime) -> int:
    """Sweep: locks that lapsed more than a day ago."""
    over = now - timedelta(days=1)
    gone = CaseLock.objects.filter(until__lt=over).delete()[0]
    return gone + RecordLock.objects.filter(until__lt=over).delete()[0]
