"""On an item's screen: whom the answer has reached, what was promised, who talked with the author, and what may follow."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

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
        if fits and AFTER[name].actor(request, item) is not None:
            address = reverse("desk:after", args=[item.case_no, name])
            label = AFTER[name].heading
            links.append(
                panels.Link(label, common.with_queue(address, queue), primary=name == "take-up")
            )
    return links


@common.desk_view(common.DESK_ROLES | _KEEPERS)
def archive_package(request: HttpRequest, case_no: str) -> HttpResponse:
    """The archive package for those who keep it; its bytes are checked against the recorded hash first."""
    item = (
        Suggestion.objects.select_related("jurisdiction")
        .filter(case_no=numbers.parse_case_no(case_no) or "")
        .first()
    )
    if item is None or access.may(request.user, "download_archive", item) is None:
        raise Http404
    package = ArchivePackage.objects.filter(suggestion=item).first()
    if package is None:
        raise Http404
    try:
        content = archiving.read(package)
    except DomainError as error:
        return common.refused(request, message=str(error))
    response = HttpResponse(content, content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{item.case_no}.zip"'
    return response
