"""The event log and the daily heads become append-only (suggestions/triggers.py)."""

from django.db import migrations

from suggestions import triggers


def install(apps, schema_editor):
    tables = ("suggestions_caseevent", "suggestions_dailyhead")
    triggers.install(schema_editor.execute, schema_editor.connection.vendor, tables)


def remove(apps, schema_editor):
    triggers.remove(schema_editor.execute, schema_editor.connection.vendor)


class Migration(migrations.Migration):
    dependencies = [("suggestions", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
