"""What the public says about an answer: nothing is shown before somebody released it (process.md 7.1; SH 7)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility
from suggestions.states.table import SYSTEM, Transition


class ReplyCommentState(models.TextChoices):
    """Where one comment stands."""

    WAITING = "waiting", _("待审核")
    SHOWN = "shown", _("已公开")
    DECLINED = "declined", _("不公开")
    WITHDRAWN = "withdrawn", _("本人收回")


_M = Machine.REPLY_COMMENT
_S = ReplyCommentState
MODERATORS = (Role.PUBLISHER, Role.TRIAGE_OFFICER, Role.SUPERVISOR)

# The rows are read as a table, so they are kept as one. Who wrote is nobody the office knows: the system notes it.
# fmt: off
REPLY_COMMENT_TRANSITIONS: tuple[Transition, ...] = (
    Transition(_M, "comment_write", ("",), _S.WAITING, (SYSTEM,), _("写评论"), _("收到一条公众评论"), Visibility.STAFF,
               basis="process.md 7.1; SH 7"),
    Transition(_M, "comment_show", (_S.WAITING, _S.DECLINED), _S.SHOWN, MODERATORS, _("公开"), _("公开一条公众评论"),
               Visibility.PUBLIC, basis="process.md 7.1; SH 7"),
    Transition(_M, "comment_decline", (_S.WAITING, _S.SHOWN), _S.DECLINED, MODERATORS, _("不公开"), _("不公开"),
               Visibility.PUBLIC, reason_required=True, basis="process.md 9.2"),
    Transition(_M, "comment_withdraw", (_S.WAITING, _S.SHOWN, _S.DECLINED), _S.WITHDRAWN, (SYSTEM,), _("收回"), _("本人收回"),
               Visibility.PUBLIC, basis="PIPL 15, 47"),
)
# fmt: on
