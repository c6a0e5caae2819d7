"""The words public texts use, with how they sound: counted from the documents of the index, kept in one small table.

Only what was released is in a document, so nothing else can be offered while somebody types or mistypes.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction

from search import sounds, vocabulary
from search.analysis import MAX_INDEXED, RUNS, is_han, normalise
from search.engine import Document
from search.terms import groups_of

LONGEST = 12
LONGEST_PAIR = 8
IN_BODIES = 2
"""A word that stands only in bodies counts from this many documents on: once may be a slip itself."""
MOST = 100_000
"""Words that are kept, the most used ones."""
_BATCH = 2000


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one document: those of its title, its tags and its keywords, and those of its bodies."""

    titled: frozenset[str]
    rest: frozenset[str]


def words_of(document: Document) -> Words:
    """Words of the title and the keywords with pairs of title words that stand together, and words of the bodies."""
    head = "\n".join([document.title, *(document.fields.get(n, "") for n in ("tags", "keywords"))])
    return Words(
        frozenset((*_words(head), *_pairs(document.title))),
        frozenset(_words("\n".join(document.fields.values())[:MAX_INDEXED])),
    )


class Census:
    """Counts words, a document at a time."""

    def __init__(self) -> None:
        self.titled: Counter[str] = Counter()
        self.any: Counter[str] = Counter()

    def add(self, document: Document) -> None:
        self.count(words_of(document))

    def count(self, words: "Words") -> None:
        self.titled.update(words.titled)
        self.any.update(words.titled | words.rest)

    def counted(self) -> dict[str, int]:
        """Each word that is kept, with its number of documents; a word of the dictionary has those of its equals."""
        known = vocabulary.current()
        kept = {
            w: n
            for w, n in self.any.items()
            if n >= IN_BODIES or w in self.titled or w in known.names
        }
        for word, others in known.same.items():
            n = max((kept.get(other, 0) for other in others), default=0)
            if n and word not in kept and is_han(word) and len(word) <= LONGEST:
                kept[word] = n
        return kept


def _words(text: str) -> Iterable[str]:
    known = vocabulary.current()
    for piece, whole in known.parts(normalise(text)):
        for word in [piece, *groups_of(piece)] if whole else groups_of(piece):
            if 1 < len(word) <= LONGEST and is_han(word) and RUNS.fullmatch(word):
                yield word


def _pairs(title: str) -> Iterable[str]:
    """Two dictionary words side by side, as people write them: 社区食堂."""
    before = ""
    for word in groups_of(normalise(title)):
        fits = len(word) > 1 and is_han(word)
        if before and fits and len(before + word) <= LONGEST_PAIR:
            yield before + word
        before = word if fits else ""


def keep(census: Census) -> int:
    """Put a whole census in the place of the last one; returns the number of words."""
    # Only here: words are counted in processes that have no models (search/preparing.py).
    from search.models import LexiconWord

    rows = (
        LexiconWord(text=word, sound=sounds.sound(word)[:120], initials=sounds.initials(word)[:40], documents=n)
        for word, n in sorted(census.counted().items(), key=lambda c: -c[1])[:MOST]
    )  # fmt: skip
    with transaction.atomic():
        LexiconWord.objects.all().delete()
        LexiconWord.objects.bulk_create(rows, batch_size=_BATCH)
    return LexiconWord.objects.count()


def rebuild(documents: Iterable[Document]) -> int:
    """Count these documents' words and keep them; returns the number of words."""
    census = Census()
    for document in documents:
        census.add(document)
    return keep(census)
