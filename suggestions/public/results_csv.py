"""The adoption ledger as CSV, streamed: the rows that the page's filters find, of released words alone."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions.public.browse_csv import Echo, safe_cell
from suggestions.public.caching import public_page
from suggestions.public.results import stand_words
from suggestions.selectors import results
from suggestions.selectors.results import Asked, Measure

_CHUNK = 500


@require_safe
@public_page
def ledger(request: HttpRequest) -> HttpResponseBase:
    """Every row the filters of /results/ find, in its order, UTF-8 with a mark that spreadsheets understand."""
    asked = replace(Asked.read(request.GET), cursor="")
    base = request.build_absolute_uri("/").rstrip("/")
    answer = StreamingHttpResponse(
        _lines(asked, base, timezone.now()), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = 'attachment; filename="ledger.csv"'
    return answer


def _lines(asked: Asked, base: str, at: datetime) -> Iterator[str]:
    writer, words = csv.writer(Echo()), stand_words()
    yield "\ufeff"
    yield writer.writerow(
        [_("做什么"), _("说明"), _("做到没有"), _("单位"), _("地区"), _("决定"), _("期限"), _("做到"), _("超期天数"), _("节点"),
         _("证明"), _("来自建议"), _("来自几人"), _("网址")]
    )  # fmt: skip
    while True:
        page = results.ledger(asked, at=at, size=_CHUNK)
        for row in page.rows:
            yield writer.writerow([safe_cell(cell) for cell in _cells(row, words, base)])
        if not page.next_cursor:
            return
        asked = replace(asked, cursor=page.next_cursor)


def _cells(row: Measure, words: dict[str, str], base: str) -> list[object]:
    return [
        row.measure, row.detail, words[row.stands], row.unit, row.district, row.decided_on or "", row.due_on or "",
        row.done_on or "", row.days_late or "", "；".join(f"{s.name}：{s.words}" for s in row.steps),
        "；".join(f"{title} {link}".strip() for title, link in row.proofs), row.case_no, row.voices,
        base + reverse("suggestions:result", args=[row.pk]),
    ]  # fmt: skip
