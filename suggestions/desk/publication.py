"""From original to public text at the desk: one publisher masks, another releases; and a published page's suspension."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.desk.form_locks import FormLock
from suggestions.desk.publication_forms import CheckForm, MaskForm, PageForm, RefusePublicationForm
from suggestions.errors import ChangedMeanwhile, DomainError, Invalid
from suggestions.models import PublicationReview
from suggestions.roles import Role
from suggestions.selectors import publication as reading
from suggestions.selectors import queues, workload
from suggestions.services import publishing
from suggestions.states import BY_NAME, ON_PAGE, Publication

State = PublicationReview.State
_OPEN = (State.QUEUED, State.REDACTING, State.SECOND_CHECK)
KEEPERS = frozenset({*BY_NAME["suspend"].roles, *BY_NAME["resume_publication"].roles})
"""Roles that may take a page out of sight or bring it back."""


@common.desk_view(common.PUBLISHER_ROLES)
def publication_queue(request: HttpRequest) -> HttpResponse:
    state = request.GET.get("state", "")
    q = request.GET.get("q", "").replace("\x00", "").strip()[:80]
    held = reading.page(request.user, state=state, q=q, number=request.GET.get("page", "1"))
    today = local_date(timezone.now())
    kept = request.GET.copy()
    kept.pop("page", None)
    return common.page(
        request,
        "suggestions/desk/publication_queue.html",
        title=_("公开审核"),
        tabs=reading.tabs(request.user),
        state=state,
        q=q,
        held=held,
        rows=[reading.row(r, request.user, today=today) for r in held],
        query=kept.urlencode(),
    )


@common.desk_view(common.PUBLISHER_ROLES)
def publication(request: HttpRequest, pk: int) -> HttpResponse:
    """One round of masking; a round that is over is shown as it was released."""
    review = (
        reading.reachable(request.user)
        .filter(pk=pk)
        .select_related(
            "suggestion__jurisdiction", "suggestion__author", "suggestion__lead_unit", "reply__unit",
            "redacted_by", "checked_by",
        )
        .first()
    )  # fmt: skip
    if review is None:
        raise Http404
    actor = access.actor_for(request.user, review.suggestion, [Role.PUBLISHER])
    if actor is None:
        return common.refused(request, needed=common.PUBLISHER_ROLES)
    work = _Masking(request, review, actor)
    return work.post() if request.method == "POST" else work.show()


class _Masking:
    """One request at the masking screen."""

    def __init__(self, request: HttpRequest, review: PublicationReview, actor: Actor) -> None:
        self.request, self.review, self.actor = request, review, actor
        self.allow = reading.allowed(review)
        self.originals = reading.originals(review)
        self.labels = reading.labels(review)
        self.files = reading.choosable(review)
        self.form = self._form()
        self.refuse_form, self.check_form = RefusePublicationForm(), CheckForm()
        self.problem = ""
        self.leftovers = False
        self.lock = self._lock()

    def _lock(self) -> FormLock | None:
        """Held while this person has something to mask, check or decide here."""
        if self.review.state not in _OPEN:
            return None
        waits = self.review.state == State.SECOND_CHECK and self._is_mine()
        if waits and self.request.method != "POST":
            return None
        return FormLock(self.request, self.review.suggestion, self.actor, "publication")

    def _seen(self) -> str:
        """Names the very draft on the screen, so that nobody saves over or releases words they did not see."""
        at = self.review.redacted_at
        return f"{self.review.state}-{at.timestamp() if at else 0}-{self.review.reply_id or 0}"

    def _form(self, data: Any = None, texts: dict[str, str] | None = None) -> MaskForm:
        return MaskForm(
            data, review=self.review, labels=self.labels, files=self.files, seen=self._seen(), texts=texts
        )  # fmt: skip

    def post(self) -> HttpResponse:
        steps: dict[str, Callable[[], str]] = {
            "save": self._save,
            "mask": self._mask_certain,
            "mask_likely": self._mask_likely,
            "submit": self._submit,
            "release": self._release,
            "send_back": self._send_back,
            "refuse": self._refuse,
            "take_back": self._take_back,
        }
        step = steps.get(self.request.POST.get("act", ""))
        try:
            if step is None:
                raise DomainError(_("请点下面的一个按钮。"))
            if self.review.state not in _OPEN:
                raise DomainError(_("这一轮已经结束，不能再改。要改已公开的文字，请先暂停公开。"))
            if self.lock is not None and self.lock.problem:
                self._keep_typed()
                self.lock.check()
            done = step()
        except DomainError as error:
            self._put(error)
            return self.show(status=422)
        if not done:
            return self.show(status=422)
        messages.success(self.request, done)
        workload.forget_menu_counts(self.request.user)
        if self.request.POST.get("act") in ("save", "mask", "mask_likely", "take_back"):
            # Still at work here.
            return redirect("desk:publication", self.review.pk)
        if self.lock is not None:
            self.lock.release()
        return redirect("desk:publication_queue")

    def _keep_typed(self) -> None:
        """Bind what was sent to its form, so that every word stands on the page."""
        act, posted = self.request.POST.get("act"), self.request.POST
        if act == "refuse":
            self.refuse_form = RefusePublicationForm(posted)
        elif act == "send_back":
            self.check_form = CheckForm(posted)
        elif act in ("save", "mask", "mask_likely", "submit"):
            self.form = self._form(posted)

    def _bound(self) -> bool:
        """Bind what was typed; refuse, with everything kept, when a colleague saved in between."""
        posted = self.request.POST.copy()
        current = posted.get("seen", "") == self._seen()
        posted["seen"] = self._seen()
        self.form = self._form(posted)
        if not current:
            raise ChangedMeanwhile(
                _("刚才有同事改了这份公开稿，或者答复有更新。您填的还在，请核对后再保存一次。")
            )
        return self.form.is_valid()

    def _keep(self, texts: dict[str, str]) -> None:
        publishing.save(
            review=self.review, actor=self.actor, at=timezone.now(), public_attachments=self.form.file_ids(), **texts
        )  # fmt: skip

    def _save(self) -> str:
        if not self._bound():
            return ""
        self._keep(self.form.texts())
        return _("公开稿已保存。")

    def _mask_certain(self) -> str:
        return self._mask(likely=False)

    def _mask_likely(self) -> str:
        return self._mask(likely=True)

    def _mask(self, *, likely: bool) -> str:
        if not self._bound():
            return ""
        texts = self.form.texts()
        covered = {
            n: reading.mask(t, self.review, self.allow, likely=likely) for n, t in texts.items()
        }
        self._keep(covered)
        changed = sum(covered[n] != texts[n] for n in texts)
        if not changed:
            return _("规则没有找到要再遮盖的，公开稿已保存。")
        return _("已按规则遮盖，%(n)d处文字有变化，请核对。") % {"n": changed}

    def _submit(self) -> str:
        if not self._bound():
            return ""
        texts = self.form.texts()
        left = [
            n
            for n, t in texts.items()
            if any(s.certain for s in reading.spans(t, self.review, self.allow))
        ]
        if left and not self.form.cleaned_data["checked"]:
            self.leftovers = True
            raise Invalid(
                {
                    n: [_("这里还有像是个人信息的内容，见下面标出的。请遮盖，或者勾选“我都看过”。")]
                    for n in left
                }
            )
        self._keep(texts)
        publishing.submit(review=self.review, actor=self.actor, at=timezone.now())
        return _("已提交复核，由另一位公开审核员来看。")

    def _check_seen(self) -> None:
        if self.request.POST.get("seen", "") != self._seen():
            raise ChangedMeanwhile(_("这份公开稿刚才有改动，请看过新的内容再决定。"))

    def _release(self) -> str:
        self._check_seen()
        publishing.release(review=self.review, actor=self.actor, at=timezone.now())
        return _("%(no)s已公开。") % {"no": self.review.suggestion.case_no}

    def _send_back(self) -> str:
        self.check_form = CheckForm(self.request.POST)
        if not self.check_form.is_valid():
            return ""
        self._check_seen()
        if self._is_mine():
            raise DomainError(_("复核要由另一位公开审核员来做。要改，请直接点“收回再改”。"))
        reason = self.check_form.cleaned_data["reason"]
        publishing.send_back(review=self.review, actor=self.actor, at=timezone.now(), reason=reason)
        return _("已退回脱敏。")

    def _take_back(self) -> str:
        """Who masked it sees something more to do before anybody checks."""
        if not self._is_mine():
            raise DomainError(_("这份公开稿是同事做的。要改，请点“退回脱敏”并写明要改什么。"))
        publishing.send_back(review=self.review, actor=self.actor, at=timezone.now())
        return _("已收回，可以接着改。")

    def _refuse(self) -> str:
        self.refuse_form = RefusePublicationForm(self.request.POST)
        if not self.refuse_form.is_valid():
            return ""
        reason = self.refuse_form.cleaned_data["reason"]
        publishing.refuse(review=self.review, reason=reason, actor=self.actor, at=timezone.now())
        return _("%(no)s不公开，理由已记下。") % {"no": self.review.suggestion.case_no}

    def _put(self, error: DomainError) -> None:
        act = self.request.POST.get("act")
        form = {"refuse": self.refuse_form, "send_back": self.check_form}.get(act or "", self.form)
        if form.is_bound:
            common.show_errors(form, error)
        else:
            self.problem = str(error)

    def _is_mine(self) -> bool:
        return self.review.redacted_by_id == self.request.user.pk

    def show(self, status: int = 200) -> HttpResponse:
        review, item = self.review, self.review.suggestion
        today = local_date(timezone.now())
        masking = review.state in (State.QUEUED, State.REDACTING)
        return common.page(
            self.request,
            "suggestions/desk/publication.html",
            title=_("脱敏和公开"),
            crumbs=[(_("公开审核"), reverse("desk:publication_queue"))],
            status=status,
            item=item,
            review=review,
            form=self.form,
            refuse_form=self.refuse_form,
            check_form=self.check_form,
            problem=self.problem,
            rows=[self._row(name) for name in self.labels],
            files=[(f, str(f.pk) in self.form.chosen()) for f in self.files],
            masking=masking,
            checking=review.state == State.SECOND_CHECK,
            open=review.state in _OPEN,
            mine=self._is_mine(),
            seen=self._seen(),
            leftovers=self.leftovers,
            sent_back_for=reading.sent_back_for(review) if masking else "",
            signed_as=publishing.public_name(item) if review.covers_suggestion else "",
            due=queues.due_words(item, today=today),
            age=queues.age_words(item, today=today),
            **(self.lock.context() if self.lock else {}),
        )

    def _row(self, name: str) -> dict[str, Any]:
        """One text: the original with its marks, the field, and what the rules still see in the draft."""
        before = self.originals[name]
        now = str(self.form[name].value() or "")
        marks = reading.spans(now, self.review, self.allow)
        return {
            "label": self.labels[name],
            "field": self.form[name],
            "original": reading.pieces(before, reading.spans(before, self.review, self.allow)),
            "text": now,
            "left": [reading.Piece(now[s.start : s.end], s.kind, s.certain) for s in marks],
        }


@common.desk_view(KEEPERS)
def page_state(request: HttpRequest, case_no: str) -> HttpResponse:
    """Take a published page out of sight at once, bring it back, or remove it for good (process.md 9.2)."""
    item = common.load(request, case_no)
    shown, suspended = item.publication in ON_PAGE, item.publication == Publication.SUSPENDED
    acts: dict[str, Actor | None] = {
        "suspend": access.may_transition(request.user, "suspend", item) if shown else None,
        "resume": access.may_transition(request.user, "resume_publication", item)
        if suspended
        else None,
        "remove": access.may_transition(request.user, "remove", item) if suspended else None,
    }
    act = request.POST.get("act", "")
    form = PageForm(request.POST if act in ("suspend", "resume") else None)
    remove_form = RefusePublicationForm(request.POST if act == "remove" else None)
    problem = ""
    keeper = next((a for a in acts.values() if a is not None), None)
    lock = FormLock(request, item, keeper, "page_state") if keeper else None
    if request.method == "POST":
        actor = acts.get(act)
        if actor is None:
            return common.refused(
                request, message=_("这一步现在不能做，或者不归您的角色。请刷新页面再看。")
            )
        bound: Any = remove_form if act == "remove" else form
        if bound.is_valid():
            reason = bound.cleaned_data["reason"]
            try:
                if lock is not None:
                    lock.check()
                _keep_page(act, item, reason, actor)
            except DomainError as error:
                common.show_errors(bound, error)
            else:
                if lock is not None:
                    lock.release()
                messages.success(request, _PAGE_DONE[act] % {"no": item.case_no})
                return redirect("desk:item", item.case_no)
    today = local_date(timezone.now())
    return common.page(
        request,
        "suggestions/desk/publication_page.html",
        title=_("公开页面"),
        crumbs=[(item.case_no, reverse("desk:item", args=[item.case_no]))],
        status=422 if request.method == "POST" else 200,
        item=item,
        acts={name for name, actor in acts.items() if actor is not None},
        form=form,
        remove_form=remove_form,
        problem=problem,
        **(lock.context() if lock else {}),
        due=queues.due_words(item, today=today),
        age=queues.age_words(item, today=today),
    )


_PAGE_DONE = {
    "suspend": "%(no)s的公开页面已暂停，网站和搜索里都看不到了。",
    "resume": "%(no)s的公开页面已恢复。",
    "remove": "%(no)s的公开页面已撤下。",
}


def _keep_page(act: str, item: Any, reason: str, actor: Actor) -> None:
    now = timezone.now()
    if act == "suspend":
        publishing.suspend(suggestion=item, reason=reason, actor=actor, at=now)
    elif act == "resume":
        publishing.resume(suggestion=item, reason=reason, actor=actor, at=now)
    else:
        publishing.take_down(suggestion=item, reason=reason, actor=actor, at=now)
