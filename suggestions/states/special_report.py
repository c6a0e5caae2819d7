"""What may happen to a special report (专报) or a digest (摘报): written, signed by another, sent, followed to its end (8.2; S1)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import OFFICE, Transition


class SpecialReportState(models.TextChoices):
    """Where one report stands."""

    DRAFTING = "drafting", _("起草中")
    REVIEW = "review", _("待审签")
    SUBMITTED = "submitted", _("已报送")
    FOLLOWING = "following", _("跟踪落实中")
    CLOSED = "closed", _("已办结")
    DROPPED = "dropped", _("不报送")


_M = Machine.SPECIAL_REPORT
_S = SpecialReportState
_STAFF = Visibility.STAFF
_JUDGES = (Role.SUPERVISOR, Role.LEADER)

# The rows are read as a table, so they are kept as one. A report is internal: no row is seen outside the staff.
# fmt: off
SPECIAL_REPORT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "special_draft", ("",), _S.DRAFTING, OFFICE, _("起草"), _("起草{kind}"), _STAFF, basis="process.md 8.2; S1"),
    Transition(_M, "special_hand_in", (_S.DRAFTING,), _S.REVIEW, OFFICE, _("送审签"), _("送审签"), _STAFF,
               notify=("staff.special_review",), basis="process.md 8.2"),
    Transition(_M, "special_send_back", (_S.REVIEW,), _S.DRAFTING, _JUDGES, _("退回修改"), _("退回修改"), _STAFF,
               notify=("staff.special_back",), reason_required=True, basis="process.md 8.2"),
    Transition(_M, "special_submit", (_S.REVIEW,), _S.SUBMITTED, _JUDGES, _("签发报送"), _("{name}签发，报送{addressee}"), _STAFF,
               starts=("KS",), notify=("staff.special_submitted",), basis="process.md 8.2; S0; S1"),
    Transition(_M, "special_instructed", (_S.SUBMITTED,), _S.FOLLOWING, (Role.LEADER,), _("领导批示"), _("领导有批示，开始跟踪落实"),
               _STAFF, basis="S0; process.md 6.4"),
    Transition(_M, "special_follow", (_S.SUBMITTED, _S.FOLLOWING), _S.FOLLOWING, OFFICE, _("登记跟踪情况"),
               _("登记跟踪情况"), _STAFF, starts=("KS",), stops=("KS",), basis="S1 (follow-up until closed)"),
    Transition(_M, "special_close", (_S.SUBMITTED, _S.FOLLOWING), _S.CLOSED, _JUDGES, _("办结"), _("办结"), _STAFF,
               stops=("KS",), basis="S1"),
    Transition(_M, "special_drop", (_S.DRAFTING, _S.REVIEW), _S.DROPPED, OFFICE, _("不报送"), _("不报送"), _STAFF,
               reason_required=True, basis="process.md 8.2"),
)
# fmt: on
