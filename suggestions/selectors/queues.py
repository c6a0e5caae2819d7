"""Lists of items for staff: filters, order, pages by key, and the neighbours of an item in the list it was opened from.

Every list starts from `access.readable(user)`. Pages are reached by key (sort value, id), so deep ones cost what the first
one costs; the total is counted up to COUNT_LIMIT only.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Exists, F, OuterRef, Prefetch, Q
from django.utils.dateparse import parse_date
from django.utils.translation import gettext_lazy as _

from search import lookup
from suggestions import access, numbers
from suggestions.clock import SHANGHAI, local_date, working_days_between
from suggestions.codes import Channel, Urgency
from suggestions.models import Clock, District, RedirectTarget, Suggestion, Topic, TriageHint
from suggestions.models.suggestion import NEVER_DUE, SuggestionQuerySet, due_key
from suggestions.selectors import workload
from suggestions.selectors.cursors import beyond
from suggestions.services import clocks, officers
from suggestions.states import DONE, OPEN, TRIAGE_QUEUE, WITH_UNITS, Case

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser
    from django_stubs_ext import StrOrPromise

PAGE_SIZE = 30
TARGET = "K2t"
"""The clock of the target shown beside the limit of the law."""
COUNT_LIMIT = 1000

STATES: dict[str, tuple["StrOrPromise", Q]] = {
    "triage": (_("待分办（含等补充）"), Q(status__in=TRIAGE_QUEUE)),
    "ours": (_("轮到征集办公室"), Q(status__in=workload.OFFICE_TURN)),
    **{
        str(s): (s.label, Q(status=s))
        for s in (
            Case.REGISTERED,
            Case.SUPPLEMENT_REQUESTED,
            Case.ACCEPTED,
            Case.DISPATCHED,
            Case.HANDLING,
            Case.REPLY_REVIEW,
            Case.ANSWERED,
            Case.RECTIFYING,
        )
    },
    "with_units": (_("在承办单位"), Q(status__in=WITH_UNITS)),
    "open": (_("所有在办"), Q(status__in=OPEN)),
    "done": (_("已答复、已办结"), Q(status__in=DONE)),
    "ended": (
        _("未受理、已指引、已并案、已撤回"),
        Q(status__in=(Case.NOT_ACCEPTED, Case.REDIRECTED, Case.MERGED, Case.WITHDRAWN)),
    ),
    "all": (_("全部"), Q()),
}
DUE: dict[str, "StrOrPromise"] = {
    "overdue": _("已逾期"),
    "today": _("今天到期"),
    "risk": _("两个工作日内到期"),
    "later": _("以后到期"),
}
AGES: dict[str, "StrOrPromise"] = {
    "3": _("来了3天以上"),
    "7": _("来了7天以上"),
    "15": _("来了15天以上"),
    "30": _("来了30天以上"),
}
SORTS: dict[str, tuple["StrOrPromise", str, bool]] = {
    "due": (_("先到期的在前"), "due_key", False),
    "old": (_("先来的在前"), "received_at", False),
    "new": (_("新来的在前"), "received_at", True),
}
"""Code → words, field, descending."""


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a list's address asks for. Unknown codes find nothing rather than failing; `on` is one due date."""

    state: str = "triage"
    due: str = ""
    on: date | None = None
    age: str = ""
    topic: str = ""
    district: str = ""
    channel: str = ""
    campaign: str = ""
    unit: str = ""
    officer: str = ""
    q: str = ""
    show: str = ""
    sort: str = "due"


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page. `total` stops at COUNT_LIMIT; `next_cursor` is "" on the last page."""

    items: list[Suggestion]
    next_cursor: str
    total: int

    @property
    def total_is_floor(self) -> bool:
        return self.total >= COUNT_LIMIT


def filter_from(query: Mapping[str, Any]) -> QueueFilter:
    """The filter an address asks for; over-long words are cut, a date that is none is no date."""
    text = {
        name: str(query.get(name, "") or "").strip()[:80]
        for name in (
            "due",
            "age",
            "topic",
            "district",
            "channel",
            "campaign",
            "unit",
            "officer",
            "q",
            "show",
        )
    }
    try:
        on = parse_date(str(query.get("on", "") or ""))
    except ValueError:
        on = None
    return QueueFilter(
        state=str(query.get("state", "") or "triage"),
        sort=str(query.get("sort", "") or "due"),
        on=on,
        **{k: v.replace("\x00", "") for k, v in text.items()},
    )


def narrow(
    rows: SuggestionQuerySet, wanted: QueueFilter, *, today: date, user_pk: int | None = None
) -> SuggestionQuerySet:
    """`rows` narrowed by every filter that is set; `user_pk` is who "mine" means."""
    case_no = numbers.parse_case_no(wanted.q) if wanted.q else None
    if case_no:
        # Somebody with a number in hand wants that item, wherever it stands.
        return rows.filter(case_no=case_no)
    state = STATES.get(wanted.state)
    rows = rows.filter(state[1]) if state else rows.none()
    if wanted.show:
        conditions = _SHOWN.get(wanted.show)
        rows = rows.filter(conditions(today)) if conditions else rows.none()
    if wanted.due:
        due = workload.due_filters(today).get(wanted.due)
        # A wait for the author is nobody's delay, so such items are in no due bucket.
        rows = rows.filter(due, status__in=workload.RUNNING) if due else rows.none()
    if wanted.on:
        rows = rows.filter(due_on=wanted.on, status__in=workload.RUNNING)
    if wanted.age in AGES:
        before = datetime.combine(today - timedelta(days=int(wanted.age)), time.max, SHANGHAI)
        rows = rows.filter(received_at__lte=before)
    if wanted.topic:
        rows = _about_topic(rows, wanted.topic)
    if wanted.district:
        place = District.objects.filter(code=wanted.district).first()
        rows = rows.filter(district__path__startswith=place.path) if place else rows.none()
    if wanted.channel:
        rows = rows.filter(channel=wanted.channel)
    if wanted.campaign:
        rows = (
            rows.filter(campaign_id=int(wanted.campaign))
            if wanted.campaign.isdecimal() and len(wanted.campaign) < 12
            else rows.none()
        )
    if wanted.unit:
        rows = rows.filter(lead_unit__code=wanted.unit)
    if wanted.officer:
        rows = _given_to(rows, wanted.officer, user_pk)
    return _with_words(rows, wanted.q)


_SHOWN: dict[str, Callable[[date], Q]] = {
    "overdue": lambda today: Q(status__in=workload.RUNNING, due_on__lt=today),
    "rated": lambda today: workload.BADLY_RATED,
}
"""The supervisor's lists (process.md 8.1)."""


def _given_to(rows: SuggestionQuerySet, officer: str, user_pk: int | None) -> SuggestionQuerySet:
    """Items given to an officer: "mine", "none", or the number of a user; "mine" of nobody is nothing."""
    if officer == "none":
        return rows.filter(officer=None)
    if officer == "mine":
        return rows.filter(officer__user_id=user_pk) if user_pk else rows.none()
    known = officer.isdecimal() and len(officer) < 12
    return rows.filter(officer__user_id=int(officer)) if known else rows.none()


def officer_choices(jurisdiction_ids: set[int]) -> list[tuple[str, "StrOrPromise"]]:
    """Whose items a list may show: one's own, nobody's, each officer's. One query."""
    people = officers.candidates(jurisdiction_ids)
    return [
        ("mine", _("分给我的")),
        ("none", _("还没有分的")),
        *((str(u.pk), str(u)) for u in people),
    ]


def _about_topic(rows: SuggestionQuerySet, code: str) -> SuggestionQuerySet:
    """Items of the topic or, while nobody has chosen one, hinted to be."""
    topic = Topic.objects.filter(code=code).first()
    if topic is None:
        return rows.none()
    codes = [topic.code, *topic.get_descendants().values_list("code", flat=True)]
    hinted = TriageHint.objects.filter(
        suggestion=OuterRef("pk"), kind=TriageHint.Kind.TOPIC, value__in=codes
    )
    return rows.filter(
        Q(topic__path__startswith=topic.path) | Q(Exists(hinted), topic__isnull=True)
    )


def _with_words(rows: SuggestionQuerySet, text: str) -> SuggestionQuerySet:
    fields = ("original_title", "original_problem", "original_proposal", "case_no")
    for word in lookup.words(text):
        rows = rows.filter(lookup.says(word, *fields) | Q(external_no__iexact=word))
    return rows


def page(
    user: "AbstractUser | AnonymousUser",
    wanted: QueueFilter,
    *,
    today: date,
    cursor: str = "",
    size: int = PAGE_SIZE,
) -> QueuePage:
    """One page of the items the user may read. Four queries and those of the filters, however long the list."""
    rows = narrow(access.readable(user), wanted, today=today, user_pk=user.pk)
    field, descending = _order(wanted)
    ordered = _ordered(rows, field, descending)
    place = _read_cursor(cursor, field)
    if place:
        ordered = ordered.filter(beyond(field, *place, descending=descending))
    top_hint = Prefetch(
        "hints",
        TriageHint.objects.filter(
            kind__in=(TriageHint.Kind.TOPIC, TriageHint.Kind.CATEGORY)
        ).order_by("-confidence", "pk"),
        to_attr="ranked_hints",
    )
    targets = Prefetch(
        "clocks", Clock.objects.filter(kind=TARGET, stopped_at=None, paused_on=None), to_attr="targets"
    )  # fmt: skip
    found = list(
        ordered.for_list()
        .select_related("jurisdiction", "officer__user")
        .prefetch_related(top_hint, targets)[: size + 1]
    )
    more, items = len(found) > size, found[:size]
    total = rows.order_by()[:COUNT_LIMIT].count()
    return QueuePage(items, _cursor(items[-1], field) if more else "", total)


def neighbours(
    user: "AbstractUser | AnonymousUser", wanted: QueueFilter, item: Suggestion, *, today: date
) -> tuple[str, str]:
    """Case numbers before and after an item in a list ("" at an end). The item itself need not be in it any more,
    so that the next one is still found after an act moved this one on. Two queries.
    """
    field, descending = _order(wanted)
    rows = narrow(access.readable(user), wanted, today=today, user_pk=user.pk).exclude(pk=item.pk)
    waiting = item.status == Case.SUPPLEMENT_REQUESTED or item.due_on is None
    value = (NEVER_DUE if waiting else item.due_on) if field == "due_key" else item.received_at
    after, before = (
        _ordered(rows, field, way).filter(beyond(field, value, item.pk, descending=way))
        for way in (descending, not descending)
    )
    numbers_of = [q.values_list("case_no", flat=True).first() or "" for q in (before, after)]
    return numbers_of[0], numbers_of[1]


def _order(wanted: QueueFilter) -> tuple[str, bool]:
    _label, field, descending = SORTS.get(wanted.sort, SORTS["due"])
    return field, descending


def _ordered(rows: SuggestionQuerySet, field: str, descending: bool) -> SuggestionQuerySet:
    rows = rows.annotate(due_key=due_key())
    keys = [F(field).desc(), F("pk").desc()] if descending else [F(field).asc(), F("pk").asc()]
    return rows.order_by(*keys)


def _cursor(item: Any, field: str) -> str:
    return f"{getattr(item, field).isoformat()}~{item.pk}"


def _read_cursor(cursor: str, field: str) -> tuple[Any, int] | None:
    """(sort value, id) of a cursor of this order; one that does not fit begins the list again."""
    value, _sep, pk = cursor.partition("~")
    if not pk.isdecimal() or len(pk) > 18:
        return None
    try:
        if field == "due_key":
            return date.fromisoformat(value), int(pk)
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    return (moment, int(pk)) if moment.tzinfo else None


@dataclass(frozen=True, slots=True)
class DueWords:
    """A due date as staff read it: tone (late, risk, calm, none), a shape and words, never colour alone."""

    tone: str
    shape: str
    words: str
    on: date | None


_SHAPES = {"late": "▲", "risk": "◆", "calm": "●", "none": "○"}


def due_words(item: Suggestion, *, today: date) -> DueWords:
    """How an item stands with its due date on the Shanghai date `today`. No query (the calendar is cached)."""
    if item.status == Case.SUPPLEMENT_REQUESTED:
        return DueWords("none", _SHAPES["none"], "等建议人补充", item.due_on)
    if item.due_on is None or item.status not in OPEN:
        return DueWords("none", _SHAPES["none"], "", None)
    return words_until(item.due_on, today=today)


def words_until(due_on: date, *, today: date) -> DueWords:
    """A due date that runs, in words. No query (the calendar is cached)."""
    calendar = clocks.workdays()
    if due_on < today:
        return DueWords("late", _SHAPES["late"], f"已逾期{(today - due_on).days}天", due_on)
    if due_on == today:
        return DueWords("risk", _SHAPES["risk"], "今天到期", due_on)
    left = working_days_between(today, due_on, calendar)
    tone = "risk" if due_on <= workload.horizon(today, calendar) else "calm"
    return DueWords(tone, _SHAPES[tone], f"还有{left}个工作日", due_on)


def target_words(item: Suggestion, *, today: date) -> DueWords | None:
    """The target inside the limit of the law, while the item waits to be forwarded (K2: target 3 wd). `item` as `page` loads
    it: no query. A target is no limit: missed, it warns and is not late.
    """
    for held in getattr(item, "targets", []):
        missed = held.due_on < today
        words = "过了目标" if missed else "目标今天" if held.due_on == today else "目标"
        tone = "risk" if held.due_on <= today else "calm"
        return DueWords(tone, _SHAPES[tone], words, held.due_on)
    return None


def age_words(item: Suggestion, *, today: date) -> str:
    """How long ago the item arrived."""
    days = (today - local_date(item.received_at)).days
    return "今天收到" if days <= 0 else f"{days}天前收到"


def topic_choices() -> list[tuple[str, list[tuple[str, str]]]]:
    """Active topics as (parent, [(code, name)]) for a select; a topic without children stands under itself. One query."""
    groups: list[tuple[str, list[tuple[str, str]]]] = []
    for topic in Topic.objects.filter(is_active=True).order_by("path"):
        if topic.depth == 1:
            groups.append((topic.name, [(topic.code, topic.name)]))
        elif groups:
            groups[-1][1].append((topic.code, topic.name))
    return groups


def district_choices(jurisdiction_ids: set[int]) -> list[tuple[str, str]]:
    """Active districts of these jurisdictions, indented by depth. One query."""
    rows = District.objects.filter(is_active=True, jurisdiction_id__in=jurisdiction_ids).order_by(
        "path"
    )
    return [(d.code, "\u3000" * (d.depth - 1) + d.name) for d in rows]


CHANNELS = [(c.value, c.label) for c in Channel]
URGENT = frozenset({Urgency.URGENT, Urgency.CRITICAL})


def campaign_choices() -> list[tuple[str, str]]:
    """Campaigns by newest first. One query; the page model lives above this package and is reached by the relation."""
    pages: Any = Suggestion._meta.get_field("campaign").related_model
    rows = pages._default_manager.order_by("-pk").values_list("pk", "title")[:100]
    return [(str(pk), title) for pk, title in rows]


def redirect_targets(item: Suggestion, category: str) -> list[RedirectTarget]:
    """Lawful channels of the item's place that take this category; all of them while none is chosen. One query."""
    rows = RedirectTarget.objects.filter(is_active=True).filter(
        Q(jurisdiction=None) | Q(jurisdiction_id=item.jurisdiction_id)
    )
    return [t for t in rows if not category or category in t.categories]
