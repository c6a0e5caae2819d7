"""The demo city's clocks: every rule stored, a change in force, ones that wait, one not taken."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from suggestions.clock import local_date
from suggestions.roles import Role
from suggestions.services import clock_rules, clocks, time_changes
from suggestions.services.calendars import Day

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def seed(city: "Seeder") -> None:
    """Proposals of rules and calendar in every state."""
    clock_rules.store_defaults()
    admin, supervisor = city.actor(Role.SYS_ADMIN), city.actor(Role.SUPERVISOR)
    place, then = city.jurisdiction, city.now - timedelta(days=12)
    applied = time_changes.propose_rule(
        kind="K12", length=4, effective_from=local_date(then), move_running=False, basis="演示：公开审核提速试行办法",
        actor=admin, jurisdiction=place, at=then,
    )  # fmt: skip
    time_changes.confirm(change=applied, actor=supervisor, at=then + timedelta(hours=3))
    declined = time_changes.propose_rule(
        kind="K7a", length=20, effective_from=local_date(then), move_running=False, basis="演示：单位请求放宽",
        actor=admin, jurisdiction=place, at=then + timedelta(hours=4),
    )  # fmt: skip
    time_changes.decline(
        change=declined,
        reason="放宽对建议人不利，先不改。",
        actor=supervisor,
        at=then + timedelta(days=1),
    )
    time_changes.propose_rule(
        kind="K9", length=8, effective_from=local_date(city.now), move_running=True, basis="演示：协办提速",
        actor=admin, jurisdiction=place, at=city.now - timedelta(hours=2),
    )  # fmt: skip
    _next_year(city)


def _next_year(city: "Seeder") -> None:
    """What the law alone says of next year, proposed and waiting: the yearly notice is not invented here."""
    year = local_date(city.now).year + 1
    if year in clocks.workdays().years:
        return
    days = [
        date(year, month, day) for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3))
    ]
    time_changes.propose_calendar(
        days=[Day(day, False, "法定节假日") for day in days], basis="演示：《全国年节及纪念日放假办法》第二条",
        actor=city.actor(Role.SYS_ADMIN), jurisdiction=city.jurisdiction, at=city.now - timedelta(hours=1),
    )  # fmt: skip
