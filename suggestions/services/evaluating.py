"""The author's rating, and what follows from it (process.md 7.1; T14, T15)."""

from datetime import datetime

from django.db import IntegrityError, transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import Overall, Solved
from suggestions.errors import DomainError, Invalid, WrongState
from suggestions.models import Evaluation, Reply, Suggestion
from suggestions.services import replying, transitions
from suggestions.states import Case
from suggestions.states import Evaluation as State

COMMENT_MAX = 500


def evaluate(
    *,
    suggestion: Suggestion,
    actor: Actor,
    at: datetime,
    overall: str,
    contacted: bool | None = None,
    solved: str = "",
    score_result: int | None = None,
    score_attitude: int | None = None,
    score_speed: int | None = None,
    comment: str = "",
    source: str = Evaluation.Source.SELF,
) -> Evaluation:
    """Record the rating of this round, once. Satisfied or basically satisfied closes the case (T14); dissatisfied or
    unsolved sends it back for rectification, the first time by rule (T15); a second time the supervisor decides.
    """
    comment = rules.clean_text(comment)
    errors: dict[str, list[str]] = {}
    if overall not in Overall.values:
        errors["overall"] = ["请选满意、基本满意或不满意。"]
    if solved and solved not in Solved.values:
        errors["solved"] = ["请选事情解决了没有。"]
    if len(comment) > COMMENT_MAX:
        errors["comment"] = [f"最多{COMMENT_MAX}个字，现在是{len(comment)}个字。"]
    for name, score in (
        ("score_result", score_result),
        ("score_attitude", score_attitude),
        ("score_speed", score_speed),
    ):
        if score is not None and not 1 <= score <= 5:
            errors[name] = ["请在1到5之间选。"]
    if errors:
        raise Invalid(errors)
    if suggestion.evaluation_state == State.EVALUATED:
        raise DomainError("您已经评价过这次答复，一次答复只能评一次。")
    if suggestion.evaluation_state != State.INVITED:
        raise WrongState("评价期已过，或者还没有答复，现在不能评价。")
    reply = suggestion.replies.filter(state=Reply.State.APPROVED).order_by("-number").first()
    if reply is None:
        raise WrongState
    round_no = suggestion.evaluations.count() + 1
    try:
        with transaction.atomic():
            rating = Evaluation.objects.create(
                suggestion=suggestion, reply=reply, unit=reply.unit, round=round_no, overall=overall, contacted=contacted,
                solved=solved, score_result=score_result, score_attitude=score_attitude, score_speed=score_speed,
                comment=comment, source=source, at=at,
            )  # fmt: skip
            transitions.apply(
                suggestion, "evaluate", actor=actor, at=at, fields={"overall": overall},
                data={"overall": overall, "overall_label": str(Overall(overall).label), "solved": solved, "round": round_no},
            )  # fmt: skip
            _follow(suggestion, overall, solved, round_no, at)
    except IntegrityError as error:
        raise DomainError("您已经评价过这次答复，一次答复只能评一次。") from error
    return rating


def _follow(suggestion: Suggestion, overall: str, solved: str, round_no: int, at: datetime) -> None:
    if suggestion.status != Case.ANSWERED:
        return
    unhappy = overall == Overall.DISSATISFIED or solved == Solved.NO
    if not unhappy:
        transitions.apply(
            suggestion, "close", actor=Actor.author(), at=at, fields={"closed_at": at}
        )
    elif round_no == 1:
        lead = replying.lead_assignment(suggestion)
        data = {"unit": lead.unit.short_name}
        transitions.apply(suggestion, "rectify", actor=Actor.system(), at=at, data=data)
        transitions.apply(lead, "rework", actor=Actor.system(), at=at, data=data)
    else:
        # A second dissatisfied round goes to supervision; until that is decided the case is closed with its rating shown.
        transitions.apply(
            suggestion,
            "close",
            actor=Actor.author(),
            at=at,
            fields={"closed_at": at},
            data={"still": "dissatisfied"},
        )
