"""What 0015 filled becomes required; consultations, the yearly minors' audit, spot checks, loaded calendars."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

_PLACE = {"on_delete": django.db.models.deletion.PROTECT, "related_name": "+", "to": "suggestions.jurisdiction", "verbose_name": "辖区"}
_NEW_RECORD = [
    ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
    ("version", models.PositiveIntegerField(default=0, editable=False)),
    ("event_seq", models.PositiveIntegerField(default=0, editable=False)),
    ("event_head", models.CharField(blank=True, editable=False, max_length=64)),
    ("due_on", models.DateField(blank=True, editable=False, null=True, verbose_name="当前期限")),
    ("due_kind", models.CharField(blank=True, editable=False, max_length=4)),
    ("created_at", models.DateTimeField(auto_now_add=True)),
]


class Migration(migrations.Migration):

    dependencies = [
        ("cms", "0001_initial"),
        ("suggestions", "0015_clock_rows"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterField("qapromise", "jurisdiction", models.ForeignKey(**_PLACE)),
        migrations.RemoveField("qapromise", "missed_at"),
        migrations.RemoveField("qapromise", "reminded_on"),
        migrations.AddConstraint("qapromise", models.CheckConstraint(condition=models.Q(models.Q(("kept_on__isnull", True), models.Q(("status", "kept"), _negated=True)), models.Q(("kept_on__isnull", False), ("status", "kept"), models.Q(("proof", ""), _negated=True)), _connector="OR"), name="kept_promise_says_how")),
        migrations.AddConstraint("qapromise", models.CheckConstraint(condition=models.Q(("promised_on", models.F("first_promised_on")), models.Q(("moved_reason", ""), _negated=True), _connector="OR"), name="moved_promise_says_why")),
        migrations.AddConstraint("monthclose", models.CheckConstraint(condition=models.Q(models.Q(("status", "reported"), _negated=True), models.Q(("reported_at__isnull", False), models.Q(("note", ""), _negated=True)), _connector="OR"), name="reported_month_says_how")),
        # The reminders of promises are those of their clock.
        migrations.RemoveField("commitment", "reminders"),
        migrations.AddField("visit", "order", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="visits", to="suggestions.supervisionorder", verbose_name="督办")),
        migrations.AlterField("timechange", "proposed_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.AddConstraint("timechange", models.CheckConstraint(condition=models.Q(("proposed_by__isnull", False), models.Q(("kind", "calendar"), ("status", "applied")), _connector="OR"), name="time_change_names_its_proposer")),
        migrations.CreateModel(
            name="Consultation",
            fields=[
                *_NEW_RECORD,
                ("status", models.CharField(choices=[("open", "征求意见中"), ("closed", "已结束"), ("cut_short", "不足法定天数结束")], editable=False, max_length=24, verbose_name="状态")),
                ("title", models.CharField(max_length=255, verbose_name="征集活动")),
                ("opened_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                ("short_reason", models.CharField(blank=True, max_length=200, verbose_name="不足法定天数的理由")),
                ("campaign", models.OneToOneField(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="consultation", to="cms.campaignpage")),
                ("jurisdiction", models.ForeignKey(**_PLACE)),
            ],
            options={
                "verbose_name": "公开征求意见", "verbose_name_plural": "公开征求意见", "ordering": ["-id"],
                "constraints": [models.CheckConstraint(condition=models.Q(("status", "open"), ("closed_at__isnull", False), _connector="OR"), name="ended_consultation_has_its_end")],
            },
        ),
        migrations.CreateModel(
            name="MinorsAudit",
            fields=[
                *_NEW_RECORD,
                ("status", models.CharField(choices=[("open", "待审计"), ("overdue", "逾期未报"), ("reported", "已报告")], editable=False, max_length=24, verbose_name="状态")),
                ("year", models.PositiveSmallIntegerField(verbose_name="年度")),
                ("figures", models.JSONField(default=dict, verbose_name="数字")),
                ("findings", models.TextField(blank=True, max_length=1000, verbose_name="审计结果")),
                ("reported_at", models.DateTimeField(blank=True, null=True)),
                ("jurisdiction", models.ForeignKey(**_PLACE)),
                ("reported_by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "verbose_name": "未成年人信息年度审计", "verbose_name_plural": "未成年人信息年度审计", "ordering": ["-year", "-id"],
                "constraints": [
                    models.UniqueConstraint(fields=("jurisdiction", "year"), name="minors_audited_once"),
                    models.CheckConstraint(condition=models.Q(models.Q(("status", "reported"), _negated=True), models.Q(models.Q(("findings", ""), _negated=True), ("reported_by__isnull", False), ("reported_at__isnull", False)), _connector="OR"), name="minors_audit_report_is_signed"),
                ],
            },
        ),
        migrations.AlterField(
            model_name='caseevent',
            name='machine',
            field=models.CharField(choices=[('case', '事项'), ('assignment', '承办'), ('publication', '公开'), ('evaluation', '评价'), ('adoption', '采纳转化'), ('commitment', '承诺'), ('award', '奖励提名'), ('award_round', '评选'), ('supervision', '督办'), ('advice', '三项建议'), ('visit', '回访'), ('sponsorship', '领导包案'), ('instruction', '领导批示'), ('reception', '接访'), ('hearing', '听证'), ('qa_session', '公开问政'), ('mandate', '代理委托'), ('relay', '代理转办'), ('invitation', '特邀'), ('rights', '个人信息权利请求'), ('identity', '身份信息查看批准'), ('message', '办公室转达'), ('takedown', '撤下公开页的投诉'), ('breach', '个人信息安全事件'), ('jurisdiction', '管辖争议'), ('decision', '复核'), ('extension', '延期'), ('export', '导出'), ('point', '征集点'), ('month_close', '月结月清'), ('qa_promise', '问政承诺'), ('consultation', '公开征求意见'), ('minors_audit', '未成年人信息年度审计'), ('time_change', '时限和日历修改'), ('note', '记录')], max_length=12),
        ),
        migrations.AlterField(
            model_name='clockreminder',
            name='step',
            field=models.CharField(choices=[('half', '过半'), ('before', '到期前两个工作日'), ('far', '承诺到期前十五个工作日'), ('near', '承诺到期前三个工作日'), ('due', '到期当天'), ('late', '逾期后每天'), ('head', '逾期，报单位负责人'), ('supervisor', '逾期，报督办员'), ('leader', '逾期，报领导并列入通报')], max_length=10, verbose_name='环节'),
        ),
        migrations.AlterField(
            model_name='recordevent',
            name='machine',
            field=models.CharField(choices=[('case', '事项'), ('assignment', '承办'), ('publication', '公开'), ('evaluation', '评价'), ('adoption', '采纳转化'), ('commitment', '承诺'), ('award', '奖励提名'), ('award_round', '评选'), ('supervision', '督办'), ('advice', '三项建议'), ('visit', '回访'), ('sponsorship', '领导包案'), ('instruction', '领导批示'), ('reception', '接访'), ('hearing', '听证'), ('qa_session', '公开问政'), ('mandate', '代理委托'), ('relay', '代理转办'), ('invitation', '特邀'), ('rights', '个人信息权利请求'), ('identity', '身份信息查看批准'), ('message', '办公室转达'), ('takedown', '撤下公开页的投诉'), ('breach', '个人信息安全事件'), ('jurisdiction', '管辖争议'), ('decision', '复核'), ('extension', '延期'), ('export', '导出'), ('point', '征集点'), ('month_close', '月结月清'), ('qa_promise', '问政承诺'), ('consultation', '公开征求意见'), ('minors_audit', '未成年人信息年度审计'), ('time_change', '时限和日历修改'), ('note', '记录')], max_length=12),
        ),
        migrations.AlterField(
            model_name='supervisionorder',
            name='rule',
            field=models.CharField(choices=[('overdue', '逾期且没有说明'), ('no_feedback', '没有按要求反馈'), ('shifting', '推来推去：单位多次更换或退办'), ('dissatisfied_twice', '两次评价不满意'), ('rework', '答复三次以上被退回'), ('commitment_missed', '承诺没有兑现'), ('concentrated', '同类事项集中'), ('visit_bad', '回访反映没有联系、没有解决或不满意'), ('procedure', '办理程序有错'), ('refused', '该受理不受理、该解决没解决'), ('other', '其他')], max_length=20, verbose_name='理由'),
        ),
    ]
