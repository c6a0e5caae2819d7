"""Bulletins (process.md 8.2, 7.1): figures as published, units from facts, what is put right, the public edition."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse

from cms.models import NewsPage
from cms.setup import ensure_pages
from suggestions.clock import SHANGHAI
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Bulletin, BulletinUnit, Clock, StatRow, StatSnapshot, Suggestion
from suggestions.services import bulletins, rectifying, replying
from suggestions.states.bulletin import BULLETIN_UNIT_TRANSITIONS
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
DECEMBER = datetime(2026, 12, 7, 10, 0, tzinfo=SHANGHAI)
TEXTS = {
    "title": "11月办理情况通报",
    "scope": "全市各承办单位",
    "words": "总体平稳，个别单位答复不及时。",
}


@pytest.fixture
def city() -> World:
    return w.make_world()


def snapshot(city: World, **changes: Any) -> StatSnapshot:
    held = StatSnapshot.objects.create(
        jurisdiction=city.jurisdiction, kind="month", first=date(2026, 11, 1), last=date(2026, 11, 30), number=1,
        formula_version=1, taken_at=DECEMBER, digest="x", **{
            "status": "published", "published_at": DECEMBER, "published_by": city.users["supervisor"], **changes
        },
    )  # fmt: skip
    for figure, numerator, denominator in (("received", 120, None), ("satisfaction", 45, 50)):
        StatRow.objects.create(
            snapshot=held,
            figure=figure,
            dimension="total",
            numerator=numerator,
            denominator=denominator,
        )
    return held


def late(city: World) -> Suggestion:
    """An item of the bus unit whose answer the ladder carried into the bulletin."""
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY)
    w.dispatch(city, item, at=MONDAY)
    w.sign_in(city, item, at=MONDAY)
    Clock.objects.filter(suggestion=item, kind="K7a").update(bulletin_on=date(2026, 11, 30))
    return item


def drafted(city: World) -> Bulletin:
    return bulletins.draft(
        jurisdiction=city.jurisdiction, snapshot=snapshot(city), actor=city.actor("supervisor"), at=DECEMBER, **TEXTS
    )  # fmt: skip


def issued(city: World) -> tuple[Bulletin, BulletinUnit]:
    late(city)
    bulletin = drafted(city)
    bulletins.issue(bulletin=bulletin, actor=city.actor("leader"), at=DECEMBER)
    return bulletin, bulletin.lines.get()


def test_a_bulletin_speaks_of_figures_that_are_published(city: World) -> None:
    waiting = snapshot(city, status="taken", published_at=None, published_by=None)
    with pytest.raises(Invalid) as told:
        bulletins.draft(jurisdiction=city.jurisdiction, snapshot=waiting, actor=city.actor("supervisor"), at=DECEMBER, **TEXTS)  # fmt: skip
    assert "snapshot" in told.value.errors


def test_a_unit_is_listed_from_facts_and_nobody_is_added_by_hand(city: World) -> None:
    late(city)
    line = drafted(city).lines.get()
    assert (line.unit, line.tone, line.rule) == (city.bus, "criticised", "late")
    assert line.fact == "逾期5个工作日以上的时限1个。"
    assert not [t for t in BULLETIN_UNIT_TRANSITIONS if t.from_ == ("",) and t.name != "bulletin_list"]  # fmt: skip


def test_a_second_dissatisfaction_puts_the_unit_into_the_bulletin(city: World) -> None:
    item, _receipt = w.answered(city, published=False)
    w.rate(item, at=MONDAY + timedelta(days=11), overall="dissatisfied", reasons=["not_solved"])
    item.refresh_from_db()
    assert "dissatisfied_twice" not in _rules(city)
    BulletinUnit.objects.all().delete()
    reply = w.signed_reply(city, item, at=MONDAY + timedelta(days=14), body="第二次答复：" + w.BODY)
    replying.approve(
        reply=reply, actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=15)
    )
    w.rate(item, at=MONDAY + timedelta(days=16), overall="dissatisfied", reasons=["not_solved"])
    assert rectifying
    assert "dissatisfied_twice" in _rules(city)


def _rules(city: World) -> set[str]:
    from suggestions.services import bulletin_facts
    from suggestions.statistics.figures import Period

    found = bulletin_facts.candidates(city.jurisdiction, Period(date(2026, 11, 1), date(2026, 11, 30)))  # fmt: skip
    return {f.rule for f in found}


def test_whoever_drafted_a_bulletin_does_not_issue_it_and_it_gets_its_number_then(city: World) -> None:  # fmt: skip
    bulletin = drafted(city)
    with pytest.raises(NotAllowed, match="起草人"):
        bulletins.issue(bulletin=bulletin, actor=city.actor("supervisor"), at=DECEMBER)
    bulletins.issue(bulletin=bulletin, actor=city.actor("leader"), at=DECEMBER)
    assert bulletin.name == "2026年第1期通报"


def test_a_unit_is_left_out_only_with_a_reason_that_stays(city: World) -> None:
    late(city)
    line = drafted(city).lines.get()
    with pytest.raises(DomainError):
        bulletins.strike(line=line, reason=" ", actor=city.actor("supervisor"), at=DECEMBER)
    bulletins.strike(
        line=line, reason="系统停机造成的", actor=city.actor("supervisor"), at=DECEMBER
    )
    assert line.status == "struck"


def test_a_criticised_unit_says_in_ten_working_days_what_it_put_right(city: World) -> None:
    bulletin, line = issued(city)
    assert (line.status, line.due_on) == ("rectifying", date(2026, 12, 21))
    with pytest.raises(NotAllowed):
        bulletins.answer(line=line, text="改了。", actor=city.actor("unit_head:water"), at=DECEMBER)
    with pytest.raises(DomainError, match="整改清单"):
        bulletins.close(bulletin=bulletin, actor=city.actor("supervisor"), at=DECEMBER)
    head, judge = city.actor("unit_head:bus"), city.actor("supervisor")
    bulletins.answer(line=line, text="已专人盯办。", actor=head, at=DECEMBER)
    bulletins.send_back(line=line, reason="没有写原因", actor=judge, at=DECEMBER)
    bulletins.answer(line=line, text="原因是交接漏件，已改为双人核对。", actor=head, at=DECEMBER)
    bulletins.accept(line=line, actor=judge, at=DECEMBER)
    bulletins.close(bulletin=bulletin, actor=judge, at=DECEMBER)
    assert bulletin.status == "closed"


def test_what_is_not_put_right_in_time_is_marked_at_the_end_of_the_day(city: World) -> None:
    _bulletin, line = issued(city)
    assert bulletins.lapse(now=datetime(2026, 12, 21, 23, 0, tzinfo=SHANGHAI)) == 0
    assert bulletins.lapse(now=datetime(2026, 12, 22, 1, 0, tzinfo=SHANGHAI)) == 1
    line.refresh_from_db()
    assert line.status == "overdue"
    assert bulletins.lapse(now=datetime(2026, 12, 22, 2, 0, tzinfo=SHANGHAI)) == 0


def test_the_public_edition_is_a_draft_for_the_editors_and_names_no_criticised_unit(city: World) -> None:  # fmt: skip
    ensure_pages(title="测试市人民建议征集")
    bulletin, _line = issued(city)
    page = bulletins.public_edition(bulletin=bulletin, actor=city.actor("supervisor"), at=DECEMBER)
    assert isinstance(page, NewsPage)
    page.full_clean()
    assert (page.live, page.kind, page.issue) == (False, "bulletin", "2026年第1期")
    assert (page.period_from, page.period_to) == (date(2026, 11, 1), date(2026, 11, 30))
    said = str(page.body)
    assert "120" in said
    assert "90.00%" in said
    assert "交通" not in said
    with pytest.raises(DomainError, match="已经有了"):
        bulletins.public_edition(bulletin=bulletin, actor=city.actor("supervisor"), at=DECEMBER)


def test_every_unit_reads_an_issued_bulletin_and_none_a_draft_or_anothers_list(city: World) -> None:
    late(city)
    bulletin = drafted(city)
    other, own = sign_in(city, "unit_head:water"), sign_in(city, "unit_head:bus")
    address = reverse("desk:record", args=["bulletin", bulletin.pk])
    assert other.get(address).status_code == 404
    bulletins.issue(bulletin=bulletin, actor=city.actor("leader"), at=DECEMBER)
    assert "总体平稳" in main_text(other.get(address))
    line = bulletin.lines.get()
    mine = reverse("desk:record", args=["bulletin-unit", line.pk])
    assert other.get(mine).status_code == 404
    assert "逾期5个工作日以上" in main_text(own.get(mine))
    own.post(reverse("desk:record_act", args=["bulletin-unit", line.pk, "answer"]), {"text": "已专人盯办。"})  # fmt: skip
    line.refresh_from_db()
    assert line.status == "answered"
    printed = main_text(sign_in(city, "leader").get(reverse("desk:bulletin_print", args=[bulletin.pk])))  # fmt: skip
    assert "90.00%" in printed
