"""What readers of the demo city say of its answers: votes, and comments in each state. Nobody of them is an author."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from suggestions.models import Reply, ReplyVoice, Suggestion
from suggestions.roles import Role
from suggestions.services import reply_voices

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_SHOWN = (
    "说到做到，上个星期就看到施工了。",
    "写得清楚，哪天前做好、找谁问都有。",
    "答复里没说晚上怎么办，希望再补一句。",
    "我们小区也是这个情况，照着答复去问，真的有人管。",
)
_DECLINED = ("低价代办各种证件，加我细聊。", "广告，与答复无关")
_WAITING = "比以前好多了，就是周末人还是少。"
_TAKEN_BACK = "等了两个月才有答复。"
_ANSWERS = 8


def seed(city: "Seeder") -> None:
    """Voices on the newest public answers, given in the last day."""
    at, officer = city.now - timedelta(hours=20), city.actor(Role.PUBLISHER)
    dice = city.chance("reply voices")
    items = Suggestion.objects.on_page().filter(answered_at__lt=at).order_by("-answered_at", "-pk")
    replies = [r for r in map(reply_voices.current, items[:_ANSWERS]) if r is not None]
    for place, reply in enumerate(replies):
        for n in range(dice.randrange(4, 30)):
            reply_voices.give(
                reply=reply, phone=f"1990000{8000 + n}", helpful=dice.random() < 0.8,
                idempotency_key=f"demo:{n}", at=at,
            )  # fmt: skip
        words = _SHOWN[place] if place < len(_SHOWN) else ""
        if words:
            comment = _say(reply, words, place, at)
            reply_voices.show(
                comment=comment.comment, public_text=words, actor=officer, at=at + timedelta(hours=2)
            )  # fmt: skip
    refused = _say(replies[0], _DECLINED[0], 20, at).comment
    reply_voices.decline(comment=refused, reason=_DECLINED[1], actor=officer, at=at)
    _say(replies[1], _WAITING, 21, city.now - timedelta(hours=1))
    reply_voices.withdraw(voice=_say(replies[2], _TAKEN_BACK, 22, at), at=at)


def _say(reply: Reply, words: str, n: int, at: datetime) -> ReplyVoice:
    return reply_voices.give(
        reply=reply, phone=f"1990000{8900 + n}", helpful=n % 3 != 2, words=words, idempotency_key=f"demo-words:{n}", at=at
    ).voice  # fmt: skip
