"""/results/awards/: what was proposed for a prize and is open to objection, and what was awarded (process.md 4.8; SH 16)."""

from datetime import date, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.clock import local_date
from suggestions.public.atom import AtomFeed, absolute, feed_view, paragraphs, tag
from suggestions.public.caching import public_page
from suggestions.selectors import awards
from suggestions.selectors.awards import PublicRound


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """All rounds that were ever shown, newest first."""
    now = timezone.now()
    context = {"rounds": awards.rounds(at=now), "today": local_date(now)}
    return render(request, "suggestions/reading/awards.html", context)


@require_safe
@public_page
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One round: its list while it is shown and once it is decided, else the notice alone."""
    now = timezone.now()
    held = awards.load(pk, at=now)
    crumbs = [(reverse("suggestions:awards"), _("评选公示")), ("", held.title)]
    context = {"round": held, "crumbs": crumbs, "today": local_date(now)}
    return render(request, "suggestions/reading/award.html", context)


class AwardFeed(AtomFeed):
    """Notices of rounds; an entry comes up again when its round is decided. Without titles: those are on the page, which
    can be mended.
    """

    name = "awards"

    def title(self, obj: None) -> str:
        return _("评选公示和结果")

    def link(self, obj: None) -> str:
        return absolute(reverse("suggestions:awards"))

    def items(self, obj: None) -> list[PublicRound]:
        return awards.rounds(at=timezone.now())

    def title_of(self, item: PublicRound) -> str:
        return f"{item.title}：{item.label}"

    def item_guid(self, item: PublicRound) -> str:
        return tag(f"award/{item.pk}")

    def item_link(self, item: PublicRound) -> str:
        return absolute(reverse("suggestions:award", args=[item.pk]))

    def item_description(self, item: PublicRound) -> str:
        if item.state == "shown":
            said = f"{item.count}件建议公示到{_day(item.shown_until)}。有异议请在这之前向{item.office}提出，电话{item.phone}。"
        elif item.state == "announced":
            said = f"授奖{item.count}件。"
        else:
            said = f"公示期为{_day(item.shown_from)}至{_day(item.shown_until)}。"
        return paragraphs(said)

    def item_pubdate(self, item: PublicRound) -> datetime:
        return item.changed_at


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


feed = feed_view(AwardFeed())
