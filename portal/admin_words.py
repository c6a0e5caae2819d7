"""Chinese where Wagtail 8.0 takes its words from names in the code or from rows, which no catalogue reaches.

What a catalogue reaches is in portal/locale. Everything here only replaces words; an upgrade that brings its own wins
nothing and loses nothing, and one that drops a form fails at start-up, where it is seen.
"""

from typing import Any

from django.utils.translation import gettext_lazy as _

_LINKS = {
    "link_text": _("链接上的文字"),
    "email_address": _("邮箱地址"),
    "subject": _("主题"),
    "body": _("正文"),
    "phone_number": _("电话号码"),
}
_COLUMNS = {"port": _("端口"), "site_name": _("网站名称"), "root_page": _("首页")}

_VERBS = {
    "add": "新增",
    "change": "修改",
    "delete": "删除",
    "view": "查看",
    "choose": "选用",
    "publish": "发布",
    "lock": "锁定",
    "unlock": "解锁",
    "bulk_delete": "连同下级一起删除",
}
"""Acts of permissions, by the beginning of their code name; the longest that fits is meant."""


_MEASURED = {"页面": "个", "图片": "张", "文档": "份", "内容类型": "种", "用户": "人", "词条": "条"}
"""The measure word of what lists count; 项 suits the rest. A person is counted alone: 3人."""


def counted(count: int, name: str) -> str:
    """How many of something: 5个页面, 1张图片, 3条记录."""
    if name.endswith("日志条目"):
        return _("%(count)s条记录") % {"count": count}
    measure = _MEASURED.get(name, "项")
    return f"{count}人" if measure == "人" else f"{count}{measure}{name}"


def count_in_chinese() -> None:
    """Wagtail 8.0 puts a number before a name as English does. Called once, at start-up."""
    from wagtail.admin.paginator import WagtailPaginator

    def label(held: Any) -> str:
        return counted(held.count, str(held.verbose_name_plural))

    WagtailPaginator.items_count_label = property(label)


def label_forms() -> None:
    """Label the fields that Wagtail names after their variables. Called once, at start-up."""
    from wagtail.admin.forms import choosers, workflows
    from wagtail.sites.views import IndexView
    from wagtail.users.forms import PagePermissionsForm

    for form in (
        choosers.ExternalLinkChooserForm,
        choosers.AnchorLinkChooserForm,
        choosers.EmailLinkChooserForm,
        choosers.PhoneLinkChooserForm,
    ):
        for name, label in _LINKS.items():
            if name in form.base_fields:
                form.base_fields[name].label = label
    choosers.ExternalLinkChooserForm.base_fields["url"].label = _("网址")
    choosers.AnchorLinkChooserForm.base_fields["url"].label = _("页内位置")
    for holder in (workflows.WorkflowPageForm, PagePermissionsForm):
        holder.base_fields["page"].label = _("页面")
    for column in IndexView.columns:
        if column.name in _COLUMNS:
            column.label = _COLUMNS[column.name]


def name_permissions(**_kwargs: Any) -> None:
    """After each migration: permissions read as Chinese in the groups' screen. Names only; what they allow is their code."""
    from django.contrib.auth.models import Permission
    from django.utils import translation

    with translation.override("zh-hans"):
        found = Permission.objects.filter(name__regex=r"^[ -~’]+$").select_related("content_type")
        for held in found:
            verb = max(
                (v for v in _VERBS if held.codename.startswith(f"{v}_")), key=len, default=""
            )
            model = held.content_type.model_class()
            if held.codename == "access_admin":
                held.name = "可以进入后台"
            elif verb and model is not None:
                held.name = f"可以{_VERBS[verb]}{model._meta.verbose_name}"
            else:
                continue
            held.save(update_fields=["name"])
