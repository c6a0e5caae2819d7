"""Why a recusal was lifted; exports that name authors, with their leave; a jury's words can be erased with their case."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import suggestions.crypto
from suggestions import triggers


def let_sheets_be_emptied(apps, schema_editor):
    triggers.let_sheets_be_emptied(schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [
        ("suggestions", "0020_campaign_voices"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="conflict",
            name="lift_reason",
            field=suggestions.crypto.EncryptedTextField(
                blank=True, null=True, verbose_name="解除的理由"
            ),
        ),
        migrations.AddField(
            model_name="conflict",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddConstraint(
            model_name="conflict",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("lifted_by__isnull", True),
                    models.Q(("lift_reason__isnull", False), ("lifted_at__isnull", False)),
                    _connector="OR",
                ),
                name="lifted_conflict_says_why",
            ),
        ),
        migrations.AddField(
            model_name="identitygrant",
            name="export_query",
            field=models.CharField(blank=True, max_length=800, verbose_name="导出的列表"),
        ),
        migrations.AddField(
            model_name="exportjob",
            name="grant",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="exports",
                to="suggestions.identitygrant",
                verbose_name="带身份信息的批准",
            ),
        ),
        migrations.RunPython(let_sheets_be_emptied, migrations.RunPython.noop, elidable=False),
    ]
