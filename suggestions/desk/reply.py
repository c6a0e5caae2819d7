"""The unit's answer: drafted beside the author's words, signed by the unit's head; and co-units' opinions."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.desk.form_locks import FormLock
from suggestions.desk.reply_forms import OpinionForm, ReplyForm, ReturnForm, SignForm
from suggestions.desk.reply_parts_forms import part_set
from suggestions.errors import ChangedMeanwhile, DomainError, WrongState
from suggestions.matrix import MATRIX
from suggestions.models import Assignment, Reply, Suggestion
from suggestions.roles import UNIT_ROLES
from suggestions.selectors import answer, casefile, knowledge, queues, workload
from suggestions.services import assignment as assigning
from suggestions.services import rectifying, reply_templates, replying
from suggestions.states import BY_NAME
from suggestions.states import Assignment as Part

WRITERS = MATRIX["draft_reply"]
HEADS = BY_NAME["submit_reply"].roles
_LAST = ("ask", "sign", "return")
"""Acts after which a colleague goes on."""


@common.desk_view(UNIT_ROLES)
def reply(request: HttpRequest, case_no: str) -> HttpResponse:
    item = common.load(request, case_no)
    try:
        lead = replying.lead_assignment(item)
    except WrongState:
        return common.refused(request, message=_("这件建议现在没有主办单位。"))
    writer = access.unit_actor(request.user, lead.unit_id, WRITERS)
    head = access.unit_actor(request.user, lead.unit_id, HEADS)
    if writer is None and head is None:
        return common.refused(
            request,
            message=_("这件由%(unit)s主办，答复由主办单位起草。") % {"unit": lead.unit.name},
        )
    if lead.status == Part.PENDING:
        messages.info(request, _("请先签收，再起草答复。"))
        return redirect("desk:sign_in", item.case_no)
    work = _Work(request, item, lead, writer, head)
    return work.post() if request.method == "POST" else work.show()


class _Work:
    """One request at the reply's desk: who the person is here, the newest version, the three forms."""

    def __init__(
        self,
        request: HttpRequest,
        item: Suggestion,
        lead: Assignment,
        writer: Actor | None,
        head: Actor | None,
    ) -> None:
        self.request, self.item, self.lead = request, item, lead
        self.writer, self.head = writer, head
        self.reply = replying.own_reply(item, lead)
        self.open = item.status in replying.WRITABLE_CASES
        self.templates = list(
            reply_templates.available(jurisdiction=item.jurisdiction, unit=lead.unit)
        )
        chosen = request.GET.get("template", "")
        self.template = next((t for t in self.templates if str(t.pk) == chosen), None)
        self.units = replying.assigning_units(item)
        self.reasons = rectifying.reasons(item) if self.open else []
        self.form = self._reply_form()
        self.parts = self._part_set()
        self.sign_form, self.return_form = SignForm(), ReturnForm()
        self.problem = ""
        self.lock = self._lock()

    def _lock(self) -> FormLock | None:
        """Held by who has something to write or to sign here; a reader stands in nobody's way."""
        state = self.reply.state if self.reply is not None else ""
        writes = self.writer is not None and (
            state != Reply.State.AWAITING_SIGNATURE or self.request.method == "POST"
        )
        signs = self.head is not None and state == Reply.State.AWAITING_SIGNATURE
        actor = self.writer if writes else self.head if signs else None
        if not self.open or actor is None:
            return None
        return FormLock(self.request, self.item, actor, "reply")

    def _reply_form(self, data: Any = None, seen: str = "") -> ReplyForm:
        unit = self.lead.unit
        contact = f"{unit.short_name} {unit.phone}" if unit.phone else ""
        held = ReplyForm(
            data, reply=self.reply, seen=seen or answer.seen(self.reply), contact=contact
        )
        if data is None and self.template is not None:
            # Only on the page: what is stored changes when somebody saves.
            held.initial["body"] = reply_templates.render(
                self.template, suggestion=self.item, unit=unit, at=timezone.now()
            )
        return held

    def _part_set(self, data: Any = None) -> Any:
        return part_set(data, reply=self.reply, assignments=self.units, reasons=self.reasons)

    def post(self) -> HttpResponse:
        steps: dict[str, tuple[Actor | None, Callable[[Actor], str]]] = {
            "save": (self.writer, self._save),
            "ask": (self.writer, self._ask),
            "sign": (self.head, self._sign),
            "return": (self.head, self._return),
            **{
                f"adopt-{a.pk}": (self.writer, partial(self._adopt, a))
                for a in self.units
                if a.part == Assignment.Part.CO
            },
        }
        actor, step = steps.get(self.request.POST.get("act", ""), (None, None))
        if step is None:
            self.problem = _("请点下面的一个按钮：保存、送审签、签发或退回。")
            return self.show(status=422)
        if actor is None:
            return common.refused(self.request, message=_("这一步不归您的角色。"))
        try:
            if not self.open:
                raise WrongState
            if self.lock is not None and self.lock.problem:
                self._keep_typed()
                self.lock.check()
            done = step(actor)
        except DomainError as error:
            self._put(error)
        else:
            if done:
                if self.lock is not None and self.request.POST.get("act") in _LAST:
                    self.lock.release()
                messages.success(self.request, done)
                workload.forget_menu_counts(self.request.user)
                return redirect(self._after())
        return self.show(status=422)

    def _keep_typed(self) -> None:
        """Bind what was sent to its form, so that every word stands on the page."""
        posted = self.request.POST
        act = posted.get("act")
        if act == "sign":
            self.sign_form = SignForm(posted)
        elif act == "return":
            self.return_form = ReturnForm(posted)
        else:
            self.form, self.parts = self._reply_form(posted), self._part_set(posted)

    def _after(self) -> str:
        if self.request.POST.get("act") == "sign":
            return common.item_address(self.item.case_no)
        return reverse("desk:reply", args=[self.item.case_no]) + "#check"

    def _bound(self) -> ReplyForm:
        posted = self.request.POST
        self.form = self._reply_form(posted)
        self.parts = self._part_set(posted)
        if posted.get("seen", "") != answer.seen(self.reply):
            # Everything typed stays; the colleague's words stand beside, and a second save is a choice made knowing.
            fresh = posted.copy()
            fresh["seen"] = answer.seen(self.reply)
            self.form = self._reply_form(fresh)
            raise ChangedMeanwhile(
                _(
                    "刚才有同事改了这份答复，新的内容在“现在存着的”里。您填的还在，核对后再保存一次。"
                )
            )
        return self.form

    def _save(self, actor: Actor) -> str:
        form = self._bound()
        if not form.is_valid() or (self.parts.is_bound and not self.parts.is_valid()):
            return ""
        values = form.values()
        if self.parts.is_bound:
            values["parts"] = [row for row in self.parts.cleaned_data if row]
        self.reply = replying.save_draft(
            suggestion=self.item, actor=actor, at=timezone.now(), **values
        )
        return _("草稿已保存。下面是检查结果和建议人将看到的样子。")

    def _ask(self, actor: Actor) -> str:
        if not self._save(actor) or self.reply is None:
            return ""
        try:
            replying.ask_for_signature(reply=self.reply, actor=actor, at=timezone.now())
        except DomainError:
            # The draft itself is kept, so the page goes on from the saved version.
            fresh = self.request.POST.copy()
            fresh["seen"] = answer.seen(self.reply)
            self.form = self._reply_form(fresh)
            raise
        return _("已送负责人审签。")

    def _adopt(self, part: Assignment, actor: Actor) -> str:
        """Everything typed is saved first, then the opinion is added below it."""
        if not self._save(actor):
            return ""
        self.reply = replying.adopt_opinion(
            suggestion=self.item, part=part, actor=actor, at=timezone.now()
        )
        return _("%(unit)s的意见已加到逐条回应，请按答复的口径改一改。") % {
            "unit": part.unit.short_name
        }

    def _seen_reply(self) -> Reply:
        """The version whose words the head has on the screen."""
        if self.reply is None or self.request.POST.get("seen", "") != answer.seen(self.reply):
            raise ChangedMeanwhile(_("这份答复刚才有改动，请看过新的内容再签。"))
        return self.reply

    def _sign(self, actor: Actor) -> str:
        self.sign_form = SignForm(self.request.POST)
        if not self.sign_form.is_valid():
            return ""
        note = self.sign_form.cleaned_data["note"]
        replying.sign(reply=self._seen_reply(), actor=actor, at=timezone.now(), note=note)
        return _("已签发，报送征集办公室审核。")

    def _return(self, actor: Actor) -> str:
        self.return_form = ReturnForm(self.request.POST)
        if not self.return_form.is_valid():
            return ""
        note = self.return_form.cleaned_data["note"]
        replying.return_draft(reply=self._seen_reply(), note=note, actor=actor, at=timezone.now())
        return _("已退回经办人修改。")

    def _put(self, error: DomainError) -> None:
        """Show what the domain refused beside the form it is about."""
        act = self.request.POST.get("act")
        forms: dict[str | None, Form] = {"sign": self.sign_form, "return": self.return_form}
        form = forms.get(act, self.form)
        if form.is_bound:
            common.show_errors(form, error)
        else:
            self.problem = str(error)

    def show(self, status: int = 200) -> HttpResponse:
        item, today = self.item, local_date(timezone.now())
        held = self.reply
        writing = self.open and self.writer is not None
        signing = (
            self.open
            and self.head is not None
            and held is not None
            and held.state == Reply.State.AWAITING_SIGNATURE
        )
        beside = answer.beside(item, held)
        # A version that went through is history: the next save begins a new one, and this stands beside it.
        if held is not None and held.state not in replying.EDITABLE:
            beside["earlier"] = [held, *beside["earlier"]]
        waiting = assigning.waiting_co_units(item, at=timezone.now()) if self.open else []
        return common.page(
            self.request,
            "suggestions/desk/reply.html",
            title=_("起草答复") if writing else _("审签答复"),
            crumbs=[
                (_("单位收件"), reverse("desk:inbox")),
                (item.case_no, reverse("desk:item", args=[item.case_no])),
            ],
            status=status,
            item=item,
            known=knowledge.for_topic(item.topic) if writing else [],
            reply=held,
            current=held if held is not None and held.state in replying.EDITABLE else None,
            form=self.form,
            parts=self.parts,
            offered=[
                a
                for a in self.units
                if a.part == Assignment.Part.CO
                and a.opinion
                and not any(p.get("unit") == a.unit.code for p in (held.parts if held else []))
            ],
            templates=self.templates if writing else [],
            chosen_template=self.template,
            reasons=self.reasons,
            contacts=list(item.author_contacts.select_related("by", "unit")[:5])
            if self.reasons
            else [],
            sign_form=self.sign_form,
            return_form=self.return_form,
            problem=self.problem,
            writing=writing,
            signing=signing,
            seen=answer.seen(held),
            waiting="、".join(a.unit.short_name for a in waiting),
            changed=self.form.is_bound and bool(self.form.non_field_errors()),
            original=casefile.original(self.request.user, item),
            due=queues.due_words(item, today=today),
            age=queues.age_words(item, today=today),
            **(self.lock.context() if self.lock else {}),
            **beside,
        )


@common.desk_view(UNIT_ROLES)
def opinion(request: HttpRequest, case_no: str) -> HttpResponse:
    """A co-unit tells the lead what its own duties say (BJ 14)."""
    item = common.load(request, case_no)
    # Somebody with roles in two units may lead with one and help with the other: here they help.
    parts = access.own_assignments(request.user, item)
    held = parts[-1] if parts else None
    actor = access.unit_actor(request.user, held.unit_id, MATRIX["give_opinion"]) if held else None
    if held is None or actor is None:
        return common.refused(request, needed=MATRIX["give_opinion"])
    if held.part != Assignment.Part.CO:
        messages.info(request, _("本单位是主办单位，请直接起草答复。"))
        return redirect("desk:reply", item.case_no)
    if held.status == Part.PENDING:
        messages.info(request, _("请先签收，再写协办意见。"))
        return redirect("desk:sign_in", item.case_no)
    form = OpinionForm(request.POST or None)
    writing = held.status in (Part.SIGNED, Part.WORKING)
    lock = FormLock(request, item, actor, "opinion") if writing else None
    if request.method == "POST" and form.is_valid():
        try:
            if lock is not None:
                lock.check()
            text = form.cleaned_data["opinion"]
            assigning.give_opinion(assignment=held, opinion=text, actor=actor, at=timezone.now())
        except DomainError as error:
            common.show_errors(form, error)
        else:
            if lock is not None:
                lock.release()
            workload.forget_menu_counts(request.user)
            messages.success(request, _("协办意见已交给主办单位。"))
            return redirect("desk:item", item.case_no)
    today = local_date(timezone.now())
    return common.page(
        request,
        "suggestions/desk/reply_opinion.html",
        title=_("协办意见"),
        crumbs=[
            (_("单位收件"), reverse("desk:inbox")),
            (item.case_no, reverse("desk:item", args=[item.case_no])),
        ],
        status=422 if form.errors else 200,
        item=item,
        assignment=held,
        form=form,
        writing=writing,
        **(lock.context() if lock else {}),
        original=casefile.original(request.user, item),
        due=queues.due_words(item, today=today),
        age=queues.age_words(item, today=today),
        **answer.beside(item, None),
    )
