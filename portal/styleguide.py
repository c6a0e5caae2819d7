"""Samples for /styleguide/: invented words of the right length, so that every component is seen once."""

from datetime import date, datetime, timedelta
from types import SimpleNamespace as Sample
from typing import Any

from django import forms
from django.utils import timezone

from portal import contrast, icons
from suggestions.codes import Outcome
from suggestions.public.forms_base import JianyanForm, OptionCheckboxes, OptionRadio
from suggestions.states import PublicGroup

COLOURS = (
    ("brand", "江青", "按钮、链接、已完成"),
    ("band", "深江青", "首页首屏，只此一处"),
    ("brand-tint", "浅江青", "采纳类标签、选中"),
    ("accent-fill", "灯黄", "现在、下一步；铺底"),
    ("accent", "灯黄字", "进行中、日期；写字"),
    ("accent-tint", "浅灯黄", "承诺日期、横幅"),
    ("bad", "朱", "只给出错和逾期"),
    ("ink", "墨", "正文"),
    ("ink-2", "次墨", "说明"),
    ("wash", "水痕", "面板、页脚"),
    ("sunk", "沉底", "条形图底、中性标签"),
    ("line", "细线", "分隔，不做边框"),
)


SIZES = (
    ("t-3xl", "首页的一问", "您想建议什么？"),
    ("t-2xl", "页面标题", "柳汀公园西门夜里没有路灯"),
    ("t-xl", "节标题", "到哪一步了"),
    ("t-l", "要紧的一句", "应答复的3件，件件有答复"),
    (
        "t-m",
        "正文：手机17像素，宽屏18像素，行高1.75",
        "西门至荷塘步道将增设42盏庭院灯，9月30日前亮灯；破损路面已补好，关门时间维持不变。",
    ),
    ("t-s", "说明", "公开前还有两位工作人员各看一遍。"),
    ("t-xs", "最小，不再小", "2026年11月2日"),
)
"""(token, where it is used, words of a likely length)."""


class SampleForm(JianyanForm):
    """Every kind of control once."""

    proposal = forms.CharField(
        label="做法",
        max_length=3000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="您觉得怎么改更好？",
    )
    phone = forms.CharField(label="手机号", help_text="用来发编号、进展和答复。不会公开。")
    public = forms.ChoiceField(
        label="建议和答复可以公开吗？",
        choices=[
            ("anonymous", "可以公开，不显示我的名字"),
            ("named", "可以公开，显示称呼"),
            ("no", "不公开，只答复我"),
        ],
        widget=OptionRadio,
        help_text="选哪一项，办理都一样。",
    )
    satisfied = forms.ChoiceField(
        label="您对这次办理满意吗？",
        choices=[("yes", "满意"), ("fair", "基本满意"), ("no", "不满意")],
        widget=OptionRadio(attrs={"data_row": True}),
    )
    tell = forms.MultipleChoiceField(
        label="有进展怎么告诉您",
        choices=[("sms", "短信"), ("email", "电子邮件")],
        widget=OptionCheckboxes,
        required=False,
    )
    district = forms.ChoiceField(
        label="地区", choices=[("", "请选择"), ("a", "临澜区"), ("b", "云埠区")]
    )
    agreed = forms.BooleanField(label="我看过并同意隐私说明")

    def clean_phone(self) -> str:
        number: str = self.cleaned_data["phone"]
        if len(number) != 11:
            raise forms.ValidationError(f"手机号应是11位，现在是{len(number)}位")
        return number


def context(now: datetime | None = None) -> dict[str, Any]:
    """What portal/styleguide.html needs; nothing of it is read from the database."""
    now = now or timezone.now()
    today = timezone.localdate(now)
    form = SampleForm({"proposal": "西门到荷塘装路灯。", "phone": "1990000123", "tell": ["sms"]})
    return {
        "crumbs": [
            ("/suggestions/", "看建议"),
            ("/suggestions/?topic=green", "公园绿化"),
            ("", "JY2026-0001862-5"),
        ],
        "colours": COLOURS,
        "icons": sorted(n.removeprefix("i-") for n in icons.drawings() if n.startswith("i-")),
        "groups": [g.value for g in PublicGroup],
        "outcomes": [o.value for o in Outcome],
        "form": form,
        "errors": form.summary(),
        "steps": ["一句话", "事由", "做法", "地点", "附件", "联系与公开", "核对"],
        "turns": [
            _turn(today, "unit", "市卫生健康委员会", "办理并答复您", left=7, used=8),
            _turn(today, "author", "您", "评价这次答复", left=7, used=8, unit="天"),
            _turn(today, "unit", "市体育局", "办理并答复您", left=-4, used=15),
        ],
        "upcoming": [
            {"when": "9月30日前", "words": "还没到的：空心"},
            {"when": "今天", "words": "现在：灯黄", "now": True},
        ],
        "entries": [
            Sample(
                at=now - timedelta(days=3),
                kind="pause",
                words="暂停计时：方块",
                reason="请您补充具体位置",
            ),
            Sample(at=now - timedelta(days=9), kind="done", words="已发生：实心", reason=""),
        ],
        "reply": Sample(
            unit=Sample(name="市城市管理局"),
            outcome=Outcome.PARTLY_ADOPTED.value,
            delivered_at=now,
            committed_by=today + timedelta(days=40),
            next_report_on=None,
            basis="《江澜市公园管理办法》第十四条",
            contact="市政设施科，0380-555 0142",
        ),
        "reply_text": "您好。您提的情况，我们3月26日晚到现场看过。\n\n一起散步的【已遮盖：姓名】说得对：灯具拆除后没有补装。",
        "items": [
            _item(today, Outcome.PARTLY_ADOPTED),
            _item(today, None, due=9),
            _item(today, None, due=-4),
        ],
        "today": today,
        "facets": [{"name": "status", "label": "进度", "open": True, "choices": _choices()}],
        "chips": [("领域：公园绿化", "/styleguide/")],
        "proof": contrast.proof(),
        "sizes": SIZES,
        "pairs": [
            ("建议", "公园西门装路灯", "/submit/"),
            ("地点", "云埠区河埠路，菜场南门", "/submit/"),
        ],
        "files": [
            Sample(name="西门步道夜间.jpg", size=1258291, key="1"),
            Sample(name="破损路面.jpg", size=880640, key="2"),
        ],
    }


def _turn(
    today: date, who: str, holder: str, act: str, *, left: int, used: int, unit: str = "个工作日"
) -> Sample:
    return Sample(
        who=who, holder=holder, act=act, paused=False, overdue=left < 0, days_left=left, total=15, used=used,
        unit=unit, due_on=today + timedelta(days=left), clock=Sample(started_at=today - timedelta(days=used)),
        explanation=["从转交的第二天起，数15个工作日。", "周末不算；调休上班的周六要算。"] if who == "unit" else [],
    )  # fmt: skip


def _item(today: date, outcome: Outcome | None, due: int = 0) -> Sample:
    reply = Sample(
        public_body="西门至荷塘步道将增设42盏庭院灯，9月30日前亮灯；破损路面已补好，关门时间维持不变。"
    )
    return Sample(
        case_no="JY2026-0001862-5", public_title="柳汀公园西门夜里没有路灯，散步的老人常绊倒",
        public_replies=[reply] if outcome else [], outcome=outcome.value if outcome else "",
        public_group="done" if outcome else "in_progress", answered_at=today, co_sign_count=1036,
        lead_unit=Sample(short_name="市城管局"), due_on=today + timedelta(days=due) if due else None,
    )  # fmt: skip


def _choices() -> list[Sample]:
    return [
        Sample(value=g.value, label=g.label, count=9 * 10**at, chosen=at == 1)
        for at, g in enumerate(PublicGroup)
    ]
