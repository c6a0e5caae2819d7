"""What early warning sees: topics and places above what is usual there, counted in people, none of them listed (8.4)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from suggestions.actor import Actor
from suggestions.insight.rises import Threshold, by_chance, share_of, usual
from suggestions.models import (
    Clock,
    Commitment,
    DispatchRule,
    District,
    EarlyWarning,
    Evaluation,
    RecordEvent,
    Signal,
    Suggestion,
    Topic,
    Unit,
    WarningRule,
    WarningScan,
)
from suggestions.services import early_warnings, warning_rules, warning_watch
from suggestions.services.clocks import of_record
from suggestions.states import Case
from tests import world as w
from tests.suggestions.warnings.year import Year, more_places
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
TODAY = MONDAY.date()


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def year(city: World) -> Year:
    """Ten quiet weeks lie behind: one voice on something else began them."""
    made = Year(city)
    made.voice(TODAY - timedelta(days=80), city.other_topic, city.district)
    return made


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def look(days: int = 0) -> int:
    return warning_watch.sweep(now=MONDAY + timedelta(days=days))


def usual_week(year: Year, people: int, topic: Any = None) -> None:
    for week in range(1, 9):
        for n in range(people):
            year.voice(ago(7 * week + 1 + n % 6), topic or year.city.topic, year.city.district)


def this_week(year: Year, people: int, **more: Any) -> None:
    for n in range(people):
        year.voice(ago(1 + n % 7), more.get("topic", year.city.topic), year.city.district, status=more.get("status", Case.HANDLING))  # fmt: skip


def test_five_people_and_three_times_the_usual_week_raise_a_warning(year: Year) -> None:
    usual_week(year, 2)
    this_week(year, 9)
    year.write()
    assert look() == 1
    found = EarlyWarning.objects.get()
    assert (found.signal, found.seen, found.expected) == (Signal.RISE, 9, Decimal(2))
    assert (found.topic, found.district) == (year.city.topic, year.city.district)
    assert found.past == [2] * 8
    assert (found.from_on, found.to_on) == (ago(7), ago(1))


def test_five_people_where_two_a_week_are_usual_raise_none(year: Year) -> None:
    usual_week(year, 2)
    this_week(year, 5)
    year.write()
    assert look() == 0


def test_three_times_the_usual_that_chance_brings_now_and_then_is_no_warning_unless_asked_for(
    year: Year,
) -> None:
    usual_week(year, 2)
    this_week(year, 6)
    year.write()
    assert look() == 0
    warning_rules.change(
        jurisdiction=year.city.jurisdiction, signal=Signal.RISE, least=5, times=Decimal(3), chance=0, reason="宁多勿漏。",
        actor=year.city.actor("supervisor"), at=MONDAY,
    )  # fmt: skip
    assert look(1) == 1


def test_four_people_in_a_silent_place_raise_none_and_five_do(year: Year) -> None:
    this_week(year, 4)
    year.write()
    assert look() == 0
    year.voice(ago(2), year.city.topic, year.city.district)
    year.write()
    assert look(1) == 1


def test_one_person_who_writes_ten_times_is_one_person(year: Year) -> None:
    for n in range(10):
        year.voice(ago(1 + n % 7), year.city.topic, year.city.district, person="the same")
    year.write()
    assert look() == 0


def test_what_was_withdrawn_refused_or_sent_elsewhere_is_not_counted(year: Year) -> None:
    this_week(year, 4)
    this_week(year, 6, status=Case.WITHDRAWN)
    year.write()
    assert look() == 0


def test_today_is_not_over_and_is_counted_tomorrow(year: Year) -> None:
    for _ in range(5):
        year.voice(TODAY, year.city.topic, year.city.district)
    year.write()
    assert look() == 0
    assert look(1) == 1


def test_a_site_in_its_first_weeks_has_nothing_usual_to_rise_from(city: World) -> None:
    young = Year(city)
    young.voice(ago(20), city.other_topic, city.district)
    this_week(young, 12)
    young.write()
    assert look() == 0


def test_a_second_look_on_the_same_day_does_nothing_and_the_day_is_on_record(year: Year) -> None:
    this_week(year, 6)
    year.write()
    assert (look(), look()) == (1, 0)
    scan = WarningScan.objects.get()
    assert (scan.on, scan.found, scan.raised) == (TODAY, 1, 1)


def test_one_warning_stands_open_for_a_rule_topic_and_district(year: Year) -> None:
    this_week(year, 6)
    year.write()
    assert look() == 1
    assert [look(n) for n in range(1, 3)] == [0, 0]
    held = EarlyWarning.objects.get()
    held.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        held.save()


def test_the_same_matter_rests_four_weeks_after_its_warning_ended(year: Year) -> None:
    this_week(year, 6)
    for week in (2, 5):
        for n in range(9):
            year.voice(TODAY + timedelta(days=7 * week - 1 - n % 6), year.city.topic, year.city.district)  # fmt: skip
    year.write()
    look()
    early_warnings.dismiss(
        warning=EarlyWarning.objects.get(), reason="学校在搞征文活动。", actor=year.city.actor("supervisor"), at=MONDAY
    )  # fmt: skip
    assert look(14) == 0
    assert look(35) == 1


def test_high_risk_fields_are_land_homes_property_and_wages_with_lower_thresholds(
    year: Year,
) -> None:
    property_ = Topic.add_root(code="property", name="物业管理")
    this_week(year, 3, topic=property_)
    this_week(year, 3)
    year.write()
    assert look() == 1
    found = EarlyWarning.objects.get()
    assert (found.signal, found.topic) == (Signal.HIGH_RISK, property_)
    assert list(found.rule.topics.all()) == [property_]


def test_a_high_risk_field_is_not_warned_of_twice(year: Year) -> None:
    this_week(year, 9, topic=Topic.add_root(code="property", name="物业管理"))
    year.write()
    assert look() == 1


def test_what_rose_a_year_ago_is_foretold(city: World) -> None:
    year = Year(city)
    year.voice(ago(364 + 8 * 28 + 5), city.other_topic, city.district)
    year.plant(ago(364 - 10), city.topic, city.district, 7)
    year.write()
    assert look() == 1
    found = EarlyWarning.objects.get()
    assert (found.signal, found.seen, found.from_on) == (Signal.SEASON, 7, ago(364))
    assert early_warnings.warning_signals.seen_now(found, TODAY) is None
    assert "今年同一时候快到了" in warning_watch.said(found)


def test_the_season_is_looked_at_once_a_week_and_a_missed_monday_is_made_up_for(
    city: World,
) -> None:
    year = Year(city)
    year.voice(ago(364 + 8 * 28 + 5), city.other_topic, city.district)
    # Beyond the four weeks that are looked at on Monday; within them from Tuesday on.
    year.plant(ago(364 - 28), city.topic, city.district, 7)
    year.write()
    assert [look(n) for n in range(7)] == [0] * 7
    assert look(8) == 1, "nobody looked on Monday"


def rated(city: World, year: Year, days: int, overall: str) -> None:
    item = year.voice(ago(70 + days), city.topic, city.district)
    year.write()
    reply = w.Reply.objects.create(suggestion=item, unit=city.bus, body="已装。", outcome="adopted", number=1)  # fmt: skip
    Evaluation.objects.create(
        suggestion=item,
        reply=reply,
        unit=city.bus,
        overall=overall,
        at=MONDAY - timedelta(days=days),
    )


def test_more_dissatisfaction_than_before_is_seen_against_its_own_rate(city: World) -> None:
    year = Year(city)
    for n in range(12):
        rated(city, year, 35 + n, "dissatisfied" if n < 3 else "satisfied")
    for n in range(8):
        rated(city, year, 2 + n, "dissatisfied" if n < 5 else "satisfied")
    assert look() == 1
    found = EarlyWarning.objects.get(signal=Signal.DISSATISFIED)
    # A quarter was dissatisfied before: two of eight.
    assert (found.seen, found.expected) == (5, Decimal(2))


def test_three_missed_promises_on_one_topic_and_place_are_seen(city: World) -> None:
    year = Year(city)
    items = [year.voice(ago(60), city.topic, city.district) for _ in range(3)]
    year.write()
    for n, item in enumerate(items):
        if n == 2:
            assert look() == 0
        reply = w.Reply.objects.create(suggestion=item, unit=city.bus, body="12月装。", outcome="planned", number=1)  # fmt: skip
        Commitment.objects.create(
            jurisdiction=city.jurisdiction, suggestion=item, reply=reply, unit=city.bus, kind="measure", status="missed",
            first_promised_on=ago(9), promised_on=ago(9), missed_on=ago(8),
        )  # fmt: skip
    assert look(1) == 1
    assert EarlyWarning.objects.get().signal == Signal.COMMITMENTS


def test_more_answers_due_than_the_past_weeks_brought_are_forecast_as_backlog(city: World) -> None:
    year = Year(city)
    for n in range(6):
        year.voice(ago(20 + n), city.topic, city.district, status=Case.HANDLING)
    year.write()
    for item in Suggestion.objects.all():
        kept = early_warnings.records.clocks.start(item, "K7a", at=item.received_at)
        Clock.objects.filter(pk=kept.pk).update(due_on=TODAY + timedelta(days=5))
    assert look() == 1
    found = EarlyWarning.objects.get()
    assert (found.signal, found.seen, found.expected) == (Signal.BACKLOG, 6, Decimal(0))
    assert found.to_on == TODAY + timedelta(days=13)


def test_evidence_is_case_numbers_and_no_person_is_in_any_row(year: Year) -> None:
    this_week(year, 6)
    year.write()
    look()
    found = EarlyWarning.objects.get()
    assert sorted(found.cases) == sorted(Suggestion.objects.filter(topic=year.city.topic).values_list("case_no", flat=True))  # fmt: skip
    related = {f.related_model for f in EarlyWarning._meta.get_fields() if f.is_relation}
    assert not {m.__name__ for m in related if m} & {"Author", "Suggestion", "Resident"}
    assert "person" not in str([found.cases, found.past, *RecordEvent.objects.values_list("words", "data")])  # fmt: skip


def test_the_unit_for_the_matter_is_the_directorys_and_the_one_for_the_place_sits_there(
    year: Year,
) -> None:
    city = year.city
    root = city.district
    street = root.add_child(code="990101001", name="文庙街道", jurisdiction=city.jurisdiction)
    office = Unit.add_root(
        code="wenmiao",
        name="文庙街道办事处",
        short_name="文庙街道",
        jurisdiction=city.jurisdiction,
        district=street,
    )
    # The bureau's house stands in the street; it answers for its matter everywhere, not for the place.
    Unit.objects.filter(pk=city.water.pk).update(district=street)
    DispatchRule.objects.create(jurisdiction=city.jurisdiction, topic=city.topic, unit=city.water)
    for n in range(6):
        year.voice(ago(1 + n), city.topic, District.objects.get(pk=street.pk))
    year.write()
    look()
    found = EarlyWarning.objects.get()
    assert (found.unit, found.place_unit) == (city.water, office)


def test_without_a_line_in_the_directory_the_unit_that_leads_most_of_the_items_is_asked(
    year: Year,
) -> None:
    this_week(year, 6)
    year.write()
    look()
    assert EarlyWarning.objects.get().unit == year.city.bus


def test_signing_for_it_is_due_in_two_working_days(year: Year) -> None:
    this_week(year, 6)
    year.write()
    look()
    clock = of_record(EarlyWarning.objects.get()).get()
    # Monday the 2nd to Wednesday the 4th.
    assert (clock.kind, clock.due_on.isoformat(), clock.holder_unit) == ("K28", "2026-11-04", year.city.bus)  # fmt: skip


def test_thresholds_are_changed_with_a_reason_and_a_warning_keeps_its_version(year: Year) -> None:
    this_week(year, 6)
    year.write()
    look()
    rule = warning_rules.change(
        jurisdiction=year.city.jurisdiction, signal=Signal.RISE, least=20, times=Decimal(3), reason="征文季，先放宽。",
        actor=year.city.actor("supervisor"), at=MONDAY,
    )  # fmt: skip
    assert (rule.version, EarlyWarning.objects.get().rule.version) == (2, 1)
    EarlyWarning.objects.update(status="dismissed", ended_at=MONDAY - timedelta(days=90))
    assert look(1) == 0
    with pytest.raises(warning_rules.Invalid):
        warning_rules.change(
            jurisdiction=year.city.jurisdiction, signal=Signal.RISE, least=0, times=Decimal(3), reason="",
            actor=year.city.actor("supervisor"), at=MONDAY,
        )  # fmt: skip
    with pytest.raises(warning_rules.NotAllowed):
        warning_rules.change(
            jurisdiction=year.city.jurisdiction, signal=Signal.RISE, least=5, times=Decimal(3), reason="改",
            actor=year.city.actor("analyst"), at=MONDAY,
        )  # fmt: skip


def test_a_signal_that_is_switched_off_raises_nothing(year: Year) -> None:
    this_week(year, 6)
    year.write()
    warning_rules.change(
        jurisdiction=year.city.jurisdiction, signal=Signal.RISE, least=5, times=Decimal(3), is_on=False, reason="先停用。",
        actor=year.city.actor("supervisor"), at=MONDAY,
    )  # fmt: skip
    assert look() == 0


def test_a_look_costs_the_same_number_of_queries_whatever_there_is(year: Year) -> None:
    topics, places = more_places(year.city, 4, 3)
    year.background(ago(70), 70, topics, places)
    year.write()
    rules = warning_watch.rules_of(Signal.RISE)

    def cost() -> int:
        with CaptureQueriesContext(connection) as caught:
            list(warning_watch.LOOKS[Signal.RISE](TODAY, rules))
        return len(caught)

    this_week(year, 6, topic=topics[0])
    year.write()
    # The first look of a city also stores the shipped thresholds.
    cost()
    first = cost()
    for topic in topics:
        for place in places:
            for _ in range(20):
                year.voice(ago(3), topic, place)
    year.write()
    assert cost() == first


def test_a_replayed_year_shows_every_planted_rise_within_a_day_and_few_false_alarms(
    city: World,
) -> None:
    """Peers' feature 11: five planted, at least four found within a day, at most one false alarm in 30 quiet days."""
    year = Year(city)
    topics, places = more_places(city, 8, 4)
    first = date(2025, 11, 3)
    year.background(first, 364, topics, places)
    planted = [
        (first + timedelta(days=n), topics[t], places[p])
        for n, t, p in ((91, 0, 0), (140, 3, 1), (196, 5, 2), (250, 2, 3), (322, 7, 0))
    ]
    for on, topic, place in planted:
        year.plant(on, topic, place, 22)
    year.write()
    raised: dict[tuple[int, int], list[date]] = {}
    quiet = 0
    rules = warning_watch.rules_of(Signal.RISE)
    for n in range(63, 364):
        day = first + timedelta(days=n)
        now = MONDAY.replace(year=day.year, month=day.month, day=day.day)
        for found in warning_watch.LOOKS[Signal.RISE](day, rules):
            warning = warning_watch.raise_one(Signal.RISE, found, at=now)
            if warning is not None:
                raised.setdefault((warning.topic_id, warning.district_id), []).append(day)
                assert warning.cases
                EarlyWarning.objects.filter(pk=warning.pk).update(status="dismissed", ended_at=now)
        quiet += not any(on <= day <= on + timedelta(days=7) for on, _t, _p in planted)
    for on, topic, place in planted:
        # The fourth day brings the last of the voices; the morning after, all of it has been seen.
        found = [d for d in raised.get((topic.pk, place.pk), []) if on < d <= on + timedelta(days=5)]  # fmt: skip
        assert found, (on, topic, place)
        raised[topic.pk, place.pk].remove(found[0])
    false = sum(len(days) for days in raised.values())
    assert false * 30 <= quiet, (false, quiet)


def test_rarity_is_that_of_independent_voices() -> None:
    assert by_chance(0, [1] * 8) == pytest.approx(1)
    # One voice a week for eight weeks: five in a week come about once in 120 weeks, seven once in 2,000.
    assert 0.005 < by_chance(5, [1] * 8) < 0.015
    assert by_chance(7, [1] * 8) < 0.001
    # The less is known of the weeks before, the less surprises.
    assert by_chance(7, [1] * 4) > by_chance(7, [1] * 8)


@given(st.integers(0, 50), st.integers(0, 50), st.integers(1, 20))
def test_more_of_the_same_never_silences_a_warning(seen: int, more: int, least: int) -> None:
    threshold = Threshold(least, Decimal(3))
    if threshold.crossed(seen, Decimal(4)):
        assert threshold.crossed(seen + more, Decimal(4))


def test_what_is_usual_is_the_median_and_needs_four_spans() -> None:
    assert usual([1, 2, 3]) is None
    assert usual([0, 9, 2, 1, 1, 2, 2, 40]) == Decimal("2")
    assert share_of(3, 12, 8) == Decimal("2.0")
    assert share_of(1, 0, 8) == 0


def test_system_alone_raises(year: Year) -> None:
    this_week(year, 6)
    year.write()
    look()
    assert RecordEvent.objects.get(name="warning_raise").actor is None
    assert Actor.system().role == "system"
    assert WarningRule.objects.filter(version=1, changed_by=None).exists()
