"""The kinds of records in the privacy room and what may be done with each: one table, read by the views."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from suggestions.actor import Actor
from suggestions.models import (
    Breach,
    DataGiven,
    IdentityGrant,
    ImpactAssessment,
    MinorsAudit,
    RelayMessage,
    RightsRequest,
    Takedown,
)
from suggestions.models.record import Record
from suggestions.services import (
    assessments,
    breaches,
    given_out,
    identity,
    minors_audit,
    relaying,
    rights,
    takedowns,
)

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Do = Callable[[Any, str, Actor, datetime], object]


@dataclass(frozen=True, slots=True)
class Act:
    """One act: the row it takes, its button, the words it asks for ("" asks none), and the service."""

    row: str
    label: "StrOrPromise"
    asks: "StrOrPromise"
    do: Do
    kinds: tuple[str, ...] = ()
    """Only for records of these kinds; all when empty."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """One kind of record: who may see it, how it is called, what is done with it."""

    slug: str
    label: "StrOrPromise"
    model: type[Record]
    see: str
    acts: tuple[Act, ...]
    empty: "StrOrPromise"


SHELVES: tuple[Shelf, ...] = (
    Shelf(
        "requests", _("权利请求"), RightsRequest, "see_rights",
        (
            Act("rights_ask_identity", _("请求人核实身份"), "",
                lambda r, w, a, t: rights.ask_identity(request=r, actor=a, at=t)),
            Act("rights_verify", _("身份已核实"), _("怎样核实的（不写证件号码）"),
                lambda r, w, a, t: rights.verify(request=r, method=w, actor=a, at=t)),
            Act("rights_fulfil", _("按请求办理"), _("给请求人的话（可以不写）"),
                lambda r, w, a, t: rights.fulfil(request=r, actor=a, at=t, answer=w)),
            Act("rights_refuse", _("不同意"), _("理由（请求人看得到）"),
                lambda r, w, a, t: rights.refuse(request=r, reason=w, actor=a, at=t)),
        ),
        _("没有待办的请求。"),
    ),
    Shelf(
        "grants", _("查看身份的申请"), IdentityGrant, "see_grants",
        (
            Act("identity_grant", _("批准"), "",
                lambda r, w, a, t: identity.approve(grant=r, actor=a, at=t)),
            Act("identity_refuse", _("不批准"), _("理由"),
                lambda r, w, a, t: identity.refuse(grant=r, reason=w, actor=a, at=t)),
        ),
        _("没有待批的申请。"),
    ),
    Shelf(
        "messages", _("待转达"), RelayMessage, "see_messages",
        (
            Act("message_pass", _("转达"), _("转达的内容（可以删改）"),
                lambda r, w, a, t: relaying.pass_on(message=r, words=w, actor=a, at=t)),
            Act("message_hold", _("不转达"), _("理由"),
                lambda r, w, a, t: relaying.hold(message=r, reason=w, actor=a, at=t)),
        ),
        _("没有要转达的话。"),
    ),
    Shelf(
        "takedowns", _("撤下投诉"), Takedown, "see_takedowns",
        (
            Act("takedown_uphold", _("属实，撤下"), _("理由"),
                lambda r, w, a, t: takedowns.uphold(complaint=r, reason=w, actor=a, at=t)),
            Act("takedown_dismiss", _("不属实，恢复公开"), _("理由"),
                lambda r, w, a, t: takedowns.dismiss(complaint=r, reason=w, actor=a, at=t)),
        ),
        _("没有投诉。"),
    ),
    Shelf(
        "breaches", _("安全事件"), Breach, "see_breaches",
        (
            Act("breach_contain", _("已控制"), _("采取的措施"),
                lambda r, w, a, t: breaches.contain(breach=r, measures=w, actor=a, at=t)),
            Act("breach_tell_authority", _("已报告主管部门"), _("报告了哪个部门"),
                lambda r, w, a, t: breaches.tell_authority(breach=r, authority=w, actor=a, at=t)),
            Act("breach_tell_persons", _("告知本人"), _("告知的内容：泄露了什么、害处、措施、本人可以做什么"),
                lambda r, w, a, t: breaches.tell_persons(breach=r, words=w, actor=a, at=t)),
            Act("breach_close", _("了结，无需告知本人"), _("为什么没有危害"),
                lambda r, w, a, t: breaches.close(breach=r, reason=w, actor=a, at=t)),
        ),
        _("没有登记的事件。"),
    ),
    Shelf(
        "minors", _("未成年人年度审计"), MinorsAudit, "see_minors_audits",
        (
            Act("minors_audit_report", _("报告审计结果"), _("查了什么、发现什么、哪天前改好"),
                lambda r, w, a, t: minors_audit.report(audit=r, findings=w, actor=a, at=t)),
        ),
        _("没有待办的年度审计。有未成年人的件，每年1月系统开始上一年的审计。"),
    ),
    Shelf(
        "assessments", _("影响评估"), ImpactAssessment, "see_assessments",
        (
            Act("assessment_sign", _("签发"), "",
                lambda r, w, a, t: assessments.sign(assessment=r, actor=a, at=t)),
            Act("assessment_return", _("退回"), _("退回的理由"),
                lambda r, w, a, t: assessments.send_back(assessment=r, reason=w, actor=a, at=t)),
        ),
        _("没有待签发的影响评估。"),
    ),
    Shelf(
        "given", _("对外提供登记"), DataGiven, "see_data_given",
        (
            Act("given_settle", _("写明接收方"), _("给了哪个单位（没有给外单位的，写“只在本单位使用”；不写个人姓名）"),
                lambda r, w, a, t: given_out.settle(given=r, recipient=w, actor=a, at=t)),
        ),
        _("没有要写明接收方的。下载带姓名的名单、打开归档包，系统自动登记在这里。"),
    ),
)  # fmt: skip
BY_SLUG: dict[str, Shelf] = {s.slug: s for s in SHELVES}
WAITING: dict[str, tuple[str, ...]] = {
    "requests": ("received", "identity_check", "verified"),
    "grants": ("asked", "first"),
    "messages": ("checking",),
    "takedowns": ("open",),
    "breaches": ("detected", "contained", "authority_told"),
    "minors": ("open", "overdue"),
    "assessments": ("written", "signed"),
    "given": ("pending",),
}
"""States in which a record waits for somebody of this room."""
