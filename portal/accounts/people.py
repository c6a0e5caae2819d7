"""Staff in the back office: found by name, in either script or by its sound, by post, user name and e-mail; written down
with the one name and the post that the desk shows, not with a first and a last name.
"""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.users.forms import UserCreationForm, UserEditForm
from wagtail.users.views import users as wagtail_users

from search import lookup


class IndexView(wagtail_users.IndexView):
    def search_queryset(self, queryset: Any) -> Any:
        """Wagtail would look in user name and e-mail alone; people here are known by a name of their own field."""
        if not self.is_searching:
            return queryset
        text = str(self.search_query)
        names = get_user_model()._default_manager.values_list("pk", "display_name")
        wanted = lookup.says(text, "display_name", "post", "username", "email")
        if heard := lookup.sound_alike(text, names):
            wanted |= Q(pk__in=heard)
        return queryset.filter(wanted)


_NAMED = {"display_name", "post"}
_GROUPS = _(
    "网站编辑勾“编辑”：写、审、发布页面；撰稿人勾“撰稿”：写草稿，送编辑审核。办理建议的角色不在这里，由安全保密管理员在“权限与代办”里授予。"
)


class _NamedForm(forms.ModelForm):  # type: ignore[type-arg]
    """Of Wagtail's form: without its two names, with our one."""

    first_name = None
    last_name = None
    display_name = forms.CharField(
        label=_("姓名"), max_length=60, help_text=_("写全名。办理经过、通知里都用它。")
    )
    post = forms.CharField(
        label=_("职务"),
        max_length=60,
        required=False,
        help_text=_("可以不填，例如：征集办公室科员"),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["groups"].help_text = _GROUPS

    def save(self, commit: bool = True) -> Any:
        # The corner of the admin greets by the first name; the whole name is what people go by here.
        self.instance.first_name, self.instance.last_name = self.instance.display_name, ""
        return super().save(commit=commit)


class NewUserForm(_NamedForm, UserCreationForm):
    class Meta(UserCreationForm.Meta):
        fields = (UserCreationForm.Meta.fields - {"first_name", "last_name"}) | _NAMED


class ChangedUserForm(_NamedForm, UserEditForm):
    class Meta(UserEditForm.Meta):
        fields = (UserEditForm.Meta.fields - {"first_name", "last_name"}) | _NAMED


class UserViewSet(wagtail_users.UserViewSet):
    index_view_class = IndexView

    def get_form_class(self, for_update: bool = False) -> Any:
        return ChangedUserForm if for_update else NewUserForm
