"""What every desk view shares: who may enter, the item or 404, the frame of the page, domain errors in words.

The desk lives inside the Wagtail admin: Wagtail asks for sign-in and the right to enter the admin; `desk_view` asks for a
staff role; `load` gives the item if it is the user's to read. What is not theirs does not exist for them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache, wraps
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, cast

from django import forms
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, QueryDict
from django.shortcuts import redirect, render
from django.urls import get_script_prefix, reverse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from suggestions import access, numbers
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid
from suggestions.models import Suggestion
from suggestions.roles import UNIT_ROLES, Role
from suggestions.selectors import workload
from suggestions.services import calendars, emergency

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

P = ParamSpec("P")

QUEUE_ROLES = frozenset({Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER, Role.INTAKE_CLERK})
"""Roles of the office that look at lists of a whole jurisdiction."""
SUPERVISION_ROLES = frozenset({Role.SUPERVISOR, Role.LEADER, Role.TRIAGE_OFFICER})
ANSWER_ROLES = frozenset(
    {*UNIT_ROLES, Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER, Role.PUBLISHER}
)
PUBLISHER_ROLES = frozenset({Role.PUBLISHER})
TIME_ROLES = frozenset({Role.SYS_ADMIN, Role.SUPERVISOR})
ENTRY_ROLES = frozenset({Role.INTAKE_CLERK})
PRIVACY_ROLES = frozenset(
    {
        Role.PRIVACY_OFFICER, Role.SUPERVISOR, Role.LEADER, Role.PUBLISHER, Role.TRIAGE_OFFICER, Role.INTAKE_CLERK,
        Role.AUDIT_ADMIN,
    }
)  # fmt: skip
"""Who has something on a shelf of the privacy room; the room shows each only their own shelves."""
AGENT_DESK_ROLES = frozenset({Role.INTAKE_CLERK, Role.TRIAGE_OFFICER, Role.SUPERVISOR})
POINT_ROLES = frozenset({*AGENT_DESK_ROLES, Role.SYS_ADMIN})
DESK_ROLES = frozenset({*QUEUE_ROLES, *UNIT_ROLES, *PUBLISHER_ROLES})
"""Everyone who reads items at the desk."""
HOME_ROLES = frozenset(Role)
"""Every role has a first page: its numbers where it has any, and its rooms."""


MONTH_ROLES = frozenset({Role.SUPERVISOR, Role.LEADER})
ORDER_ROLES = frozenset({*SUPERVISION_ROLES, *UNIT_ROLES})
WARNING_ROLES = frozenset({*SUPERVISION_ROLES, *UNIT_ROLES, Role.ANALYST})
MEETING_ROLES = frozenset({*QUEUE_ROLES, *UNIT_ROLES, Role.HEARING_CHAIR, Role.HEARING_CLERK})

ADOPTION_ROLES = frozenset({*SUPERVISION_ROLES, *UNIT_ROLES, Role.EXPERT})
AWARD_ROLES = frozenset({*QUEUE_ROLES, Role.JURY, Role.EXPERT})
ACCURACY_ROLES = frozenset({Role.ANALYST, Role.SUPERVISOR, Role.LEADER, Role.TRIAGE_OFFICER})
EXPORT_ROLES = frozenset({*QUEUE_ROLES, *UNIT_ROLES, Role.PRIVACY_OFFICER})
CAMPAIGN_ROLES = frozenset({Role.EDITOR, Role.TRIAGE_OFFICER, Role.SUPERVISOR, Role.LEADER})
STATISTICS_ROLES = frozenset({*QUEUE_ROLES, *UNIT_ROLES, Role.ANALYST})
VISIT_ROLES = frozenset({Role.INTAKE_CLERK, Role.SUPERVISOR, Role.LEADER})


@dataclass(frozen=True, slots=True)
class Room:
    """One list of the desk. `count` names the figure of `workload.menu_counts` shown beside it."""

    name: str
    label: "StrOrPromise"
    roles: frozenset[Role]
    icon: str
    count: str = ""


ROOMS: tuple[Room, ...] = (
    Room("home", gettext_lazy("今日待办"), HOME_ROLES, "home"),
    Room("queue", gettext_lazy("分办队列"), QUEUE_ROLES, "tasks", "triage"),
    Room("entry", gettext_lazy("代为登记"), ENTRY_ROLES, "edit"),
    Room("inbox", gettext_lazy("单位收件"), UNIT_ROLES, "mail", "inbox"),
    Room("publication_queue", gettext_lazy("公开审核"), PUBLISHER_ROLES, "view", "publication"),
    Room("answers", gettext_lazy("答复与承诺"), ANSWER_ROLES, "doc-full", "comments"),
    Room("supervision", gettext_lazy("督办关注"), SUPERVISION_ROLES, "warning", "supervision"),
    Room("clock_rules", gettext_lazy("时限规则"), TIME_ROLES, "history"),
    Room("calendar", gettext_lazy("工作日历"), TIME_ROLES, "calendar-alt"),
    Room("retention", gettext_lazy("保存期限"), TIME_ROLES, "history"),
    Room("orders", gettext_lazy("督办批示"), ORDER_ROLES, "clipboard-list", "orders"),
    Room("statistics", gettext_lazy("数据公布"), STATISTICS_ROLES, "table"),
    Room("warnings", gettext_lazy("预警"), WARNING_ROLES, "warning"),
    Room("months", gettext_lazy("月结月清"), MONTH_ROLES, "date"),
    Room("meetings", gettext_lazy("会议与接待"), MEETING_ROLES, "group"),
    Room("tray", gettext_lazy("领导阅读"), frozenset({Role.LEADER}), "doc-full"),
    Room("adoption", gettext_lazy("采纳转化"), ADOPTION_ROLES, "pick"),
    Room("award", gettext_lazy("评选奖励"), AWARD_ROLES, "success"),
    Room("campaigns", gettext_lazy("征集活动"), CAMPAIGN_ROLES, "date"),
    Room("visits", gettext_lazy("回访"), VISIT_ROLES, "comment-add"),
    Room("rating_flags", gettext_lazy("评价核实"), frozenset({Role.SUPERVISOR}), "warning"),
    Room("agents", gettext_lazy("代理网络"), AGENT_DESK_ROLES, "user"),
    Room("service_points", gettext_lazy("征集点"), POINT_ROLES, "home"),
    Room("invited", gettext_lazy("特邀建议人"), frozenset({Role.TRIAGE_OFFICER}), "mail"),
    Room("hint_accuracy", gettext_lazy("提示准确率"), ACCURACY_ROLES, "view"),
    Room("exports", gettext_lazy("导出"), EXPORT_ROLES, "download"),
    Room("privacy", gettext_lazy("个人信息保护"), PRIVACY_ROLES, "lock"),
    Room("roles", gettext_lazy("权限与代办"), frozenset(Role), "user"),
    Room(
        "emergency", gettext_lazy("应急征集"), frozenset({Role.SUPERVISOR, Role.LEADER}), "warning"
    ),
    Room("notices", gettext_lazy("我的通知"), HOME_ROLES, "comment", "notices"),
)
"""The order is that of the menu and of the tabs on each page."""


def holds(request: HttpRequest, roles: Iterable[str]) -> bool:
    """Whether the signed-in person holds one of these roles (one query a request)."""
    return bool(access.scope(request.user).holds(roles))


def desk_view(
    roles: Iterable[str] = DESK_ROLES,
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """Let in who holds one of `roles`; tell everybody else in words what they miss (403). Pages are never cached."""
    wanted = frozenset(roles)

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            response = (
                view(request, *args, **kwargs)
                if holds(request, wanted)
                else refused(request, needed=wanted)
            )
            add_never_cache_headers(response)
            return response

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", guarded)

    return decorate


def post_only(
    room: str = "desk:home",
) -> Callable[
    [Callable[Concatenate[HttpRequest, P], HttpResponse]],
    Callable[Concatenate[HttpRequest, P], HttpResponse],
]:
    """For addresses that forms are sent to: who comes by a link, a bookmark or "back" is led to the page of the form.

    That page is the item's where the address names one, else `room`; nothing is done.
    """

    def decorate(
        view: Callable[Concatenate[HttpRequest, P], HttpResponse],
    ) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            if request.method not in ("GET", "HEAD"):
                return HttpResponseNotAllowed(["POST"])
            if request.user.is_authenticated:
                messages.info(request, _("这一步要在页面上点按钮才会办，刚才什么都没有改。"))
            case_no = str(kwargs.get("case_no", ""))
            return redirect(item_address(case_no) if case_no else reverse(room))

        return cast("Callable[Concatenate[HttpRequest, P], HttpResponse]", guarded)

    return decorate


def load(request: HttpRequest, case_no: str) -> Suggestion:
    """The item, if the user may read it; Http404 otherwise. Numbers are forgiven full-width digits and blanks."""
    return access.load(request.user, numbers.parse_case_no(case_no) or case_no)


def refused(request: HttpRequest, *, needed: Iterable[str] = (), message: str = "") -> HttpResponse:
    """A 403 page that says which role the step belongs to and whom to ask."""
    names = [str(r.label) for r in Role if r in set(needed)]
    return page(
        request,
        "suggestions/desk/refused.html",
        title=_("这一步不归您的角色"),
        status=403,
        message=message,
        role_names="、".join(names),
    )


def page(
    request: HttpRequest,
    template: str,
    *,
    title: str,
    crumbs: Sequence[tuple[str, str]] = (),
    crumb: str = "",
    status: int = 200,
    room: str = "",
    **context: Any,
) -> HttpResponse:
    """Render a desk page: heading, breadcrumbs (label, address) after the desk's own, tabs with counts.

    `room` names the room whose tab is marked, where the address is not the room's own.

    The last breadcrumb is shown large, as the page's title; `crumb` says it shorter where the page has its own heading.
    """
    trail = [{"url": reverse("desk:home"), "label": _("办理台")}]
    trail += [{"url": url, "label": label} for label, url in crumbs]
    trail += [{"url": "", "label": crumb or title}]
    request.desk_room = room_of(request, room)  # type: ignore[attr-defined]
    frame = {
        "title": title,
        "breadcrumbs_items": trail,
        "rooms": _tabs(request),
        "emergencies": emergency.running(
            [r.jurisdiction.path for r in access.scope(request.user).roles], timezone.now()
        ),
        "calendar_missing": _calendar_missing(request),
    }
    return render(request, template, {**frame, **context}, status=status)


def _calendar_missing(request: HttpRequest) -> int | None:
    """The year whose holidays are not loaded though they should be, for the office (process.md 5.1); no query when held.

    Said where the day begins and where dates are kept, not above every item.
    """
    here = request.resolver_match.url_name if request.resolver_match else ""
    if here not in ("home", "calendar", "clock_rules") or not holds(
        request, {*TIME_ROLES, *SUPERVISION_ROLES}
    ):
        return None
    return calendars.missing_year(local_date(timezone.now()))


def room_of(request: HttpRequest, marked: str = "") -> str:
    """The name of the room this request is in: the one its page named, else the one whose address it is or is below.

    "" outside the desk and for a page of no room.
    """
    found = request.resolver_match
    if found is None or "desk" not in found.namespaces:
        return ""
    named = marked or getattr(request, "desk_room", "") or found.url_name
    above = _addresses(get_script_prefix())
    if named in above.values():
        return str(named)
    nearest = above.get(max((a for a in above if request.path.startswith(a)), key=len, default=""))
    return "" if nearest in (None, "home") else str(nearest)


@lru_cache(maxsize=8)
def _addresses(prefix: str) -> dict[str, str]:
    """Address → name of every room, under this script prefix: each entry of the sidebar asks for them on every page."""
    return {reverse(f"desk:{room.name}"): room.name for room in ROOMS}


def _tabs(request: HttpRequest) -> list[dict[str, Any]]:
    here = room_of(request)
    counts = workload.menu_counts(request.user)
    return [
        {
            "label": room.label,
            "url": reverse(f"desk:{room.name}"),
            "count": counts.get(room.count, 0),
            "current": room.name == here,
        }
        for room in ROOMS
        if holds(request, room.roles)
    ]


def show_errors(form: forms.Form, error: DomainError) -> None:
    """Put what the domain refused beside the field it is about, or above the form."""
    if not isinstance(error, Invalid):
        form.add_error(None, str(error))
        return
    for name, sentences in error.errors.items():
        for sentence in sentences:
            form.add_error(name if name in form.fields else None, sentence)


def queue_of(request: HttpRequest) -> str:
    """The query of the list the user came from, re-encoded so that it can only ever be a query; "" when none."""
    raw = request.POST.get("queue") or request.GET.get("queue") or ""
    held = QueryDict(raw[:800], mutable=False)
    return held.urlencode()


def item_address(case_no: str, queue: str = "") -> str:
    """The item screen, remembering the list it was opened from."""
    return with_queue(reverse("desk:item", args=[case_no]), queue)


def with_queue(address: str, queue: str) -> str:
    """An address that carries the list the item was opened from."""
    if not queue:
        return address
    query = QueryDict(mutable=True)
    query["queue"] = queue
    return f"{address}?{query.urlencode()}"
