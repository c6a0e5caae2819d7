"""Ways in for the demo city: every offline channel, 附议, 联名, minors, a split letter, an emergency, sheets, a draft."""

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from suggestions import rules
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import Channel
from suggestions.models import CoSign, Suggestion
from suggestions.public import drafts
from suggestions.roles import Role
from suggestions.services import (
    arrivals,
    co_signing,
    emergency,
    intake,
    joint,
    minors,
    sheets,
    voices,
)
from suggestions.services import drafts as kept

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_PAPERS: tuple[dict[str, Any], ...] = (
    {
        "channel": Channel.MAILBOX_POINT, "title": "社区活动室周末也开门", "problem": "活动室只在上班时间开，上班的人去不了。",
        "proposal": "周六上午开半天。", "name": "", "arrival": {"point": "柳河社区意见箱"},
    },
    {
        "channel": Channel.LEADER_MAILBOX, "title": "办事大厅多放几张写字台", "problem": "填表的人趴在窗台上写，老人站不住。",
        "proposal": "进门处放四张带椅子的写字台。", "name": "冯女士", "phone": "19900004101", "addressed_to": "市长",
    },
    {
        "channel": Channel.REFERRAL_HIGHER, "title": "把乡镇班车时刻贴到站牌上", "problem": "班车改点以后站牌没有换，白等一上午。",
        "proposal": "改点前三天换站牌。", "name": "邓先生", "phone": "19900004102", "external_no": "省转2026-031",
        "arrival": {"referred_by": "省人民建议征集办公室"}, "due_in": 20,
    },
    {
        "channel": Channel.REFERRAL_DEPARTMENT, "title": "菜市场门口划出卸货时段", "problem": "早上送菜的车把路口堵住，学生过不去。",
        "proposal": "七点前卸完货。", "name": "", "external_no": "商转2026-8号", "arrival": {"referred_by": "市商务局"},
    },
    {
        "channel": Channel.HOTLINE, "title": "河边步道加几盏矮灯", "problem": "晚上看不清台阶，有人踩空。", "proposal": "台阶边装矮灯。",
        "name": "高女士", "phone": "19900004103", "arrival": {"recording_ref": "LY-20261103-0117"}, "read_back": True,
    },
    {
        "channel": Channel.MEETING, "title": "图书馆给外卖员留个歇脚处", "problem": "冬天等单没有地方坐。", "proposal": "门厅放六把椅子和插座。",
        "name": "外卖骑手代表", "arrival": {"occasion": "新就业群体座谈会"}, "read_back": True,
    },
    {
        "channel": Channel.FAX, "title": "校车停靠点画上等候线", "problem": "家长和孩子挤在车道边。", "proposal": "退后一米画线。", "name": "",
        "arrival": {"sender": "0380-555 0199"},
    },
    {
        "channel": Channel.EMAIL, "title": "公园长椅边装上垃圾桶", "problem": "长椅边没有桶，纸盒丢在草里。", "proposal": "每两张椅子一个桶。",
        "name": "外籍居民", "email": "resident@example.cn", "arrival": {"sender": "resident@example.cn"},
    },
    {
        "channel": Channel.LEADER_RECEPTION, "title": "老楼排水管换大一号", "problem": "一下雨一楼返水。", "proposal": "换管时加粗。",
        "name": "单元居民", "phone": "19900004104", "arrival": {"occasion": "11月领导接访日", "people": 3}, "read_back": True,
        "joint": "田一 19900004105\n石二 19900004106\n何三",
    },
    {
        "channel": Channel.DESK, "title": "操场放学后让我们踢球", "problem": "学校操场五点锁门，我们只能在路上踢。", "proposal": "开到六点半。",
        "name": "小学生", "age_band": "under_14", "guardian": ("小学生的妈妈", "19900004107"), "read_back": True,
        "arrival": {"people": 2},
    },
    {
        "channel": Channel.DESK, "title": "夜自习散学时加一趟公交", "problem": "九点半散学，末班车九点二十。", "proposal": "末班车晚二十分钟。",
        "name": "高中生", "phone": "19900004108", "age_band": "14_17", "read_back": True,
    },
)  # fmt: skip


def seed(city: "Seeder") -> None:
    """Everything of the ways in, at least once."""
    _emergency(city)
    items = [_paper(city, number, dict(paper)) for number, paper in enumerate(_PAPERS)]
    _split_and_moved(city)
    _voices(city)
    for other in list(items[8].joint_authors.order_by("pk"))[:2]:
        if other.pk % 2 or not joint.counts(items[8]).confirmed:
            joint.confirm(joint=other, at=city.now - timedelta(hours=5))
    signed = Suggestion.objects.get(pk=items[8].pk)
    joint.choose_representatives(
        suggestion=signed, chosen=list(signed.joint_authors.order_by("pk").values_list("pk", flat=True)[:2]),
        actor=city.actor(Role.INTAKE_CLERK), at=city.now - timedelta(hours=4),
    )  # fmt: skip
    _sheets(city)
    _draft(city)


def _at(city: "Seeder", days: int, hour: int) -> datetime:
    day = local_date(city.now) - timedelta(days=days)
    return datetime.combine(day, time(hour), SHANGHAI)


def _submit(
    city: "Seeder", key: str, *, entered: datetime, **facts: Any
) -> Suggestion:  # fmt: skip
    actor = city.actor(Role.INTAKE_CLERK)
    return intake.submit(
        submission=intake.Submission(**facts), jurisdiction=city.jurisdiction, idempotency_key=f"demo:{key}",
        actor=actor, at=entered, limits=rules.ON_RECORD, entered_by=actor.user,
    ).suggestion  # fmt: skip


def _paper(city: "Seeder", number: int, facts: dict[str, Any]) -> Suggestion:
    received, entered = _at(city, 6, 10), _at(city, 4, 9)
    arrival = dict(facts.pop("arrival", {}))
    if facts["channel"] == Channel.MAILBOX_POINT:
        arrival["collected_on"] = local_date(received)
    if days := facts.pop("due_in", 0):
        arrival["referral_due_on"] = local_date(city.now) + timedelta(days=days)
    if guardian := facts.pop("guardian", None):
        facts["guardian"] = minors.GuardianFacts(
            guardian[0], guardian[1], relation="母亲", consented=True
        )
    others = joint.parse(facts.pop("joint", ""))
    return _submit(
        city, f"paper-{number}", entered=entered, received_at=received, arrival=arrival, joint=tuple(others), **facts
    )  # fmt: skip


def _split_and_moved(city: "Seeder") -> None:
    entered = _at(city, 4, 11)
    item = _submit(
        city, "two-matters", entered=entered, received_at=_at(city, 5, 10), channel=Channel.LETTER,
        title="修好巷口的路灯，再说说垃圾点", problem="巷口路灯坏了两盏。垃圾点离幼儿园太近，夏天味道大。", proposal="路灯换新，垃圾点挪到后街。",
        name="老居民", address="柳河社区居委会转",
    )  # fmt: skip
    arrivals.split(
        suggestion=item, title="垃圾点离幼儿园远一些", problem="垃圾点离幼儿园太近，夏天味道大。", proposal="挪到后街。",
        reason="信里说了路灯和垃圾点两件事", key="demo", actor=city.actor(Role.TRIAGE_OFFICER), at=entered + timedelta(hours=2),
    )  # fmt: skip
    arrivals.change_received(
        suggestion=item, day=local_date(city.now) - timedelta(days=7), reason="按邮件签收单更正",
        actor=city.actor(Role.INTAKE_CLERK), at=entered + timedelta(hours=3),
    )  # fmt: skip


def _voices(city: "Seeder") -> None:
    """A few dozen voices on the newest published items that take them; one taken back."""
    found = Suggestion.objects.on_page().filter(status__in=co_signing.JOINABLE)
    chance = city.chance("co-sign")
    for number, item in enumerate(found.select_related("jurisdiction").order_by("case_no")[:6]):
        given: list[voices.Given[CoSign]] = []
        for voice in range(chance.randint(3, 24)):
            at = city.now - timedelta(days=3 + chance.randint(0, 4), minutes=voice)
            given.append(
                co_signing.co_sign(
                    suggestion=item,
                    phone=f"199{number:04d}{voice + 5000:04d}",
                    name="",
                    idempotency_key=f"demo-{voice}",
                    at=at,
                    wants_notice=voice % 3 != 0,
                )
            )
        first: Any = given[0].voice
        co_signing.withdraw(co_sign=first, at=city.now - timedelta(days=2))
    co_signing.tell_cases(now=city.now)


def _emergency(city: "Seeder") -> None:
    start = city.now - timedelta(days=120)
    emergency.start(
        jurisdiction=city.jurisdiction, name="防汛应急征集", basis="防汛四级应急响应通知", percent=50, at=start,
        ends_at=start + timedelta(days=7), by=city.users[(str(Role.LEADER), "")],
    )  # fmt: skip


def _sheets(city: "Seeder") -> None:
    """One sheet taken in with a row left over, one waiting to be looked at."""
    day = (local_date(city.now) - timedelta(days=3)).isoformat()
    lines = [
        "编号,标题,内容,建议,收到日期,姓名,手机号",
        f"箱01,给候车亭加一块挡雨板,下雨时候车亭漏风漏雨。,加装侧面挡板。,{day},,",
        f"箱02,小广场早上放音乐小声点,六点就放，上夜班的人睡不着。,七点以后再放。,{day},段女士,19900004201",
        "箱03,收到日期没有写,这一行没有日期。,补上日期再登记。,,,",
    ]
    user, at = city.users[(str(Role.INTAKE_CLERK), "")], city.now - timedelta(hours=6)
    for number, confirmed in enumerate((True, False), 1):
        text = "\n".join(lines).replace("箱0", f"箱{number}")
        sheet = sheets.keep(
            user=user, jurisdiction=city.jurisdiction, name=f"意见箱来件第{number}批.csv", content=text.encode(), at=at
        )  # fmt: skip
        if confirmed:
            sheets.choose(sheet=sheet, columns=sheet.columns, channel=Channel.LETTER)
            sheets.run({"sheet": sheets.confirm(sheet=sheet, at=at).pk}, now=at)


def _draft(city: "Seeder") -> None:
    draft, _token = drafts.create(city.jurisdiction)
    drafts.save(draft, {"title": "社区食堂中午多留几个座位"}, seen="topic")
    kept.resume_code(draft.row)
