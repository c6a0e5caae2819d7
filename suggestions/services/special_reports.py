"""Special reports and digests: drafted, signed by somebody else, sent, and followed until closed (process.md 8.2; S0, S1).

What is written about people stays out: texts of a sure phone number, name or address are refused, and quoted
suggestions come in masked or in their published words.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Category
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.insight import redaction
from suggestions.models import (
    Jurisdiction,
    SpecialReport,
    SpecialReportCase,
    SpecialReportNote,
    Suggestion,
    Topic,
)
from suggestions.services import awarding, records, transitions
from suggestions.services.wording import Words, cleaned
from suggestions.states import Case
from suggestions.states.instruction import Instruction as InstructionState
from suggestions.states.special_report import SpecialReportState as State

TEXT = 600
"""Characters of a suggestion that a report quotes: a leader reads a page, not a file (P)."""
_KEPT_OUT = (Case.WITHDRAWN, Case.REDIRECTED, Case.NOT_ACCEPTED, Case.MERGED)
"""What its author took back or what was no suggestion is nobody's evidence; of merged ones the primary stands for all."""
Kind = SpecialReport.Kind


def draft(
    *, jurisdiction: Jurisdiction, kind: str, title: str, facts: str, causes: str, proposals: str, addressee: str,
    cases: Sequence[Suggestion], actor: Actor, at: datetime, topic: Topic | None = None,
) -> SpecialReport:  # fmt: skip
    """Begin a report with the suggestions it rests on. Raises Invalid (words missing, personal data, unfit cases).

    Source: process.md 8.2; S1 (facts, causes, proposals), S0 and S2 (digests).
    """
    if kind not in Kind.values:
        raise Invalid({"kind": ["请选专报还是摘报。"]})
    held = _texts(kind, title, facts, causes, proposals, addressee)
    _fit(cases)
    if actor.user is None:
        raise NotAllowed
    report = SpecialReport(
        jurisdiction=jurisdiction, kind=kind, topic=topic, drafted_by=actor.user, **held
    )  # type: ignore[misc]
    with transaction.atomic():
        data = {"kind": str(report.get_kind_display())}
        records.begin(report, "special_draft", actor=actor, at=at, data=data)
        _quote(report, cases)
    return report


def revise(
    *, report: SpecialReport, title: str, facts: str, causes: str, proposals: str, addressee: str,
    cases: Sequence[Suggestion], actor: Actor, at: datetime, topic: Topic | None = None,
) -> SpecialReport:  # fmt: skip
    """Rewrite a draft; the earlier words stay in the chain. Raises DomainError once it is handed in."""
    if report.status != State.DRAFTING:
        raise DomainError("已经送审或报送，不能再改。要改，请审签人退回。")
    held = _texts(report.kind, title, facts, causes, proposals, addressee)
    _fit(cases)
    earlier = {name: getattr(report, name) for name in held if getattr(report, name) != held[name]}
    with transaction.atomic():
        records.note(report, "special_revise", actor=actor, at=at, words="修改", data={"earlier": earlier}, fields={**held, "topic": topic})  # fmt: skip
        report.evidence.exclude(suggestion__in=cases).delete()
        _quote(report, cases)
    return report


def _texts(kind: str, title: str, facts: str, causes: str, proposals: str, addressee: str) -> dict[str, str]:  # fmt: skip
    """The words cleaned, and none that surely points to a person (process.md 8.2: no personal data of authors)."""
    special = kind == Kind.SPECIAL
    held = cleaned(
        {
            "title": Words("题目", 80, multiline=False), "facts": Words("情况", 3000),
            "causes": Words("原因分析", 3000, required=special), "proposals": Words("建议", 3000),
            "addressee": Words("报送对象", 60, multiline=False),
        },
        {"title": title, "facts": facts, "causes": causes, "proposals": proposals, "addressee": addressee},
    )  # fmt: skip
    no_person(held)
    return held


def no_person(held: Mapping[str, str]) -> None:
    """Raise Invalid for each field with words that surely are somebody's data, naming them."""
    errors = {}
    for name, text in held.items():
        found = [text[s.start : s.end] for s in redaction.find_spans(text) if s.certain]
        if found:
            errors[name] = [f"这里不写个人信息，请去掉：{'、'.join(found[:5])}。"]
    if errors:
        raise Invalid(errors)


def _fit(cases: Sequence[Suggestion]) -> None:
    if not cases:
        raise Invalid({"cases": ["请填依据的建议，至少一件。"]})
    for case in cases:
        if case.is_secret:
            raise Invalid({"cases": [f"{case.case_no}涉密，不能作为依据。"]})
        if case.category == Category.REPORT_MISCONDUCT or case.status in _KEPT_OUT:
            raise Invalid({"cases": [f"{case.case_no}是“{case.get_status_display()}”的件，不能作为依据。"]})  # fmt: skip


def _quote(report: SpecialReport, cases: Sequence[Suggestion]) -> None:
    """Take up suggestions in the words their author released, else masked by the rules; those there already stay."""
    known = set(report.evidence.values_list("suggestion_id", flat=True))
    SpecialReportCase.objects.bulk_create(
        SpecialReportCase(
            report=report, suggestion=case, title=awarding.masked(case.public_title or case.original_title)[:80],
            text=awarding.masked(awarding.texts_of(case))[:TEXT],
        )
        for case in cases
        if case.pk not in known
    )  # fmt: skip


def hand_in(*, report: SpecialReport, actor: Actor, at: datetime) -> None:
    """Give it to be signed."""
    records.move(report, "special_hand_in", actor=actor, at=at)


def send_back(*, report: SpecialReport, reason: str, actor: Actor, at: datetime) -> None:
    """It needs more work, and which."""
    records.move(report, "special_send_back", actor=actor, at=at, reason=reason.strip())


def submit(*, report: SpecialReport, actor: Actor, at: datetime) -> None:
    """Sign, number and send it; from now on somebody looks every thirty days what became of it (KS).

    Whoever drafted it does not sign it. The chains of the quoted suggestions say so, to staff alone. Raises NotAllowed,
    DomainError (a quoted suggestion was withdrawn or erased meanwhile).
    """
    if actor.user is None or actor.user.pk == report.drafted_by_id:
        raise NotAllowed("起草人不能自己签发，请换一位。")
    quoted = list(report.evidence.select_related("suggestion"))
    gone = [q.suggestion.case_no for q in quoted if q.suggestion.status in _KEPT_OUT]
    if gone:
        raise DomainError(f"{'、'.join(gone[:5])}已经撤回或并案，请退回修改，换掉依据。")
    with transaction.atomic():
        # Numbers are given under the jurisdiction's lock: two signed at the same instant get two.
        Jurisdiction.objects.select_for_update().get(pk=report.jurisdiction_id)
        year = local_date(at).year
        same = SpecialReport.objects.filter(
            jurisdiction=report.jurisdiction, kind=report.kind, year=year
        )
        number = (same.aggregate(n=Max("number"))["n"] or 0) + 1
        report.year, report.number = year, number
        name = report.name
        records.move(
            report, "special_submit", actor=actor, at=at, data={"name": name, "addressee": report.addressee},
            fields={"year": year, "number": number, "signed_by": actor.user, "submitted_at": at},
        )  # fmt: skip
        for held in quoted:
            transitions.note(held.suggestion, "special_report", actor=actor, at=at, words=f"写入{name}", data={"report": report.pk})  # fmt: skip


def follow(*, report: SpecialReport, text: str, actor: Actor, at: datetime) -> SpecialReportNote:
    """Write down what became of it; the next look is due thirty days on (KS; S1)."""
    held = cleaned({"text": Words("跟踪情况", 1000)}, {"text": text})
    no_person(held)
    if actor.user is None:
        raise NotAllowed
    with transaction.atomic():
        records.move(report, "special_follow", actor=actor, at=at)
        return SpecialReportNote.objects.create(report=report, at=at, by_id=actor.user.pk, **held)


def close(*, report: SpecialReport, outcome: str, actor: Actor, at: datetime) -> None:
    """End it with what came of it. A special report was followed at least once, and no instruction on it is open (S1).

    Raises DomainError, Invalid.
    """
    held = cleaned({"outcome": Words("结果", 2000)}, {"outcome": outcome})
    no_person(held)
    if report.instructions.exclude(status=InstructionState.CLOSED).exists():
        raise DomainError("这份报告上的领导批示还没有办结，办结以后才能办结报告。")
    if report.kind == Kind.SPECIAL and not report.notes.exists():
        raise DomainError("专报要跟踪到底：请先登记跟踪情况，再办结。")
    records.move(report, "special_close", actor=actor, at=at, fields={**held, "closed_at": at})


def drop(*, report: SpecialReport, reason: str, actor: Actor, at: datetime) -> None:
    """It will not be sent, and why."""
    records.move(report, "special_drop", actor=actor, at=at, reason=reason.strip())


def instructed(*, report: SpecialReport, actor: Actor, at: datetime, data: dict[str, Any]) -> None:
    """A leader wrote an instruction on it (instructing.give): from then on its follow-up runs."""
    if report.status == State.SUBMITTED:
        records.move(report, "special_instructed", actor=actor, at=at, data=data)
    elif report.status == State.FOLLOWING:
        records.note(
            report, "special_instruction", actor=actor, at=at, words="领导再次批示", data=data
        )
    else:
        raise DomainError("报送以后、办结以前的报告才能批示。")
