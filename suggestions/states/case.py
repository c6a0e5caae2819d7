"""What may happen to a case as a whole (process.md 4.1, T1 to T19)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Case, Machine, Visibility
from suggestions.states.table import AUTHOR, OFFICE, SYSTEM, TRIAGE, UNIT, Transition

_M = Machine.CASE

# The rows are read as a table, so they are kept as one.
# fmt: off
CASE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "submit", (Case.DRAFT,), Case.SUBMITTED, (AUTHOR, Role.INTAKE_CLERK, SYSTEM), _("提交"), _("提交"),
               Visibility.STAFF, starts=("K1",), basis="T1; SH 10; PIPL 17, 35"),
    Transition(_M, "register", (Case.SUBMITTED,), Case.REGISTERED, (SYSTEM, Role.INTAKE_CLERK), _("登记"), _("收到，登记"),
               Visibility.PUBLIC, starts=("K2", "K3"), stops=("K1",), notify=("author.registered",),
               basis="T2; XF 22, 44(1)"),
    Transition(_M, "request_supplement", (Case.REGISTERED,), Case.SUPPLEMENT_REQUESTED, TRIAGE, _("请建议人补充"),
               _("请您补充：{asked}"), starts=("K10",), pauses=("K2",), notify=("author.supplement",), reason_required=True,
               basis="T3; one consolidated request, model OGI 30"),
    Transition(_M, "supplement", (Case.SUPPLEMENT_REQUESTED,), Case.REGISTERED, (AUTHOR, Role.INTAKE_CLERK), _("补充"),
               _("您补充了材料，继续计时"), stops=("K10",), resumes=("K2",), notify=("staff.supplemented",), basis="T4"),
    Transition(_M, "supplement_expired", (Case.SUPPLEMENT_REQUESTED,), Case.REGISTERED, (SYSTEM,), _("补充到期"),
               _("补充期已过，按现有内容继续办理"), stops=("K10",), resumes=("K2",), basis="T4; K10"),
    Transition(_M, "accept", (Case.REGISTERED,), Case.ACCEPTED, TRIAGE, _("受理"), _("已受理，由{office}负责分办"),
               Visibility.PUBLIC, stops=("K3",), notify=("author.accepted",), basis="T5; XF 29; SH 11"),
    Transition(_M, "redirect", (Case.REGISTERED,), Case.REDIRECTED, TRIAGE, _("指引其他渠道"),
               _("这件事属于{category}，请到{target}办理"), stops=("K2", "K3"), notify=("author.redirected",),
               reason_required=True, basis="T6; XF 22, 28, 31; SH 10"),
    Transition(_M, "refuse", (Case.REGISTERED,), Case.NOT_ACCEPTED, TRIAGE, _("不予受理"), _("没有受理：{reason_text}"),
               stops=("K2", "K3"), notify=("author.refused",), reason_required=True, basis="T7; SH 10; process.md 3.5"),
    Transition(_M, "merge", (Case.REGISTERED, Case.ACCEPTED), Case.MERGED, TRIAGE, _("并案"),
               _("与{primary}是同一件事，合并办理；答复时同样答复您"), stops=("K2", "K3"), notify=("author.merged",),
               reason_required=True, basis="T8; process.md 4.5"),
    Transition(_M, "dispatch", (Case.ACCEPTED,), Case.DISPATCHED, TRIAGE, _("交办"), _("交{lead}主办{with_co}"),
               Visibility.PUBLIC, starts=("K7a",), stops=("K2",), notify=("author.dispatched", "staff.dispatched"),
               basis="T9; BJ 11 (dispatch directory)"),
    Transition(_M, "sign_in", (Case.DISPATCHED,), Case.HANDLING, UNIT, _("签收"), _("{unit}签收，开始办理"),
               Visibility.PUBLIC, basis="T10"),
    Transition(_M, "submit_reply", (Case.HANDLING, Case.RECTIFYING), Case.REPLY_REVIEW, (Role.UNIT_HEAD,),
               _("签发并报送审核"), _("{unit}负责人审签，报送审核"), starts=("K11",), notify=("staff.reply_submitted",),
               basis="T11; process.md 4.7"),
    Transition(_M, "send_back", (Case.REPLY_REVIEW,), Case.HANDLING, OFFICE, _("退回重办"),
               _("答复没有通过审核，退回{unit}重写"), stops=("K11",), notify=("staff.sent_back",), reason_required=True,
               basis="T12"),
    Transition(_M, "pass_reply", (Case.REPLY_REVIEW,), Case.ANSWERED, OFFICE, _("审核通过并答复"), _("{unit}答复"),
               Visibility.PUBLIC, starts=("K12", "K13"), stops=("K11", "K7a", "K15"), notify=("author.answered",),
               basis="T13, T16; XF 29; SH 12"),
    Transition(_M, "close", (Case.ANSWERED,), Case.CLOSED, (SYSTEM, AUTHOR), _("办结"), _("办结"), Visibility.PUBLIC,
               stops=("K13",), basis="T14"),
    Transition(_M, "rectify", (Case.ANSWERED,), Case.RECTIFYING, (SYSTEM, Role.SUPERVISOR), _("限期整改"),
               _("建议人不满意，{unit}限期整改"), Visibility.PUBLIC, starts=("K15",), stops=("K13",),
               notify=("author.rectifying", "staff.rectify"), basis="T15; process.md 7.1; S0"),
    Transition(_M, "withdraw",
               (Case.REGISTERED, Case.SUPPLEMENT_REQUESTED, Case.ACCEPTED, Case.DISPATCHED, Case.HANDLING, Case.REPLY_REVIEW, Case.ANSWERED, Case.RECTIFYING),
               Case.WITHDRAWN, (AUTHOR,), _("撤回"), _("您撤回了这件建议"),
               stops=("K2", "K3", "K7a", "K10", "K11", "K12", "K13", "K15"), notify=("staff.withdrawn",),
               basis="T18; process.md 9.4"),
)
# fmt: on
