"""SMS, or e-mail to who left no phone, to people enrolled or booked: accepted, refused, moved, cancelled, tomorrow (6.1, 6.3).

Neither says more than when and where, never about what: previews are read over shoulders (process.md 9.2).
"""

from typing import Any

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.notices import sms
from portal.notices.models import Delivery
from suggestions import outbox
from suggestions.models import Booking, Participant
from suggestions.services import meeting_notices

log = structlog.get_logger(__name__)
_SEAT = {
    "enrolled": "您报名参加{day}的听证会，收到了。{until}报名截止，按公告的办法确定参加人，结果再告诉您。想退出，凭查询码到{link}。",
    "chosen": "{day}{time}的听证会，您是参加人。地点：{place}。不能来请早些退出，好让下一位递补：{link}",
    "not_chosen": "{day}的听证会，这次没有轮到您。有人退出时按顺序递补，递补了再告诉您。过程和结果都公开：{link}",
    "postponed": "您报名的{day}的听证会延期了，新的日期定了再告诉您。原因写在{link}",
    "dated": "您报名的听证会定在{day}{time}。地点：{place}。不能来请退出：{link}",
    "cancelled": "您报名的{day}的听证会取消了，原因写在{link}",
    "tomorrow": "提醒您：明天（{day}）{time}听证会。地点：{place}。入场时核对姓名。{link}",
}
_PLACE = {
    "booked": "您预约了{day}{time}的接访。地点：{place}。来不了请凭查询码取消，好让给别人：{link}",
    "substitute": "您预约的{day}的接访换了接待的领导，时间和地点不变。{link}",
    "cancelled": "您预约的{day}的接访取消了，原因写在{link}，可以改约别的日期。",
    "tomorrow": "提醒您：明天（{day}）{time}接访。地点：{place}。来不了请凭查询码取消：{link}",
}


def register_handlers() -> None:
    outbox.register(meeting_notices.MEETING_NOTICE, meeting_notice)


def meeting_notice(payload: dict[str, Any]) -> None:
    """One message, once, to the phone or else to the address; nothing for who withdrew meanwhile or left neither."""
    code, pk = payload["code"], payload["person"]
    of_hearing = payload["kind"] == "hearing"
    person = _seat(pk) if of_hearing else _place(pk)
    if person is None or not (person.phone or person.email):
        return
    text = (
        _seat_words(person, code) if isinstance(person, Participant) else _place_words(person, code)
    )
    medium = "sms" if person.phone else "email"
    key = f"meeting.{code}:{payload['kind']}:{pk}:{payload['moment']}"
    try:
        with transaction.atomic():
            Delivery.objects.create(
                dedupe_key=key, code=f"meeting.{code}", medium=medium, at=timezone.now()
            )
            if person.phone:
                sms.send(person.phone, f"【建言】{text}", reference=key)
            else:
                subject = "您报名的听证会" if of_hearing else "您预约的接访"
                send_mail(
                    subject, f"您好：\n\n{text}\n", settings.DEFAULT_FROM_EMAIL, [person.email]
                )
    except IntegrityError:
        log.info("notice_already_sent", code=code, person=pk)


def _seat(pk: int) -> Participant | None:
    return Participant.objects.select_related("hearing").filter(pk=pk, withdrawn_at=None).first()


def _place(pk: int) -> Booking | None:
    return Booking.objects.select_related("slot").filter(pk=pk, cancelled_at=None).first()


def _seat_words(person: Participant, code: str) -> str:
    held = person.hearing
    until = f"{held.enrol_until.month}月{held.enrol_until.day}日"
    return _SEAT[code].format_map(_facts("suggestions:hearing", held.pk, held) | {"until": until})


def _place_words(booking: Booking, code: str) -> str:
    slot = booking.slot
    return _PLACE[code].format_map(_facts("suggestions:reception", slot.pk, slot))


def _facts(name: str, pk: int, held: Any) -> dict[str, str]:
    return {
        "day": f"{held.on.month}月{held.on.day}日",
        "time": f"{held.starts:%H:%M}".removeprefix("0"),
        "place": held.place,
        "link": settings.BASE_URL + reverse(name, args=[pk]),
    }
