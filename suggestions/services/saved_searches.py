"""Saved searches the other way round: something public came into the index, which searches that people follow find it?

One look at each search when a document comes, instead of one search an hour for each follower; and an answer whose public
text came out days after it was given is found by the day it came out.
"""

from datetime import datetime

from django.db.models import Min
from django.urls import reverse

from search import percolation
from search.engine import Document
from search.registry import document_type
from suggestions.documents import TYPE
from suggestions.models import CaseEvent, Follow, SearchNews
from suggestions.selectors import following
from suggestions.states import Machine, Publication

_OUT = (Publication.PUBLISHED, Publication.UPDATED)


def match(*, type: str, key: str, at: datetime) -> int:
    """Note the followed searches that find this public thing, once when it came out and once when it is answered.

    Returns how many are new. What came out before somebody followed the search is no news to them. At most five
    queries; two when nobody follows a search. Harmless when called twice.
    """
    asked = (
        Follow.objects.filter(
            kind=Follow.Kind.SEARCH, key__startswith=reverse("suggestions:search")
        )
        .values_list("key")
        .annotate(first=Min("created_at"))
    )
    followed = dict(asked.order_by("key"))
    if not followed:
        return 0
    document = next(iter(document_type(type).build([key])), None)
    if document is None:
        return 0
    out = _came_out(document, key)
    kept = [(held, following.query_of(held)) for held, first in followed.items() if first < out]
    found = percolation.which(kept, document)
    there = SearchNews.objects.filter(document=document.id, answered=document.answered)
    told = set(there.values_list("search", flat=True))
    rows = [
        SearchNews(search=held, document=document.id, answered=document.answered, at=at)
        for held in found
        if held not in told
    ]
    # Two workers may be at it: whoever comes second has nothing to add.
    SearchNews.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def _came_out(document: Document, key: str) -> datetime:
    """When the public could first read it as it is now: the last release of its page, or the page's own day."""
    if document.type != TYPE:
        return document.date
    released = CaseEvent.objects.filter(
        suggestion_id=int(key), machine=Machine.PUBLICATION, to_state__in=_OUT
    )
    return released.order_by("-seq").values_list("at", flat=True).first() or document.date
