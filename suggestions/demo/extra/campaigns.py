"""Campaigns of the demo city at work: questions asked and answered, voices in surveys and votes, a report that covers all.

The pages come from cms/demo.py; here they are reached through the seeder, by the key of campaigns.toml.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from suggestions.actor import Actor
from suggestions.campaign_polls import AskKind, Poll
from suggestions.clock import local_date
from suggestions.models import PollVoice
from suggestions.roles import Role
from suggestions.services import campaign_questions, campaign_reports, polling

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_ASKED = (
    ("minsheng2027", "我在江澜租房，没有户口，能参加吗？", "能。在江澜生活、工作、上学的人都可以提，不看户口。"),
    ("minsheng2027", "一个人可以提几件？", "不限。一件建议只说一件事，分开提，答复也分开给。"),
    ("jishui", "施工的时候商铺门口还能走人吗？", "能。方案里每家门口留1.5米通道，夜里封路不超过5小时，开工前一周贴出来。"),
    ("jishui", "下雨的时候井盖会不会打开？", ""),
)  # fmt: skip
_DECLINED = (
    "jishui",
    "我家楼上漏水，物业不管，找谁？",
    "与征集无关，已在页面“常问的”里写了该打哪个电话",
)
_GROUPS = (
    ("老人这一顿还想再便宜些", "补贴从2027年1月1日起跟着老人走，70至79岁每顿补2元，80岁以上补4元，刷社保卡自动减。再往上加要等明年看用了多少钱，明年12月公布。", "partly_adopted"),
    ("开门时间、窗口和座位", "各家食堂每季度开一次用餐的人都能来的会，时间、窗口、座位在会上定，定了贴在门口。不作全市统一要求，因为各处人多的时候不一样。", "adopted"),
)  # fmt: skip
_VOTERS = 36


def seed(city: "Seeder") -> None:
    """Questions in each state, voices in each poll that has run, and the report of the campaign that is over."""
    pages: dict[str, Any] = city.campaigns
    for page in pages.values():
        page.refresh_from_db()
    _questions(city, pages)
    for key in ("minsheng2027", "shitang"):
        _voices(city, pages[key])
    _report(city, pages["shitang"])
    _half_a_report(city, pages["jishui"])


def _questions(city: "Seeder", pages: dict[str, Any]) -> None:
    officer, at = city.actor(Role.TRIAGE_OFFICER), city.now - timedelta(days=5)
    for key, text, words in _ASKED:
        at += timedelta(hours=7)
        held = campaign_questions.ask(campaign=pages[key], text=text, actor=Actor.author(), at=at)
        if words:
            campaign_questions.answer(
                question=held, public_text=text, answer=words, actor=officer, at=at + timedelta(hours=3)
            )  # fmt: skip
    key, text, why = _DECLINED
    held = campaign_questions.ask(campaign=pages[key], text=text, actor=Actor.author(), at=at)
    campaign_questions.decline(question=held, reason=why, actor=officer, at=at + timedelta(hours=1))


def _voices(city: "Seeder", page: Any) -> None:
    """Some dozens of voices in every poll that has begun, at a moment it was open."""
    dice = city.chance(f"polls:{page.slug}")
    for poll in page.poll_specs():
        at = min(city.now, poll.closes_at or city.now) - timedelta(hours=2)
        if not poll.opens_at < at:
            continue
        for n in range(_VOTERS):
            _one_voice(page, poll, n, dice, at)


def _one_voice(page: Any, poll: Poll, n: int, dice: Any, at: datetime) -> PollVoice:
    answers: dict[str, list[str]] = {}
    for ask in poll.asks:
        if ask.kind == AskKind.WORDS:
            answers[ask.text] = ["菜市场门口加个红绿灯"] if n % 9 == 0 else []
        else:
            # The first options are liked better, so that the picture is not flat.
            weights = [len(ask.choices) - i for i in range(len(ask.choices))]
            answers[ask.text] = dice.choices(ask.choices, weights, k=max(ask.most, 1))
            if ask.kind != AskKind.SEVERAL:
                answers[ask.text] = answers[ask.text][:1]
    return polling.give(
        campaign=page, poll=poll, phone=f"1990000{7000 + n}", answers=answers, idempotency_key=f"demo:{n}", at=at
    ).voice  # fmt: skip


def _report(city: "Seeder", page: Any) -> None:
    """What lacks an answer of its own goes into groups, and only then is the report out again."""
    out_on = page.report_published_at
    if out_on is None:
        return
    type(page).objects.filter(pk=page.pk).update(report_published_at=None)
    page.refresh_from_db()
    officer, at = city.actor(Role.TRIAGE_OFFICER), out_on - timedelta(days=2)
    made = [
        campaign_reports.save_group(
            campaign=page, heading=h, answer=a, outcome=o, actor=officer, at=at
        )
        for h, a, o in _GROUPS
    ]
    for n, item in enumerate(list(campaign_reports.lacking(page.pk))):
        campaign_reports.put(group=made[n % len(made)], items=[item], at=at)
    page.report_published_at = out_on
    page.save_revision().publish()
    campaign_reports.tell_authors(now=city.now)


def _half_a_report(city: "Seeder", page: Any) -> None:
    """A campaign still running whose report is begun."""
    officer, at = city.actor(Role.TRIAGE_OFFICER), city.now - timedelta(hours=3)
    group = campaign_reports.save_group(
        campaign=page, heading="中段的井盖老是堵", answer="12月底前先清一遍，明年汛前每月清一次，谁清的、哪天清的贴在井边。",
        outcome="planned", promised_on=local_date(city.now) + timedelta(days=37), actor=officer, at=at,
    )  # fmt: skip
    campaign_reports.put(group=group, items=list(campaign_reports.lacking(page.pk)[:2]), at=at)
