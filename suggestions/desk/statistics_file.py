"""The internal edition as a workbook: every figure with its parts and its words, ready for the printer (7.3; XF 41).

It is for those who read internal figures and withholds nothing; the public edition is in statistics/disclosure.py. No
person is in a snapshot, so neither in the file.
"""

from collections.abc import Iterable, Iterator
from io import BytesIO
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.cell import WriteOnlyCell  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font  # type: ignore[import-untyped]
from openpyxl.worksheet.worksheet import Worksheet  # type: ignore[import-untyped]

from suggestions.clock import local_date
from suggestions.desk import common, steering
from suggestions.desk.kinds import KINDS
from suggestions.matrix import MATRIX
from suggestions.models import StatRow, StatSnapshot
from suggestions.roles import Role
from suggestions.selectors import published
from suggestions.services.exports import safe
from suggestions.statistics.counting import CHANNEL, DISTRICT, TOPIC, TOTAL, UNIT
from suggestions.statistics.formulas import BY_CODE, FORMULAS, Kind

_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ORDER = {formula.code: n for n, formula in enumerate(FORMULAS)}
_WIDE, _NARROW = 44, 13
"""Widths of columns, in characters."""


@common.desk_view([Role(r) for r in MATRIX["internal_statistics"]])
def statistics_file(request: HttpRequest, pk: int) -> HttpResponse:
    """One version of a month or a year as a workbook; a version that waits says so on its first sheet."""
    snapshot = steering.load(request, KINDS["statistics"], pk)
    file = BytesIO()
    workbook(snapshot).save(file)
    answer = HttpResponse(file.getvalue(), content_type=_TYPE)
    name = f"statistics-{snapshot.slug}-v{snapshot.number}-internal.xlsx"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def workbook(snapshot: StatSnapshot) -> Any:
    """A sheet that says what this is, one of all totals with their formulas, and one each way the figures are split."""
    rows = sorted(snapshot.rows.all(), key=lambda r: (_ORDER[r.figure], r.key))
    book = Workbook(write_only=True)
    _sheet(book, _("说明"), (18, _WIDE * 2), _about(snapshot))
    headings = [_("指标"), _("数值"), _("分子"), _("分母"), _("怎么算"), _("算哪些"), _("不算哪些")]  # fmt: skip
    totals = [r for r in rows if r.dimension == TOTAL]
    widths = (28, _NARROW, _NARROW, _NARROW, _WIDE, _WIDE, _WIDE)
    _sheet(book, _("全部指标"), widths, [headings, *(_total(r) for r in totals)])
    split = [_("分项"), _("指标"), _("数值"), _("分子"), _("分母")]
    for dimension, name in ((UNIT, _("按单位")), (TOPIC, _("按领域")), (DISTRICT, _("按地区")), (CHANNEL, _("按渠道"))):  # fmt: skip
        cells = sorted((r for r in rows if r.dimension == dimension), key=lambda r: (r.key, _ORDER[r.figure]))  # fmt: skip
        _sheet(book, name, (28, 28, _NARROW, _NARROW, _NARROW), [split, *(_part(r) for r in cells)])
    return book


def _about(snapshot: StatSnapshot) -> Iterator[list[Any]]:
    last = snapshot.last
    yield [_("内部使用"), _("有小数目，不对外公布；公开的一版在网站“数据”里。")]
    yield [_("辖区"), snapshot.jurisdiction.name]
    yield [_("时间"), snapshot.words]
    yield [_("截至"), f"{last.year}年{last.month}月{last.day}日24时"]
    yield [_("版本"), f"第{snapshot.number}版，算法第{snapshot.formula_version}版"]
    yield [_("状态"), snapshot.get_status_display()]
    yield [_("算出"), f"{local_date(snapshot.taken_at)}"]
    if snapshot.published_at:
        yield [_("公布"), f"{local_date(snapshot.published_at)}"]
    if snapshot.corrects is not None:
        yield [_("更正"), f"更正第{snapshot.corrects.number}版：{snapshot.correction_reason}"]
    if snapshot.note:
        yield [_("公布时的说明"), snapshot.note]
    yield [_("校验码"), snapshot.digest]


def _numbers(row: StatRow) -> list[Any]:
    """Value, numerator, denominator as numbers, so that a reader can go on counting; a rate is in percent."""
    value = published.number(row)
    return ["–" if value is None else value, float(row.numerator), row.denominator]


def _total(row: StatRow) -> list[Any]:
    formula = BY_CODE[row.figure]
    return [_named(row), *_numbers(row), str(formula.words), str(formula.cohort), str(formula.exclusions)]  # fmt: skip


def _part(row: StatRow) -> list[Any]:
    return [row.name, _named(row), *_numbers(row)]


def _named(row: StatRow) -> str:
    formula = BY_CODE[row.figure]
    return f"{formula.name}（%）" if formula.kind == Kind.RATE else str(formula.name)


def _sheet(book: Any, title: str, widths: Iterable[int], rows: Iterable[list[Any]]) -> None:
    """A sheet with its first row in bold, printed on pages as wide as it is and headed by that row again."""
    sheet = book.create_sheet(str(title))
    for n, width in enumerate(widths):
        sheet.column_dimensions["ABCDEFGH"[n]].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", Worksheet.PAPERSIZE_A4
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.page_setup.fitToHeight = 0
    sheet.print_title_rows = "1:1"
    sheet.freeze_panes = "A2"
    for number, row in enumerate(rows):
        cells = []
        for value in row:
            cell = WriteOnlyCell(sheet, value=safe(value) if isinstance(value, str) else value)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 0)
            cells.append(cell)
        sheet.append(cells)
