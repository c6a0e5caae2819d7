"""Where a page of a list ended, as text for an address: a moment and a key, so that deep pages cost what the first does."""

import base64
import binascii
import re
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime


def make_cursor(moment: datetime, pk: int) -> str:
    return base64.urlsafe_b64encode(f"{moment.isoformat()}|{pk}".encode()).decode().rstrip("=")


def read_cursor(cursor: str) -> tuple[datetime, int] | None:
    """The place a cursor names; None for an empty or a forged one (the list then begins at the beginning)."""
    if not cursor or len(cursor) > 120:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        moment_text, _, pk_text = text.partition("|")
        moment = parse_datetime(moment_text)
        if moment is None or moment.tzinfo is None or not 1900 <= moment.year <= 2200:
            return None
        return (moment, int(pk_text)) if re.fullmatch(r"[0-9]{1,18}", pk_text) else None
    except (ValueError, binascii.Error, UnicodeError):
        return None


def beyond(field: str, value: Any, pk: int, *, descending: bool = True) -> Q:
    """What follows the row with this value and key in a list ordered by both.

    The first condition is where an index can begin. "Smaller, or equal with a smaller key" says the same and lets the
    database walk the list from its top.
    """
    step = "lt" if descending else "gt"
    further = Q(**{f"{field}__{step}": value}) | Q(**{f"pk__{step}": pk})
    return Q(**{f"{field}__{step}e": value}) & further
