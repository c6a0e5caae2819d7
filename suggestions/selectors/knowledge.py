"""What the knowledge base says: to those who begin to write, to units that draft, and which answers are past their day.

The pages belong to `cms`, which stands above this app; they are asked for by name.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from django.apps import apps
from django.db.models import Q

from search import likeness
from search.engine import SearchUnavailable, get_engine
from suggestions import rules
from suggestions.models import Topic

log = structlog.get_logger(__name__)
TYPE = "page"
"""The search document type of what editors write, these pages among them."""
SHOWN = 2
_LOOKED_AT = 10
_MOST_FOR_TOPIC = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """One answer of the knowledge base."""

    title: str
    summary: str
    url: str
    unit: str


def _pages() -> Any:
    model: Any = apps.get_model("cms", "KnowledgePage")
    return model._default_manager.live().public()


def _entries(pages: Any) -> list[Entry]:
    return [Entry(p.title, p.summary, p.url or "", p.unit.short_name) for p in pages]


def answering(text: str) -> list[Entry]:
    """Up to two answers to what somebody is about to write, the nearest first; empty for a text too short to compare, or
    without search. One search and three queries.
    """
    text = rules.clean_text(text, multiline=False)[:200]
    if len(text) < rules.TITLE_MIN:
        return []
    try:
        found = likeness.alike(text, engine=get_engine(), types=(TYPE,), most=_LOOKED_AT)
    except SearchUnavailable:
        log.warning("knowledge_without_search")
        return []
    keys = [int(one.hit.key) for one in found]
    # The index may be a moment behind a page that was taken down.
    held = _pages().select_related("unit").defer("body").in_bulk(keys) if keys else {}
    return _entries([held[k] for k in keys if k in held][:SHOWN])


def for_topic(topic: Topic | None) -> list[Entry]:
    """What there is on a topic and on those above it, the nearest topic first. Two queries."""
    if topic is None:
        return []
    above: Sequence[int] = [t.pk for t in topic.get_ancestors()]
    rows = (
        _pages()
        .filter(Q(topic=topic) | Q(topic__in=above))
        .select_related("unit", "topic")
        .defer("body")
        .order_by("-topic__path", "title")
    )
    return _entries(rows[:_MOST_FOR_TOPIC])


def unlooked_at(day: date) -> Any:
    """Published answers that should have been looked at before this day, with their units."""
    rows = _pages().filter(review_on__lt=day).select_related("unit__jurisdiction").defer("body")
    return rows.order_by("review_on", "pk")
