"""Atom feeds of what editors write: /feeds/news.atom and /feeds/campaigns.atom, and the page that lists all feeds."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from cms.models import CampaignPage, NewsPage
from cms.phases import Phase
from suggestions.public.atom import AtomFeed, absolute, feed_view, paragraphs, tag
from suggestions.public.caching import public_page
from suggestions.selectors.feeds import NEWEST

FEEDS = (
    ("suggestions:feed_suggestions", gettext_lazy("最新公开的建议"), gettext_lazy("一公开就有。可以只订一个领域、地区、单位或一次征集。")),
    ("suggestions:feed_answers", gettext_lazy("最新公开的答复"), gettext_lazy("采纳的和没有采纳的都在里面。")),
    ("suggestions:feed_results", gettext_lazy("采纳和落实的结果"), gettext_lazy("决定采纳了什么，做到了没有。")),
    ("suggestions:feed_awards", gettext_lazy("评选公示和结果"), gettext_lazy("公示什么、到哪天、怎么提异议，最后授予了什么。")),
    ("suggestions:feed_hearings", gettext_lazy("听证公告和结果"), gettext_lazy("什么时候开、怎么报名，会后每条意见采纳没有。")),
    ("suggestions:feed_statistics", gettext_lazy("公布的数据"), gettext_lazy("每月、每年的数据一公布就有，更正也在里面。")),
    ("feeds:campaigns", gettext_lazy("征集活动"), gettext_lazy("开始、截止、公布结果。")),
    ("feeds:news", gettext_lazy("动态和通报"), gettext_lazy("征集办公室发布的消息。")),
)  # fmt: skip
"""(route, name, what is in it)."""


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """/feeds/: what one can subscribe to, and how."""
    listed = [(reverse(route), name, about) for route, name, about in FEEDS]
    return render(request, "cms/feeds.html", {"feeds": listed})


class NewsFeed(AtomFeed):
    """News and bulletins, newest first; `?kind=bulletin` for one kind."""

    name = "news"

    def get_object(self, request: HttpRequest) -> str:
        kind = request.GET.get("kind", "")
        if kind and kind not in NewsPage.Kind.values:
            raise Http404("没有这一类，不能订阅。")
        return kind

    def title(self, obj: str) -> str:
        return str(NewsPage.Kind(obj).label) if obj else _("动态和通报")

    def query(self, obj: str) -> str:
        return f"?{urlencode({'kind': obj})}" if obj else ""

    def link(self, obj: str) -> str:
        return absolute(f"/news/{self.query(obj)}")

    def items(self, obj: str) -> list[NewsPage]:
        shown = NewsPage.objects.live().public().defer("body")
        if obj:
            shown = shown.filter(kind=obj)
        return list(shown.order_by("-date", "-pk")[:NEWEST])

    def title_of(self, item: NewsPage) -> str:
        return str(item.title)

    def item_link(self, item: NewsPage) -> str:
        return absolute(item.url or "/news/")

    def item_guid(self, item: NewsPage) -> str:
        return tag(f"news/{item.pk}")

    def item_description(self, item: NewsPage) -> str:
        said = "，".join(part for part in (str(item.get_kind_display()), item.source) if part)
        return paragraphs(item.summary, said)

    def item_pubdate(self, item: NewsPage) -> datetime:
        return item.search_date()

    def item_updateddate(self, item: NewsPage) -> datetime:
        return max(item.last_published_at or item.search_date(), item.search_date())


class CampaignFeed(AtomFeed):
    """Campaigns; one comes up again when it opens, closes or reports, as its `updated` moves."""

    name = "campaigns"

    def title(self, obj: None) -> str:
        return _("征集活动")

    def link(self, obj: None) -> str:
        return absolute("/campaigns/")

    def items(self, obj: None) -> list[CampaignPage]:
        shown = CampaignPage.objects.live().public().for_lists()
        now = timezone.now()
        begun = shown.order_by("-opens_at", "-pk")[:NEWEST]
        reported = shown.filter(report_published_at__lte=now).order_by(
            "-report_published_at", "-pk"
        )
        found = {page.pk: page for page in (*begun, *reported[:NEWEST])}
        newest = sorted(found.values(), key=lambda p: (_changed(p, now), p.pk), reverse=True)
        return newest[:NEWEST]

    def title_of(self, item: CampaignPage) -> str:
        return str(item.title)

    def item_link(self, item: CampaignPage) -> str:
        return absolute(item.url or "/campaigns/")

    def item_guid(self, item: CampaignPage) -> str:
        return tag(f"campaign/{item.pk}")

    def item_description(self, item: CampaignPage) -> str:
        phase = item.phase_at(timezone.now())
        said = f"{phase.label}，{item.host_unit.short_name}主办"
        if phase in (Phase.PLANNED, Phase.OPEN) and item.closing:
            said += f"，{item.closing}"
        return paragraphs(item.summary, f"{said}。")

    def item_pubdate(self, item: CampaignPage) -> datetime:
        moment: datetime = item.first_published_at or item.opens_at
        return moment

    def item_updateddate(self, item: CampaignPage) -> datetime:
        return _changed(item, timezone.now())


def _changed(page: CampaignPage, now: datetime) -> datetime:
    """The last thing the public learnt of it: published, opened, closed, reported."""
    shown: Any = page.first_published_at or page.latest_revision_created_at or now
    turns = (page.opens_at, page.closes_at, page.report_published_at)
    return max([shown, *(moment for moment in turns if moment and moment <= now)])


news = feed_view(NewsFeed())
campaigns = feed_view(CampaignFeed())
