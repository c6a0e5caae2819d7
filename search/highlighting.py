"""Marks what matched in the original text: Traditional and full-width originals keep their characters.

Matches are found in the normal form and mapped back; the text is escaped piece by piece, so nothing a
person wrote becomes markup. One implementation for all engines: they only say which documents match.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from html import escape

from search.analysis import (
    LATIN_LETTER,
    RUNS,
    clean,
    cut,
    may_break,
    normalise_with_offsets,
    source_span,
)
from search.terms import Terms, parse

SNIPPET_LENGTH = 80
MOST_PLACES = 40  # places compared for the best one
LEAD = 16  # characters before the first match that a reader needs to understand it
MAX_MARKED_TEXT = 60_000


def highlight(text: str, query: str | Terms) -> str:
    """The whole text as safe HTML with <mark> around every match."""
    text = clean(text)
    return _marked(text, _spans(text, _pattern(query)), 0, len(text))


def snippet(text: str, query: str | Terms, length: int = SNIPPET_LENGTH) -> str:
    """About `length` characters around the place with the most different matches, as safe HTML.

    Without a match it is the beginning of the text. Line breaks become spaces; a cut end shows "…".
    """
    return snippet_of(text, query, length)[0]


def snippet_of(text: str, query: str | Terms, length: int = SNIPPET_LENGTH) -> tuple[str, bool]:
    """The snippet and whether anything in it matched."""
    text = " ".join(clean(text[:MAX_MARKED_TEXT]).split())
    spans = _spans(text, _pattern(query))
    start, end = _window(text, spans, length)
    html = _marked(text, spans, start, end)
    html = ("…" if start else "") + html + ("…" if end < len(text) else "")
    return html, bool(spans)


def snippets(fields: Mapping[str, str], terms: Terms, most: int = 2) -> dict[str, str]:
    """Snippets of the first fields that match; else the beginning of the first that is not empty."""
    found: dict[str, str] = {}
    first: tuple[str, str] | None = None
    for name, text in fields.items():
        if not text.strip():
            continue
        html, matched = snippet_of(text, terms)
        first = first or (name, html)
        if matched:
            found[name] = html
            if len(found) == most:
                break
    return found or (dict([first]) if first else {})


def _pattern(query: str | Terms) -> re.Pattern[str] | None:
    return _compiled(parse(query) if isinstance(query, str) else query)


@lru_cache(maxsize=64)
def _compiled(terms: Terms) -> re.Pattern[str] | None:
    surfaces = {t.surface for term in terms.must for t in (term, *term.others)}
    # Whole chunks too, so that words typed together are marked together.
    surfaces |= {t.surface for t in terms.should if not t.tokens[0].startswith("_")}
    parts = [p for s in sorted(surfaces, key=len, reverse=True) if (p := _surface_pattern(s))]
    return re.compile("|".join(parts)) if parts else None


def _surface_pattern(surface: str) -> str:
    """The runs of a surface with anything but letters between them; Latin words only as whole words."""
    pieces: list[str] = []
    for run in RUNS.finditer(surface):
        piece = re.escape(run[0])
        if run.lastgroup == "latin":
            piece = rf"(?<!{LATIN_LETTER}){piece}(?!{LATIN_LETTER})"
        pieces.append(piece)
    return r"[\W_]{0,20}".join(pieces)


def _spans(text: str, pattern: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Matched spans of the original text, in order; those that touch are one."""
    if pattern is None or not text:
        return []
    normal, offsets = normalise_with_offsets(text)
    merged: list[tuple[int, int]] = []
    for match in pattern.finditer(normal):
        start, end = source_span(offsets, match.start(), match.end())
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(text: str, spans: list[tuple[int, int]], length: int) -> tuple[int, int]:
    """Where to cut: whole words, from the beginning of a sentence when one begins near by."""
    if len(text) <= length:
        return 0, len(text)
    start = 0
    if spans:
        best = max(
            spans[:MOST_PLACES], key=lambda span: (_variety(text, spans, span[0], length), -span[0])
        )
        start = max(0, best[0] - LEAD)
        if start + length > len(text):
            start = max(0, len(text) - length)
        sentence = max(
            text.rfind(mark, max(0, best[0] - LEAD * 2), best[0]) for mark in "。！？；\n"
        )
        if sentence >= 0:
            start = sentence + 1
    end = min(len(text), start + length)
    if start == 0 and end == len(text):
        return start, end
    # A match is never cut, however long.
    end = max([end, *(b for a, b in spans if a < end < b and b - end < length)])
    begin, finish = _around(text, start, end)
    # A "word" without an end (a pasted address, a row of emoji) is cut after all.
    return max(begin, start - LEAD * 2), min(finish, end + LEAD * 2)


def _variety(text: str, spans: list[tuple[int, int]], start: int, length: int) -> int:
    """How many different matched words a window from here shows."""
    return len({text[a:b] for a, b in spans if start <= a and b <= start + length - LEAD})


def _around(text: str, start: int, end: int) -> tuple[int, int]:
    """The last place up to `start` and the first from `end` on where a text may be cut: between dictionary words, or at its
    own ends.
    """
    normal, offsets = normalise_with_offsets(text)
    at, before = 0, [0]
    for word in cut(normal):
        at += len(word)
        place = offsets[at]
        if offsets[at - 1] == place or not 0 < place < len(text):
            continue
        if place <= start:
            before.append(place)
        if place >= end and may_break(text, place):
            break
    else:
        place = len(text)
    # Few are looked at: whether a line may end at a place costs more than to find the place.
    return next(p for p in reversed(before) if p == 0 or may_break(text, p)), place


def _marked(text: str, spans: list[tuple[int, int]], start: int, end: int) -> str:
    parts: list[str] = []
    at = start
    for a, b in spans:
        if b <= at or a >= end:
            continue
        a, b = max(a, at), min(b, end)
        parts += [escape(text[at:a]), "<mark>", escape(text[a:b]), "</mark>"]
        at = b
    parts.append(escape(text[at:end]))
    return "".join(parts)
