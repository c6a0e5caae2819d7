"""In the privacy room: writing an impact assessment, entering what was given to others, both registers as files (9.1)."""

import csv
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import AssessmentKind
from suggestions.desk import common
from suggestions.errors import DomainError
from suggestions.matrix import MATRIX
from suggestions.models import DataGiven, ImpactAssessment, Jurisdiction
from suggestions.models.record import Record
from suggestions.roles import Role
from suggestions.services import assessments, exports, given_out

_OFFICER = frozenset({Role.PRIVACY_OFFICER})
_READERS = frozenset({Role.PRIVACY_OFFICER, Role.LEADER})


def _text(label: Any, help_text: Any, limit: int = 1000) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": gettext_lazy("请填写这一项。")},
    )


def _line(label: Any, help_text: Any, limit: int) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=help_text,
        max_length=limit,
        error_messages={"required": gettext_lazy("请填写这一项。")},
    )


class AssessmentForm(forms.Form):
    """The parts of PIPL 56, in the order in which one thinks of them."""

    kind = forms.ChoiceField(label=gettext_lazy("评估的事项"), choices=AssessmentKind.choices)
    title = _line(gettext_lazy("名称"), gettext_lazy("例如：建议和答复公开发布的影响评估"), 80)
    purpose = _text(gettext_lazy("目的和方式"), gettext_lazy("处理哪些信息、为了什么、怎样处理"))
    necessity = _text(
        gettext_lazy("是否合法、正当、必要"), gettext_lazy("依据哪一条；少收一些行不行，为什么")
    )
    effect = _text(
        gettext_lazy("对个人权益的影响和安全风险"), gettext_lazy("可能怎样伤害到人，多大可能")
    )
    measures = _text(
        gettext_lazy("保护措施，是否与风险相当"), gettext_lazy("已经有的和还要加的措施")
    )
    valid_until = forms.DateField(
        label=gettext_lazy("有效期至"),
        help_text=gettext_lazy("最长三年；做法变了要重新评估"),
        widget=forms.DateInput(attrs={"type": "date"}),
    )


class GivenForm(forms.Form):
    """What the register of data given out asks (PIPL 23; ND 12)."""

    recipient = _line(gettext_lazy("接收方"), gettext_lazy("单位名称和联系部门，不写个人姓名"), 200)
    data_kinds = _line(
        gettext_lazy("信息种类"), gettext_lazy("例如：姓名、手机号；不写具体内容"), 200
    )
    persons = forms.IntegerField(
        label=gettext_lazy("涉及人数"), min_value=1, max_value=99_999_999, initial=1
    )
    purpose = _line(gettext_lazy("目的"), gettext_lazy("对方拿去做什么"), 300)
    basis = _line(
        gettext_lazy("依据"), gettext_lazy("法律哪一条，或者本人的单独同意、来函文号"), 300
    )
    way = _line(gettext_lazy("方式"), gettext_lazy("例如：机要交换、政务外网、当面查阅"), 100)
    given_on = forms.DateField(
        label=gettext_lazy("提供日期"), widget=forms.DateInput(attrs={"type": "date"})
    )


def offered(request: HttpRequest, slug: str) -> dict[str, Any]:
    """What the list of a kind offers besides its rows: the form for a new one, the file, and what is lacking."""
    new = {
        "breaches": ("desk:breach_new", _("登记安全事件")),
        "assessments": ("desk:assessment_new", _("写影响评估")),
        "given": ("desk:given_new", _("登记对外提供")),
    }.get(slug)
    found: dict[str, Any] = {}
    if new is not None and common.holds(request, _OFFICER):
        found["new"] = {"url": reverse(new[0]), "label": new[1]}
    if slug in _FILES:
        found["file"] = reverse("desk:register_file", args=[slug])
    if slug == "assessments":
        held = access.scope(request.user).holds(MATRIX["see_assessments"])
        lacking = assessments.lacking(held[0].jurisdiction, at=timezone.now()) if held else []
        found["lacking"] = lacking
        found["held_acts"] = [k for k in lacking if k in settings.ASSESSMENTS_REQUIRED]
    return found


def again(request: HttpRequest, record: Record) -> str:
    """Where an assessment that was sent back or is to be renewed is written anew from its words; "" elsewhere."""
    if isinstance(record, ImpactAssessment) and common.holds(request, _OFFICER):
        return f"{reverse('desk:assessment_new')}?from={record.pk}"
    return ""


@common.desk_view(_OFFICER)
def assessment_new(request: HttpRequest) -> HttpResponse:
    """Write one; begun from the words of another with `?from=`."""
    initial: dict[str, Any] = {"valid_until": local_date(timezone.now()) + timedelta(days=365)}
    before = request.GET.get("from", "")
    if before.isdecimal() and len(before) < 12:
        held = access.load_record(request.user, ImpactAssessment, "see_assessments", int(before))
        initial |= {
            n: getattr(held, n)
            for n in ("kind", "title", "purpose", "necessity", "effect", "measures")
        }
    form = AssessmentForm(
        request.POST if request.method == "POST" else None, initial=initial, label_suffix=""
    )

    def do(place: Jurisdiction, actor: Actor, asked: dict[str, Any]) -> Record:
        kind, until = asked.pop("kind"), asked.pop("valid_until")
        return assessments.write(
            jurisdiction=place, kind=kind, words=asked, valid_until=until, actor=actor, at=timezone.now()
        )  # fmt: skip

    return _new(
        request, form, do, "assessments", title=_("写个人信息保护影响评估"), button=_("送领导签发"),
        advice=_("公开发布、向外提供、处理敏感信息、自动化处理、委托处理以前先评估。写好后由领导签发，签发后生效，至少保存三年。"),
    )  # fmt: skip


@common.desk_view(_OFFICER)
def given_new(request: HttpRequest) -> HttpResponse:
    """Enter what was given outside of the portal: by letter, on paper, on a visit."""
    form = GivenForm(
        request.POST if request.method == "POST" else None,
        initial={"given_on": local_date(timezone.now())},
        label_suffix="",
    )

    def do(place: Jurisdiction, actor: Actor, asked: dict[str, Any]) -> Record:
        persons, given_on = asked.pop("persons"), asked.pop("given_on")
        return given_out.enter(
            jurisdiction=place, words=asked, persons=persons, given_on=given_on, actor=actor, at=timezone.now()
        )  # fmt: skip

    return _new(
        request, form, do, "given", title=_("登记对外提供个人信息"), button=_("登记"),
        advice=_("向其他单位提供过个人信息的，逐次登记。只写种类和人数，不写任何人的姓名和电话。至少保存三年。"),
    )  # fmt: skip


def _new(
    request: HttpRequest,
    form: forms.Form,
    do: Callable[[Jurisdiction, Actor, dict[str, Any]], Record],
    slug: str,
    **words: Any,
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        held = access.scope(request.user).holds(_OFFICER)[0]
        actor = Actor.staff(request.user, held.role, None, held.on_behalf_of)  # type: ignore[arg-type]
        try:
            made = do(held.jurisdiction, actor, dict(form.cleaned_data))
            return redirect("desk:privacy_record", slug, made.pk)
        except DomainError as error:
            common.show_errors(form, error)
    return common.page(
        request, "suggestions/desk/privacy_form.html", form=form, status=422 if form.errors else 200, **words
    )  # fmt: skip


Column = tuple[str, Callable[[Any], Any]]
_FILES: dict[str, tuple[type[Record], str, tuple[Column, ...]]] = {
    "assessments": (
        ImpactAssessment,
        "see_assessments",
        (
            ("编号", lambda r: r.pk),
            ("事项", lambda r: r.get_kind_display()),
            ("名称", lambda r: r.title),
            ("目的和方式", lambda r: r.purpose),
            ("合法、正当、必要", lambda r: r.necessity),
            ("影响和风险", lambda r: r.effect),
            ("保护措施", lambda r: r.measures),
            ("状态", lambda r: r.status_label),
            ("起草人", lambda r: r.written_by),
            ("签发人", lambda r: r.signed_by or ""),
            ("签发日期", lambda r: r.signed_at.astimezone(SHANGHAI).date() if r.signed_at else ""),
            ("有效期至", lambda r: r.valid_until),
        ),
    ),
    "given": (
        DataGiven,
        "see_data_given",
        (
            ("编号", lambda r: r.pk),
            ("提供日期", lambda r: r.given_on),
            ("接收方", lambda r: r.recipient),
            ("信息种类", lambda r: r.data_kinds),
            ("涉及人数", lambda r: r.persons),
            ("目的", lambda r: r.purpose),
            ("依据", lambda r: r.basis),
            ("方式", lambda r: r.way),
            ("经手人", lambda r: r.given_by or "系统"),
            ("影响评估编号", lambda r: r.assessment_id or ""),
            ("状态", lambda r: r.status_label),
        ),
    ),
}
"""What an inspector is handed: the whole register, and nobody's data (PIPL 56, 63)."""


@common.desk_view(_READERS)
def register_file(request: HttpRequest, slug: str) -> HttpResponse:
    """One register as CSV, oldest first, no cell a formula."""
    if slug not in _FILES:
        raise Http404
    model, see, columns = _FILES[slug]
    rows = access.records(request.user, model, see).distinct().order_by("pk")
    people = ("written_by", "signed_by") if model is ImpactAssessment else ("given_by",)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = (
        f'attachment; filename="{slug}-{local_date(timezone.now())}.csv"'
    )
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerow([heading for heading, _value in columns])
    for record in rows.select_related(*people).iterator(chunk_size=500):
        writer.writerow([exports.safe(str(value(record))) for _heading, value in columns])
    return response
