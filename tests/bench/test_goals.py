"""What a run says of the goals, what it keeps for the next size, and that its questions are about what the city says."""

from dataclasses import replace
from pathlib import Path
from random import Random

from django.utils import timezone

from bench import cases, cluster, engines, figures, goals, load, report
from bench.engines import Latency
from bench.load import Measure
from bench.promise import Kept
from bench.report import Report, markdown
from bench.texts import Words

LIST = Measure(cases.BARE_LIST, 8, 100, 100, 1, 10, 20)
BROWSE = Measure(goals.BROWSE, 8, 100, 70, 1, 40, 50)


def _said(made: Report, *others: Report) -> dict[str, list[str]]:
    return {row[0]: row[1:] for row in goals.rows(made, others)[1:]}


def test_a_goal_between_two_sizes_needs_both_runs(tmp_path: Path) -> None:
    small = Report({"commit": "a"}, goals.SMALL, [LIST, replace(BROWSE, p95=35)])
    large = Report({"commit": "b"}, goals.LARGE, [LIST, BROWSE])
    words = f"browse made anew at {goals.LARGE:,} ÷ bare list at {goals.SMALL:,}, requests/s"

    assert _said(large)[words] == ["", "≥ 0.60", "not measured"]
    figures.save(small, tmp_path / "kept")
    figures.save(large, tmp_path / "kept")
    said = _said(large, *figures.load(tmp_path / "kept"))
    assert said[words] == ["0.70", "≥ 0.60", "met"]
    assert said[f"browse made anew, p95 at {goals.LARGE:,} ÷ at {goals.SMALL:,}"][0] == "1.14"


def test_the_slowest_kept_page_speaks_for_all_of_them() -> None:
    kept = [replace(BROWSE, name="home, kept", per_second=1600), replace(BROWSE, name="browse, kept", per_second=1400)]  # fmt: skip
    said = _said(Report(measures=[LIST, *kept]))

    assert said["cached public page (browse) ÷ bare list"] == ["14.00", "≥ 15.00", "MISSED"]


def test_a_search_is_held_against_the_same_query_without_us() -> None:
    latencies = [Latency("elasticsearch", "phrase", 5, 30, 9, 1), Latency(engines.RAW, "phrase", 5, 20, 9, 1)]  # fmt: skip
    said = _said(Report(latencies=latencies))

    assert said["search p95 ÷ (1.5 × raw query + 10 ms), worst: phrase"] == ["0.75", "≤ 1.00", "met"]  # fmt: skip


def test_a_lost_receipt_is_an_error_of_the_run() -> None:
    made = Report(kept=Kept(seconds=300, per_second=120, p95=80, errors=0, receipts=36_000, lost=1))

    assert made.errors == 1
    assert _said(made)["of 36,000 receipts, not to be found afterwards"][-1] == "MISSED"
    assert _said(made)["submissions a second for 300 s"] == ["120/s", "≥ 100/s", "met"]


def test_a_run_writes_its_size_and_leaves_the_others_and_the_replay() -> None:
    facts = {"commit": "aaa111"}
    once = markdown(Report(facts, 10_000, [LIST]), f"# Old\n\n## {report.REPLAYED}\n\nrows\n")
    twice = markdown(Report({"commit": "bbb222"}, 1_000_000, [BROWSE]), once)

    heads = [line for line in twice.splitlines() if line.startswith("## ")]
    assert heads == ["## How to read the tables", "## 10,000 suggestions", "## 1,000,000 suggestions", f"## {report.REPLAYED}"]  # fmt: skip
    assert "aaa111" in twice
    assert "bbb222" in twice
    again = markdown(Report({"commit": "ccc333"}, 10_000, [LIST]), twice)
    assert "aaa111" not in again
    assert "rows" in again


def test_the_queries_of_a_page_that_was_looked_at_stand_in_its_row() -> None:
    made = Report(measures=[replace(BROWSE, queries=3.0, rows=25.0, bytes=9815.0)])

    assert "| browse, made anew | 8 | 70 |  | 1.0 | 40.0 | 50.0 |  | 3 | 25 | 9.6 | 0 |" in markdown(made)  # fmt: skip


def test_every_word_that_is_asked_for_was_said_in_the_city() -> None:
    pools = Words(Random(1), timezone.localdate()).pools.values()
    said = "\n".join(s for p in pools for s in (*p.titles, *p.problems, *p.proposals, *p.replies))
    asked = [*cases.WORDS, *cases.PHRASES, *cases.SEVERAL, *cluster.WORDS]
    asked += [words.partition(" -")[0] for words in cases.EXCLUDING]

    missing = [
        w for text in asked for w in text.replace('"', "").strip("“”").split() if w not in said
    ]
    assert missing == []


def test_an_address_nobody_asked_for_keeps_its_question() -> None:
    assert load.fresh("/a/?b=1", "x") == "/a/?b=1&n=x"
    assert load.fresh("/a/", "x") == "/a/?n=x"
