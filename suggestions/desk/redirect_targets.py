"""The channels for what is no suggestion (process.md 4.3), kept in the back office: a screen of Wagtail's own, ours in who may.

What stands here is what the desk redirects to and what /where/ tells residents, so a change shows at once on both.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy
from wagtail import hooks
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.permission_policies.base import BasePermissionPolicy
from wagtail.permissions import register_permission_policy
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from suggestions import access, content
from suggestions.codes import Category
from suggestions.matrix import MATRIX
from suggestions.models import Jurisdiction, PendingDecision, RedirectTarget, StaffRole, Suggestion

KEEP = "keep_redirect_targets"


def _places(user: Any) -> list[Jurisdiction]:
    """The jurisdictions whose channels this person keeps, those below included."""
    return [r.jurisdiction for r in access.scope(user).holds(MATRIX[KEEP]) if r.jurisdiction]


def _within(places: list[Jurisdiction]) -> Q:
    """Channels of these places; those that serve every place are kept from the top of the tree alone."""
    found = Q(pk__in=())
    for place in places:
        found |= Q(jurisdiction__path__startswith=place.path)
        if place.is_root():
            found |= Q(jurisdiction=None)
    return found


class KeeperPolicy(BasePermissionPolicy):
    """The matrix instead of model permissions: roles are granted at the desk, not in groups."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return bool(_places(user))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Any) -> bool:
        rows: QuerySet[RedirectTarget] = self.instances_user_has_any_permission_for(user, [action])
        return rows.filter(pk=instance.pk).exists()

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        return RedirectTarget.objects.filter(_within(_places(user)))

    def users_with_any_permission(self, actions: Any) -> Any:
        held = StaffRole.objects.filter(role__in=MATRIX[KEEP]).values("user")
        return get_user_model().objects.filter(pk__in=held, is_active=True)


register_permission_policy(RedirectTarget, KeeperPolicy(RedirectTarget))


class TargetForm(WagtailAdminModelForm):
    """One channel. What it takes is ticked, and there must be a way to reach it."""

    categories = forms.MultipleChoiceField(
        label=gettext_lazy("适用类别"),
        choices=[c for c in Category.choices if c[0] != Category.SUGGESTION],
        widget=forms.CheckboxSelectMultiple,
        help_text=gettext_lazy("勾了哪几类，分办员选哪几类时才看得到这个渠道"),
        error_messages={"required": gettext_lazy("请至少勾一类。")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = _places(self.for_user)
        wanted = Q(pk__in=())
        for place in places:
            wanted |= Q(path__startswith=place.path)
        field = self.fields["jurisdiction"]
        field.queryset = Jurisdiction.objects.filter(wanted)
        if not any(p.is_root() for p in places):
            # Who keeps one district does not write for all of them.
            field.required, field.empty_label = True, None

    def clean(self) -> dict[str, Any]:
        held: dict[str, Any] = super().clean()
        if not any(held.get(name) for name in ("address", "phone", "online")):
            self.add_error("phone", gettext("地址、电话、网上入口至少写一样，居民才找得到。"))
        return held


class RedirectTargetViewSet(SnippetViewSet):
    model = RedirectTarget
    icon = "redirect"
    menu_label = gettext_lazy("指引渠道")
    add_to_settings_menu = True
    list_display = ["name", "jurisdiction", "legal_basis", "phone", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name", "code", "legal_basis"]
    ordering = ["name"]
    copy_view_enabled = False
    edit_handler = ObjectList(
        [
            HelpPanel(
                content=gettext_lazy(
                    "不属于建议的事（申诉求决、检举控告、涉法涉诉、咨询、信息公开申请）由分办员指引到这里列的渠道；"
                    "居民在“该找谁”页面上看到的也是这些。办过件的渠道不能删除，不再用的取消“启用”。"
                )
            ),
            FieldPanel("name"),
            FieldPanel("code", help_text=gettext_lazy("小写字母、数字和短横，定了就不要改")),
            FieldPanel("jurisdiction", help_text=gettext_lazy("不选就是各辖区通用")),
            FieldPanel("categories"),
            FieldPanel(
                "legal_basis", help_text=gettext_lazy("写到条，例如：《信访工作条例》第三十一条")
            ),
            MultiFieldPanel(
                [
                    FieldPanel("address"),
                    FieldRowPanel([FieldPanel("phone"), FieldPanel("hours")]),
                    FieldPanel("online"),
                    FieldPanel("bring"),
                    FieldPanel(
                        "limits",
                        help_text=gettext_lazy(
                            "法定时限，会原样告诉居民，例如：15日内告知是否受理"
                        ),
                    ),
                ],
                heading=gettext_lazy("怎么去、带什么、多久"),
            ),
            FieldPanel("is_active"),
        ],
        # The form's own field stands for the list of codes that the model keeps.
        base_form_class=TargetForm,
    )

    def get_queryset(self, request: HttpRequest) -> "QuerySet[RedirectTarget]":
        return RedirectTarget.objects.filter(_within(_places(request.user))).select_related(
            "jurisdiction"
        )


register_snippet(RedirectTargetViewSet)


def in_use(targets: "list[RedirectTarget]") -> set[int]:
    """Which of these somebody was sent to, or is proposed to be. Two queries."""
    keys = [t.pk for t in targets]
    sent = Suggestion.objects.filter(redirect_target__in=keys).values_list("redirect_target", flat=True)  # fmt: skip
    proposed = PendingDecision.objects.filter(target__in=keys).values_list("target", flat=True)
    return {pk for pk in (*sent.distinct(), *proposed.distinct()) if pk is not None}


@hooks.register("before_edit_snippet")
def only_ones_own(request: HttpRequest, instance: Any) -> None:
    """Wagtail's screens ask whether one keeps any channel; here is asked whether one keeps this one."""
    if isinstance(instance, RedirectTarget):
        rows = RedirectTarget.objects.filter(_within(_places(request.user)))
        if not rows.filter(pk=instance.pk).exists():
            raise PermissionDenied


@hooks.register("before_delete_snippet")
def keep_what_was_used(request: HttpRequest, instances: list[Any]) -> HttpResponse | None:
    """A channel that an item names stays: the author's page still says where to go."""
    targets = [t for t in instances if isinstance(t, RedirectTarget)]
    for target in targets:
        only_ones_own(request, target)
    used = in_use(targets) if targets else set()
    if not used:
        return None
    name = next(t.name for t in targets if t.pk in used)
    words = gettext("有件已经指引到“%(name)s”，不能删除。不再用的，请取消“启用”。") % {"name": name}
    messages.error(request, words)
    return redirect(reverse(RedirectTargetViewSet().get_url_name("list")))


def _shown(request: HttpRequest, held: Any) -> None:
    """Kept public pages are drawn anew: /where/ lists the channels."""
    if isinstance(held, RedirectTarget) or (
        isinstance(held, list) and any(isinstance(t, RedirectTarget) for t in held)
    ):
        content.bump_after_commit()


for _moment in ("after_create_snippet", "after_edit_snippet", "after_delete_snippet"):
    hooks.register(_moment, _shown)
