"""Questions asked on a campaign's page: nothing is shown before a person answered it."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cms.models import CampaignPage
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import CampaignQuestion, RecordEvent
from suggestions.services import campaign_questions, chain
from tests.cms.conftest import Make, words
from tests.suggestions.desk.cast import main_text, sign_in
from tests.suggestions.public import walk
from tests.world import World

pytestmark = pytest.mark.django_db
TEXT = "请问租户能不能参加这次征集？"


@pytest.fixture
def page(campaign: Make) -> CampaignPage:
    found: CampaignPage = campaign()
    return found


def ask(page: CampaignPage, text: str = TEXT) -> CampaignQuestion:
    return campaign_questions.ask(campaign=page, text=text, actor=Actor.author(), at=timezone.now())


def by_hand(client: Client, page: CampaignPage, text: str) -> walk.HttpResponse:
    url = f"/campaigns/ask/{page.pk}/"
    shown = walk.read(client.get(url))
    return client.post(
        url, {"key": shown.fields["key"], "text": text, **walk.answer_question(shown)}
    )


def test_a_question_is_shown_only_with_its_answer(
    client: Client, city: World, page: CampaignPage
) -> None:
    assert by_hand(client, page, TEXT).status_code == 302
    assert TEXT not in words(client.get(page.get_url()))
    moderator = sign_in(city, "editor")
    question = CampaignQuestion.objects.get()
    url = f"/admin/desk/records/campaign-questions/{question.pk}/"
    assert TEXT in main_text(moderator.get(url))
    sent = moderator.post(
        f"{url}answer/",
        {"version": question.version, "public_text": TEXT, "answer": "能，住在本市的人都能提。"},
    )
    assert sent.status_code == 302, main_text(sent)
    text = words(client.get(f"{page.get_url()}?answered"))
    assert TEXT in text
    assert "住在本市的人都能提" in text
    assert chain.verify() == [] or list(chain.verify()) == []


def test_a_declined_question_stays_hidden_and_an_answered_one_can_be_taken_off(
    client: Client, city: World, page: CampaignPage
) -> None:
    question, who, at = ask(page), city.actor("editor"), timezone.now()
    campaign_questions.decline(question=question, reason="与征集无关", actor=who, at=at)
    campaign_questions.answer(question=question, public_text=TEXT, answer="能。", actor=who, at=at)
    assert [str(q) for q in campaign_questions.shown(page.pk)] == [TEXT]
    campaign_questions.decline(question=question, reason="写错了", actor=who, at=at)
    assert list(campaign_questions.shown(page.pk)) == []


def test_the_moderator_begins_with_personal_data_covered_and_cannot_publish_it(
    city: World, page: CampaignPage
) -> None:
    question = ask(page, "我是王建国，电话13912345678，能参加吗？")
    assert "13912345678" not in campaign_questions.proposed_text(question)
    with pytest.raises(Invalid) as refused:
        campaign_questions.answer(
            question=question, public_text=question.text, answer="能。", actor=city.actor("editor"), at=timezone.now()
        )  # fmt: skip
    assert "13912345678" in refused.value.errors["public_text"][0]


def test_only_moderators_answer(city: World, page: CampaignPage) -> None:
    question = ask(page)
    with pytest.raises(NotAllowed):
        campaign_questions.answer(
            question=question, public_text=TEXT, answer="能。", actor=city.actor("handler:bus"), at=timezone.now()
        )  # fmt: skip


def test_who_asks_leaves_nothing_of_themselves(page: CampaignPage) -> None:
    question = ask(page)
    event = RecordEvent.objects.get(record_id=question.pk, name="campaign_ask")
    assert event.actor_id is None
    assert {"name", "phone", "email", "contact"}.isdisjoint(
        f.name for f in CampaignQuestion._meta.get_fields()
    )


def test_the_same_question_sent_twice_waits_once(page: CampaignPage) -> None:
    assert ask(page).pk == ask(page).pk
    assert CampaignQuestion.objects.count() == 1


@pytest.mark.parametrize("text", ["", "吗？", "长" * 501])
def test_a_question_without_words_or_too_long_is_refused_and_kept(
    client: Client, page: CampaignPage, text: str
) -> None:
    response = by_hand(client, page, text)
    assert response.status_code == 422
    assert walk.read(response).fields["text"] == text
    assert CampaignQuestion.objects.count() == 0


def test_a_campaign_that_wants_no_questions_or_is_over_takes_none(
    client: Client, campaign: Make
) -> None:
    silent = campaign(takes_questions=False)
    over = campaign(
        opens=-30,
        closes=-9,
        report="<p>完</p>",
        report_published_at=timezone.now() - timedelta(days=1),
    )
    for page in (silent, over):
        assert f"/campaigns/ask/{page.pk}/" not in words(client.get(page.get_url()))
        with pytest.raises(DomainError):
            ask(page)
        assert "不收提问" in words(client.get(f"/campaigns/ask/{page.pk}/"))


def test_a_wrong_answer_to_the_little_question_keeps_the_words(
    client: Client, page: CampaignPage
) -> None:
    url = f"/campaigns/ask/{page.pk}/"
    shown = walk.read(client.get(url))
    response = client.post(url, {"key": shown.fields["key"], "text": TEXT})
    assert response.status_code == 422
    assert walk.read(response).fields["text"] == TEXT
