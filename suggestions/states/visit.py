"""What may happen to one return visit (process.md 7.1, K14; BJ 23)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition

_M = Machine.VISIT


class VisitState(models.TextChoices):
    """One call to an author. Only `done` counts in the rates."""

    PLANNED = "planned", _("待回访")
    DONE = "done", _("已回访")
    UNREACHABLE = "unreachable", _("联系不上")
    REFUSED = "refused", _("不愿接受回访")
    CANCELLED = "cancelled", _("不再回访")


# The rows are read as a table, so they are kept as one.
# fmt: off
VISIT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "plan_visit", ("",), VisitState.PLANNED, (SYSTEM, Role.SUPERVISOR), _("安排回访"), _("安排回访"),
               Visibility.STAFF, starts=("K14",), basis="BJ 23; K14"),
    Transition(_M, "record_visit", (VisitState.PLANNED,), VisitState.DONE, (Role.INTAKE_CLERK,), _("记下回访"),
               _("电话回访了建议人"), Visibility.STAFF, stops=("K14",), basis="process.md 7.1, 7.2"),
    Transition(_M, "give_up_visit", (VisitState.PLANNED,), VisitState.UNREACHABLE, (Role.INTAKE_CLERK,), _("联系不上"),
               _("回访没有联系上"), Visibility.STAFF, stops=("K14",), basis="process.md 7.1"),
    Transition(_M, "decline_visit", (VisitState.PLANNED,), VisitState.REFUSED, (Role.INTAKE_CLERK,), _("不愿接受回访"),
               _("建议人不愿接受回访"), Visibility.STAFF, stops=("K14",), basis="process.md 7.1, 12"),
    Transition(_M, "cancel_visit", (VisitState.PLANNED,), VisitState.CANCELLED, (SYSTEM, Role.SUPERVISOR), _("不再回访"),
               _("不再回访"), Visibility.STAFF, stops=("K14",), reason_required=True, basis="process.md 9.4, 12"),
)
# fmt: on
