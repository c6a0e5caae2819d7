"""Special reports and digests (process.md 8.2; S0, S1): written of matters, signed by another, followed until closed."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.urls import reverse

from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import RecordEvent, SpecialReport, Suggestion
from suggestions.services import chain, clocks, erasure, instructing, special_reports, withdrawing
from suggestions.statistics import reports
from suggestions.statistics.figures import Period
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
TEXTS = {
    "title": "公交站台座椅不足", "facts": "三个月里多条线路的乘客反映站台没有座位。", "causes": "站台设计标准没有写座椅。",
    "proposals": "请市交通局年内排查，明年6月前补齐。", "addressee": "分管副市长",
}  # fmt: skip


@pytest.fixture
def city() -> World:
    return w.make_world()


def at(days: int) -> Any:
    return MONDAY + timedelta(days=days)


def accepted(city: World, **changes: Any) -> Suggestion:
    item = w.submit(city, **changes).suggestion
    return w.accept(city, item, at=at(0))


def drafted(city: World, *cases: Suggestion, kind: str = "special", **changes: Any) -> SpecialReport:  # fmt: skip
    return special_reports.draft(
        jurisdiction=city.jurisdiction, kind=kind, cases=cases or (accepted(city),),
        actor=city.actor("triage_officer"), at=at(0), **{**TEXTS, **changes},
    )  # fmt: skip


def sent(city: World, *cases: Suggestion, days: int = 1, **changes: Any) -> SpecialReport:
    report = drafted(city, *cases, **changes)
    special_reports.hand_in(report=report, actor=city.actor("triage_officer"), at=at(0))
    special_reports.submit(report=report, actor=city.actor("supervisor"), at=at(days))
    return report


def test_a_report_rests_on_suggestions_and_says_facts_causes_and_proposals(city: World) -> None:
    with pytest.raises(Invalid) as no_cases:
        special_reports.draft(
            jurisdiction=city.jurisdiction, kind="special", cases=(), actor=city.actor("supervisor"), at=at(0), **TEXTS
        )  # fmt: skip
    assert "cases" in no_cases.value.errors
    with pytest.raises(Invalid) as no_cause:
        drafted(city, causes="")
    assert "causes" in no_cause.value.errors
    assert drafted(city, kind="digest", causes="").status == "drafting"


def test_no_personal_data_stands_in_a_report_and_suggestions_are_quoted_masked(city: World) -> None:
    with pytest.raises(Invalid) as told:
        drafted(city, facts="联系人电话19900001234，反映站台没有座位。")
    assert "19900001234" in told.value.errors["facts"][0]
    item = accepted(
        city, problem="我是林小满，电话19900001234，等车的老人没有地方坐，站台要装椅子。"
    )
    quoted = drafted(city, item).evidence.get()
    assert "19900001234" not in quoted.text
    assert "【已遮盖：手机号】" in quoted.text


def test_what_its_author_took_back_is_no_evidence(city: World) -> None:
    item = accepted(city)
    report = drafted(city, item)
    special_reports.hand_in(report=report, actor=city.actor("triage_officer"), at=at(0))
    withdrawing.withdraw(suggestion=item, reason="不提了", actor=w.Actor.author(), at=at(1))
    with pytest.raises(DomainError, match="撤回"):
        special_reports.submit(report=report, actor=city.actor("supervisor"), at=at(1))
    with pytest.raises(Invalid):
        drafted(city, item)
    secret = accepted(city, title="另一件不能写进报告的事")
    secret.is_secret = True
    with pytest.raises(Invalid):
        drafted(city, secret)


def test_whoever_drafted_a_report_does_not_sign_it(city: World) -> None:
    report = special_reports.draft(
        jurisdiction=city.jurisdiction, kind="special", cases=(accepted(city),), actor=city.actor("supervisor"), at=at(0), **TEXTS
    )  # fmt: skip
    special_reports.hand_in(report=report, actor=city.actor("supervisor"), at=at(0))
    with pytest.raises(NotAllowed, match="起草人"):
        special_reports.submit(report=report, actor=city.actor("supervisor"), at=at(0))
    special_reports.submit(report=report, actor=city.actor("leader"), at=at(0))
    assert report.signed_by == city.users["leader"]


def test_reports_are_numbered_by_kind_and_year_when_they_are_sent(city: World) -> None:
    names = [sent(city).name, sent(city).name, sent(city, kind="digest").name]
    assert names == ["2026年第1期专报", "2026年第2期专报", "2026年第1期摘报"]
    assert sent(city, days=90).name == "2027年第1期专报"


def test_a_report_that_is_handed_in_is_changed_only_after_it_was_sent_back(city: World) -> None:
    report = drafted(city)
    mine = {"report": report, "actor": city.actor("triage_officer"), "at": at(1)}
    cases = [e.suggestion for e in report.evidence.all()]
    special_reports.hand_in(**mine)
    with pytest.raises(DomainError, match="退回"):
        special_reports.revise(cases=cases, **mine, **{**TEXTS, "title": "站台座椅"})
    special_reports.send_back(
        report=report, reason="请补原因", actor=city.actor("supervisor"), at=at(1)
    )
    special_reports.revise(cases=cases, **mine, **{**TEXTS, "title": "站台座椅"})
    report.refresh_from_db()
    assert report.title == "站台座椅"
    event = RecordEvent.objects.get(machine="special", name="special_revise")
    assert event.data["earlier"] == {"title": "公交站台座椅不足"}
    assert list(chain.verify()) == []


def test_somebody_looks_every_thirty_days_what_became_of_a_report(city: World) -> None:
    report = sent(city)
    running = clocks.of_record(report).get(stopped_at=None)
    assert (running.kind, running.due_on) == ("KS", date(2026, 12, 3))
    special_reports.follow(report=report, text="市交通局已排查一半站台。", actor=city.actor("triage_officer"), at=at(20))  # fmt: skip
    assert report.status == "following"
    assert report.due_on == date(2026, 12, 22)
    assert clocks.of_record(report).count() == 2


def test_a_special_report_is_closed_only_after_it_was_followed_and_its_instructions_are_done(city: World) -> None:  # fmt: skip
    report = sent(city)
    judge = {"report": report, "outcome": "标准已改。", "actor": city.actor("supervisor")}
    with pytest.raises(DomainError, match="跟踪"):
        special_reports.close(**judge, at=at(2))
    lead = city.actor("leader")
    order = instructing.give(
        jurisdiction=city.jurisdiction, text="请市交通局抓紧。", report=report, unit=city.bus, audience="unit", actor=lead, at=at(2)
    )  # fmt: skip
    assert report.status == "following"
    special_reports.follow(report=report, text="已排查。", actor=city.actor("supervisor"), at=at(3))
    with pytest.raises(DomainError, match="批示"):
        special_reports.close(**judge, at=at(4))
    instructing.report(
        instruction=order, text="已排完。", actor=city.actor("unit_head:bus"), at=at(5)
    )
    instructing.close(instruction=order, actor=lead, at=at(6))
    special_reports.close(**judge, at=at(7))
    assert report.status == "closed"
    assert not clocks.of_record(report).filter(stopped_at=None).exists()
    with pytest.raises(WrongState):
        special_reports.follow(
            report=report, text="再看。", actor=city.actor("supervisor"), at=at(8)
        )


def test_what_a_report_quotes_goes_with_the_erasure_of_the_suggestion(city: World) -> None:
    item = accepted(city)
    report = sent(city, item)
    item.refresh_from_db()
    withdrawing.withdraw(suggestion=item, reason="不提了", actor=w.Actor.author(), at=at(2))
    item.refresh_from_db()
    erasure.erase(suggestion=item, basis="request", actor=city.actor("privacy_officer"), at=at(3))
    quoted = report.evidence.get()
    assert "长椅" not in quoted.title + quoted.text


def test_the_adoption_rate_of_digests_names_its_own_base(city: World) -> None:
    item = accepted(city)
    sent(city, item, accepted(city, title="水务大厅加一个窗口"), kind="digest")
    accepted(city, title="不在摘报里的一件建议")
    Suggestion.objects.filter(pk=item.pk).update(outcome="adopted")
    figure = reports.digest_adoption(city.jurisdiction, Period(date(2026, 10, 1), date(2026, 12, 31)))  # fmt: skip
    assert (figure.numerator, figure.denominator) == (1, 2)
    assert "不是全部建议的采纳率" in figure.method


@pytest.mark.parametrize(
    ("today", "first"),
    [(date(2026, 11, 24), "2026-q3"), (date(2026, 7, 1), "2026-h1"), (date(2026, 1, 5), "2025-h2"), (date(2026, 6, 30), "2026-q1")],
)  # fmt: skip
def test_a_quarter_is_studied_and_a_half_year_met_about_once_it_is_over(today: date, first: str) -> None:  # fmt: skip
    held = reports.spans(today)
    assert held[0].slug == first
    assert all(s.period.last < today for s in held)
    half = next(s for s in held if "-h" in s.slug)
    assert (half.period.last - half.period.first).days in (180, 181, 183)


def test_the_desk_drafts_signs_prints_and_packs_a_report(city: World) -> None:
    item = accepted(city)
    office, judge = sign_in(city, "triage_officer"), sign_in(city, "supervisor")
    new = reverse("desk:record_new", args=["special-report", "draft"])
    typed = {**TEXTS, "kind": "special", "cases": item.case_no}
    refused = office.post(new, {**typed, "facts": "请打19900001234问。"})
    assert refused.status_code == 422
    assert parsed(refused).select_one("[name=title]")["value"] == TEXTS["title"]
    office.post(new, typed)
    report = SpecialReport.objects.get()
    for client, name in ((office, "hand-in"), (judge, "submit")):
        client.post(reverse("desk:record_act", args=["special-report", report.pk, name]))
    report.refresh_from_db()
    assert report.status == "submitted"
    printed = main_text(judge.get(reverse("desk:special_print", args=[report.pk])))
    assert "站台设计标准没有写座椅" in printed
    assert item.case_no in printed
    assert "林小满" not in printed
    assert "专报摘报" in main_text(judge.get(reverse("desk:item", args=[item.case_no])))
    assert judge.get(reverse("desk:special_pack")).status_code == 200
    for who in ("unit_head:bus", "publisher", "analyst"):
        assert sign_in(city, who).get(reverse("desk:special_print", args=[report.pk])).status_code == 403  # fmt: skip
