"""What may happen to a dispute about who is competent (process.md 4.2; XF 24)."""

from django.utils.translation import gettext_lazy as _

from suggestions.states.machines import Jurisdiction, Machine, Visibility
from suggestions.states.table import OFFICE, SYSTEM, Transition

_M = Machine.JURISDICTION
_OPEN = (Jurisdiction.CONSULTING, Jurisdiction.REFERRED, Jurisdiction.MEETING)

# The rows are read as a table, so they are kept as one.
# fmt: off
JURISDICTION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "open_dispute", ("",), Jurisdiction.CONSULTING, OFFICE, _("请单位协商"), _("请{units}在{day}前协商"),
               Visibility.STAFF, notify=("staff.dispute_opened",), basis="XF 24"),
    Transition(_M, "refer_dispute", (Jurisdiction.CONSULTING,), Jurisdiction.REFERRED, OFFICE, _("报请共同上级"),
               _("协商不成，报请{superior}决定"), Visibility.STAFF, basis="XF 24"),
    Transition(_M, "call_meeting", (Jurisdiction.CONSULTING, Jurisdiction.REFERRED), Jurisdiction.MEETING, OFFICE,
               _("提请联席会议"), _("提请{day}联席会议商定"), Visibility.STAFF, basis="XF 24"),
    Transition(_M, "settle_dispute", _OPEN, Jurisdiction.SETTLED, OFFICE, _("定下主办单位"), _("定由{unit}主办"),
               Visibility.STAFF, notify=("staff.dispute_settled",), reason_required=True, basis="XF 24"),
    Transition(_M, "drop_dispute", _OPEN, Jurisdiction.DROPPED, (SYSTEM, *OFFICE), _("不再需要"), _("争议不再需要解决"),
               Visibility.STAFF, reason_required=True, basis="XF 24"),
)
# fmt: on
