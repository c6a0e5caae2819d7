"""Files of a draft: taken in one by one, so that one bad photo costs none of the good ones."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from suggestions import uploads
from suggestions.guards import ratelimit
from suggestions.models import Attachment, SubmissionDraft
from suggestions.public.drafts import Draft
from suggestions.services import attachments

FIELD = "files"


def room(draft: Draft) -> int:
    """How many more files may be added."""
    return max(0, uploads.MAX_FILES - len(draft.files()))


def limits() -> dict[str, int]:
    return {"files": uploads.MAX_FILES, "megabytes": uploads.MAX_BYTES // 1024 // 1024}


def take(draft: Draft, sent: Iterable[Any], *, caller: str) -> list[tuple[str, str]]:
    """Keep the good ones; returns (id of the control, sentence) for each that was not taken."""
    errors: list[tuple[str, str]] = []
    for file in sent:
        _kept, error = take_one(file, room=room(draft), caller=caller, draft=draft.row)
        draft.forget_files()
        if error:
            errors.append((FIELD, error))
    return errors


def take_one(
    file: Any, *, room: int, caller: str, draft: SubmissionDraft | None = None,
    origin: str = Attachment.Origin.SUBMISSION,
) -> tuple[Attachment | None, str]:  # fmt: skip
    """One file kept, or the sentence that says why not. `caller` is the address that uploads are counted by."""
    shown = uploads.safe_original_name(str(file.name or ""))
    if room <= 0:
        text = _("最多传%(limit)d个，这个没有收：%(name)s。要换就先删去一个。")
        return None, text % {"limit": uploads.MAX_FILES, "name": shown}
    verdict = ratelimit.hit("upload", caller)
    if not verdict.allowed:
        minutes = max(1, -(-verdict.retry_after_seconds // 60))
        text = _(
            "传得太多太快，%(name)s没有收。请过%(minutes)d分钟再传，已传的都在；也可以先不带它往下走。"
        )
        return None, text % {"name": shown, "minutes": minutes}
    try:
        return attachments.store(file=file, draft=draft, origin=origin), ""
    except uploads.UploadRefused as refused:
        return None, _("%(name)s：%(why)s") % {"name": shown, "why": refused.message_zh}


def remove(draft: Draft, token: str) -> None:
    """Take a file out of the draft. Another draft's file, or one that is gone, is nothing to do."""
    held = Attachment.objects.filter(draft=draft.row, suggestion=None, token=token).first()
    if held is not None:
        attachments.remove(held)
        draft.forget_files()
