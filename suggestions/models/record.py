"""What has states but is no case: hearings, orders, mandates, awards. Each is written by services/records alone.

A record keeps its own chain of events, as a case does (invariant 3), and its clocks are rows of the same table.
"""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.models.event import ChainedEvent
from suggestions.models.place import Jurisdiction
from suggestions.models.suggestion import Suggestion
from suggestions.states import Machine


class Record(models.Model):
    """Base of all records: the machine it follows, where it stands, and the head of its chain.

    `unit_path` and `user_path` are the lookups by which access.records() finds a unit's and a person's own.
    """

    machine: ClassVar[Machine]
    unit_path: ClassVar[str] = ""
    user_path: ClassVar[str] = ""
    also_unit_paths: ClassVar[tuple[str, ...]] = ()
    """Further units whose own it is, of a record that concerns more than one."""
    is_shown: ClassVar[bool] = False
    """Whether public pages show what staff acts change: each act then makes them anew."""

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


class RecordEvent(ChainedEvent):
    """One act on one record; `suggestion` where it concerns a case."""

    record_id = models.BigIntegerField()
    suggestion = models.ForeignKey(
        Suggestion, models.PROTECT, null=True, blank=True, related_name="record_events"
    )

    FACTS: ClassVar[tuple[str, ...]] = (*ChainedEvent.FACTS, "record_id")

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
