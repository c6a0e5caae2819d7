"""The pages of /submit/: what each step shows. The views that take things in are in submit.py."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions.guards import captcha
from suggestions.models import Jurisdiction
from suggestions.public import drafts, submit_check, submit_invite, submit_steps
from suggestions.public import submit_files as files
from suggestions.public.drafts import Draft
from suggestions.public.forms import StepForm
from suggestions.public.submit_similar import look_alikes
from suggestions.selectors import knowledge


def notice(code: str) -> str:
    """The sentence that a redirect asks the next page to show (?note=…); "" for none of ours."""
    words = {
        "skipped": _("前面还有没写完的，请先写完这一步，再往下走。您写过的都在。"),
        "unknown": _("没有这一步，已经带您回到该写的地方。您写过的都在。"),
        "lost": _(
            "没有找到您先前的草稿：可能换了浏览器、清了记录，或者过了%(days)d天。刚才这一页写的已经存好，请从这里接着写。"
        ),
        "again": _("上一件建议已经提交。刚才写的放进了一件新的建议，上一件没有变动。"),
        "other": _("您在另一个窗口里开始了新的一件。刚才写的没有提交，请看看下面是不是您要提的。"),
        "discarded": _("先前没写完的那件已经删去，请从头写起。"),
    }.get(code, "")
    return words % {"days": drafts.kept_days()} if code == "lost" else words


def redirect(step: str, **extra: str) -> HttpResponse:
    return HttpResponseRedirect(submit_steps.url(step, **{k: v for k, v in extra.items() if v}))


def _frame(request: HttpRequest, draft: Draft | None, name: str) -> dict[str, Any]:
    """What every page of the flow shows."""
    campaign = submit_steps.campaign_of(draft.answers.get("campaign")) if draft else None
    taken, number = submit_steps.taken_by(draft), submit_steps.number(name, draft)
    return {
        "step": name,
        "steps": [s.label for s in taken],
        "number": number,
        "previous": taken[max(number - 2, 0)].name,
        "campaign": campaign,
        "campaign_open": campaign is not None and campaign.is_open_at(timezone.now()),
        "notice": notice(request.GET.get("note", "")),
        "draft_days": drafts.kept_days,  # called by the pages that say it
    }


def start_page(
    request: HttpRequest, jurisdiction: Jurisdiction, draft: Draft | None, *,
    error: str = "", status: int = 200, title: str | None = None, campaign_id: str | None = None,
) -> HttpResponse:  # fmt: skip
    asked_for = request.GET.get("campaign", "") if campaign_id is None else campaign_id
    campaign = submit_steps.campaign_of(asked_for)
    live = draft if draft is not None and not draft.sent else None
    context = _frame(request, live, "start") | {
        "resume": live if live is not None and live.has_words() else None,
        "resume_step": submit_steps.reach(live) if live is not None else "",
        "title": (request.GET.get("title", "") if title is None else title)[:400],
        "errors": [("", error)] if error else [],
    }
    token = request.GET.get("invite", "") or (live.answers.get("invite", "") if live else "")
    context |= submit_invite.context(str(token)[:100])
    if campaign is not None:
        context |= {"campaign": campaign, "campaign_open": campaign.is_open_at(timezone.now())}
    elif asked_for:
        context["campaign_unknown"] = True
    return render(request, "suggestions/submit/start.html", context, status=status)


def step_page(
    request: HttpRequest, draft: Draft, name: str, form: StepForm, *,
    errors: list[tuple[str, str]] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    kept = draft.files()
    context = _frame(request, draft, name) | {
        "form": form,
        "errors": (errors or []) + (form.summary() if form.is_bound else []),
        "kept": _kept(len(kept)),
        "files": kept,
        "room": files.room(draft),
        "limits": files.limits(),
        "at_check": submit_steps.reach(draft) == "check",
    }
    return render(request, f"suggestions/submit/{name}.html", context, status=status)


def _kept(count: int) -> str:
    if count:
        return _("您写的内容和%(count)d个附件都在，不用重写重传。") % {"count": count}
    return _("您写的内容都在，不用重写。")


def similar_page(request: HttpRequest, draft: Draft, *, title: str | None = None) -> HttpResponse:
    title = str(draft.answers.get("title", "")) if title is None else title
    context = _frame(request, draft, submit_steps.SIMILAR) | {
        "found": look_alikes(title), "known": knowledge.answering(title), "title": title, "previous": "topic",
    }  # fmt: skip
    return render(request, "suggestions/submit/similar.html", context)


def check_page(
    request: HttpRequest, draft: Draft, *, errors: list[tuple[str, str]] | None = None,
    captcha_error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    submission = submit_check.submission_of(draft, channel="").cleaned()
    context = _frame(request, draft, "check") | {
        "submission": submission,
        "preview": submit_check.preview(submission, draft.row.jurisdiction),
        "phone": submit_check.hidden_phone(submission.phone),
        "files": draft.files(),
        "images": sum(f.is_image for f in draft.files()),
        "captcha": captcha.context(captcha_error),
        "errors": (errors or []) + ([("captcha_answer", captcha_error)] if captcha_error else []),
        "kept": _kept(len(draft.files())),
    }
    return render(request, "suggestions/submit/check.html", context, status=status)


def stopped_page(request: HttpRequest, why: str) -> HttpResponse:
    """What was typed was not stored, and why."""
    return render(request, "suggestions/submit/stopped.html", {"why": why}, status=422)


def limited_page(request: HttpRequest, seconds: int, back: str | None) -> HttpResponse:
    context = {
        "minutes": max(1, -(-seconds // 60)), "back": back, "draft_days": drafts.kept_days,
    }  # fmt: skip
    response = render(request, "suggestions/submit/limited.html", context, status=429)
    response["Retry-After"] = str(seconds)
    return response
