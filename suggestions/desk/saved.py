"""Saved lists of the queue: save, share with the office, open with one, delete (services/saved_queues)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.services import saved_queues


class SaveForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("名字"),
        max_length=30,
        help_text=gettext_lazy("例如：东城区快到期的。同名会替换原来的。"),
        error_messages={"required": gettext_lazy("请给这个列表起个名字。")},
    )
    shared = forms.BooleanField(label=gettext_lazy("也给办公室的同事用"), required=False)
    is_default = forms.BooleanField(label=gettext_lazy("打开分办队列时先看这个"), required=False)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="save-%s")


@common.desk_view(common.QUEUE_ROLES)
def saved(request: HttpRequest) -> HttpResponse:
    """One's lists and the form that saves the list one came from."""
    queue = common.queue_of(request)
    form = SaveForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            held = saved_queues.save(user=request.user, query=queue, **form.cleaned_data)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("已保存“%(name)s”。") % {"name": held.name})
            return redirect(f"{reverse('desk:queue')}?{held.query}")
    return common.page(
        request, "suggestions/desk/saved.html", title=_("保存的列表"), status=422 if form.errors else 200,
        crumbs=[(_("分办队列"), f"{reverse('desk:queue')}?{queue}")], form=form, queue=queue,
        lists=list(saved_queues.offered(request.user)),
    )  # fmt: skip


@common.post_only("desk:saved")
@common.desk_view(common.QUEUE_ROLES)
def saved_delete(request: HttpRequest, pk: int) -> HttpResponse:
    if not saved_queues.forget(user=request.user, pk=pk):
        raise Http404
    messages.success(request, _("已删除。"))
    return redirect("desk:saved")
