"""One published item with what its page shows: only `on_page()` rows, only `public_*` text, and no column for nothing."""

from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import BooleanField, Prefetch, prefetch_related_objects
from django.db.models.expressions import RawSQL
from django.http import Http404

from suggestions import content, numbers
from suggestions.models import (
    Assignment,
    Attachment,
    Evaluation,
    Reply,
    Suggestion,
    Topic,
)
from suggestions.selectors.public import replies_for_lists
from suggestions.states import ACTIVE_ASSIGNMENT, Case

_ITEM = (
    "case_no", "status", "publication", "public_group", "public_title", "public_problem", "public_proposal", "public_place",
    "public_name", "received_at", "published_at", "outcome", "channel", "evaluation_state", "co_sign_count", "campaign_id", "version",
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


# What an item may have besides, asked for with the item itself. Written out, for the query builder takes longer over each
# of these than the database does.
_PARTS = {
    "has_tags": "suggestions_taggedsuggestion x WHERE x.content_object_id = {item}",
    "has_files": "suggestions_attachment x WHERE x.suggestion_id = {item} AND x.is_public",
    "has_ratings": "suggestions_evaluation x WHERE x.suggestion_id = {item}",
    "has_merged": "suggestions_suggestion x WHERE x.primary_id = {item} AND x.status = 'merged'",
    "has_adoption": "suggestions_adoption x WHERE x.suggestion_id = {item} AND x.is_public",
    "has_co_units": "suggestions_assignment x WHERE x.suggestion_id = {item} AND x.part = 'co'",
    "has_voices": "suggestions_replyvoice x JOIN suggestions_reply y ON y.id = x.reply_id WHERE y.suggestion_id = {item}",
    "has_comments": "suggestions_replycomment x WHERE x.suggestion_id = {item}",
    "has_promises": "suggestions_commitment x WHERE x.suggestion_id = {item}",
    "has_other_answers": (
        "suggestions_reply x WHERE x.suggestion_id = {item} AND x.is_public AND x.unit_id <> suggestions_suggestion.lead_unit_id"
    ),
}  # fmt: skip


def load(case_no: str) -> Suggestion:
    """One published item with everything its page shows and all columns, for the API, or Http404. Constant number of queries."""
    found = find(case_no, whole=True)
    complete(found, whole=True)
    return found


def find(case_no: str, *, whole: bool = False) -> Suggestion:
    """One published item as its own row tells it, or Http404. One query.

    Parts that few items have (tags, files, ratings, others merged into it, a decision to adopt, co-units, promises, voices
    on its answer) are not read: `has_tags` and the like say whether there are any. `whole`: with all columns.
    """
    rows = Suggestion.objects.on_page().filter(case_no=numbers.parse_case_no(case_no) or "")
    joined = rows.select_related("topic", "district", "lead_unit", "jurisdiction")
    if whole:
        joined = joined.select_related("campaign").defer(
            "original_title", "original_problem", "original_proposal", "original_place"
        )
    else:
        joined = joined.only(*_ITEM)
    parts = {name: _exists(rows) for name, rows in _PARTS.items()}
    found: Suggestion | None = next(iter(joined.annotate(**parts)[:1]), None)
    if found is None:
        raise Http404("没有这件公开的建议。")
    return found


def _exists(rows: str) -> RawSQL:
    sql = rows.format(item="suggestions_suggestion.id")
    return RawSQL(f"EXISTS (SELECT 1 FROM {sql})", (), BooleanField())


def complete(found: Any, *, whole: bool = False) -> None:
    """Read what the page of an item shows besides its row, as far as there is any. Constant number of queries."""
    replies = Reply.objects.filter(is_public=True).select_related("unit")
    assigned = Assignment.objects.filter(status__in=ACTIVE_ASSIGNMENT).select_related("unit")
    wanted: list[Any] = [
        replies_for_lists() if whole else Prefetch("replies", replies.only(*_REPLY), to_attr="public_replies"),
    ]  # fmt: skip
    if found.has_co_units:
        shown = assigned.only("suggestion_id", "part", "unit__code", "unit__name", "unit__short_name")  # fmt: skip
        wanted.append(Prefetch("assignments", shown, to_attr="active_assignments"))
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


def row_facts(item: Suggestion) -> str:
    """Everything `find` read of an item, as text: two that are equal here show the same."""
    held = (item, item.topic, item.district, item.lead_unit, item.jurisdiction)
    return repr([sorted((k, v) for k, v in vars(o).items() if k != "_state") for o in held if o])


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
