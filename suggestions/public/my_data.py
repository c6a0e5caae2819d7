"""/my/data/: a copy of one's own data at one press, and the end of the page with requests to delete (PIPL 45, 47)."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from suggestions.models import Resident
from suggestions.public import my_session
from suggestions.public.forms_my import CloseForm
from suggestions.public.my_session import signed_in
from suggestions.selectors import own_page
from suggestions.services import own_data


@require_POST
@signed_in
def copy(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Everything we hold with this phone, as one file. Each item's copy stands in the register of requests."""
    held = own_data.copy_of(resident=resident, at=timezone.now())
    body = json.dumps(held, ensure_ascii=False, indent=2)
    response = HttpResponse(body, content_type="application/json; charset=utf-8")
    # No number and no name: a file name is seen over shoulders (9.2).
    response["Content-Disposition"] = 'attachment; filename="jianyan-my-data.json"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def close(request: HttpRequest, resident: Resident) -> HttpResponse:
    """What goes at once, what can be asked for, and the button."""
    items = own_page.own_items(resident)
    form = CloseForm(request.POST if request.method == "POST" else None)
    form.fields["items"].choices = [(i.case_no, f"{i.case_no}　{i.title}") for i in items]  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        asked = own_data.close(
            resident=resident, case_nos=form.cleaned_data["items"], at=timezone.now()
        )
        address = f"{reverse('suggestions:my_sign_in')}?closed={asked}"
        response = HttpResponseRedirect(address)
        my_session.forget(response)
        return response
    context: dict[str, Any] = {
        "form": form,
        "items": items,
        "errors": form.summary() if form.is_bound else [],
        "kept": _("您选的都在，改好再按一次。"),
    }
    status = 422 if form.is_bound else 200
    return render(request, "suggestions/my/close.html", context, status=status)
