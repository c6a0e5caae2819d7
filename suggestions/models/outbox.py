"""Side effects leave through here: rows written with the change, delivered at least once (invariant 4)."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class Outbox(models.Model):
    """One effect to carry out: an index update, a notice. `kind` names the handler (suggestions/outbox.py)."""

    kind = models.CharField(max_length=30)
    key = models.CharField(max_length=80, blank=True)
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)
    available_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("发件箱")
        verbose_name_plural = _("发件箱")
        indexes = [
            models.Index(
                fields=["available_at", "id"],
                condition=Q(done_at__isnull=True),
                name="outbox_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"


class CaseNumber(models.Model):
    """The last running number given out in a year."""

    year = models.PositiveSmallIntegerField(unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class ContentVersion(models.Model):
    """A counter that each publication bumps; public pages and their caches are keyed by it (design section 5)."""

    name = models.CharField(max_length=40, unique=True)
    value = models.PositiveBigIntegerField(default=0)
    changed_at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.name} {self.value}"


class ImportedLine(models.Model):
    """What an import did with one external number, so that a second run skips it."""

    source = models.CharField(max_length=60)
    external_no = models.CharField(max_length=80)
    suggestion = models.ForeignKey("suggestions.Suggestion", models.CASCADE, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("导入记录")
        verbose_name_plural = _("导入记录")
        constraints = [
            models.UniqueConstraint(fields=["source", "external_no"], name="imported_once")
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.external_no}"
