"""Clocks for months, promises of questionings and instructions; consultations and the yearly minors' audit; spot checks."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from suggestions.clock import DEFAULT_RULES

_SHANGHAI = ZoneInfo("Asia/Shanghai")


def _rule(apps, kind):
    held = next(r for r in DEFAULT_RULES if r.kind == kind)
    rule, _new = apps.get_model("suggestions", "ClockRule").objects.get_or_create(
        kind=kind, rule_version=1,
        defaults={
            "name": held.name, "length": held.length, "unit": held.unit.value, "citizen": held.citizen,
            "pausable": held.pausable, "source": held.source, "half_of": held.half_of, "by_law": held.law,
            "is_minimum": held.minimum,
        },
    )  # fmt: skip
    return rule


def _start(apps, machine, record, kind, started_at, day, *, fixed, unit=None):
    apps.get_model("suggestions", "Clock").objects.create(
        record_machine=machine, record_id=record.pk, kind=kind, rule=_rule(apps, kind), holder_unit_id=unit,
        started_at=started_at, due_on=day, first_due_on=day, fixed_on=day if fixed else None, remind_on=day,
    )  # fmt: skip
    type(record).objects.filter(pk=record.pk).update(due_on=day, due_kind=kind)


def start_what_runs(apps, schema_editor):
    """What was a date in a column gets its clock; what is over gets its state and none."""
    months = apps.get_model("suggestions", "MonthClose")
    months.objects.exclude(reported_at=None).update(status="reported")
    for close in months.objects.filter(reported_at=None, report_by__isnull=False):
        after = (close.month + timedelta(days=32)).replace(day=1)
        end = datetime.combine(after, time(0), tzinfo=_SHANGHAI) - timedelta(seconds=1)
        _start(apps, "month_close", close, "K26", end, close.report_by, fixed=False)
    promises = apps.get_model("suggestions", "QaPromise")
    for promise in promises.objects.select_related("question__session"):
        status = "kept" if promise.kept_on else "missed" if promise.missed_at else "open"
        promises.objects.filter(pk=promise.pk).update(
            jurisdiction_id=promise.question.session.jurisdiction_id, status=status
        )
        if status != "kept":
            begun = promise.question.answered_at or django.utils.timezone.now()
            _start(apps, "qa_promise", promise, "K18", begun, promise.promised_on, fixed=True, unit=promise.unit_id)  # fmt: skip
    given = apps.get_model("suggestions", "LeaderInstruction").objects.filter(
        status__in=("given", "working", "sent_back"), report_by__isnull=False
    )
    for held in given:
        unit = held.unit_id if held.audience == "unit" else None
        _start(apps, "instruction", held, "KL", held.given_at, held.report_by, fixed=True, unit=unit)  # fmt: skip


def stop_what_was_started(apps, schema_editor):
    apps.get_model("suggestions", "Clock").objects.filter(
        record_machine__in=("month_close", "qa_promise", "instruction")
    ).delete()


def _record_fields(model, status, choices):
    return [
        migrations.AddField(model, "status", models.CharField(choices=choices, default=status, editable=False, max_length=24, verbose_name="状态"), preserve_default=False),
        migrations.AddField(model, "version", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField(model, "event_seq", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField(model, "event_head", models.CharField(blank=True, default="", editable=False, max_length=64), preserve_default=False),
        migrations.AddField(model, "due_on", models.DateField(blank=True, editable=False, null=True, verbose_name="当前期限")),
        migrations.AddField(model, "due_kind", models.CharField(blank=True, default="", editable=False, max_length=4), preserve_default=False),
        migrations.AddField(model, "created_at", models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now), preserve_default=False),
    ]


_PLACE = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "suggestions.jurisdiction", "verbose_name": "辖区"}


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0001_initial"),
        ("suggestions", "0014_service_points"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        # Months.
        migrations.RenameField("monthclose", "due_on", "report_by"),
        migrations.AlterField("monthclose", "report_by", models.DateField(null=True, verbose_name="报告期限")),
        migrations.AlterField("monthclose", "jurisdiction", models.ForeignKey(**_PLACE)),
        *_record_fields("monthclose", "drawn", [("drawn", "待报"), ("overdue", "逾期未报"), ("reported", "已报")]),
        # Promises of questionings.
        migrations.RemoveConstraint("qapromise", "moved_promise_says_why"),
        migrations.RemoveConstraint("qapromise", "kept_promise_says_how"),
        migrations.RenameField("qapromise", "due_on", "promised_on"),
        migrations.RenameField("qapromise", "first_due_on", "first_promised_on"),
        migrations.AlterModelOptions("qapromise", {"ordering": ["promised_on", "id"], "verbose_name": "问政承诺", "verbose_name_plural": "问政承诺"}),
        migrations.AddField("qapromise", "jurisdiction", models.ForeignKey(null=True, **_PLACE)),
        *_record_fields("qapromise", "open", [("open", "未到期"), ("kept", "已兑现"), ("missed", "逾期未兑现")]),
        migrations.RunPython(start_what_runs, stop_what_was_started),
    ]
