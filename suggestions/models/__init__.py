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
from suggestions.models.authority import AuthorityChange, Conflict, Delegation
from suggestions.models.award import (
    AwardLevel,
    AwardObjection,
    AwardPayment,
    AwardRound,
    Juror,
    JuryScore,
    Nomination,
)
from suggestions.models.campaign import (
    CampaignAnswer,
    CampaignQuestion,
    PollChoice,
    PollVoice,
    ReportEntry,
    ReportGroup,
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
from suggestions.models.consultation import Consultation
from suggestions.models.desk import CaseLock, CaseOfficer, ExportJob, HintChoice, Note, SavedQueue
from suggestions.models.event import CaseEvent, DailyHead
from suggestions.models.handling import Assignment, Evaluation, EvaluationPart, Reply
from suggestions.models.hearing import Hearing, HearingOpinion, Participant
from suggestions.models.intake import (
    Attachment,
    RedirectTarget,
    SubmissionDraft,
    SupplementRequest,
    TriageHint,
)
from suggestions.models.invited import Invitation, InvitedContributor
from suggestions.models.minors_audit import MinorsAudit
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
    Breach,
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
from suggestions.models.questioning import QaPromise, QaQuestion, QaRating, QaSession
from suggestions.models.reception import (
    Booking,
    ReceptionDecision,
    ReceptionRecord,
    ReceptionRule,
    ReceptionSlot,
)
from suggestions.models.record import Record, RecordEvent
from suggestions.models.replying import (
    ArchivePackage,
    AuthorContact,
    Commitment,
    DeliveryProof,
    ReplyTemplate,
)
from suggestions.models.resident import (
    Follow,
    Passkey,
    Resident,
    ResidentDigest,
    ResidentSession,
    SignInCode,
)
from suggestions.models.sponsorship import (
    LeaderInstruction,
    SponsorMilestone,
    Sponsorship,
    TrayItem,
    TrayQuota,
)
from suggestions.models.suggestion import Suggestion
from suggestions.models.supervision import Advice, MonthClose, SupervisionOrder, SupervisionStep
from suggestions.models.time_change import TimeChange
from suggestions.models.topic import TaggedSuggestion, Topic, TopicTag
from suggestions.models.unit import DispatchRule, StaffRole, Unit
from suggestions.models.visit import RatingFlag, Visit

__all__ = [
    "Adoption",
    "AdoptionResult",
    "Advice",
    "AgentMandate",
    "AgentPost",
    "AgentRelay",
    "AgentVisit",
    "ArchivePackage",
    "Arrival",
    "Assignment",
    "Attachment",
    "Author",
    "AuthorCode",
    "AuthorContact",
    "AuthorityChange",
    "AwardLevel",
    "AwardObjection",
    "AwardPayment",
    "AwardRound",
    "Booking",
    "Breach",
    "CalendarDay",
    "CampaignAnswer",
    "CampaignQuestion",
    "CaseEvent",
    "CaseLink",
    "CaseLock",
    "CaseNumber",
    "CaseOfficer",
    "Clock",
    "ClockReminder",
    "ClockRule",
    "CoSign",
    "Commitment",
    "Conflict",
    "Consent",
    "Consultation",
    "ContentVersion",
    "DailyHead",
    "Delegation",
    "DeliveryProof",
    "DispatchRule",
    "District",
    "EmergencyPeriod",
    "Erasure",
    "Evaluation",
    "EvaluationPart",
    "ExportJob",
    "Extension",
    "Follow",
    "Guardian",
    "Hearing",
    "HearingOpinion",
    "HintChoice",
    "IdentityAccessLog",
    "IdentityGrant",
    "ImportedLine",
    "Invitation",
    "InvitedContributor",
    "JointAuthor",
    "Jurisdiction",
    "JurisdictionDispute",
    "Juror",
    "JuryScore",
    "LeaderInstruction",
    "MandateCase",
    "Milestone",
    "MinorsAudit",
    "MonthClose",
    "NamedUnit",
    "Nomination",
    "Note",
    "Objection",
    "Outbox",
    "Participant",
    "Passkey",
    "PendingDecision",
    "PolicyVersion",
    "PollChoice",
    "PollVoice",
    "ProgressNote",
    "PublicationReview",
    "QaPromise",
    "QaQuestion",
    "QaRating",
    "QaSession",
    "RatingFlag",
    "ReceptionDecision",
    "ReceptionRecord",
    "ReceptionRule",
    "ReceptionSlot",
    "Record",
    "RecordEvent",
    "RedirectTarget",
    "RelayMessage",
    "Reply",
    "ReplyTemplate",
    "ReportEntry",
    "ReportGroup",
    "Resident",
    "ResidentDigest",
    "ResidentSession",
    "RetentionRule",
    "RetentionRun",
    "RightsRequest",
    "SavedQueue",
    "ServicePoint",
    "Sheet",
    "SheetRow",
    "SignInCode",
    "SponsorMilestone",
    "Sponsorship",
    "StaffRole",
    "Study",
    "StudyOpinion",
    "SubmissionDraft",
    "Suggestion",
    "SupervisionOrder",
    "SupervisionStep",
    "SupplementRequest",
    "TaggedSuggestion",
    "Takedown",
    "TimeChange",
    "Topic",
    "TopicTag",
    "TrayItem",
    "TrayQuota",
    "TriageHint",
    "Unit",
    "Visit",
]  # fmt: skip
