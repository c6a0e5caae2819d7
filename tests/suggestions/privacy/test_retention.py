"""Terms that are over end, a class at a time, by rules that are rows (process.md 9.4)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from suggestions.codes import RecordClass
from suggestions.errors import Invalid
from suggestions.models import (
    Erasure,
    IdentityAccessLog,
    Outbox,
    RetentionRun,
    SubmissionDraft,
    Suggestion,
)
from suggestions.services import chain, identity, intake, retention, retention_rules, takedowns
from tests import world as w
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
YEARS = MONDAY + timedelta(days=3700)


def line(lines: list[retention.Line], record_class: RecordClass) -> retention.Line:
    return next(x for x in lines if x.record_class == record_class)


def closed(city: World) -> Suggestion:
    item = w.submit(city).suggestion
    intake.withdraw(suggestion=item, reason="", at=MONDAY)
    return item


def test_a_closed_case_is_erased_when_its_ten_years_are_over_and_not_a_day_before(
    city: World,
) -> None:
    item = closed(city)
    before = line(retention.run(now=MONDAY + timedelta(days=3649)), RecordClass.CASE)
    assert (before.due, before.done) == (0, 0)
    after = line(retention.run(now=YEARS), RecordClass.CASE)
    assert (after.due, after.done, after.failed) == (1, 1, 0)
    assert Erasure.objects.get().suggestion_id == item.pk
    assert line(retention.run(now=YEARS), RecordClass.CASE).due == 0
    assert list(chain.verify()) == []


def test_a_dry_run_counts_and_touches_nothing(city: World) -> None:
    closed(city)
    lines = retention.run(now=YEARS, dry_run=True)
    assert line(lines, RecordClass.CASE).due == 1
    assert not Erasure.objects.exists()
    assert not RetentionRun.objects.exists()


def test_an_open_case_is_never_ended_by_age(item: Suggestion) -> None:
    assert line(retention.run(now=YEARS), RecordClass.CASE).due == 0
    item.refresh_from_db()
    assert item.original_problem


def test_a_run_deals_with_no_more_than_its_batch_and_the_next_goes_on(city: World) -> None:
    for _n in range(3):
        closed(city)
    assert line(retention.run(now=YEARS, limit=2), RecordClass.CASE).done == 2
    assert line(retention.run(now=YEARS, limit=2), RecordClass.CASE).done == 1
    assert RetentionRun.objects.count() == 2


def test_drafts_sent_notices_and_old_logs_end_at_their_own_terms(city: World) -> None:
    item = w.submit(city).suggestion
    identity.read_contact(
        suggestion=item, reason="核实地点", actor=city.actor("intake_clerk"), at=MONDAY
    )
    draft = SubmissionDraft.objects.create(
        token_hash="a" * 64, jurisdiction=city.jurisdiction, idempotency_key="draft"
    )
    SubmissionDraft.objects.filter(pk=draft.pk).update(updated_at=MONDAY)
    Outbox.objects.update(done_at=MONDAY)
    retention.run(now=MONDAY + timedelta(days=89))
    assert SubmissionDraft.objects.exists()
    assert not Outbox.objects.filter(done_at__isnull=False).exists()
    retention.run(now=MONDAY + timedelta(days=91))
    assert not SubmissionDraft.objects.exists()
    retention.run(now=MONDAY + timedelta(days=1094))
    assert IdentityAccessLog.objects.exists()
    retention.run(now=MONDAY + timedelta(days=1096))
    assert not IdentityAccessLog.objects.exists()


def test_the_telephone_of_a_complainant_goes_ninety_days_after_the_decision(
    city: World, public_item: Suggestion
) -> None:
    complaint = takedowns.complain(
        suggestion=public_item, words="写出了门牌", contact="19900007777", at=MONDAY
    )
    complaint.suggestion = public_item
    takedowns.dismiss(complaint=complaint, reason="没有", actor=city.actor("publisher"), at=MONDAY)
    retention.run(now=MONDAY + timedelta(days=91))
    complaint.refresh_from_db()
    assert (complaint.contact, complaint.words) == ("", "写出了门牌")


def test_a_changed_term_is_a_new_version_that_names_who_approved_it_and_keeps_the_legal_minimum() -> (
    None
):
    with pytest.raises(Invalid):
        retention_rules.change(
            record_class=RecordClass.CASE, days=100, basis="试", approved_by="", at=timezone.now()
        )
    with pytest.raises(Invalid, match="183"):
        retention_rules.change(
            record_class=RecordClass.IDENTITY_LOG, days=30, basis="试", approved_by="市档案馆", at=timezone.now()
        )  # fmt: skip
    made = retention_rules.change(
        record_class=RecordClass.CASE, days=100, basis="市档案馆2026年第3号", approved_by="市档案馆", at=timezone.now()
    )  # fmt: skip
    assert (made.version, retention_rules.current(RecordClass.CASE).days) == (2, 100)


def test_the_command_lists_every_class_and_refuses_to_act_in_the_future() -> None:
    out = StringIO()
    call_command("retention", "--dry-run", stdout=out)
    for label in RecordClass.labels:
        assert str(label) in out.getvalue()
    with pytest.raises(CommandError, match="将来"):
        call_command("retention", "--at", "2099-01-01T00:00+08:00")
    with pytest.raises(CommandError, match="看不懂"):
        call_command("retention", "--at", "后天")
