"""Suggestions as search documents, written once for every engine. Built from `public_*` alone (invariant 5)."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from search.engine import Document, SearchUnavailable
from search.registry import DocumentType
from search.registry import register as register_type
from suggestions import content, outbox
from suggestions.clock import SHANGHAI
from suggestions.models import Reply, Suggestion, Topic
from suggestions.states import PublicGroup

TYPE = "suggestion"
_BATCH = 500
_BUMPED_SECONDS = 60


def build(keys: Sequence[str]) -> Iterator[Document]:
    """Documents of those of these items that the public may read; four queries a batch."""
    wanted = Suggestion.objects.on_page().filter(pk__in=[int(k) for k in keys])
    items = list(
        wanted.select_related("topic", "district", "lead_unit").prefetch_related("tags", "replies")  # type: ignore[misc]
    )
    above = {_above(item.topic) for item in items if item.topic is not None}
    parents = {topic.path: topic for topic in Topic.objects.filter(path__in=above - {""})}
    for item in items:
        yield document(item, parents.get(_above(item.topic)) if item.topic is not None else None)


def _above(topic: Topic) -> str:
    """The path of a topic's parent, "" for a first-level one."""
    return str(topic.path)[: -Topic.steplen]


def document(item: Suggestion, parent: Topic | None) -> Document:
    """One document, `parent` being its topic's. Facets hold codes; names of units, topics and districts are searchable
    words as well.
    """
    replies: list[Reply] = [r for r in item.replies.all() if r.is_public]
    topic = item.topic
    facets: dict[str, tuple[str, ...]] = {
        "topic": tuple(t.code for t in (parent, topic) if t is not None),
        "unit": (item.lead_unit.code,) if item.lead_unit else (),
        "district": (item.district.code,) if item.district else (),
        "status": (item.public_group,),
        "outcome": (item.outcome,) if item.outcome and replies else (),
        "campaign": (str(item.campaign_id),) if item.campaign_id else (),
        "year": (str(item.received_at.astimezone(SHANGHAI).year),),
    }
    about = [
        *(t.name for t in item.tags.all()),
        *(t.name for t in (topic, parent) if t is not None),
    ]
    keywords = [item.case_no, item.public_place]
    keywords += [o.name for o in (item.district, item.lead_unit) if o is not None]
    if item.lead_unit is not None:
        keywords.append(item.lead_unit.short_name)
    return Document(
        id=f"{TYPE}:{item.pk}",
        type=TYPE,
        title=item.public_title,
        url=reverse("suggestions:detail", args=[item.case_no]),
        date=item.answered_at or item.published_at or item.received_at,
        fields={
            "reply": "\n".join(r.public_body for r in replies),
            "problem": item.public_problem,
            "proposal": item.public_proposal,
            "tags": " ".join(about),
            "keywords": " ".join(word for word in keywords if word),
        },
        facets=facets,
        answered=item.public_group == PublicGroup.DONE and bool(replies),
        data={
            "case_no": item.case_no,
            "unit": item.lead_unit.short_name if item.lead_unit else "",
            "district": item.district.name if item.district else "",
            "status": item.public_group,
            "outcome": item.outcome if replies else "",
            "co_signs": str(item.co_sign_count),
        },
        version=item.version,
    )


def versions() -> Iterator[tuple[str, int]]:
    """(key, version) of everything that belongs in the index."""
    rows = Suggestion.objects.on_page().order_by("pk").values_list("pk", "version")
    for pk, version in rows.iterator(chunk_size=5000):
        yield str(pk), version


def _index(payload: dict[str, Any]) -> None:
    from search import indexing
    from suggestions.services import saved_searches

    type, key = str(payload["type"]), str(payload["id"])
    try:
        indexing.index_ids(type, [key])
    except SearchUnavailable:
        # The spare engine has it already, and answers: who follows a search hears of it, and pages are made anew, but
        # not for each of the tries that follow.
        saved_searches.match(type=type, key=key, at=timezone.now())
        if cache.add("content-bumped-without-search", 1, _BUMPED_SECONDS):
            content.bump()
        raise
    saved_searches.match(type=type, key=key, at=timezone.now())
    content.bump()


def register() -> None:
    """Make suggestions known to search, and let the outbox's index rows reach it (called once at start)."""
    register_type(DocumentType(name=TYPE, label="建议", build=build, versions=versions))
    outbox.register(outbox.INDEX, _index)


def batches(keys: Iterable[str], size: int = _BATCH) -> Iterator[list[str]]:
    """Keys in lists of `size`."""
    held: list[str] = []
    for key in keys:
        held.append(key)
        if len(held) == size:
            yield held
            held = []
    if held:
        yield held
