"""What may happen to a dated promise of an answer (process.md 4.7; K18)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Commitment, Machine, Visibility
from suggestions.states.table import OFFICE, SYSTEM, UNIT, Transition

_M = Machine.COMMITMENT

# The rows are read as a table, so they are kept as one.
# fmt: off
COMMITMENT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "commit", ("",), Commitment.OPEN, (SYSTEM, *OFFICE), _("承诺"), _("{unit}承诺{day}前{what}"),
               Visibility.PUBLIC, starts=("K18",), basis="process.md 4.7; K18; S1"),
    Transition(_M, "keep_commitment", (Commitment.OPEN, Commitment.MISSED), Commitment.KEPT, (*UNIT, Role.UNIT_HEAD),
               _("做到了"), _("{unit}登记做到了"), Visibility.PUBLIC, stops=("K18",), basis="K18"),
    Transition(_M, "renew_commitment", (Commitment.OPEN, Commitment.MISSED), Commitment.OPEN, (Role.UNIT_HEAD,),
               _("改定日期"), _("{unit}把日期从{before}改到{day}"), Visibility.PUBLIC, starts=("K18",), stops=("K18",),
               reason_required=True, basis="K18: a new date needs a reason, told to the author"),
    Transition(_M, "miss_commitment", (Commitment.OPEN,), Commitment.MISSED, (SYSTEM,), _("没有做到"),
               _("过了{day}，{unit}没有登记做到"), Visibility.PUBLIC, basis="K18; ground for T17 and for supervision (8.1)"),
    Transition(_M, "replace_commitment", (Commitment.OPEN, Commitment.MISSED), Commitment.REPLACED, (SYSTEM, *OFFICE),
               _("由新的答复代替"), _("新的答复代替了这条承诺"), Visibility.PUBLIC, stops=("K18",),
               basis="K18: fulfilled or new reply"),
)
# fmt: on
