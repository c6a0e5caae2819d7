"""The author's rating, and what follows from it (process.md 7.1; T14, T15)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Overall, RatingReason, Solved, recorded
from suggestions.errors import DomainError, Invalid, WrongState
from suggestions.models import CaseEvent, Clock, Evaluation, Suggestion
from suggestions.services import delivering, flags, rating_parts, rectifying, transitions
from suggestions.states import Case, Visibility
from suggestions.states import Evaluation as State

COMMENT_MAX = 500
RATED_IN = frozenset({Case.ANSWERED, Case.CLOSED, Case.MERGED})
"""An answer is rated when it is given; of a merged item, the primary's."""
REMIND_AFTER = timedelta(days=7)
REOPEN_WITHIN = timedelta(days=90)
_BATCH = 500


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
    reasons: Sequence[str] = (),
    parts: Mapping[str, str] | None = None,
    origin: str = "",
) -> Evaluation:
    """Record the rating of this round, once. Satisfied or basically satisfied closes the case (T14); dissatisfied or
    unsolved sends it back for rectification, the first time by rule (T15); a second time the supervisor decides.

    The author of a merged item rates the primary's answer, in rounds of their own (process.md 4.5).
    `parts` rates the office and the co-units apart: unit code → overall (SAT22 3). A member of staff who writes down what
    was said by phone gives the author's own words in `comment`. `origin` is the network address of a rating given online;
    only its keyed hash is kept, for some weeks (services/flags.py).
    """
    comment = rules.clean_text(comment)
    errors: dict[str, list[str]] = {}
    if overall not in Overall.values:
        errors["overall"] = [_("请选满意、基本满意或不满意。")]
    if solved and solved not in Solved.values:
        errors["solved"] = [_("请选事情解决了没有。")]
    if len(comment) > COMMENT_MAX:
        errors["comment"] = [rules.too_long(_("想说的话"), comment, COMMENT_MAX)]
    for name, score in (
        ("score_result", score_result),
        ("score_attitude", score_attitude),
        ("score_speed", score_speed),
    ):
        if score is not None and not 1 <= score <= 5:
            errors[name] = [_("请在1到5之间选。")]
    if any(reason not in RatingReason.values for reason in reasons):
        errors["reasons"] = [_("请从列出的原因里选。")]
    if actor.user is not None and source == Evaluation.Source.SELF:
        source = Evaluation.Source.PHONE
    if source != Evaluation.Source.SELF and (actor.user is None or not comment):
        errors["comment"] = ["代录评价要写下建议人的原话。"]
    rated = rating_parts.read(suggestion, parts or {}, errors)
    if errors:
        raise Invalid(errors)
    if suggestion.evaluation_state == State.EVALUATED:
        raise DomainError(_("您已经评价过这次答复，一次答复只能评一次。"))
    if suggestion.evaluation_state != State.INVITED:
        raise WrongState(_("评价期已过，或者还没有答复，现在不能评价。"))
    reply = delivering.given(suggestion)
    if reply is None:
        raise WrongState
    if suggestion.status not in RATED_IN:
        raise WrongState(_("这件正在重新办理，有了新的答复再评价。"))
    round_no = suggestion.evaluations.count() + 1
    try:
        with transitions.act(suggestion):
            rating = Evaluation.objects.create(
                suggestion=suggestion, reply=reply, unit=reply.unit, round=round_no, overall=overall, contacted=contacted,
                solved=solved, score_result=score_result, score_attitude=score_attitude, score_speed=score_speed,
                comment=comment, source=source, at=at, reasons=list(reasons), entered_by_id=actor.user.pk if actor.user else None,
                origin_hash=flags.origin_hash(origin),
            )  # fmt: skip
            rating_parts.save(rating, rated)
            flags.look(rating, at=at)
            transitions.apply(
                suggestion, "evaluate", actor=actor, at=at, fields={"overall": overall},
                data={"overall": overall, "overall_label": recorded(Overall(overall)), "solved": solved, "round": round_no, "source": source},
            )  # fmt: skip
            _follow(suggestion, overall, solved, round_no, at)
    except IntegrityError as error:
        raise DomainError(_("您已经评价过这次答复，一次答复只能评一次。")) from error
    return rating


def _follow(suggestion: Suggestion, overall: str, solved: str, round_no: int, at: datetime) -> None:
    """What the rating sets going: the close, a rectification, or a line to the supervisor."""
    handled = suggestion
    if suggestion.status == Case.MERGED and suggestion.primary_id is not None:
        handled = Suggestion.objects.select_related("jurisdiction").get(pk=suggestion.primary_id)
    own = handled is suggestion
    if overall != Overall.DISSATISFIED and solved != Solved.NO:
        if own and suggestion.status == Case.ANSWERED:
            _close(suggestion, at)
        return
    if handled.status not in (Case.ANSWERED, Case.CLOSED):
        return
    first = round_no == 1 and (own or not handled.events.filter(name="rectify").exists())
    if first and rectifying.begin(suggestion=handled, actor=Actor.system(), at=at):
        return
    # A second dissatisfied round goes to supervision; until that is decided the case is closed with its rating shown.
    if own and suggestion.status == Case.ANSWERED:
        _close(suggestion, at, still="dissatisfied")
    transitions.note(
        handled, "still_dissatisfied", actor=Actor.system(), at=at,
        words="建议人对重新答复仍不满意，提请督办员决定", data={"round": round_no}, notify=("staff.still_dissatisfied",),
    )  # fmt: skip


def _close(suggestion: Suggestion, at: datetime, **data: str) -> None:
    transitions.apply(
        suggestion, "close", actor=Actor.author(), at=at, fields={"closed_at": at}, data=dict(data)
    )


def may_reopen(suggestion: Suggestion, *, at: datetime) -> bool:
    """Whether a window that passed in silence may be opened again: within 90 days of the answer (K13)."""
    answer = delivering.given(suggestion)
    return (
        suggestion.evaluation_state == State.EXPIRED
        and suggestion.status in RATED_IN
        and answer is not None
        and answer.delivered_at is not None
        and local_date(at) <= local_date(answer.delivered_at) + REOPEN_WITHIN
    )


def reopen(*, suggestion: Suggestion, actor: Actor, at: datetime) -> Suggestion:
    """Open the evaluation window once more because the author asks (K13; within 90 days of the answer)."""
    if suggestion.evaluation_state == State.EXPIRED and not may_reopen(suggestion, at=at):
        raise DomainError(
            _("答复已经超过90天，不能再评价。有新情况，可以再提一件，或打征集办公室电话。")
        )
    transitions.apply(suggestion, "reopen_rating", actor=actor, at=at)
    return suggestion


def remind(*, now: datetime) -> int:
    """One reminder on the seventh day of an open window, and never a second one (K13). Silence stays silence."""
    told = CaseEvent.objects.filter(
        suggestion=OuterRef("suggestion"), name="rating_reminded", at__gte=OuterRef("started_at")
    )
    windows = Clock.objects.filter(
        ~Exists(told), kind="K13", stopped_at=None, started_at__lte=now - REMIND_AFTER,
        due_on__gte=local_date(now), suggestion__evaluation_state=State.INVITED,
    ).select_related("suggestion__jurisdiction")  # fmt: skip
    sent = 0
    for window in windows.order_by("pk")[:_BATCH]:
        item = window.suggestion
        assert item is not None
        if item.status not in RATED_IN:
            continue
        with transaction.atomic():
            event = transitions.note(
                item, "rating_reminded", actor=Actor.system(), at=now, words="提醒您评价，不评也不算满意",
                visibility=Visibility.AUTHOR,
            )  # fmt: skip
            outbox.enqueue(
                outbox.AUTHOR_NOTICE,
                {"code": "author.rate_reminder", "suggestion": item.pk, "event": event.pk},
                key=f"author.rate_reminder:{item.pk}:{event.seq}",
            )
        sent += 1
    return sent
