"""What each way in asks the clerk for, as one table (process.md 3.2; XF 17, 19). Pure; forms and the sheet import read it.

`asks` are fields shown besides the common ones, `needs` those of them that must be filled; `spoken`: read back to the
person (XF 19). `arrival` says which day is the true arrival (letters: sign-for date, analogy OGI 31).
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from suggestions.codes import Channel

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Way:
    """One row: a channel and its own questions. Field names are those of models.Arrival and of the entry form."""

    channel: Channel
    asks: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    spoken: bool = False
    arrival: "StrOrPromise" = ""


C = Channel
# fmt: off — read as a table.
WAYS: dict[str, Way] = {
    w.channel: w
    for w in (
        Way(C.DESK, ("people",), (), spoken=True, arrival=_("来访当天")),
        Way(C.LETTER, (), (), arrival=_("签收那天，不是登记那天")),
        Way(C.HOTLINE, ("recording_ref",), (), spoken=True, arrival=_("来电当天")),
        Way(C.EMAIL, ("sender",), (), arrival=_("邮件到达那天")),
        Way(C.FAX, ("sender",), (), arrival=_("传真收到那天")),
        Way(
            C.MAILBOX_POINT,
            ("point", "collected_on"),
            ("point", "collected_on"),
            arrival=_("开箱取件那天"),
        ),
        Way(C.LEADER_MAILBOX, ("addressed_to",), ("addressed_to",), arrival=_("来信到信箱那天")),
        Way(C.LEADER_RECEPTION, ("occasion", "people"), (), spoken=True, arrival=_("接访当天")),
        Way(
            C.REFERRAL_HIGHER,
            ("referred_by", "referral_due_on"),
            ("referred_by",),
            arrival=_("收到交办件那天"),
        ),
        Way(
            C.REFERRAL_DEPARTMENT,
            ("referred_by", "referral_due_on"),
            ("referred_by",),
            arrival=_("收到转来件那天"),
        ),
        Way(C.MEETING, ("occasion",), ("occasion",), spoken=True, arrival=_("会议当天")),
    )
}
# fmt: on
NEEDED_WORDS: dict[str, "StrOrPromise"] = {
    "point": _("请写是哪个意见箱或征集点。"),
    "collected_on": _("请填开箱取件的日期。"),
    "addressed_to": _("领导信箱的来件，请写是写给谁的。"),
    "referred_by": _("请写是哪个机关转来的。"),
    "occasion": _("请写是哪次会议或听证。"),
}
ARRIVAL_FIELDS = (
    "point", "collected_on", "recording_ref", "sender", "referred_by", "referral_due_on", "occasion", "people",
)  # fmt: skip
"""Fields kept in models.Arrival; `addressed_to` is the item's own."""
SPOKEN = frozenset(c for c, way in WAYS.items() if way.spoken)


def asked_of(channel: str) -> tuple[str, ...]:
    """The extra fields a channel asks for; none for one that is not in the table."""
    return WAYS[channel].asks if channel in WAYS else ()


def missing(channel: str, values: dict[str, object]) -> dict[str, list[str]]:
    """Sentences by field for what a channel needs and `values` lack."""
    way = WAYS.get(channel)
    if way is None:
        return {}
    return {name: [str(NEEDED_WORDS[name])] for name in way.needs if not values.get(name)}
