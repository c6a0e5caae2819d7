"""The register of invited contributors and the sending of invitations (process.md 3.1)."""

from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Mode
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import InvitedContributor, Jurisdiction, Suggestion, Topic, Unit
from suggestions.selectors import invited as selector
from suggestions.selectors import queues
from suggestions.services import inviting

ROLES = frozenset(MATRIX["manage_invited"])
PAGE_SIZE = 50
_DATE = {"invalid": gettext_lazy("请按“2026-11-20”这样填日期。")}


def _day(label: Any, required: Any, help_text: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, error_messages={**_DATE, "required": required},
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )  # fmt: skip


class ContributorForm(forms.Form):
    """One person of the register."""

    name = forms.CharField(
        label=gettext_lazy("姓名"),
        max_length=40,
        error_messages={"required": gettext_lazy("请填姓名。")},
    )
    kind = forms.ChoiceField(label=gettext_lazy("身份"), choices=InvitedContributor.Kind.choices)
    field = forms.CharField(
        label=gettext_lazy("专长"), max_length=inviting.FIELD_MAX,
        error_messages={"required": gettext_lazy("请填专长，例如“排水工程”。")},
    )  # fmt: skip
    topics = forms.ModelMultipleChoiceField(
        Topic.objects.filter(is_active=True), to_field_name="code", label=gettext_lazy("对口主题"), required=False,
        help_text=gettext_lazy("可以多选；论证和评审时按主题找人。"),
    )  # fmt: skip
    phone = forms.CharField(label=gettext_lazy("手机号"), max_length=40, required=False)
    email = forms.CharField(label=gettext_lazy("邮箱"), max_length=254, required=False)
    appointing_unit = forms.ModelChoiceField(
        Unit.objects.none(), to_field_name="code", label=gettext_lazy("聘任单位"),
        error_messages={"required": gettext_lazy("请选聘任单位。")},
    )  # fmt: skip
    term_from = _day(gettext_lazy("任期起"), gettext_lazy("请填任期起。"))
    term_until = _day(gettext_lazy("任期止"), gettext_lazy("请填任期止。"))

    def __init__(self, data: Any = None, *, place: Jurisdiction) -> None:
        super().__init__(data, label_suffix="", auto_id="invited-%s")
        unit, topics = self.fields["appointing_unit"], self.fields["topics"]
        assert isinstance(unit, forms.ModelChoiceField)
        assert isinstance(topics, forms.ModelMultipleChoiceField)
        unit.queryset = Unit.objects.filter(jurisdiction=place, is_active=True)
        topics.choices = queues.topic_choices()


class EndForm(forms.Form):
    end_reason = forms.ChoiceField(
        label=gettext_lazy("退出原因"),
        choices=[("", gettext_lazy("请选择")), *InvitedContributor.EndReason.choices],
        error_messages={"required": gettext_lazy("请选退出原因。")},
    )


class InviteForm(forms.Form):
    """One question to some of the register."""

    topic = forms.CharField(
        label=gettext_lazy("请教的事"), max_length=inviting.TOPIC_MAX,
        error_messages={"required": gettext_lazy("请写请教什么事。")},
    )  # fmt: skip
    background = forms.CharField(
        label=gettext_lazy("背景和要回答的问题"), max_length=inviting.BACKGROUND_MAX, required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )  # fmt: skip
    campaign = forms.ModelChoiceField(
        Suggestion._meta.get_field("campaign").related_model._default_manager.none(),
        label=gettext_lazy("属于哪个征集"), required=False, empty_label=gettext_lazy("不属于"),
    )  # fmt: skip
    deadline_on = _day(
        gettext_lazy("截止日期"), gettext_lazy("请填截止日期。"), gettext_lazy("到这一天24:00。")
    )
    contributors = forms.MultipleChoiceField(
        label=gettext_lazy("请谁"), widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("请至少选一位。")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, people: list[InvitedContributor]) -> None:
        super().__init__(data, label_suffix="", auto_id="invite-%s")
        campaign, chosen = self.fields["campaign"], self.fields["contributors"]
        assert isinstance(campaign, forms.ModelChoiceField)
        assert isinstance(chosen, forms.MultipleChoiceField)
        pages = campaign.queryset.model._default_manager.filter(live=True, mode=Mode.INVITED)  # type: ignore[union-attr]
        campaign.queryset = pages
        chosen.choices = [
            (
                str(c.pk),
                f"{c.name}（{c.get_kind_display()}，{c.field}，参加过{c.activity_count}次）",
            )
            for c in people
        ]


def _actor(request: HttpRequest) -> tuple[Actor, Jurisdiction]:
    role = access.scope(request.user).holds(ROLES)[0]
    return Actor.staff(request.user, role.role), role.jurisdiction  # type: ignore[arg-type]


@common.desk_view(ROLES)
def invited(request: HttpRequest) -> HttpResponse:
    """The register, those serving first, and the last invitations."""
    today = local_date(timezone.now())
    rows = Paginator(
        selector.register(request.user).order_by("ended_on", "pk"), PAGE_SIZE
    ).get_page(request.GET.get("page"))
    return common.page(
        request,
        "suggestions/desk/invited.html",
        title=_("特邀建议人"),
        rows=rows,
        invitations=list(selector.invitations(request.user)[:30]),
        today=today,
    )


@common.desk_view(ROLES)
def invited_new(request: HttpRequest) -> HttpResponse:
    actor, place = _actor(request)
    form = ContributorForm(request.POST if request.method == "POST" else None, place=place)
    if request.method == "POST" and form.is_valid():
        try:
            inviting.register_contributor(jurisdiction=place, actor=actor, **form.cleaned_data)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect("desk:invited")
    return _form(request, form, _("登记一位特邀建议人"), _("登记"))


@common.desk_view(ROLES)
def invited_one(request: HttpRequest, pk: int) -> HttpResponse:
    """One of the register: what they did, and taking them out with a reason."""
    held = selector.load(request.user, pk)
    form = EndForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            inviting.end_term(
                contributor=held, reason=form.cleaned_data["end_reason"], actor=_actor(request)[0], at=timezone.now()
            )  # fmt: skip
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect("desk:invited")
    return common.page(
        request,
        "suggestions/desk/invited_one.html",
        title=held.name,
        crumbs=[(_("特邀建议人"), reverse("desk:invited"))],
        status=422 if form.errors else 200,
        held=held,
        form=form,
        invitations=list(held.invitations.select_related("suggestion").order_by("-pk")[:50]),
    )


@common.desk_view(ROLES)
def invited_send(request: HttpRequest) -> HttpResponse:
    """Send invitations: each gets an address of their own, by SMS or e-mail."""
    actor, _place = _actor(request)
    now = timezone.now()
    register = selector.register(request.user)
    people = list(
        register.filter(pk__in=InvitedContributor.objects.serving(local_date(now)).values("pk"))
    )
    form = InviteForm(request.POST if request.method == "POST" else None, people=people)
    if request.method == "POST" and form.is_valid():
        held = dict(form.cleaned_data)
        wanted = set(held.pop("contributors"))
        try:
            inviting.invite(
                contributors=[p for p in people if str(p.pk) in wanted], actor=actor, at=now, **held
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            return redirect("desk:invited")
    return _form(request, form, _("发出邀请"), _("发出"))


def _form(request: HttpRequest, form: forms.Form, title: str, button: str) -> HttpResponse:
    return common.page(
        request,
        "suggestions/desk/invited_form.html",
        title=title,
        crumbs=[(_("特邀建议人"), reverse("desk:invited"))],
        status=422 if form.errors else 200,
        form=form,
        button=button,
    )
