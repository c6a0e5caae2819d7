"""Notices of supervision, advice, sponsorship and instructions: to the unit pressed, or to the office that decides."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from portal.notices import staff
from suggestions.models import (
    Advice,
    EarlyWarning,
    LeaderInstruction,
    MonthTopic,
    Sponsorship,
    StaffRole,
    SupervisionOrder,
)
from suggestions.models.bulletin import Bulletin, BulletinUnit
from suggestions.models.league import LeagueAppeal, LeagueGroup, LeagueTable
from suggestions.models.record import Record
from suggestions.models.special_report import SpecialReport
from suggestions.roles import Role

_MODELS: dict[str, tuple[type[Record], str]] = {
    "supervision": (SupervisionOrder, "supervision"),
    "advice": (Advice, "advice"),
    "sponsorship": (Sponsorship, "sponsorship"),
    "instruction": (LeaderInstruction, "instruction"),
    "special": (SpecialReport, "special-report"),
    "bulletin": (Bulletin, "bulletin"),
    "bulletinunit": (BulletinUnit, "bulletin-unit"),
    "league_group": (LeagueGroup, "league-group"),
    "league": (LeagueTable, "league"),
    "league_ask": (LeagueAppeal, "league-appeal"),
    "warning": (EarlyWarning, "warning"),
    "month_topic": (MonthTopic, "month-topic"),
}
"""Machine → its model and the name of its list at the desk."""
_UNIT = (Role.UNIT_HEAD, Role.LIAISON)
_ABOVE = (Role.SUPERVISOR, Role.LEADER)

WORDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "staff.supervision_proposed": ("有一件督办等您决定发不发", (Role.SUPERVISOR,)),
    "staff.supervision_issued": ("您单位收到督办，请按期反馈", _UNIT),
    "staff.supervision_answered": ("督办有了反馈，请核", (Role.SUPERVISOR,)),
    "staff.supervision_late": ("一件督办逾期没有反馈，请决定要不要升级", _ABOVE),
    "staff.advice_issued": ("您单位收到建议，请书面答复是否采纳", _UNIT),
    "staff.advice_answered": ("一件三项建议有了书面答复，请核", (Role.SUPERVISOR,)),
    "staff.advice_late": ("一件三项建议逾期没有书面答复", _ABOVE),
    "staff.sponsorship_proposed": ("有一件事项建议领导包案，请决定", _ABOVE),
    "staff.sponsorship_opened": ("一件领导包案事项有变动，请看", (*_ABOVE, *_UNIT)),
    "staff.instruction_given": ("领导有批示，请落实", (Role.SUPERVISOR, *_UNIT)),
    "staff.warning_raised": ("有一条预警请您单位签收", (Role.SUPERVISOR, *_UNIT)),
    "staff.warning_late": ("一条预警逾期没有单位签收", _ABOVE),
    "staff.warning_acted": ("一条预警有了新的措施，请看", (Role.SUPERVISOR,)),
    "staff.month_topic_chosen": ("每月一题有变动，请看", (Role.SUPERVISOR, *_UNIT)),
    "staff.month_topic_reported": ("每月一题报告了做到了什么，请核", _ABOVE),
    "staff.bulletin_issued": ("一期通报已签发，请看", _ABOVE),
    "staff.bulletin_rectify": ("您单位被通报，请按期报整改情况", _UNIT),
    "staff.bulletin_answered": ("一家单位报了整改情况，请核", (Role.SUPERVISOR,)),
    "staff.bulletin_late": ("一家单位没有按期报整改情况", _ABOVE),
    "staff.league_criteria": ("您单位所在分组的排名标准已公布，请看", _UNIT),
    "staff.league_shown": ("您单位所在分组的排名算出来了，有异议请按期提", _UNIT),
    "staff.league_appeal": ("有单位对排名提出异议，请决定", (Role.SUPERVISOR,)),
    "staff.league_answer": ("您单位对排名的异议有了答复，请看", _UNIT),
    "staff.special_review": ("有一份专报或摘报等您审签", (Role.SUPERVISOR,)),
    "staff.special_back": ("一份专报或摘报退回修改，请看", (Role.SUPERVISOR, Role.TRIAGE_OFFICER)),
    "staff.special_submitted": ("收到一份专报或摘报，请阅", (Role.LEADER,)),
    "staff.instruction_reported": ("批示的落实情况已报告，请阅", (Role.LEADER,)),
}
"""Code → the line, and who reads it. Never the author, never the text of the matter."""
CODES = frozenset(WORDS)


def notify(payload: dict[str, Any]) -> None:
    """An in-site line for each member of staff concerned; a second delivery adds none."""
    model, slug = _MODELS[payload["machine"]]
    held = (
        model._default_manager.select_related("jurisdiction").filter(pk=payload["record"]).first()
    )
    if held is None:
        return
    words, roles = WORDS[payload["code"]]
    url = reverse("desk:record", args=[slug, held.pk])
    for user in recipients(held, roles):
        key = f"{payload['code']}:{slug}:{held.pk}:{held.event_seq}:{user.pk}"
        staff.tell(user, payload["code"], words, url, key=key)


def recipients(held: Record, roles: Iterable[str]) -> Iterable[Any]:
    """Holders of these roles: of the record's unit for roles of units, of its jurisdiction or above for the others."""
    wanted = set(map(str, roles))
    if isinstance(held, LeaderInstruction):
        if held.audience != LeaderInstruction.Audience.UNIT:
            wanted -= set(map(str, _UNIT))
        if wanted == {str(Role.LEADER)}:
            return [held.leader] if held.leader.is_active else []
    path = held.jurisdiction.path
    above = [path[:n] for n in range(4, len(path) + 1, 4)]
    found: QuerySet[StaffRole] = (
        StaffRole.objects.filter(role__in=wanted, user__is_active=True)
        .filter(Q(unit__in=held.unit_ids()) | Q(unit=None, jurisdiction__path__in=above))
        .filter(Q(valid_until=None) | Q(valid_until__gte=timezone.localdate()))
        .select_related("user")
    )
    return {r.user_id: r.user for r in found}.values()
