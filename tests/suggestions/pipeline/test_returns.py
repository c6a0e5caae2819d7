"""Objections, what repeated returns lead to, changes of hands, disputes of competence (process.md 4.2; XF 23, 24)."""

from datetime import timedelta

import pytest

from suggestions import access
from suggestions.clock import local_date
from suggestions.codes import Category
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Clock, DispatchRule, Reply
from suggestions.selectors import holding
from suggestions.services import assignment, disputes, eligible, replying
from suggestions.states import Case
from tests import world as w
from tests.suggestions.pipeline.steps import (
    DAY,
    HOUR,
    City,
    accepted,
    bounce,
    clock,
    co_part,
    dispatched,
    due,
    give,
    lead,
    objects,
)
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
AT = MONDAY + DAY


def test_a_unit_may_object_on_the_fifth_working_day_and_no_longer_on_the_sixth(city: City) -> None:
    # Given out on Monday 2 November: the fifth working day is Monday the 9th.
    on_time, late = dispatched(city), dispatched(city, title="西站路公交站加一张长椅")
    objects(city, on_time, "bus", at=MONDAY + 7 * DAY)
    assert lead(on_time).status == "objected"
    with pytest.raises(DomainError, match="5个工作日"):
        objects(city, late, "bus", at=MONDAY + 8 * DAY)


def test_an_objection_needs_detailed_reasons_and_a_legal_basis(city: City) -> None:
    item = dispatched(city)
    with pytest.raises(Invalid) as refused:
        disputes.object_to(
            assignment=lead(item), reasons="不归我管", legal_basis=" ", actor=city.actor("liaison:bus"), at=AT
        )  # fmt: skip
    assert set(refused.value.errors) == {"reasons", "legal_basis"}


def test_only_the_unit_that_holds_it_may_object(city: City) -> None:
    with pytest.raises(NotAllowed):
        objects(city, dispatched(city), "water", at=AT)


def test_an_objection_starts_the_offices_clock_and_stops_no_clock_of_the_author(city: City) -> None:
    item = dispatched(city)
    before = due(item, "K7a")
    objects(city, item, "bus", at=AT)
    assert (due(item, "K7a"), clock(item, "K7a").paused_on) == (before, None)
    # Two working days from Tuesday the 3rd, and the office's own to keep.
    held = clock(item, "K6")
    assert (held.due_on.isoformat(), held.holder_unit) == ("2026-11-05", city.office)
    assert not Clock.objects.filter(
        suggestion=item, kind__in=("K4", "K5"), stopped_at=None
    ).exists()


def test_an_upheld_objection_brings_the_item_back_to_be_dispatched_with_the_same_date(
    city: City,
) -> None:
    item = dispatched(city)
    promised = item.due_on
    bounce(city, item, "bus", at=AT)
    assert (item.status, item.lead_unit, item.return_count) == ("accepted", None, 1)
    give(city, item, city.water, at=AT + DAY)
    assert (item.due_on, clock(item, "K7a").holder_unit) == (promised, city.water)
    with pytest.raises(Exception, match="没有这件建议"):
        access.load(city.users["liaison:bus"], item.case_no)


def test_a_rejected_objection_is_a_final_designation_without_further_return(city: City) -> None:
    item = dispatched(city)
    held = objects(city, item, "bus", at=AT)
    disputes.reject(
        objection=held, decision="派单目录写明归你单位。", actor=city.actor("supervisor"), at=AT + HOUR
    )  # fmt: skip
    assert (item.status, lead(item).status, lead(item).is_final) == ("handling", "working", True)
    with pytest.raises(DomainError, match="最终指定"):
        objects(city, item, "bus", at=AT + 2 * HOUR)


def test_after_two_returns_there_is_no_third_and_a_supervisor_designates(city: City) -> None:
    item = dispatched(city)
    bounce(city, item, "bus", at=AT)
    assert item.escalated_at is None
    give(city, item, city.water, at=AT + DAY)
    bounce(city, item, "water", at=AT + DAY + HOUR)
    assert item.escalated_at is not None
    with pytest.raises(DomainError, match="督办员"):
        give(city, item, city.park, at=AT + 2 * DAY)
    assignment.designate(
        suggestion=item, lead=city.bus, reason="站台属于道路设施。", actor=city.actor("supervisor"), at=AT + 2 * DAY
    )  # fmt: skip
    assert item.status == Case.DISPATCHED
    with pytest.raises(DomainError, match="不能再退"):
        objects(city, item, "bus", at=AT + 2 * DAY + HOUR)


def test_a_supervisor_designates_only_what_went_back_and_forth(city: City) -> None:
    with pytest.raises(DomainError):
        assignment.designate(
            suggestion=accepted(city), lead=city.bus, reason="指定", actor=city.actor("supervisor"), at=AT
        )  # fmt: skip


def test_three_units_without_a_lead_escalate_even_when_one_was_only_reassigned(city: City) -> None:
    item = dispatched(city)
    officer = city.actor("triage_officer")
    for to, hours in ((city.water, 1), (city.park, 2)):
        assignment.reassign(
            suggestion=item, to=to, reason="职责在这里", actor=officer, at=AT + hours * HOUR
        )
    bounce(city, item, "park", at=AT + 3 * HOUR)
    assert (item.return_count, disputes.units_touched(item)) == (1, 3)
    assert item.escalated_at is not None


def test_each_holder_answers_for_its_own_days(city: City) -> None:
    item = dispatched(city)
    objects(city, item, "bus", at=MONDAY + 2 * DAY)
    disputes.uphold(
        objection=disputes.open_objections(item)[0], decision="不归它。", actor=city.actor("triage_officer"),
        at=MONDAY + 3 * DAY,
    )  # fmt: skip
    give(city, item, city.water, at=MONDAY + 4 * DAY)
    found = [
        (s.holder, s.working_days, s.disputed) for s in holding.spans(item, at=MONDAY + 8 * DAY)
    ]
    office = city.jurisdiction.office_name
    assert found == [
        (office, 0, False),
        ("市交通局", 2, False),
        (office, 1, True),
        (office, 1, False),
        ("市水务局", 2, False),
    ]
    assert holding.days_by_holder(item, at=MONDAY + 8 * DAY)["市水务局"] == 2


def test_a_reassigned_item_keeps_its_date_and_no_draft_of_the_unit_that_lost_it(city: City) -> None:
    item = dispatched(city)
    w.sign_in(city.world, item, at=AT)
    replying.save_draft(suggestion=item, actor=city.actor("handler:bus"), at=AT, body="草稿")
    promised = item.due_on
    assignment.reassign(
        suggestion=item, to=city.water, reason="管养移交了", actor=city.actor("triage_officer"), at=AT + HOUR
    )  # fmt: skip
    assert (item.status, item.lead_unit, item.due_on) == ("dispatched", city.water, promised)
    assert Reply.objects.get(suggestion=item).state == "sent_back"
    assert {p.unit for p in assignment.active_parts(item)} == {city.water}


def test_an_item_taken_back_by_the_office_keeps_its_co_units_unless_they_are_left_out(
    city: City,
) -> None:
    item = dispatched(city, co=True)
    kept = co_part(item).pk
    assignment.take_back(
        suggestion=item, reason="派错了", actor=city.actor("triage_officer"), at=AT
    )
    assert item.status == Case.ACCEPTED
    assignment.dispatch(
        suggestion=item, lead=city.park, co_units=[city.water], actor=city.actor("triage_officer"), at=AT + HOUR
    )  # fmt: skip
    assert co_part(item).pk == kept
    assignment.take_back(
        suggestion=item, reason="又派错了", actor=city.actor("triage_officer"), at=AT + 2 * HOUR
    )
    give(city, item, city.bus, at=AT + 3 * HOUR)
    assert {p.unit for p in assignment.active_parts(item)} == {city.bus}


def test_a_unit_named_as_wrongdoer_and_what_lies_under_it_are_never_given_the_item(
    city: City,
) -> None:
    item = accepted(city)
    under = city.bus.add_child(
        code="bus-yard", name="公交场站所", short_name="场站所", jurisdiction=city.jurisdiction
    )
    eligible.name_unit(
        suggestion=item, unit=city.bus, reason="建议反映的就是它", actor=city.actor("triage_officer"), at=AT
    )  # fmt: skip
    for unit in (city.bus, under):
        with pytest.raises(Invalid, match="回避"):
            give(city, item, unit, at=AT)
    with pytest.raises(Invalid, match="回避"):
        assignment.dispatch(
            suggestion=item, lead=city.water, co_units=[city.bus], actor=city.actor("triage_officer"), at=AT
        )  # fmt: skip
    assert item.category == Category.SUGGESTION


def test_a_community_organisation_leads_only_what_the_directory_lists_for_it(city: City) -> None:
    city.park.is_community = True
    city.park.save()
    with pytest.raises(Invalid, match="社区组织"):
        give(city, accepted(city), city.park, at=AT)
    DispatchRule.objects.create(
        jurisdiction=city.jurisdiction, topic=city.topic, unit=city.park, basis="目录"
    )
    item = give(city, accepted(city, title="人民路公交站安个雨棚"), city.park, at=AT)
    assert item.lead_unit == city.park


def test_what_a_settled_dispute_gives_to_a_unit_cannot_be_returned(city: City) -> None:
    item, officer = accepted(city), city.actor("triage_officer")
    held = disputes.open_dispute(
        suggestion=item, units=[city.bus, city.park], matter="站台座椅归谁管",
        consult_until=local_date(AT + 3 * DAY), actor=officer, at=AT,
    )  # fmt: skip
    disputes.refer(dispute=held, superior="市政府办公室", actor=officer, at=AT + 4 * DAY)
    disputes.call_meeting(
        dispute=held, on=local_date(AT + 6 * DAY), about="职责联席会议", actor=officer, at=AT + 5 * DAY
    )  # fmt: skip
    disputes.settle(
        dispute=held,
        unit=city.park,
        result="联席会议定由园林局办。",
        actor=officer,
        at=AT + 6 * DAY,
    )
    assert (held.status, held.referred_on, held.settled_on) == (
        "settled", local_date(AT + 4 * DAY), local_date(AT + 6 * DAY),
    )  # fmt: skip
    give(city, item, city.park, at=AT + 6 * DAY)
    with pytest.raises(DomainError, match="最终指定"):
        objects(city, item, "park", at=AT + 6 * DAY + HOUR)


def test_a_dispute_needs_two_units_and_there_is_one_at_a_time(city: City) -> None:
    item, officer = accepted(city), city.actor("triage_officer")
    until = local_date(AT + timedelta(days=3))
    with pytest.raises(Invalid):
        disputes.open_dispute(
            suggestion=item, units=[city.bus], matter="归谁", consult_until=until, actor=officer, at=AT
        )  # fmt: skip
    disputes.open_dispute(
        suggestion=item, units=[city.bus, city.park], matter="归谁", consult_until=until, actor=officer, at=AT
    )  # fmt: skip
    with pytest.raises(DomainError, match="已经有一个"):
        disputes.open_dispute(
            suggestion=item, units=[city.bus, city.park], matter="归谁", consult_until=until, actor=officer, at=AT
        )  # fmt: skip
