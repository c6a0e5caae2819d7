"""Judged queries and what is counted over them: nDCG@10, recall@20, empty answers, agreement of engines.

`judged/queries.txt` holds what people type and which items of the demo city answer it, graded 0 to 3 by reading them.
A third of the queries, chosen by a checksum of their text, is held out: nothing was tuned on it.
"""

import hashlib
import math
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent / "judged"
GRADES = (1, 2, 3)
WRITTEN_ON = date(2026, 11, 22)
"""The day the demo's texts were written for: seeded for it, no date in a title moves."""
_CASE = re.compile(r"\{(\w+)\}")

Find = Callable[[str], Sequence[str]]
"""A query's text → keys of the items found, best first."""


@dataclass(frozen=True, slots=True)
class Judged:
    """One query. `grades`: item key → 1 to 3; what is not named answers nothing."""

    kind: str
    text: str
    grades: Mapping[str, int]

    @property
    def held_out(self) -> bool:
        return int(hashlib.sha1(self.text.encode()).hexdigest(), 16) % 3 == 0

    def typed(self, case_numbers: Mapping[str, str]) -> str:
        """The text with case numbers in the place of {key}."""
        return _CASE.sub(lambda m: case_numbers.get(m[1], m[0]), self.text)


def queries(path: Path = HERE / "queries.txt") -> list[Judged]:
    """All judged queries. Raises ValueError naming the line that cannot be read."""
    found: dict[str, Judged] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            kind, text, judgements = (part.strip() for part in line.split("|"))
            grades: dict[str, int] = {}
            for part in judgements.split(";"):
                grade, keys = part.split(":")
                if int(grade) not in GRADES:
                    raise ValueError(grade)
                # The first, higher grade of a key named twice holds.
                grades = {**dict.fromkeys(keys.split(), int(grade)), **grades}
        except ValueError as problem:
            raise ValueError(f"{path.name}, line {number}: {problem}") from problem
        found[text] = Judged(kind, text, grades)
    return list(found.values())


def only(query: Judged, shown: Set[str]) -> Judged:
    """The query with those of its items that the public may read."""
    return replace(query, grades={k: g for k, g in query.grades.items() if k in shown})


def ndcg(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 10) -> float:
    """Discounted gain (2^grade - 1, halved by log2 of the place) of the first places, as a share of the best order's."""

    def gain(marks: Sequence[int]) -> float:
        return sum((2**g - 1) / math.log2(at + 2) for at, g in enumerate(marks[:depth]))

    best = gain(sorted(grades.values(), reverse=True))
    return gain([grades.get(key, 0) for key in ranked]) / best if best else 0.0


def recall(ranked: Sequence[str], grades: Mapping[str, int], depth: int = 20) -> float:
    """How many of the items worth finding (grade 2 and 3; at most `depth`) are among the first places."""
    wanted = {key for key, grade in grades.items() if grade >= 2} or set(grades)
    return len(wanted & set(ranked[:depth])) / min(len(wanted), depth) if wanted else 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """Means over some queries."""

    queries: int
    ndcg: float
    recall: float
    empty: float


@dataclass(frozen=True, slots=True)
class Run:
    """One way to search over all queries: text → keys found."""

    name: str
    found: Mapping[str, Sequence[str]]

    def score(self, judged: Sequence[Judged]) -> Score:
        n = max(len(judged), 1)
        return Score(
            len(judged),
            sum(ndcg(self.found[q.text], q.grades) for q in judged) / n,
            sum(recall(self.found[q.text], q.grades) for q in judged) / n,
            sum(not self.found[q.text] for q in judged) / n,
        )


def overlap(one: Run, other: Run, judged: Sequence[Judged], depth: int = 10) -> float:
    """Mean share of the first places that both have (of the longer of the two lists)."""
    shares = []
    for query in judged:
        a, b = set(one.found[query.text][:depth]), set(other.found[query.text][:depth])
        shares.append(len(a & b) / max(len(a), len(b), 1) if a or b else 1.0)
    return sum(shares) / max(len(shares), 1)
