"""What surrounds an answer: its templates, promises with a date, talks with the author, proofs of delivery, the package."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from suggestions import states
from suggestions.codes import Outcome
from suggestions.models.handling import Reply
from suggestions.models.place import Jurisdiction
from suggestions.models.record import Record
from suggestions.models.suggestion import Suggestion
from suggestions.models.unit import Unit


class ReplyTemplate(models.Model):
    """One version of a text to begin an answer with. A change makes the next version of its series; none is rewritten.

    `unit` None: the office's own, offered to every unit of the jurisdiction.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, models.CASCADE, related_name="+")
    unit = models.ForeignKey(
        Unit, models.CASCADE, null=True, blank=True, related_name="reply_templates"
    )
    series = models.UUIDField(editable=False)
    number = models.PositiveSmallIntegerField(_("版本"), default=1)
    name = models.CharField(_("名称"), max_length=60)
    outcome = models.CharField(
        _("适用的办理结果"), max_length=20, choices=Outcome.choices, blank=True
    )
    body = models.TextField(_("模板正文"), max_length=6000)
    is_current = models.BooleanField(default=True, editable=False)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Meta:
        verbose_name = _("答复模板")
        verbose_name_plural = _("答复模板")
        ordering = ["name", "number"]
        constraints = [
            models.UniqueConstraint(fields=["series", "number"], name="template_number_once"),
            models.UniqueConstraint(
                fields=["series"], condition=Q(is_current=True), name="one_current_template"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} v{self.number}"


class Commitment(Record):
    """A dated promise of an answer (process.md 4.7; K18): a measure promised, or a report on a study promised.

    `public_proof` is what a publisher released of `proof`; pages of the public read nothing else.
    """

    machine: ClassVar[states.Machine] = states.Machine.COMMITMENT
    unit_path: ClassVar[str] = "unit"

    class Kind(models.TextChoices):
        MEASURE = "measure", _("承诺做到")
        REPORT = "report", _("承诺告知研究结果")

    suggestion = models.ForeignKey(Suggestion, models.PROTECT, related_name="commitments")
    reply = models.ForeignKey(Reply, models.PROTECT, related_name="commitments")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="commitments")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    words = models.CharField(_("承诺"), max_length=300, blank=True)
    first_promised_on = models.DateField(_("最初的日期"))
    promised_on = models.DateField(_("承诺的日期"))
    missed_on = models.DateField(_("没有做到的日子"), null=True, blank=True)
    kept_on = models.DateField(_("做到的日子"), null=True, blank=True)
    proof = models.TextField(_("怎么做到的"), max_length=1000, blank=True)
    public_proof = models.TextField(_("公开的说明"), blank=True)

    class Meta:
        verbose_name = _("承诺")
        verbose_name_plural = _("承诺")
        ordering = ["promised_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["reply", "kind"], name="one_commitment_of_a_kind_a_reply"
            ),
            models.CheckConstraint(
                condition=~Q(status=states.Commitment.KEPT)
                | (Q(kept_on__isnull=False) & ~Q(proof="")),
                name="kept_commitment_says_how_and_when",
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "status", "promised_on"], name="commitment_of_unit"),
        ]

    def get_status_display(self) -> str:
        """The state's name."""
        return str(states.Commitment(self.status).label)

    def __str__(self) -> str:
        return f"commitment of {self.suggestion_id} for {self.promised_on}"


class AuthorContact(models.Model):
    """One talk, or attempt at one, of the unit or the office with an author about the item (process.md 7.1)."""

    class Way(models.TextChoices):
        PHONE = "phone", _("打电话")
        VISIT = "visit", _("上门或约见")
        ON_SITE = "on_site", _("一起到现场")
        MESSAGE = "message", _("短信或邮件")
        RELAY = "relay", _("请征集办公室转达")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="author_contacts")
    way = models.CharField(_("方式"), max_length=8, choices=Way.choices)
    reached = models.BooleanField(_("联系上了"))
    words = models.TextField(_("谈了什么"), max_length=1000)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("联系记录")
        verbose_name_plural = _("联系记录")
        ordering = ["-at", "-id"]

    def __str__(self) -> str:
        return f"talk about {self.suggestion_id}"


class DeliveryProof(models.Model):
    """How we know that one author was given one answer, a row a channel (process.md 4.7; SH 12). `key` keeps it once."""

    class Channel(models.TextChoices):
        SMS = "sms", _("短信已由网关接收")
        EMAIL = "email", _("邮件已由服务器接收")
        TRACK = "track", _("建议人在查进度页面看过")
        LETTER = "letter", _("信件")
        ORAL = "oral", _("当面或电话告知")

    suggestion = models.ForeignKey(Suggestion, models.CASCADE, related_name="delivery_proofs")
    reply = models.ForeignKey(Reply, models.CASCADE, related_name="delivery_proofs")
    channel = models.CharField(max_length=8, choices=Channel.choices)
    words = models.CharField(_("说明"), max_length=200, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    key = models.CharField(max_length=80, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = _("送达证明")
        verbose_name_plural = _("送达证明")
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(channel__in=["letter", "oral"]) | (Q(by__isnull=False) & ~Q(words="")),
                name="hand_delivery_names_who_and_how",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class ArchivePackage(models.Model):
    """The closed file of one item as one ZIP, stored privately; its hash stands in the item's own chain (T19)."""

    suggestion = models.OneToOneField(Suggestion, models.PROTECT, related_name="archive_package")
    storage_name = models.CharField(max_length=120, unique=True, editable=False)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("归档包")
        verbose_name_plural = _("归档包")

    def __str__(self) -> str:
        return f"package of {self.suggestion_id}"
