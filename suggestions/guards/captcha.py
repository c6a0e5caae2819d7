"""A captcha of our own host: the browser works for a second, or a person answers one plain question.

Nobody is shut out. With scripts off, on an old phone, or on a plain-http intranet where browsers refuse
to calculate, the same form shows a question in words (templates/components/captcha.html). No third
party, no cookie, no picture puzzle, nothing recorded about the person.
Source: process.md T1 (CAPTCHA has an audible/text alternative, 适老化) and 9.7.
"""

import base64
import binascii
import hashlib
import json
import secrets
import time
import unicodedata
from collections.abc import Mapping
from typing import Any

import altcha
from django.conf import settings
from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from suggestions import dates

LIFETIME_SECONDS = 20 * 60
ALGORITHM = "PBKDF2/SHA-256"
# The browser tries keys 0, 1, 2 … until the one we chose; 256 on average, each ALTCHA_COST rounds.
_FEWEST_KEYS, _MOST_KEYS = 128, 384

FIELD, TOKEN_FIELD, ANSWER_FIELD = "captcha", "captcha_token", "captcha_answer"
_LONGEST_PAYLOAD = 4096
_DIGITS = "零一二三四五六七八九"
_UNITS = ("千", "百", "十", "")
_TEENS = (
    "", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def _secret(purpose: str) -> str:
    return salted_hmac("suggestions.guards.captcha", purpose, algorithm="sha256").hexdigest()


def challenge() -> dict[str, Any]:
    """A fresh piece of work in the widget's own form (altcha v2), valid for 20 minutes."""
    made = altcha.create_challenge(
        ALGORITHM,
        settings.ALTCHA_COST,
        counter=_FEWEST_KEYS + secrets.randbelow(_MOST_KEYS - _FEWEST_KEYS),
        expires_at=int(time.time()) + LIFETIME_SECONDS,
        hmac_secret=_secret("challenge"),
        hmac_key_secret=_secret("key"),
    )
    answer: dict[str, Any] = made.to_dict()
    return answer


@require_safe
@never_cache
def challenge_view(request: HttpRequest) -> HttpResponse:
    return JsonResponse(challenge())


def verify(payload: str, bound_to: str = "") -> bool:
    """True when `payload` (the form field) is the solution of a challenge of ours, neither old nor used.

    `bound_to` is the form's idempotency key: the same form sent twice passes twice, another form does
    not pass with work already spent. Never raises, whatever the payload holds.
    """
    if not payload or len(payload) > _LONGEST_PAYLOAD:
        return False
    try:
        said = json.loads(base64.b64decode(payload, validate=True))
        parts = altcha.Payload.from_dict(said)
        derived: Any = parts.solution.derived_key  # whatever the sender wrote
        if not isinstance(derived, str):
            return False
        result = altcha.verify_solution(parts, _secret("challenge"), hmac_key_secret=_secret("key"))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, binascii.Error):
        return False
    if not result.verified:
        return False
    return _spend(str(parts.challenge.signature), bound_to)


def _spend(token: str, bound_to: str) -> bool:
    """Use `token` up for `bound_to`. False when something else used it before.

    With Redis every process sees it; without, each process remembers for itself (suggestions/guards/cache.py).
    """
    key = "captcha:" + hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
    owner = hashlib.sha256(bound_to.encode("utf-8", "replace")).hexdigest()
    if cache.add(key, owner, LIFETIME_SECONDS + 60):
        return True
    return bool(bound_to) and cache.get(key) == owner


def in_chinese(number: int) -> str:
    """1 to 9999 as people write it: 3042 → 三千零四十二, 16 → 十六."""
    if not 1 <= number <= 9999:
        raise ValueError("only 1 to 9999 are asked for")
    words, skipped = "", False
    for digit, unit in zip(f"{number:04d}", _UNITS, strict=True):
        if digit == "0":
            skipped = bool(words)
            continue
        words += ("零" if skipped else "") + _DIGITS[int(digit)] + unit
        skipped = False
    return words.removeprefix("一") if words.startswith("一十") else words


def in_english(number: int) -> str:
    """1 to 9999 in English words: 3042 → three thousand and forty-two."""
    if not 1 <= number <= 9999:
        raise ValueError("only 1 to 9999 are asked for")
    thousands, hundreds, rest = number // 1000, number // 100 % 10, number % 100
    tens = (
        _TEENS[rest]
        if rest < 20
        else "-".join(w for w in (_TENS[rest // 10], _TEENS[rest % 10]) if w)
    )
    large = [
        f"{_TEENS[n]} {word}" for n, word in ((thousands, "thousand"), (hundreds, "hundred")) if n
    ]
    return " and ".join(w for w in (" ".join(large), tens) if w)


def plain_question() -> tuple[str, str]:
    """(token, question): a number in words to be typed in figures, for whoever has no proof of work.

    The token travels in the form. It holds the answer only as a keyed digest, expires after 20 minutes
    and is good for one attempt.
    """
    number = 1001 + secrets.randbelow(8999)
    nonce = secrets.token_urlsafe(9)
    token = signing.dumps(
        {"n": nonce, "a": _answer_digest(nonce, str(number))}, salt="captcha.plain"
    )
    return token, _("请把“%(number)s”写成数字") % {
        "number": (in_english if dates.is_english() else in_chinese)(number)
    }


def check_plain(token: str, answer: str, bound_to: str = "") -> bool:
    """True when `answer` fits the question of `token`. Right or wrong, the token is then used up.

    Forgives full-width figures, spaces and thousands marks. Never raises.
    """
    if len(token) > 512 or len(answer) > 40:
        return False
    try:
        asked = signing.loads(token, salt="captcha.plain", max_age=LIFETIME_SECONDS)
        nonce, digest = str(asked["n"]), str(asked["a"])
    except (signing.BadSignature, KeyError, TypeError, ValueError):
        return False
    figures = unicodedata.normalize("NFKC", answer)
    figures = "".join(c for c in figures if not c.isspace() and c not in ",，。.")
    right = constant_time_compare(_answer_digest(nonce, figures.lstrip("0")), digest)
    # An attempt that failed must not be repeated by the same form either.
    return _spend(nonce, bound_to if right else "") and right


def _answer_digest(nonce: str, figures: str) -> str:
    message = f"{nonce}:{figures}".encode("utf-8", "replace").decode()
    return salted_hmac("suggestions.guards.captcha.plain", message, algorithm="sha256").hexdigest()[
        :24
    ]


def passed(data: Mapping[str, Any], bound_to: str = "") -> bool:
    """Whether a sent form (request.POST) answers the captcha in either way."""
    if verify(str(data.get(FIELD) or ""), bound_to):
        return True
    return check_plain(
        str(data.get(TOKEN_FIELD) or ""), str(data.get(ANSWER_FIELD) or ""), bound_to
    )


def context(error: str = "") -> dict[str, str]:
    """What components/captcha.html needs as `captcha`; made anew for every page, also after an error."""
    token, question = plain_question()
    return {
        "challenge_url": reverse("captcha_challenge"),
        "token": token,
        "question": question,
        "error": error,
    }


def refusal() -> str:
    """The one message for a captcha that did not pass, whatever the cause."""
    return _("防机器验证没有通过，或者已经过期。请回答这个新的小问题，您填写的内容都在。")
