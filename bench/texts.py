"""Suggestions put together from the demo city's own sentences, so that search meets words people use.

A few thousand sentences in a hundred thousand texts would make no word rare, as real words are; so every
text also names a place of its own, from a list of many thousand made-up ones.
"""

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from suggestions.demo.load import City

_SENTENCE = re.compile(r"[^。！？\n]+[。！？]?")
_CLAUSE = re.compile(r"[，。；！？\n]+")
_FIRST = "云柳望青临新沧梅竹松兰桂樟槐枫荷菱芦苇溪湖江滨港桥石金银铜玉翠丹白墨长永安宁和平顺昌"
_SECOND = "埠渚岩澜澄津渡溪塘湾坡岭坪桥亭台阁园苑庄屯铺集巷弄坊里泽浦洲屿峰谷泉井堰闸堤岸"
_KINDS = ("路", "街", "新村", "社区", "小学", "公园", "菜场", "站")
TITLE_LENGTH = 50


@dataclass(frozen=True, slots=True)
class Text:
    """One suggestion's words and the answer to it."""

    title: str
    problem: str
    proposal: str
    place: str
    reply: str


@dataclass(slots=True)
class _Pool:
    titles: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    proposals: list[str] = field(default_factory=list)
    replies: list[str] = field(default_factory=list)


class Words:
    """The demo's sentences by topic; `text()` makes a new suggestion of a topic from them."""

    def __init__(self, dice: random.Random, today: date) -> None:
        self.dice = dice
        self.pools: dict[str, _Pool] = {}
        every = _Pool()
        for item in City(today).items():
            for pool in (self.pools.setdefault(item.topic, _Pool()), every):
                pool.titles += [c for c in _CLAUSE.split(item.title) if len(c) > 3]
                pool.problems += _sentences(item.problem)
                pool.proposals += _sentences(item.proposal)
                pool.replies += _sentences(item.reply)
        # A topic with few items borrows the others' words where it has none of a kind.
        self.every = every

    @property
    def topics(self) -> list[str]:
        return sorted(self.pools)

    def place(self) -> str:
        dice = self.dice
        return dice.choice(_FIRST) + dice.choice(_SECOND) + dice.choice(_KINDS)

    def text(self, topic: str) -> Text:
        pool = self.pools.get(topic, self.every)
        place = self.place()
        clauses = self._some(pool.titles or self.every.titles, 1, 2)
        return Text(
            title=(place + "，".join(clauses))[:TITLE_LENGTH],
            problem=f"我住在{place}附近。" + "".join(self._some(pool.problems, 3, 6)),
            proposal="".join(self._some(pool.proposals or self.every.proposals, 1, 3)),
            place=place,
            reply=f"您好，您反映的{place}一事已经收到。"
            + "".join(self._some(pool.replies or self.every.replies, 3, 7)),
        )

    def _some(self, sentences: Sequence[str], least: int, most: int) -> list[str]:
        return self.dice.choices(sentences, k=self.dice.randint(least, most))


def _sentences(text: str) -> list[str]:
    return [s.strip() for s in _SENTENCE.findall(text) if len(s.strip()) > 3]
