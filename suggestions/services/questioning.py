"""Public questioning: a window for questions, moderation, answers, promises followed until closed (process.md 6.2; S0, S4)."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from suggestions import content
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.crypto import keyed_hash
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.insight import redaction
from suggestions.models import QaPromise, QaQuestion, QaRating, QaSession, Unit
from suggestions.services import commitments, records
from suggestions.services.again import again
from suggestions.services.wording import Words, cleaned
from suggestions.states import Visibility
from suggestions.states.qa_promise import QaPromiseState as Promise
from suggestions.states.qa_session import QaSession as State

WAITING_LIMIT = 500
"""Questions of one session that wait for a person: more than anybody reads is a flood, and the page says so."""


def plan(*, session: QaSession, units: Sequence[Unit], actor: Actor, at: datetime) -> QaSession:
    """Begin a session (not yet stored). Raises Invalid for missing words, units or days in the wrong order."""
    held = cleaned(
        {
            "theme": Words("主题", 80, multiline=False),
            "background": Words("背景", 3000, required=False),
            "report": Words(
                "述职报告", 10000, required=session.kind == QaSession.Kind.YEARLY_REPORT
            ),
            "head_present": Words("到场负责人", 120, multiline=False),
        },
        {n: getattr(session, n) for n in ("theme", "background", "report", "head_present")},
    )
    for name, value in held.items():
        setattr(session, name, value)
    errors: dict[str, list[str]] = {}
    if not units:
        errors["units"] = ["请至少选一个单位。"]
    if session.closes_on < session.opens_on:
        errors["closes_on"] = ["截止提问不能早于开始提问。"]
    elif session.closes_on < local_date(at):
        errors["closes_on"] = ["截止提问不能早于今天。"]
    if session.kind == QaSession.Kind.YEARLY_REPORT:
        if len(units) != 1:
            errors["units"] = ["年度述职评议一次只评一个单位。"]
        if session.year is None:
            errors["year"] = ["请填述职的年度。"]
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        records.begin(session, "qa_plan", actor=actor, at=at, data={"units": [u.short_name for u in units]})  # fmt: skip
        session.units.set(units)
    return session


def open_window(*, session: QaSession, actor: Actor, at: datetime) -> None:
    """Questions are taken from now on (the sweep does it on its day)."""
    records.move(session, "qa_open", actor=actor, at=at)


def begin_answers(*, session: QaSession, actor: Actor, at: datetime) -> None:
    """The window is closed; the units answer."""
    records.move(session, "qa_answer", actor=actor, at=at)


def cancel(*, session: QaSession, reason: str, actor: Actor, at: datetime) -> None:
    """Call it off with the public reason."""
    records.move(session, "qa_cancel", actor=actor, at=at, reason=reason.strip())


def ask(
    *,
    session: QaSession,
    text: str,
    actor: Actor,
    at: datetime,
    source: str = QaQuestion.Source.RESIDENT,
    unit: Unit | None = None,
    contact: str = "",
) -> QaQuestion:
    """Take a question. It is public only after a person released it; the contact is encrypted and never public."""
    held = cleaned(
        {"text": Words(_("问题"), 1000), "contact": Words(_("联系方式"), 100, required=False, multiline=False)},
        {"text": text, "contact": contact},
    )  # fmt: skip
    if session.status != State.COLLECTING or not session.opens_on <= local_date(at) <= session.closes_on:  # fmt: skip
        raise DomainError(_("现在不在提问时间里。"))
    if unit is not None and unit.pk not in session.unit_ids():
        raise Invalid({"unit": [_("请选这次问政的单位。")]})
    waiting = session.questions.filter(state=QaQuestion.State.PENDING)
    same = waiting.filter(text=held["text"], source=source).first()
    if same is not None:
        # The button was pressed twice, or several ask the same: one question waits for a person.
        return same
    if source == QaQuestion.Source.RESIDENT and waiting.count() >= WAITING_LIMIT:
        raise DomainError(_("等待审核的问题太多了，请过几天再来，或者打电话问。"))

    def write() -> QaQuestion:
        with transaction.atomic():
            records.note(session, "qa_asked", actor=actor, at=at, words="收到一个问题", data={"source": source})  # fmt: skip
            return QaQuestion.objects.create(session=session, unit=unit, source=source, asked_at=at, **held)  # fmt: skip

    return again(session, write)


def proposed_text(question: QaQuestion) -> str:
    """The question with what the rules find masked: what a moderator begins with (process.md 9.2)."""
    return redaction.mask(question.text, redaction.find_spans(question.text))


def release(*, question: QaQuestion, public_text: str, unit: Unit, actor: Actor, at: datetime) -> None:  # fmt: skip
    """Release a question in public words and give it to a unit. Raises Invalid when redaction is sure something is left."""
    held = cleaned({"public_text": Words("公开的问题", 1200)}, {"public_text": public_text})
    _clean_of_persons("public_text", held["public_text"])
    if unit.pk not in question.session.unit_ids():
        raise Invalid({"unit": ["请选这次问政的单位。"]})
    if question.answer:
        raise DomainError("已经答复的问题不能再改。")
    _moderate(question, "qa_released", "公开一个问题", actor, at, state="shown", unit=unit, hidden_reason="", **held)  # fmt: skip


def hide(*, question: QaQuestion, reason: str, actor: Actor, at: datetime) -> None:
    """Keep a question from the page, with the reason (content, never who asked)."""
    held = cleaned({"hidden_reason": Words("不公开的理由", 200, multiline=False)}, {"hidden_reason": reason})  # fmt: skip
    _moderate(question, "qa_hidden", "一个问题不公开", actor, at, state="hidden", **held)


def answer(
    *,
    question: QaQuestion,
    text: str,
    actor: Actor,
    at: datetime,
    measure: str = "",
    due_on: date | None = None,
) -> QaQuestion:
    """The unit answers, with a promise where there is one: unit, day, measure. Raises Invalid, NotAllowed."""
    if actor.unit is None or actor.unit.pk != question.unit_id:
        raise NotAllowed("这个问题不是问您单位的。")
    held = cleaned(
        {"answer": Words("答复", 3000), "measure": Words("承诺", 300, required=False, multiline=False)},
        {"answer": text, "measure": measure},
    )  # fmt: skip
    session = question.session
    if question.state != QaQuestion.State.SHOWN:
        raise DomainError("这个问题还没有审核公开。")
    if session.status not in (State.COLLECTING, State.ANSWERING):
        raise DomainError("答问已经结束。")
    if bool(held["measure"]) != (due_on is not None):
        raise Invalid(
            {"due_on" if held["measure"] else "measure": ["承诺要写做什么，也要写哪天前做到。"]}
        )
    if due_on is not None and due_on <= local_date(at):
        raise Invalid({"due_on": ["承诺的日期要在今天以后。"]})
    public = redaction.mask(held["answer"], redaction.find_spans(held["answer"]))
    with transaction.atomic():
        changed = QaQuestion.objects.filter(pk=question.pk, answered_at=None).update(
            answer=held["answer"], public_answer=public, answered_by=actor.user, answered_at=at
        )
        if not changed:
            raise DomainError("这个问题已经答复了。")
        if held["measure"] and due_on is not None:
            _promise(question, held["measure"], due_on, actor, at)
        records.note(
            session, "qa_answered", actor=actor, at=at, words=f"{actor.unit.short_name}答复一个问题",
            visibility=Visibility.PUBLIC, data={"question": question.pk, "promise": held["measure"]},
        )  # fmt: skip
    question.refresh_from_db()
    return question


def follow(*, session: QaSession, actor: Actor, at: datetime) -> None:
    """Answers are in; the list of promises is followed. Raises DomainError while a question waits."""
    waiting = session.questions.filter(state="pending").count()
    open_ones = session.questions.filter(state="shown", answered_at=None).count()
    if waiting or open_ones:
        raise DomainError(f"还有{waiting}个问题没有审核、{open_ones}个问题没有答复。")
    records.move(session, "qa_follow", actor=actor, at=at)


def _promise(question: QaQuestion, measure: str, day: date, actor: Actor, at: datetime) -> None:
    """A promise with its clock: K18 runs to the day said in public (process.md 6.2)."""
    assert actor.unit is not None
    made = QaPromise(
        jurisdiction_id=question.session.jurisdiction_id, question=question, unit=actor.unit, measure=measure,
        promised_on=day, first_promised_on=day,
    )  # fmt: skip
    data = {"unit": actor.unit.short_name, "day": _day(day), "measure": measure}
    records.begin(made, "qa_promise_make", actor=actor, at=at, data=data, holder=actor.unit)
    commitments.run_to(made, day)


def keep(*, promise: QaPromise, proof: str, actor: Actor, at: datetime) -> None:
    """The unit says how a promise was kept; the day shows whether it was in time."""
    _unit_of(promise, actor)
    held = cleaned({"proof": Words("怎么兑现的", 500)}, {"proof": proof})
    _clean_of_persons("proof", held["proof"])
    if promise.status == Promise.KEPT:
        raise DomainError("这条承诺已经登记兑现。")
    with transaction.atomic():
        records.move(
            promise, "qa_promise_keep", actor=actor, at=at, data={"unit": promise.unit.short_name},
            fields={"kept_on": local_date(at), **held},
        )  # fmt: skip
        _note(promise, "qa_kept", f"兑现承诺：{promise.measure[:60]}", actor, at)


def move_promise(*, promise: QaPromise, due_on: date, reason: str, actor: Actor, at: datetime) -> None:  # fmt: skip
    """A new day with its public reason; the first day stays visible (as K18)."""
    _unit_of(promise, actor)
    held = cleaned({"moved_reason": Words("改期理由", 300)}, {"moved_reason": reason})
    if due_on <= max(promise.promised_on, local_date(at)):
        raise Invalid({"due_on": ["新日期要晚于原来的日期，也要在今天以后。"]})
    if promise.status == Promise.KEPT:
        raise DomainError("这条承诺已经登记兑现，不用改期。")
    data = {"unit": promise.unit.short_name, "before": _day(promise.promised_on), "day": _day(due_on)}  # fmt: skip
    with transaction.atomic():
        records.move(
            promise, "qa_promise_move", actor=actor, at=at, reason=held["moved_reason"], data=data, holder=promise.unit,
            fields={"promised_on": due_on, **held},
        )  # fmt: skip
        commitments.run_to(promise, due_on)
        _note(promise, "qa_moved", f"承诺改期：{promise.measure[:60]}", actor, at)


def close(*, session: QaSession, actor: Actor, at: datetime) -> None:
    """End the follow-up. Raises DomainError while a promise is open: the list stays until each is closed (6.2)."""
    open_ones = (
        QaPromise.objects.filter(question__session=session).exclude(status=Promise.KEPT).count()
    )
    if open_ones:
        raise DomainError(f"还有{open_ones}条承诺没有兑现，全部兑现以后才能办结。")
    records.move(session, "qa_close", actor=actor, at=at)


def rate(*, session: QaSession, score: int, voice: str, at: datetime, question: QaQuestion | None = None) -> QaRating:  # fmt: skip
    """The audience's score of an answer, or of a yearly report: one voice once (`voice` is kept as a keyed hash only)."""
    if not 1 <= score <= 5:
        raise Invalid({"score": [_("请选1到5分。")]})
    if session.status not in (State.ANSWERING, State.FOLLOWING):
        raise DomainError(_("现在不能评分。"))
    if question is not None and (question.session_id != session.pk or question.answered_at is None):  # fmt: skip
        raise DomainError(_("这个问题还没有答复，不能评分。"))
    if question is None and session.kind != QaSession.Kind.YEARLY_REPORT:
        raise Invalid({"question": [_("请选给哪个答复评分。")]})
    about = question.pk if question else "session"
    try:
        with transaction.atomic():
            return QaRating.objects.create(
                session=session, question=question, score=score, at=at,
                voter_hash=keyed_hash("qa voice", f"{session.pk}:{about}:{voice}"),
            )  # fmt: skip
    except IntegrityError as error:
        raise DomainError(_("您已经评过分了。")) from error


def turn(*, now: datetime) -> int:
    """The sweep: windows open and close on their days, promises that passed are marked at their legal moment."""
    today, done = local_date(now), 0
    system = Actor.system()
    for session in QaSession.objects.filter(status=State.PLANNED, opens_on__lte=today):
        records.move(session, "qa_open", actor=system, at=_midnight(session.opens_on))
        done += 1
    for session in QaSession.objects.filter(status=State.COLLECTING, closes_on__lt=today):
        records.move(session, "qa_answer", actor=system, at=_midnight(session.closes_on + timedelta(days=1)))  # fmt: skip
        done += 1
    late = QaPromise.objects.filter(status=Promise.OPEN, promised_on__lt=today)
    for promise in late.select_related("question__session", "unit"):
        done += _miss(promise)
    return done


def _miss(promise: QaPromise) -> int:
    """Missed at 24:00 of its day; its clock runs on, so that the ladder climbs until it is kept or moved."""
    moment = _midnight(promise.promised_on + timedelta(days=1))
    data = {"unit": promise.unit.short_name, "day": _day(promise.promised_on)}
    try:
        with transaction.atomic():
            records.move(promise, "qa_promise_miss", actor=Actor.system(), at=moment, data=data)
            _note(promise, "qa_missed", f"承诺逾期：{promise.measure[:60]}", Actor.system(), moment)
    except DomainError:
        # Kept or moved at the same moment; the next sweep looks again.
        return 0
    return 1


def _moderate(question: QaQuestion, name: str, words: str, actor: Actor, at: datetime, **fields: object) -> None:  # fmt: skip
    if question.session.status not in (State.COLLECTING, State.ANSWERING):
        raise DomainError("问题审核已经结束。")
    with transaction.atomic():
        QaQuestion.objects.filter(pk=question.pk).update(moderated_by=actor.user, **fields)
        records.note(question.session, name, actor=actor, at=at, words=words, data={"question": question.pk})  # fmt: skip
        content.bump_after_commit()
    question.refresh_from_db()


def _note(promise: QaPromise, name: str, words: str, actor: Actor, at: datetime) -> None:
    session = promise.question.session
    records.note(session, name, actor=actor, at=at, words=words, visibility=Visibility.PUBLIC, data={"promise": promise.pk})  # fmt: skip


def _unit_of(promise: QaPromise, actor: Actor) -> None:
    if actor.unit is None or actor.unit.pk != promise.unit_id:
        raise NotAllowed("这条承诺不是您单位作出的。")


def _clean_of_persons(name: str, text: str) -> None:
    sure = [s for s in redaction.find_spans(text) if s.certain]
    if sure:
        raise Invalid({name: [f"里面还有{sure[0].kind}，公开前请遮盖。"]})


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), tzinfo=SHANGHAI)


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
