"""What may happen to a sponsored matter: one leader answers for it until it is solved (process.md 6.4; XF 18)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class Sponsorship(models.TextChoices):
    """Where one leader's sponsorship of a matter stands. Handing over ends this one and opens the successor's."""

    PROPOSED = "proposed", _("待决定")
    DISMISSED = "dismissed", _("不包案")
    OPEN = "open", _("已包案")
    PLAN = "plan", _("已定方案")
    WORKING = "working", _("推进中")
    RESOLVED = "resolved", _("已化解")
    HANDED_OVER = "handed_over", _("已移交")


_M = Machine.SPONSORSHIP
_S = Sponsorship
_STAFF = Visibility.STAFF
_OFFICE = (Role.SUPERVISOR, Role.LEADER)

# The rows are read as a table, so they are kept as one. The public reads the neutral words of the matter, never an event.
# fmt: off
SPONSORSHIP_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "sponsorship_propose", ("",), _S.PROPOSED, (SYSTEM, Role.TRIAGE_OFFICER, Role.SUPERVISOR), _("提出包案"),
               _("提出包案：{rule}"), _STAFF, notify=("staff.sponsorship_proposed",), basis="process.md 6.4 (P)"),
    Transition(_M, "sponsorship_dismiss", (_S.PROPOSED,), _S.DISMISSED, _OFFICE, _("不包案"), _("不包案"), _STAFF,
               reason_required=True, basis="process.md 6.4"),
    Transition(_M, "sponsorship_open", ("", _S.PROPOSED), _S.OPEN, _OFFICE, _("包案"), _("{leader}包案"), _STAFF,
               notify=("staff.sponsorship_opened",), basis="XF 18; S1"),
    Transition(_M, "sponsorship_plan", (_S.OPEN,), _S.PLAN, _OFFICE, _("定方案"), _("定方案，{due}前办成"), _STAFF, basis="S1 (five ones)"),
    Transition(_M, "sponsorship_work", (_S.PLAN,), _S.WORKING, _OFFICE, _("开始推进"), _("开始推进"), _STAFF, basis="S1"),
    Transition(_M, "sponsorship_resolve", (_S.WORKING,), _S.RESOLVED, _OFFICE, _("化解"), _("已化解"), _STAFF, basis="S0; S1"),
    Transition(_M, "sponsorship_hand_over", (_S.OPEN, _S.PLAN, _S.WORKING), _S.HANDED_OVER, _OFFICE, _("移交"),
               _("移交给{successor}"), _STAFF, notify=("staff.sponsorship_opened",), reason_required=True,
               basis="S0 (the duty does not lapse until solved)"),
)
# fmt: on
