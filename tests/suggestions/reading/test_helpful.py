"""What readers say of an answer: one phone one voice, read before it shows, and never part of satisfaction (7.1; SH 7)."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from portal.notices import sms
from suggestions import outbox
from suggestions.codes import ErasureBasis
from suggestions.errors import DomainError, IdempotencyConflict, Invalid, NotAllowed
from suggestions.models import Reply, ReplyComment, ReplyVoice, Suggestion
from suggestions.services import (
    chain,
    erasure,
    lapses,
    own_data,
    reply_voices,
    residents,
    voices,
)
from suggestions.statistics import figures
from tests import world as w
from tests.suggestions.public import walk
from tests.suggestions.reading.conftest import text
from tests.world import MONDAY, World

LATER = MONDAY + timedelta(days=11)


@pytest.fixture
def item(world: World) -> Suggestion:
    found, _ = w.answered(world)
    return found


def reply_of(item: Suggestion) -> Reply:
    found = reply_voices.current(item)
    assert found is not None
    return found


def say(item: Suggestion, phone: str, helpful: bool = True, words: str = "", key: str = "") -> ReplyVoice:  # fmt: skip
    return reply_voices.give(
        reply=reply_of(item), phone=phone, helpful=helpful, words=words, idempotency_key=key or phone, at=LATER
    ).voice  # fmt: skip


def counted(item: Suggestion) -> tuple[int, int]:
    held = reply_voices.counts([reply_of(item).pk]).get(reply_of(item).pk, reply_voices.Counts())
    return held.yes, held.no


def page(client: Client, item: Suggestion) -> str:
    cache.clear()
    return text(client.get(f"/suggestions/{item.case_no}/"))  # type: ignore[arg-type]


def test_each_phone_is_one_voice_and_the_authors_own_is_none(item: Suggestion) -> None:
    say(item, "19900002001")
    again = say(item, "199 0000 2001", helpful=False, key="another form")
    say(item, "19900002002", helpful=False)
    author = say(item, "19900001234")
    assert counted(item) == (1, 1)
    assert not again.counts
    assert not author.counts
    assert {v.phone for v in ReplyVoice.objects.all()} == {""}


def test_the_same_form_sent_twice_is_one_voice_and_a_forged_key_is_refused(
    item: Suggestion,
) -> None:
    assert say(item, "19900002001", key="k").pk == say(item, "19900002001", key="k").pk
    with pytest.raises(IdempotencyConflict):
        say(item, "19900002009", key="k")


def test_what_is_missing_or_too_long_is_refused_in_words(item: Suggestion) -> None:
    with pytest.raises(Invalid) as refused:
        reply_voices.give(
            reply=reply_of(item), phone="12", helpful=None, words="长" * 201, idempotency_key="k", at=LATER
        )  # fmt: skip
    assert set(refused.value.errors) == {"phone", "helpful", "words"}
    assert not ReplyVoice.objects.exists()


def test_a_voice_may_be_changed_and_taken_back_with_its_words(
    item: Suggestion, world: World
) -> None:
    voice = say(item, "19900002001", words="说到做到。")
    reply_voices.show(
        comment=voice.comment, public_text="说到做到。", actor=world.actor("publisher"), at=LATER
    )
    reply_voices.change(voice=voice, helpful=False, at=LATER)
    assert counted(item) == (0, 1)
    reply_voices.withdraw(voice=voice, at=LATER)
    assert counted(item) == (0, 0)
    comment = ReplyComment.objects.get()
    assert (comment.status, comment.text, comment.public_text) == ("withdrawn", "", "")
    say(item, "19900002001", key="back again")
    assert counted(item) == (1, 0)
    assert list(chain.verify()) == []


def test_where_sms_leave_the_house_a_proved_phone_replaces_what_it_said_before(
    item: Suggestion, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(sms, "send", lambda to, text, **_: sent.append((to, text)))
    settings.SMS_BACKEND = "http"
    first, second = say(item, "19900002001"), say(item, "19900002001", helpful=False, key="b")
    while outbox.deliver(now=timezone.now() + timedelta(days=400)):
        pass
    codes = [t for to, t in sent if to == "19900002001"]
    assert len(codes) == 2
    assert "评价答复验证码" in codes[0]
    assert counted(item) == (0, 0)
    with pytest.raises(Invalid):
        reply_voices.confirm(voice=first, code="x", at=LATER)
    for voice in (first, second):
        reply_voices.confirm(voice=voice, code=voices.phone_code(voice), at=LATER)
    assert counted(item) == (0, 1)
    assert {v.phone for v in ReplyVoice.objects.all()} == {""}


def test_a_phone_that_was_never_proved_is_forgotten_after_a_day(
    item: Suggestion, settings: Any
) -> None:
    settings.SMS_BACKEND = "http"
    say(item, "19900002001", words="说到做到。")
    lapses.run(now=LATER + timedelta(hours=23))
    assert ReplyVoice.objects.count() == 1
    lapses.run(now=LATER + timedelta(hours=25))
    assert not ReplyVoice.objects.exists()
    assert not ReplyComment.objects.exists()


def test_a_comment_shows_after_somebody_read_it_and_goes_when_it_is_declined(
    client: Client, item: Suggestion, world: World
) -> None:
    voice = say(item, "19900002001", words="装得很快，问13912345678就知道。")
    assert "装得很快" not in page(client, item)
    comment, publisher = voice.comment, world.actor("publisher")
    assert "13912345678" not in reply_voices.proposed_text(comment)
    with pytest.raises(Invalid):
        reply_voices.show(comment=comment, public_text=comment.text, actor=publisher, at=LATER)
    with pytest.raises(NotAllowed):
        reply_voices.show(
            comment=comment, public_text="好", actor=world.actor("handler:bus"), at=LATER
        )
    reply_voices.show(comment=comment, public_text="装得很快。", actor=publisher, at=LATER)
    assert "装得很快。" in page(client, item)
    assert item.events.filter(name="comment").count() == 1
    reply_voices.decline(comment=comment, reason="写错了地方", actor=publisher, at=LATER)
    assert "装得很快" not in page(client, item)


def test_the_page_says_how_many_who_they_are_and_that_satisfaction_is_another_matter(
    client: Client, item: Suggestion
) -> None:
    assert "还没有人说这个答复有没有帮助。" in page(client, item)
    say(item, "19900002001")
    say(item, "19900002002", helpful=False)
    said = page(client, item)
    assert "2人评价：1人觉得有帮助，1人觉得没有帮助。" in said
    assert "来自公众，不计入满意度。" in said
    assert not client.cookies


def test_no_figure_of_satisfaction_knows_of_them(item: Suggestion) -> None:
    w.rate(item, at=LATER)
    period = figures.Period(LATER.date() - timedelta(days=30), LATER.date() + timedelta(days=30))
    before = figures.satisfaction(period), figures.satisfaction(period, item.lead_unit)
    for n in range(3):
        say(item, f"1990000200{n}", helpful=False)
    assert before[0].denominator == 1
    assert before == (figures.satisfaction(period), figures.satisfaction(period, item.lead_unit))


def test_an_item_that_is_not_public_or_has_no_public_answer_takes_no_voices(
    client: Client, world: World
) -> None:
    hidden, _ = w.answered(world, publish_consent=False)
    assert reply_voices.current(hidden) is None
    assert client.get(f"/suggestions/{hidden.case_no}/helpful/").status_code == 404
    open_ = w.submit(world).suggestion
    w.accept(world, open_, at=MONDAY)
    w.publish(world, open_, at=MONDAY)
    assert "有了答复再来说" in text(client.get(f"/suggestions/{open_.case_no}/helpful/"))  # type: ignore[arg-type]


def test_a_reader_votes_changes_and_takes_it_back_without_scripts(
    client: Client, item: Suggestion
) -> None:
    address = f"/suggestions/{item.case_no}/helpful/"
    form = walk.read(client.get(address))
    answer = walk.answer_question(form)
    sent = {**form.fields, **answer, "helpful": "yes", "words": "说到做到。", "phone": "19900002001"}  # fmt: skip
    wrong = client.post(address, {**sent, "phone": ""})
    assert wrong.status_code == 422
    assert walk.read(wrong).fields["words"] == "说到做到。"
    again = walk.read(wrong)
    done = client.post(address, {**sent, **again.fields, **walk.answer_question(again), "phone": "19900002001", "helpful": "yes"})  # fmt: skip
    assert done.status_code == 302, done.content.decode()
    receipt = done["Location"]
    first = walk.read(client.get(receipt))
    assert "您选了：有帮助。" in first.text
    assert "您写的话审核以后公开。" in first.text
    client.post(receipt, {**first.fields, "action": "no"})
    assert counted(item) == (0, 1)
    gone = client.post(receipt, {**first.fields, "action": "leave"})
    assert gone["Location"] == address
    assert counted(item) == (0, 0)
    assert client.get(receipt).status_code == 404


def test_the_moderator_finds_comments_at_the_desk_and_shows_one(
    client: Client, item: Suggestion, world: World
) -> None:
    voice = say(item, "19900002001", words="说到做到。")
    client.force_login(world.users["publisher"])
    assert "审核公众评论" in client.get("/admin/desk/answers/").content.decode()
    assert "说到做到" in client.get("/admin/desk/records/comments/").content.decode()
    address = f"/admin/desk/records/comments/{voice.comment.pk}/"
    assert client.get(address).status_code == 200
    form = walk.read(client.get(f"{address}show/"))
    client.post(f"{address}show/", {**form.fields, "public_text": "说到做到。"})
    assert [str(c) for c in reply_voices.shown(item.pk)] == ["说到做到。"]
    client.force_login(world.users["handler:bus"])
    assert client.get("/admin/desk/records/comments/").status_code == 403


def test_what_was_said_is_in_the_copy_of_ones_data_and_goes_with_the_case(
    item: Suggestion, world: World
) -> None:
    say(item, "19900002001", words="说到做到。")
    resident = residents.page_of(phone="19900002001", at=LATER)
    [told] = own_data.copy_of(resident=resident, at=LATER)["helpful"]
    assert (told["case_no"], told["helpful"], told["words"]) == (item.case_no, True, "说到做到。")
    json.dumps(told)
    Suggestion.objects.filter(pk=item.pk).update(status="closed", closed_at=LATER)
    item.refresh_from_db()
    erasure.erase(
        suggestion=item, basis=ErasureBasis.EXPIRED, actor=world.actor("privacy_officer"), at=LATER
    )
    comment, voice = ReplyComment.objects.get(), ReplyVoice.objects.get()
    assert "说到做到" not in comment.text + comment.public_text
    assert voice.phone_hash == ""


def test_a_new_answer_begins_with_no_voices(item: Suggestion) -> None:
    voice = say(item, "19900002001")
    old = reply_of(item)
    Reply.objects.create(
        suggestion=item, unit=old.unit, number=old.number + 1, state="approved", body="再答", outcome="adopted",
        signed_at=LATER, public_body="再答", is_public=True, signed_by=old.signed_by, committed_by=old.committed_by,
    )  # fmt: skip
    assert counted(item) == (0, 0)
    with pytest.raises(DomainError, match="新的答复"):
        reply_voices.change(voice=voice, helpful=False, at=LATER)
