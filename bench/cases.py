"""What is asked of the site: addresses taken from the rows that are there, the same on every run of one size."""

import json
import random
from urllib.parse import quote, urlencode

from bench.load import MARKER, Case
from suggestions.models import Suggestion
from suggestions.selectors.cursors import make_cursor

WORDS = ("公交", "电梯", "停车", "路灯", "充电桩", "医院", "学校", "菜场", "垃圾", "老人")
PHRASES = ('"末班车"', '"加装电梯"', '"老旧小区"', '"垃圾分类"', '"停车位"', '"红绿灯"')
SEVERAL = ("小区 停车", "公交 末班车", "学校 门口 堵车", "老人 看病", "路灯 不亮", "电梯 噪声")
EXCLUDING = ("公交 -地铁", "停车 -收费", "小区 -电梯")
BODY = json.dumps(
    {
        "title": "人民路公交站加一张长椅",
        "problem": f"早上等车的老人很多，站台上没有地方坐，常有人坐在路沿上，今天我数了{MARKER}位。",
        "proposal": "在站台两头各装一张长椅，带靠背，再加一个雨棚。",
        "publish_consent": True,
        "contact": {"name": "林小满", "phone": "19900001234"},
    },
    ensure_ascii=False,
)


def browse_cursors(count: int = 60) -> list[str]:
    """Browse pages somewhere in the older half of the list."""
    rows = Suggestion.objects.on_page().order_by("-published_at", "-pk")
    places = list(rows.values_list("published_at", "pk"))
    older = places[len(places) // 2 :]
    chosen = random.Random(2).sample(older, min(count, len(older)))
    return [f"/suggestions/?cursor={make_cursor(moment, pk)}" for moment, pk in chosen if moment]


def browse_filters(count: int = 24) -> list[str]:
    """Filtered lists, one to three filters each, that all find something."""
    dice = random.Random(3)
    rows = Suggestion.objects.on_page().order_by("pk")
    facts = list(
        rows.values_list("lead_unit__code", "topic__code", "district__code", "public_group")
    )
    names = ("unit", "topic", "district", "status")
    made: dict[str, None] = {}
    for _ in range(count * 5):
        row = dict(zip(names, dice.choice(facts), strict=True))
        picked = {name: row[name] for name in dice.sample(names, dice.randint(1, 3)) if row[name]}
        made[f"/suggestions/?{urlencode(picked)}"] = None
        if len(made) == count:
            break
    return list(made)


def items(count: int = 200) -> list[str]:
    numbers = list(Suggestion.objects.on_page().order_by("pk").values_list("case_no", flat=True))
    return [
        f"/suggestions/{n}/" for n in random.Random(4).sample(numbers, min(count, len(numbers)))
    ]


def searches(texts: tuple[str, ...], **filters: str) -> list[str]:
    more = f"&{urlencode(filters)}" if filters else ""
    return [f"/search/?q={quote(text)}{more}" for text in texts]


def baselines() -> list[Case]:
    return [
        Case("gunicorn, two bytes", ["/"], site="hello", clients=(8, 64)),
        Case("bare Django list of 20", ["/"], site="bare", clients=(8, 64)),
    ]


def pages() -> list[Case]:
    """Public pages: as kept in the page cache, and made anew for every request."""
    return [
        Case("home, kept", ["/"], clients=(8, 64)),
        Case("home, made anew", ["/"], anew=True, clients=(8, 64)),
        Case("browse, kept", ["/suggestions/"], clients=(8, 64)),
        Case("browse, made anew", ["/suggestions/"], anew=True, clients=(8, 64)),
        Case("browse, deep page, made anew", browse_cursors(), anew=True),
        Case("browse, filtered, made anew", browse_filters(), anew=True),
        Case("one item, kept", items(40)),
        Case("one item, made anew", items(), anew=True),
        Case("search, one word, made anew", searches(WORDS), anew=True),
        Case("search, phrase, made anew", searches(PHRASES), anew=True),
        Case("search, several words, made anew", searches(SEVERAL), anew=True),
        Case("search, filtered, made anew", searches(WORDS, status="done"), anew=True),
    ]


def submission() -> Case:
    return Case("submit through the API", ["/api/v1/suggestions"], body=BODY)


def after_publication() -> dict[str, list[str]]:
    """Pages whose counts a publication makes old: what its first reader waits for."""
    return {"home": ["/"], "browse": ["/suggestions/"], "browse, filtered": browse_filters()}
