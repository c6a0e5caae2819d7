"""/questioning/: units answer in public; what they promised stays on the list until it is kept (6.2; S0, S4)."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid
from suggestions.jurisdictions import current
from suggestions.models import QaSession, Unit
from suggestions.public.acting import form_page, private, turned_away
from suggestions.public.caching import public_page
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.forms_meetings import QuestionForm
from suggestions.public.hearings import chosen_year
from suggestions.selectors import steering_public
from suggestions.selectors.steering_public import PublicSession
from suggestions.services import qa_voices, questioning
from suggestions.states.qa_session import QaSession as State

RUNNING = (State.COLLECTING, State.ANSWERING, State.FOLLOWING)
_ASK = "suggestions/meetings/ask.html"


@require_safe
@public_page
def index(request: HttpRequest) -> HttpResponse:
    """What runs, then what is closed, a year at a time. Three queries."""
    place, today = current(request), local_date(timezone.now())
    rows = steering_public.sessions(jurisdiction=place, today=today) if place else []
    ended = [r for r in rows if r.session.status not in RUNNING]
    known = sorted({r.session.opens_on.year for r in ended}, reverse=True)
    year = chosen_year(request.GET.get("year", ""), known)
    if request.GET.get("year") and year is None:
        raise Http404(_("这一年没有公开问政。"))
    context = {
        "running": [r for r in rows if r.session.status in RUNNING],
        "ended": [r for r in ended if r.session.opens_on.year == year],
        "year": year,
        "years": known,
        "today": today,
    }
    return render(request, "suggestions/meetings/sessions.html", context)


def load(pk: int) -> PublicSession:
    """A session that is public. Raises Http404."""
    today = local_date(timezone.now())
    found = steering_public.session(pk=pk, today=today) if pk < 2**31 else None
    if found is None:
        raise Http404(_("没有这次公开问政。"))
    return found


def takes_questions(session: QaSession) -> bool:
    """Whether questions are taken today."""
    today = local_date(timezone.now())
    return session.status == State.COLLECTING and session.opens_on <= today <= session.closes_on


def takes_ratings(held: PublicSession) -> bool:
    """Whether there is an answer or a report to rate now."""
    said = any(q.answer for q in held.questions)
    return qa_voices.takes_ratings(held.session) and (said or bool(held.session.report))


@require_safe
@public_page
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One session: questions with their answers, promises with their days, and whether they were kept."""
    held = load(pk)
    promises = [p for q in held.questions for p in q.promises]
    context: dict[str, Any] = {
        "held": held,
        "session": held.session,
        "takes": takes_questions(held.session),
        "rates": takes_ratings(held),
        "promises": sorted(promises, key=lambda p: (p.state == "kept", p.due_on)),
        "counts": {name: held.promise_counts.get(name, 0) for name in ("kept", "open", "missed")},
        "answered": sum(1 for q in held.questions if q.answer),
        "today": local_date(timezone.now()),
        "crumbs": [(reverse("suggestions:questioning"), _("公开问政")), ("", held.session.theme)],
    }
    return render(request, "suggestions/meetings/session.html", context)


@csrf_exempt  # asked inside, so that a page left open too long is shown again as it was
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest, pk: int) -> HttpResponse:
    """/questioning/<pk>/ask/: a question, which a person reads before anybody else does. Nothing of the asker is kept."""
    held = load(pk)
    units = [(u.code, u.short_name) for u in held.session.units.all()]
    facts: dict[str, Any] = {
        "held": held,
        "session": held.session,
        "open": takes_questions(held.session),
        "asked": request.GET.get("done") == "1",
        "key": str(request.POST.get("key", ""))[:64] or uuid.uuid4().hex,
    }
    if request.method != "POST":
        return form_page(request, _ASK, QuestionForm(units=units), **facts)
    if csrf_fails(request):
        form = QuestionForm(units=units, initial=request.POST.dict())
        return form_page(request, _ASK, form, errors=[("", stale_message())], status=403, **facts)
    form = QuestionForm(request.POST, units=units)
    if not form.is_valid():
        return form_page(request, _ASK, form, status=422, **facts)
    if turned := turned_away(request, _ASK, form, facts):
        return turned
    code = form.cleaned_data.get("unit") or units[0][0]
    try:
        questioning.ask(
            # Not the one its page read: rows fetched ahead narrow every later look at them.
            session=QaSession.objects.get(pk=pk), text=form.cleaned_data["text"], unit=Unit.objects.get(code=code), actor=Actor.author(),
            at=timezone.now(),
        )  # fmt: skip
    except Invalid as invalid:
        form.take(invalid.errors)
        return form_page(request, _ASK, form, status=422, **facts)
    except DomainError as error:
        return form_page(request, _ASK, form, errors=[("", str(error))], status=409, **facts)
    return private(HttpResponseRedirect(f"{request.path}?done=1"))
