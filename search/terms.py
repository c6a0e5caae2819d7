"""What a person typed, as data every engine can render: what must match, what helps, what must not.

Only three things are syntax: quotation marks (Chinese or Western) ask for the exact words in order, a
minus before a word excludes it, and spaces separate words. Everything else is text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

from search.analysis import RUNS, WORD_MARK, cut, encode, is_han, normalise, pairs
from search.vocabulary import EMPTY, Vocabulary

MAX_TEXT = 400  # of a typed query; the rest cannot narrow anything any more
MAX_TERMS = 24
MAX_LIKE_TEXT = 4000
MAX_LIKE_TERMS = 32

_QUOTES = {
    "“": '"',
    "”": '"',
    "「": '"',
    "」": '"',
    "『": '"',
    "』": '"',
    "«": '"',
    "»": '"',
}
_PIECES = re.compile(
    r'(?:(?<=\s)|^)(?P<minus>-)?(?:"(?P<phrase>[^"]*)"?|(?P<bare>[^\s"]+))|"(?P<inner>[^"]*)"?|(?P<rest>[^\s"]+)'
)

_COUNT = re.compile(r"\d{1,3}")
# Single characters that carry no topic: asked for only when there is nothing else in the query.
_EMPTY_CHARACTERS = frozenset(
    "的了是在和与及或有我你他她它们这那吗呢吧啊呀哦也都就把被让给对从到请将要想会能可去又还很太不没为以于之其而且但并向"
)
# Words of every suggestion: they help to rank what was typed and say nothing about likeness.
_EMPTY_WORDS = frozenset(
    [
        "建议",
        "希望",
        "问题",
        "我们",
        "他们",
        "你们",
        "反映",
        "相关",
        "部门",
        "有关",
        "领导",
        "尊敬",
        "您好",
        "谢谢",
        "感谢",
        "进行",
        "能够",
        "可以",
        "是否",
        "目前",
        "现在",
        "因为",
        "所以",
        "但是",
        "如果",
        "这个",
        "那个",
        "这样",
        "一个",
        "没有",
        "已经",
        "非常",
        "比较",
        "加强",
        "解决",
        "情况",
        "方面",
        "以及",
        "为了",
        "需要",
        "应该",
        "增加",
        "时候",
        "对于",
        "通过",
        "由于",
        "市民",
        "居民",
        "群众",
        "大家",
        "自己",
        "什么",
        "怎么",
        "如何",
        "为什么",
        "我要",
        "我想",
        "请问",
        "还是",
        "就是",
        "不是",
        "还有",
        "并且",
        "或者",
        "怎么办",
        "怎样",
        "能不能",
        "可不可以",
        "是不是",
        "有没有",
        "多少",
        "哪里",
        "哪儿",
        "找谁",
        "没人",
        "没人管",
        "不了",
        "不到",
        "一点",
        "一下",
        "老是",
        "总是",
        "总被",
        "我家",
        "你好",
        "请求",
    ]
)


@dataclass(frozen=True, slots=True)
class Term:
    """Tokens that follow each other; `prefix`: the last one may go on (a single character does).

    `surface` is the normalised text it came from, for highlighting. One of `others` does as well: words
    that mean the same, which have no others themselves.
    """

    tokens: tuple[str, ...]
    prefix: bool
    surface: str
    others: tuple["Term", ...] = ()


@dataclass(frozen=True, slots=True)
class Terms:
    """`any_of` is set for look-alikes: one of `must` is enough and more are better."""

    must: tuple[Term, ...] = ()
    should: tuple[Term, ...] = ()
    exclude: tuple[Term, ...] = ()
    any_of: bool = False
    # The text had something in it but nothing to look for (only emoji, only punctuation): no hits.
    nothing: bool = False

    @property
    def browses(self) -> bool:
        """Nothing is asked for, so everything (but the excluded) is listed."""
        return not self.must and not self.nothing


@dataclass(slots=True)
class _Collector:
    must: dict[Term, None] = field(default_factory=dict)
    should: dict[Term, None] = field(default_factory=dict)
    exclude: dict[Term, None] = field(default_factory=dict)


def parse(text: str, match: Literal["all", "any"] = "all", vocabulary: Vocabulary = EMPTY) -> Terms:
    """Never fails; bounded in time and size whatever the text."""
    if match == "any":
        return _look_alike(text, vocabulary)
    raw = "".join(_QUOTES.get(c, c) for c in text[:MAX_TEXT])
    normal = normalise(raw)
    found = _Collector()
    empty: list[Term] = []
    for piece in _PIECES.finditer(normal):
        phrase = piece["phrase"] if piece["phrase"] is not None else piece["inner"]
        body = phrase if phrase is not None else piece["bare"] or piece["rest"] or ""
        whole = _term(body)
        if whole is None:
            continue
        if piece["minus"]:
            found.exclude[whole] = None
        elif phrase is not None:
            found.must[whole] = None
        else:
            _add_words(body, whole, found, empty, vocabulary)
    if not found.must:
        found.must.update(dict.fromkeys(empty))
    must = tuple(found.must)[:MAX_TERMS]
    return Terms(
        must=must,
        should=tuple(t for t in found.should if t not in found.must)[:MAX_TERMS],
        exclude=tuple(found.exclude)[:MAX_TERMS],
        nothing=bool(text.strip()) and not must and not found.exclude,
    )


def _add_words(
    body: str, whole: Term, found: _Collector, empty: list[Term], vocabulary: Vocabulary
) -> None:
    """Each word of a chunk must match; the chunk as a whole, and words as dictionary words, help."""
    for group, known in _named_groups(body, vocabulary):
        term = _term(group)
        if term is None:
            continue
        # "我要修路" asks for 修路; what says nothing decides only when nothing else was typed.
        if not known and (group in _EMPTY_CHARACTERS or group in _EMPTY_WORDS):
            empty.append(term)
        else:
            found.must[_with_others(term, vocabulary)] = None
        if len(group) > 1 and is_han(group):
            found.should[Term((WORD_MARK + encode(group),), False, group)] = None
    found.should[whole] = None


def _named_groups(body: str, vocabulary: Vocabulary) -> Iterator[tuple[str, bool]]:
    """Words the vocabulary keeps whole (True), and the groups of what is between them."""
    for piece, known in vocabulary.parts(body):
        if known:
            yield piece, True
        else:
            yield from ((group, False) for group in groups_of(piece))


def _with_others(term: Term, vocabulary: Vocabulary) -> Term:
    others = (_term(word) for word in vocabulary.same.get(term.surface, ()))
    return replace(term, others=tuple(other for other in others if other is not None))


def groups_of(body: str) -> list[str]:
    """Dictionary words, with what stands alone put together again.

    Neighbouring single characters are an unknown word (a name), so they are wanted side by side; a single
    character after a number or a Latin word belongs to it (3路, K12班), and so does what a small number counts
    (2号线, 60分钟).
    """
    groups: list[str] = []
    open_group = False  # whether the next single Han character joins the last group
    for word in cut(body):
        if not RUNS.match(word):
            open_group = False
        elif not is_han(word):
            groups.append(word)
            open_group = True
        elif len(word) == 2 and open_group and _COUNT.fullmatch(groups[-1]):
            groups[-1] += word
            open_group = False
        elif len(word) > 1 or word in _EMPTY_CHARACTERS:
            groups.append(word)
            open_group = False
        elif open_group:
            groups[-1] += word
        else:
            groups.append(word)
            open_group = True
    return groups


def _term(surface: str) -> Term | None:
    """The tokens of a piece as they stand in the index, so that they match as a phrase; None when empty."""
    runs = list(RUNS.finditer(surface))
    tokens: list[str] = []
    for run in runs:
        if run.lastgroup == "han":
            tokens += pairs(run[0], closed=run is not runs[-1])
        else:
            tokens.append(run[0][:64])
    if not tokens:
        return None
    last = tokens[-1]
    prefix = len(last) == 1 and is_han(last)
    return Term(tuple(encode(token) for token in tokens), prefix, surface.strip())


def _look_alike(text: str, vocabulary: Vocabulary) -> Terms:
    """The telling words of a text, each optional. The first ones count: a title comes before its body."""
    normal = normalise(text[:MAX_LIKE_TEXT])
    words: dict[str, None] = {}
    for piece, known in vocabulary.parts(normal):
        words.update(dict.fromkeys([piece] if known else cut(piece)))
    telling = [w for w in words if len(w) > 1 and w not in _EMPTY_WORDS and RUNS.search(w)]
    terms = [term for word in telling[:MAX_LIKE_TERMS] if (term := _term(word))]
    if not terms:
        plain = parse(text, vocabulary=vocabulary)
        return Terms(must=plain.must, any_of=True, nothing=plain.nothing)
    marked = [
        Term((WORD_MARK + encode(t.surface),), False, t.surface) for t in terms if is_han(t.surface)
    ]
    return Terms(
        must=tuple(_with_others(t, vocabulary) for t in terms), should=tuple(marked), any_of=True
    )
