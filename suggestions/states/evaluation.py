"""What may happen to one round of the author's rating (process.md 7.1)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Evaluation, Machine
from suggestions.states.table import AUTHOR, OFFICE, SYSTEM, Transition

_M = Machine.EVALUATION

# The rows are read as a table, so they are kept as one.
# fmt: off
EVALUATION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "invite", (Evaluation.NOT_INVITED, Evaluation.INVITED, Evaluation.EVALUATED, Evaluation.EXPIRED),
               Evaluation.INVITED, (SYSTEM,), _("邀请评价"), _("请您评价这次答复"), starts=("K13",), stops=("K13",), basis="K13; SAT22 3"),
    Transition(_M, "reopen_rating", (Evaluation.EXPIRED,), Evaluation.INVITED, (AUTHOR, Role.INTAKE_CLERK, *OFFICE),
               _("重开评价"), _("重新开放评价"), starts=("K13",), basis="K13: on request within 90 days of the answer"),
    Transition(_M, "evaluate", (Evaluation.INVITED,), Evaluation.EVALUATED, (AUTHOR, Role.INTAKE_CLERK), _("评价"),
               _("您评价了这次办理：{overall_label}"), stops=("K13",), basis="process.md 7.1"),
    Transition(_M, "expire", (Evaluation.INVITED,), Evaluation.EXPIRED, (SYSTEM,), _("评价期满"),
               _("评价期满，没有评价，不计为满意"), stops=("K13",), basis="T14; K13"),
)
# fmt: on
