"""What a replayed year is made of: how often each thing happens, and suggestions put together from parts, never real."""

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from suggestions.codes import Channel

# Share of items that meet each thing, of those it can happen to.
PLANS: dict[str, float] = {
    "supplement": 0.08, "answers": 0.6, "redirect": 0.06, "refuse": 0.05, "second_no": 0.1, "merge": 0.06,
    "unmerge": 0.2, "join": 0.02, "withdraw_early": 0.02, "withdraw_late": 0.01, "dispute": 0.01, "co": 0.2,
    "object": 0.06, "object_again": 0.3, "upheld": 0.6, "reassign": 0.02, "take_back": 0.01, "extend": 0.06,
    "granted": 0.7, "publish": 0.85, "interim": 0.2, "return_draft": 0.08, "send_back": 0.1, "late": 0.06, "rate": 0.6,
    "dissatisfied": 0.12, "dissatisfied_again": 0.3, "order_again": 0.5, "reopen": 0.02, "voices": 0.1, "by_hand": 0.1,
    "revoke": 0.1, "suspend": 0.02, "adoption": 0.08, "study_first": 0.02,
}  # fmt: skip
CHANNELS: tuple[tuple[str, float], ...] = (
    (Channel.WEB, 50), (Channel.MOBILE, 18), (Channel.HOTLINE, 8), (Channel.LETTER, 5), (Channel.DESK, 4), (Channel.EMAIL, 3),
    (Channel.FAX, 1), (Channel.MAILBOX_POINT, 2), (Channel.LEADER_MAILBOX, 2), (Channel.REFERRAL_HIGHER, 1),
    (Channel.REFERRAL_DEPARTMENT, 1), (Channel.MEETING, 1), (Channel.LEADER_RECEPTION, 1), (Channel.AGENT, 3),
)  # fmt: skip
_PLACES = ("云桥路", "望湖街", "青松巷", "新荷社区", "永安里", "石渚公园", "金塘菜场", "临江二小", "长堤站", "白岭新村", "和顺坊", "竹溪广场")  # fmt: skip
_THINGS: tuple[tuple[str, str, str, str], ...] = (
    ("bus", "站台的长椅", "等车的人没有地方坐", "两头各装一张带靠背的长椅"),
    ("road", "人行道的地砖", "雨后一踩就溅水，有人摔过", "松动的地砖补平，缺的补齐"),
    ("road", "路口的绿灯", "老人一次走不完", "绿灯加长十秒，路中间留安全岛"),
    ("green", "树池的箅子", "翘起来绊脚", "换成平的，冬天前换完"),
    ("waste", "垃圾桶的清掏", "周末常满到外面", "周末加清一次，换带盖子的桶"),
    ("drain", "路边的雨水口", "一下大雨就积水", "雨季前掏一遍，换大一号的箅子"),
    ("light", "巷子里的路灯", "晚上看不清台阶", "每隔二三十米装一盏矮灯"),
    ("", "活动室的开放时间", "上班的人去不了", "周六上午开半天，由志愿者值班"),
    ("", "门口的坡道", "轮椅推不上去", "断的一段补平，旁边加扶手"),
)
_OPENINGS = (
    "早上出门常看到",
    "住在附近的人都说",
    "这两个月一直",
    "我每天路过，发现",
    "老人和孩子最怕",
    "昨天又看到",
)
_ENDINGS = (
    "先从人多的地方做起。",
    "做好以后贴一张告示。",
    "花钱不多，大家用得上。",
    "请告诉我们谁来管。",
)
_ANSWERS = (
    "您说的情况我们到现场看过，确实存在。经研究，按有关规定由我单位安排，列进本季度的养护，完成后在这里告诉您。",
    "收到您的建议后，我们和街道一起到现场看了，问了周边居民。先选两处试做三个月，看效果再推开，进展按季度公布。",
    "这处设施由我单位管养。我们核对了台账，量了尺寸，报了材料，施工时会避开上下班和上下学的时候，请您放心。",
)


@dataclass(frozen=True, slots=True)
class Text:
    """One suggestion's words."""

    topic: str
    title: str
    problem: str
    proposal: str
    place: str


def suggestion(dice: random.Random) -> Text:
    """A suggestion; `topic` is a code that the city may not know."""
    place, (topic, what, trouble, cure) = dice.choice(_PLACES), dice.choice(_THINGS)
    number = dice.randrange(1, 400)
    return Text(
        topic, f"{place}{number}号旁{what}要有人管",
        f"{dice.choice(_OPENINGS)}{place}{number}号旁{what}{trouble}，已经{dice.randrange(2, 20)}个月。",
        f"{cure}。{dice.choice(_ENDINGS)}", place,
    )  # fmt: skip


def arrival(channel: str, day: date) -> dict[str, Any]:
    """What is written down of an offline item's way in, by its channel."""
    ways: dict[str, dict[str, Any]] = {
        Channel.MAILBOX_POINT: {"point": "柳河社区意见箱", "collected_on": day},
        Channel.REFERRAL_HIGHER: {"referred_by": "上级征集办公室", "referral_due_on": day + timedelta(days=30)},
        Channel.REFERRAL_DEPARTMENT: {"referred_by": "市商务局"}, Channel.MEETING: {"occasion": "居民座谈会"},
    }  # fmt: skip
    return ways.get(channel, {})


def answer(dice: random.Random, version: int, first: int) -> str:
    """The body of a reply: the first version is text `first`, and no two versions say the same.

    Versions are counted in words: an answer that differs from the one before in figures alone is refused.
    """
    count = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(version))
    again = f"这是第{count}次答复，上次没有说清的写在前面：由养护科负责。" if version > 1 else ""
    return f"{again}{_ANSWERS[(first + version) % len(_ANSWERS)]}\n\n下一步由养护科每{dice.randrange(2, 9)}周到现场看一次，有变化再告诉您。"
