"""Words to go on with while somebody types: from the public texts alone, by character, pinyin or initials."""

from django.db.models import Q

from search import sounds
from search.analysis import RUNS, is_han, normalise
from search.models import LexiconWord

MOST = 8
MAX_TEXT = 40
IN_DOCUMENTS = 3
"""A word of fewer public texts is not offered: it might be about one person."""


def complete(text: str, most: int = MOST) -> list[str]:
    """Up to `most` whole texts to search for, the most used first; empty when there is nothing to add. One query.

    Only the last word is completed; what stands before it is kept as it was typed.
    """
    head, last = _parted(normalise(text[:MAX_TEXT]))
    run = RUNS.fullmatch(last)
    if run is None or (len(last) < 2 and not is_han(last)):
        return []
    wanted = Q(text__startswith=last) if is_han(last) else _spelt(last)
    found = LexiconWord.objects.filter(wanted, documents__gte=IN_DOCUMENTS).exclude(text=last)
    rows = found.order_by("-documents", "text").values_list("text", flat=True)
    return [head + word for word in rows[:most]]


def _parted(normal: str) -> tuple[str, str]:
    """What was typed before the last word, and the last word."""
    head, space, last = normal.lstrip().rpartition(" ")
    return head + space, last


def _spelt(letters: str) -> Q:
    """Words whose pinyin begins so (gongj), or whose initials do (gj)."""
    wanted = Q(initials__startswith=letters)
    for cut in range(len(letters), max(len(letters) - 5, 1), -1):
        ways = sounds.readings(letters[:cut])
        if ways:
            rest = letters[cut:]
            begun = sounds.fold(rest) if rest else ""
            for heard in _sounds(ways, cut):
                wanted |= Q(sound__startswith=heard + begun)
            break
    return wanted


def _sounds(ways: list[tuple[int, int, str]], end: int) -> list[str]:
    """How the letters may be said, in the fewest syllables first; a few ways at most."""
    found: dict[int, list[str]] = {0: [""]}
    for at, to, syllable in sorted(ways):
        held = found.setdefault(to, [])
        held += [said + syllable for said in found.get(at, []) if len(held) < 6]
    return sorted(set(found.get(end, [])), key=len)[:4]
