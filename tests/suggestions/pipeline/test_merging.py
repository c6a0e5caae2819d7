"""Merged and taken apart again, and the same author's second letter (process.md T8, 4.5)."""

from datetime import date

import pytest

from suggestions.errors import DomainError, Invalid
from suggestions.models import CaseEvent, Clock, Outbox, Suggestion
from suggestions.services import intake, merging, triage
from suggestions.states import Case
from tests import world as w
from tests.suggestions.pipeline.steps import (
    DAY,
    HOUR,
    City,
    accepted,
    clock,
    dispatched,
    registered,
)
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
AT = MONDAY + DAY


def merge(city: City, item: Suggestion, primary: Suggestion) -> Suggestion:
    return merging.merge(
        suggestion=item,
        primary=primary,
        why="同一个站台",
        actor=city.actor("triage_officer"),
        at=AT,
    )


def unmerge(city: City, item: Suggestion) -> Suggestion:
    return merging.unmerge(
        suggestion=item, why="说的是另一个站台", actor=city.actor("triage_officer"), at=AT + DAY
    )


def notices(item: Suggestion) -> list[str]:
    rows = Outbox.objects.filter(kind="author_notice", payload__suggestion=item.pk).order_by("pk")
    return [row.payload["code"] for row in rows]


def test_an_item_taken_out_again_counts_its_fifteen_days_from_the_day_it_arrived(
    city: City,
) -> None:
    primary, item = dispatched(city), registered(city, phone="19900005678")
    first = clock(item, "K2").due_on
    merge(city, item, primary)
    assert not Clock.objects.filter(suggestion=item, kind="K2", stopped_at=None).exists()
    unmerge(city, item)
    assert (item.status, item.primary, item.due_on) == ("registered", None, first)
    assert clock(item, "K2").started_at == item.received_at
    assert notices(item)[-1] == "author.unmerged"


def test_an_accepted_item_taken_out_again_is_accepted_and_not_registered(city: City) -> None:
    primary, item = dispatched(city), accepted(city, phone="19900005678")
    merge(city, item, primary)
    assert unmerge(city, item).status == Case.ACCEPTED


def test_the_days_the_author_was_asked_stay_out_of_the_count_after_an_unmerge(city: City) -> None:
    primary, item = dispatched(city), registered(city, phone="19900005678")
    officer = city.actor("triage_officer")
    triage.request_supplement(suggestion=item, asked="哪个站台", actor=officer, at=MONDAY + HOUR)
    author = w.Actor.author()
    intake.supplement(suggestion=item, answer="北站台", actor=author, at=MONDAY + 3 * DAY)
    paused = clock(item, "K2").due_on
    merge(city, item, primary)
    unmerge(city, item)
    assert clock(item, "K2").due_on == paused == item.due_on


def test_the_day_an_organ_named_for_its_report_goes_along_into_the_primary_and_back(
    city: City,
) -> None:
    primary = dispatched(city)
    item = registered(
        city, phone="19900005678", channel="referral_higher", received_at=MONDAY,
        arrival={"referred_by": "省委巡视组", "referral_due_on": date(2026, 11, 20)},
    )  # fmt: skip
    assert clock(item, "KH").due_on == date(2026, 11, 20)
    merge(city, item, primary)
    assert not Clock.objects.filter(suggestion=item, kind="KH", stopped_at=None).exists()
    assert clock(primary, "KH").due_on == date(2026, 11, 20)
    unmerge(city, item)
    assert clock(item, "KH").due_on == date(2026, 11, 20)
    assert not Clock.objects.filter(suggestion=primary, kind="KH", stopped_at=None).exists()


def test_an_item_whose_primary_was_answered_is_not_taken_out_its_author_has_the_answer(
    city: City,
) -> None:
    primary, _ = w.answered(city.world, published=False)
    item = registered(city, phone="19900005678", at=MONDAY + 11 * DAY)
    merging.merge(
        suggestion=item, primary=primary, why="同一件事", actor=city.actor("triage_officer"), at=MONDAY + 12 * DAY
    )  # fmt: skip
    with pytest.raises(DomainError, match="已经答复"):
        unmerge(city, item)


def test_an_unmerge_needs_a_reason(city: City) -> None:
    primary, item = dispatched(city), registered(city, phone="19900005678")
    merge(city, item, primary)
    with pytest.raises(Invalid):
        merging.unmerge(suggestion=item, why=" ", actor=city.actor("triage_officer"), at=AT + DAY)


def test_items_merged_under_an_item_go_along_when_it_is_merged_itself(city: City) -> None:
    top, middle, low = (
        dispatched(city),
        accepted(city, phone="19900005678"),
        registered(city, phone="19900005679"),
    )
    merge(city, low, middle)
    merge(city, middle, top)
    low.refresh_from_db()
    assert low.primary == top
    told = CaseEvent.objects.get(suggestion=low, name="primary_changed")
    assert (told.visibility, top.case_no in told.words) == ("author", True)


def join(city: City, item: Suggestion, earlier: Suggestion, *, new: bool) -> Suggestion:
    return merging.join_earlier(
        suggestion=item, earlier=earlier, has_new_facts=new, why="同一件事", actor=city.actor("triage_officer"), at=AT
    )  # fmt: skip


def test_the_same_author_without_new_facts_is_told_how_the_earlier_item_stands(city: City) -> None:
    earlier, item = dispatched(city), registered(city, title="长椅什么时候装上")
    join(city, item, earlier, new=False)
    assert (item.status, item.primary) == ("merged", earlier)
    assert "已交办" in CaseEvent.objects.get(suggestion=item, name="join_earlier").words
    assert notices(item)[-1] == "author.joined_earlier"
    assert merging.later_facts(earlier) == []


def test_new_facts_of_the_same_author_reach_those_who_handle_the_earlier_item(city: City) -> None:
    earlier, item = dispatched(city), registered(city, title="昨天又有老人摔倒")
    join(city, item, earlier, new=True)
    assert merging.later_facts(earlier) == [item]
    told = Outbox.objects.filter(kind="staff_notice", payload__suggestion=earlier.pk)
    assert "staff.facts_added" in {row.payload["code"] for row in told}
    added = CaseEvent.objects.get(suggestion=earlier, name="facts_added")
    assert item.original_problem not in f"{added.words}{added.reason}{added.data}"


def test_another_persons_item_cannot_be_joined_to_an_earlier_one_as_if_it_were_the_authors(
    city: City,
) -> None:
    earlier, item = dispatched(city), registered(city, phone="19900005678")
    with pytest.raises(Invalid, match="对不上"):
        join(city, item, earlier, new=False)
