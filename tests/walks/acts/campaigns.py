"""Questions on campaigns' pages, and the people who answer them or keep them back."""

from datetime import timedelta

from cms.cards import cards
from cms.models import CampaignIndexPage, CampaignPage
from cms.setup import add_page
from suggestions.actor import Actor
from suggestions.models import CampaignQuestion
from suggestions.services import campaign_questions
from tests.walks.acts.base import Walk, errand


def _page(walk: Walk) -> CampaignPage:
    """A campaign that is open, or a new one."""
    open_ = CampaignPage.objects.open_at(walk.at).filter(is_major_decision=False)
    found = open_.order_by("-pk").first()
    if found is None:
        page = CampaignPage(
            title="老街雨天积水点怎么改", host_unit=walk.city.water, opens_at=walk.at - timedelta(days=1),
            closes_at=walk.at + timedelta(days=40),
        )  # fmt: skip
        found = add_page(CampaignIndexPage.objects.get(), page)
        assert cards([found], at=walk.at)[0].takes_public
    return found


@errand(3)
def campaign_ask(walk: Walk) -> object:
    return campaign_questions.ask(
        campaign=_page(walk), text=f"第{walk.acts}个问题：租户能不能参加？", actor=Actor.author(), at=walk.at
    )  # fmt: skip


@errand(4)
def campaign_answer(walk: Walk) -> object:
    """Answered, mended, or kept back after all."""
    question = walk.one(CampaignQuestion.objects.all())
    who = walk.who("editor", "triage_officer", "supervisor")
    if walk.chance(0.35):
        return campaign_questions.decline(
            question=question, reason="与征集无关", actor=who, at=walk.at
        )
    return campaign_questions.answer(
        question=question, public_text="租户能不能参加？", answer="能。", actor=who, at=walk.at
    )
