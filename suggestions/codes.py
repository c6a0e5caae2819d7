"""Coded facts that people read: categories, channels, outcomes, reasons. Codes are shipped and never change.

Public wording of each reason for declining stands here and nowhere else (process.md 3.5, 4.7).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Category(models.TextChoices):
    """What kind of matter an item is (process.md section 1)."""

    SUGGESTION = "suggestion", _("建议意见")
    REPORT_MISCONDUCT = "report_misconduct", _("检举控告")
    APPEAL_CLAIM = "appeal_claim", _("申诉求决")
    LITIGATION_RELATED = "litigation_related", _("涉法涉诉")
    CONSULTATION = "consultation", _("咨询")
    EMERGENCY = "emergency", _("紧急情况")
    INFO_REQUEST = "info_request", _("政府信息公开申请")


class Mode(models.TextChoices):
    """How an item was sought (process.md 3.1; SH 8)."""

    STANDING = "standing", _("常态征集")
    CAMPAIGN = "campaign", _("专项征集")
    INVITED = "invited", _("特邀征集")


class Channel(models.TextChoices):
    """The way an item came in (process.md 3.2; XF 17, SH 9)."""

    WEB = "web", _("网站")
    MOBILE = "mobile", _("手机")
    API = "api", _("对接平台")
    HOTLINE = "hotline", _("12345热线")
    EMAIL = "email", _("电子邮件")
    LETTER = "letter", _("来信")
    FAX = "fax", _("传真")
    DESK = "desk", _("窗口当面")
    MAILBOX_POINT = "mailbox_point", _("意见箱")
    AGENT = "agent", _("代理员代办")
    LEADER_RECEPTION = "leader_reception", _("领导接访")
    LEADER_MAILBOX = "leader_mailbox", _("领导信箱")
    REFERRAL_DEPARTMENT = "referral_department", _("部门转来")
    REFERRAL_HIGHER = "referral_higher", _("上级交办")
    MEETING = "meeting", _("会议或听证")


ONLINE_CHANNELS = frozenset({Channel.WEB, Channel.MOBILE, Channel.API})


class Urgency(models.TextChoices):
    """process.md 4.6."""

    NORMAL = "normal", _("一般")
    URGENT = "urgent", _("紧急")
    CRITICAL = "critical", _("特急")


class NameDisplay(models.TextChoices):
    """What of the author's name a public page may show; nothing unless chosen (PIPL 25)."""

    ANONYMOUS = "anonymous", _("不显示名字")
    SURNAME = "surname", _("只显示姓，如“陈先生/女士”")
    FULL = "full", _("显示全名")
    ORGANISATION = "organisation", _("显示单位名称")


class Outcome(models.TextChoices):
    """Coded result of a reply (process.md 4.7; XF 29, SD 49)."""

    ADOPTED = "adopted", _("采纳")
    PARTLY_ADOPTED = "partly_adopted", _("部分采纳")
    UNDER_STUDY = "under_study", _("列入研究")
    PLANNED = "planned", _("列入计划")
    ALREADY_IN_PLACE = "already_in_place", _("已有规定")
    FOR_REFERENCE = "for_reference", _("留作参考")
    NOT_ADOPTED = "not_adopted", _("不予采纳")


DATED_OUTCOMES = {Outcome.UNDER_STUDY: "next_report_on", Outcome.PLANNED: "committed_by"}
"""Outcomes that are worth nothing without a date, and the field that holds it."""


class NotAcceptedReason(models.TextChoices):
    """Why an item is not taken in (process.md 3.5). The label is for staff lists."""

    PERSONAL_CLAIM = "personal_claim", _("个人诉求或应走诉讼、仲裁、复议")
    OUTSIDE_TERRITORY = "outside_territory", _("不属于本地或本级职权")
    ADVERTISING = "advertising", _("广告推销")
    UNREADABLE = "unreadable", _("内容空白或无法辨认")
    PURE_THEORY = "pure_theory", _("纯学术探讨")
    REPEATED = "repeated", _("重复提出且没有新情况")
    SECRET_OR_DEFAMATORY = "secret_or_defamatory", _("涉密或侮辱诽谤")


NOT_ACCEPTED_WORDS: dict[str, str] = {
    NotAcceptedReason.PERSONAL_CLAIM: "这是您个人的权益问题，要由有权处理的机关依法定程序办，建议渠道办不了。",
    NotAcceptedReason.OUTSIDE_TERRITORY: "这件事不在本地政府的职权范围内，我们转不了，也答复不了。",
    NotAcceptedReason.ADVERTISING: "这是广告或推销，不属于建议。",
    NotAcceptedReason.UNREADABLE: "我们没能看明白内容，请您补充后也没有收到说明。",
    NotAcceptedReason.PURE_THEORY: "这是学术讨论，没有需要本地办理的具体事项。",
    NotAcceptedReason.REPEATED: "同一件事您已经提过，正在办理或已经答复，这次没有新的情况。",
    NotAcceptedReason.SECRET_OR_DEFAMATORY: "内容涉及不宜在这里处理的信息，请按规定的渠道反映。",
}
COMPLAINT_ROUTE = (
    "如果您认为不该这样处理，可以在收到告知之日起打征集办公室电话，由另一位工作人员重新看一遍。"
)


class NotPublishedReason(models.TextChoices):
    """Why a page is not shown. Refusal to publish always has a code (process.md 4.9, 9.2)."""

    NO_CONSENT = "no_consent", _("建议人不同意公开")
    PRIVACY = "privacy", _("去掉个人信息后没有可公开的内容")
    TRADE_SECRET = "trade_secret", _("涉及商业秘密")
    STATE_SECRET = "state_secret", _("涉及国家秘密或安全")
    THIRD_PARTY = "third_party", _("涉及他人权益")
    WITHDRAWN = "withdrawn", _("建议人撤回")
    TAKEDOWN = "takedown", _("投诉核实后撤下")


class Overall(models.TextChoices):
    """process.md 7.1."""

    SATISFIED = "satisfied", _("满意")
    BASICALLY = "basically", _("基本满意")
    DISSATISFIED = "dissatisfied", _("不满意")


class Solved(models.TextChoices):
    """process.md 7.1."""

    YES = "yes", _("解决了")
    PARTLY = "partly", _("解决一部分")
    NO = "no", _("没解决")
    NOT_NEEDED = "not_needed", _("不需要解决")


class ConversionType(models.TextChoices):
    """Seven ways of conversion (SH 13)."""

    LIVELIHOOD = "livelihood", _("民生实事")
    WORK = "work", _("改进工作")
    RULE = "rule", _("制定或修改规定")
    NPC_SUPERVISION = "npc_supervision", _("人大监督议题")
    MOTION = "motion", _("代表建议或委员提案")
    DECISION_INPUT = "decision_input", _("决策参考")
    OTHER = "other", _("其他")
