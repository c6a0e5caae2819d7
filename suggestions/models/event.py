"""Append-only, hash-chained events (invariant 3). Each case is a chain; each day's head binds all chains together.

A chain per case keeps submissions from queueing behind one another (docs/adr/0005); the daily head, which covers every
event of the day and the head before it, makes a case cut off at the end visible as well.
"""

import hashlib
import json
import secrets
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states import Machine, Visibility


class ChainedEvent(models.Model):
    """Base of all events: one act, chained to the one before. Database triggers refuse UPDATE and DELETE (migrations)."""

    seq = models.PositiveIntegerField()
    machine = models.CharField(max_length=12, choices=Machine.choices)
    name = models.CharField(max_length=30)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24, blank=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    role = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    words = models.TextField(blank=True)
    reason = models.TextField(blank=True)
    data = models.JSONField(default=dict)
    visibility = models.CharField(max_length=8, choices=Visibility.choices)
    prev_hash = models.CharField(max_length=64, blank=True)
    text_salt = models.CharField(max_length=32, blank=True, null=True)  # noqa: DJ001 (null: no rebuild)
    text_digest = models.CharField(max_length=64, blank=True, null=True)  # noqa: DJ001
    hash = models.CharField(max_length=64)

    FACTS: ClassVar[tuple[str, ...]] = (
        "seq", "machine", "name", "from_state", "to_state", "suggestion_id", "actor_id", "role", "unit_id", "words",
        "reason", "data", "visibility", "prev_hash",
    )  # fmt: skip
    """What the hash covers, besides the moment."""

    class Meta:
        abstract = True

    def facts(self) -> dict[str, Any]:
        """What the hash covers, by name."""
        return {name: getattr(self, name) for name in self.FACTS}

    def compute_hash(self) -> str:
        """SHA-256 over the canonical JSON of this row and the hash before it."""
        at: datetime = self.at
        return event_hash(at=at, text_digest=self.text_digest, **self.facts())

    @property
    def is_blanked(self) -> bool:
        """Its texts were erased; what is left still proves what was done, by which role, and when."""
        return bool(self.text_digest) and not self.text_salt

    def texts_are_as_written(self) -> bool:
        """Whether words, reason and data are those that were chained (always so for rows without a digest)."""
        return not self.text_digest or self.text_digest == text_hash(
            self.text_salt or "", self.words, self.reason, self.data
        )


class CaseEvent(ChainedEvent):
    """One act on one case."""

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="events")

    class Meta:
        verbose_name = _("事件")
        verbose_name_plural = _("事件")
        ordering = ["suggestion_id", "seq"]
        constraints = [models.UniqueConstraint(fields=["suggestion", "seq"], name="event_seq_once")]
        indexes = [
            models.Index(fields=["at", "id"], name="event_by_day"),
            # Answers sent back, counted each day for open cases.
            models.Index(
                fields=["suggestion"], condition=Q(name="send_back"), name="event_sent_back"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id}#{self.seq} {self.name}"


def event_hash(*, at: datetime, text_digest: str | None = None, **facts: Any) -> str:
    """Hash of an event's facts: keys sorted, UTF-8, times in UTC with microseconds.

    With `text_digest` the chain covers words, reason and data through that salted digest alone, so that they can be
    erased (PIPL 47) while the chain stays whole. Without, it covers the texts themselves.
    """
    stamp = at.astimezone(UTC).isoformat(timespec="microseconds")
    if text_digest:
        kept = {k: v for k, v in facts.items() if k not in TEXTS}
        facts = {**kept, "text_digest": text_digest}
    text = json.dumps(
        {**facts, "at": stamp}, sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


TEXTS = ("words", "reason", "data")
"""What a person may have written into an event: erasable, chained by digest."""


def text_hash(salt: str, words: str, reason: str, data: Any) -> str:
    """Salted digest of an event's texts. Once salt and texts are gone nobody can guess them back."""
    text = json.dumps(
        [salt, words, reason, data], sort_keys=True, ensure_ascii=False, separators=(",", ":")
    )
    return hashlib.sha256(text.encode()).hexdigest()


def seal(facts: dict[str, Any]) -> dict[str, str]:
    """Salt and digest for a new event with these facts, as columns to store."""
    salt = secrets.token_hex(16)
    digest = text_hash(salt, facts["words"], facts["reason"], facts["data"])
    return {"text_salt": salt, "text_digest": digest}


class DailyHead(models.Model):
    """The head of one Shanghai day: hash of the day's event hashes in id order and of the head before. Published."""

    day = models.DateField(unique=True)
    last_event_id = models.BigIntegerField()
    last_record_event_id = models.BigIntegerField(default=0)
    events = models.PositiveIntegerField()
    prev_head = models.CharField(max_length=64, blank=True)
    head = models.CharField(max_length=64)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("每日链头")
        verbose_name_plural = _("每日链头")
        ordering = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.head[:12]}"
