"""On an item's screen: whom the answer has reached, what was promised, who talked with the author, and what may follow."""

from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions import access, numbers
from suggestions.clock import local_date
from suggestions.desk import common, panels
from suggestions.desk.after import AFTER
from suggestions.errors import DomainError
from suggestions.models import ArchivePackage, Suggestion
from suggestions.roles import Role
from suggestions.selectors import answer
from suggestions.services import archiving, delivering, evaluating
from suggestions.states import BY_NAME, Case, Commitment

_KEEPERS = frozenset({Role.SUPERVISOR, Role.PRIVACY_OFFICER})


@panels.register
def after_answer(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    """The panel "答复以后", from the sign-in on. A fixed number of queries."""
    if item.status not in _SHOWN_IN:
        return None
    promises = list(item.commitments.select_related("unit"))
    reached = delivering.addressees(item)
    package = ArchivePackage.objects.filter(suggestion=item).first()
    held: dict[str, Any] = {
        "today": local_date(timezone.now()),
        "commitments": promises,
        "addressees": reached,
        "unreached": [a for a in reached if not a.is_reached],
        "contacts": list(item.author_contacts.select_related("by", "unit")[:10]),
        "rework": answer.rework_count(item),
        "package": package if package and access.may(request.user, "download_archive", item) else None,
    }  # fmt: skip
    acts = tuple(_acts(request, item, promises, bool(reached)))
    return panels.Panel("suggestions/desk/after_panel.html", held, acts)


_SHOWN_IN = frozenset(
    {
        Case.HANDLING, Case.REPLY_REVIEW, Case.ANSWERED, Case.RECTIFYING, Case.REOPENED, Case.CLOSED, Case.ARCHIVED,
        Case.MERGED,
    }
)  # fmt: skip


def _acts(
    request: HttpRequest, item: Suggestion, promises: list[Any], answered: bool
) -> "list[panels.Link]":
    standing = {p.status for p in promises}
    due = standing & {Commitment.OPEN, Commitment.MISSED}
    offered = {
        "take-up": item.status == Case.REOPENED,
        "keep": bool(due),
        "renew": bool(due),
        "release": Commitment.KEPT in standing
        and any(p.status == Commitment.KEPT and not p.public_proof for p in promises),
        "delivered": answered,
        "contact": item.status in (Case.HANDLING, Case.RECTIFYING, Case.ANSWERED, Case.REOPENED),
        "rating": answered and evaluating.may_reopen(item, at=timezone.now()),
        "rectify": item.status in BY_NAME["rectify"].from_,
        "reopen": item.status in BY_NAME["reopen"].from_,
    }
    queue = common.queue_of(request)
    links = []
    for name, fits in offered.items():
        if fits and AFTER[name].actor(request.user, item) is not None:
            address = reverse("desk:after", args=[item.case_no, name])
            label = AFTER[name].heading
            links.append(
                panels.Link(label, common.with_queue(address, queue), primary=name == "take-up")
            )
    return links


@common.desk_view(common.DESK_ROLES | _KEEPERS)
def archive_package(request: HttpRequest, case_no: str) -> HttpResponse:
    """The archive package for those who keep it, for a reason that is logged; its hash is checked first."""
    item = (
        Suggestion.objects.select_related("jurisdiction")
        .filter(case_no=numbers.parse_case_no(case_no) or "")
        .first()
    )
    actor = access.may(request.user, "download_archive", item) if item is not None else None
    if item is None or actor is None:
        raise Http404
    package = ArchivePackage.objects.filter(suggestion=item).first()
    if package is None:
        raise Http404
    form = PackageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            content = archiving.open_package(
                package=package, reason=form.cleaned_data["reason"], actor=actor, at=timezone.now()
            )
        except DomainError as error:
            common.show_errors(form, error)
        else:
            response = HttpResponse(content, content_type="application/zip")
            response["Content-Disposition"] = f'attachment; filename="{item.case_no}.zip"'
            return response
    return common.page(
        request, "suggestions/desk/privacy_form.html", title=f"打开{item.case_no}的归档包", form=form,
        advice=_("归档包里有建议人写的原文，加密保存。打开要写理由，会记进这一件的办理记录和身份信息查看记录。"), button=_("下载归档包"),
    )  # fmt: skip


class PackageForm(forms.Form):
    """Why somebody opens a package."""

    reason = forms.CharField(label=_("理由"), max_length=200, required=False)
