"""The goals of speed, each as a ratio of two figures that stand beside each other in a run, and whether it is reached."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bench import cases, engines
from bench.load import Measure
from bench.report import Report

SMALL, LARGE = 10_000, 1_000_000
"""The two sizes that growth is measured between."""
MOST_MB = 200
FOR_MINUTES = 300
BROWSE = "browse, made anew"


@dataclass(frozen=True, slots=True)
class Goal:
    """`value` against `wanted` (at least, or at most when `most`); None where what it needs was not measured."""

    words: str
    value: float | None
    wanted: float
    most: bool = False
    unit: str = "×"

    @property
    def verdict(self) -> str:
        if self.value is None:
            return "not measured"
        reached = self.value <= self.wanted if self.most else self.value >= self.wanted
        return "met" if reached else "MISSED"

    def row(self) -> list[str]:
        sign = "≤" if self.most else "≥"
        value = "" if self.value is None else _figure(self.value, self.unit)
        return [self.words, value, f"{sign} {_figure(self.wanted, self.unit)}", self.verdict]


def rows(report: Report, others: Sequence[Report] = ()) -> list[list[str]]:
    """The table, column names first. `others` are runs of other sizes on the same machine."""
    return [["goal", "measured", "wanted", ""], *(goal.row() for goal in goals(report, others))]


def goals(report: Report, others: Sequence[Report] = ()) -> list[Goal]:
    sizes = {one.size: one for one in [*others, report]}
    small, large = sizes.get(SMALL), sizes.get(LARGE)
    made = [
        *_public(report),
        Goal(f"browse made anew at {LARGE:,} ÷ bare list at {SMALL:,}, requests/s", _share(_rate(large, BROWSE), _rate(small, cases.BARE_LIST)), 0.6),
        Goal(f"browse made anew, p95 at {LARGE:,} ÷ at {SMALL:,}", _share(_p95(large, BROWSE), _p95(small, BROWSE)), 1.3, most=True),
        *_search(report),
        Goal("submit ÷ bare Django view that writes the same rows", _share(_rate(report, cases.SUBMIT), _rate(report, cases.BARE_SUBMIT)), 0.6),
        *_promise(report),
        Goal(f"desk queue, p95 with 2 clients ({report.size:,} items; the goal is for {LARGE:,})", _p95(report, "desk queue", 2), 200, most=True, unit="ms"),
        Goal("rebuild ÷ raw bulk rate, the analysis counted apart", report.rebuilt, 0.8),
        Goal("web worker, resident", float(max(pair[0] for pair in report.memory["jianyan"])) if report.memory.get("jianyan") else None, MOST_MB, most=True, unit="MB"),
    ]  # fmt: skip
    return made


def _public(report: Report) -> list[Goal]:
    kept = [m.name for m in report.measures if m.name.endswith(", kept")] or ["home, kept"]
    slowest = min(kept, key=lambda name: _rate(report, name) or 0.0)
    rate, words = _rate(report, slowest), f"cached public page ({slowest.partition(',')[0]})"
    return [
        Goal(f"{words} ÷ bare list", _share(rate, _rate(report, cases.BARE_LIST)), 15),
        Goal(f"{words} ÷ gunicorn with two bytes", _share(rate, _rate(report, cases.HELLO)), 0.6),
    ]


def _search(report: Report) -> list[Goal]:
    """p95 as a share of what is allowed (1.5 × the raw query + 10 ms), so that 1 is the goal: of the engine by itself for
    each kind of query, the worst one shown, and of the whole page with one client.
    """
    held = {(one.engine, one.kind): one.p95 for one in report.latencies}
    shares = {
        kind: p95 / (1.5 * held[engines.RAW, kind] + 10)
        for (engine, kind), p95 in held.items()
        if engine == "elasticsearch" and (engines.RAW, kind) in held
    }
    worst = max(shares, key=lambda kind: shares[kind], default="")
    raw = _p95(report, engines.RAW_WORD, 1)
    page = _p95(report, "search, one word, made anew", 1)
    return [
        Goal(f"search p95 ÷ (1.5 × raw query + 10 ms){f', worst: {worst}' if worst else ''}", shares.get(worst), 1, most=True),
        Goal("the same of the whole page, one client", _share(page, None if raw is None else 1.5 * raw + 10), 1, most=True),
    ]  # fmt: skip


def _promise(report: Report) -> list[Goal]:
    kept = report.kept
    if kept is None:
        return [Goal("submissions a second for five minutes", None, 100, unit="/s")]
    return [
        Goal(f"submissions a second for {kept.seconds:.0f} s" + ("" if kept.seconds >= FOR_MINUTES else " (the goal is for 300 s)"), kept.per_second, 100, unit="/s"),
        Goal(f"of {kept.receipts:,} receipts, not to be found afterwards", float(kept.lost), 0, most=True, unit=""),
    ]  # fmt: skip


def _found(report: Report | None, name: str, clients: int) -> Measure | None:
    every = report.measures if report else []
    return next((m for m in every if m.name == name and m.clients == clients), None)


def _rate(report: Report | None, name: str) -> float | None:
    return _of(_found(report, name, 8), lambda m: m.per_second)


def _p95(report: Report | None, name: str, clients: int = 8) -> float | None:
    return _of(_found(report, name, clients), lambda m: m.p95)


def _of(measure: Measure | None, fact: Callable[[Measure], float]) -> float | None:
    return fact(measure) if measure else None


def _share(one: float | None, other: float | None) -> float | None:
    return one / other if one is not None and other else None


def _figure(value: float, unit: str) -> str:
    if unit == "×":
        return f"{value:.2f}"
    return f"{value:,.0f} {unit}".rstrip().replace(" /s", "/s")
