"""The author's own yes, given to an agent as six digits from the author's phone (process.md 3.3: guards).

The agent has seen the receipt and with it the query code; so the query code proves nothing there. These digits go to the
author alone, are derived from the row's nonce with a key of the environment, and die after half an hour or five tries.
"""

import hmac
import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from suggestions import outbox
from suggestions.actor import Actor
from suggestions.crypto import keyed_digest
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import AgentMandate, Author, AuthorCode, Suggestion
from suggestions.services import transitions

MINUTES = 30
ATTEMPTS = 5
WAIT_SECONDS = 60
A_DAY = 6
"""Codes for one item in a day, whatever for."""
_WHAT = {
    AuthorCode.Purpose.MANDATE: "给本人发了验证码，确认委托",
    AuthorCode.Purpose.WITHDRAW: "给本人发了验证码，确认撤回",
}


def digits(nonce: str, key: str | None = None) -> str:
    """The six digits that go with a nonce, under one of HASH_KEYS (None: the first)."""
    return f"{int.from_bytes(keyed_digest('author-code', nonce, key)[:8], 'big') % 1_000_000:06d}"


def reachable(suggestion: Suggestion) -> bool:
    """Whether a code can be sent to the author at all."""
    author: Author = suggestion.author
    if author.contact_channel == Author.ContactChannel.NONE:
        return False
    return bool(author.phone or author.email)


def ask(
    *,
    mandate: AgentMandate,
    suggestion: Suggestion,
    purpose: str,
    actor: Actor,
    at: datetime,
    reason: str = "",
) -> AuthorCode:
    """Send the author a fresh code for this purpose. Raises DomainError when nobody can be reached or it was just sent."""
    if actor.user is None or mandate.agent_id != actor.user.pk:
        raise NotAllowed
    if not reachable(suggestion):
        raise DomainError(
            _(
                "这件没有留本人的手机号或邮箱，发不了验证码。请本人用编号和查询码到查进度页面办，或打征集办公室电话。"
            )
        )
    today = AuthorCode.objects.filter(
        suggestion=suggestion, asked_at__gt=at - timedelta(days=1), asked_at__lte=at
    )
    if today.filter(purpose=purpose, asked_at__gt=at - timedelta(seconds=WAIT_SECONDS)).exists():
        raise DomainError(_("验证码刚发过，请等一分钟；没收到再发一次。"))
    if today.count() >= A_DAY:
        raise DomainError(_("今天发的验证码太多了，请明天再试，或打征集办公室电话。"))
    with transaction.atomic():
        held = AuthorCode.objects.create(
            suggestion=suggestion, mandate=mandate, purpose=purpose, nonce=secrets.token_hex(16),
            reason=reason, asked_by_id=actor.user.pk, asked_at=at, expires_at=at + timedelta(minutes=MINUTES),
        )  # fmt: skip
        event = transitions.note(
            suggestion, "agent_code", actor=actor, at=at, words=_WHAT[AuthorCode.Purpose(purpose)],
            data={"code_id": held.pk},
        )  # fmt: skip
        outbox.enqueue(
            outbox.AUTHOR_NOTICE,
            {"code": "author.agent_code", "suggestion": suggestion.pk, "event": event.pk},
            key=f"author.agent_code:{held.pk}",
        )
    return held


def use(
    *, mandate: AgentMandate, suggestion: Suggestion, purpose: str, typed: str, at: datetime
) -> AuthorCode:
    """The code that `typed` is; a wrong try is counted even when the caller's work is taken back, so call it outside atomic().

    Raises Invalid({"code": …}) when there is none, it is used up, or the digits are wrong.
    """
    live = AuthorCode.objects.filter(
        mandate=mandate, suggestion=suggestion, purpose=purpose, used_at=None, expires_at__gt=at
    )
    held = live.order_by("-asked_at", "-pk").first()
    if held is None:
        raise Invalid({"code": [_("没有可用的验证码，或者已经过了30分钟。请重新发送。")]})
    counted = AuthorCode.objects.filter(pk=held.pk, attempts__lt=ATTEMPTS, used_at=None).update(
        attempts=F("attempts") + 1
    )
    if not counted:
        raise Invalid({"code": [_("这个验证码错得太多，已经作废。请重新发送。")]})
    number = "".join(c for c in typed if c in "0123456789")
    right = any(hmac.compare_digest(digits(held.nonce, key), number) for key in settings.HASH_KEYS)
    if not right:
        left = ATTEMPTS - held.attempts - 1
        raise Invalid(
            {
                "code": [
                    _("验证码不对，请看一遍本人手机上的6位数字。还能试%(left)s次。")
                    % {"left": left}
                ]
            }
        )
    if not AuthorCode.objects.filter(pk=held.pk, used_at=None).update(used_at=at):
        raise Invalid({"code": [_("这个验证码已经用过了。")]})
    return held
