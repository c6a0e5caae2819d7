"""Counting days: the vectors of process.md 5.1, a table of dated cases, properties against a slow oracle."""

from collections.abc import Sequence
from datetime import date, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from suggestions.clock import DEFAULT_RULES, Due, Length, Pause, Rule, Workdays, due, whole_notice
from suggestions.clock import working_days_between as between
from suggestions.management.commands.load_workdays import packaged_days
from suggestions.services import clocks

RULES = {rule.kind: rule for rule in DEFAULT_RULES}
ONE = timedelta(days=1)

# The yearly notices as published, typed by hand: (days off from, to) and make-up working days.
NOTICES: dict[int, tuple[str, str]] = {
    2020: (
        "01-01/01-01 01-24/02-02 04-04/04-06 05-01/05-05 06-25/06-27 10-01/10-08",
        "01-19 04-26 05-09 06-28 09-27 10-10",
    ),
    2024: (
        "01-01/01-01 02-10/02-17 04-04/04-06 05-01/05-05 06-10/06-10 09-15/09-17 10-01/10-07",
        "02-04 02-18 04-07 04-28 05-11 09-14 09-29 10-12",
    ),
    2025: (
        "01-01/01-01 01-28/02-04 04-04/04-06 05-01/05-05 05-31/06-02 10-01/10-08",
        "01-26 02-08 04-27 09-28 10-11",
    ),
    2026: (
        "01-01/01-03 02-15/02-23 04-04/04-06 05-01/05-05 06-19/06-21 09-25/09-27 10-01/10-07",
        "01-04 02-14 02-28 05-09 09-20 10-10",
    ),
}

# kind, start, due date, pauses, what the case is about
Case = tuple[str, str, str, list[tuple[str, str]], str]
# fmt: off
CASES: list[Case] = [
    ("K5", "2026-02-11", "2026-02-25", [], "across the Spring Festival, Saturday 14 February worked"),
    ("K5", "2026-09-29", "2026-10-12", [], "across National Day, Saturday 10 October worked"),
    ("K7a", "2026-09-16", "2026-10-13", [], "Sunday 20 September worked, Mid-Autumn and National Day off"),
    ("K2", "2026-09-16", "2026-10-01", [], "an agency's last day on a holiday stays"),
    ("K10", "2026-09-16", "2026-10-08", [], "a citizen's last day on a holiday rolls to after it"),
    ("K7b", "2026-08-03", "2026-10-02", [], "sixty days, agency"),
    ("K13", "2026-01-30", "2026-02-14", [], "a Saturday that is worked is a last day like any other"),
    ("K10", "2026-01-30", "2026-02-14", [], "the same for a supplement"),
    ("K4", "2026-11-02", "2026-11-03", [], "the next day"),
    ("K4", "2026-11-06", "2026-11-09", [], "Friday to Monday"),
    ("K4", "2026-11-07", "2026-11-09", [], "Saturday to Monday"),
    ("K4", "2026-11-08", "2026-11-09", [], "Sunday to Monday"),
    ("K4", "2026-02-13", "2026-02-14", [], "Friday to the worked Saturday"),
    ("K4", "2026-02-14", "2026-02-24", [], "the worked Saturday to the day after the festival"),
    ("K4", "2026-09-30", "2026-10-08", [], "the eve of National Day"),
    ("K4", "2026-05-08", "2026-05-09", [], "Friday to the worked Saturday"),
    ("K4", "2026-12-31", "2027-01-04", [], "the first day of a year without a notice"),
    ("K5", "2025-12-30", "2026-01-07", [], "New Year with the Sunday of 4 January worked"),
    ("K5", "2026-04-02", "2026-04-10", [], "Qingming"),
    ("K5", "2026-04-30", "2026-05-11", [], "Labour Day with a worked Saturday"),
    ("K5", "2026-06-17", "2026-06-25", [], "Dragon Boat on a weekend"),
    ("K5", "2026-09-18", "2026-09-24", [], "the Sunday before Mid-Autumn worked"),
    ("K7a", "2026-11-02", "2026-11-23", [], "three plain weeks"),
    ("K7a", "2026-11-22", "2026-12-11", [], "a Sunday's start"),
    ("K7a", "2026-02-02", "2026-02-28", [], "the Spring Festival in the middle"),
    ("K7a", "2026-04-20", "2026-05-13", [], "Labour Day in the middle"),
    ("K7a", "2026-12-14", "2027-01-05", [], "into a year without a notice"),
    ("K7a", "2027-01-25", "2027-02-17", [], "the statutory days of the Spring Festival 2027"),
    ("K5", "2027-04-01", "2027-04-09", [], "Qingming 2027 on a Monday"),
    ("K5", "2027-09-30", "2027-10-08", [], "National Day 2027, three days by law"),
    ("K13", "2026-12-17", "2027-01-04", [], "citizen, New Year's Day 2027"),
    ("K2", "2026-12-20", "2027-01-04", [], "an agency's calendar days need no calendar"),
    ("K2", "2026-02-01", "2026-02-16", [], "a last day inside the Spring Festival stays"),
    ("K10", "2026-02-01", "2026-02-24", [], "and rolls for the citizen"),
    ("K10", "2026-02-08", "2026-02-24", [], "the last day of the festival rolls by one"),
    ("K13", "2026-02-09", "2026-02-24", [], "the first working day after it does not"),
    ("K13", "2026-11-06", "2026-11-23", [], "a Saturday"),
    ("K13", "2026-10-31", "2026-11-16", [], "a Sunday"),
    ("K13", "2026-11-07", "2026-11-23", [], "a Sunday"),
    ("K13", "2026-10-19", "2026-11-03", [], "a Tuesday"),
    ("K13", "2026-09-25", "2026-10-10", [], "Saturday 10 October is worked"),
    ("K13", "2026-04-16", "2026-05-06", [], "Labour Day rolls five days"),
    ("K13", "2026-04-24", "2026-05-09", [], "Saturday 9 May is worked"),
    ("K2", "2026-02-28", "2026-03-15", [], "no 29 February this year"),
    ("K2", "2024-02-15", "2024-03-01", [], "a 29 February"),
    ("K2", "2028-02-14", "2028-02-29", [], "a leap day is a last day like any other"),
    ("K2", "2028-02-15", "2028-03-01", [], "the day after the leap day"),
    ("K7a", "2028-02-21", "2028-03-13", [], "a leap day that is worked counts"),
    ("K1", "2028-02-29", "2028-02-29", [], "nothing to count: due on the day itself"),
    ("K1", "2026-10-01", "2026-10-01", [], "an agency's zero does not roll off a holiday"),
    ("K9", "2026-09-16", "2026-09-30", [], "ten, before half of the lead's is asked for"),
    ("K14", "2026-04-28", "2026-05-08", [], "a return visit across Labour Day"),
    ("K16", "2026-02-12", "2026-02-26", [], "a supervision report across the Spring Festival"),
    ("K16c", "2026-02-14", "2026-02-24", [], "a critical one on the eve of it"),
    ("K17", "2026-01-31", "2026-03-02", [], "thirty days from a month's end"),
    ("K24", "2026-12-31", "2027-01-22", [], "a personal-data request from the last day of the year"),
    ("K26", "2026-09-30", "2026-10-10", [], "the third working day after a month's end before National Day"),
    ("K26", "2026-01-31", "2026-02-04", [], "from a month that ends on a Saturday"),
    ("K19", "2026-11-22", "2027-02-20", [], "ninety days"),
    ("K12", "2026-09-24", "2026-10-09", [], "Thursday before Mid-Autumn"),
    ("K15", "2026-09-17", "2026-10-08", [], "ten working days"),
    ("K9", "2026-05-06", "2026-05-19", [], "ten with a worked Saturday"),
    ("K11", "2026-02-13", "2026-02-24", [], "one worked Saturday, then the festival"),
    ("K5", "2020-01-17", "2020-01-23", [], "Sunday 19 January worked"),
    ("K5", "2020-01-22", "2020-02-06", [], "the extension: 1 February, first a make-up Saturday, was off too"),
    ("K4", "2020-01-23", "2020-02-03", [], "ten days off in a row"),
    ("K7a", "2020-01-10", "2020-02-07", [], "across the extended festival"),
    ("K10", "2020-01-10", "2020-02-03", [], "a citizen's last day inside the festival"),
    ("K13", "2020-01-16", "2020-02-03", [], "a citizen's last day in the days added by the extension"),
    ("K2", "2020-01-16", "2020-01-31", [], "an agency's is not moved by it"),
    ("K5", "2020-04-24", "2020-04-30", [], "Sunday 26 April worked"),
    ("K5", "2020-06-23", "2020-07-01", [], "Dragon Boat with Sunday 28 June worked"),
    ("K7a", "2020-09-18", "2020-10-15", [], "National Day and Mid-Autumn together"),
    ("K5", "2024-02-02", "2024-02-08", [], "Sundays 4 and 18 February worked"),
    ("K5", "2024-04-03", "2024-04-11", [], "Sunday 7 April worked"),
    ("K5", "2024-09-12", "2024-09-20", [], "Saturday 14 September worked"),
    ("K7a", "2024-09-23", "2024-10-17", [], "Sunday 29 September and Saturday 12 October worked"),
    ("K5", "2025-01-24", "2025-02-07", [], "Sunday 26 January worked"),
    ("K7a", "2025-01-20", "2025-02-14", [], "the Spring Festival 2025"),
    ("K7a", "2025-09-22", "2025-10-17", [], "National Day 2025"),
    ("K10", "2025-09-20", "2025-10-09", [], "a citizen's last day in National Day 2025"),
    ("K7a", "2026-11-02", "2026-11-30", [("2026-11-04", "2026-11-11")], "a week's pause"),
    ("K7a", "2026-11-02", "2026-11-24", [("2026-11-06", "2026-11-09")], "a pause over a weekend costs one working day"),
    ("K7a", "2026-11-02", "2026-11-23", [("2026-11-07", "2026-11-08")], "a pause of nothing but a weekend costs nothing"),
    ("K2", "2026-11-02", "2026-11-20", [("2026-11-03", "2026-11-06")], "three calendar days"),
    ("K2", "2026-11-02", "2026-11-17", [("2026-11-03", "2026-11-03")], "asked and answered on one day"),
    ("K2", "2026-11-02", "2026-11-30", [("2026-11-03", "2026-11-06"), ("2026-11-10", "2026-11-20")], "two pauses"),
    ("K2", "2026-11-02", "2026-11-24", [("2026-11-03", "2026-11-08"), ("2026-11-05", "2026-11-10")], "pauses that overlap count once"),
    ("K7a", "2026-09-16", "2026-10-21", [("2026-09-18", "2026-09-28")], "a pause that swallows a holiday"),
    ("K2", "2026-11-02", "2026-11-17", [("2026-11-30", "2026-12-20")], "a pause after the end changes nothing"),
    ("K2", "2026-11-02", "2026-11-17", [("2026-10-01", "2026-10-20")], "nor one before the start"),
    ("K7a", "2026-12-14", "2027-01-18", [("2026-12-21", "2027-01-04")], "a pause into a year without a notice"),
]
# fmt: on
PROVISIONAL = {
    "2028-02-21",
    "2026-12-31",
    "2026-12-14",
    "2026-12-17",
    "2027-01-25",
    "2027-04-01",
    "2027-09-30",
}


@pytest.fixture(scope="module")
def official() -> Workdays:
    """The calendar as shipped: every packaged year, nothing for 2027."""
    days = [day for year in range(2010, 2027) for day in packaged_days(year)]
    return Workdays(
        exceptions={d.date: d.is_working for d in days},
        notes={d.date: d.note for d in days if d.note and not d.is_working},
        years=frozenset(d.date.year for d in days),
    )


def spans(written: Sequence[tuple[str, str]]) -> list[Pause]:
    return [Pause(date.fromisoformat(a), date.fromisoformat(b)) for a, b in written]


@pytest.mark.parametrize(("kind", "start", "on", "pauses", "about"), CASES)
def test_a_clock_is_due_on_the_day_the_calendar_says(
    official: Workdays, kind: str, start: str, on: str, pauses: list[tuple[str, str]], about: str
) -> None:
    found = due(RULES[kind], date.fromisoformat(start), official, spans(pauses))
    assert found.on == date.fromisoformat(on), about


def test_the_table_of_cases_holds_what_it_promises() -> None:
    assert len(CASES) >= 60
    assert len({(kind, start, str(pauses)) for kind, start, _, pauses, _ in CASES}) == len(CASES)


@pytest.mark.parametrize("year", NOTICES)
def test_the_packaged_calendar_is_the_published_notice(official: Workdays, year: int) -> None:
    off, worked = NOTICES[year]
    rest = set()
    for span in off.split():
        first, last = (date.fromisoformat(f"{year}-{day}") for day in span.split("/"))
        rest |= {first + ONE * n for n in range((last - first).days + 1)}
    made_up = {date.fromisoformat(f"{year}-{day}") for day in worked.split()}
    day = date(year, 1, 1)
    while day.year == year:
        expected = day in made_up or (day.weekday() < 5 and day not in rest)
        assert official.is_working(day) is expected, day
        day += ONE


@pytest.mark.parametrize(("kind", "start"), sorted({(k, s) for k, s, _, p, _ in CASES if not p}))
def test_a_count_that_enters_a_year_without_a_notice_is_provisional_and_no_other(
    official: Workdays, kind: str, start: str
) -> None:
    # Calendar days of an agency depend on no notice, whatever year they end in.
    expected = start in PROVISIONAL
    assert due(RULES[kind], date.fromisoformat(start), official).provisional is expected


def test_a_notice_loaded_later_moves_a_provisional_date_and_makes_it_sure(
    official: Workdays,
) -> None:
    start = date(2027, 1, 25)
    before = due(RULES["K7a"], start, official)
    # As if the notice gave three more days off and took the Saturday before for them.
    notice = {date(2027, 1, 30): True} | {date(2027, 2, d): False for d in (9, 10, 11)}
    law = {date(2027, 2, d): False for d in (5, 6, 7, 8)}
    loaded = Workdays({**official.exceptions, **law, **notice}, {}, official.years | {2027})
    after = due(RULES["K7a"], start, loaded)
    assert (before.provisional, after.provisional) == (True, False)
    assert between(before.on, after.on, loaded) == 2


@pytest.mark.parametrize("year", NOTICES)
def test_a_packaged_year_is_a_whole_notice_and_less_than_it_is_not(
    official: Workdays, year: int
) -> None:
    off = [d for d, working in official.exceptions.items() if not working]
    assert whole_notice(year, off)
    for month in (1, 4, 5, 10):
        assert not whole_notice(year, [d for d in off if d.month != month])


def test_each_day_off_says_why_it_did_not_count(official: Workdays) -> None:
    found = due(RULES["K7a"], date(2026, 9, 16), official)
    why = {step.day: step.why for step in found.steps}
    assert why[date(2026, 9, 19)] == "周末"
    assert why[date(2026, 9, 20)] == "调休上班"
    assert why[date(2026, 9, 25)] == "中秋节放假"
    assert why[date(2026, 10, 1)] == "国庆节放假"
    assert why[date(2026, 9, 17)] == ""
    assert [s.number for s in found.steps if s.number] == list(range(1, 16))


def test_a_pause_that_is_still_open_stops_nothing_yet(official: Workdays) -> None:
    start = date(2026, 11, 2)
    opened = due(RULES["K7a"], start, official, [Pause(date(2026, 11, 4))])
    assert opened.on == due(RULES["K7a"], start, official).on


def test_working_days_are_counted_the_same_from_both_ends(official: Workdays) -> None:
    a, b = date(2026, 9, 16), date(2026, 10, 13)
    assert between(a, b, official) == 15
    assert between(b, a, official) == -15
    assert between(a, a, official) == 0


# Properties: any calendar, any rule, any pauses, against a count that shares no line with the real one.
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31))
CALENDARS = st.dictionaries(DAYS, st.booleans(), max_size=40).map(
    lambda days: Workdays(days, {}, frozenset({2026}))
)
ANY_RULE = st.builds(
    Rule,
    kind=st.just("K"),
    name=st.just("试"),
    length=st.integers(0, 60),
    unit=st.sampled_from([Length.DAY, Length.WORKING_DAY]),
    citizen=st.booleans(),
)
PAUSES = st.lists(
    st.builds(
        lambda start, days: Pause(start, None if days is None else start + timedelta(days=days)),
        DAYS,
        st.none() | st.integers(0, 30),
    ),
    max_size=3,
)


def slow(rule: Rule, start: date, calendar: Workdays, pauses: Sequence[Pause]) -> date:
    """All days of four years laid out, those that do not count crossed off, the n-th left taken."""
    row = [start + timedelta(days=n) for n in range(1, 1500)]
    waited = {
        p.start + timedelta(days=n)
        for p in pauses
        if p.end
        for n in range(1, (p.end - p.start).days + 1)
    }
    counted = [d for d in row if d not in waited]
    if rule.unit is Length.WORKING_DAY:
        counted = [d for d in counted if calendar.is_working(d)]
    last = [start, *counted][rule.length]
    if rule.citizen:
        last = min(d for d in [start, *row] if d >= last and calendar.is_working(d))
    return last


@settings(deadline=None, max_examples=200)
@given(ANY_RULE, DAYS, CALENDARS, PAUSES)
def test_any_count_agrees_with_the_slow_one(
    rule: Rule, start: date, calendar: Workdays, pauses: list[Pause]
) -> None:
    found = due(rule, start, calendar, pauses)
    assert found.on == slow(rule, start, calendar, pauses)
    assert sum(step.number is not None for step in found.steps) == rule.length
    if found.steps:
        days = [step.day for step in found.steps]
        assert days == [start + ONE * n for n in range(1, len(days) + 1)]
        assert days[-1] == found.on


@settings(deadline=None, max_examples=100)
@given(ANY_RULE, DAYS, CALENDARS, PAUSES)
def test_a_later_start_is_never_due_earlier(
    rule: Rule, start: date, calendar: Workdays, pauses: list[Pause]
) -> None:
    assert due(rule, start, calendar, pauses).on <= due(rule, start + ONE, calendar, pauses).on


@settings(deadline=None, max_examples=100)
@given(ANY_RULE, DAYS, CALENDARS, PAUSES)
def test_a_longer_rule_is_never_due_earlier(
    rule: Rule, start: date, calendar: Workdays, pauses: list[Pause]
) -> None:
    longer = Rule(rule.kind, rule.name, rule.length + 1, rule.unit, rule.citizen)
    short, long_ = (due(r, start, calendar, pauses).on for r in (rule, longer))
    assert short <= long_ if rule.citizen else short < long_


@settings(deadline=None, max_examples=100)
@given(st.integers(1, 90), DAYS, st.integers(0, 89), st.integers(0, 60), CALENDARS)
def test_a_pause_of_n_days_moves_a_calendar_clock_by_n(
    length: int, start: date, after: int, days: int, calendar: Workdays
) -> None:
    rule = Rule("K", "试", length, Length.DAY)
    begun = start + timedelta(days=min(after, length - 1))
    paused = due(rule, start, calendar, [Pause(begun, begun + timedelta(days=days))])
    assert paused.on == due(rule, start, calendar).on + timedelta(days=days)


@settings(deadline=None, max_examples=100)
@given(ANY_RULE, DAYS, CALENDARS, PAUSES, PAUSES)
def test_a_pause_never_brings_a_date_nearer(
    rule: Rule, start: date, calendar: Workdays, pauses: list[Pause], more: list[Pause]
) -> None:
    assert due(rule, start, calendar, pauses).on <= due(rule, start, calendar, pauses + more).on


@pytest.fixture
def loaded(db: None) -> None:
    call_command("load_workdays", verbosity=0, stdout=StringIO())


def said(*words: str) -> str:
    out = StringIO()
    call_command("explain_due", *words, stdout=out, no_color=True)
    return out.getvalue()


def test_explain_due_lists_every_day_with_its_number_or_the_reason_it_has_none(
    loaded: None,
) -> None:
    lines = said("K7a", "2026-09-16").splitlines()
    assert (
        lines[0]
        == "K7a 办理答复：15个工作日（本站规定，《上海市人民建议征集若干规定》第11条）。2026-09-16 起算，当天不计。"
    )
    assert lines[-2] == "期限：2026-10-13 24:00"
    assert len(lines) == 3 + (date(2026, 10, 13) - date(2026, 9, 16)).days
    assert sum("第" in line for line in lines[1:-2]) == 15
    by_day = {line.split()[0]: line for line in lines[1:-2]}
    assert by_day["2026-09-20"].endswith("周日  第3个工作日  调休上班")
    assert by_day["2026-10-01"].endswith("周四  不计  国庆节放假")


def test_explain_due_says_when_a_date_is_provisional(loaded: None) -> None:
    assert "期限：2027-01-05 24:00（暂定：" in said("K7a", "2026-12-14")
    assert "暂定" not in said("K2", "2026-12-20")


@pytest.mark.parametrize(
    ("words", "message"),
    [(("K99", "2026-09-16"), "没有“K99”这个时限"), (("K2", "16.9.2026"), "日期请写成 2026-09-16")],
)
def test_explain_due_answers_a_mistake_in_words(
    loaded: None, words: tuple[str, str], message: str
) -> None:
    with pytest.raises(CommandError, match=message):
        said(*words)


def test_the_stored_rules_and_calendar_give_the_same_dates_as_the_table(loaded: None) -> None:
    for kind, start, on, pauses, about in CASES:
        rule = clocks.current_rule(kind).as_rule()
        found: Due = due(rule, date.fromisoformat(start), clocks.workdays(), spans(pauses))
        assert found.on == date.fromisoformat(on), about


def test_a_calendar_file_changes_the_dates_at_once(loaded: None, tmp_path) -> None:
    start = date(2027, 1, 25)
    before = due(RULES["K7a"], start, clocks.workdays())
    notice = tmp_path / "2027.csv"
    notice.write_text(
        "# 放假通知\n2027-01-01,0,元旦\n2027-01-30,1,调休\n2027-02-05,0,春节\n2027-02-08,0,春节\n2027-02-09,0,春节\n"
        "2027-04-05,0,清明\n2027-06-09,0,端午\n2027-09-15,0,中秋\n2027-10-01,0,国庆\n",
        encoding="utf-8",
    )
    call_command("load_workdays", file=notice, source="演示通知", stdout=StringIO())
    after = due(RULES["K7a"], start, clocks.workdays())
    assert before.provisional
    assert not after.provisional
    assert after.on == before.on  # one day taken, one day given


@pytest.mark.parametrize("line", ["2027-13-01,0,春节", "2027-02-05", "2027-02-05,off,春节"])
def test_a_calendar_file_with_a_bad_line_is_refused_with_its_number(
    loaded: None, tmp_path, line: str
) -> None:
    before = clocks.workdays()
    notice = tmp_path / "bad.csv"
    notice.write_text(f"2027-02-06,0,春节\n{line}\n", encoding="utf-8")
    with pytest.raises(CommandError, match="第2行看不懂"):
        call_command("load_workdays", file=notice)
    assert clocks.workdays() == before
