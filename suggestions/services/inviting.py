"""Invited collection: the register, invitations with a token and a deadline, and what comes back (process.md 3.1; SH 8)."""

import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.crypto import (
    keyed_digest,
    keyed_hash,
    matches_hash,
    normalise_phone,
    possible_hashes,
)
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import Invitation, InvitedContributor, Jurisdiction, Suggestion, Topic, Unit
from suggestions.services import records
from suggestions.states.invitation import Invitation as State

INVITATION_NOTICE = "invitation_notice"
"""Outbox kind: the letter to the invited, delivered by portal/notices."""
_PURPOSE = "invitation-token"
LONGEST_DAYS = 180
TOPIC_MAX, BACKGROUND_MAX, FIELD_MAX = 120, 1000, 120


def token_for(nonce: str, key: str | None = None) -> str:
    """The 32 characters in the address of an invitation; derived, so that a lost letter can be sent again."""
    return urlsafe_b64encode(keyed_digest(_PURPOSE, nonce, key)[:24]).decode("ascii")


def current_token(invitation: Invitation) -> str:
    """The token whose hash is stored, also after HASH_KEYS was rotated; "" when its key is gone."""
    for key in settings.HASH_KEYS:
        token = token_for(invitation.nonce, key)
        if matches_hash("invitation", token, invitation.token_hash):
            return token
    return ""


def find(token: str) -> Invitation | None:
    """The invitation with this token, in whatever state."""
    if not token or len(token) > 100:
        return None
    held = Invitation.objects.filter(token_hash__in=possible_hashes("invitation", token))
    return held.select_related("contributor", "jurisdiction", "campaign", "suggestion").first()


def closed_because(invitation: Invitation, *, at: datetime) -> str:
    """Why nothing can be handed in with it any more; "" while it is open. The deadline ends at 24:00 of its day."""
    match invitation.status:
        case State.SUBMITTED:
            return _("您已经用这份邀请提交过了，用回执上的编号和查询码可以查进度。")
        case State.DECLINED:
            return _("您告诉过我们这次不参加。改了主意，请打征集办公室电话。")
    if invitation.status == State.EXPIRED or local_date(at) > invitation.deadline_on:
        return _("这份邀请已经截止。您的想法仍然欢迎，可以作为平时建议提交。")
    return ""


def register_contributor(
    *,
    jurisdiction: Jurisdiction,
    name: str,
    kind: str,
    field: str,
    appointing_unit: Unit,
    term_from: date,
    term_until: date,
    actor: Actor,
    phone: str = "",
    email: str = "",
    topics: Sequence[Topic] = (),
    user: Any = None,
) -> InvitedContributor:
    """Put somebody into the register. Raises Invalid by field."""
    _may(actor)
    name, field = rules.clean_text(name, multiline=False), rules.clean_text(field, multiline=False)
    digits = normalise_phone(phone) or phone.strip()
    errors: dict[str, list[str]] = {
        "name": [] if name else ["请填姓名。"],
        "field": _length("专长", field, FIELD_MAX),
        "phone": rules.check_phone(digits),
        "email": rules.check_email(email.strip()),
        "kind": [] if kind in InvitedContributor.Kind.values else ["请选身份。"],
    }
    if not digits and not email.strip():
        errors["phone"] = ["请填手机号或邮箱，邀请要发给本人。"]
    if term_until < term_from:
        errors["term_until"] = ["任期止不能早于任期起。"]
    _raise(errors)
    if digits and _twice(jurisdiction, digits, term_from):
        raise Invalid({"phone": ["这个手机号的人已经在册，任期还没有结束。"]})
    with transaction.atomic():
        held = InvitedContributor.objects.create(
            jurisdiction=jurisdiction, name=name, phone=digits, email=email.strip(), kind=kind, field=field,
            phone_hash=keyed_hash("phone", digits) if digits else "", appointing_unit=appointing_unit,
            term_from=term_from, term_until=term_until, user=user,
        )  # fmt: skip
        held.topics.set(topics)
    return held


def _twice(jurisdiction: Jurisdiction, digits: str, on: date) -> bool:
    same = InvitedContributor.objects.filter(
        jurisdiction=jurisdiction,
        phone_hash__in=possible_hashes("phone", digits),
        term_until__gte=on,
    )
    return same.filter(ended_on=None).exists()


def end_term(
    *, contributor: InvitedContributor, reason: str, actor: Actor, at: datetime
) -> InvitedContributor:
    """Take somebody out of the register, saying why; open invitations are declined for them."""
    _may(actor)
    if reason not in InvitedContributor.EndReason.values:
        raise Invalid({"end_reason": ["请选退出原因。"]})
    with transaction.atomic():
        ended = InvitedContributor.objects.filter(pk=contributor.pk, ended_on=None).update(
            ended_on=local_date(at), end_reason=reason
        )
        if not ended:
            raise DomainError("这位已经退出了。")
        waiting = contributor.invitations.filter(status__in=(State.INVITED, State.OPENED))
        for invitation in waiting:
            records.move(
                invitation, "invitation_decline", actor=actor, at=at, fields={"responded_at": at}
            )
    contributor.refresh_from_db()
    return contributor


def invite(
    *,
    contributors: Sequence[InvitedContributor],
    topic: str,
    deadline_on: date,
    actor: Actor,
    at: datetime,
    campaign: Any = None,
    background: str = "",
) -> list[Invitation]:
    """Send each of them an invitation of their own. Raises Invalid: no words, a deadline in the past, nobody chosen."""
    topic = rules.clean_text(topic, multiline=False)
    background = rules.clean_text(background)
    today = local_date(at)
    errors: dict[str, list[str]] = {
        "topic": _length("请教的事", topic, TOPIC_MAX),
        "contributors": [] if contributors else ["请至少选一位。"],
    }
    if len(background) > BACKGROUND_MAX:
        errors["background"] = [f"最多{BACKGROUND_MAX}个字，现在是{len(background)}个字。"]
    if not today < deadline_on <= today + timedelta(days=LONGEST_DAYS):
        errors["deadline_on"] = [f"截止日期要在明天到{LONGEST_DAYS}天之内。"]
    gone = [c for c in contributors if not _serves(c, today)]
    if gone:
        errors["contributors"] = [f"有{len(gone)}位任期已满或者退出了，请去掉。"]
    _raise(errors)
    sent = []
    with transaction.atomic():
        for contributor in contributors:
            nonce = secrets.token_hex(16)
            invitation = Invitation(
                jurisdiction=contributor.jurisdiction, contributor=contributor, campaign=campaign, topic=topic,
                background=background, deadline_on=deadline_on, nonce=nonce,
                token_hash=keyed_hash("invitation", token_for(nonce)),
            )  # fmt: skip
            records.begin(
                invitation, "invitation_send", actor=actor, at=at, data={"topic": topic, "until": deadline_on.isoformat()}
            )  # fmt: skip
            outbox.enqueue(
                INVITATION_NOTICE, {"invitation": invitation.pk}, key=f"invitation:{invitation.pk}"
            )
            sent.append(invitation)
    return sent


def _serves(contributor: InvitedContributor, on: date) -> bool:
    ended = contributor.ended_on is not None and contributor.ended_on <= on
    return contributor.term_from <= on <= contributor.term_until and not ended


def opened(*, invitation: Invitation, at: datetime) -> Invitation:
    """The address was opened for the first time; harmless again and after the end."""
    if invitation.status == State.INVITED and not closed_because(invitation, at=at):
        records.move(
            invitation, "invitation_open", actor=Actor.author(), at=at, fields={"opened_at": at}
        )
    return invitation


def decline(*, invitation: Invitation, actor: Actor, at: datetime, reason: str = "") -> Invitation:
    """The invited says no, with or without a word why; silence is not needed any more."""
    if local_date(at) > invitation.deadline_on:
        raise DomainError(_("这份邀请已经截止，不用再回复。"))
    reason = rules.clean_text(reason, multiline=False)[:200]
    records.move(
        invitation,
        "invitation_decline",
        actor=actor,
        at=at,
        reason=reason,
        fields={"responded_at": at},
    )
    return invitation


def submitted(*, invitation: Invitation, suggestion: Suggestion, at: datetime) -> None:
    """Within the transaction of intake: the invitation is used up by this item, and the activity counts."""
    why = closed_because(invitation, at=at)
    if why:
        raise Invalid({"campaign": [why]})
    records.move(
        invitation, "invitation_submit", actor=Actor.author(), at=at, suggestion=suggestion,
        data={"case_no": suggestion.case_no}, fields={"suggestion": suggestion, "responded_at": at},
    )  # fmt: skip
    count_activity(invitation.contributor)


def count_activity(contributor: InvitedContributor) -> None:
    """One more suggestion, study or jury that this contributor took part in."""
    InvitedContributor.objects.filter(pk=contributor.pk).update(
        activity_count=F("activity_count") + 1
    )


def expire_invitations(*, now: datetime) -> int:
    """End what nobody answered, at 24:00 of the deadline."""
    waiting = Invitation.objects.filter(
        status__in=(State.INVITED, State.OPENED), deadline_on__lt=local_date(now)
    )
    done = 0
    for invitation in waiting.select_related("jurisdiction")[:500]:
        moment = datetime.combine(
            invitation.deadline_on + timedelta(days=1), time(0), tzinfo=SHANGHAI
        )
        try:
            records.move(invitation, "invitation_expire", actor=Actor.system(), at=moment)
        except DomainError:
            continue  # answered at this moment; the next sweep looks again
        done += 1
    return done


def _may(actor: Actor) -> None:
    if actor.role not in MATRIX["manage_invited"]:
        raise NotAllowed


def _length(what: str, text: str, limit: int) -> list[str]:
    if not text:
        return [f"请填{what}。"]
    return [f"{what}最多{limit}个字，现在是{len(text)}个字。"] if len(text) > limit else []


def _raise(errors: dict[str, list[str]]) -> None:
    found = {name: messages for name, messages in errors.items() if messages}
    if found:
        raise Invalid(found)
