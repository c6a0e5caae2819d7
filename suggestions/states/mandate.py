"""A resident's authority for an agent: given for a time, taken back at any moment (process.md 3.3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import AGENTS, AUTHOR, SYSTEM, Transition


class Mandate(models.TextChoices):
    """Where a mandate stands. Only `active`, within its dates, opens anything."""

    AWAITING = "awaiting", _("待本人确认")
    ACTIVE = "active", _("有效")
    REVOKED = "revoked", _("本人已撤回")
    LAID_DOWN = "laid_down", _("代理员已交回")
    ENDED = "ended", _("到期")


_M = Machine.MANDATE
_OFFICE = (Role.INTAKE_CLERK, Role.TRIAGE_OFFICER, Role.SUPERVISOR)
_LIVE = (Mandate.AWAITING, Mandate.ACTIVE)

# The rows are read as a table, so they are kept as one.
# fmt: off
MANDATE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "mandate_offer", ("",), Mandate.AWAITING, AGENTS, _("请本人确认委托"),
               _("{agent}请您确认委托他代办"), basis="process.md 3.3"),
    Transition(_M, "mandate_sign", ("",), Mandate.ACTIVE, AGENTS, _("签订委托"), _("您委托{agent}代办，到{until}为止"),
               basis="process.md 3.3"),
    Transition(_M, "mandate_confirm", (Mandate.AWAITING,), Mandate.ACTIVE, AGENTS, _("本人确认委托"),
               _("您委托{agent}代办，到{until}为止"), basis="process.md 3.3"),
    Transition(_M, "mandate_revoke", _LIVE, Mandate.REVOKED, (AUTHOR, *_OFFICE), _("撤回委托"),
               _("您撤回了对{agent}的委托"), basis="process.md 3.3; CC 173"),
    Transition(_M, "mandate_lay_down", _LIVE, Mandate.LAID_DOWN, AGENTS, _("交回委托"),
               _("{agent}不再代办"), reason_required=True, basis="process.md 3.3; CC 173"),
    Transition(_M, "mandate_expire", _LIVE, Mandate.ENDED, (SYSTEM,), _("委托到期"),
               _("对{agent}的委托到期"), Visibility.AUTHOR, basis="process.md 3.3; CC 173"),
)
# fmt: on
