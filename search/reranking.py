"""A closer look at a few dozen hits: which of them say most of what was asked, the telling words counting most."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise

from search import vocabulary
from search.analysis import RUNS, normalise
from search.engine import Hit
from search.terms import Term, parse

PLACES: Mapping[str, float] = {
    "title": 1.0,
    "tags": 0.9,
    "problem": 0.6,
    "proposal": 0.45,
    "reply": 0.4,
}
ELSEWHERE = 0.3
ENOUGH = 0.45
"""The share of the best one's score from which on a hit is worth showing."""
PAIRS = 2.0
"""What it counts that pairs of characters follow each other as they were asked, beside the words themselves."""


def best_of(text: str, hits: Sequence[Hit], *, most: int) -> tuple[Hit, ...]:
    """The hits that come near the best one, best first. A word weighs the more the fewer public texts have it.

    One query.
    """
    terms = parse(text, "any", vocabulary.current()).must
    if not terms or not hits:
        return ()
    weights = weights_of(terms)
    asked = grams(text)
    scores = [_score(hit, terms, weights, asked) for hit in hits]
    best = max(scores)
    order = sorted(range(len(hits)), key=lambda i: (-scores[i], i))
    return tuple(hits[i] for i in order[:most] if scores[i] >= ENOUGH * best > 0)


def grams(text: str) -> frozenset[str]:
    """Pairs of neighbouring characters of the Han runs, and whole Latin words and numbers."""
    found: set[str] = set()
    for run in RUNS.finditer(normalise(text)):
        found.update((a + b for a, b in pairwise(run[0])) if run.lastgroup == "han" else [run[0]])
    return frozenset(found)


def _score(
    hit: Hit, terms: Sequence[Term], weights: Sequence[float], asked: frozenset[str]
) -> float:
    fields = [(PLACES["title"], normalise(hit.title))]
    fields += [(PLACES.get(n, ELSEWHERE), normalise(t)) for n, t in hit.fields.items()]
    words = sum(place_of(term, fields) * w for term, w in zip(terms, weights, strict=True))
    if not asked:
        return words
    title = len(asked & grams(hit.title)) / len(asked)
    said = grams(" ".join(hit.fields.values()))
    return words / sum(weights) + PAIRS * (title + len(asked & said) / len(asked)) / 2


def place_of(term: Term, fields: Iterable[tuple[float, str]]) -> float:
    """The best place where the term, or a word that means the same, stands; 0 for nowhere."""
    said = [t.surface for t in (term, *term.others)]
    return max((weight for weight, text in fields if any(s in text for s in said)), default=0.0)


def uses_of(terms: Sequence[Term]) -> list[int]:
    """In how many public documents each word stands, or one that means the same; about. One query."""
    from search.models import LexiconWord

    spelt = {t.surface for term in terms for t in (term, *term.others)}
    used = dict(LexiconWord.objects.filter(text__in=spelt).values_list("text", "documents"))
    return [sum(used.get(t.surface, 0) for t in (term, *term.others)) for term in terms]


def weights_of(terms: Sequence[Term]) -> list[float]:
    """How telling each word is: the logarithm of the share of documents without it. One query."""
    return weights_by(uses_of(terms))


def weights_by(uses: Sequence[int]) -> list[float]:
    most = max([*uses, 20])
    return [math.log(1 + 3 * most / (1 + n)) for n in uses]
