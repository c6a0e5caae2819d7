"""What people say to a campaign besides suggestions, and the report that answers them all (process.md 3.1; SH 7, 8, 12).

The campaign's page belongs to the editors (cms) and is named here by a foreign key alone, as `Suggestion.campaign` does.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions.campaign_form import FieldKind
from suggestions.codes import DATED_OUTCOMES, Outcome
from suggestions.models.channels import Voice
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.states import Machine
from suggestions.states.campaign_question import CampaignQuestionState

PAGE = "cms.CampaignPage"


class CampaignAnswer(models.Model):
    """One answer to a question of the campaign's own form, with the question as it was worded then."""

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="campaign_answers")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(_("问题"), max_length=80)
    kind = models.CharField(max_length=8, choices=FieldKind.choices)
    value = models.TextField(_("回答"), max_length=1000)

    class Meta:
        verbose_name = _("征集问题的回答")
        verbose_name_plural = _("征集问题的回答")
        ordering = ["suggestion", "position"]
        constraints = [
            models.UniqueConstraint(
                fields=["suggestion", "position"], name="one_answer_to_each_campaign_question"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.suggestion_id} {self.label}"


class PollVoiceQuerySet(models.QuerySet["PollVoice"]):
    def counted(self) -> "PollVoiceQuerySet":
        return self.filter(confirmed_at__isnull=False, withdrawn_at=None)


class PollVoice(Voice):
    """One phone's voice in one survey or vote. The phone is held only until the code sent to it came back."""

    campaign = models.ForeignKey(PAGE, models.CASCADE, related_name="poll_voices")
    poll_key = models.CharField(max_length=40)

    objects = PollVoiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("投票")
        verbose_name_plural = _("投票")
        constraints = [
            models.UniqueConstraint(
                fields=["campaign", "poll_key", "phone_hash"],
                condition=Q(confirmed_at__isnull=False, withdrawn_at=None),
                name="one_phone_one_voice_in_a_poll",
            ),
        ]

    def __str__(self) -> str:
        return f"poll voice {self.pk}"


class PollChoice(models.Model):
    """What one voice said to one question: an option (also a step of a scale), or words that stay with the office."""

    voice = models.ForeignKey(PollVoice, models.CASCADE, related_name="choices")
    question = models.CharField(max_length=80)
    option = models.CharField(max_length=80, blank=True)
    words = models.TextField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("投票的选择")
        verbose_name_plural = _("投票的选择")
        constraints = [
            models.UniqueConstraint(
                fields=["voice", "question", "option"], name="an_option_is_chosen_once"
            ),
            models.CheckConstraint(
                condition=~Q(option="") | ~Q(words=""), name="a_choice_says_something"
            ),
        ]

    def __str__(self) -> str:
        return f"choice of {self.voice_id}"


class CampaignQuestion(Record):
    """A question about a campaign, asked on its page. Nothing of it is public before somebody answered it."""

    machine = Machine.CAMPAIGN_QUESTION

    status = models.CharField(
        _("状态"), max_length=24, choices=CampaignQuestionState.choices, editable=False
    )
    campaign = models.ForeignKey(PAGE, models.CASCADE, related_name="asked_questions")
    text = models.TextField(_("问题原文"), max_length=500)
    public_text = models.TextField(_("公开的问题"), max_length=500, blank=True)
    answer = models.TextField(_("回答"), max_length=2000, blank=True)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    declined_because = models.CharField(_("不公开的理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("征集提问")
        verbose_name_plural = _("征集提问")
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(
                fields=["campaign", "status", "-answered_at"], name="campaign_answers_shown"
            )
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status="answered")
                | (~Q(public_text="") & ~Q(answer="") & Q(answered_at__isnull=False)),
                name="answered_question_has_its_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.public_text or self.text


class ReportGroup(models.Model):
    """One answer of a closing report, for the items that say the same (SH 12: collective feedback)."""

    campaign = models.ForeignKey(PAGE, models.CASCADE, related_name="report_groups")
    position = models.PositiveSmallIntegerField(default=0)
    heading = models.CharField(_("归纳的意见"), max_length=60)
    answer = models.TextField(_("怎么答复"), max_length=2000)
    outcome = models.CharField(
        _("办理结果"), max_length=20, choices=Outcome.choices, default=Outcome.FOR_REFERENCE
    )
    promised_on = models.DateField(_("承诺日期"), null=True, blank=True)
    """By when it is done, or reported on: of the outcomes that are worth nothing without a date."""
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("分组答复")
        verbose_name_plural = _("分组答复")
        ordering = ["campaign", "position", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(heading="") & ~Q(answer=""), name="report_group_has_its_answer"
            ),
            models.CheckConstraint(
                condition=~Q(outcome__in=[o.value for o in DATED_OUTCOMES])
                | Q(promised_on__isnull=False),
                name="dated_report_group_names_a_day",
            ),
        ]

    def __str__(self) -> str:
        return self.heading


class ReportEntry(models.Model):
    """An item answered by a group of the report. One item stands in one group at most: the table sees to it."""

    group = models.ForeignKey(ReportGroup, models.CASCADE, related_name="entries")
    suggestion = models.OneToOneField(Suggestion, models.CASCADE, related_name="report_entry")

    class Meta:
        verbose_name = _("分组答复里的件")
        verbose_name_plural = _("分组答复里的件")

    def __str__(self) -> str:
        return f"{self.suggestion_id} in {self.group_id}"
