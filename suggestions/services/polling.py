"""Surveys and votes of a campaign: one phone, one voice, as for co-signing; counts with n, never who (process.md 3.1; SH 7).

What is asked comes from the campaign's page as a `Poll`; here are the voices. A phone is kept only until it is proved:
then its keyed hash stays, so that it counts once, and nothing else of the person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils.translation import gettext as _

from suggestions import content
from suggestions.campaign_polls import Ask, AskKind, Poll, read
from suggestions.crypto import possible_hashes
from suggestions.errors import DomainError, Invalid
from suggestions.models import PollChoice, PollVoice
from suggestions.services import voices
from suggestions.services.voices import Given


@dataclass(frozen=True, slots=True)
class Tally:
    """One option's count. `share` is of the voices that answered this question, in whole percent."""

    option: str
    count: int
    share: int
    about: str = ""
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class AskResult:
    """What was said to one question by `n` voices; `mean` for a scale, with one decimal, "" for the others."""

    ask: Ask
    n: int
    tallies: tuple[Tally, ...]
    mean: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a poll: `n` voices in all."""

    n: int
    asks: tuple[AskResult, ...]


def give(
    *, campaign: Any, poll: Poll, phone: str, answers: Mapping[str, Sequence[str]], idempotency_key: str, at: datetime,
) -> Given[PollVoice]:  # fmt: skip
    """Take a voice; it counts at once, or when the code sent to the phone comes back.

    A phone whose voice counts already gets a receipt that is not counted, in the same words: the page must not tell a
    stranger whose phone voted. Raises Invalid ("phone", or a question's words), DomainError (closed), IdempotencyConflict.
    """
    if not takes_voices(campaign, poll, at):
        raise DomainError(_("现在不能投：还没有开始，或者已经截止。"))
    digits, wrong = voices.phone_facts(phone)
    said, errors = read(poll, answers)
    if wrong or errors:
        raise Invalid(
            {**{k: [v] for k, v in errors.items()}, **({"phone": wrong} if wrong else {})}
        )
    key = f"poll:{campaign.pk}:{poll.key}:{idempotency_key}"[:160]
    if earlier := voices.earlier(PollVoice, key=key, digits=digits):
        return earlier
    row = voices.fresh(
        PollVoice, key=key, digits=digits, at=at, campaign=campaign, poll_key=poll.key, wants_notice=False
    )  # fmt: skip

    def choices(voice: PollVoice) -> None:
        PollChoice.objects.bulk_create(
            PollChoice(voice=voice, question=s.question, option=s.option, words=s.words)
            for s in said
        )

    return voices.take(row, count=_count_in, at=at, parts=choices)


def takes_voices(campaign: Any, poll: Poll, at: datetime) -> bool:
    """The page is published, no result is out, and the poll's own days are running."""
    reported = campaign.report_published_at is not None and campaign.report_published_at <= at
    return bool(campaign.live) and not reported and poll.is_open_at(at)


def find(token: str) -> PollVoice | None:
    """The voice whose receipt has this address."""
    return voices.by_receipt(PollVoice.objects.select_related("campaign__host_unit"), token)


def confirm(*, voice: PollVoice, poll: Poll, code: str, at: datetime) -> PollVoice:
    """The code came back from the phone; now the voice counts. Raises Invalid (wrong code), DomainError (closed)."""
    if voice.confirmed_at is not None or not voice.phone:
        return voice
    voices.check_phone_code(voice, code)
    if not takes_voices(voice.campaign, poll, at):
        raise DomainError(_("这个投票刚刚截止，您的一票没有赶上。"))
    with transaction.atomic():
        _count_in(voice, PollVoice.Proof.SMS, at)
    return voice


def withdraw(*, voice: PollVoice, poll: Poll, at: datetime) -> None:
    """Take the voice back, with everything it said, while the poll runs; the phone may then vote again (PIPL 15, 47).

    Raises DomainError once the poll is over: what was counted stays counted, and names nobody.
    """
    if not takes_voices(voice.campaign, poll, at):
        raise DomainError(_("已经截止，不能再收回。结果里只有数字，没有您的手机号。"))
    voice.delete()
    content.bump_after_commit()


def _count_in(row: PollVoice, proof: str, at: datetime) -> None:
    """Count a voice unless this phone's counts already, under this or an earlier key; the phone itself is forgotten."""
    others = PollVoice.objects.counted().filter(
        campaign_id=row.campaign_id, poll_key=row.poll_key,
        phone_hash__in=possible_hashes("phone", row.phone),
    )  # fmt: skip
    if voices.count_once(row, before=others.exists(), proof=proof, at=at, forgotten=("phone",)):
        content.bump_after_commit()


def results(campaign_id: int, polls: Iterable[Poll]) -> dict[str, Result]:
    """Counts of these polls by key: two queries, however many polls and voices."""
    wanted = list(polls)
    counted = {"confirmed_at__isnull": False, "withdrawn_at": None, "campaign_id": campaign_id}
    keys = [p.key for p in wanted]
    totals = dict(
        PollVoice.objects.filter(**counted, poll_key__in=keys)
        .values_list("poll_key")
        .annotate(n=Count("pk"))
        .order_by()
    )
    said: dict[tuple[str, str], dict[str, int]] = {}
    people: dict[tuple[str, str], int] = {}
    rows = (
        PollChoice.objects.filter(
            **{f"voice__{k}": v for k, v in counted.items()}, voice__poll_key__in=keys
        )
        .values_list("voice__poll_key", "question", "option")
        .annotate(n=Count("pk"))
        .order_by()
    )
    for key, question, option, n in rows:
        said.setdefault((key, question), {})[option] = n
    several = [p for p in wanted if any(a.kind == AskKind.SEVERAL for a in p.asks)]
    if several:
        answered = (
            PollChoice.objects.filter(
                **{f"voice__{k}": v for k, v in counted.items()},
                voice__poll_key__in=[p.key for p in several],
            )
            .values_list("voice__poll_key", "question")
            .annotate(n=Count("voice", distinct=True))
            .order_by()
        )
        people = {(key, question): n for key, question, n in answered}
    return {
        p.key: Result(
            totals.get(p.key, 0),
            tuple(
                _of_ask(p, ask, said.get((p.key, ask.text), {}), people.get((p.key, ask.text)))
                for ask in p.asks
            ),
        )
        for p in wanted
    }


def _of_ask(poll: Poll, ask: Ask, counts: dict[str, int], people: int | None) -> AskResult:
    n = people if people is not None else sum(counts.values())
    tallies = tuple(
        Tally(
            option, counts.get(option, 0), round(100 * counts.get(option, 0) / n) if n else 0,
            about=ask.about.get(option, ""), chosen=option in poll.chosen,
        )
        for option in ask.choices
    )  # fmt: skip
    if poll.is_vote:
        tallies = tuple(sorted(tallies, key=lambda t: -t.count))
    mean = ""
    if ask.kind == AskKind.SCALE and n:
        mean = f"{sum(int(option) * c for option, c in counts.items() if option) / n:.1f}"
    return AskResult(ask, n, tallies, mean)


def held_words(campaign_id: int) -> dict[str, dict[str, set[str]]]:
    """What people have already answered, by poll and question: the options chosen ("" for words). One query.

    An editor may change none of it (cms/campaign_checks.py).
    """
    found: dict[str, dict[str, set[str]]] = {}
    rows = PollChoice.objects.filter(voice__campaign_id=campaign_id, voice__withdrawn_at=None)
    for key, question, option in rows.values_list(
        "voice__poll_key", "question", "option"
    ).distinct():
        found.setdefault(key, {}).setdefault(question, set()).add(option)
    return found


def forget_unproved(*, now: datetime) -> int:
    """Sweep: voices whose code never came back, and second voices of a phone that counts, go after a day."""
    return voices.forget_unproved(PollVoice.objects.all(), now=now)
