"""The first page of the desk: what is due, by the user's roles, each number a link to its list."""

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import common
from suggestions.roles import AGENT_ROLES, UNIT_ROLES, Role
from suggestions.selectors import workload

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

NOTICES_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Tally:
    """One number and the list behind it. `tone`: late, risk or plain; the words say the same as the colour."""

    label: str
    count: int
    url: str
    tone: str = "plain"


@dataclass(frozen=True, slots=True)
class Group:
    """The numbers of one hat the user wears."""

    label: str
    tallies: list[Tally]


def tallies_for(user: "AbstractUser | AnonymousUser") -> list[Group]:
    """All numbers of the user's roles; at most six queries."""
    today = local_date(timezone.now())
    held = access.scope(user)
    groups = []
    if held.holds(common.QUEUE_ROLES):
        groups += _office(user, today)
    if held.holds(UNIT_ROLES):
        groups.append(_unit(user, today))
    if held.holds(common.PUBLISHER_ROLES):
        groups.append(_publisher(user))
    return groups


def _to(room: str, **query: str) -> str:
    return f"{reverse(f'desk:{room}')}?{urlencode(query)}" if query else reverse(f"desk:{room}")


def _office(user: "AbstractUser | AnonymousUser", today: date) -> list[Group]:
    n = workload.office(user, today=today)
    held = access.scope(user)
    groups = []
    if held.holds([Role.TRIAGE_OFFICER, Role.SUPERVISOR]):
        groups.append(
            Group(
                _("征集办公室要办的"),
                [
                    Tally(_("已逾期"), n["overdue"], _to("queue", state="ours", due="overdue"), "late"),
                    Tally(_("今天到期"), n["today"], _to("queue", state="ours", due="today"), "risk"),
                    Tally(_("两个工作日内到期"), n["risk"], _to("queue", state="ours", due="risk"), "risk"),
                    Tally(_("新来件"), n["registered"], _to("queue", state="registered")),
                    Tally(_("待交办"), n["accepted"], _to("queue", state="accepted")),
                    Tally(_("等建议人补充"), n["supplement"], _to("queue", state="supplement_requested")),
                    Tally(_("待审核答复"), n["review"], _to("queue", state="reply_review")),
                ],
            )
        )  # fmt: skip
    elif held.holds([Role.INTAKE_CLERK]):
        groups.append(
            Group(
                _("来件"),
                [
                    Tally(_("新来件"), n["registered"], _to("queue", state="registered")),
                    Tally(_("等建议人补充"), n["supplement"], _to("queue", state="supplement_requested")),
                ],
            )
        )  # fmt: skip
    if held.holds(common.SUPERVISION_ROLES):
        groups.append(
            Group(
                _("全辖区关注"),
                [
                    Tally(_("逾期未办"), n["late_anywhere"], _to("supervision", show="overdue"), "late"),
                    Tally(_("建议人不满意"), n["badly_rated"], _to("supervision", show="rated"), "risk"),
                    Tally(_("在办总数"), n["open"], _to("queue", state="open")),
                ],
            )
        )  # fmt: skip
    return groups


def _unit(user: "AbstractUser | AnonymousUser", today: date) -> Group:
    n = workload.unit(user, today=today)
    tallies = [
        Tally(_("已逾期"), n["overdue"], _to("inbox", due="overdue"), "late"),
        Tally(_("今天到期"), n["today"], _to("inbox", due="today"), "risk"),
        Tally(_("两个工作日内到期"), n["risk"], _to("inbox", due="risk"), "risk"),
        Tally(_("退回重写"), n["returned"], _to("inbox", show="returned"), "risk"),
        Tally(_("待签收"), n["to_sign_in"], _to("inbox", show="to_sign_in")),
        Tally(_("待写协办意见"), n["opinions"], _to("inbox", show="opinions")),
        Tally(_("我的草稿"), n["drafts"], _to("inbox", show="drafts")),
    ]
    if access.scope(user).holds([Role.UNIT_HEAD]):
        tallies.append(Tally(_("待我审签"), n["to_sign"], _to("inbox", show="to_sign")))
    return Group(_("本单位要办的"), tallies)


def _publisher(user: "AbstractUser | AnonymousUser") -> Group:
    n = workload.publisher(user)
    return Group(
        _("公开审核"),
        [
            Tally(_("待脱敏"), n["to_mask"], _to("publication_queue", state="to_mask")),
            Tally(_("待我复核"), n["to_check"], _to("publication_queue", state="to_check")),
            Tally(_("待审核的公众评论"), n["comments"], reverse("desk:records", args=["comments"])),
        ],
    )


def own_rooms(request: HttpRequest) -> list[tuple[str, str]]:
    """(label, address) of the rooms of a person whose work is not counted in tallies, and of their pages elsewhere."""
    held = access.scope(request.user)
    rooms = [
        (str(room.label), reverse(f"desk:{room.name}"))
        for room in common.ROOMS
        if room.name != "home" and held.holds(room.roles)
    ]
    if held.holds(AGENT_ROLES):
        rooms.insert(0, (_("代理员页面：我代办的件"), reverse("agent:home")))
    if held.holds([Role.EDITOR]):
        rooms.insert(0, (_("网站页面"), reverse("wagtailadmin_explore_root")))
    return rooms


@common.desk_view(common.HOME_ROLES)
def home(request: HttpRequest) -> HttpResponse:
    today = local_date(timezone.now())
    notices = getattr(request.user, "notices", None)
    room = "queue" if common.holds(request, common.QUEUE_ROLES) else "inbox"
    linked = common.holds(request, {*common.QUEUE_ROLES, *UNIT_ROLES})
    reads = common.holds(request, common.DESK_ROLES)
    days = [
        (d, _to(room, state="open", on=d.date.isoformat()) if linked and d.due else "")
        for d in (workload.coming_days(request.user, today=today) if reads else [])
    ]
    return common.page(
        request,
        "suggestions/desk/home.html",
        title=_("今日待办"),
        groups=tallies_for(request.user),
        own_rooms=[] if reads else own_rooms(request),
        days=days,
        notices=list(notices.all()[:NOTICES_SHOWN]) if notices is not None else [],
    )
