"""What enrolled and booked people are told by SMS, and how the audience of a questioning rates its answers (6.1 to 6.3)."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.notices import sms
from suggestions import outbox
from suggestions.errors import DomainError, IdempotencyConflict, Invalid
from suggestions.models import Hearing, Participant, QaRating, QaSession, QaVoice
from suggestions.selectors import steering_public
from suggestions.services import (
    hearing_people,
    hearings,
    meeting_notices,
    qa_voices,
    questioning,
    receiving,
    voices,
)
from tests.suggestions import test_steering as steering
from tests.suggestions.meetings.conftest import moment, send, words
from tests.suggestions.public import walk
from tests.suggestions.test_steering import at
from tests.world import World

Sent = list[tuple[str, str]]


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> Sent:
    found: Sent = []
    monkeypatch.setattr(sms, "send", lambda to, text, **_: found.append((to, text)))
    return found


def deliver(sent: Sent) -> list[str]:
    """The new messages to people of the meetings; delivered twice, they come once."""
    sent.clear()
    while outbox.deliver(now=timezone.now() + timedelta(days=400)):
        pass
    for row in outbox.Outbox.objects.filter(kind=meeting_notices.MEETING_NOTICE):
        outbox._HANDLERS[row.kind](row.payload)
    outbox.Outbox.objects.all().delete()
    return [text for _, text in sent if any(w in text for w in ("听证会", "接访", "问政"))]


# Notices


def confirmed(city: World) -> Hearing:
    held = steering.opened(city, steering.handled(city))
    for n, side in ((1, "居民"), (2, "居民"), (3, "居民"), (4, "商户")):
        steering.enrol(held, city, n, side)
    actor = city.actor("triage_officer")
    hearings.send_papers(hearing=held, papers="方案", on=date(2026, 11, 17), actor=actor, at=at(15))
    return held


def test_who_enrolled_hears_of_the_receipt_the_list_the_next_in_line_and_the_day_before(
    city: World, sent: Sent
) -> None:
    held, actor = confirmed(city), city.actor("triage_officer")
    received = deliver(sent)
    assert len(received) == 4
    assert "12月1日的听证会，收到了" in received[0]
    hearings.choose(hearing=held, actor=actor, at=at(15))
    listed = deliver(sent)
    assert sum("您是参加人" in t for t in listed) == 3
    assert sum("没有轮到您" in t for t in listed) == 1
    gone = held.participants.filter(side="居民", is_chosen=True).first()
    assert gone is not None
    gone.hearing = held
    hearing_people.withdraw(person=gone, actor=actor, at=at(20))
    [moved_up] = deliver(sent)
    assert "您是参加人" in moved_up
    assert meeting_notices.remind(now=at(28, -3)) == 0  # six in the morning
    assert meeting_notices.remind(now=at(28)) == 3
    assert meeting_notices.remind(now=at(28, 1)) == 0
    assert all("明天（12月1日）9:00听证会" in t and held.topic not in t for t in deliver(sent))


def test_who_enrolled_hears_that_a_hearing_is_put_off_set_anew_and_called_off(
    city: World, sent: Sent
) -> None:
    held, actor = confirmed(city), city.actor("triage_officer")
    Participant.objects.filter(hearing=held, side="商户").update(phone="")
    deliver(sent)
    hearings.postpone(hearing=held, reason="场地检修", actor=actor, at=at(16))
    assert [("延期了" in t) for t in deliver(sent)] == [True] * 3
    hearings.set_dates(
        hearing=held, on=date(2026, 12, 20), enrol_from=date(2026, 11, 20), enrol_until=date(2026, 12, 1), actor=actor,
        at=at(16),
    )  # fmt: skip
    assert ["定在12月20日9:00" in t for t in deliver(sent)] == [True] * 3
    hearings.cancel(hearing=held, reason="并入下一次", actor=actor, at=at(17))
    assert ["取消了" in t for t in deliver(sent)] == [True] * 3


def test_who_booked_a_reception_hears_of_place_substitute_day_before_and_end(
    city: World, sent: Sent
) -> None:
    actor = city.actor("triage_officer")
    slot = steering.slot(city, date(2026, 11, 9))
    receiving.publish(slot=slot, actor=actor, at=at(0))
    kept = steering.booked(slot, city, "19900002001").booking
    gone = steering.booked(slot, city, "19900002002").booking
    received = deliver(sent)
    assert len(received) == 2
    assert "11月9日9:00的接访。地点：市信访接待大厅" in received[0]
    gone.slot = slot
    receiving.cancel_booking(booking=gone, actor=actor, at=at(2))
    receiving.substitute(
        slot=slot, name="李立", post="副市长", reason="外出开会", actor=actor, at=at(2)
    )
    assert ["换了接待的领导" in t for t in deliver(sent)] == [True]
    assert meeting_notices.remind(now=at(6)) == 1
    assert ["明天（11月9日）" in t for t in deliver(sent)] == [True]
    receiving.cancel(slot=slot, reason="暴雨", actor=actor, at=at(6, 1))
    assert ["取消了" in t for t in deliver(sent)] == [True]
    assert kept.cancelled_at is None


# Ratings


@pytest.fixture
def session(city: World) -> QaSession:
    held, _asked = steering.answered(city)
    questioning.turn(now=at(8))
    held.refresh_from_db()
    return QaSession.objects.get(pk=held.pk)


def key_of(session: QaSession) -> str:
    return str(session.questions.get().pk)


def rate(session: QaSession, phone: str, score: int, key: str = "") -> qa_voices.Given:
    return qa_voices.give(
        session=session, phone=phone, scores={key_of(session): score}, idempotency_key=key or phone, at=at(9)
    )  # fmt: skip


def figures(session: QaSession) -> tuple[int, float | None]:
    shown = steering_public.session(pk=session.pk, today=date(2026, 11, 12))
    assert shown is not None
    return shown.questions[0].ratings, shown.questions[0].average


def test_a_phone_rates_each_answer_once_and_nothing_of_it_stays(session: QaSession) -> None:
    rate(session, "19900002001", 5)
    rate(session, "199 0000 2001", 1, key="another form")
    rate(session, "19900002002", 2)
    assert figures(session) == (2, 3.5)
    assert {(v.phone, str(v.scores)) for v in QaVoice.objects.all()} == {("", "{}")}
    assert qa_voices.forget(now=at(11)) == 3
    assert QaRating.objects.count() == 2


def test_what_cannot_be_rated_is_refused_in_words(session: QaSession) -> None:
    for scores in ({}, {"0": 3}, {key_of(session): 6}):
        with pytest.raises(Invalid, match="1到5分"):
            qa_voices.give(session=session, phone="19900002001", scores=scores, idempotency_key="k", at=at(9))  # fmt: skip
    rate(session, "19900002001", 4, key="k")
    with pytest.raises(IdempotencyConflict):
        rate(session, "19900002009", 4, key="k")
    QaSession.objects.filter(pk=session.pk).update(status="collecting")
    with pytest.raises(DomainError, match="现在不能评分"):
        rate(QaSession.objects.get(pk=session.pk), "19900002003", 4)
    assert QaRating.objects.count() == 1


def test_where_sms_leave_the_house_ratings_count_after_the_code(
    session: QaSession, settings: Any, sent: Sent
) -> None:
    settings.SMS_BACKEND = "http"
    voice = rate(session, "19900002001", 4).voice
    assert figures(session) == (0, None)
    assert any("问政评分验证码" in text for text in deliver(sent))
    with pytest.raises(Invalid):
        qa_voices.confirm(voice=voice, code="x", at=at(9))
    qa_voices.confirm(voice=voice, code=voices.phone_code(voice), at=at(9))
    assert figures(session) == (1, 4.0)


def test_somebody_rates_an_answer_on_line_and_the_page_says_by_how_many(
    session: QaSession, client: Client
) -> None:
    page, now = f"/questioning/{session.pk}/", at(9)
    assert "给答复打分" in words(client, page, now)
    score = {f"score-{key_of(session)}": "4"}
    wrong = send(client, f"{page}rate/", now, phone="12", **score)
    assert wrong.status_code == 422
    assert walk.read(wrong).fields[f"score-{key_of(session)}"] == "4"
    done = send(client, f"{page}rate/", now, phone="19900002001", **score)
    assert done.status_code == 302
    assert "收到了，谢谢您" in words(client, done["Location"], now)
    assert "1人给这个答复评分，平均4.0分" in words(client, page, now)
    with moment(now):
        assert client.get("/questioning/rated/nothing/").status_code == 404
