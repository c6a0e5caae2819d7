"""Local names, and words that mean the same: what staff know of their city and a dictionary cannot.

Groups are used when a question is read, so an edit works within half a minute and needs no new index. Names
are also marked in the index, where they count like dictionary words; `version` says with which names an index
was built. Both only widen or weigh: whatever matched without them matches with them.
"""

import hashlib
import math
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from django.db import DatabaseError

from search.analysis import LATIN_LETTER, RUNS, normalise

SECONDS = 30.0
"""How long a process goes on with what it has read."""
LONGEST = 30
MOST_OTHERS = 12
"""Words one word may stand for: more would make one question out of a dozen."""
_EDGE = re.compile(LATIN_LETTER)

Names = Callable[[], Iterable[tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """`same`: each word with the others of its groups; `names`: all words that are kept whole. All normalised."""

    same: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    version: str = ""
    # The words by their first two characters, longest first.
    starts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, groups: Iterable[Iterable[str]]) -> "Vocabulary":
        """From groups of equal words; a group of one is a name without another."""
        same: dict[str, dict[str, None]] = {}
        for group in groups:
            words = list(dict.fromkeys(w for text in group if (w := plain(text))))
            for word in words:
                # What contains the word is found by it anyway.
                others = same.setdefault(word, {})
                others.update(dict.fromkeys(w for w in words if word not in w))
        starts: dict[str, list[str]] = {}
        for word in same:
            starts.setdefault(word[:2], []).append(word)
        names = frozenset(same)
        return cls(
            {word: tuple(others)[:MOST_OTHERS] for word, others in same.items() if others},
            names,
            digest(names),
            {start: tuple(sorted(ws, key=len, reverse=True)) for start, ws in starts.items()},
        )

    def parts(self, normal: str) -> Iterator[tuple[str, bool]]:
        """A normalised text in pieces, each with whether it is a known word; joined they are the text."""
        at = since = 0
        while at < len(normal):
            word = self._word_at(normal, at)
            if word:
                if since < at:
                    yield normal[since:at], False
                yield word, True
                at = since = at + len(word)
            else:
                at += 1
        if since < len(normal):
            yield normal[since:], False

    def _word_at(self, normal: str, at: int) -> str:
        for word in self.starts.get(normal[at : at + 2], ()):
            end = at + len(word)
            if normal.startswith(word, at) and not (_inside(normal, at) or _inside(normal, end)):
                return word
        return ""

    def found(self, normal: str) -> list[str]:
        """The known words of a text, without repetition."""
        return list(dict.fromkeys(piece for piece, known in self.parts(normal) if known))


EMPTY = Vocabulary()


def _inside(text: str, at: int) -> bool:
    """Whether a cut here would go through a Latin word or a number."""
    return 0 < at < len(text) and bool(_EDGE.match(text[at - 1]) and _EDGE.match(text[at]))


def plain(text: str) -> str:
    """The normal form of a word to keep, "" for one that is too short, too long or has nothing in it."""
    word = " ".join(normalise(text).split())
    return word if 1 < len(word) <= LONGEST and RUNS.search(word) else ""


def digest(names: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(sorted(names)).encode()).hexdigest()[:12]


_sources: dict[str, Names] = {}
_held: Vocabulary | None = None
_until = 0.0


def register_names(key: str, names: Names) -> None:
    """Let a package tell its names (units, places, topics), each with its other spellings."""
    _sources[key] = names


def current() -> Vocabulary:
    """What is in force; read again after SECONDS. With the database away: what was read last."""
    global _held, _until
    if _held is not None and time.monotonic() < _until:
        return _held
    try:
        _held = read()
    except DatabaseError:
        # Before the first migration, or a database that is down: search goes on with plain words.
        _held = _held or EMPTY
    _until = time.monotonic() + SECONDS
    return _held


def read() -> Vocabulary:
    """Staff's words and groups, and the registered names, afresh."""
    return Vocabulary.of(
        [*groups(), *(names for source in _sources.values() for names in source())]
    )


def groups() -> list[tuple[str, ...]]:
    """What staff keep, a tuple a line of the dictionary."""
    from search.models import WordGroup

    return [g.members() for g in WordGroup.objects.filter(is_active=True).order_by("pk")]


def hold(words: Vocabulary) -> None:
    """Go on with these words for good: for processes that have no database."""
    global _held, _until
    _held, _until = words, math.inf


def forget() -> None:
    """Have the next question read afresh (after an edit in this process, and between tests)."""
    global _held
    _held = None
