"""What may happen to a bulletin (通报) and to each unit in it: named from facts, put right by a day (process.md 8.1, 8.2)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class BulletinState(models.TextChoices):
    """Where one bulletin stands."""

    DRAFTING = "drafting", _("起草中")
    ISSUED = "issued", _("已通报")
    CLOSED = "closed", _("整改已办结")
    DROPPED = "dropped", _("不通报")


class BulletinUnitState(models.TextChoices):
    """Where one unit's entry stands. A praised unit's ends with its naming."""

    LISTED = "listed", _("拟列入")
    STRUCK = "struck", _("没有列入")
    NAMED = "named", _("已通报表扬")
    RECTIFYING = "rectifying", _("限期整改中")
    OVERDUE = "overdue", _("逾期未报整改")
    ANSWERED = "answered", _("已报整改，待核")
    SENT_BACK = "sent_back", _("整改被退回")
    ACCEPTED = "accepted", _("整改完成")


_B, _U = Machine.BULLETIN, Machine.BULLETIN_UNIT
_S, _T = BulletinState, BulletinUnitState
_STAFF = Visibility.STAFF
_JUDGES = (Role.SUPERVISOR, Role.LEADER)

# The rows are read as a table, so they are kept as one.
# fmt: off
BULLETIN_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_B, "bulletin_draft", ("",), _S.DRAFTING, (Role.SUPERVISOR,), _("起草通报"), _("起草{period}的通报"), _STAFF,
               basis="process.md 8.2; S0"),
    Transition(_B, "bulletin_issue", (_S.DRAFTING,), _S.ISSUED, _JUDGES, _("签发"), _("签发{name}"), _STAFF,
               notify=("staff.bulletin_issued",), basis="process.md 8.1, 8.2; S0; S1"),
    Transition(_B, "bulletin_close", (_S.ISSUED,), _S.CLOSED, _JUDGES, _("办结"), _("整改都已核过，办结"), _STAFF,
               basis="process.md 8.2 (rectification list)"),
    Transition(_B, "bulletin_drop", (_S.DRAFTING,), _S.DROPPED, _JUDGES, _("不通报"), _("不通报"), _STAFF, reason_required=True,
               basis="process.md 8.2"),
)
BULLETIN_UNIT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_U, "bulletin_list", ("",), _T.LISTED, (Role.SUPERVISOR,), _("拟列入"), _("按事实拟列入：{rule}"), _STAFF,
               basis="process.md 7.1, 8.2"),
    Transition(_U, "bulletin_strike", (_T.LISTED,), _T.STRUCK, _JUDGES, _("不列入"), _("不列入"), _STAFF, reason_required=True,
               basis="process.md 8.2"),
    Transition(_U, "bulletin_praise", (_T.LISTED,), _T.NAMED, _JUDGES, _("通报表扬"), _("通报表扬"), _STAFF,
               basis="process.md 8.2"),
    Transition(_U, "bulletin_rectify", (_T.LISTED,), _T.RECTIFYING, _JUDGES, _("通报并限期整改"), _("通报，限期整改"), _STAFF,
               starts=("KB",), notify=("staff.bulletin_rectify",), basis="XF 39; process.md 8.1, 8.2"),
    Transition(_U, "rectify_answer", (_T.RECTIFYING, _T.OVERDUE, _T.SENT_BACK), _T.ANSWERED, (Role.UNIT_HEAD,), _("报整改情况"),
               _("{unit}报整改情况"), _STAFF, stops=("KB",), notify=("staff.bulletin_answered",), basis="process.md 8.2"),
    Transition(_U, "rectify_lapse", (_T.RECTIFYING, _T.SENT_BACK), _T.OVERDUE, (SYSTEM,), _("逾期"), _("{unit}没有按期报整改"),
               _STAFF, notify=("staff.bulletin_late",), basis="process.md 8.2"),
    Transition(_U, "rectify_send_back", (_T.ANSWERED,), _T.SENT_BACK, _JUDGES, _("退回整改"), _("整改没有通过，退回{unit}"), _STAFF,
               starts=("KB",), notify=("staff.bulletin_rectify",), reason_required=True, basis="process.md 8.2"),
    Transition(_U, "rectify_accept", (_T.ANSWERED,), _T.ACCEPTED, _JUDGES, _("整改完成"), _("整改完成"), _STAFF,
               basis="process.md 8.2"),
)
# fmt: on
