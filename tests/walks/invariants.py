"""What holds after every step of a walk, whatever was tried. Each check says what is wrong, or nothing."""

from collections.abc import Iterator

from django.core.cache import cache
from django.db.models import Q
from django.test import Client

from search import engine as engines
from search.engine import Query
from suggestions import states
from suggestions.guards import ratelimit
from suggestions.models import (
    Assignment,
    AwardRound,
    CaseEvent,
    Clock,
    CoSign,
    Erasure,
    Hearing,
    LeagueTable,
    Outbox,
    PendingDecision,
    StatSnapshot,
    Suggestion,
    TriageHint,
)
from suggestions.states import ACTIVE_ASSIGNMENT, OPEN, WITH_UNITS, Case
from tests.walks.acts.base import Walk

RUNNING_IN = {
    Case.REGISTERED: {"K2"},
    Case.SUPPLEMENT_REQUESTED: {"K10"},
    # An answer of a rectification that is sent back can still change hands.
    Case.ACCEPTED: {"K2", "K7a", "K7b", "K15"},
    Case.DISPATCHED: {"K7a", "K7b", "K15"},
    Case.HANDLING: {"K7a", "K7b", "K15"},
    Case.REPLY_REVIEW: {"K7a", "K7b", "K15"},
    Case.REOPENED: {"K7a"},
    Case.RECTIFYING: {"K15"},
}
"""An open case is somebody's, and one of these runs (process.md 5)."""
MAY_WAIT = {"K7a", "K7b"}
"""What a formal hearing about the case holds up (process.md 6.1)."""
AFTERWARDS = {"K12", "K13", "K14", "K16", "K16c", "K18", "K19", "K20", "K24", "K27"}
"""What may run on a case that was answered."""
MAY_RUN_IN = {
    Case.ANSWERED: AFTERWARDS, Case.CLOSED: AFTERWARDS, Case.ARCHIVED: {"K14", "K24", "K27"}, Case.MERGED: {"K12", "K13", "K19", "K24", "K27"},
    Case.NOT_ACCEPTED: {"K24"}, Case.REDIRECTED: {"K24"}, Case.WITHDRAWN: {"K14", "K24", "K19"},
}  # fmt: skip
TOLD = {
    Case.ANSWERED: "author.answered", Case.MERGED: "author.merged", Case.NOT_ACCEPTED: "author.refused",
    Case.REDIRECTED: "author.redirected",
}  # fmt: skip


def of_item(item: Suggestion) -> Iterator[str]:
    """Faults of one item, read anew from the database."""
    yield from _declared(item)
    yield from _chain(item)
    yield from _owned(item)
    yield from _clocks(item)
    yield from _told(item)
    yield from _page(item)
    yield from _secret(item)
    counted = CoSign.objects.filter(
        suggestion=item, confirmed_at__isnull=False, withdrawn_at=None
    ).count()
    if counted != item.co_sign_count:
        yield f"{counted} voices are counted as {item.co_sign_count}"


def _declared(item: Suggestion) -> Iterator[str]:
    for name in ("status", "publication", "evaluation_state"):
        if getattr(item, name) not in dict(Suggestion._meta.get_field(name).flatchoices):
            yield f"{name} is {getattr(item, name)!r}"


def _chain(item: Suggestion) -> Iterator[str]:
    seq, head = 0, ""
    for event in CaseEvent.objects.filter(suggestion=item).order_by("seq"):
        if event.seq != seq + 1 or event.prev_hash != head or event.compute_hash() != event.hash:
            yield f"the chain breaks at {event.seq}"
        if event.machine != "note":
            row = states.BY_NAME.get(event.name)
            if row is None or event.from_state not in row.from_ or event.to_state != row.to:
                yield f"event {event.seq} took no declared row: {event.name}"
        seq, head = event.seq, event.hash
    if (seq, head) != (item.event_seq, item.event_head):
        yield "the item's head is not its last event"


def _owned(item: Suggestion) -> Iterator[str]:
    leads = [
        a
        for a in Assignment.objects.filter(suggestion=item, status__in=ACTIVE_ASSIGNMENT)
        if a.part == Assignment.Part.LEAD
    ]
    if len(leads) > 1:
        yield f"{len(leads)} lead units"
    if item.status in WITH_UNITS:
        if not leads:
            yield f"{item.status} without a lead"
        elif leads[0].unit_id != item.lead_unit_id:
            yield "the lead unit of the item is not that of its assignment"
    elif item.status in (Case.REGISTERED, Case.ACCEPTED, Case.SUPPLEMENT_REQUESTED) and leads:
        yield f"{item.status} while a unit leads"


def _clocks(item: Suggestion) -> Iterator[str]:
    held = list(Clock.objects.filter(suggestion=item, stopped_at=None))
    kinds = [c.kind for c in held if c.assignment_id is None]
    for kind in {k for k in kinds if k != "K18"}:
        if kinds.count(kind) > 1:
            yield f"{kind} runs {kinds.count(kind)} times"
    heard = any(item.pk in h.paused_cases for h in Hearing.objects.exclude(paused_cases=[]))
    live = {c.kind for c in held if c.paused_on is None or (heard and c.kind in MAY_WAIT)}
    if item.status in OPEN:
        if not live & RUNNING_IN[Case(item.status)]:
            yield f"{item.status}, and only {sorted(live)} run"
        if item.due_on is None:
            yield f"{item.status} without a due date"
    elif strange := {c.kind for c in held} - MAY_RUN_IN[Case(item.status)]:
        yield f"{sorted(strange)} run on a case that is {item.status}"


def _told(item: Suggestion) -> Iterator[str]:
    code = TOLD.get(Case(item.status))
    if code is None or Erasure.objects.filter(suggestion=item).exists():
        return
    rows = Outbox.objects.filter(
        kind="author_notice", payload__suggestion=item.pk, payload__code__in=(code, "author.joined_earlier")
    )  # fmt: skip
    if not rows.exists():
        yield f"{item.status}, and nobody told the author"


def _page(item: Suggestion) -> Iterator[str]:
    if not item.is_public:
        return
    if not item.publish_consent:
        yield "public without consent"
    if not (item.public_title and item.public_problem):
        yield "public without released words"
    if item.status in (Case.NOT_ACCEPTED, Case.REDIRECTED, Case.WITHDRAWN, Case.MERGED):
        yield f"public while {item.status}"
    if item.category != "suggestion":
        yield f"public as {item.category}"


def _secret(item: Suggestion) -> Iterator[str]:
    """What was found secret is on no page, quoted by no hint, and gone once the refusal is through (process.md 3.5)."""
    if not item.is_secret:
        return
    if item.is_public:
        yield "secret and public"
    if TriageHint.objects.filter(Q(suggestion=item) | Q(kind="similar", value=item.case_no)).exists():  # fmt: skip
        yield "secret, and hints quote it"
    if item.status == Case.NOT_ACCEPTED and item.not_accepted_reason == "state_secret":
        if item.original_problem or item.original_proposal or item.attachments.exists():
            yield "secret, and its text is still there"
    elif not PendingDecision.objects.filter(suggestion=item).exclude(status="sent_back").exists():
        yield "shut, and nobody decides about it"


LISTS = (
    "/", "/suggestions/", "/suggestions/?format=csv", "/api/v1/suggestions?limit=100", "/suggestions/feed.atom",
    "/feeds/suggestions.atom", "/feeds/answers.atom", "/feeds/results.atom", "/feeds/awards.atom", "/results/awards/", "/results/", "/results/?by=place", "/results/honours/",
    "/hearings/", "/feeds/hearings.atom", "/questioning/", "/receptions/", "/receptions/?by=held", "/sponsorship/", "/points/",
    "/units/", "/units/bus/", "/units/water/", "/units/league/", "/campaigns/", "/statistics/", "/feeds/statistics.atom",
)  # fmt: skip
"""Everything public that lists items, or tells of them."""


def shown_rounds() -> list[int]:
    """Award rounds that have a public page by now."""
    rows = AwardRound.objects.exclude(shown_from=None)
    return list(rows.filter(status__in=("publicity", "approved", "finished")).values_list("pk", flat=True))  # fmt: skip


def shown_figures() -> list[str]:
    """Published months and years, whose pages name typical cases, and published tables of ranks (process.md 7.3, 8.3)."""
    months = [f"/statistics/{s.slug}/" for s in StatSnapshot.objects.filter(status="published")]
    tables = LeagueTable.objects.filter(status="published").values_list("pk", flat=True)
    return [*months, *(f"/units/league/{pk}/" for pk in tables)]


def of_public(walk: Walk, hidden: list[Suggestion], shown: list[Suggestion]) -> Iterator[str]:
    """Hidden items found by a visitor on pages, in files, feeds, the API or the search; and shown ones that are missing.

    The index is brought up to date by the caller (outbox.deliver).
    """
    client = Client()
    _rested()
    rounds = [f"/results/awards/{pk}/" for pk in shown_rounds()]
    lists = {address: _words(client, address) for address in (*LISTS, *rounds, *shown_figures())}
    engine = engines.get_engine()
    for item in hidden:
        mark = walk.marks[item.pk]
        for address, words in lists.items():
            if mark in words or item.case_no in words:
                yield f"{item} is {item.status}/{item.publication} and stands in {address}"
        _rested()
        for address in (f"/suggestions/{item.case_no}/", f"/api/v1/suggestions/{item.case_no}"):
            if client.get(address).status_code not in (301, 302, 404, 410):
                yield f"{item} is {item.status}/{item.publication} and opens at {address}"
        if any(hit.data.get("case_no") == item.case_no for hit in engine.search(Query(mark)).hits):
            yield f"{item} is {item.status}/{item.publication} and the search finds it"
        if item.case_no in _words(client, f"/search/?q={mark}").replace(f'value="{mark}"', ""):
            yield f"{item} is {item.status}/{item.publication} and the search page shows it"
    for item in shown:
        if item.case_no not in lists["/suggestions/?format=csv"]:
            yield f"{item} is public and missing in the file"


def _rested() -> None:
    """A walker is quicker than any visitor; rate limits are not what is looked at here."""
    cache.clear()
    ratelimit.forget()


def _words(client: Client, address: str) -> str:
    response = client.get(address, follow=True)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    body = b"".join(response) if response.streaming else response.content
    return body.decode().replace("<wbr>", "")
