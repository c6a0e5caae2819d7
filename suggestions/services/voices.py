"""What all who lend their voice by phone have in common: how a voice is taken once, its receipt, its proof, its notices.

Co-signers (附议), joint authors (联名), voters of a campaign, readers who rate an answer, and the audience of a questioning.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext as _

from suggestions import numbers, outbox, rules
from suggestions.crypto import (
    keyed_digest,
    keyed_hash,
    matches_hash,
    normalise_phone,
    possible_hashes,
)
from suggestions.errors import DomainError, IdempotencyConflict, Invalid
from suggestions.models import CoSign, JointAuthor, PollVoice, QaVoice, ReplyVoice, Suggestion
from suggestions.models.channels import Voice

VOICE_NOTICE = "voice_notice"
DRAFT_NOTICE = "draft_notice"
"""Kinds of the outbox; their handlers are in portal/notices/voices.py."""
POLICY_VERSION = "2026-11"
"""The privacy notice under which these phones are taken."""
UNPROVED_FOR = timedelta(days=1)
"""After this a voice whose code never came back is forgotten, phone and all."""
MAX_TRIES = 5
"""Wrong codes before a new one has to be asked for: a code of six figures must not be guessed."""
AnyVoice = CoSign | JointAuthor
Anonymous = PollVoice | ReplyVoice | QaVoice
"""Voices whose phone is forgotten once it is proved."""
V = TypeVar("V", bound=Voice)


@dataclass(frozen=True, slots=True)
class Given(Generic[V]):
    """What the person takes home. `token` and `query_code` are not stored, only their hashes."""

    voice: V
    token: str
    query_code: str
    created: bool


def asks_phone_code() -> bool:
    """Whether a phone is proved by a code sent to it: only where SMS really leave the house."""
    return bool(settings.SMS_BACKEND == "http")


def identity(idempotency_key: str) -> dict[str, str]:
    """The stored hashes of a voice made under this key (fields of Voice)."""
    token = numbers.receipt_token_for(idempotency_key)
    return {
        "idempotency_key": idempotency_key,
        "receipt_hash": keyed_hash("receipt", token),
        "query_code_hash": keyed_hash(numbers.QUERY_CODE_PURPOSE, numbers.query_code_for(token)),
    }


def earlier(model: type[V], *, key: str, digits: str) -> Given[V] | None:
    """What a form sent before under this key got. Raises IdempotencyConflict when that was with another phone."""
    held = model._default_manager.filter(idempotency_key=key).first()
    if held is None:
        return None
    if not same_phone(digits, held.phone_hash):
        raise IdempotencyConflict
    return given(held)


def fresh(model: type[V], *, key: str, digits: str, at: datetime, **facts: Any) -> V:
    """A voice of this phone ("" for a name on a paper list), not stored yet; `facts` are the model's own fields."""
    return model(
        phone=digits, phone_hash=keyed_hash("phone", digits) if digits else "", policy_version=POLICY_VERSION,
        created_at=at, **identity(key), **facts,
    )  # fmt: skip


def take(
    row: V, *, count: Callable[[V, str, datetime], object], at: datetime,
    parts: Callable[[V], object] | None = None,
) -> Given[V]:  # fmt: skip
    """Store a voice with its `parts`, then send a code to its phone, or `count(row, proof, at)` it where none is asked for.

    When two presses of one button arrive together, both get the receipt of the one that was first. Raises
    IdempotencyConflict when the other came with another phone.
    """
    digits = row.phone
    try:
        with transaction.atomic():
            row.save()
            if parts is not None:
                parts(row)
            if asks_phone_code():
                tell(row, "phone_code")
            else:
                count(row, Voice.Proof.CAPTCHA, at)
    except IntegrityError:
        first = earlier(type(row), key=row.idempotency_key, digits=digits)
        if first is None:
            raise
        return first
    return given(row, created=True)


def count_once(
    row: Voice, *, before: bool, proof: str, at: datetime, forgotten: Sequence[str] = ()
) -> bool:
    """Count a voice, unless its phone counted `before` or does so at this very moment; returns whether it counts.

    The fields named in `forgotten` are emptied either way.
    """
    rows = type(row)._default_manager.filter(pk=row.pk)
    facts = dict.fromkeys(forgotten, "")
    counted = not before
    if counted:
        try:
            with transaction.atomic():
                rows.update(confirmed_at=at, proof=proof, **facts)
        except IntegrityError:
            # The same phone at the same moment: the other one counts.
            counted = False
    if counted:
        row.confirmed_at, row.proof = at, proof
    elif facts:
        rows.update(**facts)
    for name in forgotten:
        setattr(row, name, "")
    return counted


def given(voice: V, *, created: bool = False) -> Given[V]:
    """What its person takes home, derived again. Raises DomainError when the key it was made under is gone."""
    return Given(voice, *receipt_of(voice), created)


def receipt_of(voice: Voice) -> tuple[str, str]:
    """Token and query code of a voice, derived again. Raises DomainError when the key they were made under is gone."""
    for token in numbers.possible_receipt_tokens(voice.idempotency_key):
        code = numbers.query_code_on_receipt(token, voice.query_code_hash)
        if code and matches_hash("receipt", token, voice.receipt_hash):
            return token, code
    raise DomainError(_("这张回执已经失效，请打征集办公室电话查。"))


def by_receipt(rows: QuerySet[V], token: str) -> V | None:
    """The voice among these whose receipt has this address. One query."""
    return rows.filter(receipt_hash__in=possible_hashes("receipt", token[:200])).first()


def find(token: str) -> AnyVoice | None:
    """The co-sign or joint author whose receipt has this address; at most two queries."""
    related = ("suggestion__jurisdiction", "suggestion__lead_unit")
    return by_receipt(CoSign.objects.select_related(*related), token) or by_receipt(
        JointAuthor.objects.select_related(*related), token
    )


def by_code(case_no: str, query_code: str) -> AnyVoice | None:
    """The voice of this item that has this query code, or None. For /track/, after the author's own code failed."""
    number = numbers.parse_case_no(case_no) or ""
    code = numbers.normalise_query_code(query_code)
    hashes = possible_hashes(numbers.QUERY_CODE_PURPOSE, code)
    wanted: dict[str, Any] = {"suggestion__case_no": number, "query_code_hash__in": hashes}
    return CoSign.objects.filter(**wanted).first() or JointAuthor.objects.filter(**wanted).first()


def phone_facts(phone: str, *, missing: str = "") -> tuple[str, list[str]]:
    """A typed phone as digits, and sentences for what is wrong with it (none when it is right; `missing` for none)."""
    digits = normalise_phone(phone) if phone.strip() else ""
    if not digits:
        bare = "".join(c for c in phone if c.isdecimal())
        return "", rules.check_phone(bare or phone) or [
            missing or _("请填手机号：一个手机号只算一次。")
        ]
    return digits, rules.check_phone(digits)


def phone_code(voice: Voice) -> str:
    """The six figures sent to the phone; derived, so that nothing secret is stored."""
    seed = f"{voice.idempotency_key}:{voice.tries // MAX_TRIES}"
    return f"{int.from_bytes(keyed_digest('phone-code', seed)[:8], 'big') % 1_000_000:06d}"


def check_phone_code(voice: Voice, typed: str) -> None:
    """Compare the figures that came back with those sent; each MAX_TRIES wrong ones void them and send others.

    Each try is counted, so call it outside atomic(). Raises Invalid (code).
    """
    if "".join(c for c in typed if c.isdecimal()) == phone_code(voice):
        return
    type(voice)._default_manager.filter(pk=voice.pk).update(tries=F("tries") + 1)
    voice.tries += 1
    if voice.tries % MAX_TRIES == 0:
        tell(voice, "phone_code")
        raise Invalid({"code": [_("验证码错了太多次，已经重新发了一条短信，请用新的验证码。")]})
    raise Invalid({"code": [_("验证码不对，请照着短信再输一次。")]})


def tell(voice: Voice, code: str, *, event: int | None = None) -> None:
    """Queue a notice for one voice; the phone is read when it is sent, never stored in the queue."""
    kinds: dict[type[Voice], str] = {
        JointAuthor: "joint", PollVoice: "poll", ReplyVoice: "helpful", QaVoice: "qa",
    }  # fmt: skip
    kind = kinds.get(type(voice), "co_sign")
    payload = {"code": code, "kind": kind, "voice": voice.pk, "event": event}
    outbox.enqueue(VOICE_NOTICE, payload, key=f"{code}:{kind}:{voice.pk}:{event or voice.tries}")


def tell_all(suggestion: Suggestion, code: str, *, event: int | None = None) -> int:
    """Queue a notice for everybody who stands behind an item and wants to hear; returns how many (4.5: every author)."""
    told = 0
    for model in (CoSign, JointAuthor):
        found: Any = model._default_manager.filter(
            suggestion=suggestion, confirmed_at__isnull=False, withdrawn_at=None, wants_notice=True
        )
        for voice in found.iterator():
            tell(voice, code, event=event)
            told += 1
    return told


def change_notice(voice: Voice, *, wanted: bool) -> None:
    """Notices on or off; reading by number and code stays."""
    type(voice)._default_manager.filter(pk=voice.pk).update(wants_notice=wanted)
    voice.wants_notice = wanted


def forget_unproved(rows: QuerySet[V], *, now: datetime) -> int:
    """Delete of these the voices whose code never came back, and second voices of a phone that counts, after a day."""
    stale = rows.filter(confirmed_at=None, created_at__lt=now - UNPROVED_FOR)
    return stale.delete()[1].get(rows.model._meta.label, 0)


def same_phone(digits: str, digest: str) -> bool:
    return bool(digest) and matches_hash("phone", digits, digest)


def when(at: datetime) -> str:
    """The moment as data of an event."""
    return at.isoformat()
