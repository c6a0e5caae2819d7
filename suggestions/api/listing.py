"""GET: published suggestions as lists, single items and search results. Released text alone (invariant 5)."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext as _

from search.engine import Page, Query, get_engine
from suggestions.api import shapes
from suggestions.api.problems import Problem
from suggestions.api.shapes import FacetOut, ItemOut, Named, ReplyOut, local
from suggestions.codes import Outcome
from suggestions.documents import TYPE
from suggestions.models import District, Reply, Suggestion, Topic, Unit
from suggestions.public import item_page, search_page
from suggestions.selectors import one_item, public
from suggestions.selectors.timeline import Entry, Turn
from suggestions.states import PublicGroup

SORTS = ("recent", "answered", "relevance")
MAX_SIZE = 100
PATH = "/api/v1"


def absolute(path: str) -> str:
    """An address of the site with its host; "" stays ""."""
    return f"{settings.BASE_URL}{path}" if path.startswith("/") else path


# Small parts


def named(row: Topic | District | Unit | None) -> Named | None:
    """Code and name; a unit by its short name."""
    if row is None:
        return None
    return Named(code=row.code, name=row.short_name if isinstance(row, Unit) else row.name)


def item_facts(item: Suggestion) -> dict[str, Any]:
    """What every list row says. `item` comes from a selector that loads replies and names with it."""
    replies: list[Reply] = getattr(item, "public_replies", [])
    outcome = item.outcome if replies else ""
    return {
        "case_no": item.case_no,
        "title": item.public_title,
        "status": item.public_group,
        "status_label": str(PublicGroup(item.public_group).label),
        "outcome": outcome,
        "outcome_label": str(Outcome(outcome).label) if outcome else "",
        "topic": named(item.topic),
        "district": named(item.district),
        "unit": named(item.lead_unit),
        "received_at": local(item.received_at),
        "published_at": local(item.published_at),
        "answered_at": local(item.answered_at) if replies else None,
        "co_signs": item.co_sign_count,
        "url": absolute(f"/suggestions/{item.case_no}/"),
    }


def reply_out(reply: Reply, *, body: str, commitment: str) -> ReplyOut:
    """One answer with the text its reader may see."""
    unit = named(reply.unit)
    assert unit is not None
    return ReplyOut(
        unit=unit, outcome=reply.outcome, outcome_label=reply.get_outcome_display(), body=body,
        basis=reply.basis, commitment=commitment, committed_by=reply.committed_by,
        next_report_on=reply.next_report_on, contact=reply.contact, answered_at=local(reply.delivered_at),
    )  # fmt: skip


def holder_out(turn: Turn | None) -> shapes.HolderOut | None:
    return shapes.HolderOut(who=turn.who, name=turn.holder, act=turn.act) if turn else None


def due_out(turn: Turn | None) -> shapes.DueOut | None:
    """The date of a turn; None when nobody's clock runs."""
    if turn is None or turn.due_on is None:
        return None
    return shapes.DueOut(
        due_on=turn.due_on, days_left=turn.days_left, unit=turn.unit, overdue=turn.overdue,
        paused=turn.paused, explanation=turn.explanation,
    )  # fmt: skip


def entries_out(entries: Iterable[Entry]) -> list[shapes.EntryOut]:
    return [
        shapes.EntryOut(at=local(e.at), name=e.name, words=e.words, reason=e.reason)
        for e in entries
    ]


# Lists


def page(query: QueryDict, size: int) -> shapes.ListOut:
    """One page of published suggestions; with `q` in the order of the search engine."""
    errors: dict[str, list[str]] = {}
    for name, known in (
        ("status", PublicGroup.values),
        ("outcome", Outcome.values),
        ("sort", SORTS),
    ):
        if _one(query, name) and _one(query, name) not in known:
            errors[name] = [_("这里只能填：%(values)s。") % {"values": "、".join(known)}]
    asked = search_page.read(query)
    if _one(query, "sort") == "relevance" and not asked.text:
        errors["sort"] = [_("按相关程度排要有搜索词，请填q。")]
    if (
        not errors
        and not asked.text
        and _one(query, "cursor")
        and public.is_start(_one(query, "cursor"))
    ):
        errors["cursor"] = [_("这个cursor读不出来，请从第一页开始，用每页给的next_cursor。")]
    if errors:
        raise Problem("invalid", errors=errors)
    return _found(query, asked, size) if asked.text else _browsed(query, size)


def _one(query: QueryDict, name: str) -> str:
    return str(query.get(name, ""))


def _flat(query: QueryDict) -> dict[str, str]:
    return {name: str(value) for name, value in query.dict().items()}


def _browsed(query: QueryDict, size: int) -> shapes.ListOut:
    found = public.browse(
        public.Filters.read(_flat(query)), cursor=_one(query, "cursor"), size=size
    )
    facets = {
        name: [FacetOut(value=c.value, label=c.label, count=c.count) for c in choices]
        for name, choices in found.facets.items()
    }
    return shapes.ListOut(
        items=[ItemOut(**item_facts(i)) for i in found.items], total=found.total,
        next_cursor=found.next_cursor, next=_next("suggestions", query, found.next_cursor), facets=facets,
    )  # fmt: skip


def _found(query: QueryDict, asked: search_page.Asked, size: int) -> shapes.ListOut:
    facets = tuple(n for n in search_page.FACETS if n != "type")
    filters = {n: v for n, v in asked.chosen.values.items() if n != "type"}
    if campaign := _one(query, "campaign"):
        filters["campaign"] = (campaign[:40],)
    sort = "date" if _one(query, "sort") in ("recent", "answered") else "relevance"
    result = get_engine().search(
        asked.query(types=(TYPE,), filters=filters, facets=facets, size=size, sort=sort)
    )
    rows = public.by_keys([hit.key for hit in result.hits])
    items = [ItemOut(**item_facts(rows[h.key])) for h in result.hits if h.key in rows]
    return shapes.ListOut(
        items=items, total=result.total, next_cursor=result.next_cursor or "",
        next=_next("suggestions", query, result.next_cursor), facets=_facets(result),
    )  # fmt: skip


def _next(path: str, query: QueryDict, cursor: str | None) -> str | None:
    """The address of the following page: everything asked for, with another cursor."""
    if not cursor:
        return None
    pairs = [(k, v) for k, vs in query.lists() for v in vs if v and k != "cursor"]
    return absolute(f"{PATH}/{path}?{urlencode([*pairs, ('cursor', cursor)])}")


def _facets(result: Page) -> dict[str, list[FacetOut]]:
    labels = search_page.Labels.load()
    return {
        name: [
            FacetOut(value=v.value, label=label, count=v.count)
            for v in values
            if (label := labels(name, v.value))
        ]
        for name, values in result.facets.items()
    }


# One item


def detail(request: HttpRequest, case_no: str) -> shapes.DetailOut:
    """One published item as its page shows it, or Http404. A fixed number of queries."""
    item = one_item.load(case_no)
    shown = item_page.build(request, item, at=timezone.now())
    campaign: Any = item.campaign
    return shapes.DetailOut(
        **item_facts(item),
        problem=item.public_problem,
        proposal=item.public_proposal,
        place=item.public_place,
        name=item.public_name,
        tags=[tag.name for tag in item.tags.all()],
        co_units=[n for unit in shown.co_units if (n := named(unit))],
        campaign=shapes.CampaignRef(
            id=campaign.pk, title=shown.campaign[1], url=absolute(shown.campaign[0])
        )
        if shown.campaign
        else None,
        merged=shown.merged,
        holder=holder_out(shown.turn),
        due=due_out(shown.turn),
        replies=[
            reply_out(a.reply, body=a.reply.public_body, commitment=a.reply.public_commitment)
            for a in shown.answers
        ],
        timeline=entries_out(shown.entries),
        ratings=[
            shapes.RatingOut(
                overall=r.overall, solved=r.solved, contacted=r.contacted, scores=r.scores,
                comment=r.comment, at=local(r.at),
            )
            for r in shown.ratings
        ],
        attachments=[
            shapes.FileOut(url=absolute(f.href), label=f.label, size=f.size) for f in shown.files
        ],
    )  # fmt: skip


# Search


def search(query: QueryDict, size: int) -> shapes.SearchOut:
    """Suggestions, their replies and pages by words. Raises SearchUnavailable."""
    asked = search_page.read(query)
    if _one(query, "sort") not in ("", "relevance", "date"):
        words = _("这里只能填：%(values)s。") % {"values": "relevance、date"}
        raise Problem("invalid", errors={"sort": [words]})
    wanted: Query = asked.query(facets=search_page.FACETS, size=size)
    result = get_engine().search(wanted)
    labels = search_page.Labels.load()
    rows = public.by_keys([h.key for h in result.hits if h.type == TYPE])
    # An index can be a moment behind: what has been taken down since is left out.
    there = [h for h in result.hits if h.type != TYPE or h.key in rows]
    return shapes.SearchOut(
        items=[
            shapes.HitOut(
                type=h.type, type_label=labels("type", h.type), title=h.title,
                title_html=h.title_html or escape(h.title), snippets=_plain(h.snippets),
                url=absolute(h.url), date=local(h.date), answered=h.answered,
                case_no=rows[h.key].case_no if h.type == TYPE else None,
            )
            for h in there
        ],
        total=result.total, next_cursor=result.next_cursor or "",
        next=_next("search", query, result.next_cursor), facets=_facets(result),
        degraded=result.degraded,
    )  # fmt: skip


def _plain(snippets: Mapping[str, str]) -> dict[str, str]:
    return {name: str(text) for name, text in snippets.items()}
