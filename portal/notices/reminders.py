"""Reminders of dates as in-site lines and e-mails, each once a person and step."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from portal.notices import staff
from suggestions.models import ClockReminder, Commitment, MonthClose, QaPromise, StaffRole
from suggestions.models.record import Record
from suggestions.roles import Role
from suggestions.services.reminders import record_of

_WORDS: dict[str, str] = {
    "half": "{what}时间过半，{day}到期",
    "before": "{what}还有两个工作日，{day}到期",
    "far": "{what}还有十五个工作日，{day}到期",
    "near": "{what}还有三个工作日，{day}到期",
    "due": "{what}今天应办，{day}到期",
    "late": "{what}已逾期，应在{day}前办好，请尽快办",
    "head": "{what}已逾期，应在{day}前办好，请单位负责人过问",
    "supervisor": "{what}逾期3个工作日，请督办",
    "leader": "{what}逾期5个工作日，已列入通报",
}
"""In-site lines: number and duty, never the author and never the text."""


def clock_reminder(payload: dict[str, Any]) -> None:
    """Tell the people of one reminder. Gone or stopped meanwhile: nothing to say."""
    row = (
        ClockReminder.objects.select_related("clock__suggestion", "clock__rule")
        .prefetch_related("told")
        .filter(pk=payload["reminder"], clock__stopped_at=None)
        .first()
    )
    if row is None:
        return
    held = row.clock
    if held.suggestion is not None:
        subject = held.suggestion.case_no
        url = reverse("desk:item", args=[subject])
    else:
        record = record_of(held)
        subject = str(record) if record else ""
        url = address_of(record)
    day = f"{held.due_on.month}月{held.due_on.day}日"
    text = _WORDS[row.step].format(what=f"{subject} “{held.rule.name}”", day=day)
    for user in row.told.all():
        staff.tell(user, "staff.clock", text, url, key=f"reminder:{row.pk}:{user.pk}")


_ROOMS: dict[str, str] = {
    "supervision": "supervision", "special": "special-report", "bulletinunit": "bulletin-unit", "league": "league", "advice": "advice", "instruction": "instruction", "sponsorship": "sponsorship",
    "warning": "warning", "month_topic": "month-topic", "hearing": "hearing", "visit": "visit", "award_round": "award",
}  # fmt: skip
"""Machine → its list at the desk."""
_SHELVES: dict[str, str] = {
    "rights": "requests", "takedown": "takedowns", "breach": "breaches", "minors_audit": "minors",
}  # fmt: skip
"""Machine → its shelf in the privacy room."""


def address_of(record: Record | None) -> str:
    """Where at the desk a reminder about this record leads; the first page for what has no screen of its own."""
    machine = str(record.machine) if record else ""
    if isinstance(record, QaPromise):
        return reverse("desk:record", args=["questioning", record.question.session_id])
    if isinstance(record, Commitment):
        return reverse("desk:item", args=[record.suggestion.case_no])
    if isinstance(record, MonthClose):
        return reverse("desk:month", args=[record.pk])
    if record is not None and machine in _ROOMS:
        return reverse("desk:record", args=[_ROOMS[machine], record.pk])
    if record is not None and machine in _SHELVES:
        return reverse("desk:privacy_record", args=[_SHELVES[machine], record.pk])
    return reverse("desk:home")


def calendar_alarm(payload: dict[str, Any]) -> None:
    """From 1 November: next year's holidays are not loaded yet (process.md 5.1)."""
    year = payload["year"]
    text = f"{year}年的放假安排还没有载入，跨年的期限都是暂定的。请载入国务院办公厅的放假通知。"
    today = timezone.localdate()
    roles = StaffRole.objects.filter(
        role__in=(Role.SYS_ADMIN, Role.SUPERVISOR), user__is_active=True
    ).select_related("user")
    for user in {r.user for r in roles if r.valid_until is None or r.valid_until >= today}:
        key = f"calendar:{year}:{payload['week']}:{user.pk}"
        staff.tell(user, "staff.calendar", text, reverse("desk:calendar"), key=key)
