import datetime
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("suggestions", "0032_statistics"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="suggestion",
            name="sug_status",
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(
                models.Case(
                    models.When(
                        status="supplement_requested",
                        then=models.Value(datetime.date(9999, 12, 31)),
                    ),
                    default=django.db.models.functions.comparison.Coalesce(
                        "due_on", models.Value(datetime.date(9999, 12, 31))
                    ),
                ),
                models.F("id"),
                name="sug_due_key",
            ),
        ),
        migrations.AddIndex(
            model_name="suggestion",
            index=models.Index(
                fields=["status", "id", "public_group", "outcome"], name="sug_status"
            ),
        ),
    ]
