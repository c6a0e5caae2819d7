"""What public pages read: lists by key, counts by facet, single items. Only `on_page()` rows, only `public_*` text."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.core.cache import cache
from django.db.models import Count, Prefetch
from django.db.models.functions import Left
from django.utils.translation import get_language

from suggestions import content, dates
from suggestions.codes import Outcome
from suggestions.models import (
    District,
    Reply,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.models.suggestion import SuggestionQuerySet
from suggestions.selectors.cursors import beyond, make_cursor, read_cursor
from suggestions.states import PublicGroup

PAGE_SIZE = 20
OPENING = 160
"""Characters of the problem that a row without an answer shows; the long text stays in the database."""
FACETS = ("status", "outcome", "topic", "district", "unit", "year")
NO_SUCH = "?"
"""Stands for a value that cannot be a code: it finds nothing, on every database."""
_CODE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_YEAR = re.compile(r"(?:19|20|21)[0-9]{2}")
_NUMBER = re.compile(r"[0-9]{1,9}")
_SHOWN = (
    "case_no", "public_title", "outcome", "public_group", "answered_at", "due_on", "due_kind", "co_sign_count",
    "version", "lead_unit__short_name",
)  # fmt: skip
"""What components/row.html shows of an item."""
_UNANSWERED = "n."
"""Begins the cursor of the second part of the list "answered first"."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a browse address asks for; unknown codes find nothing rather than failing."""

    status: str = ""
    topic: str = ""
    unit: str = ""
    district: str = ""
    outcome: str = ""
    year: str = ""
    campaign: str = ""
    sort: str = "recent"

    def active(self) -> dict[str, str]:
        return {name: getattr(self, name) for name in FACETS if getattr(self, name)}

    @classmethod
    def read(cls, query: Mapping[str, str]) -> "Filters":
        """The filters of an address. What cannot be a code becomes NO_SUCH, an unknown order the usual one."""
        given = {name: query.get(name, "") for name in FACETS}
        campaign = query.get("campaign", "")
        return cls(
            **{name: v if not v or _CODE.fullmatch(v) else NO_SUCH for name, v in given.items()},
            campaign=campaign if not campaign or _NUMBER.fullmatch(campaign) else NO_SUCH,
            sort="answered" if query.get("sort") == "answered" else "recent",
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One value of a facet with its count."""

    value: str
    label: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Browse:
    """One page of a browse list. `next_cursor` is "" on the last page."""

    items: list[Suggestion]
    next_cursor: str
    total: int
    facets: dict[str, list[Choice]] = field(default_factory=dict)


def replies_for_lists() -> "Prefetch[str]":
    """The public replies of the rows at hand, in one query."""
    return Prefetch(
        "replies",
        Reply.objects.filter(is_public=True).select_related("unit"),
        to_attr="public_replies",
    )


def narrow(rows: SuggestionQuerySet, filters: Filters, *, without: str = "") -> SuggestionQuerySet:
    """`rows` narrowed by all filters but the one named `without` (a facet does not narrow its own counts)."""
    wanted = {k: v for k, v in filters.active().items() if k != without}
    if "status" in wanted:
        rows = rows.filter(public_group=wanted["status"])
    if "topic" in wanted:
        topic = Topic.objects.filter(code=wanted["topic"]).first()
        rows = rows.filter(topic__path__startswith=topic.path) if topic else rows.none()
    if "unit" in wanted:
        rows = rows.filter(lead_unit__code=wanted["unit"])
    if "district" in wanted:
        rows = rows.filter(district__code=wanted["district"])
    if "outcome" in wanted:
        rows = rows.filter(outcome=wanted["outcome"], public_group=PublicGroup.DONE)
    if "year" in wanted:
        known = _YEAR.fullmatch(wanted["year"])
        rows = rows.filter(received_at__year=int(wanted["year"])) if known else rows.none()
    if filters.campaign:
        known = _NUMBER.fullmatch(filters.campaign)
        rows = rows.filter(campaign_id=int(filters.campaign)) if known else rows.none()
    return rows


class Place(NamedTuple):
    """What a row of a list shows, in as few words as tell it from any other: an item as it is at one version, the
    voices behind it (they change without a version) and its unit's name.
    """

    pk: int
    version: int
    voices: int
    unit: str | None

    @classmethod
    def of(cls, item: Suggestion) -> "Place":
        unit = item.lead_unit.short_name if item.lead_unit else None
        return cls(item.pk, item.version, item.co_sign_count, unit)


PLACE = ("pk", "version", "co_sign_count", "lead_unit__short_name")
"""The columns of a `Place`."""


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a browse list as places. `next_cursor` is "" on the last page."""

    places: list[Place]
    next_cursor: str
    total: int
    facets: dict[str, list[Choice]] = field(default_factory=dict)


def browse(filters: Filters, *, cursor: str = "", size: int = PAGE_SIZE) -> Browse:
    """As `find`, with the items themselves."""
    found = find(filters, cursor=cursor, size=size)
    pks = [place.pk for place in found.places]
    return Browse(load_rows(pks, whole=True), found.next_cursor, found.total, found.facets)


def find(filters: Filters, *, cursor: str = "", size: int = PAGE_SIZE) -> Found:
    """A page of published items by key: deep pages cost what the first one costs.

    "recent" has the newest published first. "answered" has the latest answers first and then what waits for one, so that
    no order hides an item and the total is the same.
    """
    rows = narrow(Suggestion.objects.on_page(), filters)
    if filters.sort == "answered":
        found, following = _answered_first(rows, cursor, size)
    else:
        found, following = _by_key(rows, "published_at", cursor, size)
    return Found(found, following, total=_counted(filters), facets=facet_counts(filters))


def _answered_first(rows: SuggestionQuerySet, cursor: str, size: int) -> tuple[list[Place], str]:
    """Two lists behind one another, each by its own key; a cursor of the second begins with _UNANSWERED."""
    found: list[Place] = []
    if not cursor.startswith(_UNANSWERED):
        found, following = _by_key(rows.exclude(answered_at=None), "answered_at", cursor, size)
        if following:
            return found, following
        cursor = _UNANSWERED
    waiting = rows.filter(answered_at=None)
    if len(found) == size:
        return found, _UNANSWERED if waiting.exists() else ""
    rest, following = _by_key(
        waiting, "published_at", cursor.removeprefix(_UNANSWERED), size - len(found)
    )
    return [*found, *rest], f"{_UNANSWERED}{following}" if following else ""


def _by_key(
    rows: SuggestionQuerySet, order: str, cursor: str, size: int
) -> tuple[list[Place], str]:
    """Up to `size` places after the cursor, and the cursor of what follows ("" at the end). One query."""
    place = read_cursor(cursor)
    if place:
        rows = rows.filter(beyond(order, *place))
    listed = list(rows.order_by(f"-{order}", "-pk").values_list(*PLACE, order)[: size + 1])
    places = [Place(*row[:4]) for row in listed[:size]]
    following = make_cursor(listed[size - 1][4], places[-1].pk) if len(listed) > size else ""
    return places, following


def load_rows(pks: Sequence[int], *, whole: bool = False) -> list[Suggestion]:
    """These items with their public replies, in this order, for a list; what the public may not read is left out.

    `whole`: with topic and district, for the API; a row of a page shows neither. Two queries.
    """
    rows = Suggestion.objects.on_page().filter(pk__in=pks)
    rows = rows.for_list() if whole else rows.select_related("lead_unit").only(*_SHOWN)
    listed = rows.annotate(opening=Left("public_problem", OPENING))
    shown = Reply.objects.filter(is_public=True).only("suggestion_id", "public_body")
    replies: Any = (
        replies_for_lists() if whole else Prefetch("replies", shown, to_attr="public_replies")
    )
    items = {item.pk: item for item in listed.prefetch_related(replies)}
    return [items[pk] for pk in pks if pk in items]


def is_start(cursor: str) -> bool:
    """Whether a cursor shows the beginning of a list: none, or one that cannot be read."""
    return cursor != _UNANSWERED and read_cursor(cursor.removeprefix(_UNANSWERED)) is None


def _key(name: str, filters: Filters) -> str:
    parts = ":".join(
        f"{k}={v}"
        for k, v in sorted({**filters.active(), "campaign": filters.campaign}.items())
        if v
    )
    return f"browse:{content.version()}:{name}:{hashlib.sha256(parts.encode()).hexdigest()[:24]}"


def _counted(filters: Filters) -> int:
    """How many items the filters find; counted once per content version."""
    key = _key("total", filters)
    held: int | None = cache.get(key)
    if held is None:
        held = narrow(Suggestion.objects.on_page(), filters).count()
        cache.set(key, held, 600)
    return held


def facet_counts(filters: Filters) -> dict[str, list[Choice]]:
    """Values with counts for each facet, equal to what choosing them finds; one grouped query a facet, once per
    content version.
    """
    key = _key(f"facets:{get_language()}", filters)
    held: dict[str, list[tuple[str, str, int]]] | None = cache.get(key)
    if held is None:
        held = {name: _count_facet(name, filters) for name in FACETS}
        cache.set(key, held, 600)
    return {
        name: [Choice(v, label, n, chosen=getattr(filters, name) == v) for v, label, n in values]
        for name, values in held.items()
    }


def _count_facet(name: str, filters: Filters) -> list[tuple[str, str, int]]:
    rows = narrow(Suggestion.objects.on_page(), filters, without=name)
    match name:
        case "status":
            return _labelled(
                _group(rows, "public_group"), dict(PublicGroup.choices), keep_order=True
            )
        case "outcome":
            done = rows.filter(public_group=PublicGroup.DONE).exclude(outcome="")
            return _labelled(_group(done, "outcome"), dict(Outcome.choices), keep_order=True)
        case "unit":
            counts = _group(rows.exclude(lead_unit=None), "lead_unit_id")
            units = {u.pk: (u.code, u.short_name) for u in Unit.objects.filter(pk__in=counts)}
            return _sorted([(units[k][0], units[k][1], n) for k, n in counts.items() if k in units])
        case "district":
            counts = _group(rows.exclude(district=None), "district_id")
            places = {d.pk: (d.code, d.name) for d in District.objects.filter(pk__in=counts)}
            return _sorted(
                [(places[k][0], places[k][1], n) for k, n in counts.items() if k in places]
            )
        case "topic":
            return _count_topics(rows)
        case _:
            years = rows.values_list("received_at__year").annotate(n=Count("pk")).order_by()
            return sorted(((str(y), dates.year(y), n) for y, n in years), reverse=True)


def _count_topics(rows: SuggestionQuerySet) -> list[tuple[str, str, int]]:
    """First-level topics, each with its subtree's count."""
    counts = _group(rows.exclude(topic=None), "topic_id")
    topics = {t.pk: t for t in Topic.objects.all()}
    roots = {t.path: t for t in topics.values() if t.depth == 1}
    sums: dict[str, int] = {}
    for pk, n in counts.items():
        root = topics[pk].path[: Topic.steplen]
        sums[root] = sums.get(root, 0) + n
    return _sorted([(roots[p].code, roots[p].name, n) for p, n in sums.items() if p in roots])


def _group(rows: SuggestionQuerySet, column: str) -> dict[object, int]:
    return dict(rows.values_list(column).annotate(n=Count("pk")).order_by())


def _labelled(
    counts: Mapping[object, int], labels: Mapping[str, object], *, keep_order: bool
) -> list[tuple[str, str, int]]:
    return [(code, str(label), counts[code]) for code, label in labels.items() if counts.get(code)]


def _sorted(values: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    return sorted(values, key=lambda v: (-v[2], v[1]))


def label_of(name: str, value: str) -> str:
    """The words for one filter value that no facet lists (a narrower topic, a unit without items); "" when unknown."""
    if value == NO_SUCH:
        return ""
    found: str | None = None
    match name:
        case "topic":
            found = Topic.objects.filter(code=value).values_list("name", flat=True).first()
        case "unit":
            found = Unit.objects.filter(code=value).values_list("short_name", flat=True).first()
        case "district":
            found = District.objects.filter(code=value).values_list("name", flat=True).first()
        case "status" if value in PublicGroup.values:
            found = str(PublicGroup(value).label)
        case "outcome" if value in Outcome.values:
            found = str(Outcome(value).label)
        case "year":
            found = dates.year(value)
        case "campaign":
            campaigns = Suggestion._meta.get_field("campaign").related_model
            rows = campaigns._default_manager.filter(pk=int(value), live=True)
            found = rows.values_list("title", flat=True).first()
    return found or ""


def by_keys(keys: Sequence[str]) -> dict[str, Suggestion]:
    """These items for a list, by key, as far as the public may read them now: an index can be a moment behind."""
    rows = Suggestion.objects.on_page().filter(pk__in=_pks(keys)).for_list()
    return {str(item.pk): item for item in rows.prefetch_related(replies_for_lists())}


def places_of(keys: Sequence[str]) -> list[Place]:
    """The places of these items, as far as the public may read them now. One query."""
    rows = Suggestion.objects.on_page().filter(pk__in=_pks(keys))
    return [Place(*row) for row in rows.values_list(*PLACE)]


def still_there(keys: Sequence[str]) -> set[str]:
    """Those of these keys whose page the public may read now. One query."""
    rows = Suggestion.objects.on_page().filter(pk__in=_pks(keys))
    return {str(pk) for pk in rows.values_list("pk", flat=True)}


def _pks(keys: Sequence[str]) -> list[int]:
    return [int(k) for k in keys if re.fullmatch(r"[0-9]{1,18}", k)]
