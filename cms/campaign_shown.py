"""What a campaign's public page and its report show besides the page's own fields. A fixed number of queries each."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from wagtail.images.models import SourceImageIOError

from cms.cards import cards
from cms.phases import Phase
from suggestions.codes import Mode
from suggestions.public.sharing import CARD_PICTURE, SIZE, Picture
from suggestions.selectors import campaigns as selector
from suggestions.services import campaign_questions, campaign_reports, polling

if TYPE_CHECKING:
    from cms.models.campaign import CampaignPage


def page(campaign: "CampaignPage", *, at: datetime, cursor: str) -> dict[str, Any]:
    """The campaign's state, polls, questions, and a page of its published suggestions from `cursor` on."""
    card = cards([campaign], at=at)[0]
    shown = card.phase == Phase.REPORTED
    return {
        "card": card,
        "steps": campaign.steps_at(at) if campaign.mode != Mode.STANDING else [],
        CARD_PICTURE: card_picture(campaign),
        "listed": selector.items(campaign.pk or 0, cursor=cursor),
        "report_shown": shown,
        "report_late": campaign.report_is_late(at),
        "coverage": campaign_reports.coverage(campaign.pk or 0) if shown else None,
        "polls": polls_at(campaign, at),
        "meetings": sorted((b.value for b in campaign.meetings), key=lambda m: m["starts_at"]),
        "now": at,
        "answered": campaign_questions.shown(campaign.pk or 0),
        "takes_questions": bool(campaign.pk) and campaign_questions.takes_questions(campaign, at),
    }


def card_picture(campaign: "CampaignPage") -> Picture | None:
    """The campaign's own picture as messengers draw it when somebody passes the page on; None without one."""
    for block in campaign.picture:
        image = block.value["image"]
        if image is None:
            continue
        try:
            # Not every messenger reads the format that the page itself shows.
            made = image.get_rendition(f"fill-{SIZE[0]}x{SIZE[1]}|format-jpeg")
        except SourceImageIOError:
            return None
        return Picture(
            made.url, made.width, made.height, image.contextual_alt_text or campaign.title
        )
    return None


def polls_at(campaign: "CampaignPage", moment: datetime) -> list[dict[str, Any]]:
    """Surveys and votes as the page shows them; results of those that are over, in two queries for all."""
    polls = campaign.poll_specs()
    over = [p for p in polls if p.key and p.is_over_at(moment)]
    results = polling.results(campaign.pk, over) if over and campaign.pk else {}
    return [
        {
            "poll": p,
            "open": polling.takes_voices(campaign, p, moment),
            "over": p.is_over_at(moment),
            "result": results.get(p.key),
            "no": n,
        }
        for n, p in enumerate(polls)
    ]


def report(
    campaign: "CampaignPage", *, at: datetime, crumbs: list[tuple[str, str]]
) -> dict[str, Any]:
    """The report as a page: figures, coverage, grouped answers with the published items of each, and what votes decided."""
    items = campaign_reports.public_items(campaign.pk)
    return {
        "crumbs": [*crumbs[:-1], (campaign.get_url() or "", campaign.title), ("", _("征集结果"))],
        "card": cards([campaign], at=at)[0],
        CARD_PICTURE: card_picture(campaign),
        "coverage": campaign_reports.coverage(campaign.pk),
        "groups": [(g, items.get(g.pk, [])) for g in campaign_reports.groups(campaign.pk)],
        "votes": [p for p in polls_at(campaign, at) if p["over"] and p["poll"].outcome],
    }
