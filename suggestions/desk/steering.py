"""The frame of the desk's rooms for records: a list with tabs, a screen, and one form page an act.

A noun describes itself as a `Kind`: what its lists and its screen show, and its acts (form, roles, states, service). The
views here are the only ones; they load through access, call the service, and keep what was typed when it refuses.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.desk.form_locks import RecordFormLock
from suggestions.desk.kinds import KINDS, Act, Kind, Step
from suggestions.desk.panels import Link
from suggestions.errors import ChangedMeanwhile, DomainError, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import Adoption, RecordEvent
from suggestions.models.record import Record
from suggestions.roles import Role
from suggestions.selectors import queues
from suggestions.services import clocks, record_locks

if TYPE_CHECKING:
    pass

PAGE_SIZE = 30


ROLES: frozenset[str] = frozenset(
    {
        *MATRIX["see_orders"],
        *MATRIX["see_warnings"],
        *MATRIX["see_instructions"],
        *MATRIX["see_special_reports"],
        *MATRIX["see_bulletins"],
        *MATRIX["see_leagues"],
        *MATRIX["see_meetings"],
        *MATRIX["see_adoptions"],
        *MATRIX["see_awards"],
        *MATRIX["see_visits"],
        *MATRIX["internal_statistics"],
        *MATRIX["unit_statistics"],
        *MATRIX["see_campaigns"],
        *MATRIX["moderate_comments"],
    }
)


def _kind(slug: str) -> Kind:
    found = KINDS.get(slug)
    if found is None:
        raise Http404
    return found


def visible(request: HttpRequest, kind: Kind) -> "QuerySet[Any]":
    """The records of a kind this person may see."""
    if kind.reach is not None:
        return kind.rows(request, kind.reach(request)).distinct()
    rows: QuerySet[Any] = access.records(request.user, kind.model, kind.see)
    return kind.rows(request, rows).distinct()


def load(request: HttpRequest, kind: Kind, pk: int) -> Any:
    """One of them, or Http404."""
    found = visible(request, kind).filter(pk=pk).first()
    if found is None:
        raise Http404(_("没有这条记录，或者不归您看。"))
    return found


def tabs(request: HttpRequest, room: str, here: str = "") -> list[dict[str, Any]]:
    """The nouns of a room that this person may see."""
    return [
        {"label": k.label, "url": reverse("desk:records", args=[k.slug]), "current": k.slug == here}
        for k in KINDS.values()
        if k.room == room and common.holds(request, MATRIX[k.see])
    ]


@common.desk_view([Role(r) for r in ROLES])
def orders(request: HttpRequest) -> HttpResponse:
    """The room 督办批示: its first list this person may see."""
    return _room(request, "orders")


@common.desk_view([Role(r) for r in ROLES])
def meetings(request: HttpRequest) -> HttpResponse:
    """The room 会议与接待: its first list this person may see."""
    return _room(request, "meetings")


@common.desk_view([Role(r) for r in ROLES])
def statistics(request: HttpRequest) -> HttpResponse:
    """The room 数据公布."""
    return _room(request, "statistics")


@common.desk_view([Role(r) for r in ROLES])
def warnings(request: HttpRequest) -> HttpResponse:
    """The room 预警: its first list this person may see."""
    return _room(request, "warnings")


def _room(request: HttpRequest, name: str) -> HttpResponse:
    found = tabs(request, name)
    if not found:
        return common.refused(request, needed=ROLES)
    return redirect(found[0]["url"])


@common.desk_view([Role(r) for r in ROLES])
def records(request: HttpRequest, slug: str) -> HttpResponse:
    """A list: what is open, or all; the newest first."""
    kind = _kind(slug)
    if not common.holds(request, MATRIX[kind.see]):
        return common.refused(request, needed=MATRIX[kind.see])
    everything = request.GET.get("show") == "all"
    rows = visible(request, kind)
    if not everything:
        rows = rows.filter(status__in=list(kind.open_states))
    held = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page", "1"))
    return common.page(
        request,
        "suggestions/desk/records.html",
        title=str(kind.label),
        kind=kind,
        tabs=tabs(request, kind.room, slug),
        everything=everything,
        held=held,
        room=kind.room,
        rows=[
            (
                r,
                zip(kind.headers, kind.cells(r), strict=True),
                reverse("desk:record", args=[slug, r.pk]),
                _due(kind, r),
            )
            for r in held
        ],
        query="show=all" if everything else "",
        acts=[
            (a, reverse("desk:record_new", args=[slug, a.name]))
            for a in kind.acts
            if a.begins and common.holds(request, a.roles)
        ],
    )


@common.desk_view([Role(r) for r in ROLES])
def record(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One record: its acts, its sections, what happened to it."""
    kind = _kind(slug)
    held = load(request, kind, pk)
    events = (
        kind.events(held)
        if kind.events is not None
        else list(
            RecordEvent.objects.filter(machine=str(held.machine), record_id=held.pk)
            .select_related("actor", "unit")
            .order_by("-seq")
        )
    )
    return common.page(
        request,
        "suggestions/desk/record.html",
        title=str(held),
        crumbs=[(str(kind.label), reverse("desk:records", args=[slug]))],
        kind=kind,
        room=kind.room,
        tabs=tabs(request, kind.room, slug),
        held=held,
        blocks=kind.blocks(request, held),
        acts=[(a, act_url(kind, held, a.name)) for a in offered(request, kind, held)],
        due=_due(kind, held),
        events=events,
        dates=_dates(held),
    )


def _due(kind: Kind, held: Any) -> queues.DueWords | None:
    """A date that still runs, in words; None for what is settled or has no date. No query."""
    if held.status not in kind.open_states or not held.due_on:
        return None
    return queues.words_until(held.due_on, today=local_date(timezone.now()))


def _dates(held: Any) -> list[tuple[str, list[str]]]:
    """How the dates of a record that run were computed, in words (process.md section 5). One query; none for what is no
    record.
    """
    if not isinstance(held, Record):
        return []
    running = clocks.of_record(held).filter(stopped_at=None).order_by("due_on", "pk")
    return [(c.rule.name, clocks.explain_in_words(c)) for c in running]


def offered(request: HttpRequest, kind: Kind, held: Any) -> list[Act]:
    """The acts on the record itself that this person may take now, the next step first."""
    found = [
        a
        for a in kind.acts
        if not a.begins
        and a.part is None
        and (not a.states or held.status in a.states)
        and access.record_actor(request.user, held, a.roles) is not None
    ]
    return sorted(found, key=lambda a: not a.primary)


def part_links(request: HttpRequest, slug: str, held: Any, part: Any, *names: str) -> list[Link]:
    """Links to the acts on a part of a record (a question, a booking) that this person may take now."""
    kind, shown = _kind(slug), []
    for a in kind.acts:
        if a.name not in names or (a.states and held.status not in a.states):
            continue
        if access.record_actor(request.user, held, a.roles) is not None:
            shown.append(Link(a.label, f"{act_url(kind, held, a.name)}?part={part.pk}"))
    return shown


def act_url(kind: Kind, held: Any, name: str) -> str:
    return reverse("desk:record_act", args=[kind.slug, held.pk, name])


@common.desk_view([Role(r) for r in ROLES])
def record_act(request: HttpRequest, slug: str, pk: int, act: str) -> HttpResponse:
    """One act on a record: form, service, back to the record."""
    kind = _kind(slug)
    chosen = _act(kind, act, begins=False)
    held = load(request, kind, pk)
    actor = access.record_actor(request.user, held, chosen.roles)
    if actor is None:
        return common.refused(request, needed=chosen.roles)
    back = reverse("desk:record", args=[slug, pk])
    if chosen.states and held.status not in chosen.states:
        said = _("现在是“%(state)s”，不能%(act)s。") % {
            "state": held.get_status_display(),
            "act": chosen.label,
        }
        messages.error(request, said)
        return redirect(back)
    part = None
    if chosen.part is not None:
        number = request.GET.get("part", "")
        if not number.isdecimal() or len(number) > 17:
            raise Http404
        part = chosen.part(held, int(number))
        if part is None:
            raise Http404
    step = Step(request, actor, held.jurisdiction, timezone.now(), held, part)
    return _take(request, kind, chosen, step, back, crumbs=[(str(held), back)])


@common.desk_view([Role(r) for r in ROLES])
def record_new(request: HttpRequest, slug: str, act: str) -> HttpResponse:
    """Begin a record: form, service, on to the new record."""
    kind = _kind(slug)
    chosen = _act(kind, act, begins=True)
    roles = access.scope(request.user).holds(chosen.roles)
    if not roles:
        return common.refused(request, needed=chosen.roles)
    wanted = [str(r) for r in chosen.roles]
    role = min(roles, key=lambda r: wanted.index(r.role))
    actor = Actor.staff(request.user, role.role, role.unit)  # type: ignore[arg-type]
    step = Step(request, actor, role.jurisdiction, timezone.now())
    return _take(request, kind, chosen, step, _list_of(request, kind))


def _list_of(request: HttpRequest, kind: Kind) -> str:
    """The list of a noun; the desk's first page for who may begin one but not look at the list (a unit that nominates)."""
    if not common.holds(request, MATRIX[kind.see]):
        return reverse("desk:home")
    return reverse("desk:records", args=[kind.slug])


def _act(kind: Kind, name: str, *, begins: bool) -> Act:
    found = next((a for a in kind.acts if a.name == name and a.begins == begins), None)
    if found is None:
        raise Http404
    return found


def _take(
    request: HttpRequest,
    kind: Kind,
    chosen: Act,
    step: Step,
    back: str,
    crumbs: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    form = chosen.form(request.POST if request.method == "POST" else None, step=step)
    status, lock = 200, None
    stale = (
        step.record is not None
        and step.part is None
        and request.POST.get("version", "") not in ("", str(step.record.version))
    )
    if step.record is not None:
        lock = RecordFormLock(request, step.record, step.actor, page=back)
    if request.method == "POST":
        if form.is_valid():
            try:
                if stale:
                    raise ChangedMeanwhile(
                        _("刚才有人处理了这条记录，请刷新页面看最新情况，您填的内容还在。")
                    )
                if lock is not None:
                    lock.check()
                made = chosen.perform(form.cleaned_data, step)
            except DomainError as error:
                common.show_errors(form, error)
                if lock is not None and isinstance(error, NotAllowed):
                    # Who may not do this one does not keep it from those who may.
                    lock.release()
            else:
                if lock is not None:
                    lock.release()
                if not isinstance(made, HttpResponse):
                    messages.success(request, str(chosen.done or _("已完成。")))
                    if chosen.begins and isinstance(made, Record | Adoption):
                        back = reverse("desk:record", args=[kind.slug, made.pk])
                    return redirect(back)
                return made
        status = 422
    return common.page(
        request,
        "suggestions/desk/record_act.html",
        title=str(chosen.label),
        crumbs=[(str(kind.label), _list_of(request, kind)), *crumbs],
        status=status,
        room=kind.room,
        kind=kind,
        act=chosen,
        form=form,
        step=step,
        shown=chosen.shows(step.part if step.part is not None else step.record)
        if chosen.shows
        else "",
        back=back,
        renew_url=reverse("desk:record_lock_renew", args=[kind.slug, step.record.pk])
        if step.record is not None
        else "",
        **(lock.context() if lock is not None else {}),
    )


@common.post_only()
@common.desk_view([Role(r) for r in ROLES])
def record_lock_renew(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """The open form's sign of life: 204 while the lock is ours, else 409 with who has it in words."""
    kind = _kind(slug)
    chosen = _act(kind, request.POST.get("act", ""), begins=False)
    held = load(request, kind, pk)
    actor = access.record_actor(request.user, held, chosen.roles)
    if actor is None:
        return common.refused(request, needed=chosen.roles)
    now = timezone.now()
    if record_locks.renew(record=held, actor=actor, at=now):
        return HttpResponse(status=204)
    lock = record_locks.take(record=held, actor=actor, at=now)
    if lock.mine:
        return HttpResponse(status=204)
    return HttpResponse(lock.words, status=409, content_type="text/plain; charset=utf-8")
