"""The true day of arrival, and one paper that holds several matters (process.md 3.2, 3.4; XF 21, 22, 23)."""

from datetime import date, datetime, time

from django.db import transaction
from django.db.models import Min, Q

from suggestions import rules, states
from suggestions.actor import Actor
from suggestions.clock import FORWARD, SHANGHAI, local_date
from suggestions.codes import ONLINE_CHANNELS, Channel
from suggestions.errors import DomainError, Invalid
from suggestions.models import Arrival, Author, CaseLink, Clock, Suggestion
from suggestions.services import clocks, transitions
from suggestions.states import Case, Visibility

FROM_ARRIVAL = ("K1", *FORWARD, "K3")
"""Clocks that count from the true day of arrival."""
REFERRED = frozenset({Channel.REFERRAL_HIGHER, Channel.REFERRAL_DEPARTMENT})
"""Sent on by another organ, which may have named a day for its report (process.md 3.2; S4)."""


def after_registration(suggestion: Suggestion, *, at: datetime) -> None:
    """An anonymous offline item is handled like any other, but nobody can be told: the duty to inform falls away
    (K3; XF 23; BX 44(4)). The item is followed by number and code alone. A day that the sending organ named is a clock.
    """
    if suggestion.channel in REFERRED:
        keep_report_date(suggestion, at=at)
    author: Author = suggestion.author
    if suggestion.channel in ONLINE_CHANNELS or author.phone or author.email or author.address:
        return
    Clock.objects.filter(suggestion=suggestion, kind="K3", stopped_at=None).update(
        stopped_at=at, stop_reason="no_address"
    )


def keep_report_date(suggestion: Suggestion, *, at: datetime) -> None:
    """Let KH of an open case run to the earliest day named by an organ that sent on this item or one merged into it: the
    office owes it the answer by then. No such day, no clock; nor for a case that was answered before and is handled again. In the
    caller's transaction.

    Source: process.md 3.2, 11 (S4: matters handed over by inspection groups have a due date of their own).
    """
    if suggestion.answered_at is not None:
        return
    own, merged = Q(suggestion=suggestion), Q(suggestion__primary=suggestion)
    merged &= Q(suggestion__status=Case.MERGED)
    named = Arrival.objects.filter(own | merged).aggregate(day=Min("referral_due_on"))["day"]
    held = Clock.objects.filter(suggestion=suggestion, kind="KH", stopped_at=None).first()
    if named is None:
        clocks.stop_kind(suggestion, "KH", at=at, reason="no_report_date")
    elif held is None:
        clocks.start(suggestion, "KH", at=at, fixed_on=named)
    elif held.due_on != named:
        clocks.fix(held, named)


def change_received(
    *, suggestion: Suggestion, day: date, reason: str, actor: Actor, at: datetime
) -> Suggestion:
    """Correct the day an offline item arrived; the clocks that count from it count anew, and the change is logged.

    Not later than the entry; after triage only with a reason (process.md 3.2). Raises Invalid (received_on, reason),
    DomainError (an online item, or one that has ended).
    """
    if suggestion.channel in ONLINE_CHANNELS:
        raise DomainError("网上提交的，收到时间由系统记下，不能改。")
    if suggestion.status not in states.OPEN:
        raise DomainError("这件已经办结或者不再办理，收到日期不能再改。")
    entered = local_date(suggestion.registered_at or suggestion.created_at)
    if day > entered:
        raise Invalid({"received_on": [f"收到日期不能晚于登记那天（{entered:%Y-%m-%d}）。"]})
    if day.year < 2000:
        raise Invalid({"received_on": ["收到日期太早了，请核对年份。"]})
    reason = rules.clean_text(reason, multiline=False)
    if suggestion.status != Case.REGISTERED and not reason:
        raise Invalid({"reason": ["已经分办的件，改收到日期要写明理由。"]})
    before = local_date(suggestion.received_at)
    if day == before:
        raise Invalid({"received_on": ["这就是现在记的日期，没有改动。"]})
    moment = datetime.combine(day, time(12), SHANGHAI)
    with transaction.atomic():
        running = list(
            Clock.objects.filter(suggestion=suggestion, stopped_at=None).select_related("rule")
        )
        for held in running:
            if held.kind in FROM_ARRIVAL:
                held.started_at = moment
                clocks.count(held)
                held.save(update_fields=["started_at", *clocks.COUNTED])
        transitions.note(
            suggestion, "arrival_changed", actor=actor, at=at, reason=reason or "登记时记错",
            words=f"收到日期由{before:%Y-%m-%d}改为{day:%Y-%m-%d}",
            data={"from": before.isoformat(), "to": day.isoformat()}, visibility=Visibility.AUTHOR,
            fields={"received_at": moment, **clocks.due_fields(running)},
        )  # fmt: skip
    return suggestion


def split(
    *, suggestion: Suggestion, title: str, problem: str, proposal: str = "", reason: str, key: str,
    actor: Actor, at: datetime,
) -> Suggestion:  # fmt: skip
    """Make a second item of another matter in the same paper: same author, channel and arrival, linked (process.md 3.4).

    The author hears of the new number as of any other. Raises Invalid (title, problem, reason), DomainError (not in
    triage any more).
    """
    from suggestions.services import intake

    if suggestion.status not in states.TRIAGE_QUEUE:
        raise DomainError("这件已经交办，不能再分拆。请让建议人另提一件，或者按主要的事办理。")
    reason = rules.clean_text(reason, multiline=False)
    if not reason:
        raise Invalid({"reason": ["请写明为什么要分拆。"]})
    author: Author = suggestion.author
    submission = intake.Submission(
        title=title, problem=problem, proposal=proposal, topic=None, district=suggestion.district,
        place=suggestion.original_place, campaign=None, addressed_to=suggestion.addressed_to, name=author.name,
        phone=author.phone, email=author.email, address=author.address, kind=author.kind,
        contact_channel=author.contact_channel, publish_consent=suggestion.publish_consent,
        name_display=suggestion.name_display, hide_identity_from_unit=suggestion.hide_identity_from_unit,
        channel=suggestion.channel, received_at=suggestion.received_at,
        policy_version=_policy_of(suggestion), age_band="",
    )  # fmt: skip
    with transaction.atomic():
        receipt = intake.submit(
            submission=submission, jurisdiction=suggestion.jurisdiction, idempotency_key=f"split:{suggestion.pk}:{key}",
            actor=Actor.system(), at=at, limits=rules.ON_RECORD, entered_by=actor.user,
        )  # fmt: skip
        part = receipt.suggestion
        if not receipt.created:
            return part
        Author.objects.filter(suggestion=part).update(age_band=author.age_band)
        CaseLink.objects.create(
            origin=suggestion, part=part, by_id=actor.user.pk if actor.user else None, at=at
        )
        for item, words in (
            (suggestion, f"信里说了几件事，另立{part.case_no}办理"),
            (part, f"从{suggestion.case_no}分出来单独办理"),
        ):
            transitions.note(
                item, "split", actor=actor, at=at, reason=reason, words=words,
                data={"origin": suggestion.case_no, "part": part.case_no}, visibility=Visibility.AUTHOR,
            )  # fmt: skip
    return part


def _policy_of(suggestion: Suggestion) -> str:
    """The notice the author was shown for the whole paper, or "" when none was."""
    held = suggestion.consents.filter(kind="notice").values_list("policy_version", flat=True)
    return held.first() or ""


def linked(suggestion: Suggestion) -> list[CaseLink]:
    """Items split off from this one, and the one it was split from. One query."""
    either = Q(origin=suggestion) | Q(part=suggestion)
    return list(CaseLink.objects.filter(either).select_related("origin", "part"))
