"""An agent asks the level above for help, and gets an answer in two working days (process.md 3.3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import AGENTS, SYSTEM, Transition


class Relay(models.TextChoices):
    """Where a request to the higher agent stands."""

    OPEN = "open", _("等上级答复")
    ANSWERED = "answered", _("已答复")
    TAKEN_BACK = "taken_back", _("已收回")
    LAPSED = "lapsed", _("委托已结束")


_M = Machine.RELAY
_S = Visibility.STAFF

# The rows are read as a table, so they are kept as one.
# fmt: off
RELAY_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "relay_ask", ("",), Relay.OPEN, AGENTS[:-1], _("请上级代理员帮忙"), _("请{to}帮忙"), _S, starts=("KA2",),
               reason_required=True, basis="process.md 3.3"),
    Transition(_M, "relay_answer", (Relay.OPEN,), Relay.ANSWERED, AGENTS[1:], _("答复下级代理员"), _("{by}答复了"), _S,
               stops=("KA2",), basis="process.md 3.3"),
    Transition(_M, "relay_take_back", (Relay.OPEN,), Relay.TAKEN_BACK, AGENTS[:-1], _("收回请求"), _("收回了请求"), _S,
               stops=("KA2",), basis="process.md 3.3"),
    Transition(_M, "relay_lapse", (Relay.OPEN,), Relay.LAPSED, (SYSTEM,), _("随委托结束"), _("委托结束，请求不再办"), _S,
               stops=("KA2",), basis="process.md 3.3"),
)
# fmt: on
