"""What an answer has to hold, part by part, as a checklist for its writer and its reviewer (process.md 4.7).

A missing part is pointed out, never refused by machine: a person decides whether the words say it after all.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from suggestions.reply_parts import POINT, Part

_EXAMINED = re.compile(
    r"现场|核实|核查|查看|查了|调查|了解到|调取|走访|测|统计|研究|论证|会商|座谈|检查|排查"
)
_DECIDED = re.compile(
    r"采纳|不予|暂不|决定|同意|列入|将|计划|已经?(?:安排|完成|修|增|开通|启动|装|调整)|不能|无法"
)
_NEXT = re.compile(
    r"\d{1,2}月|\d{4}年|年底|年内|季度|\d+个?(?:工作日|天|日|周|月)(?:内|以内|后)|[上下]半年|[上中下]旬"
)
_LISTED = re.compile(
    r"(?:^|\n|[：:；;。])\s*(?:[一二三四五六七八九]、|第[一二三四五六七八九]|\d{1,2}[、.）)])"
)


@dataclass(frozen=True, slots=True)
class Check:
    """One required part: whether the text seems to hold it, and what to write when it does not."""

    label: str
    ok: bool
    hint: str


def checklist(
    *,
    said: str,
    text: str,
    parts: Sequence[Part] = (),
    basis: str = "",
    contact: str = "",
    dated: bool = False,
    silent_units: Sequence[str] = (),
) -> list[Check]:
    """The parts of 4.7 in order. `said` is what the author wrote, `text` the whole answer, `silent_units` co-units
    whose opinion no part of the answer carries.
    """
    points = [p for p in parts if p.kind == POINT]
    asked = len(_LISTED.findall(said))
    restated = bool(points) or asked < 2 or len(_LISTED.findall(text)) >= 2
    checks = [
        Check(
            "逐条回应建议人提的每一点",
            restated,
            f"建议人分{asked}条写的，请逐条回应，或在“逐条回应”里分开写。",
        ),
        Check("写了查了什么、怎么查的", bool(_EXAMINED.search(text)), "请写到过哪里、核实了什么。"),
        Check("写了决定", bool(_DECIDED.search(text)), "请明说采纳、部分采纳还是不采纳，怎么办。"),
        Check("写了依据", bool(basis.strip()) or "《" in text, "请写法规、政策或规划的名称和条款。"),
        Check("写了下一步和日期", dated or bool(_NEXT.search(text)), "请写下一步谁做、哪天前做。"),
        Check("写了联系科室和电话", bool(contact.strip()), "请写科室和座机。"),
    ]  # fmt: skip
    if silent_units:
        names = "、".join(silent_units)
        hint = f"{names}给了协办意见，答复里没有写是谁答的哪一点。"
        checks.append(Check("协办意见都写进了答复", False, hint))
    return checks
