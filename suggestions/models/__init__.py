"""All models of the domain, one migration line."""

from suggestions.models.agent import (
    AgentMandate,
    AgentPost,
    AgentRelay,
    AgentVisit,
    AuthorCode,
    MandateCase,
    ServicePoint,
)
from suggestions.models.author import Author, Consent, IdentityAccessLog
from suggestions.models.channels import (
    Arrival,
    CaseLink,
    CoSign,
    EmergencyPeriod,
    Guardian,
    JointAuthor,
    Sheet,
    SheetRow,
)
from suggestions.models.clocks import CalendarDay, Clock, ClockRule
from suggestions.models.event import CaseEvent, DailyHead
from suggestions.models.handling import Assignment, Evaluation, Reply
from suggestions.models.intake import (
    Attachment,
    RedirectTarget,
    SubmissionDraft,
    SupplementRequest,
    TriageHint,
)
from suggestions.models.invited import Invitation, InvitedContributor
from suggestions.models.outbox import CaseNumber, ContentVersion, ImportedLine, Outbox
from suggestions.models.pipeline import (
    Extension,
    JurisdictionDispute,
    NamedUnit,
    Objection,
    PendingDecision,
)
from suggestions.models.place import District, Jurisdiction
from suggestions.models.publication import Adoption, PublicationReview
from suggestions.models.record import Record, RecordEvent
from suggestions.models.suggestion import Suggestion
from suggestions.models.topic import TaggedSuggestion, Topic, TopicTag
from suggestions.models.unit import DispatchRule, StaffRole, Unit

__all__ = [
    "Arrival", "CaseLink", "CoSign", "EmergencyPeriod", "Guardian", "JointAuthor", "Sheet", "SheetRow",
    "AgentMandate", "AgentPost", "AgentRelay", "AgentVisit", "AuthorCode", "Invitation", "InvitedContributor",
    "MandateCase", "ServicePoint",
    "Adoption", "Assignment", "Attachment", "Author", "CalendarDay", "CaseEvent", "CaseNumber", "Clock", "ClockRule",
    "Consent", "ContentVersion", "DailyHead", "DispatchRule", "District", "Evaluation", "IdentityAccessLog",
    "ImportedLine", "Jurisdiction", "Outbox", "PublicationReview", "Record", "RecordEvent", "RedirectTarget", "Reply", "StaffRole",
    "Extension", "JurisdictionDispute", "NamedUnit", "Objection", "PendingDecision",
    "SubmissionDraft", "Suggestion", "SupplementRequest", "TaggedSuggestion", "Topic", "TopicTag", "TriageHint", "Unit",
]  # fmt: skip
