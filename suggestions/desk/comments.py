"""Comments of the public on answers, at the desk: read before anybody else sees them (process.md 7.1; SH 7)."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions.clock import day_words
from suggestions.desk import kinds
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, StepForm, serve
from suggestions.desk.panels import Link
from suggestions.desk.supervision import ReasonForm
from suggestions.models import ReplyComment
from suggestions.services import reply_voices
from suggestions.states import BY_NAME
from suggestions.states.reply_comment import ReplyCommentState as State


class ShowForm(StepForm):
    public_text = f.text(
        _("公开的评论"), 300, rows=3,
        help_text=_("已按规则遮盖，请再看一遍有没有人名、电话、住址。只遮盖，不改意思；批评的话也照样公开。"),
    )  # fmt: skip

    def prepare(self) -> None:
        self.initial["public_text"] = reply_voices.proposed_text(self.step.record)


def _rows(_request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    return rows.select_related("suggestion", "reply__unit", "jurisdiction")


def _blocks(_request: HttpRequest, held: ReplyComment) -> list[Block]:
    case = held.suggestion
    page = [Link(_("看公开页"), reverse("suggestions:detail", args=[case.case_no]))]
    return [
        Block(
            _("评论"),
            [
                (_("建议"), f"{case.public_title or case.case_no} {case.case_no}"),
                (_("答复单位"), held.reply.unit.short_name),
                (_("公开的评论"), held.public_text),
                (_("不公开的理由"), held.declined_because),
            ],
            text=held.text,
            links=page if case.is_public else [],
        )
    ]


kinds.register(
    Kind(
        slug="comments", room="answers", label=_("公众评论"), model=ReplyComment, see="moderate_comments",
        open_states=[State.WAITING], headers=[_("评论"), _("建议"), _("收到")],
        cells=lambda c: [str(c)[:60], c.suggestion.case_no, day_words(timezone.localtime(c.said_at))],
        blocks=_blocks, rows=_rows,
        intro=_("居民对公开的答复写的评论。看过才公开；谁写的，我们也不知道。评论和“有没有帮助”都不计入满意度。"),
        acts=[
            Act("show", _("公开"), serve(reply_voices.show, "comment"), BY_NAME["comment_show"].roles,
                [State.WAITING, State.DECLINED], ShowForm, shows=lambda c: c.text,
                done=_("已经公开在建议的页面上。"), primary=True),
            Act("decline", _("不公开"), serve(reply_voices.decline, "comment"), BY_NAME["comment_decline"].roles,
                [State.WAITING, State.SHOWN], ReasonForm, _("理由只有工作人员看得到。")),
        ],
    )
)  # fmt: skip
