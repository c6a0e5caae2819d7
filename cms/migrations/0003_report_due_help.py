"""The help of a campaign's report date says what happens when it is left empty."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cms", "0002_initial")]

    operations = [
        migrations.AlterField(
            model_name="campaignpage",
            name="report_due_on",
            field=models.DateField(
                blank=True,
                help_text="答应哪天之前公布结果，不填就按规定的天数从截止那天算；过了还没公布，页面会写明逾期",
                null=True,
                verbose_name="结果公布期限",
            ),
        ),
    ]
