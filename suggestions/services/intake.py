"""Intake: an item comes in, gets its number and its receipt, and is registered (process.md 3, T1, T2; XF 22)."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from suggestions import numbers, outbox, rules, secrecy
from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.codes import ONLINE_CHANNELS, Mode, NameDisplay
from suggestions.crypto import keyed_hash
from suggestions.errors import DomainError, IdempotencyConflict, Invalid
from suggestions.models import (
    Arrival,
    Attachment,
    Author,
    CampaignAnswer,
    CaseNumber,
    Clock,
    Consent,
    Jurisdiction,
    Suggestion,
    SupplementRequest,
)
from suggestions.services import (
    arrivals,
    emergency,
    hinting,
    inviting,
    joint,
    minors,
    secrecy_alarm,
    transitions,
)
from suggestions.services.submission import POLICY_VERSION, Receipt, Submission, validate

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

__all__ = [
    "POLICY_VERSION", "Receipt", "Submission", "next_case_no", "submit", "supplement", "validate", "withdraw",
]  # fmt: skip


def submit(
    *,
    submission: Submission,
    jurisdiction: Jurisdiction,
    idempotency_key: str,
    actor: Actor,
    at: datetime,
    limits: rules.Limits = rules.RESIDENT,
    entered_by: "AbstractUser | None" = None,
) -> Receipt:
    """Take an item in, register it and give its receipt; the same key gives the same receipt.

    Online items are registered in the same transaction: registration is a duty, not a decision (XF 22, 44(1)).
    Raises Invalid (by field) and IdempotencyConflict (the key was used for other words).
    """
    submission = submission.cleaned()
    earlier = _earlier(idempotency_key, submission)
    if earlier:
        return earlier
    errors = validate(submission, limits, at=at)
    if errors:
        if any(secrecy.refusal() in messages for messages in errors.values()):
            secrecy_alarm.tell(jurisdiction=jurisdiction, at=at)
        raise Invalid(errors)
    token = numbers.receipt_token_for(idempotency_key)
    try:
        with transaction.atomic(), outbox.together():
            suggestion, begun = _create(
                submission, jurisdiction, idempotency_key, token, actor, at, entered_by
            )
    except IntegrityError:
        # A double click: the other request was first, and its receipt is ours too.
        earlier = _earlier(idempotency_key, submission)
        if earlier is None:
            raise
        return earlier
    return Receipt(suggestion, token, numbers.query_code_for(token), created=True, clocks=begun)


def _earlier(key: str, submission: Submission) -> Receipt | None:
    known = Suggestion.objects.filter(idempotency_key=key)
    # Nearly every key is new, and asking for a whole case is a tenth of taking one in.
    if not known.exists():
        return None
    held = known.get()
    if held.idempotency_digest != submission.digest():
        raise IdempotencyConflict
    token = next(
        (
            t
            for t in numbers.possible_receipt_tokens(key)
            if keyed_hash_in(held.receipt_hash, "receipt", t)
        ),
        None,
    )
    code = numbers.query_code_on_receipt(token, held.query_code_hash) if token else None
    if token is None or code is None:
        raise DomainError(_("这份表单已经提交过，请用回执上的编号和查询码查进度。"))
    return Receipt(held, token, code, created=False)


def keyed_hash_in(digest: str, purpose: str, value: str) -> bool:
    """Whether a stored keyed hash is that of `value` under any current key."""
    from suggestions.crypto import matches_hash

    return matches_hash(purpose, value, digest)


def _create(
    submission: Submission,
    jurisdiction: Jurisdiction,
    key: str,
    token: str,
    actor: Actor,
    at: datetime,
    entered_by: "AbstractUser | None",
) -> tuple[Suggestion, list[Clock]]:
    received = submission.received_at or at
    campaign = submission.campaign
    suggestion = Suggestion.objects.create(
        # Until the last statement but one: every other submission waits for the number.
        case_no=f"~{keyed_hash('receipt', token)[:18]}",
        jurisdiction=jurisdiction,
        receipt_hash=keyed_hash("receipt", token),
        query_code_hash=keyed_hash("query-code", numbers.query_code_for(token)),
        idempotency_key=key,
        idempotency_digest=submission.digest(),
        external_no=submission.external_no,
        mode=_mode(submission),
        channel=submission.channel,
        campaign=campaign,
        addressed_to=submission.addressed_to,
        original_title=submission.title,
        original_problem=submission.problem,
        original_proposal=submission.proposal,
        original_place=submission.place,
        topic=submission.topic,
        district=submission.district,
        publish_consent=submission.publish_consent,
        name_display=submission.name_display,
        hide_identity_from_unit=submission.hide_identity_from_unit,
        received_at=received,
        entered_by=entered_by,  # type: ignore[misc]
        urgency=emergency.urgency_for(jurisdiction, campaign, at),
    )
    Author.objects.create(
        suggestion=suggestion, kind=submission.kind, name=submission.name, phone=submission.phone,
        phone_hash=keyed_hash("phone", submission.phone) if submission.phone else "",
        email=submission.email, address=submission.address, contact_channel=_channel_for(submission),
        age_band=submission.age_band,
    )  # fmt: skip
    _keep_more(suggestion, submission, at)
    kinds = [Consent.Kind.NOTICE] if submission.policy_version else []
    if submission.publish_consent:
        kinds.append(Consent.Kind.PUBLISH)
        if submission.name_display != NameDisplay.ANONYMOUS:
            kinds.append(Consent.Kind.NAME)
    Consent.objects.bulk_create(
        Consent(
            suggestion=suggestion,
            kind=k,
            policy_version=submission.policy_version or "import",
            given_at=received,
        )
        for k in kinds
    )
    if submission.tags:
        suggestion.tags.set(submission.tags)
    for attachment in submission.attachments:
        Attachment.objects.filter(pk=attachment.pk).update(suggestion=suggestion)
    registrar = (
        Actor.system() if submission.channel in ONLINE_CHANNELS or actor.user is None else actor
    )
    registered_at = (
        at
        if submission.received_at is None or submission.channel not in ONLINE_CHANNELS
        else received
    )
    facts = {
        "channel": str(submission.channel), "policy_version": submission.policy_version, "digest": suggestion.idempotency_digest,
    }  # fmt: skip
    hinting.ask_for(suggestion)
    begun = transitions.enter(
        suggestion,
        [
            transitions.Step("submit", actor, received, facts),
            transitions.Step("register", registrar, registered_at, {}),
        ],
        last=lambda: {
            "registered_at": registered_at,
            "case_no": next_case_no(received.astimezone(SHANGHAI).year),
        },
    )
    if submission.joint:
        joint.add(suggestion=suggestion, others=submission.joint, actor=actor, at=registered_at)
    arrivals.after_registration(suggestion, at=registered_at)
    if submission.invitation is not None:
        inviting.submitted(invitation=submission.invitation, suggestion=suggestion, at=at)
    return suggestion, begun


def _keep_more(suggestion: Suggestion, submission: Submission, at: datetime) -> None:
    """What only some items have: the way in of an offline one, the guardian of a child."""
    if submission.arrival or submission.read_back:
        Arrival.objects.create(
            suggestion=suggestion, read_back=submission.read_back, **submission.arrival
        )
    CampaignAnswer.objects.bulk_create(
        CampaignAnswer(
            suggestion=suggestion, position=n, label=a.label[:80], kind=a.kind, value=a.value
        )
        for n, a in enumerate(submission.answers)
    )
    if submission.guardian is not None and submission.age_band:
        minors.keep(suggestion=suggestion, facts=submission.guardian, at=at)


def _mode(submission: Submission) -> str:
    """How it was sought (process.md 3.1): an invitation counts before the campaign it belongs to."""
    if submission.invitation is not None:
        return Mode.INVITED
    return str(submission.campaign.mode) if submission.campaign else Mode.STANDING


def _channel_for(submission: Submission) -> str:
    wanted = submission.contact_channel
    if wanted:
        return wanted
    Channels = Author.ContactChannel
    return (
        Channels.SMS if submission.phone else Channels.EMAIL if submission.email else Channels.NONE
    )


def next_case_no(year: int) -> str:
    """The next number of a year. The counter's row is locked only until this short transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO suggestions_casenumber (year, last) VALUES (%s, 1) "
                "ON CONFLICT (year) DO UPDATE SET last = suggestions_casenumber.last + 1 RETURNING last",
                [year],
            )
            return numbers.format_case_no(year, cursor.fetchone()[0])
    CaseNumber.objects.get_or_create(year=year)
    CaseNumber.objects.filter(year=year).update(last=F("last") + 1)
    return numbers.format_case_no(
        year, CaseNumber.objects.values_list("last", flat=True).get(year=year)
    )


def supplement(
    *,
    suggestion: Suggestion,
    answer: str,
    actor: Actor,
    at: datetime,
    attachments: Sequence[Attachment] = (),
) -> Suggestion:
    """The author answers the request for more facts (T4); the clocks run on."""
    answer = rules.clean_text(answer)
    if not answer and not attachments:
        raise Invalid({"answer": [_("请写下要补充的内容，或者传上照片、文件。")]})
    if secrecy.is_marked(answer):
        secrecy_alarm.tell(jurisdiction=suggestion.jurisdiction, at=at)
        raise Invalid({"answer": [secrecy.refusal()]})
    if len(answer) > rules.PROBLEM_MAX:
        raise Invalid({"answer": [rules.too_long(_("补充内容"), answer, rules.PROBLEM_MAX)]})
    with transaction.atomic():
        transitions.apply(
            suggestion, "supplement", actor=actor, at=at, data={"files": len(attachments)}
        )
        SupplementRequest.objects.filter(suggestion=suggestion).update(
            answer=answer, answered_at=at
        )
        for attachment in attachments:
            Attachment.objects.filter(pk=attachment.pk).update(
                suggestion=suggestion, origin=Attachment.Origin.SUPPLEMENT
            )
    return suggestion


def withdraw(*, suggestion: Suggestion, reason: str, at: datetime) -> Suggestion:
    """The author takes the item back (T18); units stop, the page goes (process.md 9.4)."""
    from suggestions.services import withdrawing

    return withdrawing.withdraw(suggestion=suggestion, reason=reason, actor=Actor.author(), at=at)
