"""导出: ask for a list as a file, watch it being written, fetch it. Works without scripts: the page reloads itself."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import ExportJob
from suggestions.selectors import queues
from suggestions.services import exports as service
from suggestions.services import identity, named_exports
from suggestions.states.export import EXPORTERS, Export

SHOWN = 20


class ExportForm(forms.Form):
    """Which list, and as what."""

    queue = forms.CharField(required=False, max_length=800, widget=forms.HiddenInput)
    state = forms.ChoiceField(label=gettext_lazy("导出哪些"), required=False)
    grant = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    format = forms.ChoiceField(
        label=gettext_lazy("格式"),
        choices=ExportJob.Format.choices,
        initial=ExportJob.Format.XLSX,
        error_messages={"required": gettext_lazy("请选一种文件格式。")},
    )

    def __init__(self, data: Any = None, *, queue: str = "") -> None:
        super().__init__(data, initial={"queue": queue, "state": "open"}, label_suffix="")
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(k, v[0]) for k, v in queues.STATES.items()]
        if queue or (data is not None and data.get("queue")):
            del self.fields["state"]

    def query(self) -> str:
        return self.cleaned_data["queue"] or f"state={self.cleaned_data.get('state') or 'open'}"


class LeaveForm(forms.Form):
    """Which list is to name its authors, and why."""

    state = forms.ChoiceField(label=gettext_lazy("哪些件"))
    reason = forms.CharField(
        label=gettext_lazy("理由"), max_length=identity.REASON_MAX, widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("写明做什么用，例如：寄送获奖通知。批准的人和建议人都会看到。"),
        error_messages={"required": gettext_lazy("请写明理由，至少4个字。")},
    )  # fmt: skip

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, initial={"state": "open"}, label_suffix="", auto_id="leave-%s")
        field = self.fields["state"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(k, v[0]) for k, v in queues.STATES.items()]


@common.desk_view(common.EXPORT_ROLES)
def exports(request: HttpRequest) -> HttpResponse:
    """Ask, and one's own exports; the list one came from is what is written, or the one that a leave names."""
    queue = common.queue_of(request)
    form = ExportForm(request.POST if request.method == "POST" else None, queue=queue)
    if request.method == "POST" and form.is_valid():
        try:
            job = service.ask(
                user=request.user, query=form.query(), format=form.cleaned_data["format"],
                grant_id=form.cleaned_data["grant"], at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect("desk:export", job.pk)
    return _page(request, form, LeaveForm(), queue)


@common.post_only("desk:exports")
@common.desk_view(frozenset(MATRIX["export_identities"]))
def export_leave(request: HttpRequest) -> HttpResponse:
    """Ask two others for leave to write a list with names and contact data."""
    form = LeaveForm(request.POST)
    if form.is_valid():
        query = f"state={form.cleaned_data['state']}"
        try:
            named_exports.ask(
                user=request.user,
                query=query,
                reason=form.cleaned_data["reason"],
                at=timezone.now(),
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("申请已经提交。两位负责人批准后，在这一页导出。"))
            return redirect("desk:exports")
    return _page(request, ExportForm(), form, "")


def _page(request: HttpRequest, form: ExportForm, leave: LeaveForm, queue: str) -> HttpResponse:
    own = access.records(request.user, ExportJob, "see_exports")
    named = named_exports.role_of(request.user) is not None
    leaves = named_exports.mine(request.user, at=timezone.now()) if named else []
    return common.page(
        request, "suggestions/desk/exports.html", title=_("导出"), status=422 if form.errors or leave.errors else 200,
        form=form, queue=queue, jobs=list(own[:SHOWN]), days=service.KEPT_DAYS,
        columns=[heading for heading, _value in service.COLUMNS], leave=leave if named else None,
        leaves=[(g, named_exports.list_words(g.export_query)) for g in leaves], formats=ExportJob.Format.choices,
        plain=common.holds(request, EXPORTERS), named_columns=[heading for heading, _value in named_exports.COLUMNS], hours=named_exports.HOURS,
    )  # fmt: skip


@common.desk_view(common.EXPORT_ROLES)
def export(request: HttpRequest, pk: int) -> HttpResponse:
    """How far it is; while it is being written the page reloads by itself."""
    job = access.load_record(request.user, ExportJob, "see_exports", pk)
    response = common.page(
        request, "suggestions/desk/export.html", title=_("导出"), crumbs=[(_("导出"), reverse("desk:exports"))],
        crumb=str(job.pk), job=job, ready=job.status == Export.READY, waiting=job.status == Export.QUEUED,
        days=service.KEPT_DAYS,
    )  # fmt: skip
    if job.status == Export.QUEUED:
        response["Refresh"] = "3"
    return response


@common.post_only("desk:exports")
@common.desk_view(common.EXPORT_ROLES)
def export_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The file itself; fetching it is an event of its chain, hence a POST."""
    job = access.load_record(request.user, ExportJob, "see_exports", pk)
    user: Any = request.user
    roles = access.scope(user).holds(MATRIX["see_exports"])
    if not roles:
        raise Http404
    try:
        file = service.fetch(
            job=job, actor=Actor.staff(user, roles[0].role, roles[0].unit), at=timezone.now()
        )  # fmt: skip
    except DomainError as error:
        return common.page(
            request, "suggestions/desk/bulk_none.html", title=_("导出"), status=410, said=str(error),
            back=reverse("desk:exports"),
        )  # fmt: skip
    day = job.asked_at.astimezone(SHANGHAI)
    response = FileResponse(
        file, as_attachment=True, filename=f"建议列表-{day:%Y%m%d-%H%M}.{job.format}"
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response  # type: ignore[return-value]
