"""Personal data in a text, found by rules, so that a person can check it and release the rest.

What a number is, its own check digit decides where it has one. Rules propose; the publisher decides: a
span that is only likely (`certain=False`) is shown to them, and masked in automatic runs. Public
numbers of offices are not personal data and are passed in as `allow`.
Source: process.md 9.2 (never on a public page), PIPL 28 (sensitive data), OGI 15.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from suggestions.insight.names import find_names

MOBILE, LANDLINE, IDENTITY, BANK_CARD = "手机号", "电话", "证件号", "银行卡号"
PLATE, EMAIL, ACCOUNT, ADDRESS, NAME = "车牌号", "邮箱", "微信号", "住址", "姓名"
# At equal length the earlier kind wins: an ID number may also pass for a card number.
KINDS = (IDENTITY, MOBILE, BANK_CARD, LANDLINE, EMAIL, PLATE, ACCOUNT, ADDRESS, NAME)


@dataclass(frozen=True, order=True)
class Span:
    """`text[start:end]` is personal data of `kind` (one of KINDS); `certain` when a rule leaves no doubt."""

    start: int
    end: int
    kind: str
    certain: bool = True


_TOKEN = re.compile(r"【已遮盖：([^【】]{1,8})】")
_S = r"[\s\-.·_—–~]{0,3}"
_CN_DIGITS = str.maketrans(
    "〇零○一幺壹二贰两三叁四肆五伍六陆七柒八捌九玖", "00011122233445566778899"
)

_MOBILE_BODY = (
    rf"1[3-9]\d(?:\d{{8}}|{_S}\d{{4}}{_S}\d{{4}}|{_S}\d{{3}}{_S}\d{{5}}|\d{_S}\d{{3}}{_S}\d{{4}}"
    rf"|\d{{2}}{_S}\d{{6}}|\d{{2}}{_S}\d{{3}}{_S}\d{{3}}|{_S}\d{{2}}{_S}\d{{2}}{_S}\d{{2}}{_S}\d{{2}}"
    rf"|\d{{4}}{_S}\d{{4}}|{_S}\d{{5}}{_S}\d{{3}})|1(?:[\s\-.]\d){{10}}"
)
_MOBILE = re.compile(
    rf"(?<![\d.])(?:(?:\+|00)?86{_S})?0?(?:{_MOBILE_BODY})(?!\d|\s*(?:元|万|亿|吨|平方|立方|公里))"
)
_CN_MOBILE = re.compile(rf"(?<!\d)0?1{_S}[3-9](?:{_S}\d){{9}}(?!\d)")
_AREA = r"0(?:10|2\d|[3-9]\d{2})"
_LANDLINE = re.compile(
    rf"(?<![\d.])(?<!\d-)(?:\+?86[-\s]?)?(?:\({_AREA}\)|{_AREA})[-\s—]{{0,2}}[1-9]\d{{2,3}}[-\s]?\d{{4}}"
    r"(?:\s?(?:转|-)\s?\d{1,5})?(?!\d)"
)
_CALLED = re.compile(
    r"(?:电话|座机|固话|传真|致电|拨打|拨)(?:号码?)?[是为：:\s]{0,3}([2-8]\d{2,3}[-\s]?\d{4})(?![\d\-])"
)
_IDENTITY = re.compile(
    r"(?<![\dA-Za-z])[1-9]\d{5}[\s-]?(?:18|19|20)\d{2}[\s-]?(?:0[1-9]|1[0-2])[\s-]?(?:0[1-9]|[12]\d|3[01])"
    r"[\s-]?\d{3}[\s-]?[\dXx](?![\dA-Za-z])"
)
_OLD_IDENTITY = re.compile(
    r"(?<![\dA-Za-z])[1-9]\d{7}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{3}(?![\dA-Za-z])"
)
_IDENTITY_WORDS = re.compile(r"(?:身份证|证件|身份|证号|ID)[^，。；\n]{0,8}$", re.IGNORECASE)
_PASSPORT = re.compile(r"护照[号码是为：:\s]{0,4}([A-Za-z][A-Za-z\d]\d{7})(?!\d)")
_CARD = re.compile(r"(?<![\dA-Za-z])(?:[3-6]\d|9\d)(?:[\s-]?\d){13,17}(?!\d)")
_CARD_WORDS = re.compile(
    r"(?:银行卡|卡号|账号|账户|帐号|社保卡)[^\d，。；\n]{0,8}(\d(?:[\s-]?\d){11,20})(?!\d)"
)
_PLATE = re.compile(
    r"[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼江使][A-Za-z][\s·.\-]?"
    r"(?=[A-Za-z\d]*\d)(?:[A-HJ-NP-Za-hj-np-z\d]{6}|[A-HJ-NP-Za-hj-np-z\d]{5}|[A-HJ-NP-Za-hj-np-z\d]{4}[学警港澳挂领])"
    r"(?![A-Za-z\d])"
)
_EMAIL = re.compile(
    r"(?<![A-Za-z\d._%+-])[A-Za-z\d][A-Za-z\d._%+-]{0,63}\s?(?:@|\(at\)|\[at\]|#at#|艾特)\s?"
    r"[A-Za-z\d-]{1,63}(?:\s?\.\s?[A-Za-z\d-]{2,63}){1,4}",
    re.IGNORECASE,
)
_ACCOUNT = re.compile(
    r"(?:微信|薇信|威信|卫星号|(?<![A-Za-z])(?:vx|wechat|weixin|v信|(?:qq|v)(?![A-Za-z]))|扣扣|企鹅)"
    r"(?!公众|视频|小程序|支付|群里|公共)(?:群|号码?|账号|ID)*(?:同号|是|为|加|[：:\s(（]){0,4}"
    r"([A-Za-z][A-Za-z\d_-]{4,19}|\d{5,12})(?![A-Za-z\d])",
    re.IGNORECASE,
)
_N = r"(?:\d{1,4}|[一二三四五六七八九十百]{1,5})"
_ROOM_N = r"(?:\d{3,4}[A-Za-z]?|[一二三四五六七八九十][〇零○一二三四五六七八九十]{2,3})"
_BUILDING = rf"(?:{_N}|[A-Za-z]\d?)[\s-]?(?:号楼|号院|#楼?|栋|幢|座|号(?![线路楼院]))"
_UNIT = rf"[,，\s]?{_N}\s?单元"
_FLOOR = rf"{_N}[楼层]"
_SIDE = r"(?:[东西南北中左右]+(?:户|门|边|室|手))"
_ROOM = rf"[,，\s-]?(?:{_ROOM_N}\s?(?:室|号房|号|房|户(?!居民|业主|住户|村民|人家|家庭))?|\d{{1,2}}\s?室|{_FLOOR}{_SIDE}|[东西南北中左右]{{1,2}}户)"
_DOOR = re.compile(
    rf"(?<![\d第])(?:\d{{1,4}}弄\s?)?(?:\d{{1,4}}号\s?)?(?:"
    rf"{_BUILDING}(?:{_UNIT})?(?:[,，\s]?{_FLOOR})?{_ROOM}|{_N}\s?单元(?:{_FLOOR})?{_ROOM}"
    rf"|(?<=[区村苑园寓庭邸湾府城里])\d{{1,3}}[-—#]\d{{1,2}}[-—#]\d{{3,4}}(?:室|号|户)?"
    r"|\d{1,4}弄\d{1,4}号(?:\d{3,4}室)?"
    r")(?![\d路线元人年月日个台辆只件户次名万亿平米吨斤克%])"
)
_LIVES = re.compile(
    r"(?:住在?|家在|家住|我家是?|家庭住址|住址|家庭地址|户籍地址?|户口在)[是为：:\s]{0,3}"
    r"[\u4e00-\u9fff\d]{0,18}?"
    r"((?<=[路街巷弄道村组队里坊胡同园区苑城])(?:\d{1,4}弄)?\d{1,4}(?:号|[栋幢](?:\d{1,2}单元)?)(?![线路])|\d+号楼\d单元)"
)
_VILLAGE = re.compile(
    r"(?<=[村屯寨庄])(?:\d{1,2}|[一二三四五六七八九十]{1,2})[组队社]\s?\d{1,4}号(?!线|路)"
)


@lru_cache(maxsize=512)
def _plain_char(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char


def _plain(text: str) -> str:
    """The text in half-width, character for character, so that positions stay the same."""
    return "".join(map(_plain_char, text))


def _digits(text: str) -> str:
    return "".join(c for c in text if c in "0123456789")


def identity_is_valid(number: str) -> bool:
    """Whether an 18-character identity number carries its right check character (GB 11643, MOD 11-2)."""
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(d) * w for d, w in zip(number[:17], weights, strict=True))
    return number[17].upper() == "10X98765432"[total % 11]


def luhn_is_valid(number: str) -> bool:
    """Whether a card number ends in its right check digit (ISO/IEC 7812)."""
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(number)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def find_spans(text: str, allow: Iterable[str] = ()) -> tuple[Span, ...]:
    """Personal data in `text`, by position, without overlaps (the longest wins; KINDS breaks ties).

    `allow` holds public telephone numbers, addresses and names that stay: an office's number is left
    alone in any spelling, with or without its area code. Text already masked gives no spans.
    """
    plain = _plain(text)
    for token in _TOKEN.finditer(plain):
        plain = plain[: token.start()] + "\0" * len(token[0]) + plain[token.end() :]
    public = [_plain(item).strip() for item in allow if item and item.strip()]
    found = (s for s in _candidates(plain) if not _is_public(plain, s, public))
    return _resolved(found)


def _candidates(plain: str) -> Iterator[Span]:
    for match in _MOBILE.finditer(plain):
        yield Span(*match.span(), MOBILE)
    spoken = plain.translate(_CN_DIGITS)
    for match in _CN_MOBILE.finditer(spoken):
        if plain[match.start() : match.end()] != match[0]:
            yield Span(*match.span(), MOBILE)
    for match in _LANDLINE.finditer(plain):
        yield Span(*match.span(), LANDLINE)
    for match in _CALLED.finditer(plain):
        yield Span(*match.span(1), LANDLINE)
    yield from _identities(plain)
    for match in _CARD.finditer(plain):
        if luhn_is_valid(_digits(match[0])):
            yield Span(*match.span(), BANK_CARD)
    for match in _CARD_WORDS.finditer(plain):
        yield Span(*match.span(1), BANK_CARD)
    for match in _PLATE.finditer(plain):
        yield Span(*match.span(), PLATE)
    for match in _EMAIL.finditer(plain):
        yield Span(*match.span(), EMAIL)
    for match in _ACCOUNT.finditer(plain):
        yield Span(*match.span(1), ACCOUNT)
    for match in _DOOR.finditer(plain):
        yield Span(*match.span(), ADDRESS)
    for match in _LIVES.finditer(plain):
        yield Span(*match.span(1), ADDRESS)
    for match in _VILLAGE.finditer(plain):
        yield Span(*match.span(), ADDRESS)
    for start, end in find_names(plain):
        yield Span(start, end, NAME, certain=False)


def _identities(plain: str) -> Iterator[Span]:
    for match in _IDENTITY.finditer(plain):
        number = re.sub(r"[\s-]", "", match[0])
        named = bool(_IDENTITY_WORDS.search(plain[: match.start()]))
        if identity_is_valid(number) or named or number[17] in "Xx":
            # Behind the word 身份证, or with an X, a mistyped number is still somebody's number.
            yield Span(*match.span(), IDENTITY, certain=identity_is_valid(number))
    for match in _OLD_IDENTITY.finditer(plain):
        named = bool(_IDENTITY_WORDS.search(plain[: match.start()]))
        yield Span(*match.span(), IDENTITY, certain=named)
    for match in _PASSPORT.finditer(plain):
        yield Span(*match.span(1), IDENTITY)


def _is_public(plain: str, span: Span, public: list[str]) -> bool:
    said = plain[span.start : span.end]
    number = _digits(said)
    for item in public:
        digits = _digits(item)
        if span.kind in (LANDLINE, MOBILE) and len(number) >= 7 and digits:
            short, long = sorted((number, digits), key=len)
            if long.endswith(short) or (span.kind == LANDLINE and number.startswith(digits)):
                return True
        elif (
            item.find(said) >= 0
            and item in plain[max(0, span.start - len(item)) : span.end + len(item)]
        ):
            return True
    return False


def _resolved(found: Iterable[Span]) -> tuple[Span, ...]:
    kept: list[Span] = []
    for span in sorted(
        set(found), key=lambda s: (s.start - s.end, KINDS.index(s.kind), s.start, not s.certain)
    ):
        if all(span.end <= other.start or span.start >= other.end for other in kept):
            kept.append(span)
    return tuple(sorted(kept))


def mask(text: str, spans: Iterable[Span]) -> str:
    """`text` with each span replaced by a word for what stood there, e.g. 【已遮盖：手机号】.

    Spans may come in any order and overlap. Masking what is masked changes nothing.
    """
    for span in reversed(_resolved(spans)):
        if "【已遮盖：" not in text[span.start : span.end]:
            text = f"{text[: span.start]}【已遮盖：{span.kind}】{text[span.end :]}"
    return text


def mask_known(text: str, substrings_with_kind: Iterable[tuple[str, str]]) -> str:
    """`text` with every occurrence of each known substring masked: what a person marked once, or the
    author's own name and address from the contact data. Longer ones go first; tokens stay intact.
    """
    spans = []
    taken = [match.span() for match in _TOKEN.finditer(text)]
    for known, kind in substrings_with_kind:
        start = text.find(known) if known else -1
        while start >= 0:
            end = start + len(known)
            if all(end <= a or start >= b for a, b in taken):
                spans.append(Span(start, end, kind if kind in KINDS else NAME))
            start = text.find(known, start + 1)
    return mask(text, spans)


def without_marks(text: str) -> str:
    """Masked text as one sentence for where no chip can be drawn: 【已遮盖：姓名】 becomes （姓名略）."""
    return _TOKEN.sub(r"（\1略）", text)
