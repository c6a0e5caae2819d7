"""Preparing the public text: one person masks, another checks (process.md 4.9, 9.2)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.handling import Reply
from suggestions.models.suggestion import Suggestion


class PublicationReview(models.Model):
    """One round of masking: of a new item, of its reply, or of both. Released only by a second person."""

    class State(models.TextChoices):
        QUEUED = "queued", _("待脱敏")
        REDACTING = "redacting", _("脱敏中")
        SECOND_CHECK = "second_check", _("待复核")
        DONE = "done", _("已公开")
        REFUSED = "refused", _("不公开")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="publication_reviews")
    reply = models.ForeignKey(
        Reply, models.CASCADE, null=True, blank=True, related_name="publication_reviews"
    )
    covers_suggestion = models.BooleanField(default=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.QUEUED)
    title = models.CharField(_("公开的标题"), max_length=200, blank=True)
    problem = models.TextField(_("公开的事由"), blank=True)
    proposal = models.TextField(_("公开的做法"), blank=True)
    place = models.CharField(_("公开的地点"), max_length=160, blank=True)
    reply_body = models.TextField(_("公开的答复"), blank=True)
    reply_commitment = models.CharField(_("公开的承诺"), max_length=400, blank=True)
    public_attachments = models.JSONField(default=list, blank=True)
    redacted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    redacted_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    checked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        verbose_name = _("公开审核")
        verbose_name_plural = _("公开审核")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion"],
                condition=Q(state__in=["queued", "redacting", "second_check"]),
                name="one_open_review",
            ),
            models.CheckConstraint(
                condition=Q(checked_by__isnull=True)
                | Q(redacted_by__isnull=True)
                | ~Q(checked_by=F("redacted_by")),
                name="checked_by_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"publication of {self.suggestion_id}"
