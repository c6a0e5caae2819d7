"""Under what the drawn page of an answered item is kept in the cache, beyond the next content version.

Each publication makes every whole page old, though nearly all items are what they were. The key names everything such a
page shows, so what is kept never grows old; it goes after a while all the same, and its address is gone with the item.
"""

import hashlib
from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count
from django.urls import get_script_prefix
from django.utils.translation import get_language

from search.engine import Hit
from suggestions.models import ReplyVoice
from suggestions.selectors import one_item
from suggestions.services import reply_voices
from suggestions.services.clock_rules import calendar_digest

SECONDS = 900


def key_of(item: Any, near: Sequence[Hit], *, today: date) -> str:
    """The key of an item as `one_item.find` gives it; "" for one whose page shows more than is cheap to compare.

    Every act on a case raises its version, and its replies, ratings, clocks, promises and events change by acts alone.
    What changes without one is in the key by itself: names, voices, comments, like items, the calendar, the day. At most
    three queries, none for an item without tags and voices.
    """
    more = (
        item.has_files, item.has_merged, item.has_adoption, item.has_co_units, item.has_other_answers, item.campaign_id,
        item.is_open, item.lead_unit is None,
    )  # fmt: skip
    if any(more):
        return ""
    shown = (
        one_item.row_facts(item), one_item.topic_line(item.topic), _tags(item), _voices(item), _near(near), today,
        calendar_digest(), get_language(), get_script_prefix(),
    )  # fmt: skip
    return hashlib.sha256(repr(shown).encode()).hexdigest()


def _tags(item: Any) -> list[str]:
    return sorted(tag.name for tag in item.tags.all()) if item.has_tags else []


def _voices(item: Any) -> tuple[list[Any], list[Any]]:
    """What the public says of the answers: counts by answer, and released comments."""
    counts: list[Any] = []
    if item.has_voices:
        given = ReplyVoice.objects.counted().filter(reply__suggestion=item).order_by()
        said = given.values_list("reply", "helpful").annotate(n=Count("pk"))
        counts = sorted(said)
    comments = reply_voices.shown(item.pk) if item.has_comments else []
    return counts, [(c.pk, c.public_text, c.said_at) for c in comments]


def _near(hits: Sequence[Hit]) -> list[Any]:
    return [(h.id, h.title, h.url, h.date, sorted(h.data.items())) for h in hits]
