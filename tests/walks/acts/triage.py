"""Writing in, and what the office makes of it."""

from datetime import timedelta

from suggestions.codes import Channel, NotAcceptedReason
from suggestions.models import PendingDecision, RedirectTarget, Suggestion
from suggestions.services import deciding, intake, merging, triage
from suggestions.services.minors import GuardianFacts
from suggestions.states import Case
from tests import world as w
from tests.walks.acts.base import Nothing, Walk, act

GUARDIAN = GuardianFacts("周建国", "19900007777", "爸爸", True)


def submit(walk: Walk) -> Suggestion:
    """Somebody writes: online or by letter, with and without consent, now and then the person who wrote before."""
    mark, n = walk.mark(), len(walk.marks)
    letter = walk.dice.random() < 0.2
    young = walk.dice.random()
    made = w.submit(
        walk.city, at=walk.at, key=f"walk-{n}", title=f"{mark}路口加一张长椅", problem=f"{mark}路口等车的老人很多，没有地方坐。",
        proposal=f"在{mark}路口装长椅。", phone=f"1990000{walk.dice.randrange(max(n, 1)) if walk.dice.random() < 0.2 else n:04d}",
        publish_consent=walk.dice.random() < 0.75, hide_identity_from_unit=walk.dice.random() < 0.2,
        channel=Channel.LETTER if letter else Channel.WEB,
        received_at=walk.at - timedelta(days=walk.dice.randrange(5)) if letter else None,
        age_band="under_14" if young < 0.04 else "14_17" if young < 0.1 else "", guardian=GUARDIAN if young < 0.04 else None,
    ).suggestion  # fmt: skip
    return walk.knows(made, mark)


@act(8, Case.REGISTERED)
def accept(walk: Walk, item: Suggestion) -> object:
    return triage.accept(
        suggestion=item, topic=walk.city.topic, actor=walk.who("triage_officer"), at=walk.at
    )


@act(2, Case.REGISTERED)
def ask(walk: Walk, item: Suggestion) -> object:
    return triage.request_supplement(
        suggestion=item, asked="请写明是哪个路口。", actor=walk.who("triage_officer"), at=walk.at
    )


@act(3, Case.SUPPLEMENT_REQUESTED)
def supplement(walk: Walk, item: Suggestion) -> object:
    return intake.supplement(
        suggestion=item, answer="是东边那个路口。", actor=walk.who("author"), at=walk.at
    )


@act(1, Case.REGISTERED)
def redirect(walk: Walk, item: Suggestion) -> object:
    category = walk.dice.choice(("appeal_claim", "report_misconduct"))
    target = RedirectTarget.objects.filter(
        code="jiwei" if category == "report_misconduct" else "xinfang"
    )
    return deciding.redirect(
        suggestion=item, category=category, target=target.get(), words="请到这里办理。",
        actor=walk.who("triage_officer"), at=walk.at,
    )  # fmt: skip


@act(1, Case.REGISTERED)
def refuse(walk: Walk, item: Suggestion) -> object:
    reason = walk.dice.choice(NotAcceptedReason.values)
    return deciding.refuse(
        suggestion=item, reason=reason, words="", actor=walk.who("triage_officer"), at=walk.at
    )


def _decision(item: Suggestion) -> PendingDecision:
    found = deciding.pending(item)
    if found is None:
        raise Nothing("no decision waits")
    return found


@act(6, Case.REGISTERED)
def confirm_decision(walk: Walk, item: Suggestion) -> object:
    who = walk.who("triage_officer_2", "triage_officer_2", "triage_officer")
    return deciding.confirm(decision=_decision(item), actor=who, at=walk.at)


@act(2, Case.REGISTERED)
def return_decision(walk: Walk, item: Suggestion) -> object:
    return deciding.send_back(
        decision=_decision(item), reason="不是广告。", actor=walk.who("triage_officer_2"), at=walk.at
    )  # fmt: skip


@act(1, Case.REGISTERED)
def drop_decision(walk: Walk, item: Suggestion) -> object:
    return deciding.take_back(
        decision=_decision(item), actor=walk.who("triage_officer"), at=walk.at
    )


def _other(walk: Walk, item: Suggestion) -> Suggestion:
    others = list(Suggestion.objects.exclude(pk=item.pk).order_by("-pk")[:12])
    if not others:
        raise Nothing("alone")
    return walk.dice.choice(others)


@act(2, Case.REGISTERED, Case.ACCEPTED)
def merge(walk: Walk, item: Suggestion) -> object:
    return merging.merge(
        suggestion=item, primary=_other(walk, item), why="同一件事", actor=walk.who("triage_officer"), at=walk.at
    )  # fmt: skip


@act(1, Case.MERGED)
def unmerge(walk: Walk, item: Suggestion) -> object:
    return merging.unmerge(
        suggestion=item, why="不是同一个路口", actor=walk.who("triage_officer", "supervisor"), at=walk.at
    )  # fmt: skip


@act(1, Case.REGISTERED)
def join_earlier(walk: Walk, item: Suggestion) -> object:
    return merging.join_earlier(
        suggestion=item, earlier=_other(walk, item), has_new_facts=walk.dice.random() < 0.5, why="同一件事",
        actor=walk.who("triage_officer"), at=walk.at,
    )  # fmt: skip
