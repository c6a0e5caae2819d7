"""A question that somebody asks about a campaign: nothing is shown before it is answered (process.md 3.1; SH 7, 8)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import AUTHOR, Transition


class CampaignQuestionState(models.TextChoices):
    """Where one question stands."""

    WAITING = "waiting", _("待回答")
    ANSWERED = "answered", _("已公开回答")
    DECLINED = "declined", _("不公开")


_M = Machine.CAMPAIGN_QUESTION
_S = CampaignQuestionState
MODERATORS = (Role.EDITOR, Role.TRIAGE_OFFICER, Role.SUPERVISOR)

# The rows are read as a table, so they are kept as one.
# fmt: off
CAMPAIGN_QUESTION_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "campaign_ask", ("",), _S.WAITING, (AUTHOR,), _("提问"), _("收到一个提问"), Visibility.STAFF,
               basis="process.md 3.1; SH 8"),
    Transition(_M, "campaign_answer", (_S.WAITING, _S.DECLINED), _S.ANSWERED, MODERATORS, _("回答并公开"), _("公开回答"),
               Visibility.PUBLIC, basis="process.md 3.1; SH 7"),
    Transition(_M, "campaign_answer_mend", (_S.ANSWERED,), _S.ANSWERED, MODERATORS, _("修改回答"), _("修改了回答"),
               Visibility.PUBLIC, basis="process.md 3.1"),
    Transition(_M, "campaign_decline", (_S.WAITING, _S.ANSWERED), _S.DECLINED, MODERATORS, _("不公开"), _("不公开"),
               Visibility.STAFF, reason_required=True, basis="process.md 9.2"),
)
# fmt: on
