"""Notices to co-signers and joint authors, and the SMS that carries a draft's code: sent once however often asked."""

import json
from typing import Any

import structlog
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.notices import sms
from portal.notices.models import Delivery
from suggestions import outbox
from suggestions.codes import RecordClass
from suggestions.models import CoSign, JointAuthor, PollVoice, QaVoice, ReplyVoice, SubmissionDraft
from suggestions.models.channels import Voice
from suggestions.services import drafts, retention_rules, voices

log = structlog.get_logger(__name__)
_MODELS: dict[str, type[CoSign | JointAuthor]] = {"co_sign": CoSign, "joint": JointAuthor}
_FORGOTTEN: dict[str, tuple[type[Voice], str]] = {
    "poll": (PollVoice, "投票"),
    "helpful": (ReplyVoice, "评价答复"),
    "qa": (QaVoice, "问政评分"),
}
"""Kinds whose phone is held only until it is proved, and what its code is for."""
_WORDS = {
    "phone_code": "附议验证码{phone_code}，请填在网页上，20分钟内有效。不是您本人操作，不用理会。",
    "joint_asked": "有人把您列为建议{number}的联名人。您的确认码{query_code}，请到{link}看内容，再决定参加不参加。不认识这件事，不用理会。",
    "answered": "您{stood}的建议{number}有答复了，请到{link}看。",
    "redirected": "您{stood}的{number}不属于建议，该找哪个机关写在{link}。",
    "refused": "您{stood}的{number}没有受理，理由写在{link}。",
}
"""An SMS names the number only: previews are read over shoulders (process.md 9.2)."""


def register_handlers() -> None:
    outbox.register(voices.VOICE_NOTICE, voice_notice)
    outbox.register(voices.DRAFT_NOTICE, draft_notice)


def voice_notice(payload: dict[str, Any]) -> None:
    """One SMS to one voice; nothing when the person has stepped out or left no phone."""
    if payload["kind"] in _FORGOTTEN:
        code_alone(payload["kind"], payload["voice"])
        return
    model = _MODELS[payload["kind"]]
    voice: Any = model._default_manager.filter(pk=payload["voice"]).first()
    code = payload["code"]
    if voice is None or voice.withdrawn_at is not None or not voice.phone:
        return
    if code not in ("phone_code", "joint_asked") and not voice.wants_notice:
        return
    text = words(voice, code)
    key = f"{code}:{payload['kind']}:{voice.pk}:{payload.get('event') or voice.tries}"
    try:
        with transaction.atomic():
            Delivery.objects.create(
                dedupe_key=key, suggestion=voice.suggestion, code=f"voice.{code}", medium="sms", at=timezone.now()
            )  # fmt: skip
            sms.send(voice.phone, text, reference=key)
    except IntegrityError:
        log.info("notice_already_sent", code=code, voice=voice.pk)


def code_alone(kind: str, pk: int) -> None:
    """The code that proves a phone; nothing once it is proved, for the phone is then forgotten."""
    model, what = _FORGOTTEN[kind]
    voice: Any = model._default_manager.filter(pk=pk, confirmed_at=None).first()
    if voice is not None and voice.phone:
        code = voices.phone_code(voice)
        text = f"【建言】{what}验证码{code}，请填在网页上。不是您本人操作，不用理会。"
        sms.send(voice.phone, text, reference=f"{kind}:{voice.pk}:{voice.tries}")


def words(voice: voices.AnyVoice, code: str) -> str:
    """The text of a notice, with the voice's own link and code."""
    token, query_code = voices.receipt_of(voice)
    facts = {
        "number": voice.suggestion.case_no,
        "query_code": query_code,
        "link": settings.BASE_URL + reverse("suggestions:joined", args=[token]),
        "stood": "联名" if isinstance(voice, JointAuthor) else "附议",
        "phone_code": voices.phone_code(voice),
    }
    return "【建言】" + _WORDS[code].format_map(facts)


def draft_notice(payload: dict[str, Any]) -> None:
    """The code of a draft, to the phone its writer gave."""
    row = SubmissionDraft.objects.filter(pk=payload["draft"], suggestion=None).first()
    if row is None:
        return
    phone = json.loads(row.answers or "{}").get("_send_to", "")
    if not phone:
        return
    code = drafts.resume_code(row)
    link = settings.BASE_URL + reverse("suggestions:resume_code", args=[code])
    days = retention_rules.days(RecordClass.DRAFT)
    sms.send(
        phone, f"【建言】您没写完的建议存好了，{days}天内到{link}接着写。草稿码{code}，不要给别人看。",
        reference=f"draft:{row.pk}:{len(phone)}",
    )  # fmt: skip
