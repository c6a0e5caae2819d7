"""The privacy room: requests, approvals, messages to pass on, complaints, breaches, and who read identities (section 9)."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access, states
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import BreachKind, GrantKind
from suggestions.desk import common, panels, privacy_registers
from suggestions.desk.form_locks import RecordFormLock
from suggestions.desk.privacy_acts import BY_SLUG, SHELVES, WAITING, Act, Shelf
from suggestions.errors import DomainError, NotAllowed
from suggestions.matrix import MATRIX
from suggestions.models import IdentityAccessLog, RecordEvent, Suggestion
from suggestions.models.record import Record
from suggestions.roles import UNIT_ROLES, Role
from suggestions.selectors import queues
from suggestions.services import authority, breaches, identity, named_exports, relaying, rights
from suggestions.states import Rights

PAGE_SIZE = 30


class WordsForm(forms.Form):
    """The words an act asks for."""

    words = forms.CharField(
        label=gettext_lazy("说明"), required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )  # fmt: skip

    def __init__(
        self, data: Any = None, *, label: Any = "", initial: str = "", prefix: str = ""
    ) -> None:
        super().__init__(data, initial={"words": initial}, label_suffix="", auto_id=f"{prefix}-%s")
        self.fields["words"].label = label


class BreachForm(forms.Form):
    kind = forms.ChoiceField(label=gettext_lazy("情形"), choices=BreachKind.choices)
    summary = forms.CharField(
        label=gettext_lazy("发现了什么"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("请写清发现了什么、什么时候、在哪里。")},
    )  # fmt: skip
    persons = forms.IntegerField(
        label=gettext_lazy("涉及人数（估计）"), min_value=0, max_value=99_999_999, initial=0
    )
    data_kinds = forms.CharField(
        label=gettext_lazy("涉及哪些信息"), max_length=200, required=False
    )  # fmt: skip


def _shelves(request: HttpRequest) -> list[Shelf]:
    return [s for s in SHELVES if common.holds(request, MATRIX[s.see])]


@common.desk_view(common.PRIVACY_ROLES)
def privacy(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The list of one kind, what waits first."""
    mine = _shelves(request)
    logs = common.holds(request, MATRIX["see_access_log"])
    if not slug:
        return redirect("desk:privacy_shelf", mine[0].slug) if mine else redirect("desk:access_log")
    shelf = next((s for s in mine if s.slug == slug), None)
    if shelf is None:
        raise Http404
    rows = access.records(request.user, shelf.model, shelf.see)
    waiting_only = request.GET.get("show") != "all"
    if waiting_only:
        rows = rows.filter(status__in=WAITING[slug])
    related = (
        ["suggestion"] if any(f.name == "suggestion" for f in shelf.model._meta.fields) else []
    )
    found = Paginator(rows.select_related(*related).distinct().order_by("-pk"), PAGE_SIZE)
    held = found.get_page(request.GET.get("page"))
    return common.page(
        request, "suggestions/desk/privacy.html", title=_("个人信息保护"), shelf=shelf, shelves=mine, logs=logs,
        held=held, rows=[(r, _due(slug, r)) for r in held], waiting_only=waiting_only, query="" if waiting_only else "show=all",
        **privacy_registers.offered(request, slug),
    )  # fmt: skip


def _due(slug: str, record: Any) -> queues.DueWords | None:
    """The date of a record that waits, in words; None for what is settled, has no date or stands still meanwhile."""
    due = getattr(record, "due_on", None)
    if not due or record.status not in WAITING[slug] or record.status == Rights.IDENTITY_CHECK:
        return None
    return queues.words_until(due, today=local_date(timezone.now()))


@common.desk_view(common.PRIVACY_ROLES)
def privacy_record(request: HttpRequest, slug: str, pk: int) -> HttpResponse:
    """One record: what it says, what happened, and the acts that are this person's now."""
    shelf = BY_SLUG.get(slug)
    if shelf is None or shelf not in _shelves(request):
        raise Http404
    record = access.load_record(request.user, shelf.model, shelf.see, pk)
    bound: WordsForm | None = None
    lock: RecordFormLock | None = None
    done = request.POST.get("act", "")
    if request.method == "POST":
        act = next((a for a in shelf.acts if a.row == done), None)
        actor = (
            access.record_actor(request.user, record, states.BY_NAME[done].roles) if act else None
        )
        if act is None or actor is None:
            return common.refused(request, needed=states.BY_NAME[act.row].roles if act else ())
        bound = WordsForm(request.POST, label=act.asks, prefix=act.row)
        lock = RecordFormLock(request, record, actor)
        if bound.is_valid():
            try:
                lock.check()
                act.do(record, bound.cleaned_data["words"], actor, timezone.now())
            except DomainError as error:
                bound.add_error("words" if act.asks else None, str(error))
                if isinstance(error, NotAllowed):
                    # Who may not decide this one does not keep it from those who may.
                    lock.release()
            else:
                lock.release()
                messages.success(request, _("已经记下：%(act)s。") % {"act": act.label})
                return redirect("desk:privacy_record", slug, pk)
        record.refresh_from_db()
    if lock is None and bound is None:
        lock = _opened(request, shelf, record)
    offered = [
        (act, bound if bound is not None and act.row == done else _empty(act, record))
        for act in shelf.acts
        if access.record_actor(request.user, record, states.BY_NAME[act.row].roles)
        and (states.find(act.row, record.status) or _second(act, record))
    ]
    events = RecordEvent.objects.filter(machine=str(shelf.model.machine), record_id=record.pk)
    return common.page(
        request, "suggestions/desk/privacy_record.html", title=f"{shelf.label} {pk}", shelf=shelf, record=record,
        status=422 if bound is not None else 200, facts=_facts(record), acts=offered, errors_form=bound,
        events=events.select_related("actor", "unit").order_by("-seq"),
        again=privacy_registers.again(request, record),
        crumbs=[(str(shelf.label), reverse("desk:privacy_shelf", args=[slug]))], **(lock.context() if lock else {}),
    )  # fmt: skip


def _opened(request: HttpRequest, shelf: Shelf, record: Record) -> RecordFormLock | None:
    """The lock of who opens a record's forms; None where nothing is theirs to do: who asked or approved before is not asked."""
    if request.user.pk in (getattr(record, "asked_by_id", 0), getattr(record, "first_by_id", 0)):
        return None
    for act in shelf.acts:
        actor = access.record_actor(request.user, record, states.BY_NAME[act.row].roles)
        if actor and (states.find(act.row, record.status) or _second(act, record)):
            return RecordFormLock(request, record, actor)
    return None


def _second(act: Act, record: Record) -> bool:
    """The button "批准" is one act for the person, though the first of two approvals takes another row."""
    return act.row == "identity_grant" and states.find("identity_first", record.status) is not None


def _empty(act: Act, record: Record) -> WordsForm:
    prefilled = relaying.offered(record) if act.row == "message_pass" else ""  # type: ignore[arg-type]
    return WordsForm(label=act.asks, initial=prefilled, prefix=act.row)


_SHOWN = (
    "kind", "relation", "requester", "purpose", "export_query", "asked_by", "first_by", "second_by", "valid_until", "unit", "words",
    "passed_words", "contact", "summary", "persons", "data_kinds", "measures", "authority", "told_words", "identity_method",
    "result", "answer", "year", "figures_text", "findings", "due_on",
    "title", "recipient", "given_on", "way", "basis", "given_by", "necessity", "effect", "written_by", "signed_by",
    "assessment",
)  # fmt: skip


_LABELS: dict[str, Any] = {"figures_text": gettext_lazy("数字")}
"""What is computed and so no field."""


def _facts(record: Record) -> list[tuple[str, Any]]:
    """Label and value of what a record says, in the order of reading."""
    found: list[tuple[str, Any]] = []
    for name in _SHOWN:
        if not hasattr(record, name) or getattr(record, name) in ("", None):
            continue
        label = _LABELS.get(name) or getattr(
            type(record)._meta.get_field(name), "verbose_name", name
        )
        shown = getattr(record, f"get_{name}_display", None)
        value = shown() if shown else getattr(record, name)
        if name == "export_query":
            value = named_exports.list_words(value)
        if name == "words" and record.machine == states.Machine.RIGHTS:
            words, wanted = rights.asked_words(record)  # type: ignore[arg-type]
            value = "；".join([words, *(f"{k} → {v}" for k, v in wanted.items())]).strip("；")
        found.append((str(label), value))
    return found


@common.desk_view({Role.PRIVACY_OFFICER})
def breach_new(request: HttpRequest) -> HttpResponse:
    form = BreachForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        held = access.scope(request.user).holds([Role.PRIVACY_OFFICER])[0]
        actor = Actor.staff(request.user, held.role, None, held.on_behalf_of)  # type: ignore[arg-type]
        try:
            made = breaches.detect(
                jurisdiction=held.jurisdiction, actor=actor, at=timezone.now(), **form.cleaned_data
            )
            return redirect("desk:privacy_record", "breaches", made.pk)
        except DomainError as error:
            common.show_errors(form, error)
    return common.page(
        request, "suggestions/desk/privacy_form.html", title=_("登记个人信息安全事件"), form=form,
        status=422 if form.errors else 200, button=_("登记，开始计时"),
        advice=_("发现24小时内报告。登记时不写任何人的姓名和电话。"),
    )  # fmt: skip


@common.desk_view({Role.PRIVACY_OFFICER, Role.AUDIT_ADMIN})
def access_log(request: HttpRequest) -> HttpResponse:
    """Every reading of an identity: who, in which role, why, what. The case by its number, never the author."""
    reach = [
        r.jurisdiction.path for r in access.scope(request.user).holds(MATRIX["see_access_log"])
    ]
    rows = IdentityAccessLog.objects.none()
    for path in reach:
        rows = rows | IdentityAccessLog.objects.filter(
            suggestion__jurisdiction__path__startswith=path
        )
    held = Paginator(
        rows.select_related("user", "suggestion", "grant").order_by("-at", "-pk"), PAGE_SIZE
    )
    return common.page(
        request, "suggestions/desk/access_log.html", title=_("身份信息查看记录"),
        held=held.get_page(request.GET.get("page")), query="", shelves=_shelves(request),
        role_names=dict(Role.choices),
    )  # fmt: skip


# On the item's screen


class ItemPrivacyForm(forms.Form):
    act = forms.ChoiceField(
        choices=[("message", ""), ("minor", ""), ("break_glass", ""), ("conflict", "")],
        widget=forms.HiddenInput,
    )  # fmt: skip
    words = forms.CharField(required=False, max_length=1000)


@panels.register
def panel(request: HttpRequest, item: Suggestion) -> panels.Panel | None:
    """Write to a hidden author through the office, ask for leave to look, recuse oneself."""
    user = request.user
    own = access.own_assignment(user, item)
    may_write = item.hide_identity_from_unit and access.may(user, "write_message", item) is not None
    may_ask = access.may(user, "ask_grant", item) is not None
    may_recuse = access.may(user, "declare_conflict", item) is not None
    if not (may_write or may_ask or may_recuse):
        return None
    units = {r.unit_id for r in access.scope(user).holds(UNIT_ROLES) if r.unit_id is not None}
    context = {
        "may_write": may_write and own is not None,
        "said": relaying.for_unit(item, units) if item.hide_identity_from_unit and units else [],
        "is_minor": item.author.is_minor,
        "may_ask": may_ask,
        "may_recuse": may_recuse,
        "url": reverse("desk:item_privacy", args=[item.case_no]),
    }
    return panels.Panel("suggestions/desk/privacy_panel.html", context, place="side")


@common.post_only()
@common.desk_view()
def item_privacy(request: HttpRequest, case_no: str) -> HttpResponse:
    """The acts of the panel. What was refused is said on the item's screen, the words with it."""
    item = common.load(request, case_no)
    form = ItemPrivacyForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("没有记下：请写500个字以内的话。"))
        return redirect(common.item_address(item.case_no))
    name, words = form.cleaned_data["act"], form.cleaned_data["words"]
    actions = {"message": "write_message", "conflict": "declare_conflict"}
    actor = access.may(request.user, actions.get(name, "ask_grant"), item)
    if actor is None:
        return common.refused(request, needed=MATRIX[actions.get(name, "ask_grant")])
    now = timezone.now()
    try:
        if name == "message" and actor.unit is not None:
            relaying.write(suggestion=item, unit=actor.unit, words=words, actor=actor, at=now)
        elif name == "conflict":
            authority.declare_conflict(
                suggestion=item, user=request.user, reason=words, actor=actor, at=now
            )
        else:
            kind = GrantKind.MINOR if name == "minor" else GrantKind.BREAK_GLASS
            identity.ask(kind=kind, suggestion=item, reason=words, actor=actor, at=now)
    except DomainError as error:
        messages.error(
            request, _("没有记下：%(why)s 您写的是：%(words)s") % {"why": error, "words": words}
        )
        return redirect(common.item_address(item.case_no))
    done = {
        "message": _("已请办公室转达。"),
        "conflict": _("已申报回避，这件建议不再归您看。"),
    }.get(name, _("申请已经提交，批准后再看。"))
    messages.success(request, done)
    return redirect("desk:home" if name == "conflict" else common.item_address(item.case_no))
