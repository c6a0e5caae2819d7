"""Signing in to one's own page with a code sent to the phone, and how long that lasts (process.md 9.4, 9.6).

Every answer is the same whether the phone is known or not: the first right code makes the page. The digits are derived
from a nonce with a key of the environment and live ten minutes and five tries, in the browser that asked for them.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from suggestions import outbox
from suggestions.clock import local_date
from suggestions.crypto import keyed_digest, keyed_hash, possible_hashes
from suggestions.errors import Invalid
from suggestions.guards import ratelimit
from suggestions.models import Resident, ResidentDigest, ResidentSession, SearchNews, SignInCode
from suggestions.services import voices

CODE_NOTICE = "resident_code"
"""Kind of the outbox; its handler is in portal/notices/residents.py."""
MINUTES = 10
ATTEMPTS = 5
SENDS = 3
WAIT_SECONDS = 60
IDLE = timedelta(hours=2)
"""How long a borrowed machine stays signed in without a look."""
OWN_DEVICE = timedelta(days=30)
UNUSED = timedelta(days=730)
"""A page nobody opened for two years is deleted: its purpose is over (PIPL 19)."""
_CODES_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh sign-in. `token` is for the cookie and stored nowhere."""

    session: ResidentSession
    token: str


def own_phone(typed: str) -> str:
    """A typed phone as digits. Raises Invalid (phone)."""
    digits, wrong = voices.phone_facts(typed, missing=_("请填手机号。"))
    if wrong:
        raise Invalid({"phone": wrong})
    return digits


def by_phone(digits: str) -> Resident | None:
    """The page of a phone, under whichever of HASH_KEYS it was made."""
    return Resident.objects.filter(phone_hash__in=possible_hashes("phone", digits)).first()


def digits_of(code: SignInCode, key: str | None = None) -> str:
    """The six digits of a code, under one of HASH_KEYS (None: the first)."""
    number = keyed_digest("sign-in-code", f"{code.nonce}:{code.sends}", key)
    return f"{int.from_bytes(number[:8], 'big') % 1_000_000:06d}"


def ask_code(*, phone: str, at: datetime) -> str:
    """Send a code to a phone; returns the ticket this browser must hold to use it.

    A phone that got too many messages (RATE_SIGN_IN_PHONE) gets none, and the caller the same answer: who knows a number
    must neither flood it nor learn anything. Raises Invalid (phone).
    """
    digits = own_phone(phone)
    ticket = secrets.token_urlsafe(24)
    if not ratelimit.hit("sign_in_phone", digits).allowed:
        return ticket
    with transaction.atomic():
        code = SignInCode.objects.create(
            ticket=keyed_hash("sign-in-ticket", ticket), phone_hash=keyed_hash("phone", digits), phone=digits,
            nonce=secrets.token_hex(16), asked_at=at, expires_at=at + timedelta(minutes=MINUTES),
        )  # fmt: skip
        _send(code)
    return ticket


def send_again(*, ticket: str, at: datetime) -> None:
    """Another code for the same ticket; the one before is void. Says nothing about a ticket that has no code."""
    code = _of(ticket, at)
    if code is None or code.sends >= SENDS or at < code.asked_at + timedelta(seconds=WAIT_SECONDS):
        return
    if not ratelimit.hit("sign_in_phone", code.phone).allowed:
        return
    with transaction.atomic():
        taken = SignInCode.objects.filter(pk=code.pk, sends=code.sends, used_at=None).update(
            sends=F("sends") + 1, attempts=0, asked_at=at, expires_at=at + timedelta(minutes=MINUTES)
        )  # fmt: skip
        if taken:
            code.sends += 1
            _send(code)


def _send(code: SignInCode) -> None:
    outbox.enqueue(CODE_NOTICE, {"code_id": code.pk, "sends": code.sends}, key=f"sign-in:{code.pk}:{code.sends}")  # fmt: skip


def _of(ticket: str, at: datetime) -> SignInCode | None:
    hashes = possible_hashes("sign-in-ticket", ticket[:100])
    return SignInCode.objects.filter(ticket__in=hashes, used_at=None, expires_at__gt=at).first()


def use_code(*, ticket: str, typed: str, is_own_device: bool, at: datetime) -> SignedIn:
    """Sign in with the digits that came to the phone. Each try is counted, so call it outside atomic().

    Raises Invalid (code), in the same words for wrong digits, a late code and a ticket that never had one.
    """
    wrong = Invalid(
        {"code": [_("验证码不对，或者已经过期。请看清短信里的6位数字；没收到就重新发一次。")]}
    )
    code = _of(ticket, at)
    if code is None:
        raise wrong
    counted = SignInCode.objects.filter(
        pk=code.pk, sends=code.sends, attempts__lt=ATTEMPTS, used_at=None
    ).update(attempts=F("attempts") + 1)
    number = "".join(c for c in typed if c in "0123456789")
    right = any(hmac.compare_digest(digits_of(code, key), number) for key in settings.HASH_KEYS)
    if not counted or not right:
        raise wrong
    with transaction.atomic():
        if not SignInCode.objects.filter(pk=code.pk, used_at=None).update(used_at=at):
            raise wrong
        resident = page_of(phone=code.phone, at=at)
        return start(resident=resident, is_own_device=is_own_device, at=at)


def page_of(*, phone: str, at: datetime) -> Resident:
    """The page of a phone that was proved, made at the first sign-in. Two at once make one."""
    held = by_phone(phone)
    if held is not None:
        return held
    try:
        with transaction.atomic():
            return Resident.objects.create(
                phone_hash=keyed_hash("phone", phone), phone=phone, told_until=at, created_at=at,
                seen_on=local_date(at),
            )  # fmt: skip
    except IntegrityError:
        made = by_phone(phone)
        if made is None:
            raise
        return made


def start(*, resident: Resident, is_own_device: bool, at: datetime) -> SignedIn:
    """A new sign-in of a proved person."""
    token = secrets.token_urlsafe(32)
    session = ResidentSession.objects.create(
        resident=resident, token_hash=keyed_hash("resident-session", token), is_own_device=is_own_device,
        created_at=at, used_at=at, expires_at=at + (OWN_DEVICE if is_own_device else IDLE),
    )  # fmt: skip
    Resident.objects.filter(pk=resident.pk).update(seen_on=local_date(at))
    return SignedIn(session, token)


def find(token: str, *, at: datetime) -> ResidentSession | None:
    """The sign-in a cookie's token belongs to, with its resident; None when it is over. One query, and rarely a second:
    a look on a borrowed machine moves its end, at most once in five minutes.
    """
    if not token or len(token) > 100:
        return None
    session = (
        ResidentSession.objects.filter(
            token_hash__in=possible_hashes("resident-session", token), expires_at__gt=at
        )
        .select_related("resident")
        .first()
    )
    if session is not None and at - session.used_at > timedelta(minutes=5):
        ends = session.expires_at if session.is_own_device else at + IDLE
        ResidentSession.objects.filter(pk=session.pk).update(used_at=at, expires_at=ends)
        Resident.objects.filter(pk=session.resident_id).update(seen_on=local_date(at))
    return session


def end(*, session: ResidentSession) -> None:
    """Sign this browser out."""
    session.delete()


def end_others(*, session: ResidentSession) -> int:
    """Sign every other browser out; how many it was."""
    others = ResidentSession.objects.filter(resident_id=session.resident_id).exclude(pk=session.pk)
    return others.delete()[0]


def close(*, resident: Resident) -> None:
    """Delete the page with its follows, passkeys and sign-ins. Items stay where they are: they are cases of their own."""
    with transaction.atomic():
        SignInCode.objects.filter(phone_hash__in=possible_hashes("phone", resident.phone)).delete()
        resident.delete()


def forget(*, now: datetime) -> int:
    """Sweep: codes of yesterday, sign-ins that are over, pages nobody opened for two years, digests of a month ago, what
    followed searches found two months ago.
    """
    gone = SignInCode.objects.filter(asked_at__lt=now - _CODES_KEPT).delete()[0]
    gone += ResidentSession.objects.filter(expires_at__lt=now).delete()[0]
    gone += ResidentDigest.objects.filter(at__lt=now - timedelta(days=30)).delete()[0]
    gone += SearchNews.objects.filter(at__lt=now - timedelta(days=60)).delete()[0]
    gone += Resident.objects.filter(seen_on__lt=local_date(now - UNUSED)).delete()[0]
    return gone
