"""All models of the domain, one migration line."""

from suggestions.models.adoption import (
    Adoption,
    AdoptionResult,
    Milestone,
    ProgressNote,
    Study,
    StudyOpinion,
)
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
from suggestions.models.award import (
    AwardLevel,
    AwardObjection,
    AwardPayment,
    AwardRound,
    Juror,
    JuryScore,
    Nomination,
)
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
from suggestions.models.clocks import CalendarDay, Clock, ClockReminder, ClockRule
from suggestions.models.desk import CaseLock, CaseOfficer, ExportJob, HintChoice, Note, SavedQueue
from suggestions.models.event import CaseEvent, DailyHead
from suggestions.models.handling import Assignment, Evaluation, EvaluationPart, Reply
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
from suggestions.models.privacy import (
    AuthorityChange,
    Breach,
    Conflict,
    Delegation,
    Erasure,
    IdentityGrant,
    PolicyVersion,
    RelayMessage,
    RetentionRule,
    RetentionRun,
    RightsRequest,
    Takedown,
)
from suggestions.models.publication import PublicationReview
from suggestions.models.record import Record, RecordEvent
from suggestions.models.replying import (
    ArchivePackage,
    AuthorContact,
    Commitment,
    DeliveryProof,
    ReplyTemplate,
)
from suggestions.models.suggestion import Suggestion
from suggestions.models.hearing import Hearing, HearingOpinion, Participant
from suggestions.models.questioning import QaPromise, QaQuestion, QaRating, QaSession
from suggestions.models.reception import (
    Booking,
    ReceptionDecision,
    ReceptionRecord,
    ReceptionRule,
    ReceptionSlot,
)
from suggestions.models.sponsorship import (
    LeaderInstruction,
    SponsorMilestone,
    Sponsorship,
    TrayItem,
    TrayQuota,
)
from suggestions.models.supervision import Advice, MonthClose, SupervisionOrder, SupervisionStep
from suggestions.models.time_change import TimeChange
from suggestions.models.topic import TaggedSuggestion, Topic, TopicTag
from suggestions.models.unit import DispatchRule, StaffRole, Unit
from suggestions.models.visit import RatingFlag, Visit

__all__ = [
    "ClockReminder", "TimeChange",
    "CaseLock", "CaseOfficer", "ExportJob", "HintChoice", "Note", "SavedQueue",
    "AuthorityChange", "Breach", "Conflict", "Delegation", "Erasure", "IdentityGrant", "PolicyVersion", "RelayMessage",
    "RetentionRule", "RetentionRun", "RightsRequest", "Takedown",
    "Advice", "Booking", "Hearing", "HearingOpinion", "LeaderInstruction", "SponsorMilestone", "MonthClose", "Participant", "QaPromise",
    "QaQuestion", "QaRating", "QaSession", "ReceptionDecision", "ReceptionRecord", "ReceptionRule", "ReceptionSlot",
    "Sponsorship", "SupervisionOrder", "SupervisionStep", "TrayItem", "TrayQuota",
    "AdoptionResult", "AwardLevel", "AwardObjection", "AwardPayment", "AwardRound", "EvaluationPart", "Juror", "JuryScore", "Milestone",
    "Nomination", "ProgressNote", "RatingFlag", "Study", "StudyOpinion", "Visit",
    "Arrival", "CaseLink", "CoSign", "EmergencyPeriod", "Guardian", "JointAuthor", "Sheet", "SheetRow",
    "AgentMandate", "AgentPost", "AgentRelay", "AgentVisit", "AuthorCode", "Invitation", "InvitedContributor",
    "MandateCase", "ServicePoint",
    "Extension", "JurisdictionDispute", "NamedUnit", "Objection", "PendingDecision",
    "Adoption", "ArchivePackage", "Assignment", "Attachment", "Author", "AuthorContact", "CalendarDay", "CaseEvent", "CaseNumber", "Clock", "ClockRule", "Commitment",
    "Consent", "ContentVersion", "DailyHead", "DeliveryProof", "DispatchRule", "District", "Evaluation", "IdentityAccessLog",
    "ImportedLine", "Jurisdiction", "Outbox", "PublicationReview", "Record", "RecordEvent", "RedirectTarget", "Reply", "ReplyTemplate", "StaffRole",
    "SubmissionDraft", "Suggestion", "SupplementRequest", "TaggedSuggestion", "Topic", "TopicTag", "TriageHint", "Unit",
]  # fmt: skip
