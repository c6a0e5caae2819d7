"""Who may see an item on /track/: whoever gave its number and code within the last half hour.

The proof is a signed cookie that only /track/ receives. It names the items and when each was opened; nothing about the
person. Every look renews it.
"""

import time

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from suggestions import numbers
from suggestions.crypto import matches_hash
from suggestions.models import Suggestion

COOKIE = "track"
PATH = "/track/"
SECONDS = 30 * 60
_MOST = 5
_SALT = "suggestions.public.track"
# Compared when there is no such item, so that a wrong number takes as long as a wrong code.
_NOBODY = "0" * 64


def prove(case_no: str, query_code: str) -> Suggestion | None:
    """The item with this number, when the code is its code. One query and one comparison, found or not."""
    number = numbers.parse_case_no(case_no) or ""
    code = numbers.normalise_query_code(query_code)
    found = Suggestion.objects.filter(case_no=number).only("case_no", "query_code_hash").first()
    digest = found.query_code_hash if found is not None else _NOBODY
    return found if matches_hash(numbers.QUERY_CODE_PURPOSE, code, digest) else None


def holds(request: HttpRequest, case_no: str) -> bool:
    """Whether this browser proved it knows the item's code, not too long ago."""
    return case_no in _opened(request)


def grant(request: HttpRequest, response: HttpResponse, case_no: str) -> None:
    """Remember the proof for another half hour, with at most five items open at a time."""
    opened = {k: v for k, v in _opened(request).items() if k != case_no}
    newest = dict(sorted(opened.items(), key=lambda item: -item[1])[: _MOST - 1])
    newest[case_no] = int(time.time())
    response.set_cookie(
        COOKIE, signing.dumps(newest, salt=_SALT), max_age=SECONDS, path=PATH,
        secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax",
    )  # fmt: skip


def _opened(request: HttpRequest) -> dict[str, int]:
    try:
        held = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=SECONDS)
    except signing.BadSignature:
        return {}
    after = time.time() - SECONDS
    if not isinstance(held, dict):
        return {}
    return {str(k): v for k, v in held.items() if isinstance(v, int) and v > after}
