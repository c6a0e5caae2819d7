"""The public consultation on a draft decision: at least thirty days, or the reason why shorter (process.md 3.1; AD 15; K21)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class ConsultationState(models.TextChoices):
    """Whether opinions are being taken."""

    OPEN = "open", _("征求意见中")
    CLOSED = "closed", _("已结束")
    CUT_SHORT = "cut_short", _("不足法定天数结束")


_M = Machine.CONSULTATION
_S = ConsultationState
_PUBLIC = Visibility.PUBLIC

# The rows are read as a table, so they are kept as one.
# fmt: off
CONSULTATION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "consultation_open", ("",), _S.OPEN, (SYSTEM,), _("开始"), _("开始公开征求意见"), _PUBLIC, starts=("K21",),
               basis="AD 15; K21"),
    Transition(_M, "consultation_close", (_S.OPEN,), _S.CLOSED, (SYSTEM,), _("结束"), _("公开征求意见结束"), _PUBLIC,
               stops=("K21",), basis="AD 15; K21"),
    Transition(_M, "consultation_cut_short", (_S.OPEN,), _S.CUT_SHORT, (SYSTEM,), _("提前结束"), _("公开征求意见提前结束：{why}"),
               _PUBLIC, stops=("K21",), basis="AD 15 (shorter only with the urgency explained)"),
)
# fmt: on
