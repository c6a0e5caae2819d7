"""Helpful or not, and a short comment: what the public says of a published answer (process.md 7.1; SH 7 公众评价).

One phone is one voice, as for co-signing; the author has a rating of their own and none here. The counts stand apart from
satisfaction in every figure. A vote makes no new content version: a page is made anew within minutes anyhow
(public/caching.SLOT), and a hundred neighbours must not empty the cache a hundred times.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from suggestions import rules
from suggestions.actor import Actor
from suggestions.crypto import possible_hashes
from suggestions.errors import DomainError, Invalid, WrongState
from suggestions.insight import redaction
from suggestions.models import Author, Reply, ReplyComment, ReplyVoice, Suggestion
from suggestions.services import records, transitions, voices
from suggestions.services.voices import Given
from suggestions.services.wording import Words, cleaned
from suggestions.states.reply_comment import ReplyCommentState as State

WORDS_MAX = 200
COMMENTS_SHOWN = 20
WAITING_LIMIT = 200
"""Comments on one item that nobody has read yet: more is a flood, and the page says so."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How the public finds one answer."""

    yes: int = 0
    no: int = 0

    @property
    def n(self) -> int:
        return self.yes + self.no


def gone() -> DomainError:
    """Why an answer takes no voices."""
    return DomainError(_("这个答复现在不能评价：可能有了新的答复，或者不再公开。"))


def current(suggestion: Suggestion) -> Reply | None:
    """The answer people speak about: the newest public one of a public item."""
    if not suggestion.is_public:
        return None
    return suggestion.replies.filter(is_public=True).order_by("-number").first()


def takes_voices(reply: Reply) -> bool:
    """Whether this answer is still the one that stands. Two queries."""
    held = current(Suggestion.objects.get(pk=reply.suggestion_id))
    return held is not None and held.pk == reply.pk


def give(
    *, reply: Reply, phone: str, helpful: bool | None, words: str = "", idempotency_key: str, at: datetime,
) -> Given[ReplyVoice]:  # fmt: skip
    """Take a voice; it counts at once, or when the code sent to the phone comes back.

    Without a code, a phone whose voice counts already (and the author's own) gets a receipt that is not counted, in the
    same words: the page must not tell a stranger whose phone spoke. Raises Invalid (phone, helpful, words), DomainError
    (the answer takes no voices), IdempotencyConflict.
    """
    digits, wrong = voices.phone_facts(phone)
    words = rules.clean_text(words)
    errors = {"phone": wrong} if wrong else {}
    if helpful is None:
        errors["helpful"] = [_("请选这个答复有没有帮助。")]
    if len(words) > WORDS_MAX:
        errors["words"] = [rules.too_long(_("想说的话"), words, WORDS_MAX)]
    if errors:
        raise Invalid(errors)
    key = f"helpful:{reply.pk}:{idempotency_key}"[:160]
    if earlier := voices.earlier(ReplyVoice, key=key, digits=digits):
        return earlier
    if not takes_voices(reply):
        raise gone()
    if words and _waiting(reply.suggestion_id) >= WAITING_LIMIT:
        raise DomainError(_("等待审核的评论太多了，请过几天再写；只选有没有帮助，现在就可以。"))
    row = voices.fresh(
        ReplyVoice, key=key, digits=digits, at=at, reply=reply, helpful=bool(helpful), words=words, wants_notice=False
    )  # fmt: skip
    return voices.take(row, count=_count_in, at=at)


def find(token: str) -> ReplyVoice | None:
    """The voice whose receipt has this address."""
    rows = ReplyVoice.objects.select_related("reply__suggestion__jurisdiction", "reply__unit")
    return voices.by_receipt(rows, token)


def confirm(*, voice: ReplyVoice, code: str, at: datetime) -> None:
    """The code came back from the phone; now the voice counts, in place of what the same phone said before.

    Raises Invalid (wrong code), DomainError (the answer takes no voices any more).
    """
    if voice.confirmed_at is not None or not voice.phone:
        return
    voices.check_phone_code(voice, code)
    if not takes_voices(voice.reply):
        raise gone()
    with transaction.atomic():
        for before in _of_phone(voice):
            _forget(before, at)
        _count_in(voice, ReplyVoice.Proof.SMS, at)


def change(*, voice: ReplyVoice, helpful: bool, at: datetime) -> None:
    """Another mind, by the receipt. Raises DomainError when the answer takes no voices any more."""
    if not takes_voices(voice.reply):
        raise gone()
    ReplyVoice.objects.filter(pk=voice.pk).update(helpful=helpful)
    voice.helpful = helpful


def withdraw(*, voice: ReplyVoice, at: datetime) -> None:
    """Take the voice back with every word of it; the phone may then speak again (PIPL 15, 47)."""
    with transaction.atomic():
        _forget(voice, at)


def counts(replies: Iterable[int]) -> dict[int, Counts]:
    """How the public finds these answers, by their keys; silence is no zero but n = 0. One query."""
    rows = (
        ReplyVoice.objects.counted()
        .filter(reply__in=list(replies))
        .values_list("reply")
        .annotate(yes=Count("pk", filter=Q(helpful=True)), no=Count("pk", filter=Q(helpful=False)))
        .order_by()
    )
    return {reply: Counts(yes, no) for reply, yes, no in rows}


def shown(suggestion_id: int) -> list[ReplyComment]:
    """The released comments of an item, the latest first. One query."""
    rows = ReplyComment.objects.filter(suggestion_id=suggestion_id, status=State.SHOWN)
    return list(rows.only("public_text", "said_at", "reply_id")[:COMMENTS_SHOWN])


# Moderation


def proposed_text(comment: ReplyComment) -> str:
    """The comment with what the rules find masked: what a moderator begins with (process.md 9.2)."""
    return comment.public_text or redaction.mask(comment.text, redaction.find_spans(comment.text))


def show(*, comment: ReplyComment, public_text: str, actor: Actor, at: datetime) -> None:
    """Publish the comment in these words.

    Raises Invalid (missing, too long, or holds personal data for certain), NotAllowed, WrongState, ChangedMeanwhile.
    """
    held = cleaned({"public_text": Words("公开的评论", 300)}, {"public_text": public_text})
    sure = [s for s in redaction.find_spans(held["public_text"]) if s.certain]
    if sure:
        found = "、".join(held["public_text"][s.start : s.end] for s in sure[:3])
        raise Invalid({"public_text": [f"里面像有个人信息（{found}），请去掉再公开。"]})
    with transaction.atomic():
        records.move(
            comment, "comment_show", actor=actor, at=at, fields={**held, "declined_because": ""}
        )
        _tell_case(comment, "公开一条公众评论", actor, at)


def decline(*, comment: ReplyComment, reason: str, actor: Actor, at: datetime) -> None:
    """Keep a comment from the page, or take it off; the reason stays with the office."""
    held = cleaned({"reason": Words("不公开的理由", 200, multiline=False)}, {"reason": reason})
    with transaction.atomic():
        records.move(
            comment, "comment_decline", actor=actor, at=at, reason=held["reason"],
            fields={"declined_because": held["reason"], "public_text": ""},
        )  # fmt: skip
        _tell_case(comment, "不公开一条公众评论", actor, at)


def forget_unproved(*, now: datetime) -> int:
    """Sweep: voices whose code never came back, and second voices of a phone that counts, go after a day."""
    return voices.forget_unproved(ReplyVoice.objects.all(), now=now)


def _tell_case(comment: ReplyComment, words: str, actor: Actor, at: datetime) -> None:
    case = Suggestion.objects.get(pk=comment.suggestion_id)
    transitions.note(case, "comment", actor=actor, at=at, words=words, data={"comment": comment.pk})


def _waiting(suggestion_id: int) -> int:
    return ReplyComment.objects.filter(suggestion_id=suggestion_id, status=State.WAITING).count()


def _of_phone(voice: ReplyVoice) -> list[ReplyVoice]:
    """Other voices of this phone on the same answer that count, under this or an earlier key."""
    rows = ReplyVoice.objects.counted().filter(
        reply_id=voice.reply_id, phone_hash__in=possible_hashes("phone", voice.phone)
    )
    return list(rows.exclude(pk=voice.pk))


def _count_in(row: ReplyVoice, proof: str, at: datetime) -> None:
    """Count a voice unless this phone's counts already or is the author's; the phone itself is forgotten."""
    own = Author.objects.filter(
        suggestion_id=row.reply.suggestion_id, phone_hash__in=possible_hashes("phone", row.phone)
    )
    words, before = row.words, own.exists() or bool(_of_phone(row))
    counted = voices.count_once(
        row, before=before, proof=proof, at=at, forgotten=("phone", "words")
    )
    if counted and words:
        case = row.reply.suggestion
        comment = ReplyComment(
            jurisdiction_id=case.jurisdiction_id, suggestion=case, reply=row.reply, voice=row, text=words, said_at=at,
        )  # fmt: skip
        records.begin(comment, "comment_write", actor=Actor.system(), at=at)


def _forget(voice: ReplyVoice, at: datetime) -> None:
    comment = ReplyComment.objects.filter(voice=voice).first()
    if comment is not None:
        _take_back(comment, at)
    voice.delete()


def _take_back(comment: ReplyComment, at: datetime) -> None:
    try:
        records.move(
            comment, "comment_withdraw", actor=Actor.system(), at=at,
            fields={"text": "", "public_text": "", "declined_because": ""},
        )  # fmt: skip
    except WrongState:
        return
