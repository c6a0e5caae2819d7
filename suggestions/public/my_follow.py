"""Following: /my/follow/?what=unit:bus. Public pages only link here, so that they stay without form, token and cookie.

Also what needs no sign-in: the one-press end of all messages, the link that confirms an address, the private feed.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from suggestions.errors import DomainError
from suggestions.models import Follow, Resident
from suggestions.public import browse_page, my_session, search_page
from suggestions.public.atom import AtomFeed, absolute, paragraphs, tag
from suggestions.public.forms_csrf import csrf_fails, stale_message
from suggestions.public.my_session import private, signed_in
from suggestions.selectors import following as reads
from suggestions.selectors.following import News, Target
from suggestions.selectors.public import Filters
from suggestions.services import following

FEED_DAYS = 30


def _read(what: str) -> Target | None:
    """The target an address names ("unit:bus", "search:/search/?q=…"), if the public can see it now."""
    kind, _sep, key = what[:400].partition(":")
    if kind not in Follow.Kind.values or not key or len(key) > 300:
        return None
    if kind == Follow.Kind.SEARCH:
        key = _canonical(key)
    return reads.target(kind, key) if key and len(key) <= 300 else None


def _canonical(address: str) -> str:
    """The one spelling of a saved search: what the page itself would make of the address; "" for any other address."""
    parts = urlsplit(address)
    query = QueryDict(parts.query)
    if parts.scheme or parts.netloc:
        return ""
    if parts.path == reverse("suggestions:browse"):
        said = browse_page.query_of(Filters.read(query))
        return f"{parts.path}{said}" if said else ""
    if parts.path == reverse("suggestions:search"):
        asked = search_page.read(query)
        return asked.chosen.with_rest(sort="") if asked.text or asked.chosen.values else ""
    return ""


@csrf_exempt  # asked inside
@require_http_methods(["GET", "HEAD", "POST"])
def follow(request: HttpRequest) -> HttpResponse:
    """Say what would be followed; the button does it. Who is not signed in reads the same and signs in first."""
    what = str(request.POST.get("what", "") or request.GET.get("what", ""))
    target = _read(what)
    if target is None:
        return private(render(request, "suggestions/my/no_target.html", status=404))
    session = my_session.find(request)
    errors: list[tuple[str, str]] = []
    status = 200
    if request.method == "POST":
        if csrf_fails(request):
            errors, status = [("", stale_message())], 403
        elif session is None:
            return private(HttpResponseRedirect(my_session.sign_in_address(_address(target))))
        else:
            try:
                following.follow(
                    resident=session.resident, kind=target.kind, key=target.key, at=timezone.now()
                )
                return private(HttpResponseRedirect(f"{reverse('suggestions:my')}?done=follow#follows"))  # fmt: skip
            except DomainError as error:
                errors, status = [("", str(error))], 409
    held = (
        session.resident.follows.filter(kind=target.kind, key=target.key).first()
        if session is not None
        else None
    )
    context: dict[str, Any] = {
        "target": target, "what": f"{target.kind}:{target.key}", "resident": session.resident if session else None,
        "held": held, "errors": errors, "sign_in": my_session.sign_in_address(_address(target)),
    }  # fmt: skip
    return private(render(request, "suggestions/my/follow.html", context, status=status))


def _address(target: Target) -> str:
    query = QueryDict(mutable=True)
    query["what"] = f"{target.kind}:{target.key}"
    return f"{reverse('suggestions:my_follow')}?{query.urlencode()}"


@require_POST
@signed_in
def unfollow(request: HttpRequest, resident: Resident) -> HttpResponse:
    """Stop following one thing."""
    pk = str(request.POST.get("follow", ""))
    if pk.isdecimal() and len(pk) < 18:
        following.unfollow(resident=resident, pk=int(pk))
    return HttpResponseRedirect(f"{reverse('suggestions:my')}?done=unfollow#follows")


@csrf_exempt  # pressed from a letter, also by mail programs themselves (RFC 8058); the address is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """No more messages, by one press. Looking changes nothing: mail programs look too."""
    resident = following.by_stop_token(token)
    if resident is None:
        return private(render(request, "suggestions/my/stop.html", {"unknown": True}, status=404))
    if request.method == "POST":
        following.stop(resident=resident)
        return private(render(request, "suggestions/my/stop.html", {"stopped": True}))
    stopped = resident.notice == Resident.Notice.NONE
    return private(render(request, "suggestions/my/stop.html", {"stopped": stopped}))


@csrf_exempt  # as above: the address, sent to the mailbox, is the proof
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponse:
    """The link of the confirming letter; its button confirms."""
    if request.method != "POST":
        return private(render(request, "suggestions/my/email.html", {"ask": True}))
    resident = following.confirm_email(token=token, at=timezone.now())
    status = 200 if resident is not None else 404
    context = {"confirmed": resident is not None}
    return private(render(request, "suggestions/my/email.html", context, status=status))


class _OwnFeed(AtomFeed):
    """Everything followed, in one feed, for the last FEED_DAYS days."""

    name = "my"

    def get_object(self, request: HttpRequest, token: str) -> tuple[Resident, str]:
        resident = following.by_feed_token(token)
        if resident is None:
            raise Http404
        return resident, token

    def title(self, obj: tuple[Resident, str]) -> str:
        return _("我关注的")

    def link(self, obj: tuple[Resident, str]) -> str:
        return absolute(reverse("suggestions:my"))

    def feed_url(self, obj: tuple[Resident, str]) -> str:
        return absolute(reverse("suggestions:my_feed", args=[obj[1]]))

    def feed_guid(self, obj: tuple[Resident, str]) -> str:
        return tag(f"my/{obj[0].handle}")

    def items(self, obj: tuple[Resident, str]) -> list[News]:
        now = timezone.now()
        return following.news_for(obj[0], since=now - timedelta(days=FEED_DAYS), until=now)

    def title_of(self, item: News) -> str:
        return item.words

    def item_guid(self, item: News) -> str:
        return tag(f"news/{item.at:%Y%m%dT%H%M%S}{item.href}")

    def item_link(self, item: News) -> str:
        return absolute(item.href)

    def item_description(self, item: News) -> str:
        return paragraphs(item.words)

    def item_pubdate(self, item: News) -> datetime:
        return item.at


_feed = _OwnFeed()


@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """/my/feed/<token>/: the address is its own key, for programs that cannot sign in."""
    return private(_feed(request, token=token))
