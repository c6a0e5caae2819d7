"""Looking something up in the database itself, where an index would be too much: lists of the back office.

A word is found inside any text, as it was typed, in either script and at any width; a person also by how the name sounds.
"""

from collections.abc import Iterable
from functools import lru_cache

import opencc
from django.db.models import Q

from search import sounds
from search.analysis import normalise

MOST_WORDS = 6
LONGEST = 80


@lru_cache(maxsize=1)
def _to_traditional() -> opencc.OpenCC:
    return opencc.OpenCC("s2t")


def words(text: str) -> list[str]:
    """The words of a search box, the first few of them."""
    return text.replace("\x00", " ")[: LONGEST * MOST_WORDS].split()[:MOST_WORDS]


def spellings(word: str) -> list[str]:
    """The word as typed, in simplified and in traditional characters, full width made plain."""
    plain = normalise(word).strip()
    every = (word, plain, str(_to_traditional().convert(plain)))
    return [one[:LONGEST] for one in dict.fromkeys(every) if one]


def says(text: str, *fields: str) -> Q:
    """A condition: every word stands in one of the fields. Without a word: no condition."""
    wanted = Q()
    for word in words(text):
        one = Q()
        for spelling in spellings(word):
            for field in fields:
                one |= Q(**{f"{field}__icontains": spelling})
        wanted &= one
    return wanted


def sound_alike(typed: str, names: Iterable[tuple[int, str]]) -> list[int]:
    """The keys of those names that sound like what was typed in Latin letters: wangfang, wang fang, wf. Tones, zh/z, n/l
    and -ng/-n are not told apart. Empty for anything but Latin letters.
    """
    letters = "".join(normalise(typed[:LONGEST]).split())
    if len(letters) < 2 or not (letters.isascii() and letters.isalpha()):
        return []
    found = []
    for key, name in names:
        plain = normalise(name)
        heard = (sounds.spelt(plain), sounds.sound(plain), sounds.initials(plain))
        if any(one.startswith(letters) for one in heard):
            found.append(key)
    return found
