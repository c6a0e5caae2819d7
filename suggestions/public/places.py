"""The receipt of a place taken at a hearing or a reception: an address that holds its key and code, signed.

Only hashes of codes are stored, so the address carries the code; whoever has it has the receipt, as with a printed slip.
"""

from django.core import signing
from django.http import HttpRequest

from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip


def token_of(kind: str, pk: int, code: str) -> str:
    """The address part of a receipt. `kind` keeps the two kinds apart; `pk` is of the hearing or slot."""
    return signing.dumps([pk, code], salt=f"place.{kind}", compress=False)


def read(kind: str, token: str) -> tuple[int, str] | None:
    """(key of the hearing or slot, code), or None for an address we never gave."""
    if len(token) > 200:
        return None
    try:
        pk, code = signing.loads(token, salt=f"place.{kind}")
        return int(pk), str(code)
    except (signing.BadSignature, ValueError, TypeError):
        return None


def may_guess(request: HttpRequest) -> ratelimit.Verdict:
    """Count one try at a code: as for query codes (RATE_TRACK)."""
    return ratelimit.hit("track", client_ip(request))
