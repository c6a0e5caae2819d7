"""What can be followed and what happened to it since: the same public rows as pages and feeds, nothing else (9.2)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from search import syntax
from search.engine import Query
from search.registry import document_type
from suggestions.models import CaseEvent, Follow, SearchNews, Suggestion, Topic, Unit
from suggestions.selectors import feeds, public
from suggestions.selectors.public import Filters
from suggestions.states import Visibility

Kind = Follow.Kind
LINES = 5
"""Lines one followed thing may take in a day's message; the page has the rest."""
_FACETS = ("type", "status", "outcome", "topic", "district", "unit", "year")


@dataclass(frozen=True, slots=True)
class Target:
    """Something that can be followed now. `href` is its page, `feed` its Atom feed ("" without one)."""

    kind: str
    key: str
    label: str
    href: str
    feed: str = ""

    @property
    def kind_label(self) -> str:
        return str(Kind(self.kind).label)


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened in public, in words, and where to read it."""

    words: str
    href: str
    at: datetime


def targets(wanted: list[tuple[str, str]]) -> dict[tuple[str, str], Target]:
    """Those of (kind, key) that the public can see now; at most one query a kind, however many."""
    keys: dict[str, list[str]] = {}
    for kind, key in wanted:
        keys.setdefault(kind, []).append(key)
    found: dict[tuple[str, str], Target] = {}
    for kind, held in keys.items():
        for target in _READERS[kind](held) if kind in _READERS else ():
            found[(kind, target.key)] = target
    return found


def target(kind: str, key: str) -> Target | None:
    """One of them, or None."""
    return targets([(kind, key)]).get((kind, key))


def _items(keys: list[str]) -> list[Target]:
    rows = Suggestion.objects.on_page().filter(case_no__in=keys)
    return [
        Target(Kind.ITEM, no, title, reverse("suggestions:detail", args=[no]))
        for no, title in rows.values_list("case_no", "public_title")
    ]


def _units(keys: list[str]) -> list[Target]:
    feed = reverse("suggestions:feed_answers")
    return [
        Target(Kind.UNIT, code, name, reverse("suggestions:unit", args=[code]), f"{feed}?unit={code}")
        for code, name in Unit.objects.filter(code__in=keys).values_list("code", "name")
    ]  # fmt: skip


def _topics(keys: list[str]) -> list[Target]:
    page, feed = reverse("suggestions:browse"), reverse("suggestions:feed_suggestions")
    rows = Topic.objects.filter(code__in=keys, is_active=True).values_list("code", "name")
    return [Target(Kind.TOPIC, c, n, f"{page}?topic={c}", f"{feed}?topic={c}") for c, n in rows]


def campaign_pages(keys: list[str]) -> dict[str, Any]:
    """Live public campaign pages by their number; the page model is another room's, reached by the relation's name."""
    numbers = [int(k) for k in keys if k.isdecimal() and len(k) < 10]
    pages: Any = Suggestion._meta.get_field("campaign").related_model
    return {str(p.pk): p for p in pages._default_manager.live().public().filter(pk__in=numbers)}


def _campaigns(keys: list[str]) -> list[Target]:
    feed = reverse("suggestions:feed_suggestions")
    return [
        Target(Kind.CAMPAIGN, k, page.title, page.get_url() or "/campaigns/", f"{feed}?campaign={k}")
        for k, page in campaign_pages(keys).items()
    ]  # fmt: skip


def _searches(keys: list[str]) -> list[Target]:
    found = []
    for key in keys:
        query = QueryDict(urlsplit(key).query)
        words = _said(query)
        if not words:
            continue
        feed = ""
        if key.startswith(reverse("suggestions:browse")):
            feed = reverse("suggestions:feed_suggestions") + f"?{urlsplit(key).query}"
        found.append(Target(Kind.SEARCH, key, words, key, feed))
    return found


def _said(query: QueryDict) -> str:
    """A saved search in words: what was typed, then what was chosen."""
    text = query.get("q", "")
    parts = [f"“{text}”"] if text else []
    for name in (*_FACETS, "campaign"):
        for value in query.getlist(name):
            label = public.label_of(name, value) if value.isascii() else ""
            parts += [label] if label else []
    return _("，").join(parts)


_READERS: dict[str, Callable[[list[str]], list[Target]]] = {
    Kind.ITEM: _items, Kind.UNIT: _units, Kind.TOPIC: _topics, Kind.CAMPAIGN: _campaigns, Kind.SEARCH: _searches,
}  # fmt: skip


def news(kind: str, key: str, *, since: datetime, until: datetime) -> list[News]:
    """What happened after `since`, up to and with `until`, newest first, at most LINES; a constant number of queries."""
    match kind:
        case Kind.ITEM:
            found = _of_item(key, since, until)
        case Kind.UNIT:
            found = _of_list(Filters(unit=key), since, until, answers_only=True)
        case Kind.TOPIC:
            found = _of_list(Filters(topic=key), since, until)
        case Kind.CAMPAIGN:
            found = _of_list(Filters(campaign=key), since, until)
            page = campaign_pages([key]).get(key)
            if (
                page is not None
                and page.last_published_at
                and since < page.last_published_at <= until
            ):
                words = _("征集活动“%s”的页面有更新") % page.title
                found.append(News(words, page.get_url() or "/campaigns/", page.last_published_at))
        case _:
            found = _of_search(key, since, until)
    return sorted(found, key=lambda n: n.at, reverse=True)[:LINES]


def _of_item(case_no: str, since: datetime, until: datetime) -> list[News]:
    events = CaseEvent.objects.filter(
        suggestion__in=Suggestion.objects.on_page().filter(case_no=case_no), visibility=Visibility.PUBLIC,
        at__gt=since, at__lte=until,
    ).exclude(words="")  # fmt: skip
    href = reverse("suggestions:detail", args=[case_no])
    return [
        News(_("%(no)s：%(words)s") % {"no": case_no, "words": words}, href, at)
        for words, at in events.order_by("-seq").values_list("words", "at")[:LINES]
    ]


def _of_list(
    filters: Filters, since: datetime, until: datetime, *, answers_only: bool = False
) -> list[News]:
    found: dict[str, News] = {}
    fresh = [] if answers_only else feeds.suggestions(filters, limit=LINES)
    for item in fresh:
        if item.published_at and since < item.published_at <= until:
            words = _("新公开：%s") % item.public_title
            found[item.case_no] = News(words, _page(item), item.published_at)
    for item in feeds.answers(filters, limit=LINES):
        # An answer that the public saw later than its author counts from that day, as in the feeds.
        moment = max(m for m in (item.answered_at, item.published_at) if m)
        if since < moment <= until:
            facts = {"unit": item.lead_unit.short_name if item.lead_unit else "", "title": item.public_title}  # fmt: skip
            words = _("%(unit)s答复了：%(title)s") % facts
            found[item.case_no] = News(words, _page(item), moment)
    return list(found.values())


def _page(item: Suggestion) -> str:
    return reverse("suggestions:detail", args=[item.case_no])


def _of_search(key: str, since: datetime, until: datetime) -> list[News]:
    """What a followed search found when it came into the index (services/saved_searches.py), as it stands now; a few
    queries a kind of document.
    """
    parts = urlsplit(key)
    if parts.path == reverse("suggestions:browse"):
        return _of_list(Filters.read(QueryDict(parts.query)), since, until)
    rows = SearchNews.objects.filter(search=key, at__gt=since, at__lte=until)
    found = dict(rows.order_by("at").values_list("document", "at")[: LINES * 4])
    keys: dict[str, list[str]] = {}
    for document in found:
        kind, _sep, own = document.partition(":")
        keys.setdefault(kind, []).append(own)
    # Made anew: what was taken down meanwhile is no longer there.
    return [
        News(_("新找到：%s") % one.title, one.url, found[one.id])
        for kind, held in keys.items()
        for one in document_type(kind).build(held)
    ]


def query_of(key: str) -> Query:
    """A saved search as the engines are asked."""
    query = QueryDict(urlsplit(key).query)
    filters: Mapping[str, tuple[str, ...]] = {
        name: tuple(query.getlist(name)) for name in _FACETS if name != "type" and query.getlist(name)
    }  # fmt: skip
    period = syntax.read(query.get("when", "")).period
    return Query(
        text=query.get("q", ""), types=tuple(query.getlist("type")), filters=filters,
        since=syntax.moment(period.first) if period else None, until=syntax.moment(period.end) if period else None,
    )  # fmt: skip
