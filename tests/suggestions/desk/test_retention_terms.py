"""Terms of keeping are changed by two persons, after a dry run that says what would go (process.md 9.4)."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from suggestions.models import Outbox, RetentionRule, TimeChange
from suggestions.services import retention, retention_rules
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db
GOOD = {"days": "60", "approved_by": "市档案局〔2026〕12号", "basis": "市档案局批复"}


def url(record_class: str) -> str:
    return reverse("desk:retention_term", args=[record_class])


def test_a_shorter_term_is_proposed_by_one_and_holds_only_when_another_confirms(
    city: World,
) -> None:
    admin = sign_in(city, "sys_admin")
    made = admin.post(url("outbox"), GOOD)
    change = TimeChange.objects.get(kind="keep")
    assert made["Location"] == reverse("desk:time_change", args=[change.pk])
    assert retention_rules.current("outbox").days == 30, "nothing holds yet"
    admin.post(made["Location"], {"act": "confirm"})
    change.refresh_from_db()
    assert change.status == "proposed", "not by the same person"
    sign_in(city, "supervisor").post(made["Location"], {"act": "confirm"})
    rule = retention_rules.current("outbox")
    assert (rule.days, rule.version, rule.approved_by) == (60, 2, "市档案局〔2026〕12号")
    assert "第2版：60天" in main_text(admin.get(url("outbox")))


def test_the_dry_run_counts_what_would_go_and_touches_nothing(city: World) -> None:
    for days in (5, 10, 40):
        Outbox.objects.create(
            kind="x",
            payload={},
            key=f"old{days}",
            available_at=timezone.now(),
            done_at=timezone.now() - timedelta(days=days),
        )
    admin = sign_in(city, "sys_admin")
    page = admin.post(url("outbox"), {**GOOD, "days": "7", "preview": "1"})
    text = main_text(page)
    assert "今天到期该清的有1条" in text
    assert "改成7天：今天到期该清的有2条" in text
    assert parsed(page).find("input", {"name": "basis"})["value"] == "市档案局批复"
    assert Outbox.objects.filter(key__startswith="old").count() == 3
    assert not TimeChange.objects.exists()
    assert retention.would_go(record_class="outbox", days=7, now=timezone.now()) == 2


@pytest.mark.parametrize(
    ("record_class", "sent", "said"),
    [
        ("identity_log", {"days": "30"}, "至少保存183天"),
        ("outbox", {"days": "30"}, "没有变动"),
        ("outbox", {"approved_by": ""}, "由哪个部门批准"),
        ("outbox", {"days": "99999999999"}, "36500"),
        ("outbox", {"basis": ""}, "请写依据"),
    ],
)
def test_a_term_against_the_law_or_without_approval_is_refused_in_words(
    city: World, record_class: str, sent: dict[str, str], said: str
) -> None:
    answer = sign_in(city, "sys_admin").post(url(record_class), {**GOOD, **sent})
    assert answer.status_code == 422
    assert said in main_text(answer)
    assert not TimeChange.objects.exists()


def test_a_supervisor_reads_the_terms_and_others_do_not(city: World) -> None:
    page = main_text(sign_in(city, "supervisor").get(reverse("desk:retention")))
    assert "今天到期的" in page
    assert sign_in(city, "supervisor").post(url("outbox"), GOOD).status_code == 403
    assert sign_in(city, "handler:bus").get(reverse("desk:retention")).status_code == 403
    assert sign_in(city, "sys_admin").get(url("nothing")).status_code == 404
    assert RetentionRule.objects.exclude(version=1).count() == 0
