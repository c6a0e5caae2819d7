"""The room 预警 at a browser: a unit signs, takes measures, the office closes; thresholds; the topic of a month (8.4)."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.notices import steering as notices
from suggestions.clock import local_date
from suggestions.errors import NotAllowed, WrongState
from suggestions.models import (
    Clock,
    EarlyWarning,
    MonthTopic,
    Outbox,
    RecordEvent,
    Signal,
    Unit,
    WarningRule,
)
from suggestions.selectors.warnings import tally
from suggestions.services import early_warnings, month_topics, warning_watch
from suggestions.services.clocks import of_record
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.suggestions.warnings.year import Year
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def city() -> World:
    return w.make_world()


@pytest.fixture
def warning(city: World) -> EarlyWarning:
    """Raised today: six people this week where nobody wrote before."""
    today, year = local_date(timezone.now()), Year(city)
    year.voice(today - timedelta(days=80), city.other_topic, city.district)
    for n in range(6):
        year.voice(today - timedelta(days=1 + n), city.topic, city.district)
    year.write()
    assert warning_watch.sweep(now=timezone.now()) == 1
    return EarlyWarning.objects.get()


def screen(held: Any, slug: str = "warning") -> str:
    return reverse("desk:record", args=[slug, held.pk])


def act(held: Any, name: str, slug: str = "warning") -> str:
    return reverse("desk:record_act", args=[slug, held.pk, name])


def post(client: Client, address: str, **typed: Any) -> Any:
    return client.post(address, typed)


def test_a_unit_signs_writes_what_it_does_and_the_office_closes_it_with_what_changed(
    city: World, warning: EarlyWarning
) -> None:
    liaison, judge = sign_in(city, "liaison:bus"), sign_in(city, "supervisor")
    page = main_text(liaison.get(screen(warning)))
    assert "6位不同的人提建议" in page
    assert all(number in page for number in warning.cases)
    assert post(liaison, act(warning, "acknowledge")).status_code == 302
    assert not of_record(warning).filter(stopped_at=None).exists()
    empty = post(liaison, act(warning, "measure"), words="")
    assert empty.status_code == 422
    past = post(liaison, act(warning, "measure"), words="加装座椅", until_on="2020-01-01")
    assert past.status_code == 422
    assert "加装座椅" in past.content.decode()
    post(liaison, act(warning, "measure"), words="先给三个站台加座椅。", until_on="")
    assert "先给三个站台加座椅" in main_text(judge.get(screen(warning)))
    post(judge, act(warning, "close"), result="三个站台都装好了。")
    warning.refresh_from_db()
    assert (warning.status, warning.seen_after) == ("closed", 6)
    names = RecordEvent.objects.filter(machine="warning").order_by("seq").values_list("name", flat=True)  # fmt: skip
    assert list(names) == ["warning_raise", "warning_acknowledge", "warning_act", "warning_close"]


def test_the_list_says_of_what_it_counts(city: World, warning: EarlyWarning) -> None:
    page = main_text(sign_in(city, "supervisor").get(reverse("desk:records", args=["warning"])))
    assert "6位，平常0" in page
    EarlyWarning.objects.update(signal=Signal.COMMITMENTS)
    page = main_text(sign_in(city, "supervisor").get(reverse("desk:records", args=["warning"])))
    assert "6项" in page
    assert "，平常" not in page, "no number of broken promises is usual"


def test_another_department_does_not_see_it_and_the_unit_of_the_place_does(
    city: World, warning: EarlyWarning
) -> None:
    assert sign_in(city, "liaison:water").get(screen(warning)).status_code == 404
    EarlyWarning.objects.update(place_unit=city.water)
    client = sign_in(city, "liaison:water")
    assert client.get(screen(warning)).status_code == 200
    assert post(client, act(warning, "acknowledge")).status_code == 302
    for who in ("publisher", "privacy_officer", "editor"):
        assert sign_in(city, who).get(screen(warning)).status_code in (403, 404)


def test_the_analyst_reads_counts_and_numbers_and_can_do_nothing(
    city: World, warning: EarlyWarning
) -> None:
    client = sign_in(city, "analyst")
    page = client.get(screen(warning))
    assert warning.cases[0] in main_text(page)
    assert "/desk/items/" not in page.content.decode()
    for name in ("acknowledge", "measure", "close", "dismiss", "hand-on"):
        assert post(client, act(warning, name)).status_code in (302, 403)
    warning.refresh_from_db()
    assert warning.status == "raised"


def test_what_nobody_signs_for_in_two_working_days_is_late_at_the_legal_moment(
    city: World, warning: EarlyWarning
) -> None:
    due = of_record(warning).get().due_on
    later = timezone.now() + timedelta(days=(due - local_date(timezone.now())).days + 1)
    early_warnings.lapse(now=later)
    warning.refresh_from_db()
    assert warning.status == "overdue"
    late = RecordEvent.objects.get(name="warning_lapse")
    assert local_date(late.at) == due + timedelta(days=1)
    assert early_warnings.lapse(now=later) == 0
    assert Outbox.objects.filter(payload__code="staff.warning_late").exists()


def test_the_units_people_and_the_supervisor_are_told(city: World, warning: EarlyWarning) -> None:
    told = {
        u.username for u in notices.recipients(warning, notices.WORDS["staff.warning_raised"][1])
    }
    assert told == {"liaison-bus", "unit_head-bus", "supervisor"}
    EarlyWarning.objects.update(place_unit=city.water)
    warning.refresh_from_db()
    told = {
        u.username for u in notices.recipients(warning, notices.WORDS["staff.warning_raised"][1])
    }
    assert "liaison-water" in told


def test_the_wrong_unit_hands_it_on_through_the_office_and_the_clock_begins_anew(
    city: World, warning: EarlyWarning
) -> None:
    judge = sign_in(city, "triage_officer")
    same = post(judge, act(warning, "hand-on"), unit=city.bus.pk, reason="归它")
    assert same.status_code == 422
    post(judge, act(warning, "hand-on"), unit=city.water.pk, reason="是排水的事。")
    warning.refresh_from_db()
    assert (warning.unit, warning.status) == (city.water, "raised")
    running = Clock.objects.get(record_machine="warning", stopped_at=None)
    assert running.holder_unit == city.water


def test_a_false_alarm_is_dismissed_with_a_reason_and_counted_with_its_rule(
    city: World, warning: EarlyWarning
) -> None:
    judge = sign_in(city, "supervisor")
    assert post(judge, act(warning, "dismiss"), reason="").status_code == 422
    post(judge, act(warning, "dismiss"), reason="学校的作业。")
    counted = tally(city.jurisdiction, timezone.now())[Signal.RISE]
    assert (counted.raised, counted.false, counted.running) == (1, 1, 0)
    assert "学校的作业" in main_text(judge.get(screen(warning)))


def test_a_unit_can_neither_close_nor_dismiss_what_it_was_warned_of(
    city: World, warning: EarlyWarning
) -> None:
    head = city.actor("unit_head:bus")
    early_warnings.acknowledge(warning=warning, actor=head, at=timezone.now())
    with pytest.raises(WrongState):
        early_warnings.close(warning=warning, result="好了", actor=city.actor("supervisor"), at=timezone.now())  # fmt: skip
    with pytest.raises(NotAllowed):
        early_warnings.dismiss(warning=warning, reason="不是", actor=head, at=timezone.now())
    with pytest.raises(NotAllowed):
        early_warnings.take_measure(warning=warning, words="做", actor=city.actor("liaison:water"), at=timezone.now())  # fmt: skip


def test_the_supervisor_changes_a_threshold_with_a_reason_and_others_only_read(
    city: World,
) -> None:
    judge, analyst = sign_in(city, "supervisor"), sign_in(city, "analyst")
    page = reverse("desk:warning_rule", args=["rise"])
    typed = {
        "is_on": "on",
        "least": "7",
        "times": "2.5",
        "chance": "100",
        "reason": "城市大，门槛高些。",
    }
    wrong = judge.post(page, {**typed, "least": "0", "times": "abc"})
    assert wrong.status_code == 422
    assert "城市大，门槛高些" in wrong.content.decode()
    assert judge.post(page, typed).status_code == 302
    held = WarningRule.objects.get(version=2)
    assert (held.least, str(held.times), held.chance, held.is_on) == (7, "2.5", 100, True)
    assert analyst.post(page, typed).status_code == 403
    assert "第2版" in main_text(analyst.get(page))
    assert main_text(analyst.get(reverse("desk:warning_rules"))).count("人数突增") == 1
    assert judge.get(reverse("desk:warning_rule", args=["nothing"])).status_code == 404


def test_the_high_risk_fields_are_chosen_on_the_same_page(city: World) -> None:
    judge = sign_in(city, "supervisor")
    page = reverse("desk:warning_rule", args=["high_risk"])
    typed = {"is_on": "on", "least": "3", "times": "2", "chance": "0", "reason": "加上公交。"}
    assert judge.post(page, typed).status_code == 422
    assert judge.post(page, {**typed, "topics": [city.topic.pk]}).status_code == 302
    assert list(WarningRule.objects.get(signal="high_risk", version=2).topics.all()) == [city.topic]


def test_one_topic_a_month_is_chosen_from_the_warnings_and_carried_to_its_end(
    city: World, warning: EarlyWarning
) -> None:
    today = local_date(timezone.now())
    judge, head = sign_in(city, "supervisor"), sign_in(city, "unit_head:bus")
    new = reverse("desk:record_new", args=["month-topic", "choose"])
    page = main_text(judge.get(new))
    assert "公交地铁（1条预警，6件建议）" in page
    day = (today + timedelta(days=20)).isoformat()
    typed = {
        "month": today.replace(day=1).isoformat(), "topic": city.topic.pk, "unit": city.bus.pk, "why": "反映多。",
        "goal": "站台都有座椅。", "target_on": day,
    }  # fmt: skip
    assert judge.post(new, typed).status_code == 302
    chosen = MonthTopic.objects.get()
    assert list(chosen.warnings.all()) == [warning]
    clock = of_record(chosen).get()
    assert (clock.kind, clock.due_on.isoformat()) == ("KT", day)
    second = judge.post(new, typed)
    assert second.status_code == 422
    assert "这个月已经选了一题" in main_text(second)
    post(head, act(chosen, "report", "month-topic"), result="12个站台装好了。")
    post(judge, act(chosen, "send-back", "month-topic"), reason="还差3个。", target_on=day)
    post(head, act(chosen, "report", "month-topic"), result="15个站台都装好了。")
    post(judge, act(chosen, "close", "month-topic"))
    chosen.refresh_from_db()
    assert (chosen.status, chosen.result) == ("done", "15个站台都装好了。")


def test_a_topic_that_is_left_frees_its_month(city: World) -> None:
    now = timezone.now()
    facts = {
        "jurisdiction": city.jurisdiction, "month": local_date(now), "topic": city.topic, "unit": city.bus, "why": "多",
        "goal": "好", "target_on": local_date(now) + timedelta(days=5), "actor": city.actor("leader"), "at": now,
    }  # fmt: skip
    first = month_topics.choose(**facts)
    month_topics.drop(chosen=first, reason="省里统一做。", actor=city.actor("leader"), at=now)
    assert month_topics.choose(**facts).pk != first.pk


def test_the_number_of_queries_of_the_list_does_not_grow(
    city: World, warning: EarlyWarning, django_assert_max_num_queries: Any
) -> None:
    client = sign_in(city, "supervisor")
    address = reverse("desk:records", args=["warning"])
    client.get(address)
    for n in range(10):
        EarlyWarning.objects.filter(pk=warning.pk)
        warning.pk, warning.signal = None, "season"
        warning.topic = type(city.topic).add_root(code=f"more{n}", name=f"主题{n}")
        warning.save()
    with django_assert_max_num_queries(22):
        assert "主题9" in main_text(client.get(address))


def test_a_unit_at_rest_is_not_asked(city: World, warning: EarlyWarning) -> None:
    Unit.objects.filter(pk=city.bus.pk).update(is_active=False)
    items = warning_watch.early_warnings.warning_signals._received(warning.from_on, warning.to_on)
    assert warning_watch.by_matter(city.jurisdiction, city.topic, city.district, items) is None
