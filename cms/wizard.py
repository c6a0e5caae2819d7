"""办一次征集: a short form that makes a draft campaign with its dates, questions and steps. The editor goes on from there."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.auth import require_admin_access
from wagtail.admin.ui.components import Component

from cms.models import CampaignIndexPage, CampaignPage
from suggestions.clock import SHANGHAI
from suggestions.codes import Mode
from suggestions.models import Unit
from suggestions.services import consulting

MOST_QUESTIONS = 8
WIZARD = "campaign_wizard"
_DAY = ["%Y-%m-%d", "%Y/%m/%d", "%Y年%m月%d日"]


def _day(label: Any, help_text: Any, *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label, help_text=help_text, required=required, input_formats=_DAY,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("请填日期。"), "invalid": _("请按“2026-11-20”这样填日期。")},
    )  # fmt: skip


class WizardForm(forms.Form):
    """What a campaign cannot do without. Days are whole days: from 0:00 of the first to 24:00 of the last."""

    title = forms.CharField(
        label=gettext_lazy("征集什么"),
        max_length=60,
        help_text=gettext_lazy("写成大家一看就懂的一句话，例如：老街雨天积水点怎么改"),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("类型"), choices=CampaignPage.Kind.choices, initial=CampaignPage.Kind.TOPIC,
        help_text=gettext_lazy("特邀征集只请受邀的人提"),
    )  # fmt: skip
    host_unit = forms.ModelChoiceField(
        Unit.objects.none(),
        empty_label=gettext_lazy("请选择"),
        label=gettext_lazy("主办单位"),
        help_text=gettext_lazy("答复和总结由谁负责"),
    )
    decides = forms.CharField(
        label=gettext_lazy("谁来决定"),
        max_length=80,
        help_text=gettext_lazy("最后由谁拍板，例如：市政府常务会议"),
    )
    why = forms.CharField(
        label=gettext_lazy("为什么征集"), max_length=2000, widget=forms.Textarea(attrs={"rows": 5}),
        help_text=gettext_lazy("现在是什么情况，结果怎么用。空一行就另起一段。"),
    )  # fmt: skip
    questions = forms.CharField(
        label=gettext_lazy("想听大家说的事"), max_length=800, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("一行一个问题，两三个最好答，最多8个"),
    )  # fmt: skip
    opens_on = _day(gettext_lazy("哪天开始"), gettext_lazy("这天0:00自动开放"))
    closes_on = _day(gettext_lazy("收到哪天"), gettext_lazy("这天24:00自动停止"))
    is_major_decision = forms.BooleanField(
        label=gettext_lazy("是重大行政决策公开征求意见"),
        required=False,
        help_text=gettext_lazy("是的话，至少征求30天"),
    )
    sorted_by = _day(
        gettext_lazy("汇总论证到哪天"), gettext_lazy("可以不填，以后再加"), required=False
    )
    decided_by = _day(
        gettext_lazy("哪天前决定"), gettext_lazy("可以不填，以后再加"), required=False
    )
    report_due_on = _day(
        gettext_lazy("哪天前公布结果"),
        gettext_lazy("不填就按规定的天数算；过了没公布，页面会写明逾期"),
        required=False,
    )

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        field = self.fields["host_unit"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = units
        for one in self.fields.values():
            if not isinstance(one, forms.DateField):
                one.error_messages["required"] = _("请填这一项。")

    def clean_questions(self) -> list[str]:
        found = [
            line.strip() for line in self.cleaned_data["questions"].splitlines() if line.strip()
        ]
        if len(found) > MOST_QUESTIONS:
            raise forms.ValidationError(_("最多8个问题，请合并或者删去几个。"))
        long = next((q for q in found if len(q) > 80), "")
        if long:
            raise forms.ValidationError(_("“%s…”太长，一个问题最多80个字。") % long[:10])
        return found

    def clean(self) -> dict[str, Any]:
        held: dict[str, Any] = super().clean() or {}
        begins, ends = held.get("opens_on"), held.get("closes_on")
        if begins and ends and ends < begins:
            self.add_error("closes_on", _("不能早于开始那天。"))
        elif begins and ends and held.get("is_major_decision"):
            least = consulting.earliest_close(_midnight(begins))
            if ends < least:
                day = f"{least.year}年{least.month}月{least.day}日"
                self.add_error(
                    "closes_on", _("重大行政决策公开征求意见不少于30天，最早到%s。") % day
                )
        before = ends
        for name in ("sorted_by", "decided_by", "report_due_on"):
            named = held.get(name)
            if named and before and named < before:
                self.add_error(name, _("不能早于前面的日期。"))
            before = named or before
        return held


def _midnight(day: Any) -> datetime:
    return datetime.combine(day, time.min, tzinfo=SHANGHAI)


def draft_of(held: dict[str, Any]) -> CampaignPage:
    """The page, not stored: everything of the form at its place."""
    invited = held["kind"] == CampaignPage.Kind.INVITED
    after = held["closes_on"] + timedelta(days=1)
    steps = [("汇总论证", after, held["sorted_by"])] if held["sorted_by"] else []
    if held["decided_by"]:
        steps.append((_("研究决定"), None, held["decided_by"]))
    paragraphs = [p.strip() for p in held["why"].replace("\r\n", "\n").split("\n\n") if p.strip()]
    return CampaignPage(
        title=held["title"], kind=held["kind"], mode=Mode.INVITED if invited else Mode.CAMPAIGN,
        host_unit=held["host_unit"], decides=held["decides"], opens_at=_midnight(held["opens_on"]),
        closes_at=_midnight(after), is_major_decision=held["is_major_decision"],
        background=format_html_join("", "<p>{}</p>", ((p,) for p in paragraphs)),
        questions=[("question", q) for q in held["questions"]],
        stages=[("stage", {"name": n, "starts_on": a, "ends_on": b}) for n, a, b in steps],
        report_due_on=held["report_due_on"], live=False,
    )  # fmt: skip


def may_begin(user: Any) -> CampaignIndexPage | None:
    """Where this person may add a campaign; None when nowhere."""
    index = CampaignIndexPage.objects.live().order_by("pk").first()
    return index if index and index.permissions_for_user(user).can_add_subpage() else None


@require_admin_access
def wizard(request: HttpRequest) -> HttpResponse:
    """Show the form; make the draft and open it in the page editor."""
    index = may_begin(request.user)
    if index is None:
        messages.error(request, _("您的角色不能新建征集。请找编辑。"))
        return redirect("wagtailadmin_home")
    units = Unit.objects.filter(is_active=True).order_by("path")
    form = WizardForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        page = draft_of(form.cleaned_data)
        index.add_child(instance=page)
        page.save_revision(user=request.user)
        messages.success(
            request,
            _("草稿存好了，还没有公开。接着补材料、会议、问卷，看看预览，再发布或者提交审核。"),
        )
        return redirect("wagtailadmin_pages:edit", page.pk)
    status = 422 if form.errors else 200
    return render(request, "cms/admin/wizard.html", {"form": form}, status=status)


@hooks.register("register_admin_urls")
def wizard_address() -> list[Any]:
    return [path("campaigns/new/", wizard, name=WIZARD)]


class BeginPanel(Component):
    """On the admin's first page: what an editor or writer comes for. Writers have no room at the desk that shows it."""

    order = 10

    def render_html(self, parent_context: Any = None) -> SafeString:
        return format_html(
            '<section class="w-mb-8"><h2 class="w-h3">{}</h2><p><a class="button" href="{}">{}</a></p></section>',
            _("征集活动"), reverse(WIZARD), _("办一次新的征集"),
        )  # fmt: skip


@hooks.register("construct_homepage_panels")
def begin_panel(request: HttpRequest, panels: list[Component]) -> None:
    if may_begin(request.user):
        panels.append(BeginPanel())
