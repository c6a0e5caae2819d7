"""Internal notes on the item's screen: read, written, colleagues named with @ (services/notes)."""

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.desk import common, panels
from suggestions.desk.forms import words
from suggestions.errors import DomainError
from suggestions.models import Suggestion
from suggestions.services import notes

SHOWN = 50


class NoteForm(forms.Form):
    words = words(
        gettext_lazy("备注"),
        limit=notes.MAX,
        rows=3,
        help_text=gettext_lazy("只有同事能看，不公开。用@加名字提醒同事，例如：@方文。"),
        error_messages={"required": gettext_lazy("请写下备注。")},
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="note-%s")


@panels.register
def panel(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    """The notes this person may read and the form. Two queries."""
    if access.may(request.user, "write_note", item) is None:
        return None
    return panels.Panel(
        "suggestions/desk/notes_panel.html",
        {
            "notes": list(notes.readable(request.user, item)[:SHOWN]),
            "form": NoteForm(),
            "queue": common.queue_of(request),
        },
    )


@common.post_only()
@common.desk_view(common.DESK_ROLES)
def note(request: HttpRequest, case_no: str) -> HttpResponse:
    item = common.load(request, case_no)
    actor = access.may(request.user, "write_note", item)
    if actor is None:
        return common.refused(request)
    back = common.item_address(item.case_no, common.queue_of(request))
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            notes.write(
                suggestion=item, words=form.cleaned_data["words"], actor=actor, at=timezone.now()
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect(f"{back}#notes")
    return common.page(
        request, "suggestions/desk/note.html", title=_("内部备注"), crumbs=[(item.case_no, back)], status=422,
        item=item, form=form, queue=common.queue_of(request), back=back,
    )  # fmt: skip
