"""What has states but is no case: hearings, orders, mandates, awards. Each is written by services/records alone.

A record keeps its own chain of events, as a case does (invariant 3), and its clocks are rows of the same table.
"""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.models.event import event_hash, text_hash
from suggestions.models.place import Jurisdiction
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit
from suggestions.states import Machine, Visibility


class Record(models.Model):
    """Base of all records: the machine it follows, where it stands, and the head of its chain.

    `unit_path` and `user_path` are the lookups by which access.records() finds a unit's and a person's own.
    """

    machine: ClassVar[Machine]
    unit_path: ClassVar[str] = ""
    user_path: ClassVar[str] = ""

    jurisdiction = models.ForeignKey(
        Jurisdiction, models.PROTECT, related_name="+", verbose_name=_("辖区")
    )
    status = models.CharField(_("状态"), max_length=24, editable=False)
    version = models.PositiveIntegerField(default=0, editable=False)
    event_seq = models.PositiveIntegerField(default=0, editable=False)
    event_head = models.CharField(max_length=64, blank=True, editable=False)
    due_on = models.DateField(_("当前期限"), null=True, blank=True, editable=False)
    due_kind = models.CharField(max_length=4, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    def unit_ids(self) -> set[int]:
        """The units whose staff act on this record; empty when none does."""
        held = getattr(self, f"{self.unit_path}_id", None) if self.unit_path else None
        return {held} if held is not None else set()


class RecordEvent(models.Model):
    """One act on one record. Database triggers refuse UPDATE and DELETE (migrations)."""

    machine = models.CharField(max_length=12, choices=Machine.choices)
    record_id = models.BigIntegerField()
    seq = models.PositiveIntegerField()
    name = models.CharField(max_length=30)
    from_state = models.CharField(max_length=24, blank=True)
    to_state = models.CharField(max_length=24, blank=True)
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="record_events"
    )
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

    class Meta:
        verbose_name = _("记录的事件")
        verbose_name_plural = _("记录的事件")
        ordering = ["machine", "record_id", "seq"]
        constraints = [
            models.UniqueConstraint(
                fields=["machine", "record_id", "seq"], name="record_event_seq_once"
            )
        ]
        indexes = [models.Index(fields=["at", "id"], name="record_event_by_day")]

    def __str__(self) -> str:
        return f"{self.machine} {self.record_id}#{self.seq} {self.name}"

    def facts(self) -> dict[str, object]:
        """What the hash covers, besides the moment."""
        return {
            "machine": self.machine, "record_id": self.record_id, "seq": self.seq, "name": self.name,
            "from_state": self.from_state, "to_state": self.to_state, "suggestion_id": self.suggestion_id,
            "actor_id": self.actor_id, "role": self.role, "unit_id": self.unit_id, "words": self.words,
            "reason": self.reason, "data": self.data, "visibility": self.visibility, "prev_hash": self.prev_hash,
        }  # fmt: skip

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
