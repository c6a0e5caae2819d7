"""Keeping a person's file: checked, written under a random name, and known by its row (process.md 3.4, 9.2)."""

import secrets

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction

from suggestions import uploads
from suggestions.models import Attachment, SubmissionDraft, Suggestion

STORAGE = "attachments"


def store(
    *,
    file: uploads.NamedFile,
    origin: str = Attachment.Origin.SUBMISSION,
    draft: SubmissionDraft | None = None,
    suggestion: Suggestion | None = None,
) -> Attachment:
    """Check a file and keep it. Raises uploads.UploadRefused, whose `message_zh` is for the person."""
    clean = uploads.clean_upload(file)
    name = f"{secrets.token_hex(2)}/{secrets.token_hex(20)}.{clean.extension}"
    kept_as = storages[STORAGE].save(name, ContentFile(clean.content))
    return Attachment.objects.create(
        token=secrets.token_urlsafe(24), draft=draft, suggestion=suggestion, origin=origin,
        storage_name=kept_as, original_name=uploads.safe_original_name(str(file.name or ""), clean.extension),
        content_type=clean.content_type, size=len(clean.content), sha256=clean.sha256,
        width=clean.width, height=clean.height,
    )  # fmt: skip


def remove(attachment: Attachment) -> bool:
    """Forget a file that belongs to no item yet; False when it does by now. The bytes go once the row is gone."""
    name = attachment.storage_name
    gone, _ = Attachment.objects.filter(pk=attachment.pk, suggestion=None).delete()
    if gone:
        transaction.on_commit(lambda: storages[STORAGE].delete(name))
    return bool(gone)
