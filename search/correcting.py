"""Slips put right: pinyin in the place of characters, and a character that only sounds like the right one.

Nothing is guessed that the public texts do not say (search/lexicon.py), and quoted or excluded words stay as they are.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from search import sounds
from search.analysis import RUNS, normalise
from search.models import LexiconWord

MAX_TEXT = 60
"""A longer question has enough other words to be found by."""
LONGEST = 8
MOST_SOUNDS = 600
TIMES = 3
"""How much more often the other word must be used than what was typed."""
_PIECES = re.compile(r'[-－]?(?:"[^"]*"?|“[^”]*”?|「[^」]*」?)|\s+|[^\s"“「]+')
_LETTERS = re.compile(r"[a-zü]+")


@dataclass(frozen=True, slots=True)
class _Word:
    text: str
    documents: int


def corrected(text: str) -> str:
    """The text with its slips put right in the words of the public texts; "" when there is nothing to put right.

    One query. Never fails.
    """
    normal = normalise(text[: MAX_TEXT * 2])
    if len(normal) > MAX_TEXT:
        return ""
    pieces = _joined_letters(_PIECES.findall(normal))
    runs = [list(RUNS.finditer(piece)) if _open(piece) else [] for piece in pieces]
    words = _heard(run for found in runs for run in found)
    if not words:
        return ""
    made = "".join(
        _mended(piece, found, words) for piece, found in zip(pieces, runs, strict=True)
    ).strip()
    return made if made != " ".join(normal.split()) else ""


def _open(piece: str) -> bool:
    """Whether a piece may be changed: not what is quoted or excluded."""
    return not piece.startswith(("-", '"', "“", "「"))


def _joined_letters(pieces: list[str]) -> list[str]:
    """Syllables typed apart are one word (gong jiao)."""
    joined: list[str] = []
    for piece in pieces:
        if (
            _LETTERS.fullmatch(piece)
            and len(joined) > 1
            and joined[-1].isspace()
            and _LETTERS.fullmatch(joined[-2])
            and sounds.readings(joined[-2] + piece)
        ):
            joined.pop()
            joined[-1] += piece
        else:
            joined.append(piece)
    return joined


def _heard(runs: Iterable[re.Match[str]]) -> dict[str, list[_Word]]:
    """The known words by sound, for every sound that stands in the runs; most used first."""
    wanted: dict[str, None] = {}
    for run in runs:
        if run.lastgroup == "han":
            wanted.update((sound, None) for _, _, sound in _spoken(run[0]))
        else:
            wanted.update((sound, None) for _, _, sound, _ in _spelt(run[0]))
    found: dict[str, list[_Word]] = {}
    rows = LexiconWord.objects.filter(sound__in=list(wanted)[:MOST_SOUNDS])
    for row in rows.order_by("-documents", "text").values_list("sound", "text", "documents"):
        found.setdefault(row[0], []).append(_Word(row[1], row[2]))
    return found


def _spoken(han: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, sound) of every piece of two or more characters."""
    heard = sounds.syllables(han)
    if len(heard) != len(han):
        return
    for start in range(len(han) - 1):
        for end in range(start + 2, min(start + LONGEST, len(han)) + 1):
            yield start, end, "".join(heard[start:end])


def _spelt(letters: str) -> Iterator[tuple[int, int, str, int]]:
    """(start, end, sound, syllables) of every stretch of letters that may be a word of two or more syllables."""
    steps: dict[int, list[tuple[int, str]]] = {}
    for start, end, syllable in sounds.readings(letters):
        steps.setdefault(start, []).append((end, syllable))
    given = 0
    for start in steps:
        open_ways = [(start, "", 0)]
        while open_ways:
            at, sound, count = open_ways.pop()
            if count > 1:
                yield start, at, sound, count
                given += 1
                if given >= MOST_SOUNDS:
                    return
            if count < LONGEST:
                open_ways += [(end, sound + s, count + 1) for end, s in steps.get(at, ())]


def _mended(piece: str, runs: list[re.Match[str]], words: dict[str, list[_Word]]) -> str:
    made, at = [], 0
    for run in runs:
        other = (
            _from_letters(run[0], words) if run.lastgroup == "latin" else _from_ear(run[0], words)
        )
        made += [piece[at : run.start()], other]
        at = run.end()
    return "".join([*made, piece[at:]])


def _from_letters(letters: str, words: dict[str, list[_Word]]) -> str:
    """The fewest and most used words that the letters spell from end to end; the letters themselves if there are none."""
    best: dict[int, tuple[int, float, str]] = {0: (0, 0.0, "")}
    ways = sorted(_spelt(letters))
    for start, end, sound, count in ways:
        if start not in best:
            continue
        fitting = [w for w in words.get(sound, ()) if len(w.text) == count]
        if not fitting:
            continue
        # What is spelt exactly so comes before what only sounds alike.
        word = max(fitting, key=lambda w: (sounds.spelt(w.text) == letters[start:end], w.documents))
        number, cost, said = best[start]
        way = (number + 1, cost - math.log1p(word.documents), said + word.text)
        if end not in best or way < best[end]:
            best[end] = way
    return best[len(letters)][2] if len(letters) in best else letters


def _from_ear(han: str, words: dict[str, list[_Word]]) -> str:
    """The characters with pieces replaced by words that sound the same and are used far more often."""
    offers: list[tuple[int, int, int, str]] = []
    for start, end, sound in _spoken(han):
        said = han[start:end]
        fitting = [w for w in words.get(sound, ()) if len(w.text) == len(said)]
        used = next((w.documents for w in fitting if w.text == said), 0)
        best = next((w for w in fitting if w.text != said), None)
        if best is not None and best.documents >= TIMES * max(used, 1 if used else 0) and not used:
            offers.append((end - start, best.documents, start, best.text))
        elif used:
            # A word that is used as it was typed is no slip.
            offers.append((end - start, used, start, said))
    taken: dict[int, str] = {}
    free = [True] * len(han)
    for length, _, start, text in sorted(offers, key=lambda o: (-o[0], -o[1], o[2])):
        if all(free[start : start + length]):
            free[start : start + length] = [False] * length
            taken[start] = text
    made, at = [], 0
    while at < len(han):
        made.append(taken.get(at, han[at]))
        at += len(taken.get(at, "x"))
    return "".join(made)
