"""What may happen to a public questioning of units, or to their yearly report to residents (process.md 6.2; S0, S4)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import OFFICE, SYSTEM, Transition


class QaSession(models.TextChoices):
    """Where one session stands. It is closed only when each promise is."""

    PLANNED = "planned", _("筹备中")
    COLLECTING = "collecting", _("征集问题")
    ANSWERING = "answering", _("答问中")
    FOLLOWING = "following", _("跟踪落实")
    CLOSED = "closed", _("已办结")
    CANCELLED = "cancelled", _("已取消")


_M = Machine.QA_SESSION
_S = QaSession
_PUBLIC = Visibility.PUBLIC

# The rows are read as a table, so they are kept as one.
# fmt: off
QA_SESSION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "qa_plan", ("",), _S.PLANNED, OFFICE, _("筹备"), _("筹备问政"), Visibility.STAFF, basis="process.md 6.2"),
    Transition(_M, "qa_open", (_S.PLANNED,), _S.COLLECTING, (SYSTEM, *OFFICE), _("开始征集问题"), _("开始征集问题"), _PUBLIC,
               basis="process.md 6.2"),
    Transition(_M, "qa_answer", (_S.COLLECTING,), _S.ANSWERING, (SYSTEM, *OFFICE), _("开始答问"), _("问题征集结束，开始答问"), _PUBLIC,
               basis="process.md 6.2"),
    Transition(_M, "qa_follow", (_S.ANSWERING,), _S.FOLLOWING, OFFICE, _("进入跟踪"), _("答问结束，跟踪承诺"), _PUBLIC,
               basis="process.md 6.2"),
    Transition(_M, "qa_close", (_S.FOLLOWING,), _S.CLOSED, OFFICE, _("办结"), _("承诺全部办结"), _PUBLIC,
               basis="process.md 6.2 (followed until each is closed)"),
    Transition(_M, "qa_cancel", (_S.PLANNED, _S.COLLECTING), _S.CANCELLED, (Role.SUPERVISOR, Role.TRIAGE_OFFICER), _("取消"),
               _("取消"), _PUBLIC, reason_required=True, basis="process.md 6.2"),
)
# fmt: on
