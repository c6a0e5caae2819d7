"""What may be done once a case has its answer, each act a form on its own page (T15 to T17; process.md 4.7, 7.1; K18).

An act stands in one row of AFTER: who may do it is the row of states/ or of the matrix it names, and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.desk import after_forms as forms
from suggestions.desk import common, form_locks
from suggestions.desk.form_locks import FormLock
from suggestions.desk.item import around
from suggestions.errors import ChangedMeanwhile, DomainError
from suggestions.matrix import MATRIX
from suggestions.models import Suggestion
from suggestions.selectors import casefile, queues, workload
from suggestions.services import commitments, delivering, evaluating, rectifying, reopening
from suggestions.states import BY_NAME, Case, Machine

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Perform = Callable[[Suggestion, dict[str, Any], Actor, datetime], object]


@dataclass(frozen=True)
class After:
    """One act: its words, its form, the rule that names who may (a row of states/ or of the matrix), its service."""

    heading: "StrOrPromise"
    advice: "StrOrPromise"
    button: "StrOrPromise"
    done: "StrOrPromise"
    form: type[forms.AfterForm]
    rule: str
    perform: Perform

    def actor(self, user: Any, item: Suggestion) -> Actor | None:
        """The user as the one who may, or None."""
        if self.rule in MATRIX:
            return access.may(user, self.rule, item)
        return access.may_transition(user, self.rule, item)

    @property
    def roles(self) -> tuple[str, ...]:
        return tuple(MATRIX[self.rule]) if self.rule in MATRIX else BY_NAME[self.rule].roles


def _reopen(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    return reopening.reopen(suggestion=item, actor=actor, at=at, **values)


def _rectify(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    return rectifying.order(suggestion=item, actor=actor, at=at, **values)


def _take_up(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    return reopening.take_up(suggestion=item, actor=actor, at=at)


def _contact(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    return delivering.log_contact(suggestion=item, actor=actor, at=at, **values)


def _delivered(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    return delivering.by_hand(suggestion=item, actor=actor, at=at, **values)


def _keep(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    values["commitment"].suggestion = item
    return commitments.keep(actor=actor, at=at, **values)


def _renew(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    values["commitment"].suggestion = item
    return commitments.renew(actor=actor, at=at, **values)


def _release(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    values["commitment"].suggestion = item
    return commitments.release_proof(actor=actor, at=at, **values)


def _rating(item: Suggestion, values: dict[str, Any], actor: Actor, at: datetime) -> object:
    return evaluating.reopen(suggestion=item, actor=actor, at=at)


AFTER: dict[str, After] = {
    "reopen": After(
        _("重新办理"), _("答复有误、承诺没有做到或者有新情况时，退回承办单位重新办理，重新计算办理期限。先前的答复保留。"),
        _("重新办理"), _("已重新办理，等主办单位接手。"), forms.ReopenForm, "reopen", _reopen,
    ),
    "rectify": After(
        _("限期整改"), _("建议人再次不满意时由督办员决定要不要整改。单位10个工作日内重新答复，不能延期。"),
        _("责令整改"), _("已责令限期整改。"), forms.ReasonForm, "rectify", _rectify,
    ),
    "take-up": After(
        _("接手重新办理"), _("接手后就可以起草新的答复。新的答复要和先前的不一样。"), _("接手"), _("已接手，请起草新的答复。"),
        forms.EmptyForm, "take_up", _take_up,
    ),
    "contact": After(
        _("记一次联系"), _("和建议人通话、见面或者没有联系上，都在这里记。建议人能看到联系过，看不到谈了什么。"),
        _("保存"), _("联系记录已保存。"), forms.ContactForm, "log_contact", _contact,
    ),
    "delivered": After(
        _("记答复送达"), _("寄信的写单号；口头告知的写告诉了谁。短信、邮件和建议人自己看过，系统会自动记。"), _("保存"),
        _("送达已记录。"), forms.DeliveredForm, "note_delivery", _delivered,
    ),
    "keep": After(
        _("登记承诺做到了"), _("做到了就登记，建议人会收到通知，网站上显示“做到了”。"), _("登记"), _("已登记，已通知建议人。"),
        forms.KeepForm, "keep_commitment", _keep,
    ),
    "renew": After(
        _("改承诺的日期"), _("改日期要有理由，会告诉建议人。原来的日期仍然显示。由单位负责人办。"), _("改日期"),
        _("日期已改，已告诉建议人。"), forms.RenewForm, "renew_commitment", _renew,
    ),
    "release": After(
        _("公开做到的说明"), _("核对没有个人信息后公开，显示在公开页和单位页上。"), _("公开"), _("已公开。"),
        forms.ReleaseForm, "release_proof", _release,
    ),
    "rating": After(
        _("重开评价"), _("建议人提出还想评价时，答复后90天内可以再开放15天。不能替建议人评。"), _("重开评价"),
        _("已重新开放评价。"), forms.EmptyForm, "reopen_rating", _rating,
    ),
}  # fmt: skip


def _address(name: str) -> Callable[[Suggestion], str]:
    return lambda item: reverse("desk:after", args=[item.case_no, name])


for _name, _after in AFTER.items():
    # So that pings and take-overs know whose form is open, and where it stands.
    form_locks.FORMS[f"after-{_name}"] = form_locks.Form(_after.actor, _address(_name))


def fits(name: str, item: Suggestion, *, at: datetime) -> bool:
    """Whether the item is in a state for this act; who may is asked apart."""
    rule = AFTER[name].rule
    if rule in BY_NAME and BY_NAME[rule].machine == Machine.CASE:
        return item.status in BY_NAME[rule].from_
    if name in ("keep", "renew"):
        return item.commitments.filter(status__in=BY_NAME[rule].from_).exists()
    if name == "release":
        return item.commitments.filter(status="kept").exists()
    if name == "rating":
        return evaluating.may_reopen(item, at=at)
    if name == "delivered":
        return delivering.given(item) is not None
    return item.status in _TALKED_IN


_TALKED_IN = frozenset(
    {Case.HANDLING, Case.REPLY_REVIEW, Case.ANSWERED, Case.RECTIFYING, Case.REOPENED, Case.CLOSED}
)


@common.desk_view()
def after(request: HttpRequest, case_no: str, act: str) -> HttpResponse:
    chosen = AFTER.get(act)
    if chosen is None:
        raise Http404
    item = common.load(request, case_no)
    actor = chosen.actor(request.user, item)
    if actor is None:
        return common.refused(request, needed=chosen.roles)
    queue, now = common.queue_of(request), timezone.now()
    back = common.item_address(item.case_no, queue)
    if not fits(act, item, at=now):
        messages.error(
            request, _("%(act)s现在不能办，请看这件建议的最新情况。") % {"act": chosen.heading}
        )
        return redirect(back)
    # Read before the lock: taking it over is itself an event of the item.
    stale = request.POST.get("version", "") not in ("", str(item.version))
    lock = FormLock(request, item, actor, f"after-{act}")
    form = chosen.form(request.POST if request.method == "POST" else None, item=item)
    if request.method == "POST" and form.is_valid():
        try:
            lock.check()
            if stale:
                raise ChangedMeanwhile
            chosen.perform(item, form.cleaned_data, actor, now)
        except DomainError as error:
            common.show_errors(form, error)
        else:
            lock.release()
            workload.forget_menu_counts(request.user)
            messages.success(request, f"{item.case_no}：{chosen.done}")
            return redirect(back)
    today = local_date(now)
    return common.page(
        request,
        "suggestions/desk/act.html",
        title=str(chosen.heading),
        crumbs=[(item.case_no, back)],
        status=422 if request.method == "POST" else 200,
        item=item,
        act=chosen,
        act_url=reverse("desk:after", args=[item.case_no, act]),
        item_url=back,
        form=form,
        **lock.context(),
        due=queues.due_words(item, today=today),
        age=queues.age_words(item, today=today),
        original=casefile.original(request.user, item),
        **around(request, item, queue),
    )
