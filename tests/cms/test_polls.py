"""Surveys and votes of a campaign: one phone one voice, results after voting or after closing, never who."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from cms.campaign_blocks import VOTE_ASK
from cms.models import CampaignPage
from portal.notices import sms
from suggestions import outbox
from suggestions.campaign_polls import Poll
from suggestions.errors import DomainError, IdempotencyConflict, Invalid
from suggestions.models import PollChoice, PollVoice
from suggestions.services import lapses, polling
from tests.cms.conftest import Make, words
from tests.suggestions.public import walk

pytestmark = pytest.mark.django_db
VOTE: dict[str, Any] = {
    "title": "请您选明年先办的实事", "intro": "", "opens_on": None, "closes_on": None, "most": 2, "outcome": "",
    "options": [{"name": name, "about": "", "chosen": False} for name in ("加装电梯", "公园装灯", "修暗渠")],
}  # fmt: skip
SURVEY: dict[str, Any] = {
    "title": "食堂小问卷", "intro": "", "opens_on": None, "closes_on": None,
    "questions": [
        {"text": "一周去几回？", "kind": "one", "options": "一两回\n三回以上", "required": True},
        {"text": "给菜打几分？", "kind": "scale", "options": "", "required": False},
        {"text": "哪里该改？", "kind": "words", "options": "", "required": False},
    ],
}  # fmt: skip


@pytest.fixture
def page(campaign: Make) -> CampaignPage:
    made = campaign(polls=[("vote", VOTE), ("survey", SURVEY)])
    return CampaignPage.objects.get(pk=made.pk)


@pytest.fixture
def vote(page: CampaignPage) -> Poll:
    return page.poll_specs()[0]


def give(page: CampaignPage, poll: Poll, phone: str, *chosen: str, key: str = "") -> polling.Given:
    return polling.give(
        campaign=page, poll=poll, phone=phone, answers={VOTE_ASK: chosen or ("加装电梯",)},
        idempotency_key=key or phone, at=timezone.now(),
    )  # fmt: skip


def counted(page: CampaignPage, poll: Poll) -> dict[str, int]:
    found = polling.results(page.pk, [poll])[poll.key]
    return {t.option: t.count for t in found.asks[0].tallies} | {"n": found.n}


def test_each_phone_has_one_voice_however_often_it_comes(page: CampaignPage, vote: Poll) -> None:
    give(page, vote, "19900002001", "加装电梯")
    again = give(page, vote, "199 0000 2001", "修暗渠", key="another form")
    give(page, vote, "19900002002", "加装电梯", "公园装灯")
    assert again.created
    assert not again.voice.counts
    assert counted(page, vote) == {"加装电梯": 2, "公园装灯": 1, "修暗渠": 0, "n": 2}


def test_the_same_phone_may_speak_in_each_poll_of_a_campaign(
    page: CampaignPage, vote: Poll
) -> None:
    give(page, vote, "19900002001")
    survey = page.poll_specs()[1]
    polling.give(
        campaign=page, poll=survey, phone="19900002001", answers={"一周去几回？": ["一两回"], "给菜打几分？": ["4"]},
        idempotency_key="s", at=timezone.now(),
    )  # fmt: skip
    found = polling.results(page.pk, [survey])[survey.key]
    assert (found.n, found.asks[1].mean) == (1, "4.0")


def test_no_phone_stays_and_what_was_chosen_names_nobody(page: CampaignPage, vote: Poll) -> None:
    give(page, vote, "19900002001")
    voice = PollVoice.objects.get()
    assert (voice.phone, voice.name) == ("", "")
    assert "19900002001" not in voice.phone_hash


def test_more_options_than_allowed_are_refused_with_the_number_to_take_away(
    page: CampaignPage, vote: Poll
) -> None:
    with pytest.raises(Invalid) as refused:
        give(page, vote, "19900002001", "加装电梯", "公园装灯", "修暗渠")
    assert refused.value.errors[VOTE_ASK] == ["最多选2项，现在选了3项，请去掉1项。"]
    assert PollVoice.objects.count() == 0


def test_what_is_not_on_the_list_is_refused(page: CampaignPage, vote: Poll) -> None:
    with pytest.raises(Invalid):
        give(page, vote, "19900002001", "修月亮")


def test_the_same_form_sent_twice_is_one_voice_and_a_forged_key_is_refused(
    page: CampaignPage, vote: Poll
) -> None:
    one, two = (give(page, vote, "19900002001", key="k") for _ in range(2))
    assert one.token == two.token
    with pytest.raises(IdempotencyConflict):
        give(page, vote, "19900002009", key="k")


@pytest.mark.parametrize("days", [-6, 6])
def test_nobody_votes_before_the_beginning_or_after_the_end(
    page: CampaignPage, vote: Poll, days: int
) -> None:
    at = timezone.now() + timedelta(days=days)
    with pytest.raises(DomainError, match="现在不能投"):
        polling.give(
            campaign=page, poll=vote, phone="19900002001", answers={VOTE_ASK: ["加装电梯"]},
            idempotency_key="k", at=at,
        )  # fmt: skip


def test_where_sms_leave_the_house_a_voice_counts_only_after_its_code(
    page: CampaignPage, vote: Poll, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(sms, "send", lambda to, text, **_: sent.append((to, text)))
    settings.SMS_BACKEND = "http"
    voice = give(page, vote, "19900002001").voice
    assert counted(page, vote)["n"] == 0
    outbox.deliver(now=timezone.now() + timedelta(minutes=1))
    to, text = sent[0]
    assert to == "19900002001"
    code = re.findall(r"\d{6}", text)[0]
    with pytest.raises(Invalid):
        polling.confirm(voice=voice, poll=vote, code="12", at=timezone.now())
    polling.confirm(voice=voice, poll=vote, code=code, at=timezone.now())
    assert counted(page, vote)["n"] == 1
    assert PollVoice.objects.get().phone == ""


def test_a_voice_whose_code_never_came_back_is_forgotten_after_a_day(
    page: CampaignPage, vote: Poll, settings: Any
) -> None:
    settings.SMS_BACKEND = "http"
    give(page, vote, "19900002001")
    lapses.run(now=timezone.now() + timedelta(hours=23))
    assert PollVoice.objects.count() == 1
    lapses.run(now=timezone.now() + timedelta(hours=25))
    assert (PollVoice.objects.count(), PollChoice.objects.count()) == (0, 0)


def test_a_voice_taken_back_may_be_given_again(page: CampaignPage, vote: Poll) -> None:
    given = give(page, vote, "19900002001", "修暗渠")
    polling.withdraw(voice=given.voice, poll=vote, at=timezone.now())
    give(page, vote, "19900002001", "公园装灯", key="new")
    assert counted(page, vote) == {"加装电梯": 0, "公园装灯": 1, "修暗渠": 0, "n": 1}


def test_results_are_hidden_from_who_has_not_voted_until_the_vote_is_over(
    client: Client, page: CampaignPage, vote: Poll, campaign: Make
) -> None:
    give(page, vote, "19900002001", "修暗渠")
    assert "1票" not in words(client.get(page.get_url()))
    CampaignPage.objects.filter(pk=page.pk).update(closes_at=timezone.now() - timedelta(hours=1))
    client = Client(headers={"cache-control": "no-cache"})
    text = words(client.get(f"{page.get_url()}?again"))
    assert "修暗渠" in text
    assert "1票，100%" in text
    assert "共1人" in text


def _vote_by_hand(client: Client, page: CampaignPage, vote: Poll, **changes: Any) -> Any:
    url = f"/campaigns/poll/{page.pk}/{vote.key}/"
    shown = walk.read(client.get(url))
    data = {"key": shown.fields["key"], "ask-0": ["修暗渠"], "phone": "19900002001", "agree": "on"}
    return client.post(url, {**data, **walk.answer_question(shown), **changes})


def test_a_person_votes_on_the_page_and_sees_the_result_so_far(
    client: Client, page: CampaignPage, vote: Poll
) -> None:
    assert f"/campaigns/poll/{page.pk}/{vote.key}/" in words(client.get(page.get_url()))
    response = _vote_by_hand(client, page, vote)
    assert response.status_code == 302
    shown = words(client.get(response["Location"]))
    assert "修暗渠" in shown
    assert "1票，100%" in shown
    assert response["Cache-Control"] == "no-store, private"
    client.post(response["Location"], {"action": "leave"})
    assert PollVoice.objects.count() == 0


def test_a_wrong_form_says_what_is_missing_and_keeps_what_was_chosen(
    client: Client, page: CampaignPage, vote: Poll
) -> None:
    response = _vote_by_hand(client, page, vote, phone="12")
    assert response.status_code == 422
    assert 'value="修暗渠" id="id_ask-0_2" checked' in words(response) or "checked" in words(
        response
    )
    assert PollVoice.objects.count() == 0
    for changes in ({"agree": ""}, {"captcha_answer": "1"}, {"ask-0": []}):
        assert _vote_by_hand(client, page, vote, **changes).status_code == 422


@pytest.mark.parametrize("address", ["/campaigns/poll/999999/abc/", "/campaigns/poll/99999999999/abc/", "/campaigns/voted/nobody/", "/campaigns/ask/999999/"])  # fmt: skip
def test_addresses_that_lead_nowhere_say_so(
    client: Client, page: CampaignPage, address: str
) -> None:
    response = client.get(address)
    assert response.status_code == 404
    assert "没有这个投票或征集" in words(response)


def test_an_editor_may_not_take_away_or_reword_what_people_chose(
    page: CampaignPage, vote: Poll
) -> None:
    give(page, vote, "19900002001", "修暗渠")
    draft = CampaignPage.objects.get(pk=page.pk)
    draft.polls[0].value["options"][2]["name"] = "修明渠"
    with pytest.raises(ValidationError) as refused:
        draft.full_clean()
    assert "“修暗渠”不能删、不能改字" in str(refused.value)
    del draft.polls[0]
    with pytest.raises(ValidationError, match="不能删去"):
        draft.full_clean()


def test_an_editor_may_add_an_option_and_write_the_outcome(
    client: Client, page: CampaignPage, vote: Poll
) -> None:
    give(page, vote, "19900002001", "修暗渠")
    draft = CampaignPage.objects.get(pk=page.pk)
    draft.polls[0].value["options"][2]["chosen"] = True
    draft.polls[0].value["outcome"] = "修暗渠列入明年十件实事。"
    draft.closes_at, draft.early_reason = timezone.now() - timedelta(hours=1), "主汛期前要开工"
    draft.save_revision().publish()
    text = words(client.get(page.get_url()))
    assert "修暗渠列入明年十件实事" in text
    assert "选上了" in text


def test_results_cost_the_same_number_of_queries_however_many_voted(
    page: CampaignPage, django_assert_num_queries: Any
) -> None:
    polls = page.poll_specs()
    for n in range(5):
        give(page, polls[0], f"1990000200{n}")
    with django_assert_num_queries(3):
        polling.results(page.pk, polls)


def test_a_poll_has_its_own_days(campaign: Make) -> None:
    day = timezone.localdate()
    made = campaign(
        closes=-1, opens=-9, polls=[("vote", {**VOTE, "opens_on": day, "closes_on": day})]
    )
    page = CampaignPage.objects.get(pk=made.pk)
    poll = page.poll_specs()[0]
    now: datetime = timezone.now()
    assert polling.takes_voices(page, poll, now)
    assert poll.is_over_at(now + timedelta(days=1))


def test_a_poll_that_ends_at_midnight_is_said_to_end_on_the_day_before(
    client: Client, campaign: Make
) -> None:
    last = timezone.localdate() + timedelta(days=3)
    made = campaign(polls=[("vote", {**VOTE, "closes_on": last})])
    poll = CampaignPage.objects.get(pk=made.pk).poll_specs()[0]
    assert poll.closing == f"{last.month}月{last.day}日24:00截止"
    for address in (made.get_url(), f"/campaigns/poll/{made.pk}/{poll.key}/"):
        assert poll.closing in words(client.get(address))


def test_who_guesses_at_receipts_is_asked_to_wait(client: Client) -> None:
    statuses = [client.get("/campaigns/voted/nobody/").status_code for _ in range(12)]
    assert statuses[0] == 404
    assert statuses[-1] == 429
