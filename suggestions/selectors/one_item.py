"""One published item with what its page shows: only `on_page()` rows, only `public_*` text, and no column for nothing."""

from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects
from django.http import Http404

from suggestions import content, numbers
from suggestions.models import (
    Adoption,
    Assignment,
    Attachment,
    Evaluation,
    Reply,
    Suggestion,
    TaggedSuggestion,
    Topic,
)
from suggestions.selectors.public import replies_for_lists
from suggestions.states import ACTIVE_ASSIGNMENT, Case

_ITEM = (
    "case_no", "status", "publication", "public_group", "public_title", "public_problem", "public_proposal", "public_place",
    "public_name", "received_at", "published_at", "outcome", "channel", "evaluation_state", "co_sign_count", "campaign_id",
    "topic__code", "topic__name", "topic__path", "topic__depth", "district__name",
    "lead_unit__code", "lead_unit__name", "lead_unit__short_name", "lead_unit__phone",
    "jurisdiction__phone", "jurisdiction__office_name",
)  # fmt: skip
_REPLY = (
    "suggestion_id", "number", "outcome", "public_body", "public_commitment", "committed_by", "next_report_on", "delivered_at",
    "basis", "contact", "unit__name",
)  # fmt: skip
_KEPT_SECONDS = 600


class TopicName(NamedTuple):
    """A topic as crumbs name it."""

    code: str
    name: str


def load(case_no: str, *, whole: bool = False) -> Suggestion:
    """One published item with everything its page shows, or Http404. Constant number of queries.

    Parts that few items have (tags, files, ratings, others merged into it, a decision to adopt) are read only where there
    are any: `has_tags`, `has_merged` and `has_adoption` say so to the page. `whole`: with all columns, for the API.
    """
    rows = Suggestion.objects.on_page().filter(case_no=numbers.parse_case_no(case_no) or "")
    joined = rows.select_related("topic", "district", "lead_unit", "jurisdiction")
    if whole:
        joined = joined.select_related("campaign").defer(
            "original_title", "original_problem", "original_proposal", "original_place"
        )
    else:
        joined = joined.only(*_ITEM)
    found: Any = next(iter(joined.annotate(**_parts())[:1]), None)
    if found is None:
        raise Http404("没有这件公开的建议。")
    replies = Reply.objects.filter(is_public=True).select_related("unit")
    assigned = Assignment.objects.filter(status__in=ACTIVE_ASSIGNMENT).select_related("unit")
    wanted: list[Any] = [
        replies_for_lists() if whole else Prefetch("replies", replies.only(*_REPLY), to_attr="public_replies"),
        Prefetch(
            "assignments",
            assigned.only("suggestion_id", "part", "unit__code", "unit__name", "unit__short_name"),
            to_attr="active_assignments",
        ),
    ]  # fmt: skip
    if found.has_tags:
        wanted.append("tags")
    if found.has_files:
        wanted.append(
            Prefetch(
                "attachments",
                Attachment.objects.filter(is_public=True),
                to_attr="public_attachments",
            )
        )
    if found.has_ratings:
        wanted.append(
            Prefetch("evaluations", Evaluation.objects.order_by("round"), to_attr="ratings")
        )
    prefetch_related_objects([found], *wanted)
    item: Suggestion = found
    return item


def _parts() -> dict[str, Exists]:
    """What an item may have besides, asked for with the item itself."""

    def of(rows: QuerySet[Any], field: str = "suggestion") -> Exists:
        return Exists(rows.filter(**{field: OuterRef("pk")}))

    return {
        "has_tags": of(TaggedSuggestion.objects.all(), "content_object"),
        "has_files": of(Attachment.objects.filter(is_public=True)),
        "has_ratings": of(Evaluation.objects.all()),
        "has_merged": of(Suggestion.objects.filter(status=Case.MERGED), "primary"),
        "has_adoption": of(Adoption.objects.filter(is_public=True)),
    }


def merged_count(suggestion: Suggestion) -> int:
    """How many other people's items are handled together with this one; no query when `load` found none."""
    if not getattr(suggestion, "has_merged", True):
        return 0
    return Suggestion.objects.filter(primary=suggestion, status=Case.MERGED).count()


def topic_line(topic: Topic | None) -> list[TopicName]:
    """A topic with those above it, widest first. The names of all topics are kept until content changes."""
    if topic is None:
        return []
    key = f"topic-names:{content.version()}"
    names: dict[str, TopicName] | None = cache.get(key)
    if names is None:
        rows = Topic.objects.values_list("path", "code", "name")
        names = {path: TopicName(code, name) for path, code, name in rows}
        cache.set(key, names, _KEPT_SECONDS)
    step = Topic.steplen
    above = (topic.path[:end] for end in range(step, len(topic.path), step))
    return [*(names[path] for path in above if path in names), TopicName(topic.code, topic.name)]
