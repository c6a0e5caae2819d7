"""What the API is told: the body of a submission. Shapes only; what makes a good suggestion stands in rules.py."""

from typing import Any, cast

from ninja import Schema
from pydantic import ConfigDict, Field, StrictBool, StrictStr

from suggestions import rules
from suggestions.campaign_form import MOST_FIELDS
from suggestions.codes import NameDisplay

EXAMPLE = {
    "title": "人民路公交站加一张长椅",
    "problem": "早上等车的老人很多，站台上没有地方坐，常有人坐在路沿上。",
    "proposal": "在站台两头各装一张长椅，带靠背。",
    "publish_consent": True,
    "name_display": "anonymous",
    "contact": {"name": "林小满", "phone": "19900001234"},
}


def _text(default: Any, description: str, *, at_most: int, at_least: int = 0) -> Any:
    """A text whose lengths the document states and the domain checks, after cleaning and in its own words."""
    stated: dict[str, Any] = {"maxLength": at_most}
    if at_least:
        stated["minLength"] = at_least
    return Field(default, description=description, json_schema_extra=stated)


class ContactIn(Schema):
    """Never public, encrypted at rest, used for receipts, questions and the answer alone."""

    model_config = ConfigDict(extra="forbid", title="联系方式")

    name: StrictStr | None = _text(None, "姓名或称呼；公开时署名就要填", at_most=rules.NAME_MAX)
    phone: StrictStr | None = _text(None, "手机号；和邮箱至少填一个", at_most=40)
    email: StrictStr | None = _text(None, "邮箱；和手机号至少填一个", at_most=254)


class CampaignAnswerIn(Schema):
    """The answer to one question that the campaign asks of its own."""

    model_config = ConfigDict(extra="forbid", title="征集问题的回答")

    question: StrictStr = _text(
        ..., "问题的原文，见 GET /api/v1/campaigns 的questions", at_least=1, at_most=80
    )
    answer: StrictStr | list[StrictStr] = Field(
        description="回答。选几项的给一个列表；日期写2026-11-02，是或否写“是”“否”"
    )


class SubmissionIn(Schema):
    """One suggestion: what is the matter, and what should be done."""

    model_config = ConfigDict(
        extra="forbid", title="提交建议", json_schema_extra={"example": cast(Any, EXAMPLE)}
    )

    title: StrictStr = _text(
        ..., "一句话说清建议什么", at_least=rules.TITLE_MIN, at_most=rules.TITLE_MAX
    )
    problem: StrictStr = _text(
        ..., "现在的情况：在哪里、什么时候、影响了谁", at_least=1, at_most=rules.PROBLEM_MAX
    )
    proposal: StrictStr = _text(..., "您觉得该怎么办", at_least=1, at_most=rules.PROPOSAL_MAX)
    topic: StrictStr | None = Field(
        None, description="主题代码，见 GET /api/v1/topics；不填由工作人员定"
    )
    district: StrictStr | None = Field(None, description="区划代码，见 GET /api/v1/districts")
    place: StrictStr | None = _text(None, "具体地点", at_most=rules.PLACE_MAX)
    campaign: int | None = Field(
        None, description="征集活动的id，见 GET /api/v1/campaigns；不填就是平时建议"
    )
    campaign_answers: list[CampaignAnswerIn] = Field(
        default_factory=list,
        description="征集另外问的问题的回答；问题里required为true的必须回答",
        json_schema_extra={"maxItems": MOST_FIELDS},
    )
    addressed_to: StrictStr | None = _text(None, "写给谁，例如某个单位或领导职务", at_most=60)
    publish_consent: StrictBool = Field(
        False, description="建议人本人是否同意脱敏后公开内容；没有问过就填false"
    )
    name_display: NameDisplay = Field(
        NameDisplay.ANONYMOUS,
        description="公开时怎样署名："
        + "，".join(f"{code} {label}" for code, label in NameDisplay.choices),
    )
    contact: ContactIn = Field(
        default_factory=ContactIn,
        description="联系方式，不公开。手机号和邮箱至少填一个：用来发编号、进展和答复",
    )
