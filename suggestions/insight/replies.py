"""What a reviewer should look at before a reply goes out: the faults people complain about, found by rule.

Warnings inform the reviewer, who may pass the reply with a reason. None is raised for style.
Source: process.md 4.7 (what a reply must contain; "transferred" is no answer), 13.6 and 13.10.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import rjieba
from django.utils.translation import gettext as _
from rapidfuzz import fuzz

from suggestions.insight.redaction import NAME, find_spans

SHORTEST = 80
COPY_SIMILARITY = 0.9
_NEEDS_DATE = {"planned", "under_study"}


@dataclass(frozen=True)
class ReplyWarning:
    """One fault: a stable code, the sentence for the reviewer, and the words it rests on."""

    code: str
    message: str
    evidence: str = ""


_FORWARDED = re.compile(
    r"(?:已|将|会)?(?:转|转交|转办|转送|移交|反馈|反映|交)(?:至|给|到|由|请)?[^，。；]{0,18}(?:部门|单位|局|街道|镇|乡|公司|物业|办|支队|处理|办理|研究|核实)"
)
_SUBSTANCE = re.compile(
    r"采纳|不予|暂不|无法|不能|已(?:经)?(?:安排|完成|修|增|开通|启动|列入|整改|建|设|装|调整|到现场|核实|协调)|"
    r"计划|将(?:于|在)|拟|现场|经(?:核|查|研究|调查|实地)|因为|由于|依据|根据《|规定|目前|考虑到"
)
_DATED = re.compile(
    r"\d{1,2}月(?!份?以来)|\d{4}年(?:底|内|上半年|下半年|第)|今年(?:底|内|年底)|年底前|年内|明年|下半年|季度|"
    r"\d+个?(?:工作日|天|日|周|月)(?:内|之内|以内|后)|[一二三四五六七八九十]+(?:月|个月内|日前|季度)"
)
_CONTACT = re.compile(
    r"0\d{2,3}[-—\s]?\d{3,4}[-\s]?\d{4}|(?<!\d)\d{3,4}[-\s]?\d{4}(?!\d)|(?:电话|热线|致电|拨打|联系)[^，。]{0,12}\d{5,}|"
    r"(?:请到|可到|窗口|地址)[^，。]{2,30}"
)
_REASON = re.compile(
    r"因|所以|会影响|成本|条件|不够|不足|由于|原因|依据|根据|考虑到|按照|规定|鉴于|经(?:核|查|研究|论证|测算|调查)|不具备|不符合|受.{1,10}限制"
)
_FORMULA = re.compile(
    r"(?:尊敬的|您好|网友|感谢您?(?:对|的)[^。]{0,30}[。！!]|此致|敬礼|[\s\d，。！：；、“”（）()《》:,.!])"
)

_PASSED_ON = re.compile(
    r"(?:已|将|会|现)(?:经|及时|一并)?(?:将[^，。；]{0,24})?(?:转交|转办|转送|移交|转给|转至|转到|转由|交由|反映给|反馈给)"
    r"[^，。；]{0,18}(?:部门|单位|局|街道|镇|乡|公司|物业|办|支队|处理|研究)"
)
"""Said in so many words, unlike the looser `_FORWARDED` of the warning: this one stops an answer."""
_SENTENCE_END = re.compile(r"[。！!;；\n]")
_MORE_THAN_PASSED_ON = 20


def reply_check(
    suggestion_text: str,
    reply_text: str,
    outcome: str,
    *,
    next_date: date | None = None,
    contact: str = "",
    basis: str = "",
    earlier_replies: Iterable[str] = (),
    allow: Iterable[str] = (),
) -> list[ReplyWarning]:
    """Faults of a drafted reply, most serious first; empty when a reviewer has nothing to look for.

    `next_date` is the structured date of the outcome (committed_by, next_report_on), `contact` the
    structured office contact. `earlier_replies` are texts of other cases to compare with: pass the same
    unit's recent ones, a few hundred at most (0.05 ms each). `allow` as in find_spans.
    """
    body = unicodedata.normalize("NFKC", reply_text).strip()
    core = _FORMULA.sub("", body)
    public = [*allow, contact]
    checks = (
        _forwarded_only(body, core),
        _too_short(core),
        _copied(body, earlier_replies),
        _personal(reply_text, public),
        _no_date(body, outcome, next_date),
        _no_reason(body, outcome, basis),
        _off_topic(suggestion_text, body),
        _no_contact(body, contact),
    )
    return [found for found in checks if found]


def only_passes_on(reply_text: str) -> bool:
    """Whether an answer says that the matter was passed on, and nothing else: that is no answer, whoever would let it pass.

    Stricter than the warning: a single sentence of substance, or twenty characters beside the passing on, are enough.
    Source: process.md 4.7 (ban), 13.6.
    """
    body = unicodedata.normalize("NFKC", reply_text).strip()
    if not _PASSED_ON.search(body) or _SUBSTANCE.search(body):
        return False
    rest = "".join(s for s in _SENTENCE_END.split(body) if not _PASSED_ON.search(s))
    return len(_FORMULA.sub("", rest)) < _MORE_THAN_PASSED_ON


def _forwarded_only(body: str, core: str) -> ReplyWarning | None:
    found = _FORWARDED.search(body)
    if not found or len(core) > 160 or _SUBSTANCE.search(body):
        return None
    return ReplyWarning(
        "forwarded_only",
        _(
            "答复只说转交了别的单位，没有说结果。转办不是答复，请写明核实了什么、怎么办、什么时候办。"
        ),
        found[0],
    )


def _too_short(core: str) -> ReplyWarning | None:
    if len(core) >= SHORTEST:
        return None
    return ReplyWarning(
        "too_short",
        _("去掉客套后只有%(n)d个字，可能没有说清核实情况、决定和理由。") % {"n": len(core)},
    )


def _copied(body: str, earlier_replies: Iterable[str]) -> ReplyWarning | None:
    mine = _comparable(body)
    for earlier in earlier_replies:
        score = fuzz.ratio(mine, _comparable(earlier), score_cutoff=COPY_SIMILARITY * 100)
        if score > COPY_SIMILARITY * 100:
            return ReplyWarning(
                "copied",
                _("与以前的一件答复有%(n)d%%相同，请针对这件建议写。") % {"n": int(score)},
                earlier[:60],
            )
    return None


def _comparable(text: str) -> str:
    # Changing the date and the name in a boilerplate does not make it a new answer.
    return re.sub(
        r"\d+|【已遮盖：[^】]*】", "", _FORMULA.sub("", unicodedata.normalize("NFKC", text))
    )


def _personal(text: str, allow: Iterable[str]) -> ReplyWarning | None:
    # The salutation names the author: the delivered letter keeps it, the public text masks it anyway.
    spans = [s for s in find_spans(text, allow) if s.kind != NAME or s.start >= 12]
    if not spans:
        return None
    kinds = "、".join(dict.fromkeys(span.kind for span in spans))
    return ReplyWarning(
        "personal_data",
        _("答复里可能有个人信息（%(kinds)s），公开前要遮盖。") % {"kinds": kinds},
        text[spans[0].start : spans[0].end],
    )


def _no_date(body: str, outcome: str, next_date: date | None) -> ReplyWarning | None:
    if outcome not in _NEEDS_DATE or next_date or _DATED.search(body):
        return None
    return ReplyWarning(
        "no_date", _("列入计划或研究，却没有说什么时候。请写明完成日期或下次告知进展的日期。")
    )


def _no_reason(body: str, outcome: str, basis: str) -> ReplyWarning | None:
    if outcome not in ("not_adopted", "for_reference") or basis.strip() or _REASON.search(body):
        return None
    return ReplyWarning("no_reason", _("没有采纳，却没有说明理由或依据。"))


def _off_topic(suggestion_text: str, body: str) -> ReplyWarning | None:
    nouns = {w for w, tag in rjieba.tag(suggestion_text) if len(w) > 1 and str(tag)[:1] == "n"}
    if len(nouns) < 5 or any(noun in body for noun in nouns):
        return None
    return ReplyWarning("off_topic", _("答复里没有出现建议中的任何关键词，请核对是不是答错了件。"))


def _no_contact(body: str, contact: str) -> ReplyWarning | None:
    if contact.strip() or _CONTACT.search(body):
        return None
    return ReplyWarning("no_contact", _("没有写联系科室和办公电话，居民有疑问时不知道找谁。"))
