"""Roles, who stands in for whom, and recusals: the room of every member of staff, and of the administrators of rights."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.actor import Actor
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import AuthorityChange, Conflict, Delegation, District, StaffRole, Unit
from suggestions.roles import ADMIN_ROLES, Role
from suggestions.services import authority

STAFF = frozenset(Role)
PAGE_SIZE = 50


class DelegationForm(forms.Form):
    role = forms.ModelChoiceField(
        StaffRole.objects.none(),
        label=gettext_lazy("委托哪个角色"),
        empty_label=gettext_lazy("请选择"),
    )
    to_user = forms.ModelChoiceField(
        get_user_model().objects.none(),
        label=gettext_lazy("委托给谁"),
        empty_label=gettext_lazy("请选择"),
    )
    from_on = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=forms.DateInput(attrs={"type": "date"})
    )
    until_on = forms.DateField(
        label=gettext_lazy("到哪天止"), widget=forms.DateInput(attrs={"type": "date"})
    )
    reason = forms.CharField(label=gettext_lazy("原因"), max_length=200)

    def __init__(self, data: Any, user: Any) -> None:
        super().__init__(data, label_suffix="", auto_id="lend-%s")
        own = StaffRole.objects.filter(user=user).exclude(role__in=ADMIN_ROLES)
        self.fields["role"].queryset = own.select_related("user", "unit")  # type: ignore[attr-defined]
        places = own.values("jurisdiction_id")
        others = get_user_model().objects.filter(
            is_active=True, staff_roles__jurisdiction__in=places
        )
        self.fields["to_user"].queryset = others.exclude(pk=user.pk).distinct().order_by("pk")  # type: ignore[attr-defined]


class GrantForm(forms.Form):
    user = forms.ModelChoiceField(
        get_user_model().objects.filter(is_active=True).order_by("username"),
        label=gettext_lazy("人员"),
        empty_label=gettext_lazy("请选择"),
    )
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role.choices)
    unit = forms.ModelChoiceField(
        Unit.objects.filter(is_active=True),
        label=gettext_lazy("单位（承办单位的角色要选）"),
        empty_label=gettext_lazy("没有"),
        required=False,
    )
    include_sub_units = forms.BooleanField(label=gettext_lazy("含下属单位"), required=False)
    district = forms.ModelChoiceField(
        District.objects.filter(is_active=True),
        label=gettext_lazy("只管这个区划（可以不选）"),
        empty_label=gettext_lazy("不限"),
        required=False,
    )
    valid_until = forms.DateField(
        label=gettext_lazy("有效期至（可以不填）"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    reason = forms.CharField(label=gettext_lazy("授权依据"), max_length=200)


@common.desk_view(STAFF)
def roles(request: HttpRequest) -> HttpResponse:
    """One's own roles, those lent and borrowed, one's recusals; what one may do about them."""
    return _page(request)


def _page(
    request: HttpRequest, *, lend: DelegationForm | None = None, grant: GrantForm | None = None
) -> HttpResponse:
    user: Any = request.user
    scope = access.scope(user)
    admin = [r for r in scope.holds([Role.SEC_ADMIN]) if r.user_id == user.pk]
    given = Delegation.objects.filter(Q(role__user=user) | Q(to_user=user)).select_related(
        "role__user", "role__unit", "to_user"
    )
    bad = (lend is not None and lend.errors) or (grant is not None and grant.errors)
    log = AuthorityChange.objects.none()
    for held in scope.holds(MATRIX["see_authority_log"]):
        log = log | AuthorityChange.objects.filter(
            jurisdiction__path__startswith=held.jurisdiction.path
        )
    staff = StaffRole.objects.none()
    for held in admin:
        staff = staff | StaffRole.objects.filter(
            jurisdiction__path__startswith=held.jurisdiction.path
        )
    return common.page(
        request, "suggestions/desk/roles.html", title=_("权限与代办"), status=422 if bad else 200,
        own=scope.roles, lend=lend or DelegationForm(None, user), may_lend=bool(set(scope.codes) - set(ADMIN_ROLES)),
        delegations=list(given[:50]), now=timezone.now(),
        conflicts=list(Conflict.objects.filter(user=user, lifted_at=None).select_related("suggestion")[:50]),
        is_admin=bool(admin), grant=(grant or GrantForm(label_suffix="")) if admin else None,
        staff=Paginator(staff.select_related("user", "unit", "district", "jurisdiction").order_by("user_id", "pk"), PAGE_SIZE).get_page(
            request.GET.get("page")
        ) if admin else None,
        log=list(log.select_related("user", "actor", "unit")[:50]), role_names=dict(Role.choices), query="",
    )  # fmt: skip


@common.post_only("desk:roles")
@common.desk_view(STAFF)
def lend(request: HttpRequest) -> HttpResponse:
    form = DelegationForm(request.POST, request.user)
    if form.is_valid():
        role = form.cleaned_data["role"]
        actor = Actor.staff(request.user, role.role, role.unit)  # type: ignore[arg-type]
        try:
            authority.delegate(actor=actor, at=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("委托已经记下，到期自动结束。办件记录里写两个人的名字。"))
            return redirect("desk:roles")
    return _page(request, lend=form)


@common.post_only("desk:roles")
@common.desk_view(STAFF)
def lend_end(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    held = (
        Delegation.objects.filter(pk=pk, role__user=user)
        .select_related("role__user", "role__unit")
        .first()
    )
    if held is None:
        raise Http404
    actor = Actor.staff(user, held.role.role, held.role.unit)
    authority.end_delegation(delegation=held, actor=actor, at=timezone.now())
    messages.success(request, _("委托已经结束。"))
    return redirect("desk:roles")


def _sec_admin(request: HttpRequest) -> StaffRole | None:
    """The user's own role as security administrator; a borrowed one does not count here."""
    held = access.scope(request.user).holds([Role.SEC_ADMIN])
    return next((r for r in held if r.user_id == request.user.pk), None)


@common.post_only("desk:roles")
@common.desk_view({Role.SEC_ADMIN})
def grant(request: HttpRequest) -> HttpResponse:
    held = _sec_admin(request)
    if held is None:
        return common.refused(request, needed=[Role.SEC_ADMIN])
    form = GrantForm(request.POST, label_suffix="")
    if form.is_valid():
        actor = Actor.staff(request.user, held.role)  # type: ignore[arg-type]
        unit = form.cleaned_data["unit"]
        place = unit.jurisdiction if unit is not None else held.jurisdiction
        try:
            if not place.path.startswith(held.jurisdiction.path):
                raise DomainError(_("这个单位不在您的辖区，请从列表里另选。"))
            authority.grant_role(
                jurisdiction=place, actor=actor, at=timezone.now(), **form.cleaned_data
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("角色已经授予。"))
            return redirect("desk:roles")
    return _page(request, grant=form)


@common.post_only("desk:roles")
@common.desk_view({Role.SEC_ADMIN})
def revoke(request: HttpRequest, pk: int) -> HttpResponse:
    held = _sec_admin(request)
    role = StaffRole.objects.filter(pk=pk).select_related("user", "unit", "jurisdiction").first()
    if (
        held is None
        or role is None
        or not role.jurisdiction.path.startswith(held.jurisdiction.path)
    ):
        raise Http404
    actor = Actor.staff(request.user, held.role)  # type: ignore[arg-type]
    try:
        authority.revoke_role(
            role=role, actor=actor, at=timezone.now(), reason=request.POST.get("reason", "")
        )
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("角色已经收回。"))
    return redirect("desk:roles")
