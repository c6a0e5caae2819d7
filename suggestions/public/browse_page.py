"""What the browse page shows: rows, facets as links, chips, orders, and which filter to drop when nothing is left."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from suggestions import content
from suggestions.public import fragments
from suggestions.public.facets import Chip, Chosen, chips, facet
from suggestions.selectors import public
from suggestions.selectors.public import Filters, Found


@dataclass(frozen=True, slots=True)
class BrowsePage:
    """Context of reading/browse.html. `empty` is the sentence of an empty result, `drop` the filter to drop first."""

    found: Found
    rows: SafeString
    column: SafeString
    chips: list[Chip]
    orders: list[tuple[str, str, bool]]
    first_page: bool
    empty: str
    drop: Chip | None
    clear_url: str
    first_url: str
    csv_url: str
    feed_url: str
    answers_feed_url: str
    follow: str
    """What to follow: the one topic or unit chosen, else the whole choice; "" without any."""

    @property
    def chip_links(self) -> list[tuple[str, str]]:
        return [(chip.words, chip.href) for chip in self.chips]


def build(query: QueryDict, *, today: date) -> BrowsePage:
    """One page of the list for this address; forged values find nothing and say so."""
    filters = Filters.read(query)
    cursor = query.get("cursor", "")
    found = public.find(filters, cursor=cursor)
    chosen = chosen_of(filters)
    shown = {(name, c.value): c.label for name, choices in found.facets.items() for c in choices}
    in_force = chips(chosen, lambda name, v: shown.get((name, v)) or public.label_of(name, v))
    return BrowsePage(
        found=found,
        rows=fragments.rows(found.places, today=today),
        column=fragments.column((content.version(), filters), lambda: _column(chosen, found)),
        chips=in_force,
        orders=[
            (chosen.with_rest(sort=""), _("最近公开"), filters.sort == "recent"),
            (chosen.with_rest(sort="answered"), _("最近答复"), filters.sort == "answered"),
        ],
        first_page=public.is_start(cursor),
        empty="" if found.places else _nothing(in_force, found.total),
        drop=_to_drop(found, in_force),
        clear_url=chosen.cleared() if in_force else "",
        first_url=chosen.href(),
        csv_url=chosen.with_rest(format="csv"),
        feed_url=reverse("suggestions:feed_suggestions") + query_of(filters),
        answers_feed_url=reverse("suggestions:feed_answers") + query_of(filters),
        follow=_followed(filters),
    )


def _column(chosen: Chosen, found: Found) -> dict[str, Any]:
    """Context of components/facets.html."""
    facets = [
        facet(chosen, name, [(c.value, c.label, c.count) for c in choices])
        for name, choices in found.facets.items()
    ]
    return {"facets": facets, "summary": _("筛选：进度、结果、地区等")}


def _followed(filters: Filters) -> str:
    query = query_of(filters)
    held = filters.active() | ({"campaign": filters.campaign} if filters.campaign else {})
    name = next(iter(held), "")
    if len(held) == 1 and name in ("topic", "unit", "campaign"):
        return f"{name}:{held[name]}"
    return f"search:{reverse('suggestions:browse')}{query}" if query else ""


def chosen_of(filters: Filters) -> Chosen:
    values = {name: (value,) for name, value in filters.active().items()}
    if filters.campaign:
        values["campaign"] = (filters.campaign,)
    rest = (("sort", filters.sort),) if filters.sort != "recent" else ()
    return Chosen(reverse("suggestions:browse"), values, rest)


def query_of(filters: Filters) -> str:
    """The filters as the query of a feed, in one order, so that equal feeds have equal addresses; "" without any."""
    held = {**filters.active(), **({"campaign": filters.campaign} if filters.campaign else {})}
    return f"?{urlencode(sorted(held.items()))}" if held else ""


def _nothing(in_force: list[Chip], total: int) -> str:
    if total:
        return _("这一页后面没有了。")
    if in_force:
        words = "，".join(chip.words for chip in in_force)
        if len(in_force) == 1:
            return _("没有这样的建议：%(words)s。") % {"words": words}
        return _("没有同时符合这些条件的建议：%(words)s。") % {"words": words}
    return _("现在还没有公开的建议。")


def _to_drop(found: Found, in_force: list[Chip]) -> Chip | None:
    """The filter whose facet has most to offer without it: a facet does not narrow its own counts."""
    if found.places or not in_force:
        return None
    gain = {name: sum(c.count for c in choices) for name, choices in found.facets.items()}
    best = max(in_force, key=lambda chip: gain.get(chip.name, 0))
    return best if gain.get(best.name, 0) else None
