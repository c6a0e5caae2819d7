"""Numbers people copy by hand: the case number, the query code, and the address of the receipt.

All three are made to survive a telephone call and an old pair of glasses: a check digit in the number,
an alphabet without look-alikes in the code, and readers that forgive width, case, spaces and dashes.
"""

import re
import secrets
import unicodedata
from base64 import urlsafe_b64encode

from django.conf import settings

from suggestions.crypto import keyed_digest, matches_hash

PREFIX = "JY"
MAX_SERIAL = 9_999_999
# Without 0/O, 1/I/L, 2/Z, 5/S and B (read as 8): what is left cannot be taken for one another.
QUERY_CODE_ALPHABET = "346789ACDEFGHJKMNPQRTUVWXY"
QUERY_CODE_LENGTH = 8
QUERY_CODE_PURPOSE = "query-code"

# Spaces, dots, slashes and every dash a keyboard or a letter may hold (U+2010–2015, minus, bullet, long vowel).
_SEPARATORS = re.compile(r"[\s\-_.·/\u2010-\u2015\u2212\u2043\uFE63\u30FC]+")
_COMPACT = re.compile(r"(?:JY)?(\d{4})(\d{7})(\d)", re.ASCII)
_GROUPED = re.compile(r"(?:JY)?(\d{4}) (\d{1,7}) (\d)", re.ASCII)


def _check_digit(digits: str) -> int:
    """ISO 7064 MOD 11,10: catches every single wrong digit and nearly all swapped neighbours."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return (11 - product) % 10


def format_case_no(year: int, serial: int) -> str:
    """The public number of a case, e.g. `JY2026-0001234-7`: year, running number, check digit.

    Raises ValueError outside 1000–9999 and 1–9,999,999.
    """
    if not 1000 <= year <= 9999 or not 1 <= serial <= MAX_SERIAL:
        raise ValueError("year or serial out of range for a case number")
    body = f"{year:04d}{serial:07d}"
    return f"{PREFIX}{body[:4]}-{body[4:]}-{_check_digit(body)}"


def parse_case_no(text: str) -> str | None:
    """The canonical number in what somebody typed, or None when it is none or its check digit is wrong.

    Forgives lower case, full-width characters, spaces, missing or strange dashes, a missing `JY`, and
    zeros left out of the running number as long as its parts are separated.
    """
    if len(text) > 64:
        return None
    plain = unicodedata.normalize("NFKC", text).upper()
    spaced = _SEPARATORS.sub(" ", plain).strip()
    grouped = _GROUPED.fullmatch(spaced.replace("JY ", "JY"))
    found = grouped or _COMPACT.fullmatch(spaced.replace(" ", ""))
    if not found:
        return None
    year, serial, check = int(found[1]), int(found[2]), int(found[3])
    if year < 1000 or serial < 1:
        return None
    number = format_case_no(year, serial)
    return number if number.endswith(f"-{check}") else None


def new_receipt_token() -> str:
    """32 url-safe characters nobody can guess (192 random bits)."""
    return secrets.token_urlsafe(24)


def receipt_token_for(idempotency_key: str, key: str | None = None) -> str:
    """The receipt address that belongs to one filled-in form: sent twice, it gives the same receipt.

    `key` is one of HASH_KEYS; None takes the first. Look an old form up by `possible_receipt_tokens`.
    """
    return urlsafe_b64encode(keyed_digest("receipt-token", idempotency_key, key)[:24]).decode(
        "ascii"
    )


def possible_receipt_tokens(idempotency_key: str) -> list[str]:
    """The receipt addresses this form may have been given, newest hash key first."""
    return [receipt_token_for(idempotency_key, key) for key in settings.HASH_KEYS]


def query_code_for(receipt_token: str, key: str | None = None) -> str:
    """The 8-character query code that goes with a receipt; always the same for the same token and key.

    Being derived, it is shown on the receipt page again and again while the database holds only its hash
    (`keyed_hash(QUERY_CODE_PURPOSE, code)`).
    """
    number = int.from_bytes(keyed_digest("query-code-from-receipt", receipt_token, key), "big")
    letters = []
    for _ in range(QUERY_CODE_LENGTH):
        number, index = divmod(number, len(QUERY_CODE_ALPHABET))
        letters.append(QUERY_CODE_ALPHABET[index])
    return "".join(letters)


def place_code_for(form: str = "") -> str:
    """The code of a place taken at a hearing or a reception: the same for the same filled-in form, else a new one."""
    return query_code_for(receipt_token_for(f"place:{form}") if form else new_receipt_token())


def query_code_on_receipt(receipt_token: str, digest: str) -> str | None:
    """The code to print on a receipt: the one whose hash is `digest`, also after HASH_KEYS was rotated.

    None when the key it was made under is gone; then the person has the printed code or asks the office.
    """
    for key in settings.HASH_KEYS:
        code = query_code_for(receipt_token, key)
        if matches_hash(QUERY_CODE_PURPOSE, code, digest):
            return code
    return None


def normalise_query_code(text: str) -> str:
    """What somebody typed, in the one spelling that is hashed: upper case, no spaces, dashes or width.

    Never fails; what cannot be a code comes back as something no hash will match.
    """
    plain = unicodedata.normalize("NFKC", text[:64]).upper()
    return _SEPARATORS.sub("", plain).replace("B", "8")
