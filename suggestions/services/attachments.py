"""Keeping a person's file: checked, written under a random name, and known by its row (process.md 3.4, 9.2)."""

import secrets
from datetime import datetime, timedelta

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.db.models import Q

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


def purge_unused(*, before: datetime) -> int:
    """Remove files that were uploaded before a moment and never sent with an item; returns how many."""
    unused = Attachment.objects.filter(suggestion=None, created_at__lt=before).filter(
        Q(draft=None) | Q(draft__updated_at__lt=before)
    )
    return sum(remove(attachment) for attachment in unused[:1000])


DRAFT_DAYS = 90
"""How long an unfinished form is kept; the pages say so."""


def purge_drafts(*, now: datetime) -> int:
    """Remove drafts nobody came back to, with their files (PIPL 19: no longer than needed). Safe to repeat."""
    before = now - timedelta(days=DRAFT_DAYS)
    purge_unused(before=before)
    old = SubmissionDraft.objects.filter(updated_at__lt=before).values_list("pk", flat=True)[:1000]
    gone, _ = SubmissionDraft.objects.filter(pk__in=list(old)).delete()
    return gone
