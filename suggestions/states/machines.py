"""The states of every machine, with the names staff and residents read (process.md sections 4, 6, 7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Case(models.TextChoices):
    """Where one registered item stands (process.md 4.1)."""

    DRAFT = "draft", _("草稿")
    SUBMITTED = "submitted", _("已提交")
    REGISTERED = "registered", _("已登记")
    SUPPLEMENT_REQUESTED = "supplement_requested", _("待补充")
    ACCEPTED = "accepted", _("已受理")
    DISPATCHED = "dispatched", _("已交办")
    HANDLING = "handling", _("办理中")
    REPLY_REVIEW = "reply_review", _("答复审核中")
    ANSWERED = "answered", _("已答复")
    RECTIFYING = "rectifying", _("整改中")
    REOPENED = "reopened", _("重新办理")
    CLOSED = "closed", _("已办结")
    ARCHIVED = "archived", _("已归档")
    REDIRECTED = "redirected", _("已指引其他渠道")
    MERGED = "merged", _("已并案")
    NOT_ACCEPTED = "not_accepted", _("不予受理")
    WITHDRAWN = "withdrawn", _("已撤回")


class Assignment(models.TextChoices):
    """One unit's part in a case (process.md 4.2)."""

    PENDING = "pending", _("待签收")
    SIGNED = "signed", _("已签收")
    WORKING = "working", _("办理中")
    SUBMITTED = "submitted", _("已报送")
    ACCEPTED_BY_OFFICE = "accepted_by_office", _("已通过审核")
    OBJECTED = "objected", _("已提出异议")
    REASSIGNED = "reassigned", _("已改派")
    RECALLED = "recalled", _("已收回")


class Publication(models.TextChoices):
    """The public page of a case (process.md 4.9)."""

    PRIVATE = "private", _("未公开")
    QUEUED = "queued", _("待脱敏")
    REDACTING = "redacting", _("脱敏中")
    SECOND_CHECK = "second_check", _("待复核")
    PUBLISHED = "published", _("已公开")
    UPDATED = "updated", _("已公开（有更新）")
    SUSPENDED = "suspended", _("暂停公开")
    REMOVED = "removed", _("已撤下")


class Evaluation(models.TextChoices):
    """The author's rating of one round (process.md 7.1). Silence is `expired`, never satisfaction."""

    NOT_INVITED = "not_invited", _("未到评价")
    INVITED = "invited", _("待评价")
    EVALUATED = "evaluated", _("已评价")
    EXPIRED = "expired", _("未评价")


class Adoption(models.TextChoices):
    """From suggestion to measure (process.md 4.8)."""

    CANDIDATE = "candidate", _("拟论证")
    STUDYING = "studying", _("论证中")
    RECOMMENDED = "recommended", _("建议采纳")
    NOT_RECOMMENDED = "not_recommended", _("不建议采纳")
    DECIDED_ADOPT = "decided_adopt", _("决定采纳")
    DECIDED_PARTIAL = "decided_partial", _("决定部分采纳")
    DECIDED_REJECT = "decided_reject", _("决定不采纳")
    IMPLEMENTING = "implementing", _("落实中")
    IMPLEMENTED = "implemented", _("已落实")
    ABANDONED = "abandoned", _("不再推进")


class Decision(models.TextChoices):
    """A refusal or redirect under a second look (process.md T6, T7)."""

    PROPOSED = "proposed", _("待复核")
    CONFIRMED = "confirmed", _("已确认")
    SENT_BACK = "sent_back", _("已退回")
    DROPPED = "dropped", _("不再需要")


class Extension(models.TextChoices):
    """A later date for an answer (process.md 4.2, K8)."""

    REQUESTED = "requested", _("待批")
    GRANTED = "granted", _("已同意")
    DENIED = "denied", _("没有同意")
    LAPSED = "lapsed", _("不再需要")


class Jurisdiction(models.TextChoices):
    """Who is competent (process.md 4.2; XF 24)."""

    CONSULTING = "consulting", _("单位协商中")
    REFERRED = "referred", _("报请上级决定")
    MEETING = "meeting", _("联席会议")
    SETTLED = "settled", _("已确定")
    DROPPED = "dropped", _("不再需要")


class Commitment(models.TextChoices):
    """A dated promise of an answer (process.md 4.7; K18)."""

    OPEN = "open", _("未到期")
    KEPT = "kept", _("做到了")
    MISSED = "missed", _("过期没有做到")
    REPLACED = "replaced", _("由新的答复代替")


class Rights(models.TextChoices):
    """A person's request about their own data (process.md 9.4; K24)."""

    RECEIVED = "received", _("已收到")
    IDENTITY_CHECK = "identity_check", _("待核实身份")
    VERIFIED = "verified", _("身份已核实，办理中")
    DONE = "done", _("已办好")
    REFUSED = "refused", _("没有同意")
    WITHDRAWN = "withdrawn", _("请求人撤回")


class Identity(models.TextChoices):
    """Leave to read an identity where a reason is not enough (process.md 2.2, 9.3)."""

    ASKED = "asked", _("待批准")
    FIRST = "first", _("待第二人批准")
    GRANTED = "granted", _("已批准")
    REFUSED = "refused", _("没有批准")
    ENDED = "ended", _("已到期")


class Message(models.TextChoices):
    """Words between a unit and an author who hides from it (process.md 9.3)."""

    CHECKING = "checking", _("待办公室转达")
    PASSED = "passed", _("已转达")
    HELD_BACK = "held_back", _("没有转达")


class Takedown(models.TextChoices):
    """A complaint about a public page (process.md 9.2)."""

    OPEN = "open", _("待决定")
    UPHELD = "upheld", _("已撤下")
    DISMISSED = "dismissed", _("不撤下")


class Breach(models.TextChoices):
    """A leak, alteration or loss of personal data (PIPL 57; K25)."""

    DETECTED = "detected", _("已发现")
    CONTAINED = "contained", _("已控制")
    AUTHORITY_TOLD = "authority_told", _("已报告主管部门")
    PERSONS_TOLD = "persons_told", _("已告知本人")
    CLOSED = "closed", _("已了结，无需告知本人")


class Visibility(models.TextChoices):
    """Who may read an event's words."""

    PUBLIC = "public", _("公开")
    AUTHOR = "author", _("建议人可见")
    STAFF = "staff", _("仅工作人员")


class Machine(models.TextChoices):
    """The machines of a case and its parts, those of the other records, and the acts that change no state."""

    CASE = "case", _("事项")
    ASSIGNMENT = "assignment", _("承办")
    PUBLICATION = "publication", _("公开")
    EVALUATION = "evaluation", _("评价")
    ADOPTION = "adoption", _("采纳转化")
    COMMITMENT = "commitment", _("承诺")
    AWARD = "award", _("奖励提名")
    AWARD_ROUND = "award_round", _("评选")
    SUPERVISION = "supervision", _("督办")
    ADVICE = "advice", _("三项建议")
    VISIT = "visit", _("回访")
    SPONSORSHIP = "sponsorship", _("领导包案")
    INSTRUCTION = "instruction", _("领导批示")
    RECEPTION = "reception", _("接访")
    HEARING = "hearing", _("听证")
    QA_SESSION = "qa_session", _("公开问政")
    MANDATE = "mandate", _("代理委托")
    RELAY = "relay", _("代理转办")
    INVITATION = "invitation", _("特邀")
    RIGHTS = "rights", _("个人信息权利请求")
    IDENTITY = "identity", _("身份信息查看批准")
    MESSAGE = "message", _("办公室转达")
    TAKEDOWN = "takedown", _("撤下公开页的投诉")
    BREACH = "breach", _("个人信息安全事件")
    JURISDICTION = "jurisdiction", _("管辖争议")
    DECISION = "decision", _("复核")
    EXTENSION = "extension", _("延期")
    EXPORT = "export", _("导出")
    SERVICE_POINT = "point", _("征集点")
    MONTH_CLOSE = "month_close", _("月结月清")
    QA_PROMISE = "qa_promise", _("问政承诺")
    CONSULTATION = "consultation", _("公开征求意见")
    CAMPAIGN_QUESTION = "campaign_ask", _("征集提问")
    REPLY_COMMENT = "comment", _("公众评论")
    MINORS_AUDIT = "minors_audit", _("未成年人信息年度审计")
    ASSESSMENT = "assessment", _("个人信息保护影响评估")
    DATA_GIVEN = "data_given", _("对外提供登记")
    WARNING = "warning", _("预警")
    MONTH_TOPIC = "month_topic", _("每月一题")
    SPECIAL_REPORT = "special", _("专报")
    BULLETIN = "bulletin", _("通报")
    BULLETIN_UNIT = "bulletinunit", _("通报的单位")
    LEAGUE_GROUP = "league_group", _("排名分组")
    LEAGUE = "league", _("排名")
    LEAGUE_APPEAL = "league_ask", _("排名异议")
    TIME_CHANGE = "time_change", _("时限和日历修改")
    STATISTICS = "statistics", _("公布的统计数据")
    NOTE = "note", _("记录")
