"""What authors and staff are told, in one place. An SMS names the number only: previews are read over shoulders (9.2)."""

from dataclasses import dataclass

from django.conf import settings

from portal.notices import agents, pipeline
from suggestions.clock import local_date
from suggestions.models import CaseEvent, Suggestion
from suggestions.numbers import possible_receipt_tokens, query_code_on_receipt


@dataclass(frozen=True, slots=True)
class Message:
    """One notice in its forms."""

    sms: str
    subject: str
    body: str


def _query_code(suggestion: Suggestion) -> str:
    """The author's query code, derived again from the form's key: the database holds only its hash."""
    for token in possible_receipt_tokens(suggestion.idempotency_key):
        code = query_code_on_receipt(token, suggestion.query_code_hash)
        if code:
            return code
    return ""


def _due(suggestion: Suggestion) -> str:
    day = suggestion.due_on
    return f"{day.month}月{day.day}日" if day else ""


def for_author(code: str, suggestion: Suggestion, event: CaseEvent) -> Message | None:
    """The words for one event; None for codes the author is not told of."""
    number, office = suggestion.case_no, suggestion.jurisdiction
    lead = suggestion.lead_unit.name if suggestion.lead_unit else office.office_name
    track = f"{settings.BASE_URL}/track/"
    match code:
        case "author.registered":
            what = f"您的建议已收到，编号{number}，查询码{_query_code(suggestion)}，请保存。"
            then = f"我们在{_due(suggestion)}前告诉您由哪个单位办理。"
        case "author.supplement":
            what = f"您的建议{number}还缺一些情况，请您补充。"
            then = (
                f"请在{_due(suggestion)}前到查进度页面补充，补充期间暂停计时；过期按现有内容办理。"
            )
        case "author.accepted":
            what, then = f"您的建议{number}已受理。", "接下来转给承办单位，转出时再告诉您。"
        case "author.dispatched":
            what, then = (
                f"您的建议{number}已交{lead}办理。",
                f"{_due(suggestion)}前答复您；到期没答复，查进度页面会写明。",
            )
        case "author.answered":
            what, then = (
                f"您的建议{number}有答复了。",
                "请到查进度页面看答复并评价。没有评价不会当作满意。",
            )
        case "author.rectifying":
            what, then = (
                f"收到您对{number}的评价，已要求{lead}限期整改。",
                f"{_due(suggestion)}前再次答复您。",
            )
        case "author.rate_reminder":
            what, then = (
                f"您的建议{number}答复一周了，还可以评价。",
                "评不评由您。没有评价不会当作满意。",
            )
        case "author.reopened":
            what, then = (
                f"您的建议{number}重新办理。",
                f"由{lead}办理，{_due(suggestion)}前再次答复您；先前的答复仍在查进度页面上。",
            )
        case "author.commitment_kept":
            what, then = f"您的建议{number}，答复里说的事有结果了。", "内容写在查进度页面上。"
        case "author.commitment_renewed":
            what, then = (
                f"您的建议{number}，答复里承诺的日期改了。",
                "新的日期和原因写在查进度页面上。",
            )
        case "author.redirected":
            target = suggestion.redirect_target
            what = f"您提交的{number}不属于建议，应到{target.name if target else '有关机关'}办理。"
            then = "地址、电话、要带的材料和时限，写在查进度页面上。"
        case "author.refused":
            what, then = (
                f"您提交的{number}没有受理。",
                f"理由和怎样请人再看一遍，写在查进度页面上。电话{office.phone}。",
            )
        case "author.date_moved":
            what = f"放假安排公布了，您的建议{number}由您办的一步改了期限。"
            then = "新的日期写在查进度页面上，那里也写着是怎么算的。"
        case "author.award":
            what = f"您的建议{number}获奖了，谢谢您。"
            then = (
                f"我们会打电话和您约领奖；不经您同意，不公开您的姓名。要问的话，打{office.phone}。"
            )
        case "author.merged":
            what, then = (
                f"您的建议{number}与另一件是同一件事，合并办理。",
                "答复时同样答复您，您也可以评价。",
            )
        case "author.joined_earlier":
            earlier = suggestion.primary
            what, then = (
                f"您提的{number}和您早先的{earlier.case_no if earlier else '一件'}是同一件事，不另立一件。",
                "早先那件办到哪一步，写在查进度页面上；答复时告诉您。",
            )
        case "author.unmerged":
            what, then = (
                f"您的建议{number}改为单独办理，不再和别的件合并。",
                f"时限仍从收到那天算，{_due(suggestion)}前告诉您由哪个单位办理。",
            )
        case "author.extended":
            what, then = (
                f"您的建议{number}要晚些答复。",
                f"{lead}申请延期，已经同意，{_due(suggestion)}前答复您；理由写在查进度页面上。",
            )
        case "author.rights":
            what = f"您对{number}的个人信息请求有了结果。"
            then = "结果和理由写在查进度页面上。"
        case "author.campaign_report":
            page = suggestion.campaign
            title = page.title if page else "您参加的征集"
            link = f"{settings.BASE_URL}{page.get_url()}report/" if page else settings.BASE_URL
            what = f"您提建议{number}参加的征集“{title}”公布了结果。"
            then = f"每一条意见怎么答复，都写在报告里：{link}"
        case "author.message":
            what = f"承办单位就您的建议{number}有话请办公室转给您。"
            then = "请到查进度页面看，也在那里回答；承办单位看不到您的联系方式。"
        case "author.identity_read":
            what = f"因紧急情况，工作人员查看过您在{number}留的联系方式。"
            then = "谁批准的、为什么，写在查进度页面上。"
        case "author.breach":
            what = f"有一件个人信息安全事件涉及您的建议{number}。"
            then = "涉及什么、我们做了什么、您可以做什么，写在查进度页面上。"
        case _:
            told = agents.for_author(code, suggestion, event)
            if told is None:
                return None
            what, then = told
    body = (
        f"您好：\n\n{what}\n建议：{suggestion.original_title}\n{then}\n\n"
        f"查进度：{track}（用编号和查询码）\n打电话问：{office.phone}，{office.hours}\n\n{office.office_name}\n"
        f"{local_date(event.at)}"
    )
    return Message(sms=f"【建言】{what}{then}", subject=f"{number}：{what}", body=body)


RECORD_TAKEN_OVER = "您正在处理的一条“{noun}”，由同事接手了"

STAFF_WORDS: dict[str, str] = {
    "staff.mentioned": "{number} 有同事在备注里提到您",
    "staff.taken_over": "{number} 您正在处理的这件，由同事接手了",
    "staff.given": "{number} 分给您办理",
    "staff.supplemented": "{number} 建议人补充了材料",
    "staff.dispatched": "{number} 交您单位办理，请签收",
    "staff.reply_submitted": "{number} 的答复待审核",
    "staff.sent_back": "{number} 的答复被退回，请修改",
    "staff.rectify": "{number} 建议人不满意，限期整改",
    "staff.progress_missed": "{number} 采纳后没有按时报告进展，请补报",
    "staff.withdrawn": "{number} 已由建议人撤回",
    "staff.to_publish": "{number} 待公开脱敏",
    "staff.due": "{number} 快到期或已逾期",
    "staff.reopened": "{number} 重新办理，请接手",
    "staff.still_dissatisfied": "{number} 建议人对重新答复仍不满意，请决定",
    "staff.commitment_missed": "{number} 答复里承诺的日期过了，没有登记做到",
    **pipeline.WORDS,
}
"""In-site lines: number and act, never the author and never the text."""
