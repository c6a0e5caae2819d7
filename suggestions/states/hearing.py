"""What may happen to a public hearing (process.md 6.1; AD 16, 17; SH 11)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import OFFICE, SYSTEM, Transition


class Hearing(models.TextChoices):
    """Where one hearing stands."""

    PLANNED = "planned", _("筹备中")
    ANNOUNCED = "announced", _("已公告")
    ENROLMENT = "enrolment", _("报名中")
    CONFIRMED = "confirmed", _("参加人已确定")
    HELD = "held", _("已举行")
    RECORD_SIGNED = "record_signed", _("笔录已签字")
    PUBLISHED = "published", _("结果已公布")
    POSTPONED = "postponed", _("延期")
    CANCELLED = "cancelled", _("取消")


_M = Machine.HEARING
_S = Hearing
_PUBLIC = Visibility.PUBLIC
_RUNNERS = (*OFFICE, Role.HEARING_CLERK)

# The rows are read as a table, so they are kept as one. Clocks of linked cases are paused by services/hearings.
# fmt: off
HEARING_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "hearing_plan", ("",), _S.PLANNED, OFFICE, _("筹备"), _("筹备听证会"), Visibility.STAFF, basis="SH 11; AD 16"),
    Transition(_M, "hearing_announce", (_S.PLANNED, _S.POSTPONED), _S.ANNOUNCED, OFFICE, _("公告"), _("发布听证公告"), _PUBLIC,
               starts=("K22p",), basis="AD 16 (selection method published in advance)"),
    Transition(_M, "hearing_enrol", (_S.ANNOUNCED,), _S.ENROLMENT, (SYSTEM, *_RUNNERS), _("开始报名"), _("开始报名"), _PUBLIC, basis="AD 16"),
    Transition(_M, "hearing_confirm", (_S.ENROLMENT,), _S.CONFIRMED, _RUNNERS, _("确定参加人"), _("公布听证参加人名单"), _PUBLIC,
               basis="AD 16 (list of participants published)"),
    Transition(_M, "hearing_hold", (_S.CONFIRMED,), _S.HELD, (Role.HEARING_CHAIR, *_RUNNERS), _("举行"), _("听证会举行"), _PUBLIC,
               stops=("K22", "K22p"), basis="AD 17; K22"),
    Transition(_M, "hearing_sign", (_S.HELD,), _S.RECORD_SIGNED, (Role.HEARING_CHAIR, *_RUNNERS), _("笔录签字"),
               _("参加人确认笔录并签字"), _PUBLIC, basis="AD 17"),
    Transition(_M, "hearing_publish", (_S.RECORD_SIGNED,), _S.PUBLISHED, OFFICE, _("公布结果"), _("公布听证结果"), _PUBLIC,
               basis="process.md 6.1; AD 18"),
    Transition(_M, "hearing_postpone", (_S.ANNOUNCED, _S.ENROLMENT, _S.CONFIRMED), _S.POSTPONED, OFFICE, _("延期"), _("听证会延期"),
               _PUBLIC, stops=("K22p",), reason_required=True, basis="process.md 6.1"),
    Transition(_M, "hearing_cancel", (_S.PLANNED, _S.ANNOUNCED, _S.ENROLMENT, _S.CONFIRMED, _S.POSTPONED), _S.CANCELLED, OFFICE,
               _("取消"), _("听证会取消"), _PUBLIC, stops=("K22", "K22p"), reason_required=True, basis="process.md 6.1"),
)
# fmt: on
