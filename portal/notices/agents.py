"""Notices of the agent network and of invited collection: lines for agents and units, letters to the invited."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.notices import sms
from portal.notices.models import StaffNotice
from suggestions import outbox
from suggestions.clock import local_date
from suggestions.models import (
    AgentMandate,
    AgentPost,
    AgentRelay,
    AuthorCode,
    CaseEvent,
    Invitation,
    StaffRole,
    Suggestion,
)
from suggestions.roles import Role
from suggestions.services import agent_codes, inviting
from suggestions.services.inviting import INVITATION_NOTICE
from suggestions.services.mandates import AGENT_NOTICE

WORDS = {
    "relay_asked": "{number} 下级代理员请您帮忙，两个工作日内答复",
    "relay_answered": "{number} 上级代理员答复了您",
    "unit_pressed": "{number} 代理员催问办理进展，请看这件的经过",
    "mandate_revoked": "{number} 本人撤回了委托，您不再代办",
}
"""In-site lines: number and act, never the author and never the text."""


def register_handlers() -> None:
    """Let the outbox reach us (called once at start)."""
    outbox.register(AGENT_NOTICE, agent_notice)
    outbox.register(INVITATION_NOTICE, invitation_notice)


def for_author(code: str, suggestion: Suggestion, event: CaseEvent) -> tuple[str, str] | None:
    """(what, then) of the notices about an agent; None for other codes. A code's digits go to its author and nowhere else."""
    number, phone = suggestion.case_no, suggestion.jurisdiction.phone
    if code == "author.agent_code":
        held = AuthorCode.objects.filter(pk=event.data.get("code_id")).first()
        if held is None or held.used_at or held.expires_at <= timezone.now():
            return None
        act = "撤回您的建议" if held.purpose == AuthorCode.Purpose.WITHDRAW else "委托代理员代办"
        digits = agent_codes.digits(held.nonce)
        return (
            f"验证码{digits}，用于{act}{number}，{agent_codes.MINUTES}分钟内有效。",
            "您同意才把它念给代理员；不是您的意思，不要告诉任何人。",
        )
    if code == "author.mandate":
        return f"您的建议{number}：{event.words}。", f"随时可以在查进度页面撤回，或打{phone}。"
    if code == "author.agent_rated":
        return (
            f"代理员代您记下了对{number}的评价。",
            f"请到查进度页面核对；不是您的话，请打{phone}。",
        )
    return None


def agent_notice(payload: dict[str, Any]) -> None:
    """One in-site line for each agent or member of the unit concerned; a second time does nothing."""
    code = payload["code"]
    if code == "mandate_revoked":
        mandate = AgentMandate.objects.filter(pk=payload["mandate"]).first()
        link = mandate.links.select_related("suggestion").first() if mandate else None
        if mandate is None or link is None:
            return
        _line(
            code, link.suggestion, [mandate.agent_id], reverse("agent:home"), f"mandate{mandate.pk}"
        )
        return
    relay = (
        AgentRelay.objects.select_related("suggestion__lead_unit", "jurisdiction", "district")
        .filter(pk=payload["relay"])
        .first()
    )
    if relay is None:
        return
    item, source = relay.suggestion, f"relay{relay.pk}:{relay.version}"
    if code == "relay_answered":
        _line(code, item, [relay.asked_by_id], reverse("agent:item", args=[item.case_no]), source)
    elif code == "relay_asked":
        _line(code, item, _higher(relay), reverse("agent:relay", args=[relay.pk]), source)
    elif item.lead_unit is not None:
        people = StaffRole.objects.filter(
            unit=item.lead_unit, role__in=(Role.LIAISON, Role.HANDLER)
        )
        ids = _current(people).values_list("user_id", flat=True)
        _line(code, item, ids, reverse("desk:item", args=[item.case_no]), source)


def _current(roles: Any) -> Any:
    return roles.filter(user__is_active=True).exclude(valid_until__lt=timezone.localdate())


def _higher(relay: AgentRelay) -> list[int]:
    """Agents of the level asked whose posts take in the place, and those who serve the whole jurisdiction."""
    steps = len(relay.jurisdiction.path)
    above = [relay.jurisdiction.path[:n] for n in range(4, steps + 1, 4)]
    held = StaffRole.objects.filter(role=relay.to_level, jurisdiction__path__in=above)
    ids = list(_current(held).values_list("user_id", flat=True))
    if relay.district is None:
        return ids
    places: dict[int, list[str]] = {}
    posts = AgentPost.objects.filter(user_id__in=ids, level=relay.to_level)
    for post in posts.select_related("service_point__district"):
        district = post.service_point.district
        places.setdefault(post.user_id, []).append(district.path if district else "")
    here = relay.district.path
    return [i for i in ids if i not in places or any(here.startswith(p) for p in places[i])]


def _line(code: str, item: Suggestion, users: Iterable[int], url: str, source: str) -> None:
    text = WORDS[code].format(number=item.case_no)
    for user_id in set(users):
        StaffNotice.objects.get_or_create(
            dedupe_key=f"agent.{code}:{item.pk}:{source}:{user_id}",
            defaults={
                "user_id": user_id, "code": f"agent.{code}", "text": text, "url": url, "at": timezone.now(),
            },
        )  # fmt: skip


def invitation_notice(payload: dict[str, Any]) -> None:
    """The letter with the personal address. The mark and the sending stand in one transaction: sent once, or tried again."""
    now = timezone.now()
    held = Invitation.objects.select_related("contributor", "jurisdiction").filter(
        pk=payload["invitation"]
    )
    with transaction.atomic():
        invitation = held.first()
        if invitation is None or inviting.closed_because(invitation, at=now):
            return
        marked = Invitation.objects.filter(pk=invitation.pk, sent_at=None).update(sent_at=now)
        token = inviting.current_token(invitation)
        if not marked or not token:
            return
        office, who = invitation.jurisdiction, invitation.contributor
        until = f"{invitation.deadline_on.month}月{invitation.deadline_on.day}日"
        address = f"{settings.BASE_URL}{reverse('suggestions:submit')}?invite={token}"
        line = f"{office.office_name}请您就“{invitation.topic}”提建议，{until}截止：{address}"
        if who.phone:
            sms.send(
                who.phone,
                f"【建言】{line} 链接只供您本人使用。",
                reference=f"invitation:{invitation.pk}",
            )
        else:
            body = (
                f"您好：\n\n{line}\n\n{invitation.background}\n\n这个链接只供您本人使用，不要转发。不参加也请点开告诉我们。\n"
                f"打电话问：{office.phone}，{office.hours}\n\n{office.office_name}\n{local_date(now)}"
            )
            send_mail(
                f"邀请您提建议：{invitation.topic}", body, settings.DEFAULT_FROM_EMAIL, [who.email]
            )
