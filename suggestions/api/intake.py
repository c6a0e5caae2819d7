"""POST /suggestions: the body as the intake service wants it, and its receipt as the caller wants it."""

import hashlib
import re
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import jurisdictions
from suggestions.actor import Actor
from suggestions.api.problems import Problem, limited
from suggestions.api.said import SubmissionIn
from suggestions.api.shapes import ReceiptOut, local
from suggestions.campaign_form import MOST_FIELDS, Answer, FieldKind, read_all
from suggestions.codes import Channel, NameDisplay
from suggestions.crypto import normalise_phone
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Author, Clock, District, Jurisdiction, Topic
from suggestions.public import submit_steps
from suggestions.services import clocks, intake
from suggestions.services.intake import Receipt, Submission
from suggestions.states import Case

KEY_HEADER = "Idempotency-Key"
REPLAYED_HEADER = "Idempotent-Replayed"
_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(request: HttpRequest) -> str:
    """The caller's key in our own name space. Both spellings of the draft standard (bare, quoted) are one key."""
    sent = request.headers.get(KEY_HEADER, "").strip()
    if len(sent) > 2 and sent.startswith('"') and sent.endswith('"'):
        sent = sent[1:-1]
    if not sent:
        raise Problem("idempotency_key_missing")
    if not _KEY.fullmatch(sent):
        raise Problem("idempotency_key_unusable")
    # Hashed, so that no caller can name the key of somebody's web form, and none is too long to keep.
    return "api:" + hashlib.sha256(sent.encode()).hexdigest()


def take(request: HttpRequest, body: SubmissionIn) -> tuple[Receipt, bool]:
    """Hand the suggestion in. Returns the receipt and whether it was made just now."""
    key = idempotency_key(request)
    verdict = ratelimit.hit("submit", client_ip(request))
    if not verdict.allowed:
        raise limited(verdict.retry_after_seconds)
    jurisdiction = jurisdictions.current(request)
    if jurisdiction is None:
        raise DomainError(_("本站还没有设好征集办公室，暂时不能提交。请拨打当地12345热线。"))
    receipt = intake.submit(
        submission=submission_of(body, jurisdiction), jurisdiction=jurisdiction,
        idempotency_key=key, actor=Actor.author(), at=timezone.now(),
    )  # fmt: skip
    return receipt, receipt.created


def submission_of(body: SubmissionIn, jurisdiction: Jurisdiction) -> Submission:
    """The body with its codes looked up. Raises Invalid for codes that name nothing."""
    errors: dict[str, list[str]] = {}
    topic, district, campaign = None, None, None
    if body.topic:
        topic = Topic.objects.filter(code=_code(body.topic), is_active=True).first()
        if topic is None:
            errors["topic"] = [_("没有这个主题代码，请从/api/v1/topics里选，或者不填。")]
    if body.district:
        known = District.objects.filter(is_active=True, jurisdiction=jurisdiction)
        district = known.filter(code=_code(body.district)).first()
        if district is None:
            errors["district"] = [_("没有这个区划代码，请从/api/v1/districts里选，或者不填。")]
    if body.campaign is not None:
        campaign = submit_steps.campaign_of(body.campaign)
        if campaign is None:
            errors["campaign"] = [_("没有这个征集活动，请从/api/v1/campaigns里选，或者不填。")]
    if (body.contact.phone or "").strip() and not normalise_phone(body.contact.phone or ""):
        errors["phone"] = [_("手机号里有不是数字的字符，请只填11位数字。")]
    answers, wrong = _answers(body, campaign)
    if wrong:
        errors["campaign_answers"] = wrong
    if errors:
        raise Invalid(errors)
    return _submission(body, topic, district, campaign, answers)


def _answers(body: SubmissionIn, campaign: Any) -> tuple[tuple[Answer, ...], list[str]]:
    """The answers to the campaign's own questions, and the sentences of what is wrong with them. Which campaign takes
    submissions at all, and that answers need one, the service says.
    """
    specs = campaign.form_specs() if campaign is not None else ()
    said: dict[str, list[str]] = {}
    for each in body.campaign_answers[: MOST_FIELDS + 1]:
        given = each.answer if isinstance(each.answer, list) else [each.answer]
        said.setdefault(each.question.strip(), []).extend(given[:60])
    known = {spec.label: spec for spec in specs}
    unknown = [q for q in said if q not in known]
    found, errors = read_all(specs, said)
    wrong = [*errors.values()]
    if unknown:
        wrong += [
            _("征集没有问“%(question)s”，请照 GET /api/v1/campaigns 里questions的原文写。")
            % {"question": q[:80]}
            for q in unknown
        ]
    several = [
        q for q, given in said.items()
        if q in known and known[q].kind != FieldKind.CHOICES and len(given) > 1
    ]  # fmt: skip
    wrong += [_("“%(question)s”只能有一个回答。") % {"question": q} for q in several]
    return found, wrong


def _submission(
    body: SubmissionIn,
    topic: Topic | None,
    district: District | None,
    campaign: Any,
    answers: tuple[Answer, ...],
) -> Submission:
    # A name is shown only with the consent to publish; without it there is nothing to show it on.
    shown = body.name_display if body.publish_consent else NameDisplay.ANONYMOUS
    organisation = body.name_display == NameDisplay.ORGANISATION
    return Submission(
        title=body.title, problem=body.problem, proposal=body.proposal,
        topic=topic, district=district, place=body.place or "", campaign=campaign, answers=answers,
        addressed_to=body.addressed_to or "", name=body.contact.name or "",
        phone=body.contact.phone or "", email=body.contact.email or "",
        kind=Author.Kind.ORGANISATION if organisation else Author.Kind.PERSON,
        publish_consent=body.publish_consent, name_display=shown, channel=Channel.API,
    )  # fmt: skip


def _code(text: str) -> str:
    """What can be a code; anything else becomes one that names nothing."""
    return text if re.fullmatch(r"[A-Za-z0-9_-]{1,40}", text) else "?"


def receipt_out(receipt: Receipt) -> ReceiptOut:
    """The receipt as it was given first: a replay answers the same, whatever happened to the item since."""
    item = receipt.suggestion
    due, explanation = _first_due(receipt)
    return ReceiptOut(
        case_no=item.case_no,
        query_code=receipt.query_code,
        status=Case.REGISTERED.value,
        status_label=str(Case.REGISTERED.label),
        due=due,
        due_explanation=explanation,
        received_at=local(item.received_at),
        track_url=f"{settings.BASE_URL}{reverse('suggestions:track')}?no={item.case_no}",
        receipt_url=f"{settings.BASE_URL}{reverse('suggestions:receipt', args=[receipt.token])}",
    )


def _first_due(receipt: Receipt) -> tuple[Any, list[str]]:
    """The first promise (K2, XF 22) as it was made, before any pause."""
    first = next((one for one in receipt.clocks if one.kind == "K2"), None)
    if first is None:
        held = Clock.objects.filter(suggestion=receipt.suggestion, kind="K2")
        first = held.select_related("rule").order_by("pk").first()
    if first is None:
        return None, []
    first.pauses, first.paused_on = [], None
    return first.first_due_on, clocks.explain_in_words(first)


def answer_headers(response: HttpResponse, receipt: Receipt, created: bool) -> None:
    """Where the item is tracked, and whether this is an answer given before."""
    response["Location"] = f"{settings.BASE_URL}/api/v1/track/{receipt.suggestion.case_no}"
    if not created:
        response[REPLAYED_HEADER] = "true"
