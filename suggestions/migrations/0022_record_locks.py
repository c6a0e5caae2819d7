"""Soft locks for the forms of records, as items have them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("suggestions", "0021_reasons_and_named_exports"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="RecordLock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("machine", models.CharField(max_length=12)),
                ("record_id", models.BigIntegerField()),
                ("side", models.CharField(max_length=20)),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "正在处理的记录",
                "verbose_name_plural": "正在处理的记录",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("machine", "record_id", "side"), name="one_record_lock_a_side"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("until__gte", models.F("since"))),
                        name="record_lock_ends_after_start",
                    ),
                ],
            },
        ),
    ]
