"""What happened to an item, and whose turn it is: the same rows for the public, the author and staff."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from suggestions import dates
from suggestions.clock import ANSWER_KINDS, Length, local_date, working_days_between
from suggestions.models import CaseEvent, Clock, RecordEvent, Suggestion
from suggestions.services import clocks
from suggestions.states import TRANSITIONS, Case, Evaluation, Machine, Visibility

_SEEN: dict[str, tuple[str, ...]] = {
    "public": (Visibility.PUBLIC,),
    "author": (Visibility.PUBLIC, Visibility.AUTHOR),
    "staff": tuple(Visibility.values),
}


_READ = ("seq", "at", "name", "words", "reason", "data", "text_salt", "text_digest")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a timeline. `kind`: done, pause, now or todo, for its mark."""

    at: datetime
    words: str
    reason: str
    name: str
    kind: str = "done"
    actor: str = ""


def timeline(suggestion: Suggestion, audience: str) -> list[Entry]:
    """Events newest first for "public", "author" or "staff". One query. Reasons are the author's and staff's alone."""
    events = CaseEvent.objects.filter(suggestion=suggestion, visibility__in=_SEEN[audience])
    if audience != "staff":
        events = events.exclude(words="")
    entries = []
    # Nobody outside is told who acted.
    is_staff = audience == "staff"
    events = events.select_related("actor", "unit") if is_staff else events.only(*_READ)
    held = list(events.order_by("-seq"))
    absent = _absent(held) if audience == "staff" else {}
    for event in held:
        shown = (
            event.reason
            if audience == "staff" or (audience == "author" and event.name in _AUTHOR_REASONS)
            else ""
        )
        entries.append(
            Entry(
                at=event.at, words=said(event) if event.words else (_("（内容已依法删除）") if event.is_blanked else ""), reason=shown, name=event.name,
                kind="pause" if event.name == "request_supplement" else "done",
                actor=_actor(event, absent.get(event.pk, "")) if audience == "staff" else "",
            )
        )  # fmt: skip
    return entries


def said(event: CaseEvent | RecordEvent) -> str:
    """The event in the page's language. Its words are stored in Chinese; English is filled anew from the same row and
    facts, where these are what was stored."""
    row = _ROWS.get(event.name) if dates.is_english() else None
    if row is None or row.said(event.data) != event.words:
        return event.words
    return str(row.words).format_map(defaultdict(str, event.data))


_ROWS = {row.name: row for row in TRANSITIONS}
_AUTHOR_REASONS = frozenset(
    {"dispatch", "redirect", "merge", "remove", "suspend", "resume_publication"}
)


def _actor(event: CaseEvent, absent: str = "") -> str:
    who = (
        str(event.actor)
        if event.actor
        else {"author": "建议人", "system": "系统"}.get(event.role, event.role)
    )
    who = f"{who}（{event.unit.short_name}）" if event.unit else who
    return f"{who}，代{absent}" if absent else who


def _absent(events: list[CaseEvent]) -> dict[int, str]:
    """Names of the people whose lent role was used, by event: both names stand in the history (process.md 2.1)."""
    lent = {e.pk: e.data["on_behalf_of"] for e in events if e.data.get("on_behalf_of")}
    if not lent:
        return {}
    people = get_user_model().objects.in_bulk(set(lent.values()))
    return {pk: str(people[user]) for pk, user in lent.items() if user in people}


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is and until when. `days_left` in the rule's own unit; negative when overdue."""

    who: str
    holder: str
    act: str
    clock: Clock | None
    due_on: date | None
    days_left: int | None
    total: int
    used: int
    unit: str
    explanation: list[str]
    paused: bool = False

    @property
    def overdue(self) -> bool:
        return self.days_left is not None and self.days_left < 0 and not self.paused

    @property
    def used_percent(self) -> int:
        return min(100, round(100 * self.used / self.total)) if self.total else 0


_OFFICE_ACTS = {
    Case.REGISTERED: gettext_noop("看您的建议，决定由谁办理"),
    Case.ACCEPTED: gettext_noop("转交承办单位"),
    Case.REPLY_REVIEW: gettext_noop("审核承办单位的答复"),
}
_UNIT_ACTS = {
    Case.DISPATCHED: gettext_noop("签收并开始办理"),
    Case.HANDLING: gettext_noop("办理并答复您"),
    Case.RECTIFYING: gettext_noop("重新办理并再次答复您"),
    Case.REOPENED: gettext_noop("重新办理"),
}


def turn(suggestion: Suggestion, *, at: datetime) -> Turn | None:
    """Who holds an item now; None when nobody owes anything any more."""
    today = local_date(at)
    if suggestion.status == Case.SUPPLEMENT_REQUESTED:
        return _turn(suggestion, "author", _("您"), _("补充材料"), ("K10",), today)
    if suggestion.evaluation_state == Evaluation.INVITED and suggestion.status == Case.ANSWERED:
        return _turn(suggestion, "author", _("您"), _("评价这次答复"), ("K13",), today)
    if suggestion.status in _OFFICE_ACTS:
        kinds = ("K7b", "K7a", "K7c", "K7d", "K15", "K2")
        return _turn(
            suggestion,
            "office",
            suggestion.jurisdiction.office_name,
            _(_OFFICE_ACTS[Case(suggestion.status)]),
            kinds,
            today,
        )
    if suggestion.status in _UNIT_ACTS:
        name = (
            suggestion.lead_unit.name
            if suggestion.lead_unit
            else suggestion.jurisdiction.office_name
        )
        return _turn(
            suggestion,
            "unit",
            name,
            _(_UNIT_ACTS[Case(suggestion.status)]),
            ("K15", "K7b", "K7a", "K7c", "K7d"),
            today,
        )
    return None


def _turn(
    suggestion: Suggestion, who: str, holder: str, act: str, kinds: tuple[str, ...], today: date
) -> Turn:
    running = [
        c
        for c in Clock.objects.filter(
            suggestion=suggestion, kind__in=kinds, stopped_at=None
        ).select_related("rule")
        if c.assignment_id is None
    ]
    running.sort(key=lambda c: kinds.index(c.kind))
    if not running:
        return Turn(who, holder, act, None, None, None, 0, 0, "", [])
    return turn_of(running[0], who, holder, act, today)


def turn_of(held: Clock, who: str, holder: str, act: str, today: date) -> Turn:
    """A clock as a turn, counted in the clock's own unit."""
    start = local_date(held.started_at)
    end = local_date(held.stopped_at) if held.stopped_at else today
    if held.rule.unit == Length.WORKING_DAY:
        calendar = clocks.workdays()
        left = working_days_between(end, held.due_on, calendar)
        total = max(working_days_between(start, held.due_on, calendar), 1)
        unit = _("个工作日")
    else:
        left, total, unit = (held.due_on - end).days, max((held.due_on - start).days, 1), _("天")
    return Turn(
        who=who, holder=holder, act=act, clock=held, due_on=held.due_on, days_left=left, total=total,
        used=min(max(total - left, 0), total) if left >= 0 else total, unit=unit,
        explanation=clocks.explain_in_words(held), paused=held.paused_on is not None and held.stopped_at is None,
    )  # fmt: skip


def handling_clock(suggestion: Suggestion, *, at: datetime) -> Turn | None:
    """The latest handling clock (K7a or K15), running or stopped: how long the unit took or has."""
    held = (
        Clock.objects.filter(suggestion=suggestion, kind__in=(*ANSWER_KINDS, "K15"))
        .select_related("rule")
        .order_by("-started_at")
        .first()
    )
    if held is None:
        return None
    name = suggestion.lead_unit.name if suggestion.lead_unit else ""
    return turn_of(held, "unit", name, "", local_date(at))


def staff_clocks(suggestion: Suggestion) -> list[Clock]:
    """All clocks of an item for the desk, running first."""
    held = list(
        Clock.objects.filter(suggestion=suggestion).select_related(
            "rule", "holder_unit", "assignment__unit"
        )
    )
    return sorted(held, key=lambda c: (c.stopped_at is not None, c.due_on, c.pk))


CASE_NAMES = frozenset({Machine.CASE.value})
