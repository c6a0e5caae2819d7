"""The three figures, against cases lived through the services."""

from datetime import date, timedelta

import pytest

from suggestions.statistics.figures import (
    Figure,
    Period,
    adoption_rate,
    on_time_completion,
    satisfaction,
    three,
    whole_months,
)
from tests import world as w
from tests.world import MONDAY

pytestmark = pytest.mark.django_db

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))


def test_the_period_is_whole_months_before_this_one() -> None:
    assert whole_months(date(2026, 11, 22)) == Period(date(2025, 11, 1), date(2026, 10, 31))
    assert whole_months(date(2026, 1, 1), 1) == Period(date(2025, 12, 1), date(2025, 12, 31))
    assert whole_months(date(2026, 3, 31), 2) == Period(date(2026, 1, 1), date(2026, 2, 28))
    assert whole_months(date(2026, 11, 22)).words == "2025年11月至2026年10月"


def test_a_figure_without_a_base_is_a_dash_and_says_so() -> None:
    for figure in (on_time_completion(NOVEMBER), satisfaction(NOVEMBER), adoption_rate(NOVEMBER)):
        assert figure.percent == "–"
        assert figure.numerator == figure.denominator == 0
        assert "这段时间" in figure.detail
    assert not three(at=MONDAY).has_any


def test_an_unfinished_item_whose_day_is_over_counts_as_not_on_time() -> None:
    city = w.make_world()
    w.answered(city)
    late = w.submit(city, title="第二件一直没有办完的建议").suggestion
    w.accept(city, late, at=MONDAY)
    w.dispatch(city, late, at=MONDAY)
    figure = on_time_completion(NOVEMBER)
    assert (figure.numerator, figure.denominator) == (1, 2)
    assert figure.percent == "50.0"
    assert "没办完的1件也算在内" in figure.detail


def test_an_answer_after_its_day_counts_as_late() -> None:
    from suggestions.services import replying

    city = w.make_world()
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY + timedelta(days=1))
    reply = w.signed_reply(city, item, at=MONDAY + timedelta(days=21))
    replying.approve(
        reply=reply, actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=22)
    )
    figure = on_time_completion(NOVEMBER)
    assert (figure.numerator, figure.denominator) == (0, 1)


def test_silence_is_on_neither_side_of_satisfaction() -> None:
    city = w.make_world()
    for overall in ("satisfied", "basically", "dissatisfied"):
        item, _ = w.answered(city, title=f"评价为{overall}的一件建议")
        reasons = {"comment": "没装", "solved": "no"} if overall == "dissatisfied" else {}
        w.rate(item, at=MONDAY + timedelta(days=12), overall=overall, **reasons)
    w.answered(city, title="一直没有评价的一件建议")
    figure = satisfaction(NOVEMBER)
    assert (figure.numerator, figure.denominator) == (2, 3)
    assert figure.percent == "66.7"


def test_adoption_is_of_answered_items_and_not_of_received_ones() -> None:
    city = w.make_world()
    w.answered(city)
    w.submit(city, title="收到了但还没有答复的建议")
    figure = adoption_rate(NOVEMBER)
    assert (figure.numerator, figure.denominator) == (1, 1)
    assert "不是除以收到的件数" in figure.method


def test_the_last_evening_of_a_month_belongs_to_it() -> None:
    period = Period(date(2026, 11, 1), date(2026, 11, 12))
    city = w.make_world()
    w.answered(city, at=MONDAY.replace(hour=23, minute=59))  # answered on 12 November at 23:59
    assert adoption_rate(period).denominator == 1
    assert adoption_rate(Period(date(2026, 11, 13), date(2026, 11, 30))).denominator == 0


def test_percent_shows_one_decimal() -> None:
    assert Figure("a", "a", 1, 3, "", "").percent == "33.3"
    assert Figure("a", "a", 0, 3, "", "").percent == "0.0"
