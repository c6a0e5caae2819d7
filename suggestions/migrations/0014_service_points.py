"""Service points become records: opened, changed and closed with events of their own (process.md 3.2)."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def say_where_they_stand(apps, schema_editor):
    apps.get_model("suggestions", "ServicePoint").objects.filter(is_active=False).update(status="closed")


def say_whether_they_are_open(apps, schema_editor):
    apps.get_model("suggestions", "ServicePoint").objects.filter(status="closed").update(is_active=False)


class Migration(migrations.Migration):

    dependencies = [
        ("suggestions", "0013_triage_desk"),
    ]

    operations = [
        migrations.AddField("servicepoint", "status", models.CharField(default="open", editable=False, max_length=24, verbose_name="状态"), preserve_default=False),
        migrations.RunPython(say_where_they_stand, say_whether_they_are_open),
        migrations.RemoveField("servicepoint", "is_active"),
        migrations.AddField("servicepoint", "version", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField("servicepoint", "event_seq", models.PositiveIntegerField(default=0, editable=False)),
        migrations.AddField("servicepoint", "event_head", models.CharField(blank=True, editable=False, max_length=64, default=""), preserve_default=False),
        migrations.AddField("servicepoint", "due_on", models.DateField(blank=True, editable=False, null=True, verbose_name="当前期限")),
        migrations.AddField("servicepoint", "due_kind", models.CharField(blank=True, editable=False, max_length=4, default=""), preserve_default=False),
        migrations.AddField("servicepoint", "created_at", models.DateTimeField(auto_now_add=True, default=django.utils.timezone.now), preserve_default=False),
        migrations.AddField("servicepoint", "parent", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="below", to="suggestions.servicepoint", verbose_name="上级征集点")),
        migrations.AddConstraint("servicepoint", models.CheckConstraint(condition=models.Q(("parent__isnull", True), models.Q(("parent", models.F("id")), _negated=True), _connector="OR"), name="service_point_is_not_its_own_parent")),
        migrations.AlterField(
            model_name='caseevent',
            name='machine',
            field=models.CharField(choices=[('case', '事项'), ('assignment', '承办'), ('publication', '公开'), ('evaluation', '评价'), ('adoption', '采纳转化'), ('commitment', '承诺'), ('award', '奖励提名'), ('award_round', '评选'), ('supervision', '督办'), ('advice', '三项建议'), ('visit', '回访'), ('sponsorship', '领导包案'), ('instruction', '领导批示'), ('reception', '接访'), ('hearing', '听证'), ('qa_session', '公开问政'), ('mandate', '代理委托'), ('relay', '代理转办'), ('invitation', '特邀'), ('rights', '个人信息权利请求'), ('identity', '身份信息查看批准'), ('message', '办公室转达'), ('takedown', '撤下公开页的投诉'), ('breach', '个人信息安全事件'), ('jurisdiction', '管辖争议'), ('decision', '复核'), ('extension', '延期'), ('export', '导出'), ('point', '征集点'), ('time_change', '时限和日历修改'), ('note', '记录')], max_length=12),
        ),
        migrations.AlterField(
            model_name='recordevent',
            name='machine',
            field=models.CharField(choices=[('case', '事项'), ('assignment', '承办'), ('publication', '公开'), ('evaluation', '评价'), ('adoption', '采纳转化'), ('commitment', '承诺'), ('award', '奖励提名'), ('award_round', '评选'), ('supervision', '督办'), ('advice', '三项建议'), ('visit', '回访'), ('sponsorship', '领导包案'), ('instruction', '领导批示'), ('reception', '接访'), ('hearing', '听证'), ('qa_session', '公开问政'), ('mandate', '代理委托'), ('relay', '代理转办'), ('invitation', '特邀'), ('rights', '个人信息权利请求'), ('identity', '身份信息查看批准'), ('message', '办公室转达'), ('takedown', '撤下公开页的投诉'), ('breach', '个人信息安全事件'), ('jurisdiction', '管辖争议'), ('decision', '复核'), ('extension', '延期'), ('export', '导出'), ('point', '征集点'), ('time_change', '时限和日历修改'), ('note', '记录')], max_length=12),
        ),
    ]
