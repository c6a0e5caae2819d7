"""Items found secret are shut by a column of their own; the grounds of refusal are one code each (process.md 3.5).

Past refusals keep the code that covered secrets and defamation alike: nobody can say any more which it was. They are shut, to be
on the safe side, and nothing of them is deleted.
"""

from typing import Any

from django.db import migrations, models
from django.db.models import Q

OLD = "secret_or_defamatory"
REASONS = [
    ("personal_claim", "个人诉求"),
    ("legal_route", "应走诉讼、仲裁、行政复议"),
    ("appeal", "申诉：对已有的处理决定不服"),
    ("accusation", "检举控告"),
    ("state_secret", "涉及国家秘密"),
    ("defamatory", "侮辱诽谤"),
    ("outside_territory", "不属于本地或本级职权"),
    ("advertising", "广告推销"),
    ("unreadable", "内容空白或无法辨认"),
    ("pure_theory", "纯学术探讨"),
    ("repeated", "重复提出且没有新情况"),
    (OLD, "涉密或侮辱诽谤（旧分类）"),
]


def shut_the_old(apps: Any, schema_editor: Any) -> None:
    """What was refused or is proposed for refusal under the old code, as far as it lies with the office alone."""
    items = apps.get_model("suggestions", "Suggestion").objects
    decisions = apps.get_model("suggestions", "PendingDecision").objects
    waiting = decisions.filter(status="proposed", reason=OLD).values("suggestion_id")
    items.filter(
        Q(not_accepted_reason=OLD) | Q(pk__in=waiting), lead_unit=None, publication="private"
    ).update(is_secret=True)


class Migration(migrations.Migration):
    dependencies = [("suggestions", "0029_early_warnings")]

    operations = [
        migrations.AddField(
            model_name="suggestion",
            name="is_secret",
            field=models.BooleanField(default=False, editable=False, verbose_name="涉密"),
        ),
        migrations.AlterField(
            model_name="pendingdecision",
            name="reason",
            field=models.CharField(blank=True, choices=REASONS, max_length=24, verbose_name="理由"),
        ),
        migrations.AlterField(
            model_name="suggestion",
            name="not_accepted_reason",
            field=models.CharField(
                blank=True,
                choices=REASONS,
                editable=False,
                max_length=24,
                verbose_name="不予受理理由",
            ),
        ),
        migrations.AddConstraint(
            model_name="suggestion",
            constraint=models.CheckConstraint(
                condition=Q(
                    ("is_secret", False),
                    Q(("lead_unit__isnull", True), ("publication", "private")),
                    _connector="OR",
                ),
                name="secret_stays_with_the_deciders",
            ),
        ),
        migrations.RunPython(shut_the_old, migrations.RunPython.noop),
    ]
