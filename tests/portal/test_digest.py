"""Staff hear as they chose: at once, once a day in one letter, or in the site only."""

from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.urls import reverse

from portal.notices import staff
from portal.notices.models import Digest, NoticeChoice, StaffNotice
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(db: None) -> World:
    return w.make_world()


def line(user: Any, n: int, *, hours: int = -1) -> StaffNotice:
    return StaffNotice.objects.create(
        user=user, code="staff.given", dedupe_key=f"{user.pk}:{n}", text=f"第{n}件分给您", url="/x/",
        at=MONDAY + timedelta(hours=hours),
    )  # fmt: skip


def choose(user: Any, mode: str) -> None:
    NoticeChoice.objects.update_or_create(user=user, defaults={"mode": mode})


def test_one_letter_a_day_holds_all_unread_lines_and_is_sent_once(city: World) -> None:
    user = city.users["triage_officer"]
    choose(user, "daily")
    line(user, 1)
    line(user, 2)
    read = line(user, 3)
    StaffNotice.objects.filter(pk=read.pk).update(read_at=MONDAY)
    assert staff.send_digests(now=MONDAY) == 1
    assert staff.send_digests(now=MONDAY + timedelta(hours=1)) == 0
    (letter,) = mail.outbox
    assert letter.to == [user.email]
    assert "第1件" in letter.body
    assert "第2件" in letter.body
    assert "第3件" not in letter.body
    line(user, 4, hours=5)
    assert staff.send_digests(now=MONDAY + timedelta(days=1)) == 1
    assert "第4件" in mail.outbox[1].body
    assert "第1件" not in mail.outbox[1].body


def test_a_day_without_news_sends_nothing(city: World) -> None:
    choose(city.users["triage_officer"], "daily")
    assert staff.send_digests(now=MONDAY) == 0
    assert not Digest.objects.exists()


@pytest.mark.parametrize(
    ("mode", "now"), [("", True), ("at_once", True), ("daily", False), ("site", False)]
)
def test_only_who_wants_a_letter_for_each_gets_one_at_once(
    city: World, mode: str, now: bool
) -> None:
    user = city.users["supervisor"]
    if mode:
        choose(user, mode)
    assert staff.wants_mail_now(user) is now
    line(user, 1)
    assert staff.send_digests(now=MONDAY) == int(mode == "daily")


def test_the_choice_is_made_on_the_notices_page_and_nonsense_changes_nothing(city: World) -> None:
    client = sign_in(city, "supervisor")
    client.post(reverse("desk:notices"), {"mode": "daily"})
    assert NoticeChoice.objects.get(user=city.users["supervisor"]).mode == "daily"
    answer = client.post(reverse("desk:notices"), {"mode": "每小时"}, follow=True)
    assert "请选一种通知方式" in str(answer.content.decode())
    assert NoticeChoice.objects.get().mode == "daily"
    assert "每天合成一封邮件" in main_text(client.get(reverse("desk:notices")))
