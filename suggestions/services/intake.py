"""Intake: an item comes in, gets its number and its receipt, and is registered (process.md 3, T1, T2; XF 22)."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.db.models import F

from suggestions import numbers, rules
from suggestions.actor import Actor
from suggestions.campaign_form import LINES_MAX, MOST_FIELDS, Answer
from suggestions.clock import SHANGHAI
from suggestions.codes import ONLINE_CHANNELS, Channel, Mode, NameDisplay
from suggestions.crypto import keyed_hash, normalise_phone
from suggestions.errors import DomainError, IdempotencyConflict, Invalid
from suggestions.models import (
    Arrival,
    Attachment,
    Author,
    CampaignAnswer,
    CaseNumber,
    Consent,
    District,
    Jurisdiction,
    Suggestion,
    SupplementRequest,
    Topic,
)
from suggestions.services import arrivals, emergency, hinting, inviting, joint, minors, transitions

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser

POLICY_VERSION = "2026-11"
"""Version of the processing notice that residents are shown; changes with its text."""


@dataclass(frozen=True, slots=True)
class Submission:
    """What somebody submits, from whichever channel. Texts are cleaned by `cleaned()`."""

    title: str
    problem: str
    proposal: str
    topic: Topic | None = None
    district: District | None = None
    place: str = ""
    campaign: Any = None
    addressed_to: str = ""
    name: str = ""
    phone: str = ""
    email: str = ""
    address: str = ""
    kind: str = Author.Kind.PERSON
    contact_channel: str = ""
    publish_consent: bool = False
    name_display: str = NameDisplay.ANONYMOUS
    hide_identity_from_unit: bool = False
    channel: str = Channel.WEB
    received_at: datetime | None = None
    external_no: str = ""
    policy_version: str = POLICY_VERSION
    """Version of the notice shown; "" when none was (an old message of another system)."""
    tags: tuple[str, ...] = ()
    attachments: Sequence[Attachment] = field(default=())
    invitation: Any = None
    """The models.Invitation it answers (services/inviting)."""
    arrival: Mapping[str, Any] = field(default_factory=dict)
    """How an offline item came in: fields of models.Arrival (suggestions/channels.py says which)."""
    read_back: bool = False
    age_band: str = ""
    guardian: minors.GuardianFacts | None = None
    joint: "Sequence[joint.Other]" = ()
    answers: Sequence[Answer] = ()
    """To the campaign's own questions (suggestions/campaign_form.py)."""

    def cleaned(self) -> "Submission":
        """The same with every text cleaned (rules.clean_text) and the phone as digits."""
        from dataclasses import replace

        line: dict[str, Any] = {
            n: rules.clean_text(getattr(self, n), multiline=False)
            for n in ("title", "place", "addressed_to", "name", "email", "address", "external_no")
        }
        if self.age_band:
            # Never named in public, whatever was chosen (process.md 9.5; MC 31).
            line["name_display"] = NameDisplay.ANONYMOUS
        return replace(
            self, problem=rules.clean_text(self.problem), proposal=rules.clean_text(self.proposal),
            phone=normalise_phone(self.phone) if self.phone.strip() else "", **line,
        )  # fmt: skip

    def digest(self) -> str:
        """SHA-256 of what was said, to tell a retry from a forged reuse of the key."""
        said = [
            self.title, self.problem, self.proposal, self.topic.code if self.topic else "",
            self.district.code if self.district else "", self.place, self.campaign.pk if self.campaign else None,
            self.addressed_to, self.name, self.phone, self.email, self.publish_consent, str(self.name_display),
            str(self.channel), [a.sha256 for a in self.attachments],
        ]  # fmt: skip
        if self.answers:
            # Appended only where there are some: what was sent before campaigns asked keeps its digest.
            said.append([[a.label, a.value] for a in self.answers])
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the author takes home. `token` and `query_code` are not stored; only their hashes are."""

    suggestion: Suggestion
    token: str
    query_code: str
    created: bool


def validate(
    submission: Submission, limits: rules.Limits = rules.RESIDENT, *, at: datetime
) -> dict[str, list[str]]:
    """Sentences by field for a cleaned submission; empty when all is well (SH 10; process.md 3.4)."""
    found = {
        "title": rules.check_title(submission.title, limits),
        "problem": rules.check_problem(submission.problem, limits),
        "proposal": rules.check_proposal(submission.proposal, limits),
        "phone": rules.check_phone(submission.phone),
        "email": rules.check_email(submission.email),
        "place": _over("地点", submission.place, rules.PLACE_MAX),
        "name": _over("称呼", submission.name, rules.NAME_MAX),
        "addressed_to": _over("写给谁", submission.addressed_to, 60),
    }
    if submission.channel in ONLINE_CHANNELS and not submission.phone and not submission.email:
        # Posting that becomes public content needs somebody behind it (CSL 2025 art 26): "real-name behind".
        found["phone"] = ["请留手机号或邮箱，至少一个：用来发编号、进展和答复，不会公开。"]
    if submission.name_display in (NameDisplay.SURNAME, NameDisplay.FULL) and not submission.name:
        found["name"] = ["您选了公开时署名，请填写姓名；不想署名就选“不显示名字”。"]
    if submission.campaign is not None and not submission.campaign.is_open_at(at):
        found["campaign"] = [
            "这个征集已经截止，或者还没有开始。您写的内容都在，可以改为平时建议提交。"
        ]
    elif (
        submission.campaign is not None
        and submission.campaign.mode == Mode.INVITED
        and submission.invitation is None
        and submission.channel in ONLINE_CHANNELS
    ):
        found["campaign"] = ["这个征集只请受邀的人提意见。您写的内容都在，可以改为平时建议提交。"]
    if submission.invitation is not None and (
        closed := inviting.closed_because(submission.invitation, at=at)
    ):
        found["campaign"] = [closed]
    if submission.received_at is not None and submission.received_at > at:
        found["received_at"] = ["收到日期不能晚于今天。"]
    if submission.answers:
        found["answers"] = _wrong_answers(submission)
    found |= minors.problems(submission.age_band, submission.guardian)
    if submission.joint:
        found["joint"] = joint.check(submission.joint, phone=submission.phone)
    return {name: messages for name, messages in found.items() if messages}


def _wrong_answers(submission: Submission) -> list[str]:
    """Answers belong to a campaign and fit their table."""
    if submission.campaign is None:
        return ["这件没有写给哪个征集，请去掉征集的问题的回答。"]
    wrong = [w for a in submission.answers for w in _over(a.label[:80], a.value, LINES_MAX)]
    return wrong if len(submission.answers) <= MOST_FIELDS else ["征集的问题的回答太多了。"]


def _over(what: str, text: str, limit: int) -> list[str]:
    return [f"{what}最多{limit}个字，现在是{len(text)}个字。"] if len(text) > limit else []


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
        raise Invalid(errors)
    token = numbers.receipt_token_for(idempotency_key)
    try:
        with transaction.atomic():
            suggestion = _create(
                submission, jurisdiction, idempotency_key, token, actor, at, entered_by
            )
    except IntegrityError:
        # A double click: the other request was first, and its receipt is ours too.
        earlier = _earlier(idempotency_key, submission)
        if earlier is None:
            raise
        return earlier
    return Receipt(suggestion, token, numbers.query_code_for(token), created=True)


def _earlier(key: str, submission: Submission) -> Receipt | None:
    held = Suggestion.objects.filter(idempotency_key=key).first()
    if held is None:
        return None
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
        raise DomainError("这份表单已经提交过，请用回执上的编号和查询码查进度。")
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
) -> Suggestion:
    received = submission.received_at or at
    campaign = submission.campaign
    suggestion = Suggestion.objects.create(
        case_no=next_case_no(received.astimezone(SHANGHAI).year),
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
    transitions.apply(
        suggestion, "submit", actor=actor, at=received,
        data={"channel": str(submission.channel), "policy_version": submission.policy_version, "digest": suggestion.idempotency_digest},
    )  # fmt: skip
    registrar = (
        Actor.system() if submission.channel in ONLINE_CHANNELS or actor.user is None else actor
    )
    registered_at = (
        at
        if submission.received_at is None or submission.channel not in ONLINE_CHANNELS
        else received
    )
    transitions.apply(
        suggestion,
        "register",
        actor=registrar,
        at=registered_at,
        fields={"registered_at": registered_at},
    )
    if submission.joint:
        joint.add(suggestion=suggestion, others=submission.joint, actor=actor, at=registered_at)
    arrivals.after_registration(suggestion, at=registered_at)
    if submission.invitation is not None:
        inviting.submitted(invitation=submission.invitation, suggestion=suggestion, at=at)
    hinting.ask_for(suggestion)
    return suggestion


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
        raise Invalid({"answer": ["请写下要补充的内容，或者传上照片、文件。"]})
    if len(answer) > rules.PROBLEM_MAX:
        raise Invalid(
            {"answer": [f"补充内容最多{rules.PROBLEM_MAX}个字，现在是{len(answer)}个字。"]}
        )
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
