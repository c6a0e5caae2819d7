"""Service points and the agents who sit there: a list to search, a form a point, appointing and withdrawing (process.md 3.2, 3.3)."""

from datetime import date
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from search import lookup
from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import AgentPost, District, Jurisdiction, RecordEvent, ServicePoint
from suggestions.models.agent import level_label
from suggestions.selectors import queues
from suggestions.services import service_points
from suggestions.states.service_point import ServicePointState

KEEPERS = frozenset(MATRIX["keep_service_points"])
APPOINTERS = frozenset(MATRIX["appoint_agents"])
READERS = common.POINT_ROLES
PAGE_SIZE = 50


def _line(label: Any, name: str, *, required: Any = "", help_text: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, max_length=service_points.LENGTHS[name], required=bool(required), help_text=help_text,
        error_messages={"required": required} if required else None,
    )  # fmt: skip


class PointForm(forms.Form):
    """What people read about the place."""

    code = forms.SlugField(
        label=gettext_lazy("代码"), max_length=40,
        help_text=gettext_lazy("小写字母、数字和连字符，例如 hehuatang。定了就不再改。"),
        error_messages={
            "required": gettext_lazy("请给这个征集点起一个代码。"),
            "invalid": gettext_lazy("代码只能用小写字母、数字和连字符，例如 hehuatang。"),
        },
    )  # fmt: skip
    name = _line(gettext_lazy("名称"), "name", required=gettext_lazy("请写征集点的名称。"))
    level = forms.ChoiceField(label=gettext_lazy("层级"), choices=ServicePoint.Level.choices)
    district = forms.ChoiceField(label=gettext_lazy("区划"), required=False)
    parent = forms.ModelChoiceField(
        ServicePoint.objects.none(), label=gettext_lazy("上级征集点"), required=False, empty_label=gettext_lazy("没有"),
        help_text=gettext_lazy("代理员需要帮忙时，往上找的那一处。"),
    )  # fmt: skip
    address = _line(
        gettext_lazy("地址"), "address", required=gettext_lazy("请写地址，让人找得到。")
    )
    note = _line(
        gettext_lazy("怎么走"), "note", help_text=gettext_lazy("选填，例如坐几路车、进哪个门。")
    )
    hours = _line(
        gettext_lazy("开放时间"), "hours", required=gettext_lazy("请写开放时间，免得人白跑。")
    )
    phone = _line(gettext_lazy("电话"), "phone")
    accessibility = forms.MultipleChoiceField(
        label=gettext_lazy("无障碍条件"), choices=ServicePoint.Access.choices, required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, place: Jurisdiction, point: ServicePoint | None
    ) -> None:
        initial = (
            {n: getattr(point, n) for n in (*service_points.LENGTHS, "level", "parent", "accessibility", "version")}
            if point else {}
        )  # fmt: skip
        if point is not None and point.district is not None:
            initial["district"] = point.district.code
        super().__init__(data, initial=initial, label_suffix="", auto_id="point-%s")
        if point is not None:
            del self.fields["code"]
        district, parent = self.fields["district"], self.fields["parent"]
        assert isinstance(district, forms.ChoiceField)
        assert isinstance(parent, forms.ModelChoiceField)
        below = Jurisdiction.objects.filter(path__startswith=place.path).values_list(
            "pk", flat=True
        )
        district.choices = [("", _("整个辖区")), *queues.district_choices(set(below))]
        held = ServicePoint.objects.filter(
            status=ServicePointState.OPEN, jurisdiction__path__startswith=place.path
        ).exclude(level=ServicePoint.Level.VILLAGE)
        parent.queryset = held.exclude(pk=point.pk) if point is not None else held

    def facts(self) -> service_points.Facts:
        held = self.cleaned_data
        district = District.objects.filter(code=held["district"]).first()
        texts = {n: held[n] for n in service_points.LENGTHS}
        return service_points.Facts(
            **texts, level=held["level"], district=district, parent=held["parent"],
            accessibility=tuple(held["accessibility"]),
        )  # fmt: skip


class CloseForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("原因"), max_length=service_points.REASON_MAX,
        error_messages={"required": gettext_lazy("请写明原因，例如“房子收回，并到荷花塘社区”。")},
    )  # fmt: skip

    def __init__(self, data: Any = None, *, auto_id: str = "close-%s") -> None:
        super().__init__(data, label_suffix="", auto_id=auto_id)


class AppointForm(forms.Form):
    """Who serves here, at which level, from when to when."""

    role = forms.ChoiceField(
        label=gettext_lazy("代理员和级别"),
        help_text=gettext_lazy("只列有代理员角色的人。没有要找的人，请安全保密管理员先授予角色。"),
        error_messages={"required": gettext_lazy("请选一位代理员。")},
    )
    valid_from = forms.DateField(
        label=gettext_lazy("从哪天起"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": gettext_lazy("请填从哪天起。"), "invalid": gettext_lazy("请按“2026-11-20”这样填日期。")},
    )  # fmt: skip
    valid_until = forms.DateField(
        label=gettext_lazy("到哪天止（可以不填）"), required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": gettext_lazy("请按“2026-11-20”这样填日期。")},
    )  # fmt: skip
    duty_hours = forms.CharField(
        label=gettext_lazy("值班时间"), max_length=120, required=False,
        help_text=gettext_lazy("例如：周一、三、五上午。"),
    )  # fmt: skip

    def __init__(self, data: Any = None, *, point: ServicePoint, today: date) -> None:
        super().__init__(data, initial={"valid_from": today}, label_suffix="", auto_id="appoint-%s")
        self.held = {str(r.pk): r for r in service_points.candidates(point, on=today)}
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)
        role.choices = [
            ("", _("请选择")),
            *((pk, f"{r.user} · {level_label(r.role)}") for pk, r in self.held.items()),
        ]

    def values(self) -> dict[str, Any]:
        held = dict(self.cleaned_data)
        role = self.held[held.pop("role")]
        return {**held, "user": role.user, "level": role.role}


def _role(request: HttpRequest, roles: frozenset[Any]) -> tuple[Actor, Jurisdiction] | None:
    held = access.scope(request.user).holds(roles)
    if not held:
        return None
    return Actor.staff(request.user, held[0].role, None, held[0].on_behalf_of), held[0].jurisdiction  # type: ignore[arg-type]


def _points(request: HttpRequest) -> Any:
    """Points within reach of any of the person's roles that see the network."""
    reach = Q(pk__in=[])
    for role in access.scope(request.user).holds(READERS):
        reach |= Q(jurisdiction__path__startswith=role.jurisdiction.path)
    return ServicePoint.objects.filter(reach)


@common.desk_view(READERS)
def points(request: HttpRequest) -> HttpResponse:
    """All points, open ones first. Four queries, whatever their number."""
    q = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    level, state = request.GET.get("level", ""), request.GET.get("state", "open")
    today = local_date(timezone.now())
    found = _points(request)
    if q:
        fields = ("name", "address", "code", "posts__user__display_name")
        found = found.filter(lookup.says(q, *fields)).distinct()
    if level in ServicePoint.Level.values:
        found = found.filter(level=level)
    if state in ServicePointState.values:
        found = found.filter(status=state)
    serving = Q(posts__valid_from__lte=today) & (
        Q(posts__valid_until=None) | Q(posts__valid_until__gte=today)
    )
    found = found.select_related("district", "parent").annotate(
        agents=Count("posts", filter=serving, distinct=True)
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    return common.page(
        request, "suggestions/desk/service_points.html", title=_("征集点和代理岗位"),
        rows=Paginator(found.order_by("-status", "district__path", "name", "pk"), PAGE_SIZE).get_page(request.GET.get("page")),
        q=q, level=level, state=state, levels=ServicePoint.Level.choices, states=ServicePointState.choices,
        query=kept.urlencode(), may_keep=_role(request, KEEPERS) is not None,
    )  # fmt: skip


@common.desk_view(KEEPERS)
def point_new(request: HttpRequest) -> HttpResponse:
    held = _role(request, KEEPERS)
    assert held is not None  # desk_view lets nobody else in
    actor, place = held
    form = PointForm(request.POST if request.method == "POST" else None, place=place, point=None)
    if request.method == "POST" and form.is_valid():
        try:
            point = service_points.open_point(
                code=form.cleaned_data["code"].lower(), facts=form.facts(), jurisdiction=place, actor=actor,
                at=timezone.now(),
            )  # fmt: skip
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("征集点已经开设。接着可以任命代理员。"))
            return redirect("desk:service_point", point.pk)
    return common.page(
        request, "suggestions/desk/service_point_new.html", title=_("开设征集点"), room="service_points",
        crumbs=[(_("征集点"), reverse("desk:service_points"))], status=422 if form.errors else 200, form=form,
    )  # fmt: skip


@common.desk_view(READERS)
def point(request: HttpRequest, pk: int) -> HttpResponse:
    """One point: its facts, who serves there, and its history. Each form posts its own `act`."""
    held = get_object_or_404(
        _points(request).select_related("jurisdiction", "district", "parent"), pk=pk
    )
    return _PointPage(request, held).answer()


class _PointPage:
    """One request at a point's page: the forms, each bound only when it was the one sent."""

    def __init__(self, request: HttpRequest, held: ServicePoint) -> None:
        self.request, self.point, self.now = request, held, timezone.now()
        self.today = local_date(self.now)
        self.keeper = _within(_role(request, KEEPERS), held)
        self.appointer = _within(_role(request, APPOINTERS), held)
        sent = request.POST.get("act", "") if request.method == "POST" else ""
        data = {
            name: request.POST if sent == name else None for name in ("change", "close", "appoint")
        }
        self.sent = sent
        self.form = PointForm(data["change"], place=held.jurisdiction, point=held)
        self.close_form = CloseForm(data["close"])
        self.appoint_form = AppointForm(data["appoint"], point=held, today=self.today)
        self.withdraw_form: tuple[int, CloseForm] | None = None

    def answer(self) -> HttpResponse:
        if self.request.method != "POST":
            return self._show()
        steps = {
            "change": (self.keeper, self._change), "close": (self.keeper, self._close),
            "reopen": (self.keeper, self._reopen), "appoint": (self.appointer, self._appoint),
            "withdraw": (self.appointer, self._withdraw),
        }  # fmt: skip
        actor, step = steps.get(self.sent, (None, None))
        if step is None:
            messages.error(self.request, _("请点下面的一个按钮。"))
            return self._show(422)
        if actor is None:
            needed = APPOINTERS if self.sent in ("appoint", "withdraw") else KEEPERS
            return common.refused(self.request, needed=needed)
        said = step(actor)
        if not said:
            return self._show(422)
        messages.success(self.request, said)
        return redirect("desk:service_point", self.point.pk)

    def _try(self, form: forms.Form, call: Any, said: str) -> str:
        try:
            call()
        except DomainError as error:
            common.show_errors(form, error)
            self.point.refresh_from_db()
            return ""
        return said

    def _change(self, actor: Actor) -> str:
        form = self.form
        if not form.is_valid():
            return ""
        return self._try(
            form,
            lambda: service_points.change_point(
                point=self.point, facts=form.facts(), actor=actor, at=self.now,
                version=form.cleaned_data["version"],
            ),
            _("已保存，网站上马上更新。"),
        )  # fmt: skip

    def _close(self, actor: Actor) -> str:
        form = self.close_form
        if not form.is_valid():
            return ""
        reason = form.cleaned_data["reason"]
        return self._try(
            form,
            lambda: service_points.close_point(point=self.point, reason=reason, actor=actor, at=self.now),
            _("征集点已经关闭，代理岗位同时结束。"),
        )  # fmt: skip

    def _reopen(self, actor: Actor) -> str:
        self.close_form = CloseForm({})
        self.close_form.errors.clear()
        return self._try(
            self.close_form,
            lambda: service_points.reopen_point(point=self.point, actor=actor, at=self.now),
            _("征集点已经重新开放，请重新任命代理员。"),
        )

    def _appoint(self, actor: Actor) -> str:
        form = self.appoint_form
        if not form.is_valid():
            return ""
        return self._try(
            form,
            lambda: service_points.appoint(
                point=self.point, actor=actor, at=self.now, **form.values()
            ),
            _("已经任命。"),
        )

    def _withdraw(self, actor: Actor) -> str:
        number = self.request.POST.get("post", "")
        post = (
            self.point.posts.select_related("user", "service_point").filter(pk=int(number)).first()
            if number.isdecimal() and len(number) < 12
            else None
        )
        if post is None:
            raise Http404
        form = CloseForm(self.request.POST, auto_id=f"withdraw-{post.pk}-%s")
        self.withdraw_form = (post.pk, form)
        if not form.is_valid():
            return ""
        reason = form.cleaned_data["reason"]
        return self._try(
            form,
            lambda: service_points.withdraw(post=post, reason=reason, actor=actor, at=self.now),
            _("已经离岗，今天是最后一天。他手里的委托还在，本人可以随时收回。"),
        )

    def _show(self, status: int = 200) -> HttpResponse:
        point = self.point
        events = RecordEvent.objects.filter(machine=ServicePoint.machine, record_id=point.pk)
        return common.page(
            self.request, "suggestions/desk/service_point.html", title=point.name, room="service_points", status=status,
            crumbs=[(_("征集点"), reverse("desk:service_points"))], point=point, form=self.form,
            close_form=self.close_form, appoint_form=self.appoint_form, is_open=point.status == ServicePointState.OPEN,
            posts=[self._post(p) for p in point.posts.select_related("user").order_by("level", "pk")],
            below=list(point.below.filter(status=ServicePointState.OPEN)[:50]), may_keep=self.keeper is not None,
            may_appoint=self.appointer is not None, today=self.today,
            history=list(events.select_related("actor").order_by("-seq")[:50]),
        )  # fmt: skip

    def _post(self, post: AgentPost) -> tuple[AgentPost, str, CloseForm | None]:
        """A post, where it stands in words, and the form to end it where it can be ended."""
        if post.valid_from > self.today:
            state = _("还没有开始")
        elif post.valid_until is not None and post.valid_until < self.today:
            state = _("已离岗")
        else:
            state = _("在岗")
        ends = post.valid_until is None or post.valid_until > self.today
        if self.appointer is None or not ends:
            return post, state, None
        if self.withdraw_form is not None and self.withdraw_form[0] == post.pk:
            return post, state, self.withdraw_form[1]
        return post, state, CloseForm(auto_id=f"withdraw-{post.pk}-%s")


def _within(held: tuple[Actor, Jurisdiction] | None, point: ServicePoint) -> Actor | None:
    if held is None or not point.jurisdiction.path.startswith(held[1].path):
        return None
    return held[0]
