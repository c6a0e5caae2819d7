"""What people who are not the author say of a published answer: helpful or not, and in a few words (process.md 7.1; SH 7).

Counted apart from the author's rating everywhere: neither table is read by the statistics.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions.models.channels import Voice
from suggestions.models.handling import Reply
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.states import Machine
from suggestions.states.reply_comment import ReplyCommentState


class ReplyVoiceQuerySet(models.QuerySet["ReplyVoice"]):
    def counted(self) -> "ReplyVoiceQuerySet":
        return self.filter(confirmed_at__isnull=False, withdrawn_at=None)


class ReplyVoice(Voice):
    """One phone's word on one answer. The phone is held only until it is proved, then its keyed hash stays."""

    reply = models.ForeignKey(Reply, models.CASCADE, related_name="voices")
    helpful = models.BooleanField(_("有帮助"))
    words = models.TextField(_("想说的话"), max_length=200, blank=True)
    """Only until the phone is proved; then they are a comment of their own."""

    objects = ReplyVoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("答复有没有帮助")
        verbose_name_plural = _("答复有没有帮助")
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "phone_hash"],
                condition=Q(confirmed_at__isnull=False, withdrawn_at=None) & ~Q(phone_hash=""),
                name="one_phone_one_voice_on_a_reply",
            ),
        ]

    def __str__(self) -> str:
        return f"reply voice {self.pk}"


class ReplyComment(Record):
    """A comment on an answer. The public reads `public_text`, released by a person; nobody's name stands here."""

    machine: ClassVar[Machine] = Machine.REPLY_COMMENT

    status = models.CharField(
        _("状态"), max_length=24, choices=ReplyCommentState.choices, editable=False
    )
    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="reply_comments")
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="comments")
    voice = models.OneToOneField(
        ReplyVoice, models.SET_NULL, null=True, blank=True, related_name="comment"
    )
    text = models.TextField(_("评论原文"), max_length=200, blank=True)
    public_text = models.TextField(_("公开的评论"), max_length=300, blank=True)
    said_at = models.DateTimeField()
    declined_because = models.CharField(_("不公开的理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("公众评论")
        verbose_name_plural = _("公众评论")
        ordering = ["-said_at", "-id"]
        indexes = [
            models.Index(fields=["suggestion", "status", "-said_at"], name="reply_comments_shown")
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="shown") | ~Q(public_text=""), name="shown_comment_is_released"
            ),
            models.CheckConstraint(
                condition=~Q(status="withdrawn") | Q(text="", public_text=""),
                name="withdrawn_comment_is_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.public_text or self.text or str(_("（已收回）"))
