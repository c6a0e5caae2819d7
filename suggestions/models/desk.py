"""What the desk keeps for the people who work at it: choices beside hints, locks, notes, lists, officers, exports."""

from datetime import datetime
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.intake import TriageHint
from suggestions.models.place import Jurisdiction
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.states import Machine


class HintChoice(models.Model):
    """What people last chose where hints are made, whether or not one was offered (process.md 4.4).

    Codes only, and nobody's name: it measures the rules, not the officer. For personal data, `total` counts the places
    the rules had marked and `hits` those that are not on the released page; for the other kinds `total` is 1.
    """

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="hint_choices")
    kind = models.CharField(max_length=10, choices=TriageHint.Kind.choices)
    chosen = models.CharField(max_length=80, blank=True)
    """What the person chose; "" where it was none of what was offered."""
    offered = models.CharField(max_length=80, blank=True)
    """The surest hint of the kind; "" when the rules had nothing to say."""
    hint_version = models.CharField(max_length=20)
    hits = models.PositiveIntegerField(default=0)
    any_hit = models.BooleanField(default=False)
    total = models.PositiveIntegerField(default=1)
    decided_at = models.DateTimeField()

    class Meta:
        verbose_name = _("提示与选择")
        verbose_name_plural = _("提示与选择")
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "kind"], name="one_choice_a_kind"),
            models.CheckConstraint(condition=Q(hits__lte=F("total")), name="hits_within_total"),
        ]
        indexes = [models.Index(fields=["kind", "hint_version", "decided_at"], name="choice_count")]

    def __str__(self) -> str:
        return f"{self.suggestion_id} {self.kind}"


class CaseLock(models.Model):
    """Who has an item's form open, for one side (the office, or one unit). It lapses by itself at `until`."""

    noun: ClassVar[str] = "这件建议"

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="locks")
    side = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("正在处理")
        verbose_name_plural = _("正在处理")
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "side"], name="one_lock_a_side"),
            models.CheckConstraint(condition=Q(until__gte=F("since")), name="lock_ends_after_start"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.suggestion_id} {self.side}"

    def is_live(self, at: datetime) -> bool:
        return self.until > at


class RecordLock(models.Model):
    """Who has a form of a record open (an order, a hearing, a request), for one side; otherwise like CaseLock."""

    noun: ClassVar[str] = "这条记录"

    machine = models.CharField(max_length=12)
    record_id = models.BigIntegerField()
    side = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        verbose_name = _("正在处理的记录")
        verbose_name_plural = _("正在处理的记录")
        constraints = [
            models.UniqueConstraint(
                fields=["machine", "record_id", "side"], name="one_record_lock_a_side"
            ),
            models.CheckConstraint(
                condition=Q(until__gte=F("since")), name="record_lock_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.machine} {self.record_id} {self.side}"


class Note(models.Model):
    """An internal note on an item: never public, never in the index. The item's chain holds its salted digest."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="notes")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    side = models.CharField(max_length=20)
    """Who reads it: "office", or "unit:<id>" (the unit itself and the office)."""
    words = models.TextField(_("备注"), max_length=1000, blank=True)
    salt = models.CharField(max_length=32, editable=False)
    event_seq = models.PositiveIntegerField(editable=False)
    mentions = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", blank=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("内部备注")
        verbose_name_plural = _("内部备注")
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["suggestion", "event_seq"], name="one_note_an_event"),
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class CaseOfficer(models.Model):
    """The officer of the office to whom an item was given. One at a time; the item's events tell who was before."""

    suggestion = models.OneToOneField(Suggestion, models.CASCADE, related_name="officer")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Meta:
        verbose_name = _("经办分办员")
        verbose_name_plural = _("经办分办员")

    def __str__(self) -> str:
        return f"{self.suggestion_id}"


class SavedQueue(models.Model):
    """A list somebody saved under a name; shared ones are offered to the whole office."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_queues")
    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="+")
    name = models.CharField(_("名称"), max_length=30)
    query = models.CharField(max_length=800)
    shared = models.BooleanField(_("给全办公室用"), default=False)
    is_default = models.BooleanField(_("打开分办队列时先看这个"), default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("保存的队列")
        verbose_name_plural = _("保存的队列")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["user", "name"], name="saved_queue_name_once"),
            models.UniqueConstraint(
                fields=["user"], condition=Q(is_default=True), name="one_default_queue"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ExportJob(Record):
    """A list written to a file in the background, within what its asker may read; the file goes after seven days."""

    machine: ClassVar[Machine] = Machine.EXPORT
    user_path: ClassVar[str] = "user"

    class Format(models.TextChoices):
        XLSX = "xlsx", _("Excel 表格（.xlsx）")
        CSV = "csv", _("逗号分隔（.csv）")

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="exports")
    query = models.CharField(max_length=800)
    grant = models.ForeignKey(
        "suggestions.IdentityGrant", models.PROTECT, null=True, blank=True, related_name="exports",
        verbose_name=_("带身份信息的批准"),
    )  # fmt: skip
    """Leave of two others to write names and contact data; without it nobody is named."""
    format = models.CharField(_("格式"), max_length=4, choices=Format.choices)
    total = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    storage_name = models.CharField(max_length=120, blank=True, editable=False)
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("导出")
        verbose_name_plural = _("导出")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="ready") | ~Q(storage_name=""), name="ready_export_has_a_file"
            ),
        ]

    def __str__(self) -> str:
        return f"export {self.pk}"

    @property
    def percent(self) -> int:
        return min(100 * self.done // self.total, 100) if self.total else 0

    @property
    def status_label(self) -> str:
        from suggestions.states.export import Export

        return str(Export(self.status).label)
