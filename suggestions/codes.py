"""Coded facts that people read: categories, channels, outcomes, reasons. Codes are shipped and never change.

Public wording of each reason for declining stands here and nowhere else (process.md 3.5, 4.7).
"""

from django.conf import settings
from django.db import models
from django.utils import translation
from django.utils.translation import gettext_lazy as _


def recorded(coded: models.TextChoices) -> str:
    """The label as it goes into a record: Chinese, also where a resident acts on an English page."""
    with translation.override(settings.LANGUAGE_CODE):
        return str(coded.label)


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
    """Why an item is not taken in, one code for each ground of process.md 3.5. The label is for staff lists.

    Source: SH 10 (claims, litigation), XF 22, 30, 31 (appeals, accusations), WF 19, BJ 11 and the practice of 3.5 (the rest).
    """

    PERSONAL_CLAIM = "personal_claim", _("个人诉求")
    LEGAL_ROUTE = "legal_route", _("应走诉讼、仲裁、行政复议")
    APPEAL = "appeal", _("申诉：对已有的处理决定不服")
    ACCUSATION = "accusation", _("检举控告")
    STATE_SECRET = "state_secret", _("涉及国家秘密")
    DEFAMATORY = "defamatory", _("侮辱诽谤")
    OUTSIDE_TERRITORY = "outside_territory", _("不属于本地或本级职权")
    ADVERTISING = "advertising", _("广告推销")
    UNREADABLE = "unreadable", _("内容空白或无法辨认")
    PURE_THEORY = "pure_theory", _("纯学术探讨")
    REPEATED = "repeated", _("重复提出且没有新情况")
    SECRET_OR_DEFAMATORY = "secret_or_defamatory", _("涉密或侮辱诽谤（旧分类）")


REFUSALS: tuple[NotAcceptedReason, ...] = tuple(
    r for r in NotAcceptedReason if r != NotAcceptedReason.SECRET_OR_DEFAMATORY
)
"""What an officer may choose. The code left out covered two grounds; past refusals keep it, since codes never change."""
NOT_ACCEPTED_WORDS: dict[str, str] = {
    NotAcceptedReason.PERSONAL_CLAIM: "这是您个人的权益问题，要由有权处理的机关依法定程序办，建议渠道办不了。请向主管这件事的单位或者信访部门反映。",
    NotAcceptedReason.LEGAL_ROUTE: "这件事依法要走诉讼、仲裁或者行政复议，建议渠道办不了，也不能代替。请在法定期限内向人民法院、仲裁机构或者行政复议机关提出。不清楚怎么走，可以打12348问公共法律服务。",
    NotAcceptedReason.APPEAL: "这是对已经作出的处理决定不服的申诉，不属于建议。请在决定写明的期限内，向作出决定的机关的上一级机关或者信访部门提出。",
    NotAcceptedReason.ACCUSATION: "这是检举控告，不属于建议。这里不转给任何承办单位，也不公开。请向纪检监察机关反映（电话12388）；属于犯罪的，向公安机关（110）或者检察机关（12309）报案。",
    NotAcceptedReason.STATE_SECRET: "内容涉及国家秘密，这个网站不能接收和保存，您写的内容和附件已经删除，请不要再用网络、短信、邮件发送。要反映涉密的情况，请当面交给本单位的保密机构，或者当地保密行政管理部门。",
    NotAcceptedReason.DEFAMATORY: "内容有侮辱、诽谤他人的话，依法不能受理。只写事情和建议，可以重新提。认为自己的权益受到侵害的，请向公安机关报案，或者向人民法院起诉。",
    NotAcceptedReason.OUTSIDE_TERRITORY: "这件事不在本地政府的职权范围内，我们转不了，也答复不了。请向事情发生地或者有权的机关反映；不清楚是哪里，可以打当地的12345。",
    NotAcceptedReason.ADVERTISING: "这是广告或推销，不属于建议。",
    NotAcceptedReason.UNREADABLE: "我们没能看明白内容，也没有得到您的补充说明。把情况和办法写清楚，可以重新提；不方便写，可以打12345，请话务员替您登记。",
    NotAcceptedReason.PURE_THEORY: "这是学术讨论，没有需要本地办理的具体事项。可以投给有关的学会、研究机构或者刊物。",
    NotAcceptedReason.REPEATED: "同一件事您已经提过，正在办理或已经答复，这次没有新的情况。用原来那件的编号和查询码可以查进度、补充新情况。",
    NotAcceptedReason.SECRET_OR_DEFAMATORY: "内容涉及不宜在这里处理的信息，请按规定的渠道反映。",
}
NOT_ACCEPTED_CATEGORY: dict[str, Category] = {
    NotAcceptedReason.PERSONAL_CLAIM: Category.APPEAL_CLAIM,
    NotAcceptedReason.LEGAL_ROUTE: Category.LITIGATION_RELATED,
    NotAcceptedReason.APPEAL: Category.APPEAL_CLAIM,
    NotAcceptedReason.ACCUSATION: Category.REPORT_MISCONDUCT,
}
"""Grounds whose lawful channels the office keeps as data (RedirectTarget): the author is shown them with address and hours."""
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


class RatingReason(models.TextChoices):
    """Why somebody is not satisfied (process.md 7.1)."""

    NOT_SOLVED = "not_solved", _("问题没有解决")
    NOT_TO_POINT = "not_to_point", _("答非所问")
    NO_REASON = "no_reason", _("没有讲清理由或依据")
    NO_DATE = "no_date", _("没有说什么时候办")
    NOT_KEPT = "not_kept", _("说的和做的不一样")
    SLOW = "slow", _("太慢")
    ATTITUDE = "attitude", _("态度不好")
    OTHER = "other", _("其他")


class ConversionType(models.TextChoices):
    """Seven ways of conversion (SH 13)."""

    LIVELIHOOD = "livelihood", _("民生实事")
    WORK = "work", _("改进工作")
    RULE = "rule", _("制定或修改规定")
    NPC_SUPERVISION = "npc_supervision", _("人大监督议题")
    MOTION = "motion", _("代表建议或委员提案")
    DECISION_INPUT = "decision_input", _("决策参考")
    OTHER = "other", _("其他")


class KnowledgeKind(models.TextChoices):
    """What an answer of the knowledge base is about (process.md 10; XF 18)."""

    ANSWER = "answer", _("常问的事")
    GUIDE = "guide", _("怎么办")
    POLICY = "policy", _("政策怎么说")
    RIGHTS = "rights", _("权利和义务")
    LAW = "law", _("法律条文")


class RightsKind(models.TextChoices):
    """What a person may ask about their own data (PIPL 44 to 50; process.md 9.4)."""

    VIEW = "view", _("查看")
    EXPORT = "export", _("拿一份副本")
    CORRECT = "correct", _("更正")
    DELETE = "delete", _("删除")
    RESTRICT = "restrict", _("停止使用")
    EXPLAIN = "explain", _("说明处理规则")


class RightsRelation(models.TextChoices):
    """Who asks. Relatives of a deceased person ask in their own lawful interest (PIPL 49)."""

    SELF = "self", _("本人")
    GUARDIAN = "guardian", _("监护人")
    RELATIVE = "relative", _("去世建议人的近亲属")


class RightsResult(models.TextChoices):
    """How a request ended."""

    GIVEN = "given", _("已提供")
    CORRECTED = "corrected", _("已更正")
    ERASED = "erased", _("已删除")
    RESTRICTED = "restricted", _("已停止使用，只保存")
    REFUSED = "refused", _("没有同意")


class GrantKind(models.TextChoices):
    """Why a reason alone is not enough to read an identity (process.md 2.2, 9.3; MC 36)."""

    MINOR = "minor", _("查看未成年人信息")
    BREAK_GLASS = "break_glass", _("紧急查看")
    EXPORT = "export", _("带身份信息导出")


class BreachKind(models.TextChoices):
    """What happened to personal data (PIPL 57)."""

    LEAK = "leak", _("泄露")
    TAMPER = "tamper", _("篡改")
    LOSS = "loss", _("丢失")


class AssessmentKind(models.TextChoices):
    """What an impact assessment is made for, before it is done (PIPL 31, 55; process.md 9.1)."""

    PUBLISH = "publish", _("公开发布建议和答复")
    GIVE_OUT = "give_out", _("向其他单位提供个人信息")
    SENSITIVE = "sensitive", _("处理敏感个人信息")
    AUTOMATED = "automated", _("系统自动提示")
    OUTSOURCE = "outsource", _("委托处理")
    MINORS = "minors", _("处理未成年人信息")


class ErasureBasis(models.TextChoices):
    """Why personal content was erased or sealed (PIPL 47)."""

    REQUEST = "request", _("本人要求删除")
    RELATIVE = "relative", _("近亲属要求删除")
    EXPIRED = "expired", _("保存期限已满")
    ARCHIVE_DUTY = "archive_duty", _("法定保存期未满")


class RecordClass(models.TextChoices):
    """Classes of records with a retention term of their own (process.md 9.4)."""

    CASE = "case", _("办结的建议")
    DRAFT = "draft", _("没有提交的草稿")
    REDIRECTED = "redirected", _("转指引其他渠道的建议内容")
    IDENTITY_FILE = "identity_file", _("核实身份用的材料")
    UNUSED_FILE = "unused_file", _("上传后没有提交的文件")
    OUTBOX = "outbox", _("已发送的通知底稿")
    NOTICE = "notice", _("站内通知和发送记录")
    IDENTITY_LOG = "identity_log", _("身份信息查看记录")
    AUTHORITY_LOG = "authority_log", _("权限变动记录")
    TAKEDOWN_WORDS = "takedown", _("撤下投诉人的联系方式")


class RetentionAct(models.TextChoices):
    """What happens at the end of a term."""

    ERASE = "erase", _("删除个人内容，留存记录")
    DELETE = "delete", _("整行删除")
