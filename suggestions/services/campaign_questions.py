"""Questions asked on a campaign's page: taken in, answered by a person, and only then public (process.md 3.1; SH 7, 8).

Nothing of the asker is kept: no name, no number. Whoever wants an answer of their own writes a suggestion.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from suggestions import content
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid
from suggestions.insight import redaction
from suggestions.models import CampaignQuestion
from suggestions.services import records
from suggestions.services.wording import Words, cleaned
from suggestions.states.campaign_question import CampaignQuestionState as State

WAITING_LIMIT = 500
"""Unanswered questions of one campaign: more than anybody can answer is a flood, and the page says so."""
SHOWN = 100


def takes_questions(campaign: Any, at: datetime) -> bool:
    """Published, questions wanted, and no result is out yet."""
    reported = campaign.report_published_at is not None and campaign.report_published_at <= at
    return bool(campaign.live and campaign.takes_questions) and not reported


def ask(*, campaign: Any, text: str, actor: Actor, at: datetime) -> CampaignQuestion:
    """Take a question in. Raises Invalid ("text") and DomainError (no questions are taken)."""
    held = cleaned({"text": Words(_("您的问题"), 500)}, {"text": text})
    if len(held["text"]) < 5:
        raise Invalid({"text": [_("请把问题写完整些，至少5个字。")]})
    if not takes_questions(campaign, at):
        raise DomainError(_("这次征集现在不收提问。有想法可以直接提建议，每一件都答复。"))
    same = CampaignQuestion.objects.filter(campaign=campaign, status=State.WAITING)
    earlier = same.filter(text=held["text"]).first()
    if earlier is not None:
        return earlier
    if same.count() >= WAITING_LIMIT:
        raise DomainError(_("等待回答的问题太多了，请过几天再来，或者打经办电话问。"))
    question = CampaignQuestion(
        jurisdiction=campaign.host_unit.jurisdiction, campaign=campaign, asked_at=at, **held
    )
    records.begin(question, "campaign_ask", actor=actor, at=at)
    return question


def proposed_text(question: CampaignQuestion) -> str:
    """The question with what the rules find masked: what a moderator begins with (process.md 9.2)."""
    return question.public_text or redaction.mask(
        question.text, redaction.find_spans(question.text)
    )


def answer(
    *, question: CampaignQuestion, public_text: str, answer: str, actor: Actor, at: datetime
) -> None:
    """Publish the question in these words with its answer, or mend a published one.

    Raises Invalid (a text is missing, too long, or holds personal data for certain), NotAllowed, ChangedMeanwhile.
    """
    held = cleaned(
        {"public_text": Words("公开的问题", 500), "answer": Words("回答", 2000)},
        {"public_text": public_text, "answer": answer},
    )
    wrong: dict[str, list[str]] = {}
    for name, text in held.items():
        sure = [s for s in redaction.find_spans(text) if s.certain]
        if sure:
            shown = "、".join(text[s.start : s.end] for s in sure[:3])
            wrong[name] = [f"里面像有个人信息（{shown}），请去掉再公开。"]
    if wrong:
        raise Invalid(wrong)
    mending = question.status == State.ANSWERED
    fields = {**held, "declined_because": ""} | ({} if mending else {"answered_at": at})
    records.move(
        question, "campaign_answer_mend" if mending else "campaign_answer", actor=actor, at=at, fields=fields
    )  # fmt: skip
    content.bump_after_commit()


def decline(*, question: CampaignQuestion, reason: str, actor: Actor, at: datetime) -> None:
    """Keep a question from the page, or take an answered one off it; the reason stays with the office."""
    held = cleaned({"reason": Words("不公开的理由", 200, multiline=False)}, {"reason": reason})
    records.move(
        question, "campaign_decline", actor=actor, at=at, reason=held["reason"],
        fields={"declined_because": held["reason"]},
    )  # fmt: skip
    content.bump_after_commit()


def shown(campaign_id: int) -> Sequence[CampaignQuestion]:
    """Answered questions of a campaign, the latest answered first. One query."""
    found = CampaignQuestion.objects.filter(campaign_id=campaign_id, status=State.ANSWERED)
    return list(found.only("public_text", "answer", "asked_at", "answered_at").order_by("-answered_at", "-pk")[:SHOWN])  # fmt: skip
