"""Later dates, lead and co-units, urgent matters (process.md 4.2, 4.6; K8, K9, K23)."""

from datetime import date, timedelta

import pytest

from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Clock, Extension, Outbox, Suggestion
from suggestions.selectors import timeline
from suggestions.services import assignment, cowork, extending, triage, urgent, withdrawing
from tests import world as w
from tests.suggestions.pipeline.steps import (
    DAY,
    HOUR,
    City,
    clock,
    co_part,
    dispatched,
    lead,
    registered,
)
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
AT = MONDAY + 3 * DAY


def handled(city: City, *, co: bool = False) -> Suggestion:
    return w.sign_in(city.world, dispatched(city, co=co), at=MONDAY + DAY)


def ask(city: City, item: Suggestion, days: int, *, late: bool = False) -> Extension:
    held = clock(item, "K7a")
    at = AT if not late else MONDAY + timedelta(days=(held.due_on - MONDAY.date()).days + 1)
    return extending.request(
        assignment=lead(item), reason="站台改造要等招标。", new_due=held.due_on + timedelta(days=days),
        actor=city.actor("unit_head:bus"), at=at,
    )  # fmt: skip


def test_a_granted_extension_moves_the_date_keeps_the_old_one_and_tells_the_author_why(
    city: City,
) -> None:
    item = handled(city)
    first = clock(item, "K7a").due_on
    extending.grant(extension=ask(city, item, 30), actor=city.actor("triage_officer"), at=AT + HOUR)
    held = clock(item, "K7a")
    assert (held.due_on, held.first_due_on) == (first + timedelta(days=30), first)
    item.refresh_from_db()
    assert item.due_on == held.due_on
    seen = timeline.timeline(item, "author")[0]
    assert "站台改造要等招标" in seen.words
    codes = Outbox.objects.filter(kind="author_notice", payload__suggestion=item.pk)
    assert "author.extended" in {row.payload["code"] for row in codes}


def test_a_request_lapses_when_the_item_is_no_longer_with_the_unit(city: City) -> None:
    item = handled(city)
    held = ask(city, item, 10)
    assert extending.drop_overtaken(now=AT + HOUR) == 0
    withdrawing.withdraw(suggestion=item, reason="不用了。", actor=Actor.author(), at=AT + HOUR)
    assert extending.drop_overtaken(now=AT + DAY) == 1
    assert extending.drop_overtaken(now=AT + DAY) == 0
    held.refresh_from_db()
    assert held.status == "lapsed"
    item.refresh_from_db()
    assert item.events.filter(name="extension_lapsed").count() == 1


def test_an_extension_is_at_most_thirty_days_and_later_than_the_date(city: City) -> None:
    item = handled(city)
    for days in (0, 31):
        with pytest.raises(Invalid, match="最多延30天"):
            ask(city, item, days)


def test_an_extension_is_asked_for_before_the_date_has_passed(city: City) -> None:
    with pytest.raises(DomainError, match="期限前申请"):
        ask(city, handled(city), 10, late=True)


def test_an_assignment_is_extended_once(city: City) -> None:
    item = handled(city)
    extending.grant(extension=ask(city, item, 10), actor=city.actor("supervisor"), at=AT)
    with pytest.raises(DomainError, match="不能再延"):
        ask(city, item, 10)


def test_a_denied_extension_leaves_the_date_and_needs_a_reason(city: City) -> None:
    item = handled(city)
    held = ask(city, item, 10)
    before = clock(item, "K7a").due_on
    with pytest.raises(Invalid):
        extending.deny(extension=held, reason="", actor=city.actor("triage_officer"), at=AT)
    extending.deny(extension=held, reason="理由不充分。", actor=city.actor("triage_officer"), at=AT)
    assert clock(item, "K7a").due_on == before


def test_only_the_head_of_the_lead_unit_asks_and_only_the_office_decides(city: City) -> None:
    item = handled(city, co=True)
    with pytest.raises(NotAllowed):
        extending.request(
            assignment=lead(item), reason="忙", new_due=date(2026, 12, 1), actor=city.actor("handler:bus"), at=AT
        )  # fmt: skip
    with pytest.raises(DomainError, match="主办单位"):
        extending.request(
            assignment=co_part(item), reason="忙", new_due=date(2026, 12, 1), actor=city.actor("unit_head:water"), at=AT
        )  # fmt: skip
    held = ask(city, item, 10)
    with pytest.raises(NotAllowed):
        extending.grant(extension=held, actor=city.actor("unit_head:bus"), at=AT)


def test_a_co_unit_brought_in_later_has_its_own_clocks(city: City) -> None:
    item = handled(city)
    part = assignment.add_co_unit(
        suggestion=item, unit=city.water, note="看看排水", actor=city.actor("triage_officer"), at=AT
    )
    kinds = Clock.objects.filter(assignment=part, stopped_at=None).values_list("kind", flat=True)
    assert set(kinds) == {"K4", "K5", "K9"}
    with pytest.raises(Invalid, match="已经在承办"):
        assignment.add_co_unit(
            suggestion=item, unit=city.water, note="", actor=city.actor("triage_officer"), at=AT
        )


def test_a_co_unit_let_go_owes_nothing_any_more(city: City) -> None:
    item = handled(city, co=True)
    part = co_part(item)
    assignment.remove_co_unit(
        assignment=part, reason="用不着了", actor=city.actor("triage_officer"), at=AT
    )
    assert not Clock.objects.filter(assignment=part, stopped_at=None).exists()
    assert assignment.waiting_co_units(item, at=AT) == []


def test_a_late_co_unit_says_how_far_it_is_while_its_clock_runs_on(city: City) -> None:
    item = handled(city, co=True)
    part = co_part(item)
    actor = city.actor("liaison:water")
    assignment.sign_in(assignment=part, actor=actor, at=AT)
    cowork.give_interim(
        assignment=part, words="管线图还在调。", until=date(2026, 11, 20), actor=actor, at=AT
    )
    part.refresh_from_db()
    assert (part.interim_status, part.interim_until) == ("管线图还在调。", date(2026, 11, 20))
    assert Clock.objects.filter(assignment=part, kind="K9", stopped_at=None).exists()


def test_the_lead_reminds_a_co_unit_once_a_day(city: City) -> None:
    part = co_part(handled(city, co=True))
    actor = city.actor("liaison:bus")
    cowork.remind(assignment=part, actor=actor, at=AT)
    with pytest.raises(DomainError, match="明天"):
        cowork.remind(assignment=part, actor=actor, at=AT + HOUR)
    cowork.remind(assignment=part, actor=actor, at=AT + DAY)


def test_flagging_an_item_alerts_leaders_and_supervisors_and_two_hours_run(city: City) -> None:
    item = registered(city)
    urgent.flag(
        suggestion=item, level="critical", reason="站台顶棚快塌了", actor=city.actor("intake_clerk"), at=AT
    )  # fmt: skip
    assert item.urgency == "critical"
    assert urgent.is_waiting(item)
    rows = Outbox.objects.filter(kind="staff_notice", payload__suggestion=item.pk)
    assert "staff.urgent" in {row.payload["code"] for row in rows}
    urgent.report(suggestion=item, note="已通知城管", actor=city.actor("leader"), at=AT + HOUR)
    held = Clock.objects.get(suggestion=item, kind="K23")
    assert held.stopped_at == AT + HOUR
    with pytest.raises(DomainError):
        urgent.report(suggestion=item, note="", actor=city.actor("leader"), at=AT + HOUR)


def test_accepting_as_urgent_alerts_as_well_and_back_to_normal_ends_the_alert(city: City) -> None:
    item = registered(city)
    officer = city.actor("triage_officer")
    triage.accept(suggestion=item, topic=city.topic, urgency="urgent", actor=officer, at=AT)
    assert urgent.is_waiting(item)
    urgent.flag(suggestion=item, level="normal", reason="看错了", actor=officer, at=AT + HOUR)
    assert not urgent.is_waiting(item)
