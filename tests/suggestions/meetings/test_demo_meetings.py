"""The demo city has something to look at on every public page of meetings."""

from datetime import datetime

import pytest
from django.test import Client

from suggestions.clock import SHANGHAI
from suggestions.demo.extra import venues
from suggestions.demo.seed import Seeder
from suggestions.models import Hearing
from suggestions.services import chain
from tests.suggestions.meetings.conftest import words

pytestmark = pytest.mark.django_db


def test_the_demo_city_holds_a_hearing_today_one_behind_doors_and_points_in_four_districts(
    client: Client,
) -> None:
    city = Seeder(now=datetime(2026, 11, 20, 16, 0, tzinfo=SHANGHAI))
    city.city_facts()
    venues.seed(city)
    today = Hearing.objects.get(topic="校门口限时停车")
    said = words(client, f"/hearings/{today.pk}/live/", city.now)
    for part in (
        "自动更新",
        "留两个装卸位",
        "这一条划去了：说的是旧方案，更正如下",
        "三十分钟以内",
    ):
        assert part in said
    assert "改造方案（公开稿）" in words(client, f"/hearings/{today.pk}/", city.now)
    closed = Hearing.objects.get(is_closed=True)
    shown = words(client, f"/hearings/{closed.pk}/", city.now)
    assert "成本核减一成二" in shown
    assert "逐项核对成本" not in shown
    places = words(client, "/points/", city.now)
    for part in ("云埠街道征集点", "科创大道征集点", "湖滨渔村群众工作之家", "青岩县"):
        assert part in places
    assert not list(chain.verify())
