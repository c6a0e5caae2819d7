"""Lines of a JSONL or CSV file as messages: columns by a map, dates in the shapes they come in, reasons in Chinese."""

import csv
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from suggestions.clock import SHANGHAI

FIELDS = {
    "external_no": ("external_no", "id", "编号", "留言编号"),
    "title": ("title", "标题", "主题", "留言主题"),
    "problem": ("problem", "body", "content", "内容", "留言详情"),
    "proposal": ("proposal", "对策建议", "建议"),
    "received_at": ("received_at", "time", "date", "时间", "留言时间"),
    "reply": ("reply", "答复", "答复意见"),
    "answered_at": ("answered_at", "reply_time", "答复时间"),
    "outcome": ("outcome", "办理结果"),
    "topic": ("topic", "label", "category", "分类", "一级标签", "一级分类"),
    "unit": ("unit", "department", "承办单位"),
    "district": ("district", "区划"),
    "channel": ("channel", "渠道"),
    "name": ("name", "姓名"),
    "phone": ("phone", "手机号"),
    "place": ("place", "地点"),
}
"""Our fields and the column names they are known by without a map."""

_SHAPES = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日",
)  # fmt: skip


class BadLine(Exception):
    """One line cannot come in; the message says why, in Chinese, for the report."""


class BadFile(Exception):
    """The file or the map cannot be used at all."""


@dataclass(frozen=True)
class Mapping:
    """How another system's columns and codes become ours (TOML; see docs/import.md)."""

    fields: dict[str, str] = field(default_factory=dict)
    topics: dict[str, str] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    districts: dict[str, str] = field(default_factory=dict)
    channels: dict[str, str] = field(default_factory=dict)
    outcomes: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | None) -> "Mapping":
        """The map in a TOML file, or an empty one. Raises BadFile with a sentence."""
        if path is None:
            return cls()
        try:
            facts = tomllib.loads(path.read_text(encoding="utf-8"))
        except OSError as error:
            raise BadFile(f"打不开对照表 {path}：{error.strerror}。") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise BadFile(f"对照表 {path} 不是正确的 TOML：{error}。") from error
        unknown = set(facts) - set(cls.__dataclass_fields__)
        if unknown:
            raise BadFile(f"对照表里有不认识的一节：{'、'.join(sorted(unknown))}。")
        wrong = set(facts.get("fields", {})) | set(facts.get("defaults", {}))
        if wrong - set(FIELDS):
            raise BadFile(
                f"对照表里有不认识的字段：{'、'.join(sorted(wrong - set(FIELDS)))}。可用的有：{'、'.join(FIELDS)}。"
            )
        return cls(**facts)


@dataclass(frozen=True)
class Message:
    """One message as it came, with our field names. `received_at` is None when the line has no date."""

    external_no: str
    title: str
    problem: str
    proposal: str
    received_at: datetime | None
    reply: str
    answered_at: datetime | None
    outcome: str
    topic: str
    unit: str
    district: str
    channel: str
    name: str
    phone: str
    place: str


def lines(path: Path, kind: str) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    """(line number, columns) of a file; a line that cannot be read comes as a BadLine. Raises BadFile."""
    try:
        with path.open(encoding="utf-8-sig", errors="strict", newline="") as source:
            yield from _csv_lines(source) if kind == "csv" else _json_lines(source)
    except OSError as error:
        raise BadFile(f"打不开 {path}：{error.strerror}。") from error
    except UnicodeDecodeError as error:
        raise BadFile(f"{path} 不是 UTF-8 编码，请先另存为 UTF-8。") from error


def _json_lines(source: Any) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    for number, line in enumerate(source, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            yield number, BadLine("不是正确的 JSON")
            continue
        yield number, row if isinstance(row, dict) else BadLine("这一行不是一个 JSON 对象")


def _csv_lines(source: Any) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    reader = csv.DictReader(source, strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield reader.line_num, BadLine("不是正确的 CSV（引号没有成对）")
            continue
        if None in row:
            yield reader.line_num, BadLine("列数比表头多")
        else:
            yield reader.line_num, row


def count_lines(path: Path) -> int:
    """A quick upper bound for the progress bar."""
    try:
        with path.open("rb") as source:
            return sum(chunk.count(b"\n") for chunk in iter(lambda: source.read(1 << 20), b"")) + 1
    except OSError:
        return 0


def message(row: dict[str, Any], mapping: Mapping) -> Message:
    """A line's columns as a Message. Raises BadLine."""
    values = {name: _value(row, name, mapping) for name in FIELDS}
    if not values["external_no"]:
        raise BadLine("没有外部编号，无法保证不重复")
    if len(values["external_no"]) > 80:
        raise BadLine("外部编号超过80个字")
    facts: dict[str, Any] = dict(values)
    facts["received_at"] = moment(values["received_at"], "收到时间")
    facts["answered_at"] = moment(values["answered_at"], "答复时间")
    for name, table in (
        ("topic", mapping.topics), ("unit", mapping.units), ("district", mapping.districts),
        ("channel", mapping.channels), ("outcome", mapping.outcomes),
    ):  # fmt: skip
        facts[name] = table.get(values[name], values[name])
    return Message(**facts)


def _value(row: dict[str, Any], name: str, mapping: Mapping) -> str:
    columns = (mapping.fields[name],) if name in mapping.fields else FIELDS[name]
    for column in columns:
        raw = row.get(column)
        if isinstance(raw, str | int | float) and not isinstance(raw, bool) and str(raw).strip():
            return str(raw).strip()
    return mapping.defaults.get(name, "")


def moment(text: str, what: str) -> datetime | None:
    """A time in one of the usual shapes, taken as Shanghai time; None for an empty one. Raises BadLine."""
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = next((t for t in (_parsed(text, shape) for shape in _SHAPES) if t), None)  # type: ignore[assignment]
    if found is None:
        raise BadLine(f"{what}“{text[:30]}”看不懂，应像 2019/4/24 16:03:40 或 2019-04-24")
    if not 1990 <= found.year <= 2100:
        raise BadLine(f"{what}的年份{found.year}不对")
    return found if found.tzinfo else found.replace(tzinfo=SHANGHAI)


def _parsed(text: str, shape: str) -> datetime | None:
    try:
        return datetime.strptime(text, shape)  # noqa: DTZ007 — the zone is set by the caller
    except ValueError:
        return None
