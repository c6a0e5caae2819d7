"""A sheet of paper items: XLSX or CSV into rows, columns guessed by heading, each row checked as intake will check it.

Pure but for topics and districts. The services that keep and run a sheet are in services/sheets.py.
"""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from suggestions import channels, rules
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import Channel, NameDisplay
from suggestions.crypto import normalise_phone
from suggestions.imports.reading import BadFile, BadLine, moment
from suggestions.models import District, Jurisdiction, Suggestion, Topic
from suggestions.services.intake import Submission, validate

MOST_ROWS, MOST_COLUMNS, MOST_BYTES = 2000, 60, 5 * 1024 * 1024
_MOST_UNPACKED = 60 * 1024 * 1024
FIELDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "title": ("标题", ("标题", "主题", "事由", "摘要")),
    "problem": ("情况", ("内容", "情况", "正文", "来信内容", "建议内容")),
    "proposal": ("做法", ("建议", "做法", "对策", "对策建议")),
    "received_on": ("收到日期", ("收到日期", "来信日期", "签收日期", "日期", "收件日期")),
    "channel": ("来处", ("来处", "渠道", "来源", "方式")),
    "external_no": ("原编号", ("编号", "原编号", "登记号", "来信登记号")),
    "topic": ("主题分类", ("主题分类", "分类", "类别")),
    "district": ("区划", ("区划", "区县", "地区", "所属区")),
    "place": ("地点", ("地点", "具体地点")),
    "addressed_to": ("写给", ("写给", "写给谁", "收信人")),
    "name": ("姓名", ("姓名", "来信人", "建议人", "称呼")),
    "phone": ("手机号", ("手机号", "电话", "手机", "联系电话")),
    "address": ("通信地址", ("通信地址", "地址", "住址")),
    "point": ("意见箱", ("意见箱", "征集点")),
    "referred_by": ("转来机关", ("转来机关", "来文单位", "转办单位")),
    "occasion": ("会议名称", ("会议名称", "会议", "听证")),
}
"""Our field → its name on the page, and the headings it is known by."""
REQUIRED = ("title", "problem")


def read(name: str, content: bytes) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Headings and (row number, cells) of the first sheet. Raises BadFile with a sentence that says what to do."""
    if len(content) > MOST_BYTES:
        raise BadFile("文件超过5 MB。请分成几个文件，每个不超过2000行。")
    xlsx = content[:4] == b"PK\x03\x04"
    if not xlsx and name.lower().endswith((".xls", ".et", ".wps")):
        raise BadFile("这是旧格式的表格。请在办公软件里另存为 .xlsx 或 .csv 再传。")
    found = _xlsx(content) if xlsx else _csv(content)
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, cells in found:
            if any(cells):
                rows.append((number, cells[:MOST_COLUMNS]))
            if len(rows) > MOST_ROWS + 1:
                raise BadFile(f"一次最多{MOST_ROWS}行。请把表格分成几个再传。")
    except BadFile:
        raise
    except Exception as error:  # whatever a broken or hostile file makes the reader raise
        raise BadFile("这个文件读不出来。请重新另存为 .xlsx 或 .csv（UTF-8）再传。") from error
    if len(rows) < 2:
        raise BadFile("表格里没有内容。第一行写列名，从第二行起一行写一件。")
    headings = [h or f"第{n}列" for n, h in enumerate(rows[0][1], 1)]
    return headings, rows[1:]


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if sum(i.file_size for i in packed.infolist()) > _MOST_UNPACKED:
                raise BadFile("这个表格展开后太大。请删去多余的工作表和图片再传。")
        from openpyxl import load_workbook  # type: ignore[import-untyped]

        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        sheet = book.worksheets[0]
        sheet.reset_dimensions()
    except BadFile:
        raise
    except Exception as error:  # whatever a broken or hostile file makes the reader raise
        raise BadFile("这个文件不是能读的表格。请重新另存为 .xlsx 或 .csv 再传。") from error
    rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS)
    for number, cells in enumerate(rows, 1):
        yield number, [_text(c) for c in cells]


def _text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M") if cell.time() != time(0) else f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return rules.clean_text(str(cell))[:60_000]


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
            break
        except UnicodeDecodeError:
            continue
    else:
        raise BadFile("这个文件不是表格，或者编码认不出。请另存为 .xlsx 或 .csv（UTF-8）再传。")
    if "\x00" in text:
        raise BadFile("这个文件不是表格。请另存为 .xlsx 或 .csv（UTF-8）再传。")
    for number, cells in enumerate(csv.reader(io.StringIO(text)), 1):
        yield number, [rules.clean_text(c) for c in cells]


def guess(headings: Sequence[str]) -> dict[str, int]:
    """Field → column, by heading; a column serves one field."""
    found: dict[str, int] = {}
    taken: set[int] = set()
    for field, (_label, known) in FIELDS.items():
        for word in known:
            at = next((i for i, h in enumerate(headings) if h == word and i not in taken), None)
            if at is not None:
                found[field] = at
                taken.add(at)
                break
    return found


class Checker:
    """Turns rows of one sheet into submissions; topics and districts are read once."""

    def __init__(
        self, *, jurisdiction: Jurisdiction, columns: Mapping[str, int], channel: str, at: datetime
    ) -> None:
        self.jurisdiction, self.columns, self.channel, self.at = jurisdiction, columns, channel, at
        topics = list(Topic.objects.filter(is_active=True))
        self.topics = {key: t for t in topics for key in (t.code, t.name)}
        places = list(District.objects.filter(jurisdiction=jurisdiction, is_active=True))
        self.districts = {key: d for d in places for key in (d.code, d.name)}
        self.channels = {key: c for c in channels.WAYS for key in (str(c), str(Channel(c).label))}

    def submission(self, cells: Sequence[str]) -> tuple[Submission, list[str]]:
        """The submission of a row, and sentences for what is wrong with it (then it must not be sent)."""
        said = {f: cells[i].strip() if i < len(cells) else "" for f, i in self.columns.items()}
        wrong: list[str] = []
        chosen = self.channels.get(said.get("channel", "") or self.channel, "")
        if not chosen:
            wrong.append(f"来处“{said.get('channel') or '空'}”不认识，请写成来信、意见箱等。")
        received = self._received(said.get("received_on", ""), wrong)
        topic = self._known("主题", self.topics, said.get("topic", ""), wrong)
        district = self._known("区划", self.districts, said.get("district", ""), wrong)
        arrival: dict[str, Any] = {
            n: said[n][:80] for n in ("point", "referred_by", "occasion") if said.get(n)
        }
        if chosen == Channel.MAILBOX_POINT:
            arrival["collected_on"] = local_date(received)
        submission = Submission(
            title=said.get("title", ""), problem=said.get("problem", ""), proposal=said.get("proposal", ""),
            topic=topic, district=district, place=said.get("place", ""), addressed_to=said.get("addressed_to", ""),
            name=said.get("name", ""), phone=said.get("phone", ""), address=said.get("address", "")[:200],
            contact_channel="" if said.get("phone") else "letter" if said.get("address") else "none",
            name_display=NameDisplay.ANONYMOUS, channel=chosen or Channel.LETTER, received_at=received,
            external_no=said.get("external_no", ""), policy_version="", arrival=arrival,
        ).cleaned()  # fmt: skip
        if said.get("phone") and not normalise_phone(said["phone"]):
            wrong.append("手机号看不懂，应是11位数字；座机请写进通信地址。")
        facts = {**arrival, "addressed_to": submission.addressed_to}
        for messages in (
            *validate(submission, rules.ON_RECORD, at=self.at).values(),
            *channels.missing(chosen, facts).values(),
        ):
            wrong += messages
        if submission.external_no and self._known_number(submission.external_no):
            wrong.append(f"原编号{submission.external_no}已经登记过，同一件不用再登记。")
        return submission, list(dict.fromkeys(wrong))

    def _received(self, text: str, wrong: list[str]) -> datetime:
        try:
            found = moment(text, "收到日期")
        except BadLine as error:
            wrong.append(str(error))
            return self.at
        if found is None:
            wrong.append("没有收到日期。来信写签收那天，不是今天登记的日子。")
            return self.at
        if local_date(found) == local_date(self.at):
            return self.at
        return datetime.combine(local_date(found), time(12), SHANGHAI)

    def _known(self, what: str, table: Mapping[str, Any], text: str, wrong: list[str]) -> Any:
        if text and text not in table:
            wrong.append(f"{what}“{text[:20]}”不认识，请照系统里的名称写，或者空着。")
        return table.get(text)

    def _known_number(self, number: str) -> bool:
        return Suggestion.objects.filter(
            jurisdiction=self.jurisdiction, external_no=number
        ).exists()
