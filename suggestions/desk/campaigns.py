"""Campaigns at the desk: what is asked on their pages, and the report that answers every item (process.md 3.1; SH 12).

Who may not read an item (an editor) groups it by its number, or by its public title once it has one; the others read its
title masked.
"""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from search import lookup
from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import day_words
from suggestions.codes import Outcome
from suggestions.desk import campaign_files, common, kinds
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, StepForm, serve
from suggestions.desk.supervision import ReasonForm
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import CampaignQuestion, ReportGroup, Suggestion
from suggestions.roles import Role
from suggestions.services import campaign_questions, campaign_reports, publishing
from suggestions.states import BY_NAME
from suggestions.states.campaign_question import CampaignQuestionState as State

PAGE_SIZE = 50
WIZARD = "campaign_wizard"
_WRITERS = [Role(r) for r in MATRIX["write_campaign_report"]]


class GroupForm(forms.Form):
    """A group of the report; the service refuses what is personal data for certain."""

    heading = f.line(
        gettext_lazy("归纳的意见"),
        60,
        help_text=gettext_lazy("把大家说的同一件事写成一句话，例如“先修云埠老街”"),
    )
    answer = f.text(
        gettext_lazy("怎么答复"), 2000, rows=6,
        help_text=gettext_lazy("采纳了什么、哪天前做；没采纳的写明为什么。结果公布时公开，也就是这些建议人收到的答复。"),
    )  # fmt: skip
    outcome = f.choice(gettext_lazy("办理结果"), Outcome.choices)
    promised_on = f.day(
        gettext_lazy("承诺日期"),
        required=False,
        help_text=gettext_lazy("选“列入计划”写哪天前做好，选“列入研究”写哪天前再告知；别的不用写"),
    )


def _load(request: HttpRequest, action: str, pk: int) -> Any:
    found = access.campaigns(request.user, action).select_related("host_unit__jurisdiction")
    page = found.filter(pk=pk).first()
    if page is None:
        raise Http404
    return page


def _actor(request: HttpRequest) -> Actor:
    held = access.scope(request.user).holds(MATRIX["write_campaign_report"])[0]
    return Actor.staff(request.user, held.role, held.unit)  # type: ignore[arg-type]


def _rows(request: HttpRequest, rows: "QuerySet[Suggestion]") -> "QuerySet[Suggestion]":
    """Without what this person is kept out of, and without what is shut: misconduct, secrets (XF 30, 46)."""
    return rows.exclude(pk__in=access.scope(request.user).barred).not_shut()  # type: ignore[attr-defined,no-any-return]


def _with_words(
    request: HttpRequest, rows: "QuerySet[Suggestion]", text: str
) -> "QuerySet[Suggestion]":
    """Those with each word in the number or in the title this person reads: searching what one may not read would tell it."""
    for word in lookup.words(text):
        mine = access.readable(request.user).filter(lookup.says(word, "original_title"))
        shown = Suggestion.objects.on_page().filter(lookup.says(word, "public_title"))
        rows = rows.filter(
            Q(pk__in=mine.values("pk"))
            | Q(pk__in=shown.values("pk"))
            | lookup.says(word, "case_no")
        )
    return rows


@common.desk_view(common.CAMPAIGN_ROLES)
def campaigns(request: HttpRequest) -> HttpResponse:
    """All campaigns this person reaches, newest first, with what each still wants: two queries a page of the list."""
    waiting = Count("asked_questions", filter=Q(asked_questions__status=State.WAITING))
    found = access.campaigns(request.user, "see_campaigns").select_related("host_unit")
    held = Paginator(found.annotate(waiting=waiting).order_by("-opens_at", "-pk"), 20).get_page(
        request.GET.get("page", "1")
    )
    covered = campaign_reports.coverages([page.pk for page in held])
    now = timezone.now()
    return common.page(
        request,
        "suggestions/desk/campaigns.html",
        title=_("征集活动"),
        held=held,
        rows=[(p, p.phase_at(now), covered[p.pk], p.report_is_late(now)) for p in held],
        may_write=common.holds(request, _WRITERS),
        wizard=_wizard(request),
        questions=reverse("desk:records", args=["campaign-questions"]),
    )


def _titled(request: HttpRequest, items: list[Suggestion]) -> list[tuple[Suggestion, str, bool]]:
    """(item, the title this person may read, whether the item's screen is theirs to open). One query."""
    mine = set(
        access.readable(request.user)
        .filter(pk__in=[i.pk for i in items])
        .values_list("pk", flat=True)
    )
    hidden = _("没有公开的建议，内容由分办员看")
    return [
        (i, publishing.masked(i.original_title), True)
        if i.pk in mine
        else (i, i.public_title if i.is_public else hidden, False)
        for i in items
    ]


def _wizard(request: HttpRequest) -> str:
    """The address at which an editor begins a campaign (cms, above this package); "" for who may not."""
    return reverse(WIZARD) if common.holds(request, [Role.EDITOR]) else ""


@common.desk_view(common.CAMPAIGN_ROLES)
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """The report at work: how much is covered, the groups, and the items that still lack an answer."""
    page, now = _load(request, "see_campaigns", pk), timezone.now()
    writes = common.holds(request, _WRITERS)
    if request.method == "POST":
        if not writes:
            return common.refused(request, needed=_WRITERS)
        return _put(request, page)
    words = " ".join(request.GET.get("q", "").split())[:40]
    rows = _rows(request, campaign_reports.lacking(page.pk)).select_related("lead_unit")
    rows = _with_words(request, rows, words)
    held = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    return common.page(
        request,
        "suggestions/desk/campaign_report.html",
        title=_("总结报告"),
        crumbs=[(_("征集活动"), reverse("desk:campaigns"))],
        room="campaigns",
        campaign=page,
        phase=page.phase_at(now),
        coverage=campaign_reports.coverage(page.pk),
        groups=campaign_reports.groups(page.pk),
        held=held,
        items=_titled(request, list(held)),
        query=words,
        writes=writes and not page.report_is_out(now),
        is_out=page.report_is_out(now),
        files=campaign_files.offered(request.user, page),
        may_edit=common.holds(request, [Role.EDITOR]),
    )


def _chosen(request: HttpRequest, rows: "QuerySet[Suggestion]") -> list[Suggestion]:
    numbers = [n for n in request.POST.getlist("item") if n.isdecimal() and len(n) < 12]
    return list(_rows(request, rows).filter(pk__in=numbers[:500]))


def _put(request: HttpRequest, page: Any) -> HttpResponse:
    back = redirect("desk:campaign_report", page.pk)
    code = request.POST.get("group", "")
    group = ReportGroup.objects.filter(campaign=page, pk=code).first() if code.isdecimal() and len(code) < 12 else None  # fmt: skip
    chosen = _chosen(request, campaign_reports.lacking(page.pk))
    if group is None:
        messages.error(request, _("请先选一组；还没有合适的，先“新写一组”。什么都没有改。"))
    elif not chosen:
        messages.error(request, _("请先勾选要归到这一组的建议。什么都没有改。"))
    else:
        group.campaign = page
        try:
            n = campaign_reports.put(group=group, items=chosen, at=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request, _("%(n)d件归到“%(group)s”。") % {"n": n, "group": group.heading}
            )
    return back


@common.desk_view(_WRITERS)
def group(request: HttpRequest, pk: int, group_pk: int = 0) -> HttpResponse:
    """A new group, or one with its items: write its answer, take items out, delete it."""
    page, now = _load(request, "write_campaign_report", pk), timezone.now()
    held: ReportGroup | None = None
    if group_pk:
        held = ReportGroup.objects.filter(campaign=page, pk=group_pk).first()
        if held is None:
            raise Http404
        held.campaign = page
    inside = Suggestion.objects.filter(report_entry__group=held) if held else Suggestion.objects.none()  # fmt: skip
    posted = request.POST if request.method == "POST" else None
    act = posted.get("act", "save") if posted is not None else ""
    initial = {n: getattr(held, n) for n in GroupForm.base_fields} if held else None
    form = GroupForm(posted if act == "save" else None, initial=initial, label_suffix="")
    try:
        if act == "remove" and held is not None:
            campaign_reports.remove_group(group=held, at=now)
            messages.success(request, _("这一组已删去，里面的建议回到还没有答复的里面。"))
            return redirect("desk:campaign_report", page.pk)
        if act == "out" and held is not None:
            n = campaign_reports.take_out(group=held, items=_chosen(request, inside), at=now)
            messages.success(request, _("拿出了%(n)d件。") % {"n": n})
            return redirect("desk:report_group", page.pk, held.pk)
        if act == "save" and form.is_valid():
            campaign_reports.save_group(
                campaign=page, group=held, actor=_actor(request), at=now, **form.cleaned_data
            )
            messages.success(request, _("存好了。"))
            return redirect("desk:campaign_report", page.pk)
    except DomainError as error:
        if act == "save":
            common.show_errors(form, error)
        else:
            messages.error(request, str(error))
    rows = _rows(request, inside).order_by("received_at", "pk")[:500]
    return common.page(
        request,
        "suggestions/desk/report_group.html",
        title=held.heading if held else _("新写一组答复"),
        crumb=_("分组答复"),
        crumbs=[
            (_("征集活动"), reverse("desk:campaigns")),
            (_("总结报告"), reverse("desk:campaign_report", args=[page.pk])),
        ],
        status=422 if form.errors else 200,
        room="campaigns",
        campaign=page,
        group=held,
        form=form,
        items=_titled(request, list(rows)),
    )


# Questions asked on the pages


class AnswerForm(StepForm):
    public_text = f.text(
        gettext_lazy("公开的问题"), 500, rows=3,
        help_text=gettext_lazy("已按规则遮盖，请再看一遍有没有人名、电话、住址。"),
    )  # fmt: skip
    answer = f.text(
        gettext_lazy("回答"), 2000, help_text=gettext_lazy("和问题一起公开在征集页面上。")
    )

    def prepare(self) -> None:
        question = self.step.record
        self.initial.update(
            public_text=campaign_questions.proposed_text(question), answer=question.answer
        )


def _with_pages(_request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("campaign", "jurisdiction")


def _blocks(_request: HttpRequest, held: CampaignQuestion) -> list[Block]:
    shown = Block(
        gettext_lazy("公开的回答"),
        [(gettext_lazy("问题"), held.public_text), (gettext_lazy("回答"), held.answer)],
    )
    asked = Block(
        gettext_lazy("提问"),
        [
            (gettext_lazy("征集活动"), str(held.campaign)),
            (gettext_lazy("不公开的理由"), held.declined_because),
        ],
        text=held.text,
    )
    return [asked, *([shown] if held.answer else [])]


kinds.register(
    Kind(
        slug="campaign-questions", room="campaigns", label=gettext_lazy("征集提问"), model=CampaignQuestion,
        see="see_campaigns", open_states=[State.WAITING],
        headers=[gettext_lazy("问题"), gettext_lazy("征集活动"), gettext_lazy("收到")],
        cells=lambda q: [str(q)[:60], str(q.campaign), day_words(timezone.localtime(q.asked_at))],
        blocks=_blocks, rows=_with_pages,
        intro=gettext_lazy("居民在征集页面上提的问题。回答以后，问题和回答一起公开；不回答就一直不公开。"),
        acts=[
            Act("answer", gettext_lazy("回答并公开"), serve(campaign_questions.answer, "question"),
                BY_NAME["campaign_answer"].roles, [State.WAITING, State.DECLINED], AnswerForm, shows=lambda q: q.text,
                done=gettext_lazy("已经公开在征集页面上。"), primary=True),
            Act("mend", gettext_lazy("修改回答"), serve(campaign_questions.answer, "question"),
                BY_NAME["campaign_answer_mend"].roles, [State.ANSWERED], AnswerForm, shows=lambda q: q.text),
            Act("decline", gettext_lazy("不公开"), serve(campaign_questions.decline, "question"),
                BY_NAME["campaign_decline"].roles, [State.WAITING, State.ANSWERED], ReasonForm,
                gettext_lazy("理由只有工作人员看得到。")),
        ],
    )
)  # fmt: skip
