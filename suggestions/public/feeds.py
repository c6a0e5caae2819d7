"""Atom feeds of suggestions, answers and results: /feeds/suggestions.atom, answers.atom, results.atom.

The first two take the filters of /suggestions/. A value that names nothing, or a campaign that is not public, is 404 here:
whoever subscribes should learn at once that there is nothing to wait for.
"""

from datetime import date, datetime

from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.models import Suggestion
from suggestions.public.atom import AtomFeed, absolute, feed_view, paragraphs, tag
from suggestions.public.browse_page import chosen_of, query_of
from suggestions.public.facets import LABELS
from suggestions.selectors import feeds, public
from suggestions.selectors.feeds import Result
from suggestions.selectors.ledger import DECIDED
from suggestions.selectors.public import Filters

_REPLY_OPENING = 300


def _words(filters: Filters) -> str:
    """The filters in words, behind a feed's title; Http404 when one names nothing."""
    said = []
    for name, (value,) in chosen_of(filters).values.items():
        label = public.label_of(name, value)
        if not label:
            raise Http404("没有这一项，不能订阅。")
        said.append(f"{LABELS[name]}：{label}")
    return f"（{'，'.join(said)}）" if said else ""


class _ItemFeed(AtomFeed):
    """Feeds of published items, with filters."""

    heading = ""
    sort = "recent"

    def get_object(self, request: HttpRequest) -> tuple[Filters, str]:
        filters = Filters.read(request.GET)
        return filters, _words(filters)

    def title(self, obj: tuple[Filters, str]) -> str:
        return f"{_(self.heading)}{obj[1]}"

    def query(self, obj: tuple[Filters, str]) -> str:
        return query_of(obj[0])

    def link(self, obj: tuple[Filters, str]) -> str:
        page = query_of(obj[0])
        if self.sort == "answered":
            page = f"{page}&sort=answered" if page else "?sort=answered"
        return absolute(reverse("suggestions:browse") + page)

    def title_of(self, item: Suggestion) -> str:
        return item.public_title

    def item_link(self, item: Suggestion) -> str:
        return absolute(reverse("suggestions:detail", args=[item.case_no]))

    def item_categories(self, item: Suggestion) -> list[str]:
        outcome = item.get_outcome_display() if item.answered_at and item.outcome else ""
        found = (item.topic.name if item.topic else "", outcome)
        return [str(f) for f in found if f]


def _unit(item: Suggestion) -> str:
    return item.lead_unit.short_name if item.lead_unit else ""


def _answer(item: Suggestion) -> str:
    """The newest public answer's beginning, with what was decided and who says so; "" while there is none."""
    replies = item.public_replies  # type: ignore[attr-defined]  # prefetched by the selector
    if not replies:
        return ""
    reply = max(replies, key=lambda r: r.number)
    said = str(reply.public_body)
    cut = said if len(said) <= _REPLY_OPENING else f"{said[:_REPLY_OPENING]}…"
    return f"{reply.unit.short_name}答复（{item.get_outcome_display()}）：{cut}"


class SuggestionFeed(_ItemFeed):
    """Newest published items."""

    name = "suggestions"
    heading = "最新公开的建议"

    def items(self, obj: tuple[Filters, str]) -> list[Suggestion]:
        return feeds.suggestions(obj[0])

    def item_guid(self, item: Suggestion) -> str:
        return tag(f"suggestion/{item.case_no}")

    def item_description(self, item: Suggestion) -> str:
        return paragraphs(str(item.opening), _answer(item))  # type: ignore[attr-defined]

    def item_pubdate(self, item: Suggestion) -> datetime:
        assert item.published_at is not None
        return item.published_at

    def item_updateddate(self, item: Suggestion) -> datetime:
        published = self.item_pubdate(item)
        answered = item.answered_at if _answer(item) else None
        return max(published, answered or published)


class AnswerFeed(_ItemFeed):
    """Newest public answers."""

    name = "answers"
    heading = "最新公开的答复"
    sort = "answered"

    def items(self, obj: tuple[Filters, str]) -> list[Suggestion]:
        return feeds.answers(obj[0])

    def item_guid(self, item: Suggestion) -> str:
        return tag(f"answer/{item.case_no}")

    def item_description(self, item: Suggestion) -> str:
        return paragraphs(_answer(item))

    def item_pubdate(self, item: Suggestion) -> datetime:
        assert item.answered_at is not None
        return item.answered_at

    def item_updateddate(self, item: Suggestion) -> datetime:
        # An answer that the public saw later than its author counts from that day.
        answered = self.item_pubdate(item)
        return max(answered, item.published_at or answered)


class ResultFeed(AtomFeed):
    """What became of adopted suggestions: decisions, and what was done or given up."""

    name = "results"

    def title(self, obj: None) -> str:
        return _("采纳和落实的结果")

    def link(self, obj: None) -> str:
        return absolute(reverse("suggestions:results"))

    def items(self, obj: None) -> list[Result]:
        return feeds.results()

    def title_of(self, item: Result) -> str:
        return item.measure

    def item_guid(self, item: Result) -> str:
        return tag(f"result/{item.pk}")

    def item_link(self, item: Result) -> str:
        return absolute(reverse("suggestions:result", args=[item.pk]))

    def item_description(self, item: Result) -> str:
        stands = f"{item.label}，{item.unit}"
        if item.done_on:
            stands += f"，{_day(item.done_on)}完成"
        elif item.due_on and item.status in DECIDED:
            stands += f"，答应{_day(item.due_on)}前完成"
        return paragraphs(f"{stands}。", item.detail)

    def item_pubdate(self, item: Result) -> datetime:
        return item.decided_at

    def item_updateddate(self, item: Result) -> datetime:
        return item.changed_at


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


suggestions = feed_view(SuggestionFeed())
answers = feed_view(AnswerFeed())
results = feed_view(ResultFeed())


@require_safe
def moved(request: HttpRequest) -> HttpResponsePermanentRedirect:
    """/suggestions/feed.atom: where people and programs guess it, with the filters they gave."""
    query = query_of(Filters.read(request.GET))
    return HttpResponsePermanentRedirect(reverse("suggestions:feed_suggestions") + query)
