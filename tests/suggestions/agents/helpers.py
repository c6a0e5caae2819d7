"""A service point, its agents, and an item entered for somebody, for the tests of this folder."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile
from PIL import Image

from suggestions.clock import local_date
from suggestions.codes import Channel
from suggestions.models import AgentMandate, Attachment, AuthorCode, ServicePoint
from suggestions.roles import Role
from suggestions.services import agent_codes, agents, attachments, mandates, service_points
from suggestions.services.agents import Entered
from tests import world as w
from tests.world import MONDAY, World


def point(city: World) -> ServicePoint:
    held = ServicePoint.objects.filter(code="dongcheng-1").first()
    if held is not None:
        return held
    officer, before = city.actor("triage_officer"), MONDAY - timedelta(days=200)
    held = service_points.open_point(
        code="dongcheng-1", jurisdiction=city.jurisdiction, actor=officer, at=before,
        facts=service_points.Facts(
            name="东城社区群众工作之家", level="village", district=city.district, address="东城路8号",
            hours="工作日9:00—17:00", phone="0380-555 0301", accessibility=("ramp", "seat"),
        ),
    )  # fmt: skip
    service_points.appoint(
        point=held, user=city.users[Role.AGENT_L1], level=Role.AGENT_L1, valid_from=date(2026, 1, 1),
        duty_hours="周一、三、五上午", actor=officer, at=before,
    )  # fmt: skip
    return held


def photo(name: str = "paper.png") -> ContentFile[bytes]:
    """A small real picture."""
    import io

    data = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(data, "PNG")
    return ContentFile(data.getvalue(), name=name)


def paper() -> Attachment:
    return attachments.store(file=photo(), origin=Attachment.Origin.SCAN)


def terms(*, at: datetime = MONDAY, days: int = 90, **changes: Any) -> mandates.Terms:
    return mandates.Terms(**{"ends_on": local_date(at) + timedelta(days=days), **changes})


def entered(
    city: World, *, at: datetime = MONDAY, signed: bool = True, key: str = "", days: int = 90, consent: bool = True,
    scope: str = AgentMandate.Scope.CASE, visit: str = "came", **changes: Any,
) -> Entered:  # fmt: skip
    """An item entered by the village agent for somebody who signed a paper (or, unsigned, waits for the code)."""
    point(city)
    return agents.enter_on_behalf(
        submission=w.submission(city, channel=Channel.AGENT, **changes),
        jurisdiction=city.jurisdiction,
        terms=terms(at=at, days=days, scope=scope, contact_consent=consent, paper=paper() if signed else None),
        actor=city.actor(Role.AGENT_L1), idempotency_key=key or uuid.uuid4().hex, at=at, visit=visit,
    )  # fmt: skip


def sent_digits(purpose: str) -> str:
    """What the author's phone shows."""
    return agent_codes.digits(AuthorCode.objects.filter(purpose=purpose).latest("pk").nonce)
