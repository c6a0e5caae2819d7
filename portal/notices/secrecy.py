"""The security administrators of a place hear that something secret was stopped or found (process.md 3.5)."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.notices import staff
from suggestions import outbox
from suggestions.models import Jurisdiction, StaffRole
from suggestions.roles import Role
from suggestions.services import secrecy_alarm

WORDS = "今天有人提交的内容带国家秘密标志，已拦下，没有保存。请按保密规定处理，并提醒同事不要代录"
FOUND_WORDS = (
    "{number} 在分办时被认为涉密，已经封存，只有分办员看得到，复核后删除内容。请按保密规定处理"
)


def register_handlers() -> None:
    outbox.register(secrecy_alarm.KIND, stopped)
    outbox.register(secrecy_alarm.FOUND, found)


def stopped(payload: dict[str, Any]) -> None:
    """Something marked was stopped at the door. Once a day and place; harmless twice."""
    _tell_all(payload["jurisdiction"], "staff.secret_stopped", WORDS, payload["day"])


def found(payload: dict[str, Any]) -> None:
    """Something stored was found secret at triage: its number, nothing of what it says; harmless twice."""
    words = FOUND_WORDS.format(number=payload["number"])
    _tell_all(payload["jurisdiction"], "staff.secret_found", words, str(payload["decision"]))


def _tell_all(jurisdiction: int, code: str, words: str, about: str) -> None:
    """One line in each administrator's list, of this place or above it."""
    place = Jurisdiction.objects.filter(pk=jurisdiction).first()
    if place is None:
        return
    above = [place.path[:n] for n in range(place.steplen, len(place.path) + 1, place.steplen)]
    roles = StaffRole.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=timezone.localdate()), user__is_active=True,
        role=Role.SEC_ADMIN, jurisdiction__path__in=above,
    ).select_related("user")  # fmt: skip
    for user in {r.user_id: r.user for r in roles}.values():
        key = f"{code}:{place.pk}:{about}:{user.pk}"
        staff.tell(user, code, words, reverse("desk:home"), key=key)
