"""The last step: what the unit will read word for word beside what the public would see, and the sending."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from suggestions.actor import Actor
from suggestions.codes import Channel, NameDisplay
from suggestions.crypto import normalise_phone
from suggestions.insight import redaction
from suggestions.models import Author, District, Jurisdiction, Topic
from suggestions.public import drafts, submit_invite, submit_steps
from suggestions.public.drafts import Draft
from suggestions.public.forms import ContactForm
from suggestions.public.forms_campaign import AskedForm
from suggestions.services import intake
from suggestions.services.intake import Receipt, Submission


@dataclass(frozen=True, slots=True)
class Mask:
    """One covered place: what kind of thing, and the words that stand there."""

    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class Preview:
    """The public texts as the rules would cover them, with mask tokens; a publisher looks again before release."""

    title: str
    problem: str
    proposal: str
    place: str
    name: str
    masks: tuple[Mask, ...]


def submission_of(draft: Draft, *, channel: str, standing: bool = False) -> Submission:
    """The draft as the intake service wants it. `standing` leaves a campaign that has closed behind."""
    said = {n: submit_steps.bound(draft, n) for n in submit_steps.NAMES[:-1]}
    values: dict[str, Any] = {}
    for form in said.values():
        form.is_valid()
        values |= form.cleaned_data
    asked = said[submit_steps.ASKED]
    assert isinstance(asked, AskedForm)
    topic, district = values.get("topic", ""), values.get("district", "")
    public = values.get("publish") == "yes"
    shown = (
        (values.get("name_display") or NameDisplay.ANONYMOUS) if public else NameDisplay.ANONYMOUS
    )
    wanted = values.get("contact_channel") or "auto"
    contact = said["contact"]
    assert isinstance(contact, ContactForm)
    band, guardian = contact.minor(values)
    organisation = shown == NameDisplay.ORGANISATION
    return Submission(
        title=values.get("title", ""), problem=values.get("problem", ""), proposal=values.get("proposal", ""),
        topic=Topic.objects.filter(code=topic).first() if topic else None,
        district=District.objects.filter(code=district).first() if district else None,
        place=values.get("place", ""),
        campaign=None if standing else submit_invite.campaign(draft.answers),
        name=values.get("name", ""), phone=values.get("phone", ""), email=values.get("email", ""),
        kind=Author.Kind.ORGANISATION if organisation else Author.Kind.PERSON,
        contact_channel="" if wanted == "auto" else wanted,
        publish_consent=public, name_display=shown,
        hide_identity_from_unit=values.get("hide_identity") == "yes",
        channel=channel, attachments=tuple(draft.files()), joint=tuple(values.get("others", ())),
        age_band=band, guardian=guardian, answers=() if standing else asked.answers(),
        invitation=None if standing else submit_invite.of_draft(draft.answers),
    )  # fmt: skip


def channel_of(request: HttpRequest) -> str:
    """Whether a telephone or a computer was used, by what the browser says of itself; statistics only."""
    mobile = request.headers.get("Sec-CH-UA-Mobile") == "?1"
    return (
        Channel.MOBILE if mobile or "Mobi" in request.headers.get("User-Agent", "") else Channel.WEB
    )


def preview(submission: Submission, jurisdiction: Jurisdiction) -> Preview:
    """Cover what the rules find, likely names and the author's own data included."""
    offices = (jurisdiction.phone, jurisdiction.hotline, jurisdiction.address)
    own = [
        (words, kind)
        for words, kind in (
            (submission.name, redaction.NAME),
            (normalise_phone(submission.phone), redaction.MOBILE),
            (submission.email, redaction.EMAIL),
        )
        if len(words) > 1
    ]
    masks: dict[Mask, None] = {}

    def cover(text: str) -> str:
        spans = redaction.find_spans(text, allow=offices)
        for span in spans:
            masks[Mask(span.kind, text[span.start : span.end])] = None
        covered = redaction.mask(text, spans)
        for words, kind in own:
            if words in covered:
                masks[Mask(kind, words)] = None
        return redaction.mask_known(covered, own)

    title, problem = cover(submission.title), cover(submission.problem)
    proposal, place = cover(submission.proposal), cover(submission.place)
    return Preview(title, problem, proposal, place, _shown_name(submission), tuple(masks))


def _shown_name(submission: Submission) -> str:
    match submission.name_display:
        case NameDisplay.SURNAME if submission.name:
            return f"{submission.name[0]}某"
        case NameDisplay.FULL | NameDisplay.ORGANISATION:
            return submission.name
    return ""


def hidden_phone(phone: str) -> str:
    """199****1234: enough to recognise one's own number on a screen others may see."""
    digits = normalise_phone(phone)
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 7 else ""


def send(draft: Draft, submission: Submission, *, at: datetime) -> Receipt:
    """Hand the draft in and empty it. Raises what intake.submit raises; the draft is then as it was."""
    receipt = intake.submit(
        submission=submission, jurisdiction=draft.row.jurisdiction, idempotency_key=draft.key,
        actor=Actor.author(), at=at,
    )  # fmt: skip
    drafts.close(draft, receipt.suggestion)
    return receipt
