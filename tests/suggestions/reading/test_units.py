"""/units/: who does what, and how well; every rate with its base."""

from datetime import date, datetime, timedelta

from django.test import Client
from django.utils import timezone

from suggestions.clock import SHANGHAI, Workdays, working_days_between
from suggestions.models import Clock, Evaluation, Reply, Suggestion, Unit
from suggestions.selectors import units
from suggestions.statistics import figures
from suggestions.statistics.units import WorkingDays, distribution, duration, unit_figures
from tests import world as life
from tests.suggestions.reading.conftest import copies, text
from tests.world import MONDAY, World

NEXT_MONTH = datetime(2026, 12, 3, 10, 0, tzinfo=SHANGHAI)


def test_the_list_has_every_unit_with_duties_and_workload(client: Client, world: World):
    life.answered(world, at=timezone.now() - timedelta(days=30))
    page = text(client.get("/units/"))
    assert "测试市交通运输局" in page
    assert "公交、道路" in page
    assert "一年答复1件" in page
    assert "收转建议的办公室" in page


def test_a_unit_in_disuse_is_not_listed_and_has_no_page(client: Client, world: World):
    Unit.objects.filter(pk=world.water.pk).update(is_active=False)
    assert "测试市水务局" not in text(client.get("/units/"))
    assert client.get("/units/water/").status_code == 404


def test_an_unknown_unit_is_a_page_in_words(client: Client, world: World):
    response = client.get("/units/nobody/")
    assert response.status_code == 404
    assert "没有找到" in text(response)


def test_a_units_page_shows_duties_contact_work_and_answers(client: Client, world: World):
    item, _ = life.answered(world)
    page = text(client.get("/units/bus/"))
    for words in (
        "测试市交通运输局",
        "公交、道路",
        "0380-555 0111",
        "手上的件",
        "最近的答复",
        item.case_no,
        "公开的1件",
    ):
        assert words in page, words


def test_what_is_not_theirs_links_to_whose_it_is(client: Client, world: World):
    Unit.objects.filter(pk=world.bus.pk).update(not_ours="排水归市水务局，路灯归街道。")
    page = text(client.get("/units/bus/"))
    assert '<a href="/units/water/">市水务局</a>' in page


def test_names_are_found_whole_and_nothing_else_is_touched():
    assert units.mentions("没有提到谁<b>", []) == [("没有提到谁<b>", "")]
    assert units.mentions("", []) == []


def test_on_time_counts_what_fell_due_and_the_running_ones_as_not_on_time(world: World):
    item, _ = life.answered(world)
    late = copies(item, 3)
    clock = Clock.objects.get(suggestion=item, kind="K7a")
    for at, twin in enumerate(late):
        Clock.objects.create(
            suggestion=twin, kind="K7a", rule=clock.rule, holder_unit=world.bus, started_at=clock.started_at,
            due_on=clock.due_on, first_due_on=clock.due_on,
            stopped_at=None if at == 0 else clock.started_at + timedelta(days=40 if at == 1 else 3),
        )  # fmt: skip
    period = figures.whole_months(NEXT_MONTH.date())
    figure = figures.on_time_completion(period, world.bus)
    assert (figure.numerator, figure.denominator, figure.percent) == (2, 4, "50.0")
    assert figures.on_time_completion(period, world.water).denominator == 0
    bars = {bar.label: bar.count for bar in distribution(world.bus, period)}
    assert bars == {"第1—5日": 1, "第6—10日": 1, "第11—15日": 0, "超期": 1, "没办完": 1}
    assert sum(bars.values()) == figure.denominator


def test_days_taken_are_nearest_rank_and_equal_a_count_by_hand(world: World):
    item, _ = life.answered(world)
    received = item.received_at
    Suggestion.objects.filter(pk=item.pk).update(answered_at=received + timedelta(days=1))
    for days, twin in zip((2, 3, 4, 7, 8, 9, 10, 14, 28), copies(item, 9), strict=True):
        Suggestion.objects.filter(pk=twin.pk).update(answered_at=received + timedelta(days=days))
    found = duration(world.bus, figures.whole_months(NEXT_MONTH.date()))
    # Sorted: 1 2 3 4 7 8 9 10 14 28 calendar days; the fifth of ten is half of them, the ninth nine tenths.
    assert (found.n, found.median_days, found.p90_days) == (10, 7, 14)
    assert (found.median, found.p90) == (5, 10)


def test_the_quick_count_of_working_days_agrees_with_the_slow_one():
    calendar = Workdays(
        exceptions={date(2026, 10, d): False for d in range(1, 8)} | {date(2026, 10, 10): True}
    )
    first, last = date(2026, 9, 20), date(2026, 10, 20)
    quick = WorkingDays(first, last, calendar)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    for start in days:
        for end in days:
            if start <= end:
                assert quick.between(start, end) == working_days_between(start, end, calendar)


def test_a_rate_of_fewer_than_ten_ratings_is_not_shown(client: Client, world: World):
    item, _ = life.answered(world)
    reply = Reply.objects.get(suggestion=item)
    now = timezone.now()
    period = figures.whole_months(timezone.localdate())
    inside = period.begins_at + timedelta(days=40)
    for at, twin in enumerate(copies(item, 9)):
        Evaluation.objects.create(
            suggestion=twin,
            reply=reply,
            unit=world.bus,
            overall="satisfied" if at else "dissatisfied",
            at=inside,
        )
    few = unit_figures(world.bus, at=now)
    assert (few.satisfaction, few.rated) == (None, 9)
    assert "只有9人评价，不到10人不算比例" in text(client.get("/units/bus/"))


def test_ten_ratings_make_a_rate_with_its_base(world: World):
    item, _ = life.answered(world)
    reply = Reply.objects.get(suggestion=item)
    inside = figures.whole_months(NEXT_MONTH.date()).begins_at + timedelta(days=40)
    for at, twin in enumerate(copies(item, 10)):
        overall = ("satisfied", "basically", "dissatisfied")[min(at // 4, 2)]
        Evaluation.objects.create(
            suggestion=twin, reply=reply, unit=world.bus, overall=overall, at=inside
        )
    found = unit_figures(world.bus, at=NEXT_MONTH).satisfaction
    assert found is not None
    assert (found.numerator, found.denominator, found.percent) == (8, 10, "80.0")


def test_an_overdue_promise_stands_first_and_says_how_long(client: Client, world: World):
    item, _ = life.answered(world)
    today = timezone.localdate()
    Reply.objects.filter(suggestion=item).update(
        committed_by=today - timedelta(days=19), public_commitment="盲道改线做完"
    )
    other = copies(item, 1)[0]
    Reply.objects.filter(suggestion=other).update(
        committed_by=today + timedelta(days=30), public_commitment="长椅装好"
    )
    found = units.promises(world.bus, at=timezone.now())
    assert [(p.words, p.days_late) for p in found.listed] == [("盲道改线做完", 19), ("长椅装好", 0)]
    page = text(client.get("/units/bus/"))
    assert "已过19天" in page
    assert "承诺了日期的2件" in page


def test_a_promise_of_a_page_that_is_not_public_is_not_listed(world: World):
    item, _ = life.answered(world)
    Reply.objects.filter(suggestion=item).update(
        committed_by=MONDAY.date(), public_commitment="长椅装好"
    )
    Suggestion.objects.filter(pk=item.pk).update(publication="suspended")
    assert units.promises(world.bus, at=NEXT_MONTH).total == 0


def test_open_and_late_items_count_whether_published_or_not(world: World):
    for days in (0, 1):
        item = life.submit(
            world, at=MONDAY + timedelta(days=days), publish_consent=False
        ).suggestion
        life.accept(world, item, at=MONDAY + timedelta(days=2))
        life.dispatch(world, item, at=MONDAY + timedelta(days=2, hours=1))
    load = units.workloads(at=MONDAY + timedelta(days=60))[world.bus.pk]
    assert (load.open, load.late, load.answered) == (2, 2, 0)


def test_three_or_thirty_items_cost_the_same_queries(world: World, queries):
    item, _ = life.answered(world)
    Reply.objects.filter(suggestion=item).update(
        committed_by=MONDAY.date(), public_commitment="装好"
    )
    copies(item, 2)
    few = {address: queries(address) for address in ("/units/", "/units/bus/")}
    copies(item, 27)
    assert {address: queries(address) for address in few} == few


def test_three_or_thirty_units_cost_the_same_queries(world: World, queries):
    few = {address: queries(address) for address in ("/units/", "/units/bus/")}
    for number in range(27):
        Unit.add_root(
            code=f"u{number}",
            name=f"测试市第{number}局",
            short_name=f"第{number}局",
            jurisdiction=world.jurisdiction,
        )
    assert {address: queries(address) for address in few} == few
