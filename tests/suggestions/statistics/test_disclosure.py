"""What the public edition withholds: small cells, and enough beside them (process.md 7.3)."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from suggestions.models import StatRow
from suggestions.statistics.counting import TOTAL
from suggestions.statistics.disclosure import FAMILY, LEAST, withheld
from suggestions.statistics.formulas import FORMULAS


def counts(figure: str, *sizes: int, dimension: str = "topic") -> list[StatRow]:
    rows = [
        StatRow(figure=figure, dimension=dimension, key=f"k{i}", numerator=Decimal(n))
        for i, n in enumerate(sizes)
    ]
    total = StatRow(figure=figure, dimension=TOTAL, key="", numerator=Decimal(sum(sizes)))
    return [*rows, total]


def rates(figure: str, *pairs: tuple[int, int], dimension: str = "unit") -> list[StatRow]:
    return [
        StatRow(figure=figure, dimension=dimension, key=f"k{i}", numerator=Decimal(n), denominator=d)
        for i, (n, d) in enumerate(pairs)
    ]  # fmt: skip


def gone(rows: list[StatRow]) -> set[str]:
    found = withheld(rows)
    return {r.key for r in rows if found.hides(r.figure, r.dimension, r.key)}


def test_large_cells_are_all_shown() -> None:
    assert not gone(counts("received", 5, 20, 7))


def test_a_small_cell_takes_the_next_smallest_with_it_or_the_total_would_tell() -> None:
    assert gone(counts("received", 3, 20, 7)) == {"k0", "k2"}


def test_two_cells_of_one_each_take_a_third_because_their_sum_would_tell() -> None:
    assert gone(counts("received", 1, 1, 30, 8)) == {"k0", "k1", "k3"}


def test_the_total_itself_is_never_withheld() -> None:
    assert "" not in gone(counts("received", 1, 2))


def test_a_rate_is_withheld_where_its_base_what_it_counts_or_the_rest_is_small() -> None:
    rows = rates("on_time_completion", (2, 40), (38, 40), (20, 40), (3, 3), (40, 40), (0, 40))
    assert {"k0", "k1", "k3"} <= gone(rows)
    assert not {"k2", "k4", "k5"} & gone(rows)


def test_the_three_core_rates_need_ten() -> None:
    assert gone(rates("satisfaction", (9, 9), (15, 15), (0, 20))) >= {"k0"}
    assert not gone(rates("adoption_rate", (9, 9), (15, 15), (0, 20)))


def test_figures_that_share_a_base_are_withheld_together() -> None:
    assert FAMILY["return_rate"] == FAMILY["misdispatch"] == FAMILY["assigned"]
    assert FAMILY["avg_days"] == FAMILY["p90_working_days"] == FAMILY["adoption_rate"]
    small = withheld(
        rates("return_rate", (0, 3), (0, 50), (0, 60))
        + rates("misdispatch", (0, 3), (0, 50), (0, 60))
    )
    assert small.hides("return_rate", "unit", "k0")
    assert small.hides("misdispatch", "unit", "k0")


def test_a_small_numerator_does_not_hide_the_other_figures_of_the_same_base() -> None:
    rows = counts("received", 50, 60, 70) + rates(
        "reply_rate", (2, 50), (30, 60), (40, 70), dimension="topic"
    )
    found = withheld(rows)
    assert found.hides("reply_rate", "topic", "k0")
    assert not found.hides("received", "topic", "k0")


def test_the_score_is_withheld_with_any_of_its_three_rates() -> None:
    found = withheld(rates("satisfaction", (9, 9), (15, 15), (20, 20)))
    assert found.hides("composite", "unit", "k0")


def test_every_figure_belongs_to_a_family() -> None:
    assert set(FAMILY) == {formula.code for formula in FORMULAS}


@pytest.mark.parametrize("sizes", [(4,), (1, 2), (4, 4), (1, 1, 1)])
def test_where_nothing_large_is_left_all_cells_are_withheld(sizes: tuple[int, ...]) -> None:
    assert len(gone(counts("received", *sizes))) == len(sizes)


@given(st.lists(st.integers(0, 40), min_size=3, max_size=9))
def test_no_small_cell_can_be_computed_from_the_total_and_the_cells_shown(sizes: list[int]) -> None:
    """Whatever is shown, each small cell withheld could as well be another number, the total being the same."""
    shown = [n for n in sizes if n]
    hidden = sorted(int(k[1:]) for k in gone(counts("received", *shown)))
    assert all(i in hidden for i, n in enumerate(shown) if n < LEAST)
    if not hidden or len(hidden) == len(shown):
        return
    inside = sum(shown[i] for i in hidden)
    # Each of the others is at least 1, because a cell of nothing is not listed: at least two values are left.
    assert len(hidden) >= 2
    assert inside - (len(hidden) - 1) >= 2
