"""A small city for tests, and the steps of an item's life through the real services."""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Permission

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.models import (
    District,
    Jurisdiction,
    PublicationReview,
    RedirectTarget,
    Reply,
    StaffRole,
    Suggestion,
    Topic,
    Unit,
)
from suggestions.roles import UNIT_ROLES, Role
from suggestions.services import (
    assignment,
    deciding,
    delivering,
    evaluating,
    intake,
    publishing,
    rectifying,
    replying,
    triage,
)
from suggestions.services.intake import Receipt, Submission

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=SHANGHAI)
"""A Monday with no holiday near: tests count from here."""

PASSWORD = "correct horse battery"
BODY = "您说的情况我们11月5日早上到现场看过，确实存在。站台将加装两张长椅，12月20日前装好。其余站点一并排查。"


@dataclass
class World:
    """One jurisdiction with two departments, topics, districts and a cast of staff, one user a role."""

    jurisdiction: Jurisdiction
    office: Unit
    bus: Unit
    water: Unit
    district: District
    topic: Topic
    other_topic: Topic
    target: RedirectTarget
    users: dict[str, Any] = field(default_factory=dict)

    def actor(self, who: str) -> Actor:
        """`who` is a key of `users`: a role, or a role and unit code as "handler:bus"."""
        role = who.partition(":")[0].removesuffix("_2")
        unit = {"bus": self.bus, "water": self.water}.get(who.partition(":")[2])
        return Actor.staff(self.users[who], role, unit)


def make_world() -> World:
    """Build the small city. Share it within a test, not between tests."""
    jurisdiction = Jurisdiction.add_root(
        code="testcity", name="测试市", city_name="测试市", office_name="测试市人民建议征集办公室", phone="0380-555 0100",
        hotline="12345", address="人民路1号", hours="工作日9:00—17:00",
    )  # fmt: skip
    office = Unit.add_root(
        code="office",
        name="测试市人民建议征集办公室",
        short_name="市征集办",
        jurisdiction=jurisdiction,
        is_collection_office=True,
    )
    bus = Unit.add_root(
        code="bus",
        name="测试市交通运输局",
        short_name="市交通局",
        jurisdiction=jurisdiction,
        duties="公交、道路",
        phone="0380-555 0111",
    )
    water = Unit.add_root(
        code="water",
        name="测试市水务局",
        short_name="市水务局",
        jurisdiction=jurisdiction,
        duties="排水、供水",
        phone="0380-555 0112",
    )
    district = District.add_root(code="990101", name="东城区", jurisdiction=jurisdiction)
    parent = Topic.add_root(code="transport", name="交通出行")
    topic = parent.add_child(code="bus", name="公交地铁")
    other = Topic.add_root(code="water", name="供水排涝")
    target = RedirectTarget.objects.create(
        code="xinfang", name="测试市信访局", categories=["appeal_claim"], legal_basis="《信访工作条例》第三十一条",
        address="人民路2号", phone="0380-555 0200",
    )  # fmt: skip
    world = World(jurisdiction, office, bus, water, district, topic, other, target)
    people: dict[str, Unit | None] = dict.fromkeys(str(r) for r in Role if r not in UNIT_ROLES)
    people |= {"publisher_2": None, "triage_officer_2": None}
    people |= {f"{role}:{unit.code}": unit for unit in (bus, water) for role in UNIT_ROLES}
    world.users = hire(people, jurisdiction)
    return world


def hire(people: dict[str, Unit | None], jurisdiction: Jurisdiction) -> dict[str, Any]:
    """A user for each "role[_2][:unit]", in four queries: thousands of tests begin with this."""
    user_model = get_user_model()
    roles = {key: Role(key.partition(":")[0].removesuffix("_2")) for key in people}
    password = make_password(PASSWORD)
    made = user_model._default_manager.bulk_create(
        user_model(
            username=key.replace(":", "-"), email=f"{key.replace(':', '-')}@example.cn", password=password,
            display_name=f"{roles[key].label}{unit or ''}",
        )
        for key, unit in people.items()
    )  # fmt: skip
    users = dict(zip(people, made, strict=True))
    desk = Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin")
    granted = user_model.user_permissions.through
    granted._default_manager.bulk_create(
        granted(user_id=user.pk, permission_id=desk.pk) for user in made
    )
    StaffRole.objects.bulk_create(
        StaffRole(user=users[key], role=roles[key], jurisdiction=jurisdiction, unit=unit)
        for key, unit in people.items()
    )
    return users


def submission(world: World, **changes: Any) -> Submission:
    """A good submission; change what the test is about."""
    facts: dict[str, Any] = {
        "title": "人民路公交站加一张长椅", "problem": "早上等车的老人很多，站台上没有地方坐，常有人坐在路沿上。",
        "proposal": "在站台两头各装一张长椅，带靠背。", "topic": world.topic, "district": world.district, "place": "人民路站",
        "name": "林小满", "phone": "19900001234", "email": "", "publish_consent": True,
    }  # fmt: skip
    return Submission(**{**facts, **changes})


def submit(world: World, *, at: datetime = MONDAY, key: str = "", **changes: Any) -> Receipt:
    return intake.submit(
        submission=submission(world, **changes), jurisdiction=world.jurisdiction,
        idempotency_key=key or uuid.uuid4().hex, actor=Actor.author(), at=at,
    )  # fmt: skip


def accept(world: World, suggestion: Suggestion, *, at: datetime) -> Suggestion:
    return triage.accept(
        suggestion=suggestion, topic=world.topic, actor=world.actor("triage_officer"), at=at
    )


def dispatch(world: World, suggestion: Suggestion, *, at: datetime, co: bool = False) -> Suggestion:
    return assignment.dispatch(
        suggestion=suggestion,
        lead=world.bus,
        co_units=[world.water] if co else [],
        actor=world.actor("triage_officer"),
        at=at,
    )


def sign_in(world: World, suggestion: Suggestion, *, at: datetime) -> Suggestion:
    held = replying.lead_assignment(suggestion)
    assignment.sign_in(assignment=held, actor=world.actor("liaison:bus"), at=at)
    return suggestion


def signed_reply(world: World, suggestion: Suggestion, *, at: datetime, **changes: Any) -> Reply:
    note = changes.pop("note", "")
    values = {
        "outcome": "adopted",
        "body": BODY,
        "basis": "市公交站台设置导则",
        "contact": "公交科 0380-555 0131",
        **changes,
    }
    unhappy = rectifying.reasons(suggestion)
    if unhappy and "parts" not in changes:
        # A further answer needs a talk with the author and a word on each of their reasons (T16).
        delivering.log_contact(
            suggestion=suggestion, way="phone", reached=True, words="电话里说明了改在哪里",
            actor=world.actor("handler:bus"), at=at,
        )  # fmt: skip
        values["parts"] = [
            {"kind": "reason", "ref": e.pk, "answer": "这一点已经改好，请您再看。"} for e in unhappy
        ]
    reply = replying.save_draft(
        suggestion=suggestion, actor=world.actor("handler:bus"), at=at, **values
    )
    replying.ask_for_signature(reply=reply, actor=world.actor("handler:bus"), at=at)
    reply.suggestion = suggestion
    return replying.sign(reply=reply, actor=world.actor("unit_head:bus"), at=at, note=note)


def publish(world: World, suggestion: Suggestion, *, at: datetime) -> Suggestion:
    review = PublicationReview.objects.get(suggestion=suggestion, state__in=["queued", "redacting"])
    review.suggestion = suggestion
    first, second = world.actor("publisher"), world.actor("publisher_2")
    publishing.start(review=review, actor=first, at=at)
    publishing.save(review=review, actor=first, at=at)
    publishing.submit(review=review, actor=first, at=at)
    return publishing.release(review=review, actor=second, at=at)


def answered(
    world: World, *, at: datetime = MONDAY, published: bool = True, **changes: Any
) -> tuple[Suggestion, Receipt]:
    """An item taken all the way to its answer (ten days after `at`), and onto its public page."""
    receipt = submit(world, at=at, **changes)
    item = receipt.suggestion
    accept(world, item, at=at + timedelta(days=1))
    dispatch(world, item, at=at + timedelta(days=1, hours=1))
    sign_in(world, item, at=at + timedelta(days=2))
    reply = signed_reply(world, item, at=at + timedelta(days=9))
    replying.approve(reply=reply, actor=world.actor("triage_officer"), at=at + timedelta(days=10))
    if published and item.publish_consent:
        publish(world, item, at=at + timedelta(days=10, hours=2))
    return item, receipt


def rate(suggestion: Suggestion, *, at: datetime, **values: Any) -> Any:
    return evaluating.evaluate(
        suggestion=suggestion, actor=Actor.author(), at=at, **{"overall": "satisfied", **values}
    )


def confirm(world: World, item: Suggestion, *, at: datetime) -> Suggestion:
    """The second officer agrees to the refusal or redirect that was proposed for an item."""
    decision = deciding.pending(item)
    assert decision is not None
    return deciding.confirm(decision=decision, actor=world.actor("triage_officer_2"), at=at)
