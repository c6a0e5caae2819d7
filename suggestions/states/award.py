"""What may happen to an award round and to each suggestion nominated in it (process.md 4.8; SH 16, XF 29)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, TRIAGE, UNIT, Transition


class RoundState(models.TextChoices):
    """Where one selection stands."""

    NOMINATING = "nominating", _("提名中")
    SCREENING = "screening", _("初审中")
    SCORING = "scoring", _("评委打分中")
    SHORTLISTING = "shortlisting", _("定入围名单")
    PUBLICITY = "publicity", _("公示中")
    APPROVED = "approved", _("已批准")
    FINISHED = "finished", _("已结束")
    CANCELLED = "cancelled", _("已取消")


class AwardState(models.TextChoices):
    """Where one nomination stands (process.md 4.8)."""

    NOMINATED = "nominated", _("已提名")
    SCREENED = "screened", _("通过初审")
    SCORED = "scored", _("已打分")
    SHORTLISTED = "shortlisted", _("入围")
    PUBLICITY_PERIOD = "publicity_period", _("公示中")
    APPROVED = "approved", _("已批准")
    NOTIFIED = "notified", _("已通知")
    PAID = "paid", _("已发奖")
    NOT_SELECTED = "not_selected", _("未入选")


_R, _A = Machine.AWARD_ROUND, Machine.AWARD
R, A = RoundState, AwardState

# The rows are read as tables, so they are kept as such.
# fmt: off
AWARD_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_R, "open_round", ("",), R.NOMINATING, TRIAGE, _("开始评选"), _("开始评选，接受提名"), Visibility.STAFF,
               basis="SH 16"),
    Transition(_R, "close_nominations", (R.NOMINATING,), R.SCREENING, TRIAGE, _("结束提名"), _("提名结束，开始初审"),
               Visibility.STAFF, basis="process.md 4.8"),
    Transition(_R, "start_scoring", (R.SCREENING,), R.SCORING, TRIAGE, _("开始打分"), _("抽定评委{jurors}人，开始打分"),
               Visibility.STAFF, basis="process.md 4.8; AWD"),
    Transition(_R, "close_scoring", (R.SCORING,), R.SHORTLISTING, TRIAGE, _("结束打分"), _("打分结束，成绩冻结"),
               Visibility.STAFF, basis="process.md 4.8"),
    Transition(_R, "start_publicity", (R.SHORTLISTING,), R.PUBLICITY, TRIAGE, _("开始公示"), _("公示到{until}"),
               Visibility.PUBLIC, starts=("KP5",), basis="process.md 4.8 (publicity of 5 working days or more)"),
    Transition(_R, "approve_round", (R.PUBLICITY,), R.APPROVED, (Role.LEADER,), _("批准"), _("批准授奖"), Visibility.PUBLIC,
               stops=("KP5",), basis="XF 29; AWD"),
    Transition(_R, "finish_round", (R.APPROVED,), R.FINISHED, TRIAGE, _("结束评选"), _("评选结束"), Visibility.PUBLIC,
               basis="process.md 4.8"),
    Transition(_R, "cancel_round", (R.NOMINATING, R.SCREENING, R.SCORING, R.SHORTLISTING, R.PUBLICITY), R.CANCELLED,
               (Role.LEADER,), _("取消评选"), _("评选取消"), Visibility.PUBLIC, stops=("KP5",), reason_required=True,
               basis="process.md 4.8"),
    Transition(_A, "award_nominate", ("",), A.NOMINATED, (*TRIAGE, *UNIT, Role.UNIT_HEAD), _("提名"), _("提名参评"),
               Visibility.STAFF, basis="process.md 2.2, 4.8"),
    Transition(_A, "screen_in", (A.NOMINATED,), A.SCREENED, TRIAGE, _("通过初审"), _("通过初审"), Visibility.STAFF,
               basis="process.md 4.8"),
    Transition(_A, "screen_out", (A.NOMINATED, A.SCREENED), A.NOT_SELECTED, TRIAGE, _("初审不通过"), _("初审没有通过"),
               Visibility.STAFF, reason_required=True, basis="process.md 4.8"),
    Transition(_A, "freeze_score", (A.SCREENED,), A.SCORED, (SYSTEM, *TRIAGE), _("冻结成绩"), _("成绩{points}分，不再改动"),
               Visibility.STAFF, basis="process.md 4.8 (scores frozen after submission)"),
    Transition(_A, "shortlist", (A.SCORED,), A.SHORTLISTED, TRIAGE, _("入围"), _("入围{level}"), Visibility.STAFF,
               basis="process.md 4.8"),
    Transition(_A, "not_shortlist", (A.SCREENED, A.SCORED), A.NOT_SELECTED, (SYSTEM, *TRIAGE), _("未入围"), _("没有入围"),
               Visibility.STAFF, basis="process.md 4.8"),
    Transition(_A, "publicise", (A.SHORTLISTED,), A.PUBLICITY_PERIOD, TRIAGE, _("公示"), _("入围{level}，公示到{until}"),
               Visibility.PUBLIC, basis="process.md 4.8"),
    Transition(_A, "uphold_award_objection", (A.PUBLICITY_PERIOD,), A.NOT_SELECTED, TRIAGE, _("异议成立"),
               _("公示期异议成立，不再授奖"), Visibility.STAFF, reason_required=True, basis="process.md 4.8"),
    Transition(_A, "approve_award", (A.PUBLICITY_PERIOD,), A.APPROVED, (Role.LEADER,), _("批准"), _("授予{level}"),
               Visibility.PUBLIC, basis="XF 29; AWD"),
    Transition(_A, "notify_winner", (A.APPROVED,), A.NOTIFIED, TRIAGE, _("通知获奖人"), _("通知了获奖人"), Visibility.STAFF,
               basis="SH 16"),
    Transition(_A, "pay_award", (A.NOTIFIED,), A.PAID, TRIAGE, _("已发奖"), _("奖金已发"), Visibility.STAFF, basis="SH 16"),
    Transition(_A, "close_award", (A.NOMINATED, A.SCREENED, A.SCORED, A.SHORTLISTED, A.PUBLICITY_PERIOD), A.NOT_SELECTED,
               (SYSTEM,), _("评选取消"), _("评选取消，不再授奖"), Visibility.STAFF, basis="process.md 4.8"),
)
# fmt: on
