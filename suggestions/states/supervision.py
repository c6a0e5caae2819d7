"""What may happen to a supervision order: proposed by a rule or a person, issued by a person (process.md 8.1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class Supervision(models.TextChoices):
    """Where one order stands. Its rung on the ladder is kept with each step, not here."""

    PROPOSED = "proposed", _("待决定")
    DISMISSED = "dismissed", _("不予督办")
    ISSUED = "issued", _("待反馈")
    OVERDUE = "overdue", _("逾期未反馈")
    ANSWERED = "answered", _("已反馈，待核")
    SENT_BACK = "sent_back", _("反馈被退回")
    CLOSED = "closed", _("已办结")


_M = Machine.SUPERVISION
_S = Supervision
_STAFF = Visibility.STAFF
_ISSUERS = (Role.SUPERVISOR, Role.LEADER)
_WAITING = (_S.ISSUED, _S.OVERDUE, _S.SENT_BACK)

# The rows are read as a table, so they are kept as one. K16c is K16 for critical matters: one working day.
# fmt: off
SUPERVISION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "supervision_propose", ("",), _S.PROPOSED, (SYSTEM, Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER),
               _("提出督办"), _("提出督办：{rule}"), _STAFF, notify=("staff.supervision_proposed",), basis="XF 40; process.md 8.1"),
    Transition(_M, "supervision_dismiss", (_S.PROPOSED,), _S.DISMISSED, _ISSUERS, _("不予督办"), _("不予督办"), _STAFF,
               reason_required=True, basis="process.md 8.1 (a person decides)"),
    Transition(_M, "supervision_issue", ("", _S.PROPOSED), _S.ISSUED, _ISSUERS, _("发出"), _("向{unit}发出{level}"), _STAFF,
               starts=("K16",), notify=("staff.supervision_issued",), basis="XF 40; K16"),
    Transition(_M, "supervision_issue_critical", ("", _S.PROPOSED), _S.ISSUED, _ISSUERS, _("发出（特急）"),
               _("向{unit}发出{level}（特急）"), _STAFF, starts=("K16c",), notify=("staff.supervision_issued",), basis="XF 40; K16"),
    Transition(_M, "supervision_answer", _WAITING, _S.ANSWERED, (Role.UNIT_HEAD,), _("反馈"), _("{unit}反馈"), _STAFF,
               stops=("K16", "K16c"), notify=("staff.supervision_answered",), basis="XF 40; K16"),
    Transition(_M, "supervision_lapse", (_S.ISSUED, _S.SENT_BACK), _S.OVERDUE, (SYSTEM,), _("逾期"), _("{unit}没有按期反馈"), _STAFF,
               notify=("staff.supervision_late",), basis="K16"),
    Transition(_M, "supervision_send_back", (_S.ANSWERED,), _S.SENT_BACK, _ISSUERS, _("退回反馈"), _("反馈没有通过，退回{unit}"), _STAFF,
               starts=("K16",), notify=("staff.supervision_issued",), reason_required=True, basis="process.md 8.1"),
    Transition(_M, "supervision_send_back_critical", (_S.ANSWERED,), _S.SENT_BACK, _ISSUERS, _("退回反馈（特急）"),
               _("反馈没有通过，退回{unit}（特急）"), _STAFF, starts=("K16c",), notify=("staff.supervision_issued",),
               reason_required=True, basis="process.md 8.1; K16 (critical 1 wd)"),
    Transition(_M, "supervision_climb", (_S.OVERDUE, _S.SENT_BACK, _S.ANSWERED), _S.ISSUED, _ISSUERS, _("升级督办"),
               _("升级，向{unit}发出{level}"), _STAFF, starts=("K16",), stops=("K16", "K16c"), notify=("staff.supervision_issued",),
               basis="XF 39, 40; SH 20; process.md 8.1"),
    Transition(_M, "supervision_climb_critical", (_S.OVERDUE, _S.SENT_BACK, _S.ANSWERED), _S.ISSUED, _ISSUERS,
               _("升级督办（特急）"), _("升级，向{unit}发出{level}（特急）"), _STAFF, starts=("K16c",), stops=("K16", "K16c"),
               notify=("staff.supervision_issued",), basis="XF 39, 40; SH 20; process.md 8.1; K16 (critical 1 wd)"),
    Transition(_M, "supervision_accept", (_S.ANSWERED,), _S.CLOSED, _ISSUERS, _("认可并办结"), _("反馈得到认可，督办办结"), _STAFF,
               basis="process.md 8.1"),
    Transition(_M, "supervision_withdraw", _WAITING, _S.CLOSED, _ISSUERS, _("撤销督办"), _("撤销督办"), _STAFF,
               stops=("K16", "K16c"), reason_required=True, basis="process.md 8.1"),
)
# fmt: on
