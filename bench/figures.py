"""Figures kept between the runs of one machine, for the goals that compare two sizes: requests and latencies, nothing else."""

import json
from dataclasses import asdict
from pathlib import Path

from bench.load import Measure
from bench.report import Report


def load(file: Path) -> list[Report]:
    """One report of each size that was kept; none before the first."""
    if not file.exists():
        return []
    held = json.loads(file.read_text(encoding="utf-8"))
    return [
        Report(one["facts"], int(size), measures=[Measure(**m) for m in one["measures"]])
        for size, one in held.items()
    ]


def save(report: Report, file: Path) -> None:
    """Put this size's figures in, in place of earlier ones."""
    reports = [one for one in load(file) if one.size != report.size]
    held = {
        str(one.size): {"facts": one.facts, "measures": [asdict(m) for m in one.measures]}
        for one in sorted([*reports, report], key=lambda one: one.size)
    }
    file.write_text(json.dumps(held, indent=1, ensure_ascii=False), encoding="utf-8")
