"""The item screen in every state a case can be in: what it offers can be done, what it does not offer cannot (issue: each act
only to those who may do it).
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AbstractUser

from suggestions.actor import Actor
from suggestions.desk import acts
from suggestions.models import CaseEvent, Suggestion
from suggestions.services import deciding, intake, lapses, merging, reopening, triage
from suggestions.states import Case
from tests import world as w
from tests.suggestions.desk.cast import act_url, item_url, offered, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
WHO = (
    "intake_clerk", "triage_officer", "liaison:bus", "unit_head:bus", "publisher", "supervisor", "leader",
)  # fmt: skip


def registered(city: World) -> Suggestion:
    return w.submit(city).suggestion


def waiting(city: World) -> Suggestion:
    """An officer proposed to refuse it; another has to look."""
    item = registered(city)
    deciding.refuse(
        suggestion=item, reason="advertising", words="", actor=city.actor("triage_officer"), at=MONDAY
    )  # fmt: skip
    return item


def refused(city: World) -> Suggestion:
    return w.confirm(city, waiting(city), at=MONDAY + DAY)


def redirected(city: World) -> Suggestion:
    item = registered(city)
    return triage.redirect(
        suggestion=item, category="appeal_claim", target=city.target, words="这是个人诉求。",
        actor=city.actor("triage_officer"), at=MONDAY,
    )  # fmt: skip


def asked(city: World) -> Suggestion:
    return triage.request_supplement(
        suggestion=registered(city), asked="哪个站台", actor=city.actor("triage_officer"), at=MONDAY
    )  # fmt: skip


def supplemented(city: World) -> Suggestion:
    item = asked(city)
    return intake.supplement(
        suggestion=item, answer="北站台", actor=Actor.author(), at=MONDAY + DAY
    )


def accepted(city: World) -> Suggestion:
    return w.accept(city, registered(city), at=MONDAY)


def dispatched(city: World) -> Suggestion:
    return w.dispatch(city, accepted(city), at=MONDAY, co=True)


def handling(city: World) -> Suggestion:
    return w.sign_in(city, w.dispatch(city, accepted(city), at=MONDAY), at=MONDAY)


def in_review(city: World) -> Suggestion:
    item = handling(city)
    w.signed_reply(city, item, at=MONDAY + DAY)
    return item


def answered(city: World) -> Suggestion:
    return w.answered(city)[0]


def rectifying(city: World) -> Suggestion:
    item = answered(city)
    w.rate(item, at=MONDAY + 11 * DAY, overall="dissatisfied", comment="只装了一张")
    return item


def reopened(city: World) -> Suggestion:
    return reopening.reopen(
        suggestion=answered(city), ground="new_facts", reason="站台搬了。", actor=city.actor("supervisor"),
        at=MONDAY + 11 * DAY,
    )  # fmt: skip


def closed(city: World) -> Suggestion:
    item = answered(city)
    w.rate(item, at=MONDAY + 11 * DAY)
    return item


def archived(city: World) -> Suggestion:
    item = closed(city)
    lapses.run(now=MONDAY + 140 * DAY)
    return item


def merged(city: World) -> Suggestion:
    primary, item = dispatched(city), registered(city)
    return merging.merge(
        suggestion=item, primary=primary, why="同一个站台", actor=city.actor("triage_officer"), at=MONDAY + DAY
    )  # fmt: skip


def withdrawn(city: World) -> Suggestion:
    return intake.withdraw(suggestion=registered(city), reason="不提了", at=MONDAY)


STATES: dict[Callable[[World], Suggestion], str] = {
    registered: Case.REGISTERED, waiting: Case.REGISTERED, supplemented: Case.REGISTERED, refused: Case.NOT_ACCEPTED,
    redirected: Case.REDIRECTED, asked: Case.SUPPLEMENT_REQUESTED, accepted: Case.ACCEPTED, dispatched: Case.DISPATCHED,
    handling: Case.HANDLING, in_review: Case.REPLY_REVIEW, answered: Case.ANSWERED, rectifying: Case.RECTIFYING,
    reopened: Case.REOPENED, closed: Case.CLOSED, archived: Case.ARCHIVED, merged: Case.MERGED, withdrawn: Case.WITHDRAWN,
}  # fmt: skip


def can(user: AbstractUser, name: str, item: Suggestion) -> bool:
    actor = acts.actor_of(user, name, item)
    return actor is not None and not acts.why_not(name, item, actor)


def test_no_state_in_which_an_item_rests_is_left_out() -> None:
    assert set(STATES.values()) == set(Case) - {Case.DRAFT, Case.SUBMITTED}


@pytest.mark.parametrize("begin", STATES, ids=lambda f: f.__name__)
def test_the_screen_offers_what_can_be_done_and_nothing_else(
    city: World, begin: Callable[[World], Suggestion]
) -> None:
    item = Suggestion.objects.get(pk=begin(city).pk)
    assert item.status == STATES[begin]
    events, wrong = CaseEvent.objects.count(), []
    for who in WHO:
        client = sign_in(city, who)
        page = client.get(item_url(item))
        if page.status_code != 200:
            wrong += [(who, n, "done unseen") for n in acts.ACTS if can(city.users[who], n, item)]
            continue
        for link in parsed(page).select(".desk-acts a"):
            status = client.get(str(link["href"])).status_code
            if status != 200:
                wrong.append((who, str(link["href"]), f"offered, answers {status}"))
        doable = {n for n in acts.ACTS if can(city.users[who], n, item)}
        differ = doable ^ (offered(page) & set(acts.ACTS))
        wrong += [(who, n, "offered or doable, not both") for n in differ]
    assert wrong == []
    assert CaseEvent.objects.count() == events, "looking at a form is no act"


def test_while_a_decision_waits_nothing_that_would_be_refused_is_offered(city: World) -> None:
    item = waiting(city)
    client = sign_in(city, "triage_officer_2")
    acts_shown = offered(client.get(item_url(item)))
    assert not acts_shown & deciding.HELD_UP
    assert "confirm_decision" in acts_shown
    said = client.get(act_url(item, "accept"), follow=True).content.decode()
    assert deciding.WAITS in said
