"""What may happen to a unit's request for a later date (process.md 4.2, K8; model XF 34; BJ 15)."""

from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Extension, Machine, Visibility
from suggestions.states.table import OFFICE, SYSTEM, Transition

_M = Machine.EXTENSION

# The rows are read as a table, so they are kept as one.
# fmt: off
EXTENSION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "request_extension", ("",), Extension.REQUESTED, (Role.UNIT_HEAD,), _("申请延期"), _("{unit}申请延到{day}"),
               Visibility.STAFF, notify=("staff.extension_requested",), basis="K8; policy, model XF 34"),
    Transition(_M, "grant_extension", (Extension.REQUESTED,), Extension.GRANTED, OFFICE, _("同意延期"), _("同意延到{day}"),
               Visibility.STAFF, notify=("staff.extension_decided",), basis="K8; BJ 15"),
    Transition(_M, "deny_extension", (Extension.REQUESTED,), Extension.DENIED, OFFICE, _("不同意延期"), _("不同意延期"),
               Visibility.STAFF, notify=("staff.extension_decided",), reason_required=True, basis="K8; BJ 15"),
    Transition(_M, "lapse_extension", (Extension.REQUESTED,), Extension.LAPSED, (SYSTEM,), _("不再需要"), _("已不归这个单位办，延期申请失效"),
               Visibility.STAFF, basis="K8: there is no date left to move"),
)
# fmt: on
