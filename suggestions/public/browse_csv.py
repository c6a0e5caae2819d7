"""The rows of a browse result as CSV, streamed: open data for everybody, of public facts alone."""

import csv
from collections.abc import Iterator
from datetime import datetime

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from suggestions.clock import local_date
from suggestions.models import Suggestion
from suggestions.selectors.public import Filters, narrow
from suggestions.states import PublicGroup

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_CHUNK = 1000


class Echo:
    """A file that gives back what is written to it."""

    def write(self, value: str) -> str:
        return value


def safe_cell(value: object) -> str:
    """A cell that no spreadsheet takes for a formula (dependencies.md, export)."""
    text = str(value)
    return f"'{text}" if text.startswith(_FORMULA) else text


def response(request: HttpRequest, filters: Filters) -> StreamingHttpResponse:
    """All rows the filters find, newest published first, UTF-8 with a mark that spreadsheets understand."""
    rows = narrow(Suggestion.objects.on_page(), filters).for_list().order_by("-published_at", "-pk")
    base = request.build_absolute_uri("/").rstrip("/")
    answer = StreamingHttpResponse(
        _lines(rows.iterator(_CHUNK), base), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="suggestions.csv"'
    return answer


def head() -> list[str]:
    """The columns of every list of items."""
    return [_("编号"), _("标题"), _("进度"), _("结果"), _("领域"), _("地区"), _("主办单位"), _("收到"), _("公开"), _("答复"),
            _("附议人数"), _("网址")]  # fmt: skip


def row(item: Suggestion, address: str) -> list[str]:
    """One item's cells, safe for spreadsheets. `item` comes from a selector that loads its names with it."""
    cells = [
        item.case_no,
        item.public_title,
        str(PublicGroup(item.public_group).label),
        item.get_outcome_display() if item.public_group == PublicGroup.DONE else "",
        item.topic.name if item.topic else "",
        item.district.name if item.district else "",
        item.lead_unit.name if item.lead_unit else "",
        _date(item.received_at),
        _date(item.published_at),
        _date(item.answered_at),
        item.co_sign_count,
        address,
    ]
    return [safe_cell(cell) for cell in cells]


def _lines(rows: Iterator[Suggestion], base: str) -> Iterator[str]:
    writer = csv.writer(Echo())
    yield "\ufeff"
    yield writer.writerow(head())
    for item in rows:
        yield writer.writerow(row(item, base + reverse("suggestions:detail", args=[item.case_no])))


def _date(moment: datetime | None) -> str:
    return local_date(moment).isoformat() if moment else ""
