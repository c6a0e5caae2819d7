"""What the search page shows: one box over suggestions, their replies and pages, whatever engine answers."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import structlog
from django.core.cache import cache
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from search import analysis, syntax
from search.asking import ask
from search.engine import Hit, Page, Query, SearchUnavailable, get_engine
from search.registry import document_types
from search.syntax import Period, moment
from search.terms import MAX_TEXT
from suggestions import content, dates, numbers, rules
from suggestions.clock import local_date
from suggestions.codes import Outcome
from suggestions.documents import TYPE
from suggestions.models import District, Suggestion, Topic, Unit
from suggestions.public import fragments
from suggestions.public.facets import Chip, Chosen, Facet, chips, facet
from suggestions.selectors import public
from suggestions.states import PublicGroup

log = structlog.get_logger(__name__)

FACETS = ("type", "status", "outcome", "topic", "district", "unit", "year")
SIZE = 20
NEAR_SHOWN = 5
MOST_VALUES = 12
"""Values of one facet that may be chosen at once."""
MOST_TRIED = 3
"""Filters whose absence is tried out when nothing was found."""
_VALUE = re.compile(r"[A-Za-z0-9_-]{1,40}")
_FIELD_WORDS = {
    "reply": gettext_lazy("答复"),
    "problem": gettext_lazy("事由"),
    "proposal": gettext_lazy("做法"),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A search as the address puts it, cleaned. `cut` when only the first part of a long text is looked for;
    `exactly` when the person asked for the text as it stands.
    """

    text: str
    chosen: Chosen
    sort: Literal["relevance", "date"]
    cursor: str
    cut: bool = False
    period: Period | None = None
    exactly: bool = False

    def query(self, **changes: Any) -> Query:
        values = dict(self.chosen.values)
        facts: dict[str, Any] = {
            "text": self.text,
            "types": values.pop("type", ()),
            "filters": values,
            "sort": self.sort,
            "size": SIZE,
            "cursor": self.cursor or None,
        }
        if self.period is not None:
            facts |= {"since": moment(self.period.first), "until": moment(self.period.end)}
        return Query(**{**facts, **changes})


@dataclass(frozen=True, slots=True)
class Row:
    """One hit. `meta` is drawn from its row in the database (suggestions only, "" for others); the other markup is the
    engine's, escaped and marked.
    """

    hit: Hit
    title: SafeString
    field_word: str
    snippet: SafeString
    meta: SafeString
    kind: str


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of an empty result: an address, and what it finds."""

    href: str
    words: str
    count: int


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Context of reading/search.html."""

    asked: Asked
    rows: list[Row]
    total: int
    facets: SafeString
    chips: list[Chip]
    orders: list[tuple[str, str, bool]]
    next_cursor: str
    degraded: bool
    other_script: str
    case_no: str
    ways: list[Way]
    near: list[Row]
    corrected: str = ""
    exact: str = ""
    meant: str = ""
    meant_href: str = ""
    csv: str = ""

    @property
    def chip_links(self) -> list[tuple[str, str]]:
        links = [(chip.words, chip.href) for chip in self.chips]
        if self.asked.period is not None:
            words = _("日期：%s") % self.asked.period.words
            links.append((words, self.asked.chosen.with_rest(when="")))
        return links

    @property
    def first_page(self) -> bool:
        return not self.asked.cursor

    @property
    def follow(self) -> str:
        """This search as something to follow (/my/follow/?what=…); "" for one that looks for everything."""
        address = self.asked.chosen.with_rest(sort="")
        asks = self.asked.text or self.asked.chosen.values
        return f"search:{address}" if asks and len(address) <= 300 else ""


def read(query: QueryDict) -> Asked:
    """What is asked for. Any text is allowed; control characters go, and only MAX_TEXT characters are looked for."""
    typed = query.get("q", "")
    text = rules.clean_text(typed[: MAX_TEXT * 4], multiline=False)
    cut = len(text) > MAX_TEXT or len(typed) > MAX_TEXT * 4
    text = text[:MAX_TEXT]
    values = {
        name: tuple(dict.fromkeys(v if _VALUE.fullmatch(v) else public.NO_SUCH for v in held))
        for name in FACETS
        if (held := [v for v in query.getlist(name) if v][:MOST_VALUES])
    }
    sort: Literal["relevance", "date"] = "date" if query.get("sort") == "date" else "relevance"
    period = syntax.read(query.get("when", "")[:40]).period
    exactly = query.get("exact") == "1"
    rest = (("q", text), ("sort", "date" if sort == "date" else ""), ("when", period.words if period else ""),
            ("exact", "1" if exactly else ""))  # fmt: skip
    chosen = Chosen(reverse("suggestions:search"), values, tuple((k, v) for k, v in rest if v))
    return Asked(text, chosen, sort, query.get("cursor", "")[:500], cut, period, exactly)


def understood(asked: Asked) -> str:
    """The address that says with facets what the text said with 单位:… or 2025年3月; "" when it said nothing such."""
    if asked.exactly:
        return ""
    read = syntax.read(asked.text)
    if not read.filters and (read.period is None or asked.period is not None):
        return ""
    values = dict(asked.chosen.values)
    for _typed, name, codes in read.filters:
        values[name] = tuple(dict.fromkeys([*values.get(name, ()), *codes]))
    rest = {**dict(asked.chosen.rest), "q": read.text}
    if read.period is not None:
        rest["when"] = read.period.words
    pairs = tuple((k, v) for k, v in rest.items() if v)
    return Chosen(asked.chosen.path, values, pairs).href()


def case_address(asked: Asked) -> tuple[str, str]:
    """(case number, address of its public page) when the text is a case number; the address is "" without such a page."""
    case_no = numbers.parse_case_no(syntax.read(asked.text).text)
    if case_no is None:
        return "", ""
    there = Suggestion.objects.on_page().filter(case_no=case_no).exists()
    return case_no, reverse("suggestions:detail", args=[case_no]) if there else ""


def build(asked: Asked, *, case_no: str = "") -> SearchPage:
    """The result with facets, or with ways out when there is none. Raises SearchUnavailable."""
    engine = get_engine()
    answer = ask(asked.query(facets=FACETS), engine=engine, exactly=asked.exactly)
    page = answer.page
    labels = Labels.load()
    return SearchPage(
        asked=asked,
        rows=_rows(page.hits, labels),
        total=page.total,
        facets=_column(page, asked, labels),
        chips=chips(asked.chosen, labels),
        orders=[
            (asked.chosen.with_rest(sort=""), _("最相关"), asked.sort == "relevance"),
            (asked.chosen.with_rest(sort="date"), _("最新"), asked.sort == "date"),
        ],
        next_cursor=page.next_cursor or "",
        degraded=page.degraded,
        other_script=other_script(asked.text),
        case_no=case_no,
        ways=[] if page.total else _ways_out(asked, labels),
        near=_rows(answer.near[:NEAR_SHOWN], labels),
        corrected=answer.corrected,
        exact=asked.chosen.with_rest(exact="1") if answer.corrected else "",
        meant=answer.meant,
        meant_href=asked.chosen.with_rest(q=answer.meant) if answer.meant else "",
        csv=asked.chosen.with_rest(format="csv") if page.total else "",
    )


def _rows(hits: Sequence[Hit], labels: "Labels") -> list[Row]:
    """Hits as rows, without suggestions whose page has been taken down since they were indexed. At most three queries, one
    when all of them were drawn before.
    """
    found = [(hit.key, hit.date) for hit in hits if hit.type == TYPE]
    metas = fragments.metas(found, today=local_date(timezone.now())) if found else {}
    rows = []
    for hit in hits:
        meta = metas.get(hit.key) if hit.type == TYPE else _NO_META
        if meta is None:
            continue
        # When only the title or keywords matched, a row says how the answer begins.
        name, snippet = _shown(hit) or ("reply" if meta.opening else "", meta.opening)
        rows.append(
            Row(
                hit=hit,
                # The engine promises escaped text with <mark> alone (search/engine.py, held by the contract tests).
                title=mark_safe(hit.title_html),
                field_word=str(_FIELD_WORDS.get(name, "")),
                snippet=mark_safe(snippet),
                meta=meta.line,
                kind=labels("type", hit.type),
            )
        )
    return rows


def _shown(hit: Hit) -> tuple[str, str] | None:
    """Name and words of the first snippet. Codes and names that were added to be found are no sentence to read."""
    return next(((n, s) for n, s in hit.snippets.items() if n not in ("keywords", "tags")), None)


def _column(page: Page, asked: Asked, labels: "Labels") -> SafeString:
    """The drawn facets; "" without any."""

    def context() -> dict[str, Any] | None:
        facets = _facets(page, asked, labels)
        return {"facets": facets, "summary": _("筛选：类型、进度、地区等")} if facets else None

    chosen = asked.chosen
    counts = tuple((n, tuple((v.value, v.count) for v in held)) for n, held in page.facets.items())
    key = (content.version(), chosen.path, tuple(chosen.values.items()), chosen.rest, counts)
    return fragments.column(key, context)


def _facets(page: Page, asked: Asked, labels: "Labels") -> list[Facet]:
    found = []
    for name in FACETS:
        counted = [(v.value, labels(name, v.value), v.count) for v in page.facets.get(name, [])]
        counted = [c for c in counted if c[1]]
        if name == "topic":
            held = asked.chosen.values.get("topic", ())
            counted = [c for c in counted if labels.is_shown(c[0], held)]
        if name in ("status", "outcome"):
            counted.sort(key=lambda c: _ORDER.get(c[0], 99))
        if name == "year":
            counted.sort(key=lambda c: c[0], reverse=True)
        if name == "type" and len(counted) < 2 and not asked.chosen.values.get("type"):
            continue
        if counted:
            found.append(facet(asked.chosen, name, counted, several=True))
    return found


_NO_META = fragments.Meta(SafeString(""), "")
_ORDER = {code: at for at, code in enumerate([*PublicGroup.values, *Outcome.values])}


def _ways_out(asked: Asked, labels: "Labels") -> list[Way]:
    """Each filter that can be dropped, with how many that finds, most first; else all of them together."""
    ways = []
    for name, held in list(asked.chosen.values.items())[:MOST_TRIED]:
        without = {k: v for k, v in asked.chosen.values.items() if k != name}
        other = replace(
            asked, chosen=Chosen(asked.chosen.path, without, asked.chosen.rest), cursor=""
        )
        count = get_engine().search(other.query(size=1)).total
        if count:
            words = "、".join(labels(name, v) or _("没有这一项") for v in held)
            ways.append(Way(other.chosen.href(), _("去掉“%s”") % words, count))
    if not ways and len(asked.chosen.values) > 1:
        bare = replace(asked, chosen=Chosen(asked.chosen.path, {}, asked.chosen.rest), cursor="")
        if count := get_engine().search(bare.query(size=1)).total:
            ways.append(Way(bare.chosen.href(), _("去掉全部条件"), count))
    return sorted(ways, key=lambda way: -way.count)


def other_script(text: str) -> str:
    """The text in Simplified characters when it was typed in Traditional ones, else "": the page says both were searched."""
    plain = " ".join(analysis.normalise(text).split())
    typed = " ".join(unicodedata.normalize("NFKC", text).casefold().split())
    return plain if plain != typed else ""


class Labels:
    """Words for the codes in facets; three queries, kept for ten minutes or until content changes."""

    def __init__(self, names: dict[tuple[str, str], str], parents: dict[str, str]) -> None:
        self.names, self.parents = names, parents

    @classmethod
    def load(cls) -> "Labels":
        key = f"search-labels:{content.version()}"
        held: tuple[dict[tuple[str, str], str], dict[str, str]] | None = cache.get(key)
        if held is None:
            held = cls._read()
            cache.set(key, held, 600)
        names, parents = held
        return cls({**names, **_fixed()}, parents)

    @staticmethod
    def _read() -> tuple[dict[tuple[str, str], str], dict[str, str]]:
        topics = list(Topic.objects.values_list("path", "code", "name"))
        names = {("topic", code): name for _path, code, name in topics}
        names |= {("unit", c): n for c, n in Unit.objects.values_list("code", "short_name")}
        names |= {("district", c): n for c, n in District.objects.values_list("code", "name")}
        codes = {path: code for path, code, _name in topics}
        step = Topic.steplen
        return names, {code: codes.get(path[:-step], "") for path, code, _name in topics}

    def __call__(self, name: str, value: str) -> str:
        if name == "year":
            return dates.year(value) if re.fullmatch(r"[0-9]{4}", value) else ""
        return self.names.get((name, value), "")

    def is_shown(self, code: str, chosen: tuple[str, ...]) -> bool:
        """Wide topics always, narrower ones under a chosen one: a flat list of all would help nobody."""
        parent = self.parents.get(code, "")
        siblings = {self.parents.get(c, "") for c in chosen}
        return not parent or parent in chosen or parent in siblings


def _fixed() -> dict[tuple[str, str], str]:
    """Labels that come from code, in the reader's language."""
    names = {("status", v): str(label) for v, label in PublicGroup.choices}
    names |= {("outcome", v): str(label) for v, label in Outcome.choices}
    names |= {("type", kind.name): str(kind.label) for kind in document_types()}
    return names


__all__ = ["Asked", "SearchPage", "SearchUnavailable", "build", "case_address", "read"]
