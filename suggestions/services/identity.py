"""Reading contact data: for a reason, written down, and no more of it than the reader may have (process.md 9.3; PIPL).

Where a reason alone is not enough, a grant comes first: one manager for a minor (MC 36), two for break-glass and for any
export with identities. Grants are time-boxed; after a break-glass the author is told (process.md 9.3).
"""

from datetime import datetime, timedelta

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import AssessmentKind, GrantKind
from suggestions.errors import Invalid, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import Author, IdentityAccessLog, IdentityGrant, Suggestion
from suggestions.models.place import Jurisdiction
from suggestions.roles import AGENT_ROLES, UNIT_ROLES
from suggestions.services import assessments, records, tell, transitions
from suggestions.states import Identity, Visibility

REASON_MIN, REASON_MAX = 4, 200
GRANT_HOURS_MAX = 72
_LABELS = {
    "name": "姓名或单位",
    "phone": "手机号",
    "email": "邮箱",
    "address": "通信地址",
}
_CHANNELS: dict[str, tuple[str, ...]] = {
    Author.ContactChannel.SMS: ("phone",),
    Author.ContactChannel.PHONE: ("phone",),
    Author.ContactChannel.EMAIL: ("email",),
    Author.ContactChannel.LETTER: ("name", "address"),
    Author.ContactChannel.NONE: (),
}
"""What of the contact data a unit needs to use the channel that the author chose."""


def read_contact(
    *, suggestion: Suggestion, reason: str, actor: Actor, at: datetime
) -> list[tuple[str, str]]:
    """(label, value) pairs of what this reader may see; the reading is logged and stands in the item's events.

    `actor` comes from `access.may(user, "reveal_contact", item)`. Units get only the channel the author chose, and
    nothing when the author hides from them, save under a break-glass grant. A minor's data need a grant of the reader's
    own. Raises Invalid without a reason, NotAllowed without the grant. Source: process.md 2.2, 9.3, 9.5; MC 36.
    """
    reason = checked_reason(reason)
    if actor.user is None:
        raise NotAllowed
    author = suggestion.author
    glass = living_grant(suggestion=suggestion, kind=GrantKind.BREAK_GLASS, actor=actor, at=at)
    used = glass
    if author.is_minor and glass is None:
        used = living_grant(suggestion=suggestion, kind=GrantKind.MINOR, actor=actor, at=at)
        if used is None:
            raise NotAllowed(
                "建议人是未成年人。查看联系方式要先由负责人批准，请点“申请查看”，批准后再看。"
            )
    names: tuple[str, ...] = tuple(_LABELS)
    if actor.role in UNIT_ROLES and glass is None:
        if suggestion.hide_identity_from_unit:
            raise NotAllowed("建议人要求对承办单位保密，请通过征集办公室联系。")
        names = _CHANNELS.get(author.contact_channel, ())
    shown = [(name, str(getattr(author, name))) for name in names if getattr(author, name)]
    with transaction.atomic():
        IdentityAccessLog.objects.create(
            suggestion=suggestion, user=actor.user, role=actor.role, reason=reason,  # type: ignore[misc]
            fields=[name for name, _value in shown], grant=used, at=at,
        )  # fmt: skip
        transitions.note(
            suggestion, "contact_read", actor=actor, at=at, words="查看了建议人的联系方式", reason=reason,
            data={"fields": [name for name, _value in shown], "grant": used.pk if used else None},
        )  # fmt: skip
    return [(_LABELS[name], value) for name, value in shown]


def checked_reason(reason: str) -> str:
    """A reason for reading what is not public, as it will stand in the log. Raises Invalid."""
    reason = rules.clean_text(reason, multiline=False)
    if len(reason) < REASON_MIN:
        raise Invalid({"reason": [f"请写查看理由，至少{REASON_MIN}个字。"]})
    if len(reason) > REASON_MAX:
        raise Invalid({"reason": [f"理由最多{REASON_MAX}个字，现在是{len(reason)}个字。"]})
    return reason


# Grants


def ask(
    *,
    kind: str,
    reason: str,
    actor: Actor,
    at: datetime,
    suggestion: Suggestion | None = None,
    jurisdiction: Jurisdiction | None = None,
    hours: int = 24,
    keep_from_author: str = "",
    export_query: str = "",
) -> IdentityGrant:
    """Ask for leave to read one case's identity, or those in one list that is exported. `hours`: the time box, at most 72.

    An export names its list (`export_query`) and is asked for by who may make it (services/named_exports).
    `keep_from_author` names the law that forbids telling the author afterwards; empty means they are told.
    """
    reason = checked_reason(reason)
    if actor.user is None or actor.role in AGENT_ROLES:
        raise NotAllowed
    if not 1 <= hours <= GRANT_HOURS_MAX:
        raise Invalid({"hours": [f"请写1到{GRANT_HOURS_MAX}之间的小时数。"]})
    place = suggestion.jurisdiction if suggestion is not None else jurisdiction
    if place is None or (suggestion is None) != (kind == GrantKind.EXPORT):
        raise Invalid({"kind": ["请选是哪一件建议。"]})
    if kind == GrantKind.EXPORT and actor.role not in MATRIX["export_identities"]:
        raise NotAllowed("带姓名和联系方式的名单只有个人信息保护负责人可以申请导出。")
    if (kind == GrantKind.EXPORT) != bool(export_query):
        raise Invalid({"kind": ["请写明导出哪个列表。"]})
    label = str(GrantKind(kind).label)
    grant = IdentityGrant(
        jurisdiction=place, kind=kind, suggestion=suggestion, asked_by=actor.user,  # type: ignore[misc]
        purpose=reason, hours=hours, keep_from_author=rules.clean_text(keep_from_author, multiline=False), export_query=export_query,
    )  # fmt: skip
    with transaction.atomic():
        records.begin(
            grant, "identity_ask", actor=actor, at=at, reason=reason, data={"kind": label},
            suggestion=suggestion,
        )  # fmt: skip
        if suggestion is not None:
            _note(suggestion, "identity_asked", f"申请{label}", actor, at, reason)
    return grant


def approve(*, grant: IdentityGrant, actor: Actor, at: datetime) -> IdentityGrant:
    """One approval. A minor's data need one, break-glass and exports two different people, never the one who asked."""
    if actor.user is None or actor.user.pk in (grant.asked_by_id, grant.first_by_id):
        raise NotAllowed("批准的人不能是申请人，两次批准也要由两个不同的人来做。")
    single = grant.kind == GrantKind.MINOR
    if single:
        assessments.need(grant.jurisdiction, AssessmentKind.MINORS, at=at)
    if grant.status == Identity.ASKED and not single:
        with transaction.atomic():
            records.move(
                grant, "identity_first", actor=actor, at=at, fields={"first_by": actor.user},
                suggestion=grant.suggestion,
            )  # fmt: skip
            _tell(grant, "identity_first", "第一人批准", actor, at)
        return grant
    until = at + timedelta(hours=grant.hours)
    fields = {"valid_until": until, "first_by" if single else "second_by": actor.user}
    with transaction.atomic():
        records.move(
            grant, "identity_grant", actor=actor, at=at, fields=fields, suggestion=grant.suggestion,
            data={"until": f"{until.astimezone():%Y-%m-%d %H:%M}"},
        )  # fmt: skip
        _tell(grant, "identity_granted", "批准", actor, at)
    return grant


def refuse(*, grant: IdentityGrant, reason: str, actor: Actor, at: datetime) -> IdentityGrant:
    """No, with a reason."""
    if actor.user is not None and actor.user.pk == grant.asked_by_id:
        raise NotAllowed("申请要由别人来决定。")
    reason = rules.clean_text(reason)
    with transaction.atomic():
        records.move(
            grant, "identity_refuse", actor=actor, at=at, reason=reason, suggestion=grant.suggestion
        )
        _tell(grant, "identity_refused", "没有批准", actor, at, reason)
    return grant


def living_grant(
    *, suggestion: Suggestion, kind: str, actor: Actor, at: datetime
) -> IdentityGrant | None:
    """The reader's own grant of this kind that has not run out."""
    if actor.user is None:
        return None
    return IdentityGrant.objects.filter(
        suggestion=suggestion, kind=kind, asked_by_id=actor.user.pk, status=Identity.GRANTED,
        valid_until__gt=at,
    ).first()  # fmt: skip


def export_grant(*, grant_id: int, actor: Actor, at: datetime) -> IdentityGrant:
    """The grant an export with identities needs: approved by two others, still running, asked for by this person.

    Raises NotAllowed. Every export that carries a name or a number calls this first (process.md 2.2, last row).
    """
    found = IdentityGrant.objects.filter(
        pk=grant_id, kind=GrantKind.EXPORT, status=Identity.GRANTED, valid_until__gt=at,
        asked_by_id=actor.user.pk if actor.user else None,
    ).first()  # fmt: skip
    if found is None:
        raise NotAllowed("带身份信息的导出要先由两位负责人批准，并在期限内使用。")
    return found


def end_grants(*, now: datetime) -> int:
    """The sweep: grants that ran out end; after a break-glass the author is told, unless a law forbids it (9.3).

    Requests nobody decided within three days end as well. Returns how many ended.
    """
    done = 0
    over = IdentityGrant.objects.filter(status=Identity.GRANTED, valid_until__lte=now)
    stale = IdentityGrant.objects.filter(
        status__in=(Identity.ASKED, Identity.FIRST), created_at__lt=now - timedelta(days=3)
    )
    cases: dict[int | None, Suggestion | None] = {}
    for grant in [
        *over.select_related("suggestion")[:500],
        *stale.select_related("suggestion")[:500],
    ]:
        at = grant.valid_until or now
        # Two that end at once may be about one item: the second is told to the item as the first left it.
        grant.suggestion = cases.setdefault(grant.suggestion_id, grant.suggestion)
        with transaction.atomic():
            records.move(
                grant, "identity_end", actor=Actor.system(), at=at, suggestion=grant.suggestion
            )
            _tell(grant, "identity_ended", "到期：", Actor.system(), at)
            if grant.kind == GrantKind.BREAK_GLASS and not grant.keep_from_author:
                _tell_author(grant, now)
        done += 1
    return done


def _tell_author(grant: IdentityGrant, now: datetime) -> None:
    held = grant.suggestion
    if held is None or not grant.reads.exists():
        return
    event = transitions.note(
        held, "identity_told", actor=Actor.system(), at=now, visibility=Visibility.AUTHOR,
        words="因紧急情况，经两位负责人批准，工作人员查看过您的联系方式",
    )  # fmt: skip
    tell.author(held, "author.identity_read", event)
    IdentityGrant.objects.filter(pk=grant.pk).update(told_at=now)


def _tell(
    grant: IdentityGrant, name: str, words: str, actor: Actor, at: datetime, reason: str = ""
) -> None:
    """The case's own timeline shows the staff what became of a request that concerns it."""
    if grant.suggestion is not None:
        _note(grant.suggestion, name, f"{words}{grant.get_kind_display()}", actor, at, reason)


def _note(
    suggestion: Suggestion, name: str, words: str, actor: Actor, at: datetime, reason: str = ""
) -> None:
    transitions.note(suggestion, name, actor=actor, at=at, words=words, reason=reason)


def reads_for_author(suggestion: Suggestion) -> list[tuple[str, str, datetime]]:
    """(office or unit, why, when) of each reading, for /track/: the author learns the office, not the name of the clerk."""
    rows = suggestion.identity_reads.order_by("-at").select_related("grant")[:50]
    events = {
        (e.at, e.role): e.unit
        for e in suggestion.events.filter(name="contact_read").select_related("unit")
    }
    secret = {r.pk for r in rows if r.grant is not None and r.grant.keep_from_author}
    found = []
    for row in rows:
        if row.pk in secret:
            continue
        unit = events.get((row.at, row.role))
        found.append(
            (unit.name if unit else suggestion.jurisdiction.office_name, row.reason, row.at)
        )
    return found
