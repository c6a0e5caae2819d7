"""Who has an item's form open: shown to the others, kept alive by a ping, taken over for a reason (services/locks)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.desk import acts, common, form_locks, panels
from suggestions.desk.lock_forms import TakeOverForm
from suggestions.errors import DomainError
from suggestions.models import Suggestion
from suggestions.services import locks


def _actor(request: HttpRequest, item: Suggestion) -> Actor | None:
    """The user as the one who does the act whose form is open, else in the first role that may take a lock over."""
    name = request.POST.get("act", "")
    if name in acts.ACTS:
        return acts.actor_of(request.user, name, item)
    if name in form_locks.FORMS:
        return form_locks.FORMS[name].actor(request.user, item)
    return access.may(request.user, "take_over_lock", item)


def _form_address(name: str, item: Suggestion, queue: str) -> str:
    if name in acts.ACTS:
        return common.with_queue(reverse("desk:act", args=[item.case_no, name]), queue)
    if name in form_locks.FORMS:
        return form_locks.FORMS[name].address(item)
    return common.item_address(item.case_no, queue)


@common.post_only()
@common.desk_view(frozenset({*common.DESK_ROLES}))
def lock(request: HttpRequest, case_no: str) -> HttpResponse:
    """Take over; then on to the form one wanted."""
    item = common.load(request, case_no)
    actor = _actor(request, item)
    if actor is None or access.may(request.user, "take_over_lock", item) is None:
        return common.refused(request)
    queue, name = common.queue_of(request), request.POST.get("act", "")
    back = _form_address(name, item, queue)
    form = TakeOverForm(request.POST)
    if form.is_valid():
        try:
            locks.take_over(
                suggestion=item, actor=actor, reason=form.cleaned_data["reason"], at=timezone.now(),
                holder=form_locks.holder(request),
            )  # fmt: skip
        except DomainError as error:
            common.show_errors(form, error)
        else:
            messages.success(request, _("已由您接手，理由已记录并告知同事。"))
            return redirect(back)
    held = locks.in_the_way(suggestion=item, actor=actor, at=timezone.now())
    return common.page(
        request, "suggestions/desk/lock.html", title=_("接手处理"),
        crumbs=[(item.case_no, common.item_address(item.case_no, queue))], status=422,
        item=item, form=form, act=name, queue=queue, back=back, held=held,
    )  # fmt: skip


@common.post_only()
@common.desk_view(frozenset({*common.DESK_ROLES}))
def lock_renew(request: HttpRequest, case_no: str) -> HttpResponse:
    """The open form's sign of life: 204 while the lock is ours, else 409 with who has it in words."""
    item = common.load(request, case_no)
    actor = _actor(request, item)
    if actor is None:
        return common.refused(request)
    now = timezone.now()
    if locks.renew(suggestion=item, actor=actor, at=now):
        return HttpResponse(status=204)
    held = locks.take(suggestion=item, actor=actor, at=now)
    if held.mine:
        return HttpResponse(status=204)
    return HttpResponse(held.words, status=409, content_type="text/plain; charset=utf-8")


@panels.register
def panel(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    """A line on the item's screen while a colleague of one's own side has a form of it open. One query."""
    sides = {locks.side(r.role, r.unit_id) for r in access.roles_on(request.user, item)}
    held = locks.others(
        suggestion=item, user_pk=request.user.pk or 0, sides=sides, at=timezone.now()
    )
    if not held:
        return None
    return panels.Panel(
        "suggestions/desk/lock_panel.html", {"held": held, "minutes": locks.MINUTES}, place="side"
    )
