"""批量登记: a sheet of paper items, uploaded, looked at, confirmed; then its progress and the rows that could not come in."""

import csv
import io
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access, channels
from suggestions.codes import Channel
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.imports import sheets as reading
from suggestions.matrix import MATRIX
from suggestions.models import Sheet
from suggestions.services import sheets as service

_PAGE = 50
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


class UploadForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("表格文件"),
        help_text=gettext_lazy(".xlsx 或 .csv，第一行是列名，一行一件，最多2000行、5 MB。"),
        error_messages={
            "required": gettext_lazy("请选一个表格文件。"),
            "empty": gettext_lazy("这个文件是空的，请重新选。"),
        },
    )


class ColumnsForm(forms.Form):
    """Which column is which; one select a field."""

    def __init__(self, data: Any = None, *, sheet: Sheet) -> None:
        super().__init__(data, label_suffix="", auto_id="sheet-%s")
        columns = [("", _("没有这一列")), *[(str(i), h[:40]) for i, h in enumerate(sheet.headings)]]
        for name, (label, _known) in reading.FIELDS.items():
            self.fields[name] = forms.ChoiceField(
                label=label, choices=columns, required=False, initial=str(sheet.columns.get(name, ""))
            )  # fmt: skip
        ways = [(w.channel.value, Channel(w.channel).label) for w in channels.WAYS.values()]
        self.fields["channel_default"] = forms.ChoiceField(
            label=_("表里没写来处的，算"),
            choices=[("", _("不填，没写的不收")), *ways],
            required=False,
            initial=sheet.channel,
        )

    def columns(self) -> dict[str, int]:
        return {n: int(v) for n, v in self.cleaned_data.items() if n in reading.FIELDS and v != ""}


def _own(request: HttpRequest, pk: int) -> Sheet:
    """The clerk's own sheet; nobody else's exists for them."""
    held = Sheet.objects.select_related("jurisdiction").filter(pk=pk, user=request.user.pk)
    sheet = held.first()
    if sheet is None:
        raise Http404
    return sheet


@common.desk_view(common.ENTRY_ROLES)
def sheets(request: HttpRequest) -> HttpResponse:
    """Upload, and the sheets uploaded before."""
    posted = request.method == "POST"
    form = UploadForm(
        request.POST if posted else None, request.FILES if posted else None, label_suffix=""
    )
    if posted and form.is_valid():
        role = access.scope(request.user).holds(MATRIX["enter_offline"])[0]
        file = form.cleaned_data["file"]
        try:
            content = file.read(reading.MOST_BYTES + 1)
            kept = service.keep(
                user=request.user, jurisdiction=role.jurisdiction, name=str(file.name or ""), content=content,
                at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect("desk:sheet", kept.pk)
    own = list(Sheet.objects.filter(user=request.user.pk)[:20])
    return common.page(
        request, "suggestions/desk/sheets.html", title=_("批量登记"), crumbs=[(_("代为登记"), reverse("desk:entry"))],
        status=422 if posted else 200, form=form, sheets=own,
        names=[label for label, _known in reading.FIELDS.values()],
    )  # fmt: skip


@common.desk_view(common.ENTRY_ROLES)
def sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """Columns and preview; after confirmation, the progress."""
    held = _own(request, pk)
    if held.confirmed_at is not None:
        return _progress(request, held)
    form = ColumnsForm(request.POST if request.method == "POST" else None, sheet=held)
    if request.method == "POST" and form.is_valid():
        action = request.POST.get("action", "")
        try:
            if action == "discard":
                service.discard(sheet=held)
                return redirect("desk:sheets")
            service.choose(
                sheet=held, columns=form.columns(), channel=form.cleaned_data["channel_default"]
            )
            if action == "confirm":
                service.confirm(sheet=held, at=timezone.now())
                return redirect("desk:sheet", held.pk)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect("desk:sheet", held.pk)
    rows = service.preview(held, at=timezone.now())
    good = sum(not wrong for _row, _said, wrong in rows)
    if request.GET.get("show") == "wrong":
        rows = [r for r in rows if r[2]]
    page = Paginator(rows, _PAGE).get_page(request.GET.get("page"))
    return common.page(
        request, "suggestions/desk/sheet.html", title=held.name, crumbs=[(_("批量登记"), reverse("desk:sheets"))],
        status=422 if form.is_bound else 200, sheet=held, form=form, page=page, good=good,
        bad=held.rows.count() - good,
    )  # fmt: skip


def _progress(request: HttpRequest, held: Sheet) -> HttpResponse:
    wrong = held.rows.filter(done_at__isnull=False, suggestion=None)
    came_in = held.rows.filter(suggestion__isnull=False).select_related("suggestion")
    response = common.page(
        request, "suggestions/desk/sheet_progress.html", title=held.name,
        crumbs=[(_("批量登记"), reverse("desk:sheets"))], sheet=held, progress=service.progress(held),
        wrong=list(wrong[:_PAGE]), came_in=list(came_in[:_PAGE]),
    )  # fmt: skip
    if held.finished_at is None:
        response["Refresh"] = "5"
    return response


@common.desk_view(common.ENTRY_ROLES)
def sheet_errors(request: HttpRequest, pk: int) -> HttpResponse:
    """The rows that could not come in, with the reason in front, to be mended and uploaded again."""
    import json

    held = _own(request, pk)
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_("为什么没有收"), *held.headings])
    for row in held.rows.filter(done_at__isnull=False, suggestion=None):
        writer.writerow([_safe(c) for c in ("；".join(row.errors), *json.loads(row.cells))])
    response = HttpResponse("\ufeff" + out.getvalue(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="sheet-{held.pk}-errors.csv"'
    return response


def _safe(cell: str) -> str:
    """A cell that starts like a formula must not become one in the office program."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
