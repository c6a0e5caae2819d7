"""What may happen to a promise made in a public questioning: followed until it is closed (process.md 6.2; K18)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, UNIT, Transition


class QaPromiseState(models.TextChoices):
    """Where one promise stands. Kept late is kept; the date shows that it was late."""

    OPEN = "open", _("未到期")
    KEPT = "kept", _("已兑现")
    MISSED = "missed", _("逾期未兑现")


_M = Machine.QA_PROMISE
_S = QaPromiseState
_PUBLIC = Visibility.PUBLIC
_ANSWERERS = (*UNIT, Role.UNIT_HEAD)

# The rows are read as a table, so they are kept as one.
# fmt: off
QA_PROMISE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "qa_promise_make", ("",), _S.OPEN, _ANSWERERS, _("承诺"), _("{unit}承诺{day}前{measure}"), _PUBLIC,
               starts=("K18",), basis="process.md 6.2; K18"),
    Transition(_M, "qa_promise_keep", (_S.OPEN, _S.MISSED), _S.KEPT, _ANSWERERS, _("登记兑现"), _("{unit}登记兑现"), _PUBLIC,
               stops=("K18",), basis="process.md 6.2; K18"),
    Transition(_M, "qa_promise_move", (_S.OPEN, _S.MISSED), _S.OPEN, _ANSWERERS, _("改期"), _("{unit}把日期从{before}改到{day}"),
               _PUBLIC, starts=("K18",), stops=("K18",), reason_required=True, basis="K18: a new date needs a public reason"),
    Transition(_M, "qa_promise_miss", (_S.OPEN,), _S.MISSED, (SYSTEM,), _("逾期"), _("过了{day}，{unit}没有登记兑现"), _PUBLIC,
               basis="process.md 6.2 (followed until each is closed); K18"),
)
# fmt: on
