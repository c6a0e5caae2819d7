"""The forms of a hearing's acts (process.md 6.1)."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import StepForm
from suggestions.desk.steering_fields import holders, own_units
from suggestions.insight import redaction
from suggestions.models import Hearing, HearingOpinion, Participant
from suggestions.roles import Role

Signed = Participant.Signed


class DatesForm(StepForm):
    on = f.day(_("听证日期"))
    enrol_from = f.day(_("报名开始"))
    enrol_until = f.day(_("报名截止"), help_text=_("至少在听证会7天前截止，留出送材料的时间。"))


class PlanForm(DatesForm):
    topic = f.line(_("议题"), 80)
    background = f.text(_("背景和要听的问题"), 3000)
    kind = f.choice(_("种类"), Hearing.Kind.choices)
    is_formal = forms.BooleanField(
        label=_("正式听证"),
        required=False,
        initial=True,
        help_text=_("公告以后到笔录签字，关联建议的办理时限暂停。"),
    )
    organiser = f.unit(_("组织单位"))
    starts = f.clock_time(_("开始时间"))
    place = f.line(_("地点"), 120)
    selection = f.choice(_("怎样产生参加人"), Hearing.Selection.choices)
    sides = f.text(
        _("界别和名额"), 500, rows=4, help_text=_("一行一个，例如“沿线居民 5”。各方都要有。")
    )
    observers = f.number(_("旁听席"), 0, 500)
    stream_url = forms.URLField(
        label=_("直播地址"),
        required=False,
        assume_scheme="https",
        error_messages={"invalid": _("请填完整的网址。")},
    )
    is_closed = forms.BooleanField(label=_("不公开举行"), required=False)
    closed_reason = f.line(_("不公开的理由"), 200, required=False)
    cases = f.text(_("关联的建议"), 1000, required=False, rows=3, help_text=_("填编号，一行一个。"))
    field_order = (
        "topic",
        "background",
        "kind",
        "is_formal",
        "organiser",
        "cases",
        "on",
        "starts",
        "place",
        "enrol_from",
        "enrol_until",
    )

    def prepare(self) -> None:
        own_units(self, "organiser", self.step.jurisdiction)
        case = self.step.request.GET.get("case", "")[:24]
        self.initial.update(
            observers=10, kind=Hearing.Kind.STUDY, selection=Hearing.Selection.LOT, cases=case
        )


class ChairForm(StepForm):
    chair = f.person(_("主持人"))
    clerk = f.person(_("记录人"), required=False)

    def prepare(self) -> None:
        holders(self, "chair", Role.HEARING_CHAIR, self.step.jurisdiction)
        holders(self, "clerk", Role.HEARING_CLERK, self.step.jurisdiction)


class PapersForm(StepForm):
    papers = f.text(_("听证材料"), 3000, help_text=_("一行一份，写材料名称。"))
    on = f.day(_("送达日期"))


def _sides(form: StepForm) -> None:
    field = form.fields["side"]
    assert isinstance(field, forms.ChoiceField)
    field.choices = [("", _("请选择")), *((s["name"], s["name"]) for s in form.step.record.sides)]


class EnrolForm(StepForm):
    side = f.choice(_("界别"), [])
    name = f.line(_("姓名"), 40)
    phone = f.line(_("手机号"), 20, required=False)
    email = f.line(
        _("邮箱"), 120, required=False, help_text=_("没有手机号的填邮箱，通知发到邮箱。")
    )
    public_label = f.line(
        _("名单上的写法"), 40, help_text=_("问本人愿意怎么写，例如“沿线居民 王女士”。")
    )
    stand = f.text(_("主要想说什么"), 500, required=False, rows=3)
    source = f.choice(
        _("怎样报名的"),
        [(s.value, s.label) for s in Participant.Source if s != Participant.Source.ONLINE],
    )

    def prepare(self) -> None:
        _sides(self)


class RecordForm(StepForm):
    record = f.text(_("笔录"), 20000, rows=16)

    def prepare(self) -> None:
        self.initial["record"] = self.step.record.record


class SayForm(StepForm):
    side = f.choice(_("谁说的"), [], required=False)
    text = f.text(_("要点"), 300, rows=3, help_text=_("一次记一条，马上公开。不写姓名、住址。"))

    def prepare(self) -> None:
        _sides(self)
        field: Any = self.fields["side"]
        field.choices = [("", _("主持人、组织单位、专家")), *list(field.choices)[1:]]


class PaperForm(StepForm):
    name = f.line(_("名称"), 80, help_text=_("例如“改造方案（公开稿）”。"))
    file = forms.FileField(
        label=_("文件"),
        help_text=_("PDF、Word、Excel、图片，最大10 MB。先确认里面没有个人信息和不宜公开的内容。"),
        error_messages={"required": _("请选一个文件。"), "empty": _("这个文件是空的，请换一个。")},
    )


class SignForm(StepForm):
    signed = f.choice(_("签字情况"), [(s.value, s.label) for s in Signed if s])
    note = f.line(_("补正或拒签说明"), 300, required=False)


class OpinionForm(StepForm):
    side = f.choice(_("界别"), [])
    text = f.text(_("意见"), 1000)

    def prepare(self) -> None:
        _sides(self)


class TreatForm(StepForm):
    treatment = f.choice(_("怎样处理"), HearingOpinion.Treatment.choices)
    why = f.text(_("理由"), 500, rows=3)
    public_text = f.text(
        _("公开的意见"), 1200, help_text=_("已按规则遮盖，请再看一遍有没有人名、住址。")
    )

    def prepare(self) -> None:
        self.initial["public_text"] = self.step.part.public_text


class PublishForm(StepForm):
    conclusion = f.text(_("结论"), 3000)
    public_record = f.text(
        _("公开的笔录"),
        20000,
        required=False,
        rows=16,
        help_text=_("已按规则遮盖，请再看一遍有没有人名、住址。不公开举行的不填。"),
    )

    def prepare(self) -> None:
        held = self.step.record
        if not held.is_closed:
            self.initial["public_record"] = redaction.mask(
                held.record, redaction.find_spans(held.record)
            )
