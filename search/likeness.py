"""How alike two texts are about one matter: for offering what is there before somebody writes it again, and for triage.

The engine names candidates by the text's rarest words; here each is looked at closely. All signs are containment, not
likeness of length: a short question may stand whole in a long letter. What most candidates have in common (the city, the
neighbourhood, the topic) tells none of them apart, so pairs of characters weigh the more the fewer candidates have them.
The weights were fitted, and the floor set, on one half of the judged pairs (`python -m bench.likeness`), not by eye.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from search import store, vocabulary
from search.analysis import is_han, normalise
from search.engine import Engine, Hit, Query
from search.reranking import grams, place_of, uses_of, weights_by
from search.terms import Terms, parse

CANDIDATES = 20
MOST_READ = 10_000
"""Documents the engine may look at for the candidates of one text, by the words' counts: what bounds its time in a large
index. The rarest words are asked for first."""
FEWEST_WORDS = 3
FLOOR = 0.48
"""From this likeness (0 to 1) on an item is offered."""
# Fitted by logistic regression; see bench/likeness.py.
BASE = -8.79
WEIGHTS = (2.22, 0.87, 1.94, -0.57, 2.34, 1.85, 3.0, 3.49)
PLACE, TAGS = "keywords", "tags"
"""The field that says where (two things at one place are not one matter), and the one that says what it is about."""


COPIED = ("problem", "proposal")
COPY_FLOOR = 0.55
"""The share of common triples from which on a text is a copy."""
ENOUGH_TRIPLES = 20
"""Shorter texts share their triples by chance."""


class Said(Protocol):
    """What is looked at of a text: its title, and its other parts by name, as in a search document."""

    @property
    def title(self) -> str: ...

    @property
    def fields(self) -> Mapping[str, str]: ...


T = TypeVar("T", bound=Said)


@dataclass(frozen=True, slots=True)
class Alike:
    """One candidate and its likeness, 0 to 1."""

    hit: Hit
    likeness: float


def alike(
    text: str,
    *,
    engine: Engine,
    types: tuple[str, ...] = (),
    floor: float = FLOOR,
    most: int = 5,
    without: Iterable[str] = (),
) -> list[Alike]:
    """Up to `most` documents about the same matter as the text, most alike first, without marks (see `marked`); empty
    when none is near enough. `without` names documents that are left out.

    One search and one query. Raises SearchUnavailable.
    """
    asked = Asked.of(text)
    left_out = set(without)
    hits = [h for h in candidates(asked, engine=engine, types=types) if h.id not in left_out]
    near = [one for one in asked.measured(hits) if one.likeness >= floor]
    near.sort(key=lambda one: (-one.likeness, one.hit.id))
    return near[:most]


def marked(text: str, hits: Iterable[Hit]) -> list[Hit]:
    """The hits with excerpts, and marks where the text's words stand."""
    terms = parse(text, "any", vocabulary.current())
    return [store.marked(hit, terms) for hit in hits]


def copies_of(text: str, *, engine: Engine, types: tuple[str, ...] = ()) -> list[Alike]:
    """Documents of which the text is a copy, or that are one of it: shortened, reordered, with slips. `likeness` is the
    share of character triples of the shorter that stand in the longer. One search and one query. Raises
    SearchUnavailable.
    """
    own = triples(text)
    found = []
    for hit in candidates(Asked.of(text), engine=engine, types=types):
        other = triples("\n".join([hit.title, *(t for n, t in hit.fields.items() if n in COPIED)]))
        share = _copied(own, other)
        if share >= COPY_FLOOR:
            found.append(Alike(hit, share))
    return sorted(found, key=lambda one: (-one.likeness, one.hit.id))


def among(
    text: str, others: Sequence[T], *, floor: float = FLOOR, most: int = 5
) -> list[tuple[T, float]]:
    """As `alike`, of texts that are in no index: those that say most of the telling words are looked at. One query."""
    asked = Asked.of(text)
    nearest = sorted(others, key=lambda one: -asked.said_by(one))[:CANDIDATES]
    found = zip(nearest, map(_likeness, asked.signs(nearest)), strict=True)
    near = [(one, likeness) for one, likeness in found if likeness >= floor]
    return sorted(near, key=lambda pair: -pair[1])[:most]


def copied(one: str, other: str) -> float:
    """The share of character triples of the shorter text that stand in the longer; 0 where they are too few to tell."""
    return _copied(triples(one), triples(other))


def _copied(one: frozenset[str], other: frozenset[str]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller >= ENOUGH_TRIPLES else 0.0


def triples(text: str) -> frozenset[str]:
    """Three neighbouring characters of what is left of a text without blanks and punctuation."""
    plain = "".join(c for c in normalise(text) if c.isalnum())
    return frozenset(plain[i : i + 3] for i in range(len(plain) - 2))


@dataclass(frozen=True, slots=True)
class Asked:
    """A text to find the like of: its telling words, how many documents use each, and its pairs of characters."""

    terms: Terms
    uses: tuple[int, ...]
    weights: tuple[float, ...]
    grams: frozenset[str]
    characters: frozenset[str]

    @classmethod
    def of(cls, text: str) -> "Asked":
        """One query."""
        terms = parse(text, "any", vocabulary.current())
        uses = uses_of(terms.must)
        characters = frozenset(c for c in normalise(text) if is_han(c))
        return cls(terms, tuple(uses), tuple(weights_by(uses)), grams(text), characters)

    def rarest(self) -> str:
        """The words worth asking for: from the rarest on, as far as they do not lead through half of the index."""
        order = sorted(range(len(self.uses)), key=lambda i: (self.uses[i], i))
        chosen, read = list[int](), 0
        for at in order:
            read += self.uses[at]
            if len(chosen) >= FEWEST_WORDS and read > MOST_READ:
                break
            chosen.append(at)
        return " ".join(self.terms.must[at].surface for at in sorted(chosen))

    def measured(self, hits: Sequence[Hit]) -> list[Alike]:
        return [
            Alike(hit, _likeness(signs)) for hit, signs in zip(hits, self.signs(hits), strict=True)
        ]

    def said_by(self, one: Said) -> float:
        """The weight of the telling words in a text: a rough and quick order."""
        text = normalise("\n".join([one.title, *one.fields.values()]))
        return _share(
            (any(t.surface in text for t in (term, *term.others)), weight)
            for term, weight in zip(self.terms.must, self.weights, strict=True)
        )

    def signs(self, hits: Sequence[Said]) -> list[tuple[float, ...]]:
        """What speaks for each hit, 0 to 1 each, in the order of WEIGHTS.

        `words`, `matter`: the share of telling words it says, by weight, with those of its place and without;
        `said`, `named`: the share of the text's pairs of characters in it, and in its title (the root of that), rare
        ones among these hits counting more, without those of its place; `about`: the other way round, the root of the
        share of its title's pairs that the text has; `title`, `characters`: the share of the text's characters in its
        title and anywhere in it; `rank`: one over its place among the hits.
        """
        seen = [_Seen.of(hit, self.grams) for hit in hits]
        rare = _rarity(len(seen), Counter(pair for one in seen for pair in one.said))
        rare_title = _rarity(len(seen), Counter(pair for one in seen for pair in one.title_grams))
        return [self._signs(one, rare, rare_title, 1 / (1 + at)) for at, one in enumerate(seen)]

    def _signs(
        self, seen: "_Seen", rare: "Rarity", rare_title: "Rarity", rank: float
    ) -> tuple[float, ...]:
        rows = [
            (place_of(term, seen.fields), weight, term.surface in seen.place)
            for term, weight in zip(self.terms.must, self.weights, strict=True)
        ]
        where = grams(seen.place)
        new, theirs = self.grams - where, seen.title_grams - where
        matter = [(found, weight) for found, weight, local in rows if not local]
        characters = self.characters - set(seen.place)
        return (
            _share((found, weight) for found, weight, _ in rows),
            _share(matter),
            _share((pair in seen.said, rare(pair)) for pair in new),
            _share((pair in seen.title_grams, rare(pair)) for pair in new) ** 0.5,
            _share((pair in self.grams, rare_title(pair)) for pair in theirs) ** 0.5,
            _share((c in seen.title, 1.0) for c in characters),
            _share((c in seen.text, 1.0) for c in characters),
            rank,
        )


Rarity = Callable[[str], float]


def _rarity(count: int, uses: Counter[str]) -> Rarity:
    """How telling a pair is among so many texts."""
    return lambda pair: math.log((1 + count) / (1 + uses[pair])) + 0.1


def _share(rows: Iterable[tuple[float, float]]) -> float:
    """The weighted mean of (value, weight); 0 of none."""
    total = weighed = 0.0
    for value, weight in rows:
        total, weighed = total + weight, weighed + value * weight
    return weighed / total if total else 0.0


@dataclass(frozen=True, slots=True)
class _Seen:
    """A hit as it is looked at, all in the normal form: title, place, everything but the place, and its weighed parts."""

    title: str
    place: str
    text: str
    fields: tuple[tuple[float, str], ...]
    title_grams: frozenset[str]
    said: frozenset[str]

    @classmethod
    def of(cls, hit: Said, asked: frozenset[str]) -> "_Seen":
        title, place = normalise(hit.title), normalise(hit.fields.get(PLACE, ""))
        tags = normalise(hit.fields.get(TAGS, ""))
        rest = "\n".join(text for name, text in hit.fields.items() if name not in (PLACE, TAGS))
        body = normalise(rest)
        text = f"{title}\n{tags}\n{body}"
        return cls(
            title,
            place,
            text,
            ((1.0, title), (0.9, tags), (0.7, body)),
            grams(title),
            frozenset(pair for pair in asked if pair in text),
        )


def candidates(asked: Asked, *, engine: Engine, types: tuple[str, ...] = ()) -> tuple[Hit, ...]:
    """What a closer look is worth. One search."""
    query = Query(asked.rarest(), types=types, match="any", size=CANDIDATES, candidates=True)
    return engine.search(query).hits


def _likeness(signs: tuple[float, ...]) -> float:
    return 1 / (1 + math.exp(-(BASE + sum(w * s for w, s in zip(WEIGHTS, signs, strict=True)))))
