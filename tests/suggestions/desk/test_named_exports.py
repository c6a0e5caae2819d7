"""A list with names: the privacy officer alone, by leave of two others, for that list and that time; every reading is logged."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from suggestions.codes import GrantKind
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    CaseEvent,
    ExportJob,
    IdentityAccessLog,
    IdentityGrant,
    RecordEvent,
    Suggestion,
)
from suggestions.services import chain, exports, identity, named_exports
from suggestions.services.minors import GuardianFacts
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.suggestions.desk.test_exports import rows_of
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
WHY = "寄送获奖通知"
SOON = MONDAY + timedelta(hours=1)


def given(city: World, query: str = "state=all", at: Any = MONDAY) -> IdentityGrant:
    grant = named_exports.ask(user=city.users["privacy_officer"], query=query, reason=WHY, at=at)
    for who in ("leader", "supervisor"):
        identity.approve(grant=grant, actor=city.actor(who), at=at)
    return grant


def written(city: World, grant: IdentityGrant) -> ExportJob:
    job = exports.ask(
        user=city.users["privacy_officer"], query="", format="csv", grant_id=grant.pk, at=SOON
    )
    exports.write(job, at=SOON)
    job.refresh_from_db()
    return job


def test_two_others_give_leave_and_the_file_names_each_author_of_that_list_alone(
    city: World,
) -> None:
    item = w.submit(city).suggestion
    other = w.accept(city, w.submit(city, name="杜春生").suggestion, at=MONDAY)
    job = written(city, given(city, "state=registered"))
    head, *rows = rows_of(job)
    assert head[-4:] == ["姓名或单位", "手机号", "邮箱", "通信地址"]
    assert [(r[0], r[-4], r[-3]) for r in rows] == [(item.case_no, "林小满", "19900001234")]
    assert other.case_no not in str(rows)
    assert (job.total, job.jurisdiction) == (1, city.jurisdiction)


def test_each_name_that_is_written_stands_in_the_log_in_the_items_events_and_on_the_authors_page(
    city: World,
) -> None:
    item = w.submit(city).suggestion
    grant = given(city)
    job = written(city, grant)
    log = IdentityAccessLog.objects.get()
    assert (log.suggestion, log.user, log.reason) == (item, city.users["privacy_officer"], WHY)
    assert (log.grant, log.fields) == (grant, ["name", "phone"])
    event = CaseEvent.objects.get(name="contact_read")
    assert (event.suggestion, event.reason, event.data["export"]) == (item, WHY, job.pk)
    assert identity.reads_for_author(item)[0][1] == WHY
    used = RecordEvent.objects.get(name="identity_export")
    assert (used.machine, used.record_id, used.data) == ("identity", grant.pk, {"export": job.pk})
    asked = RecordEvent.objects.get(name="export_ask")
    assert (asked.reason, asked.data["grant"]) == (WHY, grant.pk)
    assert list(chain.verify()) == []


def test_without_both_approvals_or_by_somebody_else_or_too_late_nothing_is_asked_for(
    city: World,
) -> None:
    w.submit(city)
    user = city.users["privacy_officer"]
    grant = named_exports.ask(user=user, query="state=all", reason=WHY, at=MONDAY)
    facts: dict[str, Any] = {"query": "", "format": "csv", "grant_id": grant.pk}
    identity.approve(grant=grant, actor=city.actor("leader"), at=MONDAY)
    with pytest.raises(NotAllowed):
        exports.ask(user=user, at=SOON, **facts)
    with pytest.raises(NotAllowed):
        identity.approve(grant=grant, actor=city.actor("leader"), at=MONDAY)
    identity.approve(grant=grant, actor=city.actor("supervisor"), at=MONDAY)
    for who in ("leader", "triage_officer", "analyst"):
        with pytest.raises(NotAllowed):
            exports.ask(user=city.users[who], at=SOON, **facts)
    with pytest.raises(NotAllowed):
        exports.ask(user=user, at=MONDAY + timedelta(hours=24), **facts)
    with pytest.raises(DomainError):
        exports.ask(user=user, query="state=all", format="csv", at=SOON)
    assert not ExportJob.objects.exists()


def test_a_leave_that_ended_before_the_worker_came_leaves_no_file_and_no_reading(
    city: World,
) -> None:
    w.submit(city)
    grant = given(city)
    user = city.users["privacy_officer"]
    job = exports.ask(user=user, query="", format="csv", grant_id=grant.pk, at=SOON)
    exports.write(job, at=MONDAY + timedelta(days=2))
    job.refresh_from_db()
    assert (job.status, job.storage_name) == ("failed", "")
    assert not IdentityAccessLog.objects.exists()


def test_the_file_goes_when_the_leave_ends_and_can_be_fetched_no_longer(city: World) -> None:
    w.submit(city)
    grant = given(city)
    job = written(city, grant)
    officer = city.actor("privacy_officer")
    with exports.fetch(job=job, actor=officer, at=SOON) as file:
        assert "林小满" in file.read().decode("utf-8-sig")
    end = MONDAY + timedelta(hours=24)
    with pytest.raises(NotAllowed):
        exports.fetch(job=job, actor=officer, at=end)
    name = job.storage_name
    assert exports.forget(now=end - timedelta(minutes=1)) == 0
    assert exports.forget(now=end + timedelta(hours=5)) == 1
    assert not storages["attachments"].exists(name)
    assert RecordEvent.objects.get(name="export_leave_over").at == end


def test_reporters_of_misconduct_are_in_no_such_list_and_minors_without_a_name(
    city: World,
) -> None:
    child = w.submit(
        city, name="葛小禾", phone="19900005555", age_band="under_14",
        guardian=GuardianFacts("葛建国", "19900007777", "爸爸", True),
    ).suggestion  # fmt: skip
    report = w.submit(city, name="杜春生", phone="19900006666").suggestion
    Suggestion.objects.filter(pk=report.pk).update(category="report_misconduct")
    rows = rows_of(written(city, given(city)))
    assert [r[0] for r in rows[1:]] == [child.case_no]
    assert set(rows[1][-4:]) == {named_exports.MINOR}
    assert not any(s in str(rows) for s in ("葛小禾", "19900005555", "葛建国", "杜春生"))
    assert not IdentityAccessLog.objects.exists()


def test_an_empty_list_and_one_that_is_too_long_are_not_asked_for(
    city: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = city.users["privacy_officer"]
    with pytest.raises(Invalid, match="没有件"):
        named_exports.ask(user=user, query="state=all", reason=WHY, at=MONDAY)
    for _ in range(2):
        w.submit(city)
    monkeypatch.setattr(named_exports, "ROWS_MAX", 1)
    with pytest.raises(Invalid, match="缩小范围"):
        named_exports.ask(user=user, query="state=all", reason=WHY, at=MONDAY)
    with pytest.raises(Invalid):
        named_exports.ask(user=user, query="state=closed", reason="", at=MONDAY)


def test_at_the_desk_the_officer_asks_two_others_decide_and_the_file_comes(
    city: World, django_capture_on_commit_callbacks: Any
) -> None:
    w.submit(city, at=timezone.now())
    officer, page = sign_in(city, "privacy_officer"), reverse("desk:exports")
    assert "带姓名和联系方式的名单" in main_text(officer.get(page))
    leave = reverse("desk:export_leave")
    bad = officer.post(leave, {"state": "registered", "reason": ""})
    assert bad.status_code == 422
    assert "请写明理由" in main_text(bad)
    empty = officer.post(leave, {"state": "closed", "reason": WHY})
    assert empty.status_code == 422
    assert WHY in main_text(empty)
    assert officer.post(leave, {"state": "registered", "reason": WHY}).status_code == 302
    grant = IdentityGrant.objects.get(kind=GrantKind.EXPORT)
    record = reverse("desk:privacy_record", args=["grants", grant.pk])
    for who in ("leader", "supervisor"):
        boss = sign_in(city, who)
        text = main_text(boss.get(record))
        assert WHY in text
        assert "已登记" in text
        assert boss.post(record, {"act": "identity_grant"}).status_code == 302
    shown = parsed(officer.get(page))
    assert shown.select_one(f"input[name=grant][value='{grant.pk}']") is not None
    done = officer.post(page, {"grant": grant.pk, "format": "csv"})
    job = ExportJob.objects.get()
    assert done.headers["Location"] == reverse("desk:export", args=[job.pk])
    exports.write(job, at=timezone.now())
    ready = main_text(officer.get(reverse("desk:export", args=[job.pk])))
    assert "写了建议人的姓名和联系方式" in ready
    sent = officer.post(reverse("desk:export_file", args=[job.pk]))
    assert "林小满" in b"".join(sent).decode("utf-8-sig")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "who", ["triage_officer", "leader", "supervisor", "handler:bus", "analyst"]
)
def test_nobody_else_is_offered_names_or_may_ask_for_them(city: World, who: str) -> None:
    w.submit(city)
    client = sign_in(city, who)
    answer = client.post(reverse("desk:export_leave"), {"state": "registered", "reason": WHY})
    assert answer.status_code == 403
    assert "带姓名和联系方式的名单" not in main_text(client.get(reverse("desk:exports")))
    assert not IdentityGrant.objects.exists()


def test_a_forged_leave_at_the_form_is_refused_in_words(city: World) -> None:
    w.submit(city)
    grant = given(city, at=timezone.now())
    for who in ("triage_officer", "privacy_officer"):
        number = grant.pk if who == "triage_officer" else grant.pk + 7
        refused = sign_in(city, who).post(
            reverse("desk:exports"), {"grant": number, "format": "csv", "state": "all"}
        )
        assert refused.status_code == 422
        assert "带" in main_text(refused)
    assert Client().post(reverse("desk:export_leave")).status_code in (302, 403)
    assert not ExportJob.objects.exists()
