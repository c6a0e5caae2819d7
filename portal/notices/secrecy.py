"""The security administrators of a place hear that content marked secret was stopped (process.md 3.5)."""

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


def register_handlers() -> None:
    outbox.register(secrecy_alarm.KIND, stopped)


def stopped(payload: dict[str, Any]) -> None:
    """One line in each administrator's list, of this place or above it; harmless twice."""
    place = Jurisdiction.objects.filter(pk=payload["jurisdiction"]).first()
    if place is None:
        return
    above = [place.path[:n] for n in range(place.steplen, len(place.path) + 1, place.steplen)]
    roles = StaffRole.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=timezone.localdate()), user__is_active=True,
        role=Role.SEC_ADMIN, jurisdiction__path__in=above,
    ).select_related("user")  # fmt: skip
    for user in {r.user_id: r.user for r in roles}.values():
        key = f"secret:{place.pk}:{payload['day']}:{user.pk}"
        staff.tell(user, "staff.secret_stopped", WORDS, reverse("desk:home"), key=key)
