"""Refusals and reports of misconduct need a second person (process.md T6, T7; mistake 20)."""

from datetime import timedelta

import pytest
from django.http import Http404

from suggestions import access
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import CaseEvent, Outbox, PendingDecision, RedirectTarget, Suggestion
from suggestions.services import deciding, intake, lapses, redirected, retention_rules, triage
from suggestions.states import Case
from tests.suggestions.pipeline.steps import DAY, HOUR, City, clock, due, registered
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
AT = MONDAY + HOUR


@pytest.fixture
def discipline() -> RedirectTarget:
    return RedirectTarget.objects.create(
        code="jiwei", name="测试市纪委监委", categories=["report_misconduct"], legal_basis="《信访工作条例》第三十条"
    )  # fmt: skip


def refuse(city: City, item: Suggestion) -> PendingDecision:
    held = deciding.refuse(
        suggestion=item, reason="advertising", words="", actor=city.actor("triage_officer"), at=AT
    )
    assert held is not None
    return held


def told(item: Suggestion) -> set[str]:
    rows = Outbox.objects.filter(kind="author_notice", payload__suggestion=item.pk)
    return {row.payload["code"] for row in rows}


def test_a_refusal_waits_for_a_second_officer_and_the_author_hears_nothing_until_then(
    city: City,
) -> None:
    item = registered(city)
    decision = refuse(city, item)
    item.refresh_from_db()
    assert item.status == Case.REGISTERED
    assert "author.refused" not in told(item)
    deciding.confirm(decision=decision, actor=city.actor("triage_officer_2"), at=AT + HOUR)
    item.refresh_from_db()
    assert (item.status, item.not_accepted_reason) == ("not_accepted", "advertising")
    assert "author.refused" in told(item)


def test_the_clock_of_registration_runs_on_while_a_decision_waits(city: City) -> None:
    item = registered(city)
    before = due(item, "K2")
    refuse(city, item)
    assert clock(item, "K2").paused_on is None
    assert due(item, "K2") == before


def test_the_officer_who_proposed_cannot_confirm(city: City) -> None:
    decision = refuse(city, registered(city))
    with pytest.raises(NotAllowed, match="另一位"):
        deciding.confirm(decision=decision, actor=city.actor("triage_officer"), at=AT)


def test_a_decision_sent_back_with_a_reason_leaves_the_item_to_be_decided_anew(city: City) -> None:
    item = registered(city)
    decision = refuse(city, item)
    second = city.actor("triage_officer_2")
    with pytest.raises(Invalid):
        deciding.send_back(decision=decision, reason=" ", actor=second, at=AT)
    deciding.send_back(decision=decision, reason="内容不是广告。", actor=second, at=AT)
    assert deciding.pending(item) is None
    triage.accept(suggestion=item, topic=city.topic, actor=second, at=AT + HOUR)
    assert item.status == Case.ACCEPTED


def test_nothing_else_is_decided_while_a_decision_waits(city: City) -> None:
    item = registered(city)
    refuse(city, item)
    with pytest.raises(DomainError, match="第二人复核"):
        triage.accept(
            suggestion=item, topic=city.topic, actor=city.actor("triage_officer_2"), at=AT
        )
    with pytest.raises(DomainError, match="第二人复核"):
        refuse(city, item)


def test_a_site_may_let_one_officer_refuse_but_never_one_alone_handle_a_misconduct_report(
    city: City, discipline: RedirectTarget
) -> None:
    city.jurisdiction.refusal_second_look = False
    city.jurisdiction.save()
    item = registered(city)
    item.jurisdiction.refresh_from_db()
    officer = city.actor("triage_officer")
    assert deciding.refuse(suggestion=item, reason="advertising", words="", actor=officer, at=AT) is None  # fmt: skip
    assert item.status == Case.NOT_ACCEPTED
    report = registered(city, title="反映一位工作人员收钱")
    report.jurisdiction.refresh_from_db()
    held = deciding.redirect(
        suggestion=report, category="report_misconduct", target=discipline, words="", actor=officer, at=AT
    )  # fmt: skip
    assert held is not None
    assert report.status == Case.REGISTERED


@pytest.mark.parametrize("who", ["supervisor", "leader", "intake_clerk", "publisher"])
def test_a_proposed_misconduct_report_is_seen_by_nobody_but_those_who_decide(
    city: City, discipline: RedirectTarget, who: str
) -> None:
    item = registered(city)
    assert access.load(city.users[who], item.case_no) == item
    deciding.redirect(
        suggestion=item, category="report_misconduct", target=discipline, words="",
        actor=city.actor("triage_officer"), at=AT,
    )  # fmt: skip
    with pytest.raises(Http404):
        access.load(city.users[who], item.case_no)
    assert access.load(city.users["triage_officer_2"], item.case_no) == item


def test_a_misconduct_proposal_sent_back_opens_the_item_again(
    city: City, discipline: RedirectTarget
) -> None:
    item = registered(city)
    held = deciding.redirect(
        suggestion=item, category="report_misconduct", target=discipline, words="",
        actor=city.actor("triage_officer"), at=AT,
    )  # fmt: skip
    assert held is not None
    deciding.send_back(
        decision=held, reason="没有指名道姓。", actor=city.actor("triage_officer_2"), at=AT
    )
    assert access.load(city.users["supervisor"], item.case_no).category == "suggestion"


def test_a_proposal_about_an_item_its_author_withdrew_ends_by_itself(city: City) -> None:
    item = registered(city)
    decision = refuse(city, item)
    intake.withdraw(suggestion=item, reason="不提了", at=AT + HOUR)
    assert deciding.drop_overtaken(now=AT + DAY) == 1
    assert deciding.drop_overtaken(now=AT + DAY) == 0
    decision.refresh_from_db()
    assert decision.status == "dropped"
    assert CaseEvent.objects.get(suggestion=item, name="decision_lapsed").at == AT + DAY


def test_the_text_of_a_redirected_item_is_gone_after_ninety_days_and_the_chain_still_holds(
    city: City,
) -> None:
    item = registered(city)
    deciding.redirect(
        suggestion=item, category="appeal_claim", target=city.target, words="", actor=city.actor("triage_officer"), at=AT
    )  # fmt: skip
    words = item.original_problem
    assert redirected.delete_texts(now=AT + timedelta(days=89)) == 0
    retention_rules.change(
        record_class="redirected", days=100, basis="市档案局批复", approved_by="市档案局", at=AT
    )
    assert redirected.delete_texts(now=AT + timedelta(days=91)) == 0, "the term is a rule"
    retention_rules.change(
        record_class="redirected", days=90, basis="市档案局批复", approved_by="市档案局", at=AT
    )
    assert redirected.delete_texts(now=AT + timedelta(days=91)) == 1
    assert redirected.delete_texts(now=AT + timedelta(days=92)) == 0
    item.refresh_from_db()
    assert (item.original_problem, item.original_proposal, item.original_place) == ("", "", "")
    assert (item.category, item.redirect_target) == ("appeal_claim", city.target)
    kept = CaseEvent.objects.filter(suggestion=item)
    assert not any(words in f"{e.words}{e.reason}{e.data}" for e in kept)
    assert all(e.hash == e.compute_hash() for e in kept)


def test_the_sweep_that_ends_stale_proposals_and_deletes_texts_is_in_the_register() -> None:
    assert {
        "suggestions.services.deciding.drop_overtaken",
        "suggestions.services.redirected.delete_texts",
    } <= set(lapses.SWEEPS.values())


def test_only_staff_propose(city: City) -> None:
    with pytest.raises(DomainError):
        deciding.refuse(
            suggestion=registered(city), reason="advertising", words="", actor=Actor.author(), at=AT
        )
