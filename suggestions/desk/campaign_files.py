"""What was said to a campaign, as CSV for who runs it: the editors, the office, and the staff of its host."""

import csv
from collections.abc import Callable, Iterator
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.log_actions import LogActionRegistry, LogFormatter, log

from suggestions import access
from suggestions.desk import common
from suggestions.matrix import MATRIX
from suggestions.public.browse_csv import Echo
from suggestions.roles import Role
from suggestions.services import campaign_files

MAY = "export_campaign_answers"
LOGGED = "jianyan.campaign_export"
FILES: dict[str, tuple[Any, Callable[[Any, Any], Iterator[list[str]]]]] = {
    "words": (
        gettext_lazy("问卷里写的话"),
        lambda page, user: campaign_files.survey_words(page.pk, page.poll_specs()),
    ),
    "answers": (
        gettext_lazy("征集问题的回答"),
        lambda page, user: campaign_files.own_questions(page.pk, barred=access.scope(user).barred),
    ),
}
"""Name in the address → what it is, and its rows."""


def offered(user: Any, page: Any) -> list[tuple[str, Any, int]]:
    """(name, label, lines) of the files this person may fetch of a campaign, those with lines. Three queries."""
    if not access.campaigns(user, MAY).filter(pk=page.pk).exists():
        return []
    lines = campaign_files.counts(page.pk)
    return [
        (name, label, n)
        for (name, (label, _rows)), n in zip(FILES.items(), lines, strict=True)
        if n
    ]


@common.post_only("desk:campaigns")
@common.desk_view([Role(r) for r in MATRIX[MAY]])
def campaign_file(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The file, streamed. That it was fetched, by whom and when, stands in the page's history (PIPL 51, 54)."""
    page = access.campaigns(request.user, MAY).filter(pk=pk).first()
    if page is None or name not in FILES:
        raise Http404
    label, rows = FILES[name]
    log(instance=page, action=LOGGED, user=request.user, data={"file": str(label)})
    writer = csv.writer(Echo())
    lines = (writer.writerow(row) for row in rows(page, request.user))
    answer = StreamingHttpResponse(_marked(lines), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="campaign-{pk}-{name}.csv"'
    answer["Cache-Control"] = "no-store, private"
    return answer  # type: ignore[return-value]


def _marked(lines: Iterator[str]) -> Iterator[str]:
    yield "\ufeff"
    yield from lines


@hooks.register("register_log_actions")
def named_in_the_history(actions: LogActionRegistry) -> None:
    @actions.register_action(LOGGED)
    class _Fetched(LogFormatter):
        label = gettext_lazy("导出征集的回答")

        def format_message(self, log_entry: Any) -> str:
            return f"{self.label}：{log_entry.data.get('file', '')}"
