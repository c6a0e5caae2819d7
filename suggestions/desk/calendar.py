"""The working-day calendar at the desk: a year's exceptions, and changes that two persons make (process.md 5.1)."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.desk.clock_rules import READERS, changes, dry_run, proposer
from suggestions.desk.time_forms import CalendarForm
from suggestions.errors import DomainError
from suggestions.models import TimeChange
from suggestions.services import calendars, moving, time_changes


@common.desk_view(READERS)
def calendar(request: HttpRequest) -> HttpResponse:
    """One year's days, the years there are, and for administrators the form with its dry run."""
    today = local_date(timezone.now())
    who = proposer(request)
    posted = request.POST if request.method == "POST" and who else None
    form = CalendarForm(posted, request.FILES if posted is not None else None)
    found: dict[str, Any] | None = None
    status = 200
    if posted is not None and who is not None:
        status = 422
        if form.is_valid():
            days = form.cleaned_data["days"]
            if "preview" in posted:
                moves = moving.moves_of_calendar(calendars.with_days(days))
                found, status = dry_run(moves), 200
                # A browser does not keep a chosen file: its lines stand in the field from now on.
                kept = {n: form.cleaned_data[n] for n in ("lines", "basis")}
                form = CalendarForm(kept)
            else:
                try:
                    change = time_changes.propose_calendar(
                        days=days, basis=form.cleaned_data["basis"], actor=who[0], jurisdiction=who[1], at=timezone.now()
                    )  # fmt: skip
                except DomainError as error:
                    common.show_errors(form, error)
                else:
                    messages.success(request, _("已提出，等另一位同事核对后生效。"))
                    return redirect("desk:time_change", pk=change.pk)
    years = calendars.years()
    year = _year(request, today.year, years)
    return common.page(
        request,
        "suggestions/desk/calendar.html",
        title=_("工作日历"),
        status=status,
        year=year,
        years=sorted({*years, today.year, today.year + 1}, reverse=True)[:12],
        known=year in years,
        partial=calendars.is_partial(year),
        days=calendars.days_of(year),
        changes=changes(request, TimeChange.Kind.CALENDAR),
        form=form if who else None,
        found=found,
    )


def _year(request: HttpRequest, this_year: int, years: list[int]) -> int:
    """The year asked for; one that cannot be is this year."""
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isdecimal() and len(asked) == 4 else this_year
    return year if 2000 <= year < 2100 else this_year
