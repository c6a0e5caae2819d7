"""The daily digest of an emergency period, to the leaders and supervisors of its jurisdiction (SH 14)."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from portal.notices import staff
from portal.notices.models import StaffNotice
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
        with transaction.atomic():
            _row, new = StaffNotice.objects.get_or_create(
                dedupe_key=key,
                defaults={"user": user, "code": "staff.emergency", "text": words, "url": url, "at": now},
            )  # fmt: skip
            if new and staff.wants_mail_now(user):
                body = f"{words}\n\n{settings.BASE_URL}{url}\n"
                send_mail(words, body, settings.DEFAULT_FROM_EMAIL, [user.email])
