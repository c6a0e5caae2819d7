"""What may happen to one reception of a leader: published in advance, held, counted (process.md 6.3; XF 18)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import OFFICE, SYSTEM, Transition


class Reception(models.TextChoices):
    """Where one slot of the schedule stands."""

    PLANNED = "planned", _("待公布")
    PUBLISHED = "published", _("已公布")
    HELD = "held", _("已接待")
    COUNTED = "counted", _("已公开情况")
    CANCELLED = "cancelled", _("已取消")


_M = Machine.RECEPTION
_S = Reception
_PUBLIC = Visibility.PUBLIC
_KEEPERS = (*OFFICE, Role.INTAKE_CLERK)

# The rows are read as a table, so they are kept as one.
# fmt: off
RECEPTION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "reception_plan", ("",), _S.PLANNED, (SYSTEM, *_KEEPERS), _("排日程"), _("排入接访日程"), Visibility.STAFF,
               basis="XF 18; process.md 6.3"),
    Transition(_M, "reception_publish", (_S.PLANNED,), _S.PUBLISHED, OFFICE, _("公布"), _("公布接访日程"), _PUBLIC,
               basis="XF 18 (time, place and leader published)"),
    Transition(_M, "reception_cancel", (_S.PLANNED, _S.PUBLISHED), _S.CANCELLED, OFFICE, _("取消"), _("取消"), _PUBLIC,
               reason_required=True, basis="process.md 6.3"),
    Transition(_M, "reception_hold", (_S.PUBLISHED,), _S.HELD, _KEEPERS, _("记录接待"), _("已接待，记录完成"), Visibility.STAFF,
               basis="XF 18; S1"),
    Transition(_M, "reception_count", (_S.HELD,), _S.COUNTED, OFFICE, _("公开接待情况"), _("公开接待情况"), _PUBLIC,
               basis="process.md 6.3 (counts, no persons)"),
)
# fmt: on
