"""What may happen to a league table (排名): criteria out first, appeals before it is published (process.md 8.3)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import Transition


class LeagueGroupState(models.TextChoices):
    """Where a group of comparable units with its criteria stands."""

    DRAFTING = "drafting", _("起草中")
    PUBLISHED = "published", _("已公布")
    ENDED = "ended", _("已停用")


class LeagueTableState(models.TextChoices):
    """Where one period's table stands."""

    DRAWN = "drawn", _("已算出")
    APPEAL = "appeal", _("征求异议中")
    PUBLISHED = "published", _("已公布")
    DROPPED = "dropped", _("不公布")


class LeagueAppealState(models.TextChoices):
    """Where one unit's appeal stands."""

    OPEN = "open", _("待决定")
    UPHELD = "upheld", _("异议成立")
    REJECTED = "rejected", _("异议不成立")


_G, _T, _A = Machine.LEAGUE_GROUP, Machine.LEAGUE, Machine.LEAGUE_APPEAL
_GS, _TS, _AS = LeagueGroupState, LeagueTableState, LeagueAppealState
_STAFF, _PUBLIC = Visibility.STAFF, Visibility.PUBLIC
_JUDGES = (Role.SUPERVISOR, Role.LEADER)

# The rows are read as a table, so they are kept as one.
# fmt: off
LEAGUE_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_G, "league_group", ("",), _GS.DRAFTING, (Role.SUPERVISOR,), _("设分组"), _("设分组：{name}"), _STAFF,
               basis="process.md 8.3 (groups of comparable units only)"),
    Transition(_G, "league_announce", (_GS.DRAFTING,), _GS.PUBLISHED, _JUDGES, _("公布标准"), _("公布标准，从{first}起算"), _PUBLIC,
               notify=("staff.league_criteria",), basis="process.md 8.3 (criteria visible beforehand)"),
    Transition(_G, "league_end", (_GS.DRAFTING, _GS.PUBLISHED), _GS.ENDED, _JUDGES, _("停用"), _("停用"), _PUBLIC,
               reason_required=True, basis="process.md 8.3"),
    Transition(_T, "league_draw", ("",), _TS.DRAWN, (Role.SUPERVISOR,), _("算出排名"), _("算出{period}的排名"), _STAFF,
               basis="process.md 8.3; PRAC 榆林"),
    Transition(_T, "league_show", (_TS.DRAWN,), _TS.APPEAL, (Role.SUPERVISOR,), _("征求异议"), _("请各单位在{until}前提异议"), _STAFF,
               starts=("KQ",), notify=("staff.league_shown",), basis="process.md 8.3 (appeal window before publication)"),
    Transition(_T, "league_publish", (_TS.APPEAL,), _TS.PUBLISHED, _JUDGES, _("公布排名"), _("公布{period}的排名"), _PUBLIC,
               stops=("KQ",), basis="process.md 8.3"),
    Transition(_T, "league_drop", (_TS.DRAWN, _TS.APPEAL), _TS.DROPPED, _JUDGES, _("不公布"), _("不公布"), _STAFF,
               stops=("KQ",), reason_required=True, basis="process.md 8.3"),
    Transition(_A, "league_appeal", ("",), _AS.OPEN, (Role.UNIT_HEAD,), _("提异议"), _("{unit}提出异议"), _STAFF,
               notify=("staff.league_appeal",), basis="process.md 8.3"),
    Transition(_A, "league_uphold", (_AS.OPEN,), _AS.UPHELD, _JUDGES, _("异议成立"), _("异议成立"), _STAFF,
               notify=("staff.league_answer",), reason_required=True, basis="process.md 8.3 (reasoned answer)"),
    Transition(_A, "league_reject", (_AS.OPEN,), _AS.REJECTED, _JUDGES, _("异议不成立"), _("异议不成立"), _STAFF,
               notify=("staff.league_answer",), reason_required=True, basis="process.md 8.3 (reasoned answer)"),
)
# fmt: on
