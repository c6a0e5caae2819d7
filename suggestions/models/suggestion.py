"""The Case of process.md: one registered item. Its states are written by services/transitions alone."""

from datetime import date
from typing import TYPE_CHECKING, Any, Self

from django.db import models
from django.db.models import Q, Value, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from taggit.managers import TaggableManager

from suggestions import states
from suggestions.codes import (
    Category,
    Channel,
    Mode,
    NameDisplay,
    NotAcceptedReason,
    Outcome,
    Overall,
    Urgency,
)
from suggestions.models.place import District, Jurisdiction
from suggestions.models.topic import TaggedSuggestion, Topic
from suggestions.models.unit import Unit

_SHOWN = Q(publication__in=sorted(states.ON_PAGE)) & ~Q(public_group="")
"""The condition of on_page(), for indexes."""
NEVER_DUE = date(9999, 12, 31)


def due_key() -> models.Case:
    """By when an item is due, for an order: what waits for its author is nobody's delay and comes after everything that
    waits for us, with what is done.
    """
    theirs = When(status=states.Case.SUPPLEMENT_REQUESTED, then=Value(NEVER_DUE))
    return models.Case(theirs, default=Coalesce("due_on", Value(NEVER_DUE)))


class SuggestionQuerySet(models.QuerySet["Suggestion"]):
    """Reads of one table, in the words of the field."""

    def on_page(self) -> Self:
        """What the public may read: released text and a state that has a public group."""
        return self.filter(publication__in=states.ON_PAGE).exclude(public_group="")

    def open(self) -> Self:
        return self.filter(status__in=states.OPEN)

    def not_shut(self) -> Self:
        """Without what those alone may read who decide about it: reports of misconduct (XF 30, 46), secrets (process.md 3.5)."""
        return self.exclude(category=Category.REPORT_MISCONDUCT).filter(is_secret=False)

    def in_triage(self) -> Self:
        return self.filter(status__in=states.TRIAGE_QUEUE)

    def overdue(self, on: date) -> Self:
        """Open items whose current due date lies before `on`."""
        return self.open().filter(due_on__lt=on)

    def answered(self) -> Self:
        return self.filter(public_group=states.PublicGroup.DONE)

    def for_list(self) -> Self:
        """What every list row shows, in a constant number of queries; the long texts stay behind."""
        return self.select_related("topic", "district", "lead_unit").defer(
            "original_problem", "original_proposal", "public_problem", "public_proposal"
        )


class Suggestion(models.Model):  # type: ignore[django-manager-missing]
    """One item with both its texts: `original_*` for those who handle it, `public_*` what a person released."""

    case_no = models.CharField(_("编号"), max_length=20, unique=True)
    jurisdiction = models.ForeignKey(Jurisdiction, models.PROTECT, verbose_name=_("辖区"))
    receipt_hash = models.CharField(max_length=64, unique=True, editable=False)
    query_code_hash = models.CharField(max_length=64, editable=False)
    idempotency_key = models.CharField(max_length=160, unique=True, editable=False)
    idempotency_digest = models.CharField(max_length=64, editable=False)
    external_no = models.CharField(_("外部编号"), max_length=160, blank=True)

    mode = models.CharField(
        _("征集方式"), max_length=10, choices=Mode.choices, default=Mode.STANDING
    )
    channel = models.CharField(
        _("渠道"), max_length=20, choices=Channel.choices, default=Channel.WEB
    )
    campaign = models.ForeignKey(
        "cms.CampaignPage",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="suggestions",
        verbose_name=_("征集活动"),
    )
    category = models.CharField(
        _("类别"), max_length=20, choices=Category.choices, default=Category.SUGGESTION
    )
    urgency = models.CharField(
        _("紧急程度"), max_length=10, choices=Urgency.choices, default=Urgency.NORMAL
    )
    addressed_to = models.CharField(_("写给"), max_length=60, blank=True)

    original_title = models.CharField(_("标题"), max_length=120)
    original_problem = models.TextField(_("事由"))
    original_proposal = models.TextField(_("做法"), blank=True)
    original_place = models.CharField(_("地点"), max_length=120, blank=True)
    public_title = models.CharField(_("公开的标题"), max_length=200, blank=True)
    public_problem = models.TextField(_("公开的事由"), blank=True)
    public_proposal = models.TextField(_("公开的做法"), blank=True)
    public_place = models.CharField(_("公开的地点"), max_length=160, blank=True)
    public_name = models.CharField(_("公开的署名"), max_length=80, blank=True)

    topic = models.ForeignKey(
        Topic,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suggestions",
        verbose_name=_("主题"),
    )
    tags = TaggableManager(through=TaggedSuggestion, blank=True, verbose_name=_("标签"))
    district = models.ForeignKey(
        District,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="suggestions",
        verbose_name=_("区划"),
    )
    lead_unit = models.ForeignKey(
        Unit,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="led_suggestions",
        verbose_name=_("主办单位"),
    )
    primary = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="merged_items",
        verbose_name=_("主件"),
    )

    publish_consent = models.BooleanField(_("同意公开"), default=False)
    name_display = models.CharField(
        _("署名方式"), max_length=12, choices=NameDisplay.choices, default=NameDisplay.ANONYMOUS
    )
    hide_identity_from_unit = models.BooleanField(_("对承办单位保密"), default=False)

    status = models.CharField(
        _("状态"),
        max_length=24,
        choices=states.Case.choices,
        default=states.Case.DRAFT,
        editable=False,
    )
    publication = models.CharField(
        _("公开状态"),
        max_length=16,
        choices=states.Publication.choices,
        default=states.Publication.PRIVATE,
        editable=False,
    )
    evaluation_state = models.CharField(
        _("评价状态"),
        max_length=16,
        choices=states.Evaluation.choices,
        default=states.Evaluation.NOT_INVITED,
        editable=False,
    )
    public_group = models.CharField(
        max_length=12, blank=True, choices=states.PublicGroup.choices, editable=False
    )
    version = models.PositiveIntegerField(default=0, editable=False)
    event_seq = models.PositiveIntegerField(default=0, editable=False)
    event_head = models.CharField(max_length=64, blank=True, editable=False)

    outcome = models.CharField(
        _("办理结果"), max_length=20, choices=Outcome.choices, blank=True, editable=False
    )
    overall = models.CharField(
        _("评价"), max_length=12, choices=Overall.choices, blank=True, editable=False
    )
    not_accepted_reason = models.CharField(
        _("不予受理理由"),
        max_length=24,
        choices=NotAcceptedReason.choices,
        blank=True,
        editable=False,
    )
    is_secret = models.BooleanField(_("涉密"), default=False, editable=False)
    """Found at triage: shut for all but those who decide from the proposal on; its text goes when the refusal is confirmed."""
    redirect_target = models.ForeignKey(
        "suggestions.RedirectTarget",
        models.PROTECT,
        null=True,
        blank=True,
        verbose_name=_("指引渠道"),
    )
    return_count = models.PositiveSmallIntegerField(_("退办次数"), default=0, editable=False)
    escalated_at = models.DateTimeField(
        _("交督办员指定的时间"), null=True, blank=True, editable=False
    )
    co_sign_count = models.PositiveIntegerField(_("附议人数"), default=0)
    due_on = models.DateField(_("当前期限"), null=True, blank=True, editable=False)
    due_kind = models.CharField(max_length=4, blank=True, editable=False)

    received_at = models.DateTimeField(_("收到时间"))
    registered_at = models.DateTimeField(_("登记时间"), null=True, blank=True)
    accepted_at = models.DateTimeField(_("受理时间"), null=True, blank=True)
    dispatched_at = models.DateTimeField(_("交办时间"), null=True, blank=True)
    answered_at = models.DateTimeField(_("答复时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    published_at = models.DateTimeField(_("公开时间"), null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    entered_by = models.ForeignKey(
        "accounts.User",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("录入人"),
    )
    handler = models.ForeignKey(
        "accounts.User",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("当前经手人"),
    )

    objects = SuggestionQuerySet.as_manager()

    if TYPE_CHECKING:
        author: Any

    class Meta:
        verbose_name = _("建议")
        verbose_name_plural = _("建议")
        constraints = [
            models.CheckConstraint(
                condition=~Q(publication__in=sorted(states.ON_PAGE))
                | (~Q(public_title="") & ~Q(public_problem="")),
                name="published_has_released_text",
            ),
            models.CheckConstraint(
                condition=~Q(category=Category.REPORT_MISCONDUCT)
                | (Q(lead_unit__isnull=True) & Q(publication=states.Publication.PRIVATE)),
                name="misconduct_report_stays_in_the_office",
            ),
            models.CheckConstraint(
                condition=Q(is_secret=False)
                | (Q(lead_unit__isnull=True) & Q(publication=states.Publication.PRIVATE)),
                name="secret_stays_with_the_deciders",
            ),
            models.CheckConstraint(
                condition=~Q(status=states.Case.NOT_ACCEPTED) | ~Q(not_accepted_reason=""),
                name="refusal_has_a_reason",
            ),
            models.CheckConstraint(
                condition=~Q(status=states.Case.MERGED) | Q(primary__isnull=False),
                name="merged_names_its_primary",
            ),
            models.CheckConstraint(
                condition=~Q(status=states.Case.REDIRECTED) | Q(redirect_target__isnull=False),
                name="redirected_names_its_channel",
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=[
                        states.Case.DISPATCHED,
                        states.Case.HANDLING,
                        states.Case.REPLY_REVIEW,
                    ]
                )
                | Q(lead_unit__isnull=False),
                name="dispatched_has_a_lead",
            ),
            models.UniqueConstraint(
                fields=["jurisdiction", "external_no"],
                condition=~Q(external_no=""),
                name="external_no_once",
            ),
        ]
        indexes = [
            # Browse: published items of a group or facet, newest activity first, by key (published_at, id).
            models.Index(fields=["publication", "-published_at", "-id"], name="sug_page_recent"),
            models.Index(
                fields=["publication", "public_group", "-published_at", "-id"],
                name="sug_page_group",
            ),
            models.Index(fields=["publication", "-answered_at", "-id"], name="sug_page_answered"),
            # The same lists over all groups, and what facets count: two publication states in one
            # order cannot come from the indexes above, and the long texts are not to be read for a count (COUNT(id) wants the id too).
            models.Index(
                fields=["-published_at", "-id"], condition=_SHOWN, name="sug_shown_recent"
            ),
            models.Index(
                fields=["-answered_at", "-id"], condition=_SHOWN, name="sug_shown_answered"
            ),
            models.Index(
                fields=[
                    "public_group",
                    "outcome",
                    "topic",
                    "district",
                    "lead_unit",
                    "received_at",
                    "id",
                ],
                condition=_SHOWN,
                name="sug_shown_facets",
            ),
            # A campaign's own list, by the same key.
            models.Index(
                fields=["campaign", "-published_at", "-id"],
                condition=Q(campaign__isnull=False),
                name="sug_campaign_recent",
            ),
            # Desk queues: one jurisdiction, some states, by due date.
            models.Index(fields=["jurisdiction", "status", "due_on", "id"], name="sug_queue"),
            models.Index(fields=["jurisdiction", "publication", "id"], name="sug_pub_queue"),
            models.Index(fields=["-received_at"], name="sug_received"),
            # The order of the desk's lists, where no state narrows them to few.
            models.Index(due_key(), "id", name="sug_due_key"),
            # The sweeps look for what is open, everywhere, among all that ever came in; with the last two columns the
            # funnel of results is counted without reading the texts.
            models.Index(fields=["status", "id", "public_group", "outcome"], name="sug_status"),
            models.Index(
                fields=["id"],
                condition=Q(overall=Overall.DISSATISFIED),
                name="sug_dissatisfied",
            ),
        ]

    def __str__(self) -> str:
        return self.case_no

    @property
    def is_public(self) -> bool:
        """The public can read this item's page."""
        return self.publication in states.ON_PAGE and bool(self.public_group)

    @property
    def is_open(self) -> bool:
        return self.status in states.OPEN

    def is_overdue(self, on: date) -> bool:
        """Open and past the current due date on the Shanghai date `on`."""
        return self.is_open and self.due_on is not None and self.due_on < on
