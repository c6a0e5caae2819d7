"""Messages of the mailbox that the city had before this portal, brought in by the importer (process.md 10)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from suggestions.demo.extra._dates import at
from suggestions.imports import reading
from suggestions.imports.running import Importer
from suggestions.models import Suggestion
from suggestions.services import lapses

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

SOURCE = "原市长信箱"
LEAST = 50
"""A city cut short for a test (`seed_demo --limit`) keeps to its items."""
_MESSAGES = (
    ("sz-2041", -352, 9, "公交站牌上的字太小", "站牌换新以后字小了一号，老人要凑到跟前才看得清，晚上更看不见。",
     "您反映的站牌是新换的第一批，字号确实偏小。后面三批已按40毫米字高重新制版，第一批在大修时一并更换。", "bus"),
    ("sz-2077", -347, 12, "雨后人行道一踩一脚水", "人行道的砖松了，雨后踩上去溅一身泥水，走路都要挑着走。",
     "已派人逐段查看，松动的砖分两段重铺，雨水口一并清掏。完工后请您再走一趟看看。", "road"),
    ("sz-2102", -341, 8, "图书馆晚上能不能晚一点关门", "下班赶到图书馆只剩半小时，能不能一周有两天晚一点关。",
     "周三、周五已试行延长到21时，试行三个月后按到馆人数定是否保留。", "library"),
)  # fmt: skip


def seed(city: "Seeder") -> None:
    """Three messages with the answers that were given then, each at its true dates."""
    if Suggestion.objects.count() < LEAST:
        return
    importer = Importer(jurisdiction=city.jurisdiction, source=SOURCE, at=city.now, publish=True)
    for number, days, took, title, problem, reply, topic in _MESSAGES:
        received = at(city, days)
        columns = {
            "id": number, "title": title, "body": problem, "time": f"{received:%Y-%m-%d %H:%M:%S}", "reply": reply, "label": topic,
            "reply_time": f"{received + timedelta(days=took):%Y-%m-%d %H:%M:%S}",
        }  # fmt: skip
        importer.take(reading.message(columns, reading.Mapping()))
    # Their windows for rating are long over; the lives of the other items have seen this sweep already.
    lapses.evaluations(now=city.now)
