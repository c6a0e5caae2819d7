"""The outbox's notice rows become SMS, e-mail and in-site lines. Each may come twice and is sent once."""

from collections.abc import Iterable
from typing import Any

import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.mail import send_mail
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from portal.notices import emergency as emergency_notices
from portal.notices import pipeline, reminders, sms, staff, steering, texts
from portal.notices import voices as voice_notices
from portal.notices.models import Delivery
from suggestions import outbox
from suggestions.models import Assignment, Author, CaseEvent, Clock, StaffRole, Suggestion
from suggestions.roles import Role
from suggestions.services import delivering, voices
from suggestions.states import ACTIVE_ASSIGNMENT, Case

log = structlog.get_logger(__name__)
_Channel = Author.ContactChannel
_VOICES = {
    "author.answered": "answered", "author.redirected": "redirected", "author.refused": "refused",
}  # fmt: skip
"""What co-signers and joint authors hear of too (process.md 4.5: replies reach every author)."""
_UNIT_CODES = frozenset(
    {
        "staff.dispatched",
        "staff.sent_back",
        "staff.rectify",
        "staff.withdrawn",
        "staff.due",
        "staff.reopened",
        "staff.commitment_missed",
        "staff.progress_missed",
    }
)
_MERGED_TOO = frozenset(
    {
        "author.answered",
        "author.rectifying",
        "author.reopened",
        "author.commitment_kept",
        "author.commitment_renewed",
    }
)
"""What authors of merged items hear as well: it is their answer too (process.md 4.5)."""
_PERSONS = frozenset({"staff.mentioned", "staff.taken_over", "staff.given"})
"""Told to the persons the payload names, whom the service checked."""
_OFFICE_ROLES: dict[str, tuple[str, ...]] = {
    "staff.supplemented": (Role.TRIAGE_OFFICER,),
    "staff.reply_submitted": (Role.TRIAGE_OFFICER,),
    "staff.to_publish": (Role.PUBLISHER,),
    "staff.rectify": (Role.SUPERVISOR,),
    "staff.reopened": (Role.TRIAGE_OFFICER,),
    "staff.still_dissatisfied": (Role.SUPERVISOR,),
    "staff.commitment_missed": (Role.SUPERVISOR,),
}


def register_handlers() -> None:
    """Let the outbox reach us (called once at start)."""
    outbox.register(outbox.AUTHOR_NOTICE, author_notice)
    outbox.register(outbox.STAFF_NOTICE, staff_notice)
    voice_notices.register_handlers()
    emergency_notices.register_handlers()
    outbox.register("clock_reminder", reminders.clock_reminder)
    outbox.register("calendar_alarm", reminders.calendar_alarm)


def author_notice(payload: dict[str, Any]) -> None:
    """Tell the author, and with an answer also every author whose item was merged under this one (process.md 4.5)."""
    related = ("jurisdiction", "author", "lead_unit", "redirect_target")
    suggestion = (
        Suggestion.objects.select_related(*related).filter(pk=payload["suggestion"]).first()
    )
    event = CaseEvent.objects.filter(pk=payload["event"]).first()
    if suggestion is None or event is None:
        return
    code = payload["code"]
    _tell(suggestion, code, event)
    if code in _VOICES:
        voices.tell_all(suggestion, _VOICES[code], event=event.pk)
    if code in _MERGED_TOO and event.suggestion_id == suggestion.pk:
        for merged in suggestion.merged_items.filter(status=Case.MERGED).select_related(*related):
            merged.lead_unit = suggestion.lead_unit
            _tell(merged, code, event)
            if code in _VOICES:
                voices.tell_all(merged, _VOICES[code], event=event.pk)


def _tell(suggestion: Suggestion, code: str, event: CaseEvent) -> None:
    message = texts.for_author(code, suggestion, event)
    author = getattr(suggestion, "author", None)
    if message is None or author is None or author.contact_channel == _Channel.NONE:
        return
    by_mail = bool(author.email) and (author.contact_channel == _Channel.EMAIL or not author.phone)
    medium = "email" if by_mail else "sms"
    if not (author.email if by_mail else author.phone):
        return
    key = f"{code}:{suggestion.pk}:{event.pk}:{medium}"
    try:
        # The row first, the message inside its transaction: a failed send takes the row back and is tried again.
        with transaction.atomic():
            Delivery.objects.create(
                dedupe_key=key, suggestion=suggestion, code=code, medium=medium, at=timezone.now()
            )
            if by_mail:
                send_mail(
                    message.subject, message.body, settings.DEFAULT_FROM_EMAIL, [author.email]
                )
            else:
                sms.send(author.phone, message.sms, reference=key)
            if code == "author.answered":
                delivering.sent(
                    suggestion=suggestion, event=event, medium=medium, at=timezone.now()
                )
    except IntegrityError:
        log.info("notice_already_sent", code=code, suggestion=suggestion.pk)


def staff_notice(payload: dict[str, Any]) -> None:
    """An in-site line for each member of staff concerned, and an e-mail for those who want one."""
    if payload["code"] in steering.CODES:
        steering.notify(payload)
        return
    if payload["code"] == "staff.record_taken_over":
        _tell_of_record(payload)
        return
    suggestion = (
        Suggestion.objects.select_related("jurisdiction").filter(pk=payload["suggestion"]).first()
    )
    if suggestion is None:
        return
    code = payload["code"]
    words = texts.STAFF_WORDS[code].format(number=suggestion.case_no)
    url = reverse("desk:item", args=[suggestion.case_no])
    source = payload.get("event") or (
        f"{payload['machine']}{payload['record']}"
        if "record" in payload
        else f"clock{payload.get('clock')}:{timezone.localdate()}"
    )
    for user in _recipients(code, suggestion, payload):
        staff.tell(user, code, words, url, key=f"{code}:{suggestion.pk}:{source}:{user.pk}")


def _tell_of_record(payload: dict[str, Any]) -> None:
    """Who lost the form of a record that belongs to no case is told as for cases, with the record's kind and its page."""
    code = payload["code"]
    words = texts.RECORD_TAKEN_OVER.format(noun=payload["noun"])
    for user in get_user_model().objects.filter(pk__in=payload["users"], is_active=True):
        staff.tell(user, code, words, payload["page"], key=f"{code}:{payload['event']}:{user.pk}")


def _leads(suggestion: Suggestion) -> list[int]:
    """The unit that leads; of an item that ended before us (withdrawn), the one that led last. Never one it was taken from."""
    lead = suggestion.assignments.filter(
        part=Assignment.Part.LEAD, status__in=ACTIVE_ASSIGNMENT
    ).values_list("unit_id", flat=True)
    last = [suggestion.lead_unit_id] if suggestion.lead_unit_id is not None else []
    return list(lead) or last


def _recipients(code: str, suggestion: Suggestion, payload: dict[str, Any]) -> Iterable[Any]:
    if code in _PERSONS:
        return get_user_model().objects.filter(pk__in=payload["users"], is_active=True)
    roles = StaffRole.objects.none()
    if code in pipeline.CODES:
        roles = pipeline.holders(code, suggestion, payload)
    if code in _UNIT_CODES:
        if code == "staff.due":
            units = list(
                Clock.objects.filter(pk=payload["clock"], stopped_at=None).values_list(
                    "holder_unit_id", flat=True
                )
            )
        elif code == "staff.dispatched":
            active = suggestion.assignments.filter(status__in=ACTIVE_ASSIGNMENT)
            units = list(active.values_list("unit_id", flat=True))
        else:
            units = _leads(suggestion)
        wanted = (
            [Role.LIAISON, Role.HANDLER, Role.UNIT_HEAD]
            if code in ("staff.rectify", "staff.reopened", "staff.commitment_missed")
            else [Role.LIAISON, Role.HANDLER]
        )
        roles = roles | StaffRole.objects.filter(unit_id__in=units, role__in=wanted)
    if code in _OFFICE_ROLES:
        ancestors = [
            suggestion.jurisdiction.path[:n]
            for n in range(4, len(suggestion.jurisdiction.path) + 1, 4)
        ]
        office = StaffRole.objects.filter(
            role__in=_OFFICE_ROLES[code], jurisdiction__path__in=ancestors
        )
        roles = roles | office
    today = timezone.localdate()
    users = {}
    for role in roles.select_related("user").distinct():
        if role.user.is_active and (role.valid_until is None or role.valid_until >= today):
            users[role.user_id] = role.user
    return users.values()
