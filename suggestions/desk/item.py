"""One item on one screen, and the logged look at its author's contact data."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access, one_look
from suggestions.clock import local_date
from suggestions.desk import common, panels
from suggestions.desk.forms import RevealForm
from suggestions.desk.queue import filter_of_queue
from suggestions.errors import DomainError
from suggestions.models import CaseOfficer, Suggestion
from suggestions.selectors import casefile, queues
from suggestions.services import hinting, identity

ACTS_AT_ONCE = 6
"""More acts than these (and two) are folded: on a telephone the item itself must not lie below a page of buttons."""


@common.desk_view()
def item(request: HttpRequest, case_no: str) -> HttpResponse:
    held = common.load(request, case_no)
    return show(request, held)


@common.post_only()
@common.desk_view()
def reveal(request: HttpRequest, case_no: str) -> HttpResponse:
    """Show contact data once, on this answer only: it is in no address, no session and no cache."""
    held = common.load(request, case_no)
    actor = access.may(request.user, "reveal_contact", held)
    if actor is None:
        message = (
            _("建议人要求对承办单位保密。要联系建议人，请通过征集办公室转达。")
            if held.hide_identity_from_unit
            else _("您的角色不能看这件建议的联系方式。")
        )
        return common.refused(request, message=message)
    form = RevealForm(request.POST)
    contact: list[tuple[str, str]] | None = None
    if form.is_valid():
        try:
            contact = identity.read_contact(
                suggestion=held,
                reason=form.cleaned_data["reason"],
                actor=actor,
                at=timezone.now(),
            )
        except DomainError as error:
            common.show_errors(form, error)
    return show(request, held, reveal_form=form, contact=contact)


def show(
    request: HttpRequest,
    held: Suggestion,
    *,
    reveal_form: RevealForm | None = None,
    contact: list[tuple[str, str]] | None = None,
) -> HttpResponse:
    """The item screen. A fixed number of queries, whatever the item has been through."""
    with one_look.looking():
        return _shown(request, held, reveal_form, contact)


def _shown(
    request: HttpRequest,
    held: Suggestion,
    reveal_form: RevealForm | None,
    contact: list[tuple[str, str]] | None,
) -> HttpResponse:
    user, now = request.user, timezone.now()
    today, queue = local_date(now), common.queue_of(request)
    review = casefile.open_review(held)
    shown = panels.collect(request, held)
    acts = [
        (str(a.label), _address(a, held, queue), a.primary)
        for a in casefile.actions(user, held, review)
    ]
    acts += [(str(a.label), a.url, a.primary) for p in shown for a in p.acts]
    acts.sort(key=lambda act: not act[2])
    hints = (
        casefile.grouped_hints(hinting.ensure(suggestion=held, at=now))
        if access.may(user, "see_hints", held)
        else []
    )
    return common.page(
        request,
        "suggestions/desk/item.html",
        title=held.original_title,
        crumb=held.case_no,
        status=422 if reveal_form is not None and contact is None else 200,
        crumbs=[(_("分办队列"), f"{reverse('desk:queue')}?{queue}")]
        if common.holds(request, common.QUEUE_ROLES)
        else [],
        item=held,
        due=queues.due_words(held, today=today),
        age=queues.age_words(held, today=today),
        original=casefile.original(user, held),
        public=casefile.public(held, review),
        attachments=list(held.attachments.all()),
        supplement=getattr(held, "supplement", None),
        clocks=casefile.without_window(user, held, casefile.clock_views(held, at=now)),
        for_unit=casefile.is_unit_reader(user, held),
        assignments=list(held.assignments.select_related("unit", "handler")),
        replies=casefile.replies(user, held),
        ratings=list(held.evaluations.select_related("unit").order_by("-round")),
        history=casefile.history(user, held),
        hints=hints,
        acts=acts if len(acts) <= ACTS_AT_ONCE + 2 else acts[:ACTS_AT_ONCE],
        more_acts=[] if len(acts) <= ACTS_AT_ONCE + 2 else acts[ACTS_AT_ONCE:],
        may_reveal=access.may(user, "reveal_contact", held) is not None,
        reveal_form=reveal_form or RevealForm(),
        contact=contact,
        reads=list(held.identity_reads.select_related("user")[:20])
        if access.may(user, "see_audit", held)
        else [],
        merged=list(
            access.readable(user).filter(primary=held).only("case_no", "original_title")[:50]
        ),
        tags=list(held.tags.all()),
        panels=shown,
        officer=CaseOfficer.objects.filter(suggestion=held).select_related("user").first(),
        **around(request, held, queue),
    )


def around(request: HttpRequest, held: Suggestion, queue: str) -> dict[str, Any]:
    """Addresses of the items before and after this one in the list it was opened from."""
    wanted = filter_of_queue(queue)
    if wanted is None or not common.holds(request, common.QUEUE_ROLES):
        return {"queue": "", "previous_url": "", "next_url": "", "queue_url": ""}
    before, after = queues.neighbours(request.user, wanted, held, today=local_date(timezone.now()))
    room = "desk:supervision" if wanted.show else "desk:queue"
    return {
        "queue": queue,
        "previous_url": common.item_address(before, queue) if before else "",
        "next_url": common.item_address(after, queue) if after else "",
        "queue_url": f"{reverse(room)}?{queue}",
    }


def _address(action: casefile.Action, held: Suggestion, queue: str) -> str:
    if action.pk:
        return reverse(action.url_name, args=[action.pk])
    args = [held.case_no, action.act] if action.act else [held.case_no]
    address = reverse(action.url_name, args=args)
    return common.with_queue(address, queue)
