"""Surveys and votes of a campaign as facts: what is asked, until when, and which answers are right. Pure.

An option or a question is known by its words, so results read the same years later; once somebody has voted, the page
lets no editor change them (cms/campaign_checks.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db import models
from django.utils.translation import gettext_lazy as _

from suggestions import dates, rules
from suggestions.clock import SHANGHAI, local_date

WORDS_MAX = 500
SCALE = ("1", "2", "3", "4", "5")


class AskKind(models.TextChoices):
    """How a question of a survey is answered."""

    ONE = "one", _("选一项")
    SEVERAL = "several", _("选几项")
    SCALE = "scale", _("打分（1到5）")
    WORDS = "words", _("写几句话")


def last_day(closes_at: datetime) -> date:
    """The last day on which one can write: closing at 0:00 means the day before, until 24:00."""
    return local_date(closes_at - timedelta(microseconds=1))


def closing_words(closes_at: datetime) -> str:
    """When writing ends, as people say it: 5月31日24:00截止, 5月31日18:00截止."""
    day, local = last_day(closes_at), closes_at.astimezone(SHANGHAI)
    clock = f"{local.hour}:{local.minute:02d}" if (local.hour or local.minute) else "24:00"
    return str(_("%(day)s%(clock)s截止")) % {"day": dates.short(day), "clock": clock}


@dataclass(frozen=True, slots=True)
class Ask:
    """One question. `most`: how many options may be chosen (0: as many as there are)."""

    text: str
    kind: str
    options: tuple[str, ...] = ()
    required: bool = True
    most: int = 0
    about: Mapping[str, str] = field(default_factory=dict)
    """What an option means, by option."""

    @property
    def choices(self) -> tuple[str, ...]:
        return SCALE if self.kind == AskKind.SCALE else self.options


@dataclass(frozen=True, slots=True)
class Poll:
    """One survey, or one vote among options (`is_vote`). `chosen` and `outcome`: what was decided, once it is."""

    key: str
    title: str
    asks: tuple[Ask, ...]
    opens_at: datetime
    closes_at: datetime | None = None
    intro: str = ""
    is_vote: bool = False
    chosen: tuple[str, ...] = ()
    outcome: str = ""

    def is_open_at(self, moment: datetime) -> bool:
        return self.opens_at <= moment and (self.closes_at is None or moment < self.closes_at)

    @property
    def closing(self) -> str:
        """When the voting ends, in words: 12月10日24:00截止; "" when it never does."""
        return closing_words(self.closes_at) if self.closes_at else ""

    def is_over_at(self, moment: datetime) -> bool:
        return self.closes_at is not None and self.closes_at <= moment


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said: an option of a question, or words to it."""

    question: str
    option: str = ""
    words: str = ""


def read(poll: Poll, answers: Mapping[str, Sequence[str]]) -> tuple[list[Said], dict[str, str]]:
    """What a voice says, and the sentences of what is wrong by question. `answers`: what was sent, by question."""
    said: list[Said] = []
    wrong: dict[str, str] = {}
    for ask in poll.asks:
        sent = [
            rules.clean_text(str(a), multiline=ask.kind == AskKind.WORDS)
            for a in answers.get(ask.text, ())
        ]
        given = [a for a in dict.fromkeys(sent) if a]
        if not given:
            if ask.required:
                what = _("请回答：%s") if ask.kind == AskKind.WORDS else _("请选择：%s")
                wrong[ask.text] = str(what) % ask.text
        elif ask.kind == AskKind.WORDS:
            if len(given[0]) > WORDS_MAX:
                number = {"limit": WORDS_MAX, "n": len(given[0])}
                wrong[ask.text] = str(_("最多%(limit)d个字，现在是%(n)d个字。")) % number
            else:
                said.append(Said(ask.text, words=given[0]))
        elif any(a not in ask.choices for a in given):
            wrong[ask.text] = str(_("请从列出的里面选。"))
        elif ask.kind != AskKind.SEVERAL and len(given) > 1:
            wrong[ask.text] = str(_("这里只能选一项。"))
        elif ask.most and len(given) > ask.most:
            number = {"most": ask.most, "n": len(given), "over": len(given) - ask.most}
            wrong[ask.text] = (
                str(_("最多选%(most)d项，现在选了%(n)d项，请去掉%(over)d项。")) % number
            )
        else:
            said += [Said(ask.text, option=a) for a in given]
    if not wrong and not said:
        wrong[poll.asks[0].text if poll.asks else ""] = str(_("请至少回答一个问题。"))
    return said, wrong
