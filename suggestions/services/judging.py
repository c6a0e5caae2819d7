"""Award rounds from the sheets to the money: scores, shortlist, publicity, approval, name, payment (process.md 4.8)."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction

from suggestions import clock as counting
from suggestions import content, outbox, rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import (
    AwardObjection,
    AwardPayment,
    AwardRound,
    Consent,
    IdentityAccessLog,
    Juror,
    JuryScore,
    Nomination,
)
from suggestions.services import awarding, clocks, consent, records, transitions
from suggestions.states.award import AwardState, RoundState


def score(
    *, nomination: Nomination, novelty: int | None, feasibility: int | None, benefit: int | None, actor: Actor,
    at: datetime, comment: str = "",
) -> JuryScore:  # fmt: skip
    """Hand in a sheet, once and for good: 0 to 100 for each of three. Raises NotAllowed to who was not drawn."""
    marks = {"novelty": novelty, "feasibility": feasibility, "benefit": benefit}
    errors = {n: ["请打0到100分。"] for n, m in marks.items() if m is None or not 0 <= m <= 100}
    if errors:
        raise Invalid(errors)
    return _hand_in(nomination, actor, at, comment=rules.clean_text(comment)[:500], **marks)


def recuse(*, nomination: Nomination, reason: str, actor: Actor, at: datetime) -> JuryScore:
    """Declare a conflict of interest: this juror's sheet counts nowhere (JN 32, XF 28)."""
    reason = rules.clean_text(reason)
    if len(reason) < 2:
        raise Invalid({"conflict_reason": ["请写回避的缘由，例如“同事”“亲属”。"]})
    return _hand_in(nomination, actor, at, conflict=True, conflict_reason=reason[:200])


def _hand_in(nomination: Nomination, actor: Actor, at: datetime, **sheet: Any) -> JuryScore:
    if nomination.round.status != RoundState.SCORING or nomination.status != AwardState.SCREENED:
        raise WrongState("现在不能打分。")
    sitting = Juror.objects.filter(round=nomination.round)
    juror = sitting.filter(user_id=actor.user.pk).first() if actor.user else None
    if juror is None:
        raise NotAllowed("这次评选没有抽到您当评委。")
    try:
        with transaction.atomic():
            return JuryScore.objects.create(
                nomination=nomination, juror=juror, submitted_at=at, **sheet
            )
    except IntegrityError as error:
        raise DomainError("这一件您已经交过了。交了的分数不能再改。") from error


def points(sheets: list[JuryScore]) -> Decimal | None:
    """Mean of the sheets that count, each the mean of its three marks, to two places; None when all recused."""
    counted = [s for s in sheets if not s.conflict]
    if not counted:
        return None
    total = sum((s.novelty or 0) + (s.feasibility or 0) + (s.benefit or 0) for s in counted)
    mean = Decimal(total) / (3 * len(counted))
    return mean.quantize(Decimal("0.01"), ROUND_HALF_UP)


def close_scoring(*, round: AwardRound, actor: Actor, at: datetime) -> AwardRound:
    """Freeze the scores: every juror has handed in for every nomination, and at least half of them count."""
    held = list(
        round.nominations.filter(status=AwardState.SCREENED).prefetch_related("scores", "round")
    )
    jurors = round.jurors.count()
    missing = sum(jurors - len(n.scores.all()) for n in held)
    if missing:
        raise WrongState(f"还差{missing}份打分或回避，等评委都交了再结束。")
    few = [n.masked_title for n in held if 2 * sum(not s.conflict for s in n.scores.all()) < jurors]
    if few:
        raise WrongState(f"“{few[0]}”回避的评委超过一半，请初审退出或另行评审。")
    with transaction.atomic():
        records.move(round, "close_scoring", actor=actor, at=at)
        for nomination in held:
            mark = points(list(nomination.scores.all()))
            records.move(
                nomination, "freeze_score", actor=actor, at=at, fields={"points": mark}, data={"points": str(mark)}
            )  # fmt: skip
    return round


def shortlist(*, round: AwardRound, actor: Actor, at: datetime) -> list[Nomination]:
    """Give the places by points, best first; at equal points the suggestion that came in first stands first."""
    if round.status != RoundState.SHORTLISTING:
        raise WrongState("打分结束以后才能定入围名单。")
    held = list(round.nominations.filter(status=AwardState.SCORED).select_related("suggestion"))
    held.sort(key=lambda n: (-(n.points or 0), n.suggestion.received_at, n.pk))
    places = [level for level in round.levels.all() for _i in range(level.places)]
    with transaction.atomic():
        for nomination, level in zip(held, places, strict=False):
            data = {"level": level.name}
            records.move(
                nomination, "shortlist", actor=actor, at=at, fields={"level": level}, data=data
            )
        for nomination in held[len(places) :]:
            records.move(nomination, "not_shortlist", actor=actor, at=at)
    return held[: len(places)]


def start_publicity(
    *, round: AwardRound, actor: Actor, at: datetime, until: date | None = None
) -> AwardRound:
    """Show the shortlist for at least five working days (KP5). Names are not on it."""
    listed = list(
        round.nominations.filter(status=AwardState.SHORTLISTED).select_related("level", "suggestion")
    )  # fmt: skip
    if not listed:
        raise WrongState("还没有定入围名单。")
    first = local_date(at)
    shortest = counting.due(
        clocks.current_rule("KP5").as_rule(), first, clocks.workdays()
    ).on  # fmt: skip
    last = until or shortest
    if last < shortest:
        day = f"{shortest.month}月{shortest.day}日"
        raise Invalid({"until": [f"公示至少5个工作日，最早到{day}。"]})
    data = {"until": f"{last.month}月{last.day}日"}
    with transaction.atomic():
        fields = {"shown_from": first, "shown_until": last}
        records.move(round, "start_publicity", actor=actor, at=at, fields=fields, data=data)
        for n in listed:
            level = n.level.name if n.level else ""
            records.move(n, "publicise", actor=actor, at=at, data={**data, "level": level})
            awarding.tell_case(
                n, "award_shown", words=f"入围{level}，公示到{data['until']}", actor=actor, at=at
            )
    return round


def object_to(*, nomination: Nomination, text: str, actor: Actor, at: datetime) -> AwardObjection:
    """Take down an objection while the list is shown."""
    text = rules.clean_text(text)
    if len(text) < 10:
        raise Invalid({"text": ["请写明异议是什么，至少10个字。"]})
    round = nomination.round
    shown = round.shown_until is not None and local_date(at) <= round.shown_until
    if nomination.status != AwardState.PUBLICITY_PERIOD or not shown:
        raise WrongState("公示期已过，或者没有在公示。")
    assert actor.user is not None
    return AwardObjection.objects.create(
        nomination=nomination, text=text[:1000], received_at=at, entered_by_id=actor.user.pk
    )


def answer_objection(
    *, objection: AwardObjection, upheld: bool, answer: str, actor: Actor, at: datetime
) -> AwardObjection:
    """Answer an objection with what was found; one that holds takes the suggestion off the list."""
    answer = rules.clean_text(answer)
    if len(answer) < 10:
        raise Invalid({"answer": ["请写核实的情况，至少10个字。"]})
    assert actor.user is not None
    with transaction.atomic():
        changed = AwardObjection.objects.filter(pk=objection.pk, upheld=None).update(
            upheld=upheld, answer=answer[:1000], answered_by=actor.user.pk, answered_at=at
        )
        if not changed:
            raise WrongState("这条异议已经答复过。")
        if upheld:
            nomination = objection.nomination
            if nomination.status == AwardState.PUBLICITY_PERIOD:
                records.move(nomination, "uphold_award_objection", actor=actor, at=at, reason=answer)  # fmt: skip
                awarding.tell_case(
                    nomination, "award_objection", words="公示期异议成立，不再授奖", actor=actor, at=at
                )  # fmt: skip
                # Staff alone read the event, but the public list has lost a line.
                content.bump_after_commit()
    objection.refresh_from_db()
    return objection


def approve(*, round: AwardRound, actor: Actor, at: datetime) -> AwardRound:
    """The leader's decision: after the whole publicity period, with every objection answered."""
    if round.status != RoundState.PUBLICITY:
        raise WrongState("公示以后才能批准。")
    if round.shown_until is None or local_date(at) <= round.shown_until:
        raise WrongState("公示期还没有结束，不能批准。")
    if AwardObjection.objects.filter(nomination__round=round, upheld=None).exists():
        raise WrongState("还有异议没有答复，不能批准。")
    with transaction.atomic():
        records.move(round, "approve_round", actor=actor, at=at)
        winners = round.nominations.filter(status=AwardState.PUBLICITY_PERIOD)
        for n in winners.select_related("level", "suggestion__jurisdiction"):
            level = n.level.name if n.level else ""
            records.move(
                n, "approve_award", actor=actor, at=at, data={"level": level}, suggestion=n.suggestion
            )  # fmt: skip
            transitions.note(n.suggestion, "award_approved", actor=actor, at=at, words=f"{round.title}：{level}")  # fmt: skip
    return round


def notify(*, nomination: Nomination, actor: Actor, at: datetime) -> Nomination:
    """Tell the author of the prize, and that their name stays theirs until they agree."""
    with transaction.atomic():
        records.move(nomination, "notify_winner", actor=actor, at=at, suggestion=nomination.suggestion)  # fmt: skip
        event = transitions.note(
            nomination.suggestion, "award_notice", actor=actor, at=at, words="告诉建议人获奖"
        )
        outbox.enqueue(
            outbox.AUTHOR_NOTICE,
            {"code": "author.award", "suggestion": nomination.suggestion_id, "event": event.pk},
            key=f"author.award:{nomination.pk}",
        )
    return nomination


def agree_to_name(
    *, nomination: Nomination, name: str, actor: Actor, at: datetime
) -> Nomination:  # fmt: skip
    """The winner's consent of its own to have this name shown; an empty name takes it back (PIPL 15, 25)."""
    name = rules.clean_text(name, multiline=False)[:60]
    if nomination.status not in (AwardState.NOTIFIED, AwardState.PAID):
        raise WrongState("通知获奖人以后才问是否公开姓名。")
    suggestion, kind = nomination.suggestion, Consent.Kind.AWARD_NAME
    if name and suggestion.author.is_minor:
        raise DomainError("获奖人是未成年人，不公开姓名。")
    words = "获奖人同意公开姓名" if name else "获奖人不同意公开姓名"
    fields = {"public_name": name, "name_consent_at": at if name else None}
    with transaction.atomic():
        # The consent stands where the author finds it and takes it back: on /track/.
        if name:
            consent.give(suggestion=suggestion, kind=kind, actor=actor, at=at)
        elif kind in consent.live(suggestion):
            consent.withdraw(suggestion=suggestion, kind=kind, actor=actor, at=at)
            nomination.refresh_from_db()
        records.note(
            nomination, "award_name", actor=actor, at=at, words=words, fields=fields, suggestion=suggestion
        )  # fmt: skip
        content.bump_after_commit()
    return nomination


def collect_payment(
    *, nomination: Nomination, payee: str, identity_number: str, bank: str, account: str, actor: Actor, at: datetime
) -> AwardPayment:  # fmt: skip
    """Where the money goes: asked for after the approval and not a moment earlier (process.md 4.8)."""
    if nomination.status != AwardState.NOTIFIED:
        raise WrongState("批准并通知获奖人以后，才能收集收款信息。")
    given = {
        "payee": payee.strip(),
        "identity_number": "".join(identity_number.split()).upper(),
        "bank": bank.strip(),
        "account": "".join(account.split()),
    }
    errors: dict[str, list[str]] = {n: ["请填写。"] for n, v in given.items() if not v}
    if given["identity_number"] and not (6 <= len(given["identity_number"]) <= 20):
        errors["identity_number"] = ["证件号码不对，请核对。"]
    if given["account"] and not given["account"].isdecimal():
        errors["account"] = ["账号只有数字，请核对。"]
    if errors:
        raise Invalid(errors)
    assert actor.user is not None
    with transaction.atomic():
        payment, _new = AwardPayment.objects.update_or_create(
            nomination=nomination,
            defaults={**given, "collected_at": at, "collected_by_id": actor.user.pk},
        )
        records.note(nomination, "payment_collected", actor=actor, at=at, words="登记了收款信息")
    return payment


def read_payment(
    *, nomination: Nomination, reason: str, actor: Actor, at: datetime
) -> list[tuple[str, str]]:
    """(label, value) of the payment data, for a reason, logged like every look at an identity (process.md 2.2)."""
    reason = rules.clean_text(reason, multiline=False)
    if len(reason) < 4:
        raise Invalid({"reason": ["请写查看理由，至少4个字。"]})
    payment: AwardPayment | None = getattr(nomination, "payment", None)
    if payment is None:
        raise WrongState("还没有收款信息，或者已经到期删除。")
    assert actor.user is not None
    with transaction.atomic():
        IdentityAccessLog.objects.create(
            suggestion=nomination.suggestion, user_id=actor.user.pk, role=actor.role, reason=reason[:200],
            fields=["payee", "identity_number", "bank", "account"], at=at,
        )  # fmt: skip
        records.note(nomination, "payment_read", actor=actor, at=at, words="查看了收款信息", reason=reason)  # fmt: skip
    return [
        ("户名", payment.payee),
        ("身份证号", payment.identity_number),
        ("开户行", payment.bank),
        ("账号", payment.account),
    ]


def pay(*, nomination: Nomination, paid_on: date, actor: Actor, at: datetime) -> Nomination:
    """The money went out: from now the accounting term runs, after which the data are deleted."""
    if paid_on > local_date(at):
        raise Invalid({"paid_on": ["付款日期不能在今天以后。"]})
    if not AwardPayment.objects.filter(nomination=nomination).exists():
        raise WrongState("还没有登记收款信息。")
    years = int(settings.AWARD_PAYMENT_YEARS)
    # The accounting term counts from the end of the year of the payment.
    end = date(paid_on.year + years, 12, 31)
    with transaction.atomic():
        records.move(nomination, "pay_award", actor=actor, at=at)
        awarding.tell_case(nomination, "award_paid", words="奖金已发", actor=actor, at=at)
        AwardPayment.objects.filter(nomination=nomination).update(paid_on=paid_on, delete_on=end)
    return nomination


def forget_payments(*, now: datetime) -> int:
    """Sweep: payment data past their term are deleted; the event of it stays."""
    done = 0
    over = AwardPayment.objects.filter(delete_on__lt=local_date(now)).select_related("nomination")
    for payment in over[:500]:
        with transaction.atomic():
            records.note(
                payment.nomination, "payment_deleted", actor=Actor.system(), at=now, words="收款信息到期删除"
            )  # fmt: skip
            payment.delete()
        done += 1
    return done


def finish(*, round: AwardRound, actor: Actor, at: datetime) -> AwardRound:
    """Close the books of a round when every winner is paid."""
    open_ones = (AwardState.APPROVED, AwardState.NOTIFIED)
    if round.nominations.filter(status__in=open_ones).exists():
        raise WrongState("还有获奖人没有通知或没有发奖。")
    records.move(round, "finish_round", actor=actor, at=at)
    return round


def cancel(*, round: AwardRound, reason: str, actor: Actor, at: datetime) -> AwardRound:
    """Call a round off before the decision; every nomination ends with it."""
    with transaction.atomic():
        records.move(round, "cancel_round", actor=actor, at=at, reason=rules.clean_text(reason))
        for n in round.nominations.exclude(status=AwardState.NOT_SELECTED):
            records.move(n, "close_award", actor=Actor.system(), at=at)
    return round
