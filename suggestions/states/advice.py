"""What may happen to one of the three advices: each gets a written adoption answer (process.md 8.1; XF 40)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class Advice(models.TextChoices):
    """Where one advice stands."""

    ISSUED = "issued", _("待答复")
    OVERDUE = "overdue", _("逾期未答复")
    ANSWERED = "answered", _("已答复，待核")
    SENT_BACK = "sent_back", _("答复被退回")
    CLOSED = "closed", _("已办结")
    WITHDRAWN = "withdrawn", _("已撤回")


_M = Machine.ADVICE
_S = Advice
_STAFF = Visibility.STAFF
_WAITING = (_S.ISSUED, _S.OVERDUE, _S.SENT_BACK)

# The rows are read as a table, so they are kept as one.
# fmt: off
ADVICE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "advice_issue", ("",), _S.ISSUED, (Role.SUPERVISOR, Role.LEADER), _("提出建议"), _("向{unit}提出{kind}建议"),
               _STAFF, starts=("K17",), notify=("staff.advice_issued",), basis="XF 40; K17"),
    Transition(_M, "advice_answer", _WAITING, _S.ANSWERED, (Role.UNIT_HEAD,), _("书面答复"), _("{unit}书面答复：{answer}"),
               _STAFF, stops=("K17",), notify=("staff.advice_answered",), basis="XF 40; SD 59"),
    Transition(_M, "advice_lapse", (_S.ISSUED, _S.SENT_BACK), _S.OVERDUE, (SYSTEM,), _("逾期"), _("{unit}没有按期书面答复"),
               _STAFF, notify=("staff.advice_late",), basis="K17"),
    Transition(_M, "advice_send_back", (_S.ANSWERED,), _S.SENT_BACK, (Role.SUPERVISOR, Role.LEADER), _("退回"),
               _("答复没有通过，退回{unit}"), _STAFF, starts=("K17",), notify=("staff.advice_issued",), reason_required=True,
               basis="process.md 8.1"),
    Transition(_M, "advice_close", (_S.ANSWERED,), _S.CLOSED, (Role.SUPERVISOR, Role.LEADER), _("办结"), _("办结"), _STAFF,
               basis="XF 40"),
    Transition(_M, "advice_withdraw", _WAITING, _S.WITHDRAWN, (Role.SUPERVISOR, Role.LEADER), _("撤回"), _("撤回建议"), _STAFF,
               stops=("K17",), reason_required=True, basis="process.md 8.1"),
)
# fmt: on
