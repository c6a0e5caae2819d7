"""Who answers which point of a joined reply, as values and as the words the author reads. Pure.

Source: process.md 4.2 (the lead gives one consolidated reply; BX 44(1)) and 4.7 (points restated one by one).
A version of the reply keeps its parts as rows of plain data: {kind, point, answer, unit, unit_name, ref}.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from suggestions import rules

POINT, REASON = "point", "reason"
POINT_MAX, ANSWER_MAX, MOST = 100, 2000, 20
_DIGITS = "一二三四五六七八九十"


@dataclass(frozen=True, slots=True)
class Part:
    """One point and its answer. `kind` reason answers the rating `ref` (an Evaluation's id); `unit` is a unit's code."""

    point: str
    answer: str
    unit: str = ""
    unit_name: str = ""
    kind: str = POINT
    ref: int = 0


def read(rows: Iterable[Mapping[str, Any]] | None) -> list[Part]:
    """The parts of a stored version."""
    return [Part(**{k: row[k] for k in Part.__slots__ if k in row}) for row in rows or ()]


def clean(rows: Iterable[Mapping[str, Any]], units: Mapping[str, str]) -> list[dict[str, Any]]:
    """Rows as they are stored: cleaned, empty ones dropped, units only out of `units` (code → name on the letter).

    A draft may be incomplete; what is wrong with it says `problems`.
    """
    kept = []
    for row in rows:
        point = rules.clean_text(str(row.get("point") or ""), multiline=False)
        answer = rules.clean_text(str(row.get("answer") or ""))
        code = str(row.get("unit") or "")
        if not answer and (not point or row.get("kind") == REASON):
            continue
        kept.append(
            asdict(
                Part(
                    point=point,
                    answer=answer,
                    unit=code if code in units else "",
                    unit_name=units.get(code, ""),
                    kind=REASON if row.get("kind") == REASON else POINT,
                    ref=int(row.get("ref") or 0),
                )
            )
        )
    return kept


def problems(parts: Iterable[Part]) -> list[str]:
    """What keeps these parts from being signed, in sentences."""
    held = list(parts)
    found = [f"最多分{MOST}条回应，请合并几条。"] if len(held) > MOST else []
    for number, part in enumerate(held, 1):
        if part.kind == POINT and not part.point:
            found.append(f"第{number}条没有写回应的是哪一点。")
        if not part.answer:
            found.append(f"第{number}条没有写答复，请补上，或者把这一条清空。")
        if len(part.point) > POINT_MAX:
            found.append(f"第{number}条的要点最多{POINT_MAX}个字。")
        if len(part.answer) > ANSWER_MAX:
            found.append(f"第{number}条的答复最多{ANSWER_MAX}个字，现在是{len(part.answer)}个字。")
    return found


def compose(rows: Iterable[Mapping[str, Any]] | None) -> str:
    """The points as the author reads them, numbered, each with the unit that answers it.

    A part that answers a rating does not repeat the rating's words: they may be another author's (process.md 4.5).
    """
    lines = []
    for number, part in enumerate(read(rows), 1):
        count = _DIGITS[number - 1] if number <= len(_DIGITS) else str(number)
        what = "对上次评价意见的回应" if part.kind == REASON else f"关于“{part.point}”"
        by = f"（{part.unit_name}）" if part.unit_name else ""
        lines.append(f"{count}、{what}{by}\n{part.answer}")
    return "\n\n".join(lines)
