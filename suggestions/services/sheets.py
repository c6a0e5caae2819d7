"""Paper items from a sheet: kept, looked at, confirmed, and taken in row by row in the background (process.md 3.2).

Each row is one transaction with a key of its own, so a worker that dies half-way goes on where it stopped and doubles
nothing. Rows that cannot come in keep their sentences and can be fetched as a sheet.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Count, Q

from suggestions import channels, outbox, rules
from suggestions.actor import Actor
from suggestions.codes import Channel
from suggestions.errors import DomainError, Invalid
from suggestions.imports import sheets as reading
from suggestions.imports.reading import BadFile
from suggestions.models import Jurisdiction, Sheet, SheetRow, Suggestion
from suggestions.roles import Role
from suggestions.services import intake

SHEET = "sheet"
"""Kind of the outbox: run the rows of a confirmed sheet."""
_AT_ONCE = 200
KEPT_DAYS = 90


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sheet is: rows in all, come in, and refused."""

    total: int
    came_in: int
    refused: int

    @property
    def done(self) -> int:
        return self.came_in + self.refused

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


def keep(
    *, user: Any, jurisdiction: Jurisdiction, name: str, content: bytes, at: datetime
) -> Sheet:
    """Store an uploaded sheet with guessed columns; nothing is registered yet. Raises Invalid (file)."""
    try:
        headings, rows = reading.read(name, content)
    except BadFile as error:
        raise Invalid({"file": [str(error)]}) from error
    with transaction.atomic():
        sheet = Sheet.objects.create(
            jurisdiction=jurisdiction, user=user, name=rules.clean_text(name, multiline=False)[:120] or "表格",
            headings=headings, columns=reading.guess(headings), channel=Channel.LETTER, created_at=at,
        )  # fmt: skip
        SheetRow.objects.bulk_create(
            [SheetRow(sheet=sheet, number=n, cells=json.dumps(c, ensure_ascii=False)) for n, c in rows]
        )  # fmt: skip
    return sheet


def choose(*, sheet: Sheet, columns: Mapping[str, int], channel: str) -> Sheet:
    """Say which column is which, and the channel of rows that name none. Raises Invalid, DomainError (already confirmed)."""
    wrong: dict[str, list[str]] = {}
    for name in reading.REQUIRED:
        if name not in columns:
            wrong[name] = [f"请选哪一列是“{reading.FIELDS[name][0]}”。"]
    used = list(columns.values())
    for name, at in columns.items():
        if used.count(at) > 1:
            wrong.setdefault(name, []).append("同一列不能用两次。")
        if not 0 <= at < len(sheet.headings) or name not in reading.FIELDS:
            wrong.setdefault(name, []).append("没有这一列。")
    if channel and channel not in channels.WAYS:
        wrong["channel_default"] = ["请选一种来处。"]
    if wrong:
        raise Invalid(wrong)
    changed = Sheet.objects.filter(pk=sheet.pk, confirmed_at=None).update(
        columns=dict(columns), channel=channel
    )
    if not changed:
        raise DomainError("这张表已经确认登记，不能再改列。")
    sheet.columns, sheet.channel = dict(columns), channel
    return sheet


def preview(sheet: Sheet, *, at: datetime) -> list[tuple[SheetRow, Any, list[str]]]:
    """Every row with its submission and what is wrong with it, also a number that stands in the sheet twice."""
    checker = _checker(sheet, at)
    seen: set[str] = set()
    found = []
    for row in sheet.rows.all():
        submission, wrong = checker.submission(json.loads(row.cells))
        number = submission.external_no
        if number and number in seen:
            wrong.append(f"原编号{number}在表里出现了两次。")
        seen.add(number)
        found.append((row, submission, wrong))
    return found


def confirm(*, sheet: Sheet, at: datetime) -> Sheet:
    """The clerk looked and says yes: the rows come in, in the background. Twice is once."""
    with transaction.atomic():
        changed = Sheet.objects.filter(pk=sheet.pk, confirmed_at=None).update(confirmed_at=at)
        if changed:
            outbox.enqueue(SHEET, {"sheet": sheet.pk}, key=f"sheet:{sheet.pk}")
    sheet.refresh_from_db()
    return sheet


def discard(*, sheet: Sheet) -> None:
    """Forget a sheet that was not confirmed. Raises DomainError when it was."""
    if not Sheet.objects.filter(pk=sheet.pk, confirmed_at=None).delete()[0]:
        raise DomainError("这张表已经确认登记，不能删。")


def run(payload: dict[str, Any], *, now: datetime | None = None) -> None:
    """Outbox handler: take in the rows that are still waiting, a batch at a time; asks for another turn when more wait."""
    from django.utils import timezone

    at = now or timezone.now()
    sheet = (
        Sheet.objects.select_related("user", "jurisdiction")
        .filter(pk=payload["sheet"], confirmed_at__isnull=False, finished_at=None)
        .first()
    )
    if sheet is None:
        return
    checker = _checker(sheet, at)
    for row in sheet.rows.filter(done_at=None)[:_AT_ONCE]:
        _take(sheet, row, checker, at)
    if sheet.rows.filter(done_at=None).exists():
        turn = payload.get("turn", 0) + 1
        outbox.enqueue(SHEET, {"sheet": sheet.pk, "turn": turn}, key=f"sheet:{sheet.pk}:{turn}")
    else:
        Sheet.objects.filter(pk=sheet.pk, finished_at=None).update(finished_at=at)


def _checker(sheet: Sheet, at: datetime) -> reading.Checker:
    return reading.Checker(
        jurisdiction=sheet.jurisdiction, columns=sheet.columns, channel=sheet.channel, at=at
    )


def _take(sheet: Sheet, row: SheetRow, checker: reading.Checker, at: datetime) -> None:
    submission, wrong = checker.submission(json.loads(row.cells))
    key = f"sheet:{sheet.pk}:{row.number}"
    suggestion = None
    earlier = Suggestion.objects.filter(idempotency_key=key).first()
    if earlier is not None:
        # We died between taking it in and noting so.
        suggestion, wrong = earlier, []
    elif not wrong:
        try:
            suggestion = intake.submit(
                submission=submission, jurisdiction=sheet.jurisdiction, idempotency_key=key,
                actor=Actor.staff(sheet.user, Role.INTAKE_CLERK), at=at, limits=rules.ON_RECORD, entered_by=sheet.user,
            ).suggestion  # fmt: skip
        except Invalid as error:
            wrong = [m for messages in error.errors.values() for m in messages]
        except DomainError as error:
            wrong = [str(error)]
        except IntegrityError:
            wrong = ["这个编号刚才已经有人登记了，请核对。"]
    SheetRow.objects.filter(pk=row.pk, done_at=None).update(
        suggestion=suggestion, errors=wrong, done_at=at, **({} if wrong else {"cells": "[]"})
    )


def progress(sheet: Sheet) -> Progress:
    """One query."""
    found = sheet.rows.aggregate(
        total=Count("pk"), came_in=Count("pk", filter=Q(suggestion__isnull=False)),
        refused=Count("pk", filter=Q(done_at__isnull=False, suggestion=None)),
    )  # fmt: skip
    return Progress(found["total"], found["came_in"], found["refused"])


def forget_old(*, now: datetime) -> int:
    """Sheets go after 90 days: the items are registered, and the refused rows hold names (PIPL 19)."""
    old = Sheet.objects.filter(created_at__lt=now - timedelta(days=KEPT_DAYS))
    return old.delete()[0]


def register() -> None:
    """Let the outbox's rows reach this module (called once at start)."""
    outbox.register(SHEET, run)
