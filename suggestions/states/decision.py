"""What may happen to a refusal or redirect that needs a second person (process.md T6, T7)."""

from django.utils.translation import gettext_lazy as _

from suggestions.states.machines import Decision, Machine, Visibility
from suggestions.states.table import SYSTEM, TRIAGE, Transition

_M = Machine.DECISION

# The rows are read as a table, so they are kept as one.
# fmt: off
DECISION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "propose_decision", ("",), Decision.PROPOSED, TRIAGE, _("提请复核"), _("提请第二人复核"), Visibility.STAFF,
               notify=("staff.second_look",), basis="T6, T7; process.md 3.5"),
    Transition(_M, "confirm_decision", (Decision.PROPOSED,), Decision.CONFIRMED, TRIAGE, _("确认"), _("复核同意"),
               Visibility.STAFF, basis="T6, T7"),
    Transition(_M, "return_decision", (Decision.PROPOSED,), Decision.SENT_BACK, TRIAGE, _("退回"), _("复核不同意，退回重新考虑"),
               Visibility.STAFF, notify=("staff.decision_returned",), reason_required=True, basis="T6, T7"),
    Transition(_M, "drop_decision", (Decision.PROPOSED,), Decision.DROPPED, (SYSTEM, *TRIAGE), _("收回"),
               _("不再需要复核"), Visibility.STAFF, basis="T6, T7"),
)
# fmt: on
