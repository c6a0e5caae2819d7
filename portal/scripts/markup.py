"""Finished HTML turned over: its Chinese into Traditional characters, or its Chinese parts marked as Chinese.

One pass over the tags of the page. Text that a machine reads (scripts, code, values, addresses) is never touched, and
what stands under `translate="no"` or in a text box stays as the person wrote it.
"""

import html
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from portal.scripts import variants
from portal.scripts.variants import Variant

_TOKEN = re.compile(
    r"<!--.*?-->|<!doctype[^>]*>|<(/?)([a-zA-Z][a-zA-Z0-9-]*)((?:[^\"'>]|\"[^\"]*\"|'[^']*')*)>", re.S | re.I
)  # fmt: skip
_HAN = re.compile(r"[\u3400-\u9fff]")
_LATIN = re.compile(r"[A-Za-z]")
_ENTITY = re.compile(r"&[#\w]+;")
# Attributes that people read or hear. `value` is spoken only on a button, and ours have words instead.
_READ = re.compile(
    r'(\s(?:alt|title|placeholder|aria-label|aria-description|aria-roledescription|label|data-(?:word|say|failed|label|'
    r'verifying|verified|wait|error|expired|left|over|copied|stop|go))=")([^"]*)(")'
)  # fmt: skip
_CONTENT = re.compile(r'(\scontent=")([^"]*)(")')
_ADDRESS = re.compile(r'(\s(?:href|action|formaction|hx-get|hx-post)=")(/[^"/\\][^"]*|/)(")')
_RAW = frozenset({"script", "style", "textarea", "code", "pre", "kbd", "samp"})
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "source",
        "track",
        "wbr",
        "rect",
        "path",
        "circle",
        "use",
    ]
)
# A word runs on through these, so that its phrase is seen whole.
_THROUGH = frozenset({"wbr", "mark", "b", "em", "strong", "span", "a", "i", "small"})
_BREAK = "\x1f"
# Signs that templates and lists write between texts, as English writes them.
_SIGNS = {
    "。": ".",
    "、": ", ",
    "，": ", ",
    "；": "; ",
    "：": ": ",
    "（": " (",
    "）": ")",
    "！": "!",
    "？": "?",
}
_SIGN = re.compile("|".join(_SIGNS))
_RUN_ON = re.compile(
    r"(?:(?<=[a-z]{2}|[0-9%]{2})[.!?;](?=[A-Z])|(?<=[a-z]{2})[.!?;](?=[0-9])|\)(?=\w))"
)
_ENDS_SENTENCE = re.compile(r"[.,:;!?)]\Z")
_BEGINS_WORD = re.compile(r"\A[\w“(\u3400-\u9fff]")


@dataclass(slots=True)
class _Piece:
    """A part of the page: a tag, or text. `open`: an opening tag; `raw`: text for no human reader's eye to change."""

    text: str
    name: str = ""
    is_open: bool = False
    is_close: bool = False
    raw: bool = False


def _pieces(page: str) -> Iterator[_Piece]:
    """The page cut into tags and texts; what stands inside a raw element or under translate="no" is one raw text."""
    at, ends = 0, len(page)
    for found in _TOKEN.finditer(page):
        if found.start() < at:
            continue
        if found.start() > at:
            yield _Piece(page[at : found.start()])
        at = found.end()
        name = (found[2] or "").lower()
        yield _Piece(found[0], name, bool(name) and not found[1], bool(found[1]), raw=not name)
        if name and not found[1] and name not in _VOID and (name in _RAW or 'translate="no"' in found[3]):  # fmt: skip
            stop = _end_of(page, name, at)
            if stop > at:
                yield _Piece(page[at:stop], raw=True)
                at = stop
    if at < ends:
        yield _Piece(page[at:])


def _end_of(page: str, name: str, at: int) -> int:
    """Where the element opened just before `at` is closed; the end of the page when it never is."""
    depth = 1
    for found in re.compile(rf"<(/?){name}\b[^>]*>", re.I).finditer(page, at):
        # The content of these is no markup: the first closing tag ends them.
        depth += -1 if found[1] else int(name not in ("script", "style", "textarea"))
        if depth == 0:
            return found.start()
    return len(page)


def converted(page: str, convert: Callable[[str], str], variant: Variant) -> str:
    """The page with every text a person reads turned by `convert`, which keeps the number of characters."""
    out: list[str] = []
    texts: list[int] = []
    joined: list[str] = []
    for piece in _pieces(page):
        if piece.name:
            if piece.name not in _THROUGH and joined and joined[-1] != _BREAK:
                joined.append(_BREAK)
            out.append(_tag(piece, variant, convert))
        elif piece.raw or not _HAN.search(piece.text):
            out.append(piece.text)
            if piece.text.strip() and joined and joined[-1] != _BREAK:
                joined.append(_BREAK)
        else:
            texts.append(len(out))
            out.append(piece.text)
            joined.append(piece.text)
    for at, text in zip(texts, _in_one(joined, convert), strict=True):
        out[at] = text
    return "".join(out)


def _in_one(joined: list[str], convert: Callable[[str], str]) -> Iterator[str]:
    """All texts converted in one go, since asking costs more than converting."""
    whole = convert("".join(joined))
    if len(whole) != sum(map(len, joined)):
        yield from (convert(text) for text in joined if text != _BREAK)
        return
    at = 0
    for text in joined:
        if text != _BREAK:
            yield whole[at : at + len(text)]
        at += len(text)


def _tag(piece: _Piece, variant: Variant, convert: Callable[[str], str] | None) -> str:
    """A tag with its readable attributes converted and its addresses led into the variant."""
    text = piece.text
    if not piece.is_open:
        return text
    if convert is not None and _HAN.search(text):
        turn = convert
        text = _READ.sub(lambda m: f"{m[1]}{turn(m[2])}{m[3]}", text)
        if piece.name == "meta":
            text = _CONTENT.sub(lambda m: f"{m[1]}{turn(m[2])}{m[3]}", text)
    if piece.name in ("a", "form", "button", "link", "div", "input") and '="/' in text and " hreflang=" not in text:  # fmt: skip
        text = _ADDRESS.sub(lambda m: f"{m[1]}{_led(m[2], variant)}{m[3]}", text)
    return text


def _led(found: str, variant: Variant) -> str:
    """An address within the site as this variant links to it: with the prefix once, or without where there is none."""
    bare = html.unescape(found)
    inside = bare.startswith(f"{variant.prefix}/")
    bare = bare[len(variant.prefix) :] if inside else bare
    return html.escape(variants.address(variant, bare))


def marked(page: str, variant: Variant) -> str:
    """An English page with `lang` on each element whose own words are Chinese, and back on English ones within.

    Chinese needs no space between sentences, so templates write none: it is put in here, and signs are English ones.
    """
    pieces = list(_pieces(page))
    own: dict[int, list[int]] = {}
    parents: dict[int, int] = {}
    stack: list[int] = []
    inside: dict[int, int] = {}
    last: int | None = None
    apart = False
    for at, piece in enumerate(pieces):
        if piece.name and piece.name != "wbr":
            apart = True
        if piece.name and piece.name not in _THROUGH:
            last = None
        if piece.is_open:
            parents[at] = stack[-1] if stack else -1
            own[at] = [0, 0]
            if piece.name not in _VOID and not piece.text.endswith("/>"):
                stack.append(at)
        elif piece.is_close:
            depth = next((n for n, s in enumerate(reversed(stack)) if pieces[s].name == piece.name), None)  # fmt: skip
            if depth is not None:
                del stack[len(stack) - 1 - depth :]
        elif stack and pieces[stack[-1]].name not in ("script", "style"):
            if not piece.raw:
                inside[at] = stack[-1]
                if last is not None and apart and _ENDS_SENTENCE.search(pieces[last].text) and _BEGINS_WORD.match(piece.text):  # fmt: skip
                    pieces[last].text += " "
                last, apart = at, False
            text = _ENTITY.sub("", piece.text)
            # <wbr> cuts a sentence into many texts of one element: they count together.
            own[stack[-1]][0] += len(_HAN.findall(text))
            own[stack[-1]][1] += len(_LATIN.findall(text))
    languages = {-1: variant.lang}
    out: list[str] = []
    for at, piece in enumerate(pieces):
        if at not in own:
            is_english = at in inside and languages[inside[at]] == variant.lang
            if is_english and not _HAN.search(piece.text):
                piece.text = _SIGN.sub(lambda m: _SIGNS[m[0]], piece.text)
            if is_english:
                piece.text = _RUN_ON.sub(r"\g<0> ", piece.text)
            out.append(piece.text)
            continue
        text = _tag(piece, variant, None)
        above = languages[parents[at]]
        han, latin = own[at]
        mine = above if not han and not latin else "zh-Hans" if han > latin else variant.lang
        given = re.search(r'\slang="([^"]*)"', text)
        if given:
            mine = given[1]
        elif mine != above and piece.name not in ("html", "head", "meta", "link", "title", "script", "style"):  # fmt: skip
            text = f'<{piece.name} lang="{mine}"{text[len(piece.name) + 1 :]}'
        languages[at] = mine
        out.append(text)
    return "".join(out)
