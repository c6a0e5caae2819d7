"""How every date of an item was computed, day by day, and who was reminded when."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions.desk import common
from suggestions.models import ClockReminder
from suggestions.selectors import casefile
from suggestions.services import clocks


@common.desk_view()
def clock_days(request: HttpRequest, case_no: str) -> HttpResponse:
    """All clocks of an item; the item's queries and two more, however many clocks it has."""
    item = common.load(request, case_no)
    views = casefile.clock_views(item, at=timezone.now())
    reminders: dict[int, list[dict[str, Any]]] = {}
    rows = ClockReminder.objects.filter(clock__suggestion=item).prefetch_related("told")
    for row in rows:
        told = "、".join(str(u) for u in row.told.all())
        reminders.setdefault(row.clock_id, []).append({"row": row, "told": told})
    held = [
        {
            "view": view,
            "due": clocks.explain(view.clock),
            "reminders": reminders.get(view.clock.pk, []),
            "length": _length(view.clock.as_rule()),
        }
        for view in views
    ]
    return common.page(
        request,
        "suggestions/desk/clock_days.html",
        title=_("日期是怎么算的"),
        crumbs=[(item.case_no, common.item_address(item.case_no, common.queue_of(request)))],
        item=item,
        held=held,
    )


def _length(rule: Any) -> str:
    return f"{rule.length}{clocks.unit_words(rule.unit)}"
