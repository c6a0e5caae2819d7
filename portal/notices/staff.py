"""One in-site line for one member of staff, by e-mail as they chose: at once, once a day, or in the site only."""

from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.utils import timezone

from portal.notices.models import Digest, NoticeChoice, StaffNotice
from suggestions.clock import SHANGHAI, local_date

Mode = NoticeChoice.Mode


def wants_mail_now(user: Any) -> bool:
    """Whether this person gets a letter for each notice. Whoever chose nothing keeps the old setting."""
    if not user.email:
        return False
    choice = NoticeChoice.objects.filter(user=user).first()
    return user.notify_by_email if choice is None else choice.mode == Mode.AT_ONCE


def tell(user: Any, code: str, words: str, url: str, *, key: str) -> None:
    """An in-site line under this key, once, and a letter to whoever wants one for each line."""
    with transaction.atomic():
        _, new = StaffNotice.objects.get_or_create(
            dedupe_key=key,
            defaults={
                "user": user,
                "code": code,
                "text": words[:200],
                "url": url,
                "at": timezone.now(),
            },
        )
        if new and wants_mail_now(user):
            body = f"{words}\n\n{settings.BASE_URL}{url}\n\n可在个人设置里关闭邮件通知。"
            send_mail(words, body, settings.DEFAULT_FROM_EMAIL, [user.email])


def send_digests(*, now: datetime) -> int:
    """One letter to everybody who chose so, with yesterday's and today's unread lines since the last letter.

    Idempotent: the row of person and day is written in the transaction that sends, so a second run, or a second worker,
    sends nothing, and a letter that failed is tried again. Returns how many were sent. One query a person.
    """
    today, done = local_date(now), 0
    people = NoticeChoice.objects.filter(
        mode=Mode.DAILY, user__is_active=True
    ).exclude(user__email="").exclude(user__in=Digest.objects.filter(on=today).values("user"))  # fmt: skip
    for choice in people.select_related("user"):
        done += _send(choice.user, today, now)
    return done


def _send(user: Any, today: date, now: datetime) -> int:
    last = Digest.objects.filter(user=user).order_by("-on").values_list("at", flat=True).first()
    since = last or datetime.combine(today - timedelta(days=1), time.min, SHANGHAI)
    lines = StaffNotice.objects.filter(user=user, read_at=None, at__gt=since, at__lte=now)
    held = list(lines.order_by("at")[:200])
    if not held:
        return 0
    words = "\n".join(f"{n}. {line.text}\n   {settings.BASE_URL}{line.url}" for n, line in enumerate(held, 1))  # fmt: skip
    try:
        with transaction.atomic():
            Digest.objects.create(user=user, on=today, lines=len(held), at=now)
            send_mail(
                f"今天有{len(held)}条未读通知",
                f"您有{len(held)}条未读通知：\n\n{words}\n\n每天最多一封。要改成随时通知或只看站内，请到“我的通知”。",
                settings.DEFAULT_FROM_EMAIL, [user.email],
            )  # fmt: skip
    except IntegrityError:
        return 0
    return 1


def run_now() -> int:
    """For the schedule."""
    return send_digests(now=timezone.now())
