"""The rules that propose supervision, each a query over work and dates, never over a person (process.md 8.1, section 12).

A proposal names its rule and its facts and waits for a supervisor. `dedupe_key` keeps one matter from being proposed twice.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import CharField, Count, Exists, OuterRef, Q, Subquery, Value
from django.db.models.functions import Cast, Concat
from django.utils.timezone import make_aware

from suggestions.actor import Actor
from suggestions.clock import ANSWER_KINDS, SHANGHAI, local_date, working_days_between
from suggestions.codes import Category, Overall, Solved
from suggestions.errors import DomainError, NotAllowed
from suggestions.models import (
    Assignment,
    CaseEvent,
    Clock,
    Commitment,
    DispatchRule,
    District,
    Evaluation,
    Extension,
    Jurisdiction,
    MonthClose,
    Suggestion,
    SupervisionOrder,
    Topic,
    Unit,
    Visit,
)
from suggestions.models.suggestion import SuggestionQuerySet
from suggestions.selectors import knowledge as knowledge_base
from suggestions.services import clocks, records, supervising
from suggestions.services.lapses import lapse_records
from suggestions.services.wording import Words, cleaned
from suggestions.states import ACTIVE_ASSIGNMENT, OPEN, Case
from suggestions.states import Assignment as Part
from suggestions.states import Commitment as Promise
from suggestions.states.machines import Extension as ExtensionState
from suggestions.states.month_close import MonthCloseState as Month
from suggestions.states.supervision import Supervision as State
from suggestions.states.visit import VisitState

UNITS_TOUCHED, RETURNS, REWORKS, RATINGS = 3, 2, 3, 2
"""Shifting from the third unit or the second return on; the third rework; the second dissatisfaction (PRAC)."""
CONCENTRATED, WINDOW_DAYS = 5, 30
"""Repeated concentrated matters: distinct authors of one topic in one district within these days (JN 28; P)."""
GRACE_DAYS = 15
"""Days after which an answer of the knowledge base that nobody looked at again is a matter for supervision (P)."""
_BATCH = 500
Rule = SupervisionOrder.Rule
_RUNNING = (State.ISSUED, State.OVERDUE, State.ANSWERED, State.SENT_BACK)


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a rule found."""

    rule: str
    key: str
    evidence: list[str]
    jurisdiction: Jurisdiction
    suggestion: Suggestion | None = None
    topic: Topic | None = None
    district: District | None = None
    unit: Unit | None = None


def propose_all(*, now: datetime) -> int:
    """Run every rule; returns how many new proposals stand before the supervisors. A second run adds none."""
    made = 0
    for rule in RULES:
        for found in rule(local_date(now)):
            if SupervisionOrder.objects.filter(
                jurisdiction=found.jurisdiction, dedupe_key=found.key
            ).exists():
                continue
            order = supervising.propose(
                jurisdiction=found.jurisdiction, rule=found.rule, evidence=found.evidence, key=found.key,
                suggestion=found.suggestion, topic=found.topic, district=found.district, unit=found.unit,
                actor=Actor.system(), at=now,
            )  # fmt: skip
            made += order is not None
    return made


def _proposed(*parts: str, place: str = "jurisdiction") -> Exists:
    """Whether a row was proposed before, asked in the database: a batch is never filled with what is already before the
    supervisor. `parts` alternate text and the row's own columns, as its key is put together.
    """
    words = [
        Value(part) if n % 2 == 0 else Cast(OuterRef(part), CharField())
        for n, part in enumerate(parts)
    ]
    return Exists(
        SupervisionOrder.objects.filter(jurisdiction=OuterRef(place), dedupe_key=Concat(*words, output_field=CharField()))
    )  # fmt: skip


def open_cases() -> SuggestionQuerySet:
    """Open cases; reports of misconduct are nobody's supervision here (XF 30)."""
    return (
        Suggestion.objects.filter(status__in=OPEN)
        .exclude(category=Category.REPORT_MISCONDUCT)
        .select_related("jurisdiction", "lead_unit")
    )


def overdue(today: date) -> Iterator[Proposal]:
    """Past the day for an answer, and no extension asked for or granted that explains it (XF 40)."""
    asked = Extension.objects.filter(
        suggestion=OuterRef("suggestion"), status=ExtensionState.REQUESTED
    )
    late = (
        Clock.objects.filter(
            kind__in=(*ANSWER_KINDS, "K15"), stopped_at=None, paused_on=None, due_on__lt=today,
            suggestion__status__in=OPEN,
        )
        .exclude(suggestion__category=Category.REPORT_MISCONDUCT)
        .exclude(Exists(asked))
        .exclude(_proposed("overdue:", "pk", ":", "due_on", place="suggestion__jurisdiction"))
        .select_related("suggestion__jurisdiction", "suggestion__lead_unit", "rule")
        .order_by("due_on", "pk")
    )  # fmt: skip
    calendar = clocks.workdays()
    for clock in late[:_BATCH]:
        case = clock.suggestion
        assert case is not None
        days = working_days_between(clock.due_on, today, calendar)
        if days < 1:
            continue
        facts = [
            f"“{clock.rule.name}”应在{_day(clock.due_on)}前完成，已过{days}个工作日，没有申请延期。"
        ]
        yield Proposal(
            Rule.OVERDUE, f"overdue:{clock.pk}:{clock.due_on}", facts, case.jurisdiction, case
        )


def no_feedback(today: date) -> Iterator[Proposal]:
    """Not signed in, or no co-unit's opinion, two working days after its day; or a supervision step left unanswered."""
    calendar = clocks.workdays()
    late = (
        Clock.objects.filter(
            kind__in=("K4", "K9"), stopped_at=None, paused_on=None, due_on__lt=today, suggestion__status__in=OPEN
        )
        .exclude(suggestion__category=Category.REPORT_MISCONDUCT)
        .exclude(_proposed("no_feedback:", "pk", place="suggestion__jurisdiction"))
        .select_related("suggestion__jurisdiction", "rule", "holder_unit")
        .order_by("due_on", "pk")
    )  # fmt: skip
    for clock in late[:_BATCH]:
        case, unit = clock.suggestion, clock.holder_unit
        days = working_days_between(clock.due_on, today, calendar)
        if case is None or unit is None or days < 2:
            continue
        facts = [
            f"{unit.short_name}“{clock.rule.name}”应在{_day(clock.due_on)}前完成，已过{days}个工作日。"
        ]
        yield Proposal(
            Rule.NO_FEEDBACK, f"no_feedback:{clock.pk}", facts, case.jurisdiction, case, unit=unit
        )


def shifting(_today: date) -> Iterator[Proposal]:
    """Three units touched as lead, or two returns, and still open (process.md 4.2; PRAC 巴彦淖尔)."""
    lead = Q(assignments__part=Assignment.Part.LEAD)
    back = Q(assignments__status__in=(Part.RECALLED, Part.REASSIGNED))
    # Only where a lead changed at all: whoever had one unit throughout is not counted through.
    changed = Assignment.objects.filter(
        suggestion=OuterRef("pk"), part=Assignment.Part.LEAD
    ).exclude(status__in=ACTIVE_ASSIGNMENT)
    rows = (
        open_cases()
        .filter(Exists(changed))
        .exclude(_proposed("shifting:", "pk"))
        .annotate(
            touched=Count("assignments__unit", filter=lead, distinct=True),
            returned=Count("assignments", filter=lead & back, distinct=True),
        )
        .filter(Q(touched__gte=UNITS_TOUCHED) | Q(returned__gte=RETURNS))
    )
    found: Iterable[Any] = rows[:_BATCH]
    for case in found:
        facts = [f"先后交过{case.touched}个单位主办，退回或改派{case.returned}次，还没有办结。"]
        yield Proposal(Rule.SHIFTING, f"shifting:{case.pk}", facts, case.jurisdiction, case)


def dissatisfied(_today: date) -> Iterator[Proposal]:
    """Two rounds rated as not satisfied (process.md 8.1)."""
    bad = Evaluation.objects.filter(suggestion=OuterRef("pk"), overall=Overall.DISSATISFIED)
    counted = bad.order_by().values("suggestion").annotate(n=Count("round", distinct=True))
    rows = (
        Suggestion.objects.exclude(status=Case.WITHDRAWN)
        .filter(overall=Overall.DISSATISFIED)
        .annotate(rounds=Subquery(counted.values("n")))
        .filter(rounds__gte=RATINGS)
        .exclude(_proposed("dissatisfied:", "pk", ":", "rounds"))
        .select_related("jurisdiction", "lead_unit")
    )
    found: Iterable[Any] = rows[:_BATCH]
    for case in found:
        facts = [f"整改后再次评价，建议人{case.rounds}次选“不满意”。"]
        yield Proposal(Rule.DISSATISFIED, f"dissatisfied:{case.pk}:{case.rounds}", facts, case.jurisdiction, case)  # fmt: skip


def rework(_today: date) -> Iterator[Proposal]:
    """Three answers sent back by the office (T12; PRAC)."""
    rows = (
        CaseEvent.objects.filter(name="send_back", suggestion__status__in=OPEN)
        .exclude(suggestion__category=Category.REPORT_MISCONDUCT)
        .exclude(_proposed("rework:", "suggestion_id", place="suggestion__jurisdiction"))
        .values("suggestion")
        .annotate(n=Count("pk"))
        .filter(n__gte=REWORKS)
        .order_by("suggestion")
    )
    counts = {row["suggestion"]: row["n"] for row in rows[:_BATCH]}
    for case in open_cases().filter(pk__in=counts):
        facts = [f"答复{counts[case.pk]}次没有通过审核，被退回重写。"]
        yield Proposal(Rule.REWORK, f"rework:{case.pk}", facts, case.jurisdiction, case)


def commitments(_today: date) -> Iterator[Proposal]:
    """A promise of an answer that was not kept (K18)."""
    proposed = _proposed("commitment:", "pk", ":", "promised_on", place="suggestion__jurisdiction")
    rows = (
        Commitment.objects.filter(status=Promise.MISSED)
        .exclude(proposed)
        .select_related("suggestion__jurisdiction", "unit")
        .order_by("promised_on", "pk")
    )
    for promise in rows[:_BATCH]:
        case = promise.suggestion
        facts = [
            f"{promise.unit.short_name}承诺{_day(promise.promised_on)}前做到，到期没有登记做到。"
        ]
        key = f"commitment:{promise.pk}:{promise.promised_on}"
        yield Proposal(Rule.COMMITMENT, key, facts, case.jurisdiction, case, unit=promise.unit)


def concentrated(today: date) -> Iterator[Proposal]:
    """One topic in one district raised by many within a month: once a calendar month (JN 28). Topic and place, no person."""
    since = datetime.combine(today - timedelta(days=WINDOW_DAYS), datetime.min.time())
    rows = (
        Suggestion.objects.filter(
            received_at__gte=make_aware(since, SHANGHAI), topic__isnull=False, district__isnull=False,
            category=Category.SUGGESTION,
        )
        .exclude(status__in=(Case.WITHDRAWN, Case.NOT_ACCEPTED, Case.REDIRECTED))
        .order_by()
        .values("jurisdiction", "topic", "district")
        .annotate(n=Count("pk"), authors=Count("author__phone_hash", distinct=True))
        .filter(n__gte=CONCENTRATED, authors__gte=CONCENTRATED)
    )  # fmt: skip
    month = f"{today:%Y-%m}"
    told = set(
        SupervisionOrder.objects.filter(rule=Rule.CONCENTRATED, dedupe_key__endswith=f":{month}")
        .order_by()
        .values_list("jurisdiction", "dedupe_key")
    )
    for row in rows[:_BATCH]:
        key = f"concentrated:{row['topic']}:{row['district']}:{month}"
        if (row["jurisdiction"], key) in told:
            continue
        place = Jurisdiction.objects.get(pk=row["jurisdiction"])
        topic = Topic.objects.get(pk=row["topic"])
        district = District.objects.get(pk=row["district"])
        named = DispatchRule.objects.filter(jurisdiction=place, topic=topic).filter(
            Q(district=district) | Q(district=None)
        )
        unit = next((r.unit for r in named.order_by("-district_id").select_related("unit")), None)
        facts = [
            f"{WINDOW_DAYS}天里，{district.name}“{topic.name}”有{row['n']}件建议，来自不同的人。"
        ]
        yield Proposal(Rule.CONCENTRATED, key, facts, place, None, topic, district, unit)


def visits(today: date) -> Iterator[Proposal]:
    """A return visit, sampled or unannounced, on which the author says: not contacted, not solved, or dissatisfied (8.1).

    Not where the visit was itself the spot check of an order that still runs: its supervisor reads it there.
    """
    since = datetime.combine(today - timedelta(days=WINDOW_DAYS), datetime.min.time())
    rows = (
        Visit.objects.filter(status=VisitState.DONE, visited_at__gte=make_aware(since, SHANGHAI))
        .filter(Q(contacted=False) | Q(solved=Solved.NO) | Q(satisfied=Overall.DISSATISFIED))
        .exclude(order__isnull=False, order__status__in=_RUNNING)
        .exclude(suggestion__category=Category.REPORT_MISCONDUCT)
        .exclude(_proposed("visit:", "pk"))
        .select_related("suggestion__jurisdiction", "unit")
        .order_by("visited_at", "pk")
    )
    for visit in rows[:_BATCH]:
        said = [
            "承办单位没有联系过" if visit.contacted is False else "",
            "没有解决" if visit.solved == Solved.NO else "",
            "不满意" if visit.satisfied == Overall.DISSATISFIED else "",
        ]
        facts = [f"{visit.get_why_display()}时建议人反映：{'，'.join(s for s in said if s)}。"]
        case = visit.suggestion
        yield Proposal(Rule.VISIT, f"visit:{visit.pk}", facts, case.jurisdiction, case, unit=visit.unit)  # fmt: skip


def knowledge(today: date) -> Iterator[Proposal]:
    """An answer of the knowledge base that its unit did not look at again in time (JN 28). Once for each day it missed."""
    late = knowledge_base.unlooked_at(today - timedelta(days=GRACE_DAYS))
    for page in late[:_BATCH]:
        facts = [
            f"知识库“{page.title}”该在{_day(page.review_on)}前核对，过了{GRACE_DAYS}天还没有核对。"
        ]
        key = f"knowledge:{page.pk}:{page.review_on}"
        yield Proposal(Rule.KNOWLEDGE, key, facts, page.unit.jurisdiction, unit=page.unit)


RULES: tuple[Callable[[date], Iterator[Proposal]], ...] = (
    overdue, no_feedback, shifting, dissatisfied, rework, commitments, concentrated, visits, knowledge,
)  # fmt: skip


def close_month(*, now: datetime) -> int:
    """Draw the list of what a month left open, once, to be reported on the third working day (K26; S4).

    Drawn at the legal moment, the last of the month, from which K26 counts; lists not reported in time are marked.
    """
    first = local_date(now).replace(day=1)
    month = (first - timedelta(days=1)).replace(day=1)
    after = make_aware(datetime.combine(first, datetime.min.time()), SHANGHAI)
    drawn = 0
    for place in Jurisdiction.objects.filter(is_active=True).exclude(
        pk__in=MonthClose.objects.filter(month=month).values("jurisdiction")
    ):
        cases = list(
            open_cases().filter(jurisdiction=place, received_at__lt=after).order_by("due_on", "pk")
        )
        late = [c for c in cases if c.due_on is not None and c.due_on < first]
        close = MonthClose(
            jurisdiction=place, month=month, open_at_end=len(cases), overdue_at_end=len(late),
            rows=[
                {"case_no": c.case_no, "status": c.status, "due_on": c.due_on.isoformat() if c.due_on else "",
                 "unit": c.lead_unit.short_name if c.lead_unit else ""}
                for c in cases[:2000]
            ],
            drawn_at=now,
        )  # fmt: skip
        data = {"month": f"{month.year}年{month.month}月", "open": len(cases), "late": len(late)}
        try:
            with transaction.atomic():
                records.begin(
                    close, "month_draw", actor=Actor.system(), at=after - timedelta(seconds=1), data=data
                )  # fmt: skip
                # The clock's day is kept beside the list: it is read long after the clock has stopped.
                MonthClose.objects.filter(pk=close.pk).update(report_by=close.due_on)
        except IntegrityError:
            # Another worker drew it at the same moment.
            continue
        drawn += 1
    return drawn + _lapse_months(now)


def _lapse_months(now: datetime) -> int:
    """Lists whose day is over without a report (K26), at 24:00 of that day."""
    return lapse_records(
        MonthClose.objects.filter(status=Month.DRAWN), "K26", now=now,
        lapse=lambda close, at: records.move(close, "month_lapse", actor=Actor.system(), at=at),
    )  # fmt: skip


def report_month(*, close: MonthClose, note: str, actor: Actor, at: datetime) -> None:
    """The supervisor reports the list with a word on what is done about it; K26 stops (S4)."""
    if actor.user is None:
        raise NotAllowed
    held = cleaned({"note": Words("说明", 2000)}, {"note": note})
    if close.status == Month.REPORTED:
        raise DomainError("这个月的清单已经报过了。")
    records.move(
        close, "month_report", actor=actor, at=at, data={"note": held["note"]},
        fields={"reported_at": at, "reported_by": actor.user, "note": held["note"]},
    )  # fmt: skip


def _day(day: date) -> str:
    return f"{day.month}月{day.day}日"
