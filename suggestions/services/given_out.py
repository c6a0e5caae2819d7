"""The register of personal data given to others: what the portal writes by itself, and what the officer enters.

A list with names that is fetched and an archive package that is opened leave the portal; each writes its row at once, and
the officer says to whom it went. Lists without names hold nobody's data and write none. Rows hold kinds of data and
counts, never a person, and are never deleted. Source: PIPL 23; ND 12 (kept three years); process.md 9.1.
"""

from collections.abc import Mapping
from datetime import date, datetime

from django.db import IntegrityError, transaction

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import AssessmentKind
from suggestions.errors import Invalid
from suggestions.models import DataGiven, ExportJob, Jurisdiction, Suggestion
from suggestions.services import assessments, records
from suggestions.services.wording import Words, cleaned

_WORDS = {
    "recipient": Words("接收方", 200, multiline=False),
    "data_kinds": Words("信息种类", 200, multiline=False),
    "purpose": Words("目的", 300, multiline=False),
    "basis": Words("依据", 300, multiline=False),
    "way": Words("方式", 100, multiline=False),
}


def enter(
    *,
    jurisdiction: Jurisdiction,
    words: Mapping[str, str],
    persons: int,
    given_on: date,
    actor: Actor,
    at: datetime,
) -> DataGiven:
    """Enter by hand what was given. Raises Invalid by field; DomainError where an assessment must come first."""
    errors: dict[str, list[str]] = {}
    if persons < 1:
        errors["persons"] = ["至少1人。"]
    if given_on > local_date(at):
        errors["given_on"] = ["不能是以后的日期：提供以后再登记。"]
    try:
        held = cleaned(_WORDS, words)
    except Invalid as error:
        raise Invalid({**error.errors, **errors}) from None
    if errors:
        raise Invalid(errors)
    assessments.need(jurisdiction, AssessmentKind.GIVE_OUT, at=at)
    made = DataGiven(
        jurisdiction=jurisdiction, persons=persons, given_on=given_on, given_by=actor.user,  # type: ignore[misc]
        assessment=assessments.valid(jurisdiction, AssessmentKind.GIVE_OUT, at=at), **held,
    )  # fmt: skip
    records.begin(made, "given_enter", actor=actor, at=at, data={"way": held["way"]})
    return made


def settle(*, given: DataGiven, recipient: str, actor: Actor, at: datetime) -> DataGiven:
    """Say to whom went what the portal had written down. Raises Invalid without words."""
    held = cleaned({"recipient": _WORDS["recipient"]}, {"recipient": recipient})
    records.move(given, "given_settle", actor=actor, at=at, fields=held)
    return given


def from_export(*, job: ExportJob, headings: list[str], actor: Actor, at: datetime) -> None:
    """A list with names was fetched. Once for each file, however often its asker fetches it."""
    if job.grant is None:
        return
    _auto(
        source=f"export:{job.pk}", jurisdiction=job.jurisdiction, data_kinds="、".join(headings), persons=max(job.done, 1),
        purpose=job.grant.purpose, basis=f"经两人批准的名单（查看批准{job.grant_id}号）", way="下载带姓名的名单", actor=actor, at=at,
    )  # fmt: skip


def from_archive(
    *, suggestion: Suggestion, opening: int, reason: str, actor: Actor, at: datetime
) -> None:
    """An archive package was opened; `opening` is the number of that event in the case's chain."""
    _auto(
        source=f"archive:{suggestion.pk}:{opening}", jurisdiction=suggestion.jurisdiction, persons=1,
        data_kinds="建议原文、办理经过、答复", purpose=reason, basis=f"打开{suggestion.case_no}的归档包，写明理由并留记录",
        way="下载归档包", actor=actor, at=at, suggestion=suggestion,
    )  # fmt: skip


def _auto(
    *, source: str, jurisdiction: Jurisdiction, data_kinds: str, persons: int, purpose: str, basis: str, way: str,
    actor: Actor, at: datetime, suggestion: Suggestion | None = None,
) -> None:  # fmt: skip
    if DataGiven.objects.filter(source=source).exists():
        return
    made = DataGiven(
        jurisdiction=jurisdiction, data_kinds=data_kinds, persons=persons, purpose=purpose, basis=basis, way=way,
        given_on=local_date(at), given_by=actor.user, source=source,  # type: ignore[misc]
        assessment=assessments.valid(jurisdiction, AssessmentKind.GIVE_OUT, at=at),
    )  # fmt: skip
    try:
        with transaction.atomic():
            records.begin(
                made, "given_auto", actor=Actor.system(), at=at, data={"way": way}, suggestion=suggestion
            )  # fmt: skip
    except IntegrityError:
        # The same file was fetched twice at one moment.
        return
