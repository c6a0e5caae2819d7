"""Indexes for what the daily sweeps look for, so that their cost follows what is new, not all there ever was."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("suggestions", "0017_retention_terms")]

    operations = [
        migrations.AddIndex(
            model_name="caseevent",
            index=models.Index(
                condition=models.Q(("name", "send_back")),
                fields=["suggestion"],
                name="event_sent_back",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("kind__in", ("K7a", "K7b", "K7c", "K7d"))),
                fields=["due_on"],
                name="clock_answer_due",
            ),
        ),
        migrations.AddIndex(
            model_name="clock",
            index=models.Index(
                condition=models.Q(("provisional", True), ("stopped_at__isnull", True)),
                fields=["due_on", "id"],
                name="clock_provisional",
            ),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(fields=["status", "id"], name="sug_status"),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(
                condition=models.Q(("overall", "dissatisfied")),
                fields=["id"],
                name="sug_dissatisfied",
            ),
        ),
    ]
