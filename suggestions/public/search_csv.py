"""All results of a search as CSV, streamed page by page from the engine: open data, of public facts alone."""

import csv
from collections.abc import Iterator
from dataclasses import replace

from django.http import HttpRequest, StreamingHttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from search.asking import ask
from search.engine import MAX_SIZE, SearchUnavailable, get_engine
from suggestions.documents import TYPE
from suggestions.public import browse_csv
from suggestions.public.search_page import Asked
from suggestions.selectors import public

MOST = 100_000
"""Rows of one file; more is what the open data files are for."""


def response(request: HttpRequest, asked: Asked) -> StreamingHttpResponse:
    """Every suggestion the search finds, in the order of the page, UTF-8 with a mark that spreadsheets understand.

    A file that ends early because search went away says so in its last row.
    """
    base = request.build_absolute_uri("/").rstrip("/")
    answer = StreamingHttpResponse(_lines(asked, base), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="search.csv"'
    return answer


def _lines(asked: Asked, base: str) -> Iterator[str]:
    writer = csv.writer(browse_csv.Echo())
    yield "\ufeff"
    yield writer.writerow(browse_csv.head())
    engine, cursor, count = get_engine(), None, 0
    query = replace(asked.query(size=MAX_SIZE, cursor=None), types=(TYPE,))
    while count < MOST:
        try:
            page = ask(replace(query, cursor=cursor), engine=engine, exactly=asked.exactly).page
        except SearchUnavailable:
            yield writer.writerow([_("搜索服务中断，这份表不完整，请稍后重新下载。")])
            return
        items = public.by_keys([hit.key for hit in page.hits])
        for hit in page.hits:
            if hit.key in items:
                item = items[hit.key]
                address = base + reverse("suggestions:detail", args=[item.case_no])
                yield writer.writerow(browse_csv.row(item, address))
        count += len(page.hits)
        cursor = page.next_cursor
        if cursor is None:
            return
