"""How alike two texts are about one matter: for offering what is there before somebody writes it again.

The engine names candidates; here each is looked at closely. Two signs: the share of the new text's telling words that
stand in the old one (words that mean the same count), and how much of its character pairs does. Both are containment,
not likeness of length: a short question may stand whole in a long letter. The weights were fitted, and the floor set, on
judged pairs (`python -m bench.likeness`), not by eye.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from search import vocabulary
from search.analysis import normalise
from search.engine import Engine, Hit, Query
from search.reranking import grams, place_of, weights_of
from search.terms import Term, parse

CANDIDATES = 40
FLOOR = 0.5
"""From this likeness (0 to 1) on an item is offered."""
# Fitted by logistic regression; see bench/likeness.py.
BASE = -6.34
WEIGHTS = (2.84, 2.35, 0.54, 4.83, 3.62, -1.8, 2.89, -1.47)
PLACE = "keywords"
"""The field that says where: two things at one place are not one matter."""


COPIED = ("problem", "proposal")
COPY_FLOOR = 0.5
"""The share of common triples from which on a text is a copy."""
ENOUGH_TRIPLES = 20
"""Shorter texts share their triples by chance."""


@dataclass(frozen=True, slots=True)
class Alike:
    """One candidate and its likeness, 0 to 1."""

    hit: Hit
    likeness: float


def alike(
    text: str, *, engine: Engine, types: tuple[str, ...] = (), floor: float = FLOOR, most: int = 5
) -> list[Alike]:
    """Up to `most` documents about the same matter as the text, most alike first; empty when none is near enough.

    One search and one query. Raises SearchUnavailable.
    """
    query = Query(text, types=types, match="any", size=CANDIDATES)
    found = measured(text, engine.search(query).hits)
    near = [one for one in found if one.likeness >= floor]
    return sorted(near, key=lambda one: (-one.likeness, one.hit.id))[:most]


def copies_of(text: str, *, engine: Engine, types: tuple[str, ...] = ()) -> list[Alike]:
    """Documents of which the text is a copy, or that are one of it: shortened, reordered, with slips. `likeness` is the
    share of character triples of the shorter that stand in the longer. One search. Raises SearchUnavailable.
    """
    query = Query(text, types=types, match="any", size=CANDIDATES)
    own = triples(text)
    found = []
    for hit in engine.search(query).hits:
        other = triples("\n".join([hit.title, *(t for n, t in hit.fields.items() if n in COPIED)]))
        smaller = min(len(own), len(other))
        share = len(own & other) / smaller if smaller >= ENOUGH_TRIPLES else 0.0
        if share >= COPY_FLOOR:
            found.append(Alike(hit, share))
    return sorted(found, key=lambda one: (-one.likeness, one.hit.id))


def triples(text: str) -> frozenset[str]:
    """Three neighbouring characters of what is left of a text without blanks and punctuation."""
    plain = "".join(c for c in normalise(text) if c.isalnum())
    return frozenset(plain[i : i + 3] for i in range(len(plain) - 2))


def measured(text: str, hits: Sequence[Hit]) -> list[Alike]:
    """Each hit with its likeness to the text, in the given order. One query."""
    return [
        Alike(hit, _likeness(signs)) for hit, signs in zip(hits, signs_of(text, hits), strict=True)
    ]


def signs_of(text: str, hits: Sequence[Hit]) -> list[tuple[float, ...]]:
    """For each hit: the weighted share of telling words in it, and without the words of its place; the share of pairs
    in common with its title (of the shorter of the two); the share of the text's pairs that stand anywhere in it,
    without those of its place, and of these in its title; the root of that, and the product of the second and third.
    """
    terms = parse(text, "any", vocabulary.current()).must
    weights = weights_of(terms)
    asked = grams(text)
    return [_signs(hit, terms, weights, asked) for hit in hits]


def _signs(
    hit: Hit, terms: Sequence[Term], weights: Sequence[float], asked: frozenset[str]
) -> tuple[float, ...]:
    fields = [(1.0, normalise(hit.title))]
    fields += [
        (0.9 if n == "tags" else 0.7, normalise(t)) for n, t in hit.fields.items() if n != PLACE
    ]
    place = normalise(hit.fields.get(PLACE, ""))
    rows = [
        (place_of(t, fields), w, t.surface in place) for t, w in zip(terms, weights, strict=True)
    ]
    words = sum(p * w for p, w, _ in rows) / (sum(weights) or 1.0)
    matter = [(p, w) for p, w, local in rows if not local]
    what = sum(p * w for p, w in matter) / (sum(w for _, w in matter) or 1.0)
    title, where = grams(hit.title), grams(place)
    said = title | grams("\n".join(text for _, text in fields))
    new = asked - where
    common = len(asked & title) / (min(len(asked), len(title)) or 1)
    named = len(new & title) / (len(new) or 1)
    there = len(asked & said) / (len(asked) or 1)
    return (
        words,
        what,
        common,
        there,
        len(new & said) / (len(new) or 1),
        named,
        named**0.5,
        common * what,
    )


def _likeness(signs: tuple[float, ...]) -> float:
    return 1 / (1 + math.exp(-(BASE + sum(w * s for w, s in zip(WEIGHTS, signs, strict=True)))))
