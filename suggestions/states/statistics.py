"""What may happen to one version of a period's published figures (process.md 7.2, 7.3).

A published version is never written again: what was wrong is put right by the next version, which says what it corrects.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class SnapshotState(models.TextChoices):
    """Where one version stands."""

    TAKEN = "taken", _("待公布")
    PUBLISHED = "published", _("已公布")
    CORRECTED = "corrected", _("已由更正代替")
    DROPPED = "dropped", _("不用")


_M = Machine.STATISTICS
_S = SnapshotState
_TAKERS = (SYSTEM, Role.ANALYST, Role.SUPERVISOR)
_PUBLISHERS = (Role.SUPERVISOR, Role.LEADER)

# The rows are read as a table, so they are kept as one.
# fmt: off
STATISTICS_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "stat_take", ("",), _S.TAKEN, _TAKERS, _("算出"), _("算出{period}的数据，第{number}版"), Visibility.STAFF,
               basis="process.md 7.2 (StatSnapshot); JN 33; BJ 34"),
    Transition(_M, "stat_correct", ("",), _S.TAKEN, (Role.ANALYST, Role.SUPERVISOR), _("更正"),
               _("更正{period}的数据，第{number}版"), Visibility.STAFF, reason_required=True,
               basis="process.md 7.2 (corrections are published as corrections)"),
    Transition(_M, "stat_drop", (_S.TAKEN,), _S.DROPPED, _TAKERS, _("不用这一版"), _("不用{period}的第{number}版"),
               Visibility.STAFF, reason_required=True, basis="process.md 7.2"),
    Transition(_M, "stat_publish", (_S.TAKEN,), _S.PUBLISHED, _PUBLISHERS, _("公布"), _("公布{period}的数据，第{number}版"),
               Visibility.PUBLIC, basis="process.md 7.3; JN 33; BJ 34"),
    Transition(_M, "stat_replace", (_S.PUBLISHED,), _S.CORRECTED, (SYSTEM,), _("由更正代替"), _("由第{number}版更正"),
               Visibility.PUBLIC, basis="process.md 7.2 (a published number never changes silently)"),
)
# fmt: on
