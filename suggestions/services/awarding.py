"""Award rounds: rules and levels, nomination, screening, the same idea, the draw of the jury (process.md 4.8; SH 16)."""

import random
import secrets
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Category, Outcome
from suggestions.errors import DomainError, Invalid, WrongState
from suggestions.insight import redaction
from suggestions.models import (
    Author,
    AwardLevel,
    AwardRound,
    Conflict,
    InvitedContributor,
    Jurisdiction,
    Juror,
    Nomination,
    StaffRole,
    Suggestion,
)
from suggestions.roles import ADMIN_ROLES, UNIT_ROLES, Role
from suggestions.services import authority, inviting, records, transitions
from suggestions.states.award import AwardState, RoundState

DEFAULT_LEVELS: tuple[tuple[str, int, int], ...] = (
    ("特等奖", 1, 10000), ("一等奖", 5, 3000), ("二等奖", 15, 1000), ("三等奖", 30, 500), ("纪念奖", 50, 100),
)  # fmt: skip
"""(name, places, yuan each): a starting point to edit (AWD)."""
WORTHY = (Outcome.ADOPTED, Outcome.PARTLY_ADOPTED, Outcome.PLANNED, Outcome.UNDER_STUDY)
TEXT_MAX = 6000


def open_round(
    *, jurisdiction: Jurisdiction, title: str, rules_text: str, cycle_from: date, cycle_to: date, jury_size: int,
    levels: Sequence[tuple[str, int, int]], actor: Actor, at: datetime,
) -> AwardRound:  # fmt: skip
    """Announce a selection with its rules, levels and amounts. `levels` is best first."""
    errors: dict[str, list[str]] = {}
    title, rules_text = rules.clean_text(title, multiline=False), rules.clean_text(rules_text)
    if not title or len(title) > 80:
        errors["title"] = ["请写评选的名称，最多80个字。"]
    if len(rules_text) < 20:
        errors["rules_text"] = ["请写明评选规则，至少20个字：谁能参评、看什么、谁来评。"]
    if cycle_to < cycle_from:
        errors["cycle_to"] = ["结束日期不能早于开始日期。"]
    if not 3 <= jury_size <= 25:
        errors["jury_size"] = ["评委要3到25人。"]
    if not levels or any(not name.strip() or places < 1 or amount < 0 for name, places, amount in levels):  # fmt: skip
        errors["levels"] = ["每个等次要有名称、至少1个名额和奖金数（可以是0）。"]
    if errors:
        raise Invalid(errors)
    held = AwardRound(
        jurisdiction=jurisdiction, title=title, rules_text=rules_text, cycle_from=cycle_from, cycle_to=cycle_to,
        jury_size=jury_size,
    )  # fmt: skip
    with transaction.atomic():
        records.begin(held, "open_round", actor=actor, at=at, data={"levels": [list(x) for x in levels]})  # fmt: skip
        AwardLevel.objects.bulk_create(
            AwardLevel(round=held, rank=i, name=n.strip()[:20], places=p, amount=a)
            for i, (n, p, a) in enumerate(levels, 1)
        )
    return held


def same_idea(suggestion: Suggestion) -> list[Suggestion]:
    """The item, the primary it was merged under, and all merged with it: earliest arrival first."""
    primary = suggestion.primary_id or suggestion.pk
    group = Suggestion.objects.filter(Q(pk=primary) | Q(primary_id=primary))
    return list(group.order_by("received_at", "pk"))


def nominate(
    *, round: AwardRound, suggestion: Suggestion, merits: str, actor: Actor, at: datetime
) -> Nomination:
    """Propose an answered, worthy suggestion of the cycle. Of one idea only its first author (process.md 4.8).

    Raises Invalid; DomainError names the earlier item.
    """
    merits = rules.clean_text(merits)
    errors: dict[str, list[str]] = {}
    if len(merits) < 10:
        errors["merits"] = ["请写推荐理由，至少10个字：好在哪里，有什么效果。"]
    elif len(merits) > 1000:
        errors["merits"] = [f"最多1000个字，现在是{len(merits)}个字。"]
    group = same_idea(suggestion)
    primary = next(s for s in group if s.pk == (suggestion.primary_id or suggestion.pk))
    received = local_date(suggestion.received_at)
    if not round.cycle_from <= received <= round.cycle_to:
        errors["number"] = ["这件建议不是评选周期里收到的。"]
    elif suggestion.category != Category.SUGGESTION or primary.outcome not in WORTHY:
        errors["number"] = ["只有采纳、部分采纳、列入计划或列入研究的建议可以参评。"]
    elif group[0].pk != suggestion.pk:
        errors["number"] = [f"同一想法最早提出的是{group[0].case_no}，请提名那一件。"]
    if errors:
        raise Invalid(errors)
    if round.status != RoundState.NOMINATING:
        raise WrongState("提名已经结束。")
    assert actor.user is not None
    held = Nomination(
        round=round, suggestion=suggestion, jurisdiction=round.jurisdiction, unit=actor.unit, nominated_by_id=actor.user.pk,
        role=actor.role, merits=merits, masked_title=masked(suggestion.public_title or suggestion.original_title),
        masked_text=masked(texts_of(suggestion)),
    )  # fmt: skip
    try:
        with transaction.atomic():
            records.begin(held, "award_nominate", actor=actor, at=at, suggestion=suggestion)
            transitions.note(suggestion, "award_nominated", actor=actor, at=at, words=f"提名参加{round.title}")  # fmt: skip
    except IntegrityError as error:
        raise DomainError("这件建议在这次评选里已经提名了。") from error
    return held


def texts_of(s: Suggestion) -> str:
    """What was released where something was; otherwise the original, to be masked."""
    parts = (
        (s.public_problem, s.public_proposal)
        if s.is_public
        else (s.original_problem, s.original_proposal)
    )
    return "\n\n".join(p for p in parts if p)


def masked(text: str) -> str:
    """A text without the spans that name or locate somebody."""
    return redaction.mask(text, redaction.find_spans(text))[:TEXT_MAX]


def screen_in(
    *, nomination: Nomination, title: str, text: str, actor: Actor, at: datetime
) -> Nomination:
    """Let a nomination pass, with the title and text the jury will read: they must name nobody (2.2 "shortlisted,m")."""
    title, text = rules.clean_text(title, multiline=False), rules.clean_text(text)
    errors: dict[str, list[str]] = {}
    for name, said in (("title", title), ("text", text)):
        left = [said[s.start : s.end] for s in redaction.find_spans(said)]
        if not said:
            errors[name] = ["请写给评委看的内容。"]
        elif left:
            errors[name] = [f"还有可能认出人的内容，请盖住：{'、'.join(left[:5])}。"]
    if errors:
        raise Invalid(errors)
    _in(nomination.round, RoundState.SCREENING)
    twin = (
        Nomination.objects.filter(round=nomination.round, earlier=None)
        .exclude(status=AwardState.NOT_SELECTED)
        .exclude(pk=nomination.pk)
        .filter(suggestion__in=[s.pk for s in same_idea(nomination.suggestion)])
    )
    if twin.exists():
        raise WrongState("同一想法还有另一件提名，请先确定哪一件最早。")
    fields = {"masked_title": title, "masked_text": text}
    records.move(nomination, "screen_in", actor=actor, at=at, fields=fields)
    return nomination


def screen_out(*, nomination: Nomination, reason: str, actor: Actor, at: datetime) -> Nomination:
    """Say why a nomination goes no further."""
    _in(nomination.round, RoundState.SCREENING)
    with transaction.atomic():
        records.move(nomination, "screen_out", actor=actor, at=at, reason=rules.clean_text(reason))
        tell_case(nomination, "award_screened_out", words="没有通过初审", actor=actor, at=at)
    return nomination


def tell_case(nomination: Nomination, name: str, *, words: str, actor: Actor, at: datetime) -> None:
    """The case's timeline says what its units may know of an award: what ended, what was shown, decided and paid.

    Marks and places stay the round's until its list is shown, for units read the timeline and nominate (4.8).
    """
    fresh = Suggestion.objects.get(pk=nomination.suggestion_id)
    said = f"{nomination.round.title}：{words}"
    transitions.note(fresh, name, actor=actor, at=at, words=said)


def settle_same_idea(
    *, nominations: Sequence[Nomination], actor: Actor, at: datetime
) -> Nomination:
    """A person found that these are one idea: the earliest `received_at` stays, the others leave and name it."""
    rounds = {n.round_id for n in nominations}
    if len(nominations) < 2 or len(rounds) != 1:
        raise Invalid({"same": ["请选同一次评选里的两件或更多。"]})
    _in(nominations[0].round, RoundState.SCREENING)
    ordered = sorted(nominations, key=lambda n: (n.suggestion.received_at, n.suggestion.pk))
    first = ordered[0]
    with transaction.atomic():
        for later in ordered[1:]:
            reason = f"同一想法，{first.suggestion.case_no}提出得更早"
            records.move(
                later, "screen_out", actor=actor, at=at, reason=reason, fields={"earlier": first}
            )
            tell_case(later, "award_screened_out", words="同一想法有更早的一件", actor=actor, at=at)
    return first


def close_nominations(*, round: AwardRound, actor: Actor, at: datetime) -> AwardRound:
    """End the time of nominating; without one nomination there is nothing to screen."""
    if not round.nominations.exists():
        raise WrongState("还没有提名，不能进入初审。")
    records.move(round, "close_nominations", actor=actor, at=at)
    return round


def pool(round: AwardRound, *, at: datetime) -> list[int]:
    """User ids who may sit on the jury: experts, jurors and serving invited contributors of the place (process.md 3.1, 4.8).

    Left out: who serves a unit or administers, who nominated, who declared a conflict, and contributors who wrote one of
    the suggestions, by an invitation or from the same telephone. Eight queries.
    """
    today = local_date(at)
    valid = StaffRole.objects.filter(user__is_active=True).filter(
        Q(valid_until=None) | Q(valid_until__gte=today)
    )
    seated = valid.filter(
        role__in=(Role.EXPERT, Role.JURY),
        jurisdiction__path__startswith=round.jurisdiction.path,
    )
    partial = set(valid.filter(role__in=UNIT_ROLES | ADMIN_ROLES).values_list("user_id", flat=True))
    partial |= set(round.nominations.values_list("nominated_by_id", flat=True))
    items = round.nominations.values("suggestion")
    partial |= set(
        Conflict.objects.filter(suggestion__in=items, lifted_at=None).values_list("user", flat=True)
    )
    partial |= _authors(items)
    invited = set(_contributors(round, today).values_list("user_id", flat=True))
    return sorted((set(seated.values_list("user_id", flat=True)) | invited) - partial)


def _contributors(round: AwardRound, on: date) -> "QuerySet[InvitedContributor]":
    """Contributors within their term on a day who have an account to score with."""
    return InvitedContributor.objects.serving(on).filter(
        user__is_active=True, jurisdiction__path__startswith=round.jurisdiction.path
    )


def _authors(items: "QuerySet[Any, Any]") -> set[int]:
    """Accounts of contributors who are authors of these suggestions: nobody judges their own."""
    held = InvitedContributor.objects.exclude(user=None)
    phones = Author.objects.filter(suggestion__in=items).exclude(phone_hash="").values("phone_hash")
    own = held.filter(Q(invitations__suggestion__in=items) | Q(phone_hash__in=phones))
    return {pk for pk in own.values_list("user_id", flat=True) if pk is not None}


def drawn(candidates: Sequence[int], seed: str, size: int) -> list[int]:
    """The draw: the same pool, seed and size give the same jury, whoever repeats it."""
    return random.Random(f"jury {seed}").sample(sorted(candidates), size)


def start_scoring(
    *, round: AwardRound, actor: Actor, at: datetime, seed: str = ""
) -> list[Juror]:  # fmt: skip
    """Draw the jury at random and open the sheets. Pool and seed are kept, so that the draw can be repeated."""
    _in(round, RoundState.SCREENING)
    if round.nominations.filter(status=AwardState.NOMINATED).exists():
        raise WrongState("还有提名没有初审。")
    if not round.nominations.filter(status=AwardState.SCREENED).exists():
        raise WrongState("没有通过初审的提名，不能开始打分。")
    candidates = pool(round, at=at)
    if len(candidates) < round.jury_size:
        raise DomainError(
            f"名册里能当评委的只有{len(candidates)}人，不够{round.jury_size}人。请先补充评委或专家。"
        )
    seed = seed or secrets.token_hex(16)
    chosen = drawn(candidates, seed, round.jury_size)
    users = get_user_model().objects.in_bulk(chosen)
    with transaction.atomic():
        records.move(
            round, "start_scoring", actor=actor, at=at, fields={"jury_seed": seed, "jury_pool": candidates},
            data={"jurors": len(chosen), "seed": seed, "pool": candidates, "drawn": chosen},
        )  # fmt: skip
        for contributor in _contributors(round, local_date(at)).filter(user__in=chosen):
            authority.seat_juror(
                user=users[contributor.user_id or 0], jurisdiction=round.jurisdiction,
                until=contributor.term_until, actor=actor, at=at,
            )  # fmt: skip
            inviting.count_activity(contributor)
        return Juror.objects.bulk_create(
            Juror(round=round, user=users[pk], order=i) for i, pk in enumerate(chosen, 1)
        )


def _in(round: AwardRound, state: RoundState) -> None:
    if round.status != state:
        raise WrongState(f"评选现在是“{RoundState(round.status).label}”，不能做这一步。")
