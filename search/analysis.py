"""One analysis for every engine: the engines see space-separated tokens and never a Chinese character run.

Normalisation works character by character, so that the normal form of a part of a text is always that
part of the text's normal form: whatever a person types from the middle of a sentence is found in it.
A run of Han characters ABCD becomes the tokens AB BC CD D, in order. So a two-character word matches
inside longer text, a longer word is a phrase of its pairs, and one character is a prefix (every
character starts exactly one token). Words found by the dictionary are added with a leading underscore;
they never decide whether something matches, only how well.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

import opencc
import rjieba

WORD_MARK = "_"
# Nobody writes a longer word; a longer one is an attack or a file pasted by accident.
MAX_TOKEN = 64
# Characters of one field that are indexed. The rest is kept and shown, only not searched.
MAX_INDEXED = 60_000

_HAN = r"々〇㐀-䶿一-鿿\U00020000-\U0003ffff"
# Digits with an inner point stay one token (3.5); other letters and digits run up to the next Han character.
_LATIN = rf"\d+(?:\.\d+)+(?![^\W_{_HAN}])|[^\W_{_HAN}]+"
RUNS = re.compile(rf"(?P<han>[{_HAN}]+)|(?P<latin>{_LATIN})")
LATIN_LETTER = rf"[^\W_{_HAN}]"
_IS_HAN = re.compile(rf"[{_HAN}]")

# What the converter leaves alone because both characters live on in the simplified script.
_MORE_FOLDS = {"著": "着", "瞭": "了", "藉": "借", "衹": "只", "祇": "只", "妳": "你", "牠": "它"}
# Characters newer than the engines' own tables would be taken for punctuation by them.
_RARE = re.compile("[\U0002b740-\U0003ffff]")


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


def _fold(character: str) -> str:
    """The normal form of one character: nothing for invisible ones, a space for controls and broken ones."""
    category = unicodedata.category(character)
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f":
        return ""  # joiners, marks of direction, variation selectors
    if category in ("Cc", "Cs"):
        return " "
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", character).casefold())
    if _IS_HAN.search(folded):
        folded = str(_converter().convert(folded))
        folded = "".join(_MORE_FOLDS.get(c, c) for c in folded)
    return folded


class _Table(dict[int, str]):
    """A translation table that learns each character the first time it is met. `odd` are those of them whose normal form is
    not one character long.
    """

    def __init__(self) -> None:
        super().__init__()
        self.odd: set[str] = set()

    def __missing__(self, code: int) -> str:
        folded = _fold(chr(code))
        if len(folded) != 1:
            self.odd.add(chr(code))
        self[code] = folded
        return folded


_TABLE = _Table()


def _clusters(text: str) -> list[tuple[str, int]]:
    """The text cut before every character that is not a combining mark: (composed cluster, start)."""
    found: list[tuple[str, int]] = []
    start = 0
    for at in range(1, len(text) + 1):
        if at == len(text) or not unicodedata.combining(text[at]):
            found.append((unicodedata.normalize("NFC", text[start:at]), start))
            start = at
    return found


def normalise(text: str) -> str:
    """NFKC, case folding, Traditional to Simplified, controls to spaces. Not for display."""
    if unicodedata.is_normalized("NFC", text):
        return text.translate(_TABLE)
    return "".join(cluster.translate(_TABLE) for cluster, _ in _clusters(text))


def normalise_with_offsets(text: str) -> tuple[str, list[int]]:
    """The normal form and, for each of its characters and one past the end, where it began in `text`.

    A match from i to j in the normal form is `text[offsets[i]:ends]` with `ends` the offset of the first
    later character that began after the last matched one; `source_span` does that.
    """
    if unicodedata.is_normalized("NFC", text):
        folded = text.translate(_TABLE)
        if len(folded) == len(text) and _TABLE.odd.isdisjoint(text):
            return folded, list(range(len(text) + 1))
        clusters = [(character, at) for at, character in enumerate(text)]
    else:
        clusters = _clusters(text)
    parts: list[str] = []
    offsets: list[int] = []
    for cluster, start in clusters:
        folded = cluster.translate(_TABLE)
        parts.append(folded)
        offsets.extend([start] * len(folded))
    offsets.append(len(text))
    return "".join(parts), offsets


def source_span(offsets: list[int], start: int, end: int) -> tuple[int, int]:
    """The span of the original text that the normal form's characters from start to end (> start) came from."""
    last = offsets[end - 1]
    at = end
    while at < len(offsets) - 1 and offsets[at] == last:
        at += 1
    return offsets[start], offsets[at]


def is_han(token: str) -> bool:
    return bool(_IS_HAN.match(token))


def pairs(run: str, *, closed: bool) -> list[str]:
    """The tokens of a Han run; `closed` adds the last character alone, as the index holds it."""
    if len(run) == 1:
        return [run]
    tokens = [a + b for a, b in pairwise(run)]
    return [*tokens, run[-1]] if closed else tokens


def cut(normal: str) -> list[str]:
    """Dictionary words of a normalised text, in order and without gaps: joined they are the text."""
    return list(rjieba.cut(normal))


def index_positions(text: str) -> list[str]:
    """The positional tokens of a text as an index stores them: pairs and whole Latin words and numbers."""
    tokens: list[str] = []
    normal = normalise(text[:MAX_INDEXED])
    for run in RUNS.finditer(normal):
        if run.lastgroup == "han":
            tokens += pairs(run[0], closed=True)
        else:
            tokens.append(run[0][:MAX_TOKEN])
    return [encode(token) for token in tokens] if _RARE.search(normal) else tokens


def index_words(text: str) -> list[str]:
    """The dictionary words of two or more Han characters, marked, without repetition."""
    words = dict.fromkeys(cut(normalise(text[:MAX_INDEXED])))
    return [WORD_MARK + encode(w[:MAX_TOKEN]) for w in words if len(w) > 1 and is_han(w)]


def index_tokens(text: str) -> str:
    """Both kinds for engines that take a text: the words follow the pairs, so phrases never meet them."""
    return " ".join([*index_positions(text), *index_words(text)])


def encode(token: str) -> str:
    """Rare Han characters written as x and their code, which every engine keeps as letters."""
    return _RARE.sub(lambda m: f"x{ord(m[0]):x}", token)


def words(text: str) -> list[str]:
    """The text cut where a line may break (for <wbr> in titles); joined the parts are exactly the text."""
    if not text:
        return []
    normal, offsets = normalise_with_offsets(text)
    cuts = [0]
    at = 0
    for word in cut(normal):
        at += len(word)
        place = offsets[at]
        # A character that folds to several is never cut, and punctuation stays with its word.
        if cuts[-1] < place < len(text) and offsets[at - 1] != place and may_break(text, place):
            cuts.append(place)
    return [text[a:b] for a, b in pairwise([*cuts, len(text)])]


def may_break(text: str, at: int) -> bool:
    """Whether a line may end before text[at]: not after an opening mark, before a closing one or a joiner."""
    before, after = unicodedata.category(text[at - 1]), unicodedata.category(text[at])
    joined = (
        text[at - 1] == "\u200d"
        or after in ("Cf", "Mn", "Me", "Mc")
        or "\ufe00" <= text[at] <= "\ufe0f"
    )
    return not joined and before not in ("Ps", "Pi") and after not in ("Pe", "Pf", "Po", "Pd")


def clean(text: str) -> str:
    """Text every store accepts: no NUL, no broken surrogate. Everything else is kept."""
    if "\x00" in text or not text.isprintable():
        text = text.replace("\x00", "\ufffd")
        text = text.encode("utf-8", "replace").decode() if _has_surrogate(text) else text
    return text


def _has_surrogate(text: str) -> bool:
    return any("\ud800" <= character <= "\udfff" for character in text)
