"""Questions on campaigns' pages, and the people who answer them or keep them back."""

from datetime import timedelta

from cms.cards import cards
from cms.models import CampaignIndexPage, CampaignPage
from cms.setup import add_page
from suggestions.actor import Actor
from suggestions.codes import Outcome
from suggestions.errors import Invalid
from suggestions.models import CampaignQuestion
from suggestions.services import campaign_questions, campaign_reports
from tests import world as w
from tests.walks.acts.base import Nothing, Walk, errand


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


@errand(4)
def campaign_letter(walk: Walk) -> object:
    """Somebody writes to the campaign."""
    mark, n = walk.mark(), len(walk.marks)
    made = w.submit(
        walk.city, at=walk.at, key=f"campaign-{n}", campaign=_page(walk), title=f"{mark}巷口先修",
        problem=f"{mark}巷口一下雨就积水，自行车过不去。", phone=f"1990007{n:04d}", publish_consent=walk.chance(0.8),
    )  # fmt: skip
    return walk.knows(made.suggestion, mark)


@errand(3)
def campaign_report(walk: Walk) -> object:
    """The editors group what lacks an answer, publish the result, and the sweep answers and tells everybody."""
    page = _page(walk)
    waiting = list(campaign_reports.lacking(page.pk).exclude(category="report_misconduct"))
    if len(waiting) < 2:
        raise Nothing("nobody has written yet")
    outcome = walk.dice.choice(Outcome.values)
    try:
        group = campaign_reports.save_group(
            campaign=page, heading="先修最深的几处", answer="明年汛前修好，修到哪一处贴在巷口。", outcome=outcome,
            promised_on=walk.day(walk.dice.randrange(-5, 60)), actor=walk.who("editor"), at=walk.at,
        )  # fmt: skip
    except Invalid:
        return None  # the day was over, and the form said so
    campaign_reports.put(group=group, items=waiting, at=walk.at)
    if campaign_reports.why_not_closed(page.pk):
        return None
    page.closes_at, page.report, page.report_published_at = walk.at, "<p>逐条研究过。</p>", walk.at
    page.early_reason = "该说的都说到了，先把结果告诉大家。"
    page.save_revision().publish()
    return campaign_reports.tell_authors(now=walk.at)
