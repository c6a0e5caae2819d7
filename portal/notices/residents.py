"""Messages to residents about their own page: the sign-in code, the confirming letter, the day's news of what they follow.

An SMS says how much there is and where, never what: previews are read over shoulders (process.md 9.2).
"""

from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from portal.notices import sms
from suggestions import outbox
from suggestions.models import Resident, ResidentDigest, SignInCode
from suggestions.services import following, residents

log = structlog.get_logger(__name__)


def register_handlers() -> None:
    outbox.register(residents.CODE_NOTICE, sign_in_code)
    outbox.register(following.EMAIL_CONFIRM, confirm_email)
    outbox.register(following.DIGEST, digest)


def sign_in_code(payload: dict[str, Any]) -> None:
    """The six digits, while they can still be used. A second try of the outbox carries the same reference."""
    code = SignInCode.objects.filter(
        pk=payload["code_id"], sends=payload["sends"], used_at=None, expires_at__gt=timezone.now()
    ).first()
    if code is None:
        return
    text = f"【建言】登录验证码{residents.digits_of(code)}，{residents.MINUTES}分钟内有效。不要告诉任何人；不是您本人操作，不用理会。"
    sms.send(code.phone, text, reference=f"sign-in:{code.pk}:{code.sends}")


def confirm_email(payload: dict[str, Any]) -> None:
    """The link that shows an address is the person's own."""
    resident = Resident.objects.filter(pk=payload["resident"], email_confirmed_at=None).first()
    if resident is None or not resident.email:
        return
    link = settings.BASE_URL + reverse(
        "suggestions:my_email", args=[following.email_token(resident)]
    )
    body = (
        "您好：\n\n有人（应该是您）想把关注的消息发到这个邮箱。确认请在3天内点开：\n"
        f"{link}\n\n不是您本人操作，不用理会，不会再收到我们的信。\n"
    )
    EmailMessage("请确认您的邮箱", body, settings.DEFAULT_FROM_EMAIL, [resident.email]).send()


def digest(payload: dict[str, Any]) -> None:
    """One day's message, once: the row is marked in the transaction that sends, so a failed send is tried again."""
    with transaction.atomic():
        row = (
            ResidentDigest.objects.select_for_update()
            .select_related("resident")
            .filter(pk=payload["digest"], sent_at=None)
            .first()
        )
        if row is None:
            return
        # The choice of this moment counts: whoever pressed "stop" meanwhile hears nothing.
        resident = row.resident
        if resident.notice != row.medium:
            log.info("digest_not_wanted", digest=row.pk)
            return
        ResidentDigest.objects.filter(pk=row.pk).update(sent_at=timezone.now())
        stop = following.stop_address(resident)
        if row.medium == Resident.Notice.SMS:
            page = settings.BASE_URL + reverse("suggestions:my")
            text = f"【建言】您关注的有{len(row.lines)}条新消息：{page} 不想再收：{stop}"
            sms.send(resident.phone, text, reference=f"follow-digest:{row.pk}")
        elif resident.mail_works:
            _mail(resident, row, stop)


def _mail(resident: Resident, row: ResidentDigest, stop: str) -> None:
    lines = "\n".join(
        f"{n}. {words}\n   {href if '://' in href else settings.BASE_URL + href}"
        for n, (words, href) in enumerate(row.lines, 1)
    )
    page = settings.BASE_URL + reverse("suggestions:my")
    body = (
        f"您好：\n\n您关注的有{len(row.lines)}条新消息。\n\n{lines}\n\n"
        f"每天最多一封。改关注的内容或通知方式：{page}\n不想再收，点开按一下就停，不用登录：{stop}\n"
    )
    # RFC 8058: mail programs show their own button, and press it with a POST.
    headers = {
        "List-Unsubscribe": f"<{stop}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    EmailMessage(
        f"您关注的有{len(row.lines)}条新消息", body, settings.DEFAULT_FROM_EMAIL, [resident.email], headers=headers
    ).send()  # fmt: skip
