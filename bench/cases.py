"""What is asked of the site: addresses taken from the rows that are there, the same on every run of one size."""

import json
import random
from typing import Any
from urllib.parse import quote, urlencode

from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from bench.load import MARKER, Case
from suggestions import numbers
from suggestions.crypto import keyed_hash
from suggestions.models import Suggestion
from suggestions.selectors.cursors import make_cursor

# Each of them is said in the sentences that the city is filled with (tests/bench/test_measuring.py): a word that nobody
# said is looked up in no time and would make a search look quick.
WORDS = ("公交", "电梯", "停车", "路灯", "充电桩", "医院", "学校", "菜场", "垃圾", "老人")
PHRASES = ('"末班车"', '"加装电梯"', '"老小区"', '"停车场"', '"业主委员会"', '"红绿灯"')
SEVERAL = ("小区 停车", "公交 末班车", "学校 门口 家长", "老人 看病", "路灯 晚上", "电梯 业主")
EXCLUDING = ("公交 -地铁", "停车 -收费", "小区 -电梯")
HELLO, BARE_LIST = "gunicorn, two bytes", "bare Django list of 20"
SUBMIT, BARE_SUBMIT = "submit through the API", "bare Django view, same rows"
OFFICER = "fenban"
QUERY_CODE = "JY234567"
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
        Case(HELLO, ["/"], site="hello"),
        Case(BARE_LIST, ["/"], site="bare"),
    ]


def pages() -> list[Case]:
    """Public pages: as kept in the page cache, and made anew for every request."""
    return [
        Case("home, kept", ["/"]),
        Case("home, made anew", ["/"], anew=True),
        Case("browse, kept", ["/suggestions/"]),
        Case("browse, made anew", ["/suggestions/"], anew=True),
        Case("browse, deep page, made anew", browse_cursors(), anew=True),
        Case("browse, filtered, made anew", browse_filters(), anew=True),
        Case("one item, kept", items(40)),
        Case("one item, made anew", items(), anew=True),
        Case("search, one word, made anew", searches(WORDS), anew=True, clients=(1, 8, 64)),
        Case("search, phrase, made anew", searches(PHRASES), anew=True),
        Case("search, several words, made anew", searches(SEVERAL), anew=True),
        Case("search, filtered, made anew", searches(WORDS, status="done"), anew=True),
        Case("similar, while somebody types", similar()),
        tracked(),
        *desk(),
    ]


def similar(count: int = 40) -> list[str]:
    """Somebody begins to write what others wrote before."""
    rows = Suggestion.objects.on_page().order_by("pk").values_list("public_title", flat=True)
    titles = random.Random(5).sample(list(rows[:5000]), min(count, len(rows[:5000])))
    return [f"/submit/similar/?{urlencode({'title': title})}" for title in titles]


def tracked(count: int = 40) -> Case:
    """The progress of items for whoever has their code; the bench's items get one they all share."""
    rows = list(Suggestion.objects.order_by("pk").values_list("pk", "case_no"))
    chosen = random.Random(6).sample(rows, min(count, len(rows)))
    held = Suggestion.objects.filter(pk__in=[pk for pk, _ in chosen])
    held.update(query_code_hash=keyed_hash(numbers.QUERY_CODE_PURPOSE, QUERY_CODE))
    paths = [f"/api/v1/track/{case_no}" for _, case_no in chosen]
    return Case("track through the API", paths, headers=(("X-Query-Code", QUERY_CODE),))


def desk(count: int = 40) -> list[Case]:
    """Two screens of the office, with the session of a triage officer."""
    visitor = Client()
    backend = settings.AUTHENTICATION_BACKENDS[-1]
    visitor.force_login(get_user_model().objects.get(username=OFFICER), backend=backend)
    name = settings.SESSION_COOKIE_NAME
    signed_in = (("Cookie", f"{name}={visitor.cookies[name].value}"),)
    rows = list(Suggestion.objects.order_by("pk").values_list("case_no", flat=True))
    chosen = random.Random(7).sample(rows, min(count, len(rows)))
    screens = [reverse("desk:item", args=[case_no]) for case_no in chosen]
    clients = (2, 8, 64)
    return [
        Case("desk queue", [reverse("desk:queue")], headers=signed_in, clients=clients),
        Case("desk item screen", screens, headers=signed_in, clients=clients),
    ]


def submission(**facts: Any) -> Case:
    return Case(SUBMIT, ["/api/v1/suggestions"], bodies=(BODY,), expect=201, **facts)


def bare_submission() -> Case:
    return Case(BARE_SUBMIT, ["/submit"], bodies=("{}",), expect=201, site="bare")


def after_publication() -> dict[str, list[str]]:
    """Pages whose counts a publication makes old: what its first reader waits for."""
    return {"home": ["/"], "browse": ["/suggestions/"], "browse, filtered": browse_filters()}
