"""GET /track/{case_no}: an item for whoever has its number and its query code."""

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from suggestions.api.listing import absolute, due_out, entries_out, holder_out, named, reply_out
from suggestions.api.problems import Problem, limited
from suggestions.api.shapes import (
    CampaignAnswerOut,
    ClockOut,
    RedirectOut,
    SupplementOut,
    TrackOut,
    local,
)
from suggestions.clock import ANSWER_KINDS, local_date
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Clock, Suggestion
from suggestions.public import track_page, track_pass
from suggestions.services import clocks
from suggestions.states import Case, PublicGroup

CODE_HEADER = "X-Query-Code"
AUTHOR_CLOCKS = ("K2", *ANSWER_KINDS, "K10", "K13", "K15")
"""The deadlines an author is promised or bound by; those between offices are the offices' business."""


def track(request: HttpRequest, case_no: str) -> TrackOut:
    """The item with this number, when the code is its code.

    A wrong number and a wrong code get the same answer after the same work (track_pass.prove).
    """
    verdict = ratelimit.hit("track", client_ip(request))
    if not verdict.allowed:
        raise limited(verdict.retry_after_seconds)
    code = request.headers.get(CODE_HEADER, "").strip()
    if not code:
        raise Problem("query_code_missing")
    proved = track_pass.prove(case_no, code)
    item = track_page.load(proved.case_no) if proved is not None else None
    if item is None:
        raise Problem("no_match")
    return _out(item)


def _out(item: Suggestion) -> TrackOut:
    now = timezone.now()
    seen = track_page.context(item, at=now)
    turn, supplement, merged = seen["turn"], seen["supplement"], seen["merged_into"]
    target = item.redirect_target if item.status == Case.REDIRECTED else None
    wanted = (
        ("supplement", "can_supplement"),
        ("evaluate", "can_rate"),
        ("withdraw", "can_withdraw"),
    )
    refused = item.status in (Case.NOT_ACCEPTED, Case.REDIRECTED)
    return TrackOut(
        case_no=item.case_no,
        title=item.original_title,
        status=item.status,
        status_label=str(Case(item.status).label),
        public_status=item.public_group,
        public_label=str(PublicGroup(item.public_group).label) if item.public_group else "",
        is_public=item.is_public,
        public_url=absolute(f"/suggestions/{item.case_no}/") if item.is_public else None,
        received_at=local(item.received_at),
        holder=holder_out(turn),
        due=turn.due_on if turn else None,
        due_detail=due_out(turn),
        due_dates=[
            _clock(held)
            for held in Clock.objects.filter(
                suggestion=merged or item, kind__in=AUTHOR_CLOCKS, assignment=None
            )
            .select_related("rule")
            .order_by("started_at", "pk")
        ],
        lead_unit=named(seen["units"]["lead"]),
        co_units=seen["units"]["co"],
        timeline=entries_out(seen["entries"]),
        replies=[reply_out(a.reply, body=a.text, commitment=a.promise) for a in seen["answers"]],
        campaign_answers=[
            CampaignAnswerOut(question=a.label, answer=a.value) for a in item.campaign_answers.all()
        ],
        supplement=SupplementOut(
            asked=supplement.asked, asked_at=local(supplement.asked_at), answer=supplement.answer,
            answered_at=local(supplement.answered_at),
        )
        if supplement
        else None,
        redirected_to=RedirectOut(
            name=target.name, legal_basis=target.legal_basis, address=target.address,
            phone=target.phone,
        )
        if target
        else None,
        refusal=seen["refusal"],
        complaint_route=seen["complaint_route"] if refused else "",
        merged_into=merged.case_no if merged else None,
        actions=[name for name, key in wanted if seen[key]],
        track_url=f"{settings.BASE_URL}{reverse('suggestions:track')}?no={item.case_no}",
    )  # fmt: skip


def _clock(held: Clock) -> ClockOut:
    return ClockOut(
        kind=held.kind, name=held.rule.name, started_on=local_date(held.started_at),
        due_on=held.due_on, first_due_on=held.first_due_on,
        stopped_on=local_date(held.stopped_at) if held.stopped_at else None,
        late=held.is_late(local_date(timezone.now())), provisional=held.provisional,
        explanation=clocks.explain_in_words(held),
    )  # fmt: skip
