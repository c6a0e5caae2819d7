"""Leaders' receptions at the desk: schedule, bookings by telephone, the record (process.md 6.3)."""

from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from suggestions import access
from suggestions.clock import local_date
from suggestions.desk import common, kinds, steering
from suggestions.desk import steering_fields as f
from suggestions.desk.kinds import Act, Block, Kind, Row, Step, StepForm, serve
from suggestions.desk.panels import Link
from suggestions.desk.steering_fields import date_words, own_units
from suggestions.desk.supervision import ReasonForm
from suggestions.errors import Invalid
from suggestions.matrix import MATRIX
from suggestions.models import Booking, ReceptionDecision, ReceptionRule, ReceptionSlot, Topic
from suggestions.models.reception import GovernmentLevel, ReceptionKind
from suggestions.roles import Role
from suggestions.services import receiving
from suggestions.services.intake import Submission
from suggestions.states import BY_NAME
from suggestions.states.reception import Reception as State

KEEP = tuple(MATRIX["keep_meetings"])
DAYS = ("一", "二", "三", "四", "五", "六", "日")


class SlotForm(StepForm):
    leader_name = f.line(_("领导姓名"), 40)
    leader_post = f.line(_("职务"), 60)
    level = f.choice(_("级别"), GovernmentLevel.choices)
    kind = f.choice(_("方式"), ReceptionKind.choices)
    field = f.line(_("分管领域"), 80)
    on = f.day(_("日期"), help_text=_("遇休息日自动顺延到下一个工作日。"))
    starts = f.clock_time(_("开始"))
    ends = f.clock_time(_("结束"))
    place = f.line(_("地点"), 120)
    how_to_book = f.line(
        _("怎样预约"), 200, required=False, help_text=_("例如“网上预约，或打电话0380-555 0100”。")
    )
    capacity = f.number(_("接待批数"), 1, 100)
    booking_opens_on = f.day(_("预约开始"), required=False, help_text=_("不填就是提前14天。"))
    booking_closes_on = f.day(_("预约截止"), required=False, help_text=_("不填就是前一天。"))

    def prepare(self) -> None:
        self.initial.update(capacity=5, level=GovernmentLevel.CITY, kind=ReceptionKind.REGULAR)


class RuleForm(StepForm):
    leader_name = f.line(_("领导姓名"), 40)
    leader_post = f.line(_("职务"), 60)
    level = f.choice(_("级别"), GovernmentLevel.choices)
    kind = f.choice(_("方式"), ReceptionKind.choices)
    field = f.line(_("分管领域"), 80)
    weekdays = f.line(
        _("星期几"),
        20,
        required=False,
        help_text=_("写数字，例如“1 3”是星期一和星期三。空着是每个工作日。"),
    )
    weeks_of_month = f.line(
        _("每月第几个"),
        20,
        required=False,
        help_text=_("写数字，例如“1 3”是第一个和第三个。空着是每周。"),
    )
    starts = f.clock_time(_("开始"))
    ends = f.clock_time(_("结束"))
    place = f.line(_("地点"), 120)
    capacity = f.number(_("接待批数"), 1, 100)
    until = f.day(_("排到哪天"))


class SubstituteForm(StepForm):
    name = f.line(_("代为接待的领导"), 40)
    post = f.line(_("职务"), 60)
    reason = f.line(_("不能到场的理由"), 120, help_text=_("会公开，例如“参加省里会议”。"))


class BookingForm(StepForm):
    name = f.line(_("姓名"), 40)
    phone = f.line(_("手机号"), 20, required=False)
    email = f.line(
        _("邮箱"), 120, required=False, help_text=_("没有手机号的填邮箱，通知发到邮箱。")
    )
    matter = f.text(_("要谈的事"), 500, rows=3)
    people = f.number(_("来几个人"), 1, 5, help_text=_("多人反映同一件事，推选代表，最多5人。"))
    source = f.choice(
        _("怎样预约的"), [(s.value, s.label) for s in Booking.Source if s != Booking.Source.ONLINE]
    )

    def prepare(self) -> None:
        self.initial.update(people=1, source=Booking.Source.PHONE)


class CaseForm(StepForm):
    """An item from what was said, with the fields that intake asks for; the full form is the room 代为登记."""

    title = f.line(_("一句话说清是什么建议"), 120)
    problem = f.text(_("现在的情况"), 2000)
    proposal = f.text(_("建议的做法"), 3000, required=False)
    name = f.line(_("姓名"), 40, required=False)
    phone = f.line(_("手机号"), 20, required=False)


class RecordForm(StepForm):
    received = f.number(_("接待批数"), 0, 500)
    people = f.number(_("接待人数"), 0, 5000)
    topics = f.line(
        _("主题"),
        200,
        required=False,
        help_text=_("写主题名称，用空格隔开，例如“公交地铁 供水排涝”。公开情况时只显示主题。"),
    )
    minutes = f.text(_("接谈记录"), 6000, rows=8, help_text=_("只供内部看。"))
    decisions = f.text(
        _("决定"), 3000, required=False, rows=6,
        help_text=_("一行一条。限期办的写“日期 单位 事项”，例如“2026-12-20 市交通局 加装长椅”；当场解决的写“当场 事项”。"),
    )  # fmt: skip
    cases = f.text(_("关联的建议"), 1000, required=False, rows=3, help_text=_("填编号，一行一个。"))


class DoneForm(StepForm):
    words = f.line(_("完成情况"), 300)


def _plan(held: dict[str, Any], step: Step) -> Any:
    slot = ReceptionSlot(jurisdiction=step.jurisdiction, **held)
    return receiving.schedule(slot=slot, actor=step.actor, at=step.at)


def _numbers(typed: str, field: str, high: int) -> list[int]:
    found = typed.replace("，", " ").replace(",", " ").replace("、", " ").split()
    if any(not n.isdecimal() or not 1 <= int(n) <= high for n in found):
        raise Invalid({field: [f"请写1到{high}的数字，用空格隔开。"]})
    return sorted({int(n) for n in found})


def _recur(held: dict[str, Any], step: Step) -> Any:
    until = held.pop("until")
    if held["ends"] <= held["starts"]:
        raise Invalid({"ends": ["结束时间要晚于开始时间。"]})
    held["weekdays"] = _numbers(held["weekdays"], "weekdays", 7)
    held["weeks_of_month"] = _numbers(held["weeks_of_month"], "weeks_of_month", 5)
    rule = ReceptionRule.objects.create(jurisdiction=step.jurisdiction, **held)
    made = receiving.generate(rule=rule, until=until, actor=step.actor, at=step.at)
    if not made:
        rule.delete()
        raise Invalid({"until": ["到这一天为止没有符合的日子，请把日期放后一些。"]})
    return None


def _book(held: dict[str, Any], step: Step) -> Any:
    booked = receiving.book(slot=step.record, actor=step.actor, at=step.at, **held)
    return code_page(step, str(_("预约成功")), f"{step.record.leader_post}，{date_words(step.record.on)}。", booked.code)  # fmt: skip


def code_page(step: Step, title: str, words: str, code: str = "", values: Any = ()) -> Any:
    """What is shown once and stored nowhere: a code, or contact data."""
    return common.page(
        step.request, "suggestions/desk/record_code.html", title=title, words=words, code=code, values=values,
        back=reverse("desk:record", args=[_slug(step.record), step.record.pk]),
    )  # fmt: skip


def _slug(record: Any) -> str:
    return next(k.slug for k in kinds.KINDS.values() if isinstance(record, k.model))


def _reveal(held: dict[str, Any], step: Step) -> Any:
    name, phone, email = receiving.read_contact(
        booking=step.part, actor=step.actor, at=step.at, **held
    )
    return code_page(step, str(_("联系方式")), str(_("这次查看已经记录。")), values=[(_("姓名"), name), (_("手机号"), phone), (_("邮箱"), email)])  # fmt: skip


def _file(held: dict[str, Any], step: Step) -> Any:
    slot = step.record
    key = f"reception:{slot.pk}:{slot.event_seq}:{held['title']}"[:160]
    receipt = receiving.file_case(
        slot=slot,
        submission=Submission(received_at=step.at, **held),
        key=key,
        actor=step.actor,
        at=step.at,
    )
    number = receipt.suggestion.case_no
    return code_page(step, str(_("已登记")), f"编号{number}。记录接待时把这个编号填进“关联的建议”。", receipt.query_code)  # fmt: skip


def _hold(held: dict[str, Any], step: Step) -> None:
    names = dict(Topic.objects.values_list("name", "code"))
    unknown = [n for n in held["topics"].replace("，", " ").split() if n not in names]
    if unknown:
        raise Invalid({"topics": [f"没有“{unknown[0]}”这个主题，请照主题表写。"]})
    topics = list(Topic.objects.filter(name__in=held["topics"].replace("，", " ").split()))
    receiving.hold(
        slot=step.record, received=held["received"], people=held["people"], minutes=held["minutes"], topics=topics,
        decisions=[_decision(row, step) for row in held["decisions"].splitlines() if row.strip()],
        cases=f.cases(step.request, held["cases"]), actor=step.actor, at=step.at,
    )  # fmt: skip


def _decision(row: str, step: Step) -> receiving.Decision:
    first, _blank, rest = row.strip().partition(" ")
    if first == "当场" and rest.strip():
        return receiving.Decision(text=rest.strip(), on_the_spot=True)
    (words, due_on) = f.dated_lines(row, "decisions")[0]
    name, _blank, what = words.partition(" ")
    form = BookingForm(step=step)
    form.fields["unit"] = f.unit("")
    own_units(form, "unit", step.jurisdiction)
    unit = form.fields["unit"].queryset.filter(Q(short_name=name) | Q(name=name)).first()  # type: ignore[attr-defined]
    if unit is None or not what.strip():
        raise Invalid(
            {
                "decisions": [
                    f"“{row.strip()[:20]}”请写成“2026-12-20 市交通局 加装长椅”的样子，单位写简称。"
                ]
            }
        )
    return receiving.Decision(text=what.strip(), unit=unit, due_on=due_on)


def _rows(_request: HttpRequest, rows: "QuerySet[Any]") -> "QuerySet[Any]":
    taken = Count("bookings", filter=Q(bookings__cancelled_at=None), distinct=True)
    shown: QuerySet[Any] = rows.select_related("jurisdiction").annotate(taken=taken)
    return shown.order_by("on", "starts", "pk")


def _cells(slot: Any) -> list[str]:
    flag = "（公布不足5个工作日）" if slot.is_short_notice else ""
    return [
        f"{date_words(slot.on)} 星期{DAYS[slot.on.weekday()]}{flag}", f"{slot.leader_post} {slot.leader_name}", slot.field,
        str(slot.get_kind_display()), f"{slot.taken}/{slot.capacity}",
    ]  # fmt: skip


def _blocks(request: HttpRequest, slot: ReceptionSlot) -> list[Block]:
    substitute = f"{slot.substitute_post} {slot.substitute_name}（{slot.substitute_reason}）" if slot.substitute_name else ""  # fmt: skip
    blocks = [
        Block(_("日程"), [
            (_("领导"), f"{slot.leader_post} {slot.leader_name}"), (_("代为接待"), substitute), (_("级别"), str(slot.get_level_display())),
            (_("方式"), str(slot.get_kind_display())), (_("分管领域"), slot.field),
            (_("时间"), f"{date_words(slot.on)} {slot.starts:%H:%M}—{slot.ends:%H:%M}"), (_("地点"), slot.place),
            (_("原定日期"), f"{date_words(slot.moved_from)}（{slot.move_reason}）" if slot.moved_from else ""),
            (_("预约"), f"{date_words(slot.booking_opens_on)}至{date_words(slot.booking_closes_on)}，共{slot.capacity}批"),
            (_("公布"), date_words(local_date(slot.published_at)) + ("，不足5个工作日" if slot.is_short_notice else "") if slot.published_at else ""),
            (_("取消理由"), slot.cancel_reason),
        ]),
    ]  # fmt: skip
    if access.record_actor(request.user, slot, KEEP):
        blocks.append(
            Block(_("预约"), headers=[_("要谈的事"), _("几人"), _("来源")], empty=_("还没有人预约。"), rows=[
                Row([b.matter, str(b.people), str(b.get_source_display()) + ("，已取消" if b.cancelled_at else "")],
                    [] if b.cancelled_at else steering.part_links(request, "reception", slot, b, "contact", "cancel-booking"))
                for b in slot.bookings.all()
            ])
        )  # fmt: skip
    record = getattr(slot, "record", None)
    if record is not None:
        mine = access.readable(request.user).filter(receptions=record)[:30]
        blocks.append(
            Block(_("接待记录"), [(_("批数"), str(record.received)), (_("人数"), str(record.people)), (_("记录人"), str(record.recorded_by))],
                  text=record.minutes, headers=[_("决定"), _("单位"), _("期限"), _("完成情况")], empty=_("没有记下决定。"),
                  rows=[
                      Row([d.text, str(d.unit or "当场解决"), date_words(d.due_on), f"{date_words(d.done_on)} {d.done_words}".strip()],
                          [] if d.done_on else steering.part_links(request, "reception", slot, d, "done"))
                      for d in record.decisions.select_related("unit")
                  ],
                  links=[Link(f"{c.case_no} {c.original_title}", reverse("desk:item", args=[c.case_no])) for c in mine])
        )  # fmt: skip
    return blocks


def _booking(slot: Any, pk: int) -> Booking | None:
    found: Booking | None = slot.bookings.filter(pk=pk, cancelled_at=None).first()
    return found


def _open_decision(slot: Any, pk: int) -> ReceptionDecision | None:
    found = ReceptionDecision.objects.filter(record__slot=slot, pk=pk, done_on=None)
    return found.select_related("record__slot").first()


_OFFICE = BY_NAME["reception_publish"].roles
_AHEAD = [State.PLANNED, State.PUBLISHED]
kinds.register(
    Kind(
        slug="reception", room="meetings", label=_("接访"), model=ReceptionSlot, see="see_meetings",
        open_states=[*_AHEAD, State.HELD], headers=[_("日期"), _("领导"), _("分管领域"), _("方式"), _("已约")], cells=_cells,
        blocks=_blocks, rows=_rows, intro=_("提前5个工作日公布时间、地点和领导。领导来不了，当时就换人并公布。"),
        acts=[
            Act("plan", _("排一次接访"), _plan, BY_NAME["reception_plan"].roles[1:], form=SlotForm, begins=True,
                primary=True),
            Act("recur", _("按规律排"), _recur, _OFFICE, form=RuleForm, begins=True, done=_("已按规律排好，请逐次公布。")),
            Act("publish", _("公布"), serve(receiving.publish, "slot"), _OFFICE, [State.PLANNED],
                advice=_("公布以后，网站上马上看得到，可以开始预约。"), primary=True, done=_("已公布。")),
            Act("book", _("代为预约"), _book, KEEP, [State.PUBLISHED], BookingForm, _("给打电话来、到窗口来的人预约。"), primary=True),
            Act("substitute", _("换人接待"), serve(receiving.substitute, "slot"), _OFFICE, _AHEAD, SubstituteForm,
                done=_("已换人，公开页同时更新。")),
            Act("file", _("登记一件建议"), _file, (Role.INTAKE_CLERK,), [State.PUBLISHED, State.HELD], CaseForm,
                _("口头提的，先读给本人听，确认无误再登记。")),
            Act("hold", _("记录接待"), _hold, BY_NAME["reception_hold"].roles, [State.PUBLISHED], RecordForm,
                primary=True),
            Act("count", _("公开接待情况"), serve(receiving.publish_counts, "slot"), _OFFICE, [State.HELD],
                advice=_("只公开批数、人数、主题和决定的条数，不公开任何人。"), primary=True),
            Act("cancel", _("取消接访"), serve(receiving.cancel, "slot"), _OFFICE, _AHEAD, ReasonForm,
                _("理由会公开。请同时打电话告诉已经预约的人。")),
            Act("contact", _("看联系方式"), _reveal, KEEP, form=ReasonForm, part=_booking),
            Act("cancel-booking", _("取消预约"), serve(receiving.cancel_booking, "booking"), KEEP, [State.PUBLISHED],
                advice=_("位置空出来给别人。请另外打电话告诉本人。"), part=_booking, shows=lambda b: b.matter),
            Act("done", _("登记完成"), serve(receiving.carry_out, "decision"), KEEP, form=DoneForm, part=_open_decision,
                shows=lambda d: d.text),
        ],
    )
)  # fmt: skip
