"""Hints for triage: likely topic, unit and category, each with the words that speak for it.

Hints go to a person who decides; nothing here refuses, sends or ranks people (process.md 4.4; PIPL 24).
They are rules over plain data, so the reasons shown are the reasons there are. A hint is stored with
VERSION and the human choice beside it, which is how its worth is measured.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from suggestions.insight.starter_keywords import STARTER_KEYWORDS

VERSION = "rules-1"
TITLE_WEIGHT = 4


@dataclass(frozen=True)
class Hint:
    """A proposal: a code, how sure the rules are (0 to 1, comparable within one list), and why."""

    value: str
    confidence: float
    reasons: tuple[str, ...]
    version: str = VERSION


@dataclass(frozen=True)
class TopicFacts:
    """A topic as the hints see it; without keywords of its own it takes the starter ones of its code."""

    code: str
    name: str
    keywords: tuple[str, ...] = ()


@dataclass(frozen=True)
class DirectoryRow:
    """One row of the dispatch directory: topic × district → unit. An empty district means everywhere."""

    topic: str
    unit: str
    district: str = ""
    basis: str = ""


@dataclass(frozen=True)
class UnitFacts:
    """A unit's duties and what it says is not its own, as free Chinese text."""

    code: str
    name: str
    duties: str = ""
    not_ours: str = ""


def topic_hints(
    text: str, topics: Iterable[TopicFacts], limit: int = 3, *, title: str = ""
) -> list[Hint]:
    """The likeliest topics, best first; empty when no keyword is met.

    `title` is weighed more than `text`: people name the matter there and the surroundings below.
    """
    body = unicodedata.normalize("NFKC", text).lower()
    head = unicodedata.normalize("NFKC", title).lower()
    scored = []
    for topic in topics:
        words = topic.keywords or STARTER_KEYWORDS.get(topic.code, ()) or (topic.name,)
        met = {
            word: min(body.count(word.lower()), 3) + TITLE_WEIGHT * min(head.count(word.lower()), 1)
            for word in words
            if word
        }
        # A longer word says more: 电动自行车 beats 车.
        score = sum(times * (len(word) - 1) for word, times in met.items())
        if score:
            scored.append(
                (score, topic.code, sorted((w for w in met if met[w]), key=len, reverse=True))
            )
    whole = sum(score for score, _code, _met in scored)
    scored.sort(key=lambda item: (-item[0], item[1]))
    return [
        # Half from the share among rivals, half from how much was met at all.
        Hint(code, round(0.5 * score / whole + 0.5 * score / (score + 8), 2), (_quoted(met),))
        for score, code, met in scored[:limit]
    ]


def _quoted(words: Sequence[str]) -> str:
    return _("提到%(words)s") % {"words": "、".join(f"“{word}”" for word in words[:4])}


def unit_hints(
    text: str,
    topic: str | Sequence[str],
    district: str | Sequence[str],
    directory: Iterable[DirectoryRow],
    units: Iterable[UnitFacts] = (),
    limit: int = 3,
) -> list[Hint]:
    """The likeliest lead units, best first; empty when neither directory nor duties speak.

    `topic` and `district` may be a code or the path from the code itself up to its root: a row for a
    child beats one for its parent, a row for the place beats one for everywhere.
    """
    topics = [topic] if isinstance(topic, str) else list(topic)
    districts = [d for d in ([district] if isinstance(district, str) else list(district)) if d]
    found: dict[str, tuple[float, list[str]]] = {}
    for row in directory:
        if row.topic not in topics or (row.district and row.district not in districts):
            continue
        confidence = 0.9 - 0.15 * topics.index(row.topic)
        confidence += 0.05 - 0.01 * districts.index(row.district) if row.district else 0
        reason = _("派单目录：%(basis)s") % {"basis": row.basis or _("这类事项由该单位主办")}
        _keep(found, row.unit, confidence, reason)
    for unit in units:
        own = [word for word in _duty_words(unit.duties) if word in text]
        foreign = [word for word in _duty_words(unit.not_ours) if word in text]
        if own:
            _keep(
                found, unit.code, min(0.2 + 0.1 * len(own), 0.6), _("职责里有") + "、".join(own[:4])
            )
        if foreign and unit.code in found:
            confidence, reasons = found[unit.code]
            found[unit.code] = (
                max(confidence - 0.2, 0.05),
                [*reasons, _("但它写明不管") + "、".join(foreign[:3])],
            )
    ranked = sorted(found.items(), key=lambda item: (-item[1][0], item[0]))
    return [Hint(code, round(c, 2), tuple(reasons)) for code, (c, reasons) in ranked[:limit]]


def _keep(
    found: dict[str, tuple[float, list[str]]], unit: str, confidence: float, reason: str
) -> None:
    before, reasons = found.get(unit, (0.0, []))
    found[unit] = (
        min(max(before, confidence) + (0.03 if reasons else 0), 0.98),
        [*reasons, reason],
    )


_NOISE = re.compile(r"归|[市县区]?[\u4e00-\u9fff]*(?:局|街道办?|物业|支队|中心|办公室|委员会)$")


def _duty_words(duties: str) -> list[str]:
    parts = re.split(r"[、，。；;,\s和及]", duties)
    return [part for part in (_NOISE.sub("", p).strip() for p in parts) if 2 <= len(part) <= 8]


# (category, weight, phrase). One heavy phrase or two light ones make a hint.
_PHRASES: tuple[tuple[str, float, str], ...] = (
    ("emergency", 0.9, r"正在(?:着火|起火|冒烟|打人|杀人|塌|漏气|漏水漏电|漏电)|(?<![等果一是])(?:着火|起火)了(?!再|怎|谁|没|才|还)|煤气泄漏|燃气泄漏|闻到.{0,6}(?:煤气|燃气|天然气)味"),
    ("emergency", 0.9, r"(?:想|要|准备)(?:自杀|跳楼|轻生|寻短见)|不想活|有人(?:溺水|被困|昏迷|晕倒|触电)|有生命危险"),
    ("emergency", 0.6, r"随时(?:会|可能)(?:塌|倒|坠|爆)|快要塌|救命啊|快来人"),
    ("report_misconduct", 0.9, r"(?:实名|匿名)?(?:举报|检举|控告|揭发).{0,24}(?:书记|主任|局长|镇长|村长|所长|科长|干部|公职|领导|工作人员|某)"),
    ("report_misconduct", 0.9, r"(?:贪污|受贿|行贿|索贿|挪用公款|吃拿卡要|收.{0,4}(?:红包|好处费|回扣)|以权谋私|权钱交易|侵吞|虚报冒领|截留)"),
    ("report_misconduct", 0.5, r"(?:包庇|徇私|保护伞|滥用职权|玩忽职守|渎职|乱作为|公款(?:吃喝|旅游)|低保.{0,6}(?:亲戚|关系户))"),
    ("litigation_related", 0.9, r"(?:一审|二审|终审|再审|判决|裁定|起诉|上诉|开庭|立案|强制执行|执行局|诉讼|仲裁(?:裁决|委)|刑事拘留|逮捕|法院.{0,6}(?:判|不公|执行))"),
    ("litigation_related", 0.4, r"法院|检察院|法官|律师|公安.{0,6}(?:不立案|立案)|劳动仲裁|行政复议"),
    ("appeal_claim", 0.8, r"(?:拖欠|欠)(?:我|我们|了我)?.{0,8}(?:工资|工钱|薪水|货款|工程款|赔偿)|(?:退还|返还|赔偿|补偿)(?:给)?(?:我|我家|我们)|(?:给|替|帮)我(?:家)?(?:解决|做主|讨|要回)"),
    ("appeal_claim", 0.6, r"我(?:家|的|们家)?.{0,14}(?:征地|拆迁|补偿款|赔偿款|低保|工伤|退休金|养老金|医药费|房产证|宅基地).{0,14}(?:没给|不给|没有给|被取消|没拿到|少算|少发|不批|未批|拖着)"),
    ("appeal_claim", 0.5, r"要求.{0,10}(?:退款|赔偿|补偿|恢复我|给我|处理我|赔我)|还我.{0,6}(?:公道|钱|房|地)|讨(?:个)?说法|维护我的.{0,6}权益"),
    ("consultation", 0.6, r"(?<![“\"'])(?:请问|咨询|想问|想了解|问一下|想知道).{0,40}(?:怎么|如何|哪里|在哪|什么|多少|哪天|几号|是否|能不能|可以吗|吗|需要)"),
    ("appeal_claim", 0.6, r"补偿(?:款|费)?.{0,8}(?:算少|少算|没给|没拿到|不够)|拖着.{0,6}(?:工钱|工资)|(?:单位|老板|公司|厂里).{0,8}只(?:给|赔)了?"),
    ("report_misconduct", 0.6, r"(?:串标|围标|陪标|内定|提前说好|打过招呼|走后门|关系户|送过?(?:烟|酒|礼|钱)给)"),
    ("info_request", 0.6, r"(?:要求|申请|请求|想要)公开|(?:想|要求|申请)(?:看|查阅|查看|看看).{0,16}(?:账|明细|报告|文件|合同|批文)"),
    ("consultation", 0.4, r"(?:怎么办理|如何办理|办理流程|需要(?:哪些|什么)(?:材料|手续|条件)|几点(?:上班|开门|下班)|电话是多少|在哪(?:里|儿)?办)"),
    ("info_request", 0.9, r"申请(?:政府)?信息公开|依申请公开|政府信息公开申请|要求公开.{0,12}(?:文件|批文|账目|合同)"),
)  # fmt: skip
_COMPILED = tuple((category, weight, re.compile(pattern)) for category, weight, pattern in _PHRASES)
# What makes an item a suggestion after all, so that "建议法院……" is no lawsuit.
_PROPOSES = re.compile(
    r"建议|希望(?:能|在|把|增|对)|能否(?:增|把|在|开|设)|应该(?:增|设|改|把)|可以(?:增|设|改|把)"
)


def category_hints(text: str) -> list[Hint]:
    """Categories other than `suggestion` the text may belong to, best first; empty for most items.

    A clear proposal lowers every hint but `emergency` and `report_misconduct`: those two cost most when
    they are overlooked. Source: process.md section 1; SH 10; XF 22, 28, 30.
    """
    plain = unicodedata.normalize("NFKC", text)
    scores: dict[str, float] = {}
    said: dict[str, list[str]] = {}
    for category, weight, pattern in _COMPILED:
        hits = list(dict.fromkeys(match[0][:16] for match in pattern.finditer(plain)))
        if hits:
            missing = 1 - scores.get(category, 0.0)
            scores[category] = 1 - missing * (1 - weight) * 0.9 ** (len(hits) - 1)
            said.setdefault(category, []).extend(hits)
    proposals = min(len(_PROPOSES.findall(plain)), 3)
    hints = []
    for category, score in scores.items():
        lowered = (
            score if category in ("emergency", "report_misconduct") else score - 0.15 * proposals
        )
        if lowered >= 0.35:
            hints.append(Hint(category, round(min(lowered, 0.99), 2), (_quoted(said[category]),)))
    return sorted(hints, key=lambda hint: (-hint.confidence, hint.value))
