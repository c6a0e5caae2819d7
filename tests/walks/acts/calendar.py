"""What the calendar brings and people answer: consultations, month's ends, the minors' audit, promises (process.md 3.1, 4.7, 5, 9.5)."""

from datetime import timedelta

from cms.models import CampaignIndexPage, CampaignPage
from cms.setup import add_page
from suggestions.actor import Actor
from suggestions.models import (
    CampaignQuestion,
    Commitment,
    Consultation,
    MinorsAudit,
    MonthClose,
)
from suggestions.services import (
    campaign_questions,
    commitments,
    consulting,
    minors_audit,
    supervision_rules,
)
from tests.walks.acts.base import Nothing, Walk, errand, first

URGENT = "汛期将到，来不及等三十天。"
REPORT = "<p>收到的意见逐条研究过，采纳情况附后。</p>"
PROOF = "两张长椅已经装好，站台东侧可以看到。"


@errand(4)
def consultation(walk: Walk) -> object:
    """Editors put up, cut short, report on or take down a draft's page; the sweep that follows keeps its time."""
    rows = Consultation.objects.filter(status="open", campaign__isnull=False)
    if rows.count() < 3 and walk.chance(0.5):
        return _consult(walk)
    page: CampaignPage = CampaignPage.objects.get(pk=walk.one(rows).campaign_id)
    roll = walk.dice.random()
    if roll < 0.6:
        raise Nothing("people are still writing")
    page.early_reason = URGENT
    if roll < 0.7:
        page.unpublish()
    elif roll < 0.85:
        page.report, page.report_published_at = REPORT, walk.at
        page.save()
    else:
        page.closes_at, page.short_reason = walk.at + timedelta(hours=2), URGENT
        page.save()
    return consulting.sweep(now=walk.at)


def _consult(walk: Walk) -> object:
    short = walk.chance(0.3)
    page = CampaignPage(
        title=f"第{walk.acts}号草案征求意见", host_unit=walk.unit(), decides="市政府常务会议", is_major_decision=True,
        opens_at=walk.at + timedelta(days=walk.dice.randrange(-2, 3)), short_reason=URGENT if short else "",
        closes_at=walk.at + timedelta(days=walk.dice.randrange(8, 20) if short else walk.dice.randrange(34, 60)),
    )  # fmt: skip
    add_page(CampaignIndexPage.objects.get(), page)
    return consulting.sweep(now=walk.at)


@errand(2)
def month(walk: Walk) -> object:
    rows = MonthClose.objects.exclude(status="reported")
    note = walk.dice.choice(("逾期的两件本周内答复。", "都已排进下月计划。", ""))
    return supervision_rules.report_month(
        close=walk.one(rows), note=note, actor=walk.who("supervisor", "leader"), at=walk.at
    )


@errand(2)
def audit(walk: Walk) -> object:
    """The officer reports; an office that came late to the rule makes up for the years before."""
    rows = MinorsAudit.objects.exclude(status="reported")
    if walk.chance(0.4):
        year = walk.at.year - walk.dice.randrange(1, 6)
        if minors_audit.open_year(walk.city.jurisdiction, year) is None:
            raise Nothing("that year was begun before")
        return year
    return minors_audit.report(
        audit=walk.one(rows), findings="抽查了全部查看记录，没有发现问题。", actor=walk.who("privacy_officer"), at=walk.at
    )  # fmt: skip


@errand(6)
def promise(walk: Walk) -> object:
    """A unit keeps a promise, asks for more time, or is late; a publisher releases what the public may read of it."""
    if walk.chance(0.2):
        kept: Commitment = first(Commitment.objects.filter(status="kept", public_proof=""))
        return commitments.release_proof(
            commitment=kept, text=PROOF, actor=walk.who("publisher", "publisher_2"), at=walk.at
        )
    rows = Commitment.objects.filter(status__in=("open", "missed"))
    held: Commitment = walk.one(rows.select_related("suggestion__jurisdiction", "reply", "unit"))
    head = walk.head(held.unit)
    roll = walk.dice.random()
    if roll < 0.4:
        raise Nothing("the work goes on")
    if roll < 0.6:
        return commitments.renew(
            commitment=held, day=walk.day(walk.dice.randrange(5, 60)), reason="材料晚到，要再等一批。", actor=head, at=walk.at
        )  # fmt: skip
    return commitments.keep(
        commitment=held, proof=PROOF, kept_on=walk.day(), actor=head, at=walk.at
    )


@errand(3)
def campaign_question(walk: Walk) -> object:
    """Somebody asks on a campaign's page; the office answers in public, mends an answer, or keeps a question off."""
    office = walk.who("triage_officer", "supervisor", "editor")
    rows = CampaignQuestion.objects.all()
    if walk.chance(0.4):
        page = walk.one(CampaignPage.objects.live())
        return campaign_questions.ask(
            campaign=page,
            text=f"第{walk.acts}问：草案哪天定下来？",
            actor=Actor.author(),
            at=walk.at,
        )
    held: CampaignQuestion = walk.one(rows)
    if walk.chance(0.3):
        return campaign_questions.decline(
            question=held, reason="和这次征集无关。", actor=office, at=walk.at
        )
    return campaign_questions.answer(
        question=held,
        public_text=held.text,
        answer="意见研究完以后，年底前定。",
        actor=office,
        at=walk.at,
    )
