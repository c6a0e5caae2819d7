"""A resident of the demo city with a page of their own: items, a draft, joined ones, follows, a day's message."""

from datetime import timedelta
from typing import TYPE_CHECKING

from suggestions.clock import SHANGHAI
from suggestions.models import Follow, Suggestion
from suggestions.public import drafts
from suggestions.selectors.following import campaign_pages
from suggestions.services import co_signing, following, residents
from suggestions.services import drafts as kept
from suggestions.states import Case, Evaluation, PublicGroup

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def seed(city: "Seeder") -> None:
    """One page that was opened a month ago, and a code that another telephone just got."""
    answered = (
        Suggestion.objects.on_page()
        .filter(status=Case.ANSWERED, evaluation_state=Evaluation.INVITED)
        .exclude(author__phone_hash="")
        .select_related("author", "lead_unit", "topic")
        .order_by("-answered_at", "-pk")
        .first()
    )
    phone = answered.author.phone if answered is not None else "19900006001"
    since = city.now - timedelta(days=30)
    resident = residents.page_of(phone=phone, at=since)
    residents.start(resident=resident, is_own_device=True, at=since)
    following.choose(resident=resident, notice="sms", email="", at=since)
    watched = (
        Suggestion.objects.on_page()
        .filter(public_group=PublicGroup.DONE, lead_unit__isnull=False, topic__isnull=False)
        .select_related("lead_unit", "topic")
        .order_by("-answered_at", "-pk")
        .first()
    )
    if watched is not None and watched.lead_unit and watched.topic:
        wanted = [
            (Follow.Kind.ITEM, watched.case_no), (Follow.Kind.UNIT, watched.lead_unit.code),
            (Follow.Kind.TOPIC, watched.topic.code), (Follow.Kind.SEARCH, "/suggestions/?status=done"),
        ]  # fmt: skip
        wanted += [(Follow.Kind.CAMPAIGN, key) for key in list(campaign_pages(_campaigns()))[:1]]
        for kind, key in wanted:
            following.follow(resident=resident, kind=kind, key=key, at=since)
    _joined(city, phone)
    _draft(city, phone)
    morning = city.now.astimezone(SHANGHAI).replace(hour=9, minute=0)
    following.digests(now=min(city.now, morning))
    residents.start(resident=resident, is_own_device=True, at=city.now)
    residents.ask_code(phone="19900006002", at=city.now)


def _campaigns() -> list[str]:
    ids = Suggestion.objects.exclude(campaign=None).order_by("campaign_id")
    return [str(pk) for pk in ids.values_list("campaign_id", flat=True).distinct()]


def _joined(city: "Seeder", phone: str) -> None:
    rows = Suggestion.objects.on_page().filter(status__in=co_signing.JOINABLE)
    for item in rows.select_related("jurisdiction").order_by("-case_no")[:2]:
        co_signing.co_sign(
            suggestion=item, phone=phone, idempotency_key="demo-resident", at=city.now - timedelta(days=2)
        )  # fmt: skip


def _draft(city: "Seeder", phone: str) -> None:
    draft, _token = drafts.create(city.jurisdiction)
    answers = {
        "title": "老街口加一盏路灯",
        "problem": "晚上走到街口看不清台阶。",
        "_send_to": phone,
    }
    drafts.save(draft, answers, seen="topic")
    kept.send_to_phone(draft.row, phone=phone)
