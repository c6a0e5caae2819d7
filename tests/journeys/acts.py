"""What the staff of a site do between two looks of a resident, through the services. Runs inside the site's processes."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from suggestions.actor import Actor
from suggestions.models import StaffRole, Suggestion, Unit
from suggestions.roles import Role
from suggestions.services import assignment, publishing, replying, triage
from tests.journeys.people import ANSWER


def _actor(role: str, unit: Unit | None = None) -> Actor:
    held = StaffRole.objects.filter(role=role, unit=unit).order_by("pk")[0]
    return Actor.staff(get_user_model().objects.get(pk=held.user_id), role, unit)


def bring_to_answer(case_no: str, topic: str = "bus", unit: str = "jtj") -> dict[str, Any]:
    """Accept, dispatch, sign in, draft, sign and pass: the item is answered, its author invited to rate."""
    from suggestions.models import Topic

    lead, now, office = Unit.objects.get(code=unit), timezone.now(), _actor(Role.TRIAGE_OFFICER)
    item = Suggestion.objects.get(case_no=case_no)
    triage.accept(suggestion=item, topic=Topic.objects.get(code=topic), actor=office, at=now)
    assignment.dispatch(suggestion=item, lead=lead, co_units=[], actor=office, at=now)
    held = replying.lead_assignment(item)
    assignment.sign_in(assignment=held, actor=_actor(Role.LIAISON, lead), at=now)
    item.refresh_from_db()
    writer = _actor(Role.HANDLER, lead)
    reply = replying.save_draft(
        suggestion=item, actor=writer, at=now, outcome="adopted", body=ANSWER, basis="市政照明规划",
        contact="市政设施管理科 0380-555 0131",
    )  # fmt: skip
    reply.suggestion = item
    replying.ask_for_signature(reply=reply, actor=writer, at=now)
    replying.sign(reply=reply, actor=_actor(Role.UNIT_HEAD, lead), at=now)
    replying.approve(reply=reply, actor=office, at=now)
    item.refresh_from_db()
    return {"status": item.status, "evaluation": item.evaluation_state}


def bring_to_page(case_no: str) -> dict[str, Any]:
    """Answer, mask and release: the item is on its public page."""
    bring_to_answer(case_no)
    now, item = timezone.now(), Suggestion.objects.get(case_no=case_no)
    first, second = StaffRole.objects.filter(role=Role.PUBLISHER).order_by("pk")[:2]
    masker = Actor.staff(first.user, Role.PUBLISHER)
    review = item.publication_reviews.get(state="queued")
    review.suggestion = item
    publishing.start(review=review, actor=masker, at=now)
    publishing.save(review=review, actor=masker, at=now)
    publishing.submit(review=review, actor=masker, at=now)
    publishing.release(review=review, actor=Actor.staff(second.user, Role.PUBLISHER), at=now)
    item.refresh_from_db()
    return {"status": item.status, "publication": item.publication}


def open_campaign() -> dict[str, Any]:
    """A published campaign that takes suggestions now, with a question of its form, a survey, a vote and room to ask."""
    from cms.models import CampaignIndexPage, CampaignPage
    from cms.setup import add_page

    now = timezone.now()
    page = CampaignPage(
        title="社区食堂晚饭要不要多开一小时", slug="canteen-hours", decides="市政府常务会议",
        host_unit=Unit.objects.get(code="jtj"), opens_at=now - timedelta(days=3), closes_at=now + timedelta(days=20),
        background="<p>食堂晚上七点关门，上班的人赶不上。</p>", questions=[("question", "开到几点合适？")],
        form_fields=[
            ("field", {"label": "您一般几点吃晚饭？", "kind": "line", "help": "", "required": True, "options": "", "least": None, "most": None})
        ],
        polls=[
            ("survey", {"title": "食堂小问卷", "intro": "", "opens_on": None, "closes_on": None, "questions": [
                {"text": "您多久吃一次食堂？", "kind": "one", "options": "天天吃\n周末吃", "required": True}
            ]}),
            ("vote", {"title": "晚饭开到几点", "intro": "", "opens_on": None, "closes_on": None, "most": 1, "outcome": "", "options": [
                {"name": name, "about": "", "chosen": False} for name in ("七点半", "八点")
            ]}),
        ],
    )  # fmt: skip
    add_page(CampaignIndexPage.objects.get(), page)
    return {"pk": page.pk, "title": page.title, "url": page.url}
