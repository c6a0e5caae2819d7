"""The benchmark of the replayed year: what stands before it has ended, and its table finds its place."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bench.fill import City
from bench.replay import QUIET, Replayed, rows
from bench.report import REPLAYED, Report, with_section
from suggestions.models import Clock, Suggestion
from suggestions.services import clocks

ONE = Replayed(before=200_000, items=2_000, transitions=50_000, seconds=600, cpu=300, sweeps=20, database=100, statements=600_000, memory=200)  # fmt: skip


@pytest.mark.django_db
def test_what_is_there_before_a_replayed_year_has_come_to_its_end() -> None:
    clocks.forget_calendar()
    City(now=datetime(2025, 1, 1, tzinfo=UTC), answered=1, quiet=QUIET).fill(40)
    assert Suggestion.objects.count() == 40
    assert set(Suggestion.objects.values_list("status", flat=True)) == {"closed"}
    assert not Clock.objects.filter(stopped_at=None).exists()
    assert Suggestion.objects.filter(received_at__gte=datetime(2024, 11, 3, tzinfo=UTC)).count() == 0  # fmt: skip


def test_the_table_gives_processor_time_an_item_of_ours_and_of_the_database() -> None:
    assert rows([ONE], commit="abc")[1] == ["200,000", "2,000", "50,000", "10.0", "150.0", "10.0", "50.0", "12.0", "200", "abc"]  # fmt: skip


def test_the_replay_is_written_into_its_own_section_and_leaves_the_others() -> None:
    report = Report({"machine": "2 cores"}, replayed=[ONE])
    document = "# Performance\n\n## Pages\n\n| a |\n\n## Memory\n\n| b |\n"
    once = with_section(document, report)
    assert once.startswith(document.rstrip())
    assert with_section(once, report) == once
    middle = f"# Performance\n\n## {REPLAYED}\n\nold\n\n## Memory\n\n| b |\n"
    assert "old" not in with_section(middle, report)
    assert with_section(middle, report).endswith("## Memory\n\n| b |\n")


def test_rows_of_other_sizes_stay_with_the_commit_they_were_measured_at() -> None:
    def at(commit: str, *found: Replayed) -> Report:
        return Report({"commit": commit}, replayed=list(found))

    small = replace(ONE, before=0)
    once = with_section("# Performance\n", at("first", ONE, small))
    twice = with_section(once, at("second", replace(small, cpu=600)))
    table = [line for line in twice.splitlines() if line.startswith("| ")]
    assert [line.split(" | ")[0] for line in table[2:]] == ["| 0", "| 200,000"]
    assert table[2].endswith("second |")
    assert " 300.0 | " in table[2]
    assert table[3].endswith("first |")
