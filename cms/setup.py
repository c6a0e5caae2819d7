"""What the pages need to stand on: a home page as the root of the site, its index pages, editors' groups, the workflow.

Groups and the workflow are put in order after each migration, because Wagtail's own migrations make them in English;
pages are made by `ensure_pages`, which never touches one that an editor has written.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import Group, Permission
from wagtail.models import (
    Collection,
    GroupApprovalTask,
    GroupPagePermission,
    Locale,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from suggestions.roles import PAGE_GROUPS, Role

EDITORS, WRITERS = PAGE_GROUPS[Role.EDITOR], "撰稿"
"""Editors publish and decide what writers submit; writers draft and submit."""
WORKFLOW = "发布前审核"
ROOT = "全部网站"
_WAGTAIL_GROUPS = {EDITORS: "Moderators", WRITERS: "Editors"}
_EDITOR_ACTS = ("add_page", "change_page", "publish_page", "lock_page", "unlock_page")
_WRITER_ACTS = ("add_page", "change_page")


HOME_IN_ENGLISH = {
    "question_en": "What would you suggest?",
    "invitation_en": "What is inconvenient, and how would it be better? One sentence is enough.",
    "promise_en": "Every suggestion gets a number, a unit in charge and an answer in public.",
    "example_en": "For example: a bench at the bus stop",
    "ticks_en": "No registration\nWith the unit in charge within 3 working days\nAnswered within 15 working days",
    "fits_en": "<p>Ideas about public matters: how a road is mended, how cars are parked, how a service counter works, which rule "
    "makes no sense. One suggestion is about one matter: say where it is and how it would be better.</p>",
    "elsewhere_en": "<p>For a case of your own, damages or compensation, go to a court, to arbitration or to the petition office; to "
    "report officials and what they did, go to the discipline inspection authority. If you write here by mistake, we show you "
    "the way.</p>",
}
"""The words a new home page begins with, said in English: those of the model's defaults."""


@dataclass(frozen=True, slots=True)
class Pages:
    """The fixed pages of a site."""

    home: Any
    campaigns: Any
    news: Any
    knowledge: Any


def ensure_groups(**_: Any) -> None:
    """The two groups with their rights on all pages, and the workflow through which writers publish. Idempotent."""
    root = Page.objects.filter(depth=1).first()
    if root is None:
        return
    Page.objects.filter(pk=root.pk, title="Root").update(title=ROOT, draft_title=ROOT)
    Collection.objects.filter(depth=1, name="Root").update(name="全部文件")
    for name, wagtail_name in _WAGTAIL_GROUPS.items():
        if not Group.objects.filter(name=name).exists():
            Group.objects.filter(name=wagtail_name).update(name=name)
        group, _made = Group.objects.get_or_create(name=name)
        acts = _EDITOR_ACTS if name == EDITORS else _WRITER_ACTS
        for act in Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=acts
        ):
            GroupPagePermission.objects.get_or_create(group=group, page=root, permission=act)
        access = Permission.objects.filter(
            content_type__app_label="wagtailadmin", codename="access_admin"
        )
        group.permissions.add(*access)
        if name == EDITORS:
            # Who writes for residents knows the words that residents use.
            words = {"content_type__app_label": "search", "content_type__model": "wordgroup"}
            group.permissions.add(*Permission.objects.filter(**words))
    _ensure_workflow(root)


def _ensure_workflow(root: Page) -> None:
    Workflow.objects.filter(name="Moderators approval").update(name=WORKFLOW)
    workflow, _made = Workflow.objects.get_or_create(name=WORKFLOW, defaults={"active": True})
    GroupApprovalTask.objects.filter(name="Moderators approval").update(name="编辑审核")
    task, _made = GroupApprovalTask.objects.get_or_create(
        name="编辑审核", defaults={"active": True}
    )
    task.groups.add(Group.objects.get(name=EDITORS))
    if not WorkflowTask.objects.filter(workflow=workflow).exists():
        WorkflowTask.objects.create(workflow=workflow, task=task, sort_order=0)
    if not WorkflowPage.objects.filter(page=root).exists():
        WorkflowPage.objects.create(workflow=workflow, page=root)


def ensure_pages(
    *, title: str, campaigns: str = "征集活动", news: str = "动态和通报", knowledge: str = "知识库"
) -> Pages:
    """The home page as the root of the default site, with its index pages; what is there stays as it is."""
    from cms.models import CampaignIndexPage, HomePage, KnowledgeIndexPage, NewsIndexPage

    root = Page.get_first_root_node()
    if root is None:
        Locale.objects.get_or_create(language_code="zh-hans")
        root = Page.add_root(title=ROOT, slug="root")
    home = HomePage.objects.first()
    if home is None:
        home = HomePage(title=title, slug="jianyan", **HOME_IN_ENGLISH)
        root.add_child(instance=home)
        home.save_revision().publish()
    site = Site.objects.filter(is_default_site=True).first() or Site(
        hostname="localhost", is_default_site=True
    )
    if site.root_page_id != home.pk:
        welcome = site.root_page if site.root_page_id else None
        site.root_page, site.site_name = Page.objects.get(pk=home.pk), title
        site.save()
        # Wagtail's welcome page; a page that somebody made is not ours to delete.
        if welcome is not None and welcome.specific_class is Page and not welcome.numchild:
            # Its title stays in the site's history, which staff read.
            welcome.title = welcome.draft_title = "安装时的样页"
            welcome.delete()
    home.refresh_from_db()
    index = CampaignIndexPage.objects.child_of(home).first()
    if index is None:
        index = add_page(
            home, CampaignIndexPage(title=campaigns, title_en="Campaigns", slug="campaigns")
        )
    articles = NewsIndexPage.objects.child_of(home).first()
    if articles is None:
        index_page = NewsIndexPage(
            title=news, title_en="News and bulletins", slug="news", show_in_menus=True
        )
        articles = add_page(home, index_page)
    answers = KnowledgeIndexPage.objects.child_of(home).first()
    if answers is None:
        answers_page = KnowledgeIndexPage(
            title=knowledge, title_en="Questions answered", slug="knowledge", show_in_menus=True
        )
        answers = add_page(home, answers_page)
    return Pages(home, index, articles, answers)


def add_page(parent: Any, page: Any) -> Any:
    """Put a page under its parent and publish it, with a revision like any page an editor publishes."""
    parent.refresh_from_db()
    parent.add_child(instance=page)
    page.save_revision().publish()
    page.refresh_from_db()
    return page
