"""The daily digest of an emergency period, to the leaders and supervisors of its jurisdiction (SH 14)."""

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.notices import staff
from suggestions import outbox
from suggestions.models import EmergencyPeriod, StaffRole
from suggestions.roles import Role
from suggestions.services import emergency


def register_handlers() -> None:
    outbox.register(emergency.DIGEST, digest)


def digest(payload: dict[str, Any]) -> None:
    """One line in each leader's list, and an e-mail to those who want one; harmless twice."""
    now = timezone.now()
    period = EmergencyPeriod.objects.select_related("jurisdiction").filter(pk=payload["period"])
    held = period.first()
    if held is None:
        return
    found = emergency.digest(held, at=now)
    words = f"{held.name}：24小时新收{found.came_in}件，答复{found.answered}件；在办{found.waiting}件，逾期{found.overdue}件"
    url = reverse("desk:emergency")
    roles = StaffRole.objects.filter(
        Q(valid_until=None) | Q(valid_until__gte=timezone.localdate()),
        role__in=(Role.LEADER, Role.SUPERVISOR), jurisdiction=held.jurisdiction,
    ).select_related("user")  # fmt: skip
    for user in {r.user_id: r.user for r in roles if r.user.is_active}.values():
        key = f"emergency:{held.pk}:{payload['day']}:{user.pk}"
        staff.tell(user, "staff.emergency", words, url, key=key)
