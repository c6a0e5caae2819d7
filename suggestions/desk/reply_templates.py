"""The room where a unit keeps its reply templates, and the office those that all may use."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.actor import Actor
from suggestions.codes import Outcome
from suggestions.desk import common
from suggestions.desk.forms import words
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import Jurisdiction, ReplyTemplate, StaffRole, Unit
from suggestions.roles import UNIT_ROLES
from suggestions.services import reply_templates as templates

KEEPERS = frozenset(MATRIX["keep_templates"])
_ERRORS = {"required": gettext_lazy("请填这一项。")}


class TemplateForm(forms.Form):
    owner = forms.ChoiceField(label=gettext_lazy("哪个单位的"), required=False)
    name = forms.CharField(
        label=gettext_lazy("名字"), max_length=templates.NAME_MAX, error_messages=_ERRORS
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("适用的办理结果"), required=False, choices=[("", gettext_lazy("不限")), *Outcome.choices]
    )  # fmt: skip
    body = words(
        gettext_lazy("模板正文"), limit=templates.BODY_MAX, rows=14, error_messages=_ERRORS,
        help_text=gettext_lazy("可以用：") + "、".join(f"{{{n}}}" for n in templates.PLACEHOLDERS)
        + gettext_lazy("。填进答复时换成这件的内容。要按每件改写的地方，写成“请写……”。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, owners: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="template-%s", **more)
        field = self.fields["owner"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = owners
        if len(owners) == 1:
            field.widget = forms.HiddenInput()
            field.initial = owners[0][0]


def _keeping(request: HttpRequest) -> list[StaffRole]:
    """The user's roles that keep templates, one a unit and one a jurisdiction's office."""
    seen: dict[str, StaffRole] = {}
    for role in access.scope(request.user).holds(KEEPERS):
        seen.setdefault(_owner_key(role), role)
    return list(seen.values())


def _owner_key(role: StaffRole) -> str:
    return f"u{role.unit_id}" if role.role in UNIT_ROLES else f"j{role.jurisdiction_id}"


def _place(role: StaffRole) -> tuple[Jurisdiction, Unit | None]:
    if role.role in UNIT_ROLES and role.unit is not None:
        return role.unit.jurisdiction, role.unit
    return role.jurisdiction, None


def _actor(request: HttpRequest, role: StaffRole) -> Actor:
    unit = _place(role)[1]
    return Actor.staff(request.user, role.role, unit)  # type: ignore[arg-type]


def _holder(request: HttpRequest, template: ReplyTemplate) -> StaffRole | None:
    wanted = f"u{template.unit_id}" if template.unit_id else f"j{template.jurisdiction_id}"
    return next((r for r in _keeping(request) if _owner_key(r) == wanted), None)


@common.desk_view(KEEPERS)
def reply_templates(request: HttpRequest) -> HttpResponse:
    """What the user may use, and of it what is theirs to change. Two queries a unit held."""
    shown: dict[int, tuple[ReplyTemplate, bool]] = {}
    for role in _keeping(request):
        jurisdiction, unit = _place(role)
        for one in templates.available(jurisdiction=jurisdiction, unit=unit):
            mine = one.unit_id == (unit.pk if unit else None)
            shown[one.pk] = (one, mine or shown.get(one.pk, (one, False))[1])
    return common.page(
        request,
        "suggestions/desk/reply_templates.html",
        title=_("答复模板"),
        crumbs=[(_("答复与承诺"), reverse("desk:answers"))],
        rows=list(shown.values()),
    )


@common.desk_view(KEEPERS)
def reply_template(request: HttpRequest, pk: int = 0) -> HttpResponse:
    """A new template, or the next version of one; and its earlier versions to read."""
    roles = _keeping(request)
    before: ReplyTemplate | None = None
    if pk:
        before = ReplyTemplate.objects.filter(pk=pk, is_current=True).select_related("unit").first()
        holder = _holder(request, before) if before is not None else None
        if before is None or holder is None:
            raise Http404
        roles = [holder]
    owners = [(_owner_key(r), str(r.unit) if r.unit_id else _("征集办公室")) for r in roles]
    initial = (
        {"name": before.name, "body": before.body, "outcome": before.outcome} if before else None
    )
    posted = request.POST if request.method == "POST" else None
    form = TemplateForm(posted, owners=owners, initial=initial)
    if posted is not None and posted.get("act") == "retire" and before is not None:
        form = TemplateForm(owners=owners, initial=initial)
        try:
            templates.retire(template=before, actor=_actor(request, roles[0]))
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("“%(name)s”已停用，以前的版本保留。") % {"name": before.name}
            )
        return redirect("desk:reply_templates")
    if posted is not None and form.is_valid():
        values = form.cleaned_data
        role = next((r for r in roles if _owner_key(r) == values["owner"]), roles[0])
        jurisdiction, unit = _place(role)
        try:
            made = templates.save(
                jurisdiction=jurisdiction, unit=unit, name=values["name"], body=values["body"],
                outcome=values["outcome"], actor=_actor(request, role), at=timezone.now(), before=before,
            )  # fmt: skip
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(
                request, _("“%(name)s”第%(n)d版已保存。") % {"name": made.name, "n": made.number}
            )
            return redirect("desk:reply_templates")
    earlier = (
        ReplyTemplate.objects.filter(series=before.series).select_related("written_by")
        if before
        else ReplyTemplate.objects.none()
    )
    return common.page(
        request,
        "suggestions/desk/reply_template.html",
        title=_("修改模板") if before else _("新模板"),
        crumbs=[(_("答复模板"), reverse("desk:reply_templates"))],
        status=422 if posted is not None else 200,
        form=form,
        before=before,
        versions=list(earlier.order_by("-number")),
    )
