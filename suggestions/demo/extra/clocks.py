"""The demo city's clocks: every rule stored, a change in force, ones that wait, one not taken."""

from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.apps import apps

from suggestions.clock import local_date
from suggestions.codes import RecordClass
from suggestions.models import MonthClose, SupervisionOrder
from suggestions.roles import Role
from suggestions.services import (
    clocks,
    consulting,
    minors_audit,
    supervising,
    supervision_rules,
    time_changes,
    visiting,
)
from suggestions.services.calendars import Day

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def seed(city: "Seeder") -> None:
    """Proposals of rules and calendar in every state."""
    admin, supervisor = city.actor(Role.SYS_ADMIN), city.actor(Role.SUPERVISOR)
    place, then = city.jurisdiction, city.now - timedelta(days=12)
    # Each from the day it is proposed on: hours apart may be days apart, whenever the city is seeded.
    later, lately = then + timedelta(hours=4), city.now - timedelta(hours=2)
    applied = time_changes.propose_rule(
        kind="K12", length=4, effective_from=local_date(then), move_running=False, basis="演示：公开审核提速试行办法",
        actor=admin, jurisdiction=place, at=then,
    )  # fmt: skip
    time_changes.confirm(change=applied, actor=supervisor, at=then + timedelta(hours=3))
    declined = time_changes.propose_rule(
        kind="K7a", length=20, effective_from=local_date(later), move_running=False, basis="演示：单位请求放宽",
        actor=admin, jurisdiction=place, at=later,
    )  # fmt: skip
    time_changes.decline(
        change=declined,
        reason="放宽对建议人不利，先不改。",
        actor=supervisor,
        at=then + timedelta(days=1),
    )
    time_changes.propose_rule(
        kind="K9", length=8, effective_from=local_date(lately), move_running=True, basis="演示：协办提速",
        actor=admin, jurisdiction=place, at=lately,
    )  # fmt: skip
    _retention(city)
    _next_year(city)
    _month(city)
    _minors(city)
    _spot_check(city)
    _consultation(city)


def _retention(city: "Seeder") -> None:
    """How long records are kept, changed by two persons: a term in force, one not taken, one that waits (9.4)."""
    admin, supervisor = city.actor(Role.SYS_ADMIN), city.actor(Role.SUPERVISOR)
    facts = {"approved_by": "演示：市档案局", "actor": admin, "jurisdiction": city.jurisdiction}
    then = city.now - timedelta(days=10)
    longer = time_changes.propose_retention(
        record_class=RecordClass.IDENTITY_LOG, days=1825, basis="演示：审计记录延长到五年", at=then, **facts
    )  # fmt: skip
    time_changes.confirm(change=longer, actor=supervisor, at=then + timedelta(hours=2))
    shorter = time_changes.propose_retention(
        record_class=RecordClass.NOTICE, days=30, basis="演示：通知少存几天", at=then, **facts
    )
    time_changes.decline(
        change=shorter, reason="建议人来问时还要查通知，先不改。", actor=supervisor, at=then + timedelta(hours=3)
    )  # fmt: skip
    time_changes.propose_retention(
        record_class=RecordClass.DRAFT, days=60, basis="演示：草稿少存几天",
        at=city.now - timedelta(hours=3), **facts,
    )  # fmt: skip


def _month(city: "Seeder") -> None:
    """Last month's list, reported; the months before it are not invented."""
    supervision_rules.close_month(now=city.now)
    close = MonthClose.objects.filter(jurisdiction=city.jurisdiction).exclude(status="reported").first()  # fmt: skip
    if close is not None:
        supervision_rules.report_month(
            close=close, note="逾期的已逐件催办，两件等现场勘查，月底前清完。", actor=city.actor(Role.SUPERVISOR), at=city.now
        )  # fmt: skip


def _minors(city: "Seeder") -> None:
    """The audit of the year before last, reported; last year's, which nobody reported in time."""
    year, officer = local_date(city.now).year, city.actor(Role.PRIVACY_OFFICER)
    done = minors_audit.open_year(city.jurisdiction, year - 2)
    if done is not None:
        minors_audit.report(
            audit=done, findings="抽看20件：查看身份都有批准，公开页没有署名。两件监护人同意没有写关系，已补。", actor=officer,
            at=city.now.replace(year=year - 1, month=3, day=10),
        )  # fmt: skip
    minors_audit.open_year(city.jurisdiction, year - 1)
    minors_audit.sweep(now=city.now)


def _spot_check(city: "Seeder") -> None:
    """An order whose author is called without the unit's knowing."""
    orders = SupervisionOrder.objects.filter(
        jurisdiction=city.jurisdiction, suggestion__isnull=False, suggestion__visits=None, status__in=("issued", "answered")
    ).select_related("suggestion__jurisdiction", "suggestion__author")  # fmt: skip
    for order in orders.order_by("pk"):
        if order.suggestion is not None and visiting.can_be_called(order.suggestion):
            supervising.spot_check(order=order, actor=city.actor(Role.SUPERVISOR), at=city.now - timedelta(hours=1))  # fmt: skip
            return


def _consultation(city: "Seeder") -> None:
    """A campaign that is long enough becomes the consultation on a major decision (AD 15)."""
    pages = apps.get_model("cms", "CampaignPage")._default_manager.filter(
        live=True, opens_at__lte=city.now
    )
    for page in pages.order_by("opens_at"):
        ends = page.closes_at
        if ends and consulting.last_day(ends) >= consulting.earliest_close(page.opens_at):
            pages.filter(pk=page.pk).update(is_major_decision=True)
            break
    running = pages.filter(closes_at__gt=city.now, is_major_decision=False).order_by("opens_at")
    pages.filter(pk__in=list(running.values_list("pk", flat=True)[:1])).update(
        is_major_decision=True
    )
    consulting.sweep(now=city.now)


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
