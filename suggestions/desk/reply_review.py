"""The office's look at a signed reply: pass it to the author, or send it back with reasons (T12, T13)."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.desk.form_locks import FormLock
from suggestions.desk.forms import words
from suggestions.errors import ChangedMeanwhile, DomainError
from suggestions.models import Reply
from suggestions.selectors import answer, casefile, queues, workload
from suggestions.services import replying
from suggestions.states import BY_NAME

REVIEWERS = BY_NAME["pass_reply"].roles


class SendBackForm(forms.Form):
    reason = words(
        gettext_lazy("退回的理由"),
        limit=1000,
        help_text=gettext_lazy("承办单位会原样看到。写明哪一条没有回应、缺什么、要改成什么样。"),
        error_messages={"required": gettext_lazy("请写明退回的理由，承办单位要照着改。")},
    )


@common.desk_view(REVIEWERS)
def review(request: HttpRequest, case_no: str) -> HttpResponse:
    item = common.load(request, case_no)
    actor = access.may_transition(request.user, "pass_reply", item)
    if actor is None:
        return common.refused(request, needed=REVIEWERS)
    reply = replying.current_reply(item)
    if reply is None or reply.state != Reply.State.SIGNED:
        messages.info(request, _("这件现在没有等着审核的答复。"))
        return redirect("desk:item", item.case_no)
    act = request.POST.get("act", "")
    form = SendBackForm(request.POST if act == "send_back" else None, label_suffix="")
    problem = ""
    lock = FormLock(request, item, actor, "review")
    if request.method == "POST":
        now = timezone.now()
        try:
            lock.check()
            if request.POST.get("seen") != answer.seen(reply):
                raise ChangedMeanwhile
            if act == "pass":
                replying.approve(reply=reply, actor=actor, at=now)
                messages.success(
                    request,
                    _("%(no)s的答复已通过，建议人会收到答复和评价邀请。") % {"no": item.case_no},
                )
            elif act == "send_back" and form.is_valid():
                reason = form.cleaned_data["reason"]
                replying.send_back(reply=reply, reason=reason, actor=actor, at=now)
                messages.success(request, _("%(no)s的答复已退回承办单位。") % {"no": item.case_no})
            elif act != "send_back":
                raise DomainError(_("请点“通过”或“退回重写”。"))
        except DomainError as error:
            if act == "send_back" and form.is_valid():
                common.show_errors(form, error)
            else:
                problem = str(error)
        if not (form.errors or problem):
            lock.release()
            workload.forget_menu_counts(request.user)
            return redirect("desk:item", item.case_no)
    today = local_date(timezone.now())
    return common.page(
        request,
        "suggestions/desk/review.html",
        title=_("审核答复"),
        crumbs=[(item.case_no, reverse("desk:item", args=[item.case_no]))],
        status=422 if request.method == "POST" else 200,
        item=item,
        reply=reply,
        seen=answer.seen(reply),
        form=form,
        problem=problem,
        **lock.context(),
        due=queues.due_words(item, today=today),
        age=queues.age_words(item, today=today),
        original=casefile.original(request.user, item),
        **answer.beside(item, reply),
    )
