"""How words sound: pinyin without tones, so that what is typed by ear or by keyboard finds what is meant.

Pairs that much of the south does not tell apart (zh/z, ch/c, sh/s, n/l, -ng/-n) are one sound here.
"""

import re
from functools import lru_cache
from typing import Any

from pypinyin import Style, lazy_pinyin

_FOLDS = (
    (re.compile(r"^([zcs])h"), r"\1"),
    (re.compile(r"^l(?=[a-z])"), "n"),
    (re.compile(r"ng$"), "n"),
    (re.compile("ü|v"), "u"),
)
MOST_LETTERS = 48


def _apart(text: str) -> Any:
    """What has no sound stays, character by character."""
    return list(text)


def fold(syllable: str) -> str:
    """One syllable in the spelling that stands for all that sound alike."""
    for pattern, into in _FOLDS:
        syllable = pattern.sub(into, syllable)
    return syllable


@lru_cache(maxsize=4096)
def syllables(word: str) -> tuple[str, ...]:
    """The folded syllable of each Han character of a normalised word; other characters stay as they are."""
    return tuple(fold(s) for s in lazy_pinyin(word, style=Style.NORMAL, errors=_apart))


def sound(word: str) -> str:
    """The whole word's sound, folded, without spaces."""
    return "".join(syllables(word))


def spelt(word: str) -> str:
    """The whole word in plain pinyin, as somebody types it."""
    return "".join(lazy_pinyin(word, style=Style.NORMAL, errors=_apart))


def initials(word: str) -> str:
    """The first letter of each syllable: gj for 公交."""
    return "".join(s[:1] for s in lazy_pinyin(word, style=Style.NORMAL, errors=_apart))


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    """Every syllable there is, as it is typed."""
    from pypinyin.constants import PINYIN_DICT
    from pypinyin.contrib.tone_convert import to_normal

    found = {
        to_normal(reading)
        for code, readings in PINYIN_DICT.items()
        if 0x4E00 <= code <= 0x9FA5
        for reading in readings.split(",")
    }
    # Interjections without a vowel (m, n, ng, hm) would make a word of any letters.
    return frozenset(s for s in found if s.isascii() and s.isalpha() and re.search("[aeiouv]", s))


def readings(letters: str) -> list[tuple[int, int, str]]:
    """(start, end, folded syllable) of every place where Latin letters may be read as one syllable, if the whole can
    be read; else nothing. Bounded: longer text than MOST_LETTERS is no pinyin.
    """
    if not letters.isascii() or not letters.isalpha() or len(letters) > MOST_LETTERS:
        return []
    known = _known()
    edges: dict[int, list[tuple[int, str]]] = {}
    for start in range(len(letters)):
        ends = (e for e in range(start + 1, min(start + 6, len(letters)) + 1))
        edges[start] = [(e, fold(s)) for e in ends if (s := letters[start:e]) in known]
    reach = {len(letters)}
    for start in range(len(letters) - 1, -1, -1):
        if any(end in reach for end, _ in edges[start]):
            reach.add(start)
    if 0 not in reach:
        return []
    seen, found = {0}, []
    for start in range(len(letters)):
        if start in seen:
            for end, syllable in edges[start]:
                if end in reach:
                    seen.add(end)
                    found.append((start, end, syllable))
    return found
