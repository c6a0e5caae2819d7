"""Dated promises of answers: made with the answer, reminded of, kept, moved with a reason, or missed (process.md 4.7; K18).

"列入研究" promises a report on a day and is held to it like any other promise. A missed promise is a ground for
reopening (T17) and for supervision (8.1); this module only says that it was missed, once, at its legal moment.
"""

from datetime import date, datetime, time, timedelta

from django.db import transaction

from suggestions import outbox, rules
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import Outcome
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Clock, Commitment, QaPromise, Reply, Suggestion
from suggestions.services import clocks, records, transitions
from suggestions.states import Commitment as State
from suggestions.states import Visibility

PROOF_MAX = 1000
REASON_MAX = 500
_BATCH = 500


def make(*, reply: Reply, actor: Actor, at: datetime) -> list[Commitment]:
    """The promises of an answer that was just given; those of earlier answers are replaced by it.

    Returns none, one or two: a measure (`committed_by`) and a report on a study (`next_report_on`).
    """
    suggestion = reply.suggestion
    dated = [
        (Commitment.Kind.MEASURE, reply.committed_by, reply.commitment),
        (Commitment.Kind.REPORT, reply.next_report_on, "告诉您研究结果"),
    ]
    made = []
    with transaction.atomic():
        for earlier in suggestion.commitments.filter(status__in=(State.OPEN, State.MISSED)):
            records.move(
                earlier, "replace_commitment", actor=actor, at=at, suggestion=suggestion,
                data={"reply": reply.number},
            )  # fmt: skip
        for kind, day, words in dated:
            if day is None or (
                kind == Commitment.Kind.REPORT and reply.outcome != Outcome.UNDER_STUDY
            ):
                continue
            promise = Commitment(
                jurisdiction_id=suggestion.jurisdiction_id, suggestion=suggestion, reply=reply, unit=reply.unit,
                kind=kind, words=words, first_promised_on=day, promised_on=day,
            )  # fmt: skip
            data = {"unit": reply.unit.short_name, "day": _day(day), "what": words or "办好"}
            records.begin(
                promise, "commit", actor=actor, at=at, data=data, suggestion=suggestion,
                holder=reply.unit,
            )  # fmt: skip
            run_to(promise, day)
            made.append(promise)
    return made


def keep(
    *, commitment: Commitment, proof: str, kept_on: date | None, actor: Actor, at: datetime
) -> Commitment:
    """The unit says how the promise was kept; the author is told, the public after a publisher released the words."""
    _own(commitment, actor)
    proof = rules.clean_text(proof)
    day = kept_on or local_date(at)
    errors: dict[str, list[str]] = {}
    if len(proof) < 10:
        errors["proof"] = ["请写明做了什么、在哪里能看到，至少10个字。"]
    elif len(proof) > PROOF_MAX:
        errors["proof"] = [f"最多{PROOF_MAX}个字，现在是{len(proof)}个字。"]
    if day > local_date(at):
        errors["kept_on"] = ["做到的日子不能在今天以后。"]
    elif day < local_date(commitment.reply.delivered_at or at):
        errors["kept_on"] = ["做到的日子不能早于答复。"]
    if errors:
        raise Invalid(errors)
    suggestion = commitment.suggestion
    with transaction.atomic():
        records.move(
            commitment, "keep_commitment", actor=actor, at=at, suggestion=suggestion,
            data={"unit": commitment.unit.short_name, "kept_on": day.isoformat()},
            fields={"kept_on": day, "proof": proof},
        )  # fmt: skip
        words = (
            f"{commitment.unit.short_name}告诉您研究结果：{proof}"
            if commitment.kind == Commitment.Kind.REPORT
            else f"{commitment.unit.short_name}登记：承诺的事{_day(day)}做到了。{proof}"
        )
        _tell(suggestion, "commitment_kept", "author.commitment_kept", words, actor, at)
    return commitment


def renew(*, commitment: Commitment, day: date, reason: str, actor: Actor, at: datetime) -> Commitment:  # fmt: skip
    """A new date with its reason, told to the author; the first date stays on record and on the page."""
    _own(commitment, actor)
    reason = rules.clean_text(reason)
    errors: dict[str, list[str]] = {}
    if day <= local_date(at) or day <= commitment.promised_on:
        errors["day"] = ["新的日期应在今天以后，也在原来的日期以后。"]
    if not reason:
        errors["reason"] = ["请写明为什么要改日期，会原样告诉建议人。"]
    elif len(reason) > REASON_MAX:
        errors["reason"] = [f"最多{REASON_MAX}个字，现在是{len(reason)}个字。"]
    if errors:
        raise Invalid(errors)
    suggestion, before = commitment.suggestion, commitment.promised_on
    data = {"unit": commitment.unit.short_name, "before": _day(before), "day": _day(day)}
    with transaction.atomic():
        records.move(
            commitment, "renew_commitment", actor=actor, at=at, reason=reason, data=data, suggestion=suggestion,
            holder=commitment.unit, fields={"promised_on": day, "missed_on": None},
        )  # fmt: skip
        run_to(commitment, day)
        words = f"{data['unit']}把承诺的日期从{data['before']}改到{data['day']}，原因：{reason}"
        _tell(suggestion, "commitment_renewed", "author.commitment_renewed", words, actor, at)
    return commitment


def release_proof(*, commitment: Commitment, text: str, actor: Actor, at: datetime) -> Commitment:
    """A publisher releases what the public may read of how a promise was kept (invariant 5; process.md 9.2)."""
    text = rules.clean_text(text)
    if commitment.status != State.KEPT:
        raise DomainError("做到了的承诺才有可以公开的说明。")
    if not text:
        raise Invalid({"text": ["请写可以公开的说明。"]})
    records.note(
        commitment, "release_proof", actor=actor, at=at, words="公开了做到的说明", suggestion=commitment.suggestion,
        fields={"public_proof": text},
    )  # fmt: skip
    transitions.note(
        commitment.suggestion, "release_proof", actor=actor, at=at, words="公开了承诺做到的说明"
    )
    return commitment


def sweep(*, now: datetime) -> int:
    """Promises whose day is over without word are missed, at 24:00 of that day; idempotent.

    The reminders at -15 and -3 working days are those of the clock K18 (suggestions/reminding.py).
    """
    today = local_date(now)
    late = Commitment.objects.filter(status=State.OPEN, promised_on__lt=today).select_related(
        "suggestion__jurisdiction", "unit"
    )
    done = 0
    for promise in late.order_by("promised_on", "pk")[:_BATCH]:
        done += _miss(promise)
    return done


def _miss(promise: Commitment) -> int:
    at = datetime.combine(promise.promised_on + timedelta(days=1), time(0), tzinfo=SHANGHAI)
    data = {"unit": promise.unit.short_name, "day": _day(promise.promised_on)}
    suggestion = promise.suggestion
    try:
        with transaction.atomic():
            records.move(
                promise, "miss_commitment", actor=Actor.system(), at=at, data=data, suggestion=suggestion,
                fields={"missed_on": promise.promised_on},
            )  # fmt: skip
            event = transitions.note(
                suggestion, "commitment_missed", actor=Actor.system(), at=at, visibility=Visibility.PUBLIC,
                words=f"承诺的{data['day']}过了，{data['unit']}没有登记做到", data={"commitment": promise.pk},
            )  # fmt: skip
            outbox.enqueue(
                outbox.STAFF_NOTICE,
                {"code": "staff.commitment_missed", "suggestion": suggestion.pk, "event": event.pk},
                key=f"staff.commitment_missed:{promise.pk}:{promise.promised_on}",
            )
    except DomainError:
        # Somebody kept or moved it at the same moment; the next sweep looks again.
        return 0
    return 1


def run_to(promise: Commitment | QaPromise, day: date) -> None:
    """K18 runs to the promised day itself, not to a number of days; the day first promised stays on the clock.

    For promises of answers and for those of a public questioning alike.
    """
    held = clocks.of_record(promise).filter(kind="K18", stopped_at=None).first()
    if held is not None:
        clocks.fix(held, day)
        Clock.objects.filter(pk=held.pk).update(first_due_on=promise.first_promised_on)
    type(promise)._default_manager.filter(pk=promise.pk).update(due_on=day)
    promise.due_on = day


def _tell(
    suggestion: Suggestion, name: str, code: str, words: str, actor: Actor, at: datetime
) -> None:
    event = transitions.note(
        suggestion, name, actor=actor, at=at, words=words, visibility=Visibility.AUTHOR
    )
    outbox.enqueue(
        outbox.AUTHOR_NOTICE,
        {"code": code, "suggestion": suggestion.pk, "event": event.pk},
        key=f"{code}:{suggestion.pk}:{event.seq}",
    )


def _own(commitment: Commitment, actor: Actor) -> None:
    if actor.unit is None or actor.unit.pk != commitment.unit_id:
        raise NotAllowed("这条承诺不是您单位作的。")


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
