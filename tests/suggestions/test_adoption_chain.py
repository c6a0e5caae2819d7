"""The public chain on an item's page: what was promised and not kept stands as plainly as what was done (4.8)."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions.services import adopting
from tests import world as w

pytestmark = pytest.mark.django_db


def test_the_page_of_an_adopted_item_shows_the_chain_and_its_silence_but_no_opinion(
    client: Client,
) -> None:
    city, start = w.make_world(), timezone.now() - timedelta(days=160)
    item = w.answered(city, at=start)[0]
    office, head = city.actor("triage_officer"), city.actor("unit_head:bus")
    at = start + timedelta(days=20)
    adoption = adopting.nominate(
        suggestion=item, unit=city.bus, measure="人民路站有了长椅", actor=office, at=at
    )
    study = adopting.open_study(
        adoption=adoption, method="seminar", held_on=at.date(), invited=[city.bus], actor=office, at=at
    )  # fmt: skip
    adopting.give_opinion(
        study=study, stance="oppose", text="站台太窄，装了影响上下车。", actor=head, at=at
    )
    adopting.conclude(
        adoption=adoption, recommended=True, summary="可行，建议先装三处。", actor=head, at=at
    )
    late = (at + timedelta(days=100)).date()
    adopting.decide(
        adoption=adoption, decision="adopt", basis="局务会会议纪要", conversion_type="livelihood", due_on=late, actor=head,
        at=at,
    )  # fmt: skip
    adopting.start(adoption=adoption, milestones=[("装好三处长椅", late)], actor=head, at=at)
    page = client.get(reverse("suggestions:detail", args=[item.case_no])).text
    for words in ("人民路站有了长椅", "座谈会", "局务会会议纪要", "装好三处长椅", "没有按时报告进展", "还没有完成"):  # fmt: skip
        assert words in page, words
    assert "站台太窄" not in page
