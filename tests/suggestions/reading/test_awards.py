"""/results/awards/: what is shown while it may be objected to, what is announced, and whose name stands there."""

from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from suggestions.actor import Actor
from suggestions.models import AwardRound, Nomination, Suggestion
from suggestions.services import awarding, consent, judging, publishing
from tests.suggestions import test_awarding as rounds
from tests.suggestions.reading.conftest import text
from tests.suggestions.reading.test_feeds import entries, feed, said
from tests.world import World

AT = rounds.AT
INDEX = "/results/awards/"


@pytest.fixture
def city(world: World) -> World:
    return rounds.with_experts(world)


@pytest.fixture
def round(city: World) -> AwardRound:
    return awarding.open_round(
        jurisdiction=city.jurisdiction, title="2026年优秀人民建议", rules_text=rounds.RULES, cycle_from=date(2025, 11, 1),
        cycle_to=date(2026, 11, 30), jury_size=3, levels=[("一等奖", 1, 3000), ("二等奖", 1, 1000)],
        actor=city.actor("triage_officer"), at=AT,
    )  # fmt: skip


def page(client: Client, address: str, *, days: float = 1) -> str:
    """The page as it stands `days` after the list was first shown."""
    with time_machine.travel(AT + timedelta(days=days), tick=False):
        response = client.get(address)
    assert response.status_code == 200
    return text(response)


def own(round: AwardRound) -> str:
    return f"{INDEX}{round.pk}/"


def test_a_round_is_nobodys_business_before_its_list_is_shown(
    client: Client, city: World, round: AwardRound
) -> None:
    rounds.scoring(city, round)
    assert round.title not in page(client, INDEX)
    assert client.get(own(round)).status_code == 404
    assert entries(feed(client, "/feeds/awards.atom")) == []


def test_while_a_list_is_shown_the_page_says_what_until_when_and_how_to_object(
    client: Client, city: World, round: AwardRound
) -> None:
    rounds.shown(city, round)
    assert "2件，公示到12月9日" in page(client, INDEX)
    said_there = page(client, own(round))
    for words in ("一等奖", "3,000元", "人民路第2个站台加长椅", "花钱少，等车的老人当天就有地方坐", "有异议怎么提", "12月9日24:00前",
                  "0380-555 0100", "人民路1号"):  # fmt: skip
        assert words in said_there, words
    assert "人民路第1个站台" not in said_there


def test_no_page_shows_points_or_a_place_or_a_person(
    client: Client, city: World, round: AwardRound
) -> None:
    held = rounds.shown(city, round)
    Nomination.objects.filter(pk=held[1].pk).update(
        merits="林小满家住人民路12号3单元502室，电话19900001234，做得好。"
    )
    said_there = page(client, own(round))
    for words in ("90.00", "80.00", "第1名", "19900001234", "502室"):
        assert words not in said_there, words


def test_of_a_suggestion_whose_page_was_taken_down_the_list_says_nothing_but_that_it_is_there(
    client: Client, city: World, round: AwardRound, django_capture_on_commit_callbacks: Any
) -> None:
    held = rounds.shown(city, round)
    item = Suggestion.objects.get(pk=held[1].suggestion_id)
    assert item.case_no in client.get(own(round)).content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        publishing.take_down(
            suggestion=item, reason="takedown", actor=city.actor("publisher"), at=AT
        )
    said_there = page(client, own(round))
    assert "一件没有公开的建议" in said_there
    assert "拟授奖的2件建议" in said_there
    assert "人民路第2个站台加长椅" not in said_there
    assert item.case_no not in client.get(own(round)).content.decode()


def test_after_the_last_day_the_notice_stands_alone_until_the_decision(
    client: Client, city: World, round: AwardRound
) -> None:
    rounds.shown(city, round)
    assert "人民路第2个站台加长椅" in page(client, own(round), days=7.3)
    cache.clear()
    late = page(client, own(round), days=8)
    assert "公示已经结束" in late
    assert "人民路第2个站台加长椅" not in late
    assert "有异议怎么提" not in late


def test_an_objection_that_holds_takes_the_suggestion_off_the_page_at_once(
    client: Client, city: World, round: AwardRound, django_capture_on_commit_callbacks: Any
) -> None:
    held = rounds.shown(city, round)
    assert "人民路第2个站台加长椅" in page(client, own(round))
    office = city.actor("triage_officer")
    with django_capture_on_commit_callbacks(execute=True):
        objection = judging.object_to(
            nomination=held[1], text="这个想法去年别的区已经有人提过。", actor=office, at=AT
        )
        judging.answer_objection(
            objection=objection, upheld=True, answer="核实属实，去年三月已有人提出。", actor=office, at=AT
        )  # fmt: skip
    assert "人民路第2个站台加长椅" not in page(client, own(round))


def test_the_decision_shows_at_the_next_request_on_the_page_and_in_the_feed(
    client: Client, city: World, round: AwardRound, django_capture_on_commit_callbacks: Any
) -> None:
    rounds.shown(city, round)
    page(client, own(round), days=8)
    with django_capture_on_commit_callbacks(execute=True):
        judging.approve(round=round, actor=city.actor("leader"), at=AT + timedelta(days=8))
    assert "授奖的2件建议" in page(client, own(round), days=8)
    (entry,) = entries(feed(client, "/feeds/awards.atom"))
    assert said(entry, "title") == "2026年优秀人民建议：已公布结果"
    assert "授奖2件" in said(entry, "summary")


def winner(city: World, round: AwardRound) -> Nomination:
    held = rounds.approved(city, round)[0]
    return judging.notify(
        nomination=held, actor=city.actor("triage_officer"), at=AT + timedelta(days=9)
    )


def test_a_winner_is_named_only_as_long_as_they_consent_to_just_that(
    client: Client, city: World, round: AwardRound, django_capture_on_commit_callbacks: Any
) -> None:
    held = winner(city, round)
    later = AT + timedelta(days=10)
    assert "林小满" not in page(client, own(round), days=10)
    with django_capture_on_commit_callbacks(execute=True):
        judging.agree_to_name(
            nomination=held, name="林小满", actor=city.actor("intake_clerk"), at=later
        )
    assert "建议人林小满" in page(client, own(round), days=10)
    item = Suggestion.objects.get(pk=held.suggestion_id)
    with django_capture_on_commit_callbacks(execute=True):
        consent.withdraw(suggestion=item, kind="award_name", actor=Actor.author(), at=later)
    assert "林小满" not in page(client, own(round), days=10)
    held.refresh_from_db()
    assert (held.public_name, held.name_consent_at) == ("", None)


def test_a_minor_who_won_is_never_named(client: Client, city: World, round: AwardRound) -> None:
    held = winner(city, round)
    held.suggestion.author.age_band = "14_17"
    held.suggestion.author.save()
    with pytest.raises(judging.DomainError):
        judging.agree_to_name(
            nomination=held, name="林小满", actor=city.actor("intake_clerk"), at=AT
        )


def test_a_round_called_off_after_it_was_shown_keeps_its_notice_and_loses_its_list(
    client: Client, city: World, round: AwardRound
) -> None:
    rounds.shown(city, round)
    judging.cancel(round=round, reason="规则有误，重新评选", actor=city.actor("leader"), at=AT)
    said_there = page(client, own(round))
    assert "这次评选已经取消" in said_there
    assert "人民路第2个站台加长椅" not in said_there


def test_guessing_numbers_of_rounds_finds_nothing(client: Client, world: World) -> None:
    for pk in (0, 1, 10**30):
        assert client.get(f"{INDEX}{pk}/").status_code == 404


def test_the_list_of_rounds_costs_the_same_with_one_and_many(
    city: World, round: AwardRound, queries: Any
) -> None:
    rounds.shown(city, round)
    before = queries(INDEX), queries("/feeds/awards.atom")
    for n in range(6):
        AwardRound.objects.create(
            jurisdiction=city.jurisdiction, title=f"第{n}次评选", rules_text="规则", status="finished",
            cycle_from=date(2020 + n, 1, 1), cycle_to=date(2020 + n, 12, 31), shown_from=date(2021 + n, 1, 1),
            shown_until=date(2021 + n, 1, 20),
        )  # fmt: skip
    assert (queries(INDEX), queries("/feeds/awards.atom")) == before
