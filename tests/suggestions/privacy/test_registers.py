"""Impact assessments and the register of data given out (process.md 9.1; PIPL 23, 55, 56; ND 12)."""

import csv
import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from suggestions.codes import AssessmentKind, GrantKind
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import (
    ArchivePackage,
    DataGiven,
    ImpactAssessment,
    RecordEvent,
    Suggestion,
)
from suggestions.services import (
    archiving,
    assessments,
    exports,
    given_out,
    identity,
    lapses,
    named_exports,
    retention,
)
from tests import world as w
from tests.suggestions.desk.cast import main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
AT = MONDAY + timedelta(days=1)
WORDS = {
    "title": "公开发布的影响评估",
    "purpose": "公开遮盖以后的文字",
    "necessity": "职责所需",
    "effect": "可能认出本人",
    "measures": "两人复核",
}
GIVEN = {
    "recipient": "市邮政局",
    "data_kinds": "姓名、地址",
    "purpose": "寄送答复",
    "basis": "本人选择书面答复",
    "way": "密封清单",
}


def write(city: World, kind: str = AssessmentKind.PUBLISH, **changes: Any) -> ImpactAssessment:
    until = changes.pop("valid_until", date(2027, 11, 1))
    return assessments.write(
        jurisdiction=city.jurisdiction, kind=kind, words={**WORDS, **changes}, valid_until=until,
        actor=city.actor("privacy_officer"), at=AT,
    )  # fmt: skip


def signed(city: World, kind: str = AssessmentKind.PUBLISH, **changes: Any) -> ImpactAssessment:
    return assessments.sign(assessment=write(city, kind, **changes), actor=city.actor("leader"), at=AT)  # fmt: skip


def enter(city: World, **changes: Any) -> DataGiven:
    return given_out.enter(
        jurisdiction=city.jurisdiction, words={**GIVEN, **changes}, persons=3, given_on=AT.date(),
        actor=city.actor("privacy_officer"), at=AT,
    )  # fmt: skip


def named_list(city: World, item: Suggestion) -> Any:
    now = timezone.now()
    officer = city.users["privacy_officer"]
    grant = named_exports.ask(
        user=officer, query=f"state=all&q={item.case_no}", reason="寄送获奖通知", at=now
    )
    identity.approve(grant=grant, actor=city.actor("leader"), at=now)
    identity.approve(grant=grant, actor=city.actor("supervisor"), at=now)
    job = exports.ask(user=officer, query="", format="csv", grant_id=grant.pk, at=now)
    return exports.write(job, at=now)


@pytest.mark.parametrize("part", list(WORDS))
def test_an_assessment_says_each_part_that_the_law_names(city: World, part: str) -> None:
    with pytest.raises(Invalid) as refused:
        write(city, **{part: " "})
    assert list(refused.value.errors) == [part]


def test_an_assessment_counts_from_its_signature_to_the_end_of_its_day(city: World) -> None:
    made = write(city, valid_until=AT.date() + timedelta(days=10))
    assert assessments.valid(city.jurisdiction, "publish", at=AT) is None
    assessments.sign(assessment=made, actor=city.actor("leader"), at=AT)
    assert assessments.valid(city.jurisdiction, "publish", at=AT + timedelta(days=10)) == made
    assert assessments.valid(city.jurisdiction, "publish", at=AT + timedelta(days=11)) is None
    assert lapses.run(now=AT + timedelta(days=10))["assessments"] == 0
    assert lapses.run(now=AT + timedelta(days=12))["assessments"] == 1
    made.refresh_from_db()
    assert made.status == "expired"
    ended = RecordEvent.objects.get(name="assessment_expire")
    assert ended.at == (AT + timedelta(days=11)).replace(hour=0)


def test_nobody_signs_the_assessment_that_they_wrote(city: World) -> None:
    made = write(city)
    own = city.actor("privacy_officer")
    with pytest.raises(NotAllowed):
        assessments.sign(assessment=made, actor=own, at=AT)
    with pytest.raises(IntegrityError), transaction.atomic():
        ImpactAssessment.objects.filter(pk=made.pk).update(signed_by=made.written_by)


def test_an_assessment_runs_for_three_years_at_most(city: World) -> None:
    with pytest.raises(Invalid):
        write(city, valid_until=date(2030, 1, 1))
    with pytest.raises(Invalid):
        write(city, valid_until=AT.date())


def test_an_act_that_must_be_assessed_waits_for_a_signed_assessment(
    city: World, settings: Any
) -> None:
    settings.ASSESSMENTS_REQUIRED = ["publish"]
    with pytest.raises(DomainError, match="影响评估"):
        w.answered(city)
    assert not Suggestion.objects.filter(publication="published").exists()


def test_with_a_signed_assessment_publication_goes_its_way(city: World, settings: Any) -> None:
    settings.ASSESSMENTS_REQUIRED = ["publish"]
    signed(city)
    found, _receipt = w.answered(city)
    found.refresh_from_db()
    assert found.published_at is not None


def test_giving_out_and_minors_wait_too_where_the_site_says_so(
    city: World, item: Suggestion, settings: Any
) -> None:
    settings.ASSESSMENTS_REQUIRED = ["give_out", "minors"]
    with pytest.raises(DomainError, match="影响评估"):
        enter(city)
    with pytest.raises(DomainError, match="影响评估"):
        named_exports.ask(
            user=city.users["privacy_officer"],
            query="state=all",
            reason="寄送获奖通知",
            at=timezone.now(),
        )
    grant = identity.ask(
        kind=GrantKind.MINOR, suggestion=item, reason="核对是哪所学校", actor=city.actor("triage_officer"), at=AT
    )  # fmt: skip
    with pytest.raises(DomainError, match="影响评估"):
        identity.approve(grant=grant, actor=city.actor("leader"), at=AT)
    held = signed(city, AssessmentKind.GIVE_OUT)
    assert enter(city).assessment == held


def test_without_the_switch_nothing_waits(city: World) -> None:
    assert enter(city).assessment is None


def test_a_fetched_list_with_names_writes_its_row_once(
    city: World, public_item: Suggestion
) -> None:
    job = named_list(city, public_item)
    for _time in range(2):
        exports.fetch(job=job, actor=city.actor("privacy_officer"), at=timezone.now()).close()
    row = DataGiven.objects.get()
    assert (row.status, row.source, row.persons) == ("pending", f"export:{job.pk}", 1)
    assert row.purpose == "寄送获奖通知"
    assert "手机号" in row.data_kinds
    assert row.given_by == city.users["privacy_officer"]


def test_a_list_without_names_writes_no_row(city: World, item: Suggestion) -> None:
    job = exports.ask(user=city.users["triage_officer"], query="", format="csv", at=AT)
    exports.write(job, at=AT)
    exports.fetch(job=job, actor=city.actor("triage_officer"), at=AT).close()
    assert not DataGiven.objects.exists()


def test_each_opening_of_an_archive_package_writes_a_row(
    city: World, public_item: Suggestion
) -> None:
    content = archiving.build(public_item)
    package = _kept(public_item, content)
    for _time in range(2):
        archiving.open_package(
            package=package, reason="档案年检", actor=city.actor("privacy_officer"), at=timezone.now()
        )  # fmt: skip
    assert DataGiven.objects.filter(status="pending", purpose="档案年检").count() == 2


def _kept(item: Suggestion, content: bytes) -> ArchivePackage:
    import hashlib

    from django.core.files.base import ContentFile
    from django.core.files.storage import storages

    from suggestions import crypto

    name = storages[archiving.STORAGE].save(
        "archive/test.zip.enc", ContentFile(crypto.encrypt_bytes(content))
    )
    return ArchivePackage.objects.create(
        suggestion=item, storage_name=name, sha256=hashlib.sha256(content).hexdigest(), size=len(content), made_at=AT
    )  # fmt: skip


def test_both_registers_outlive_every_term_of_retention(city: World) -> None:
    signed(city)
    enter(city)
    retention.run(now=AT + timedelta(days=3650 * 3))
    assert ImpactAssessment.objects.count() == DataGiven.objects.count() == 1


def test_the_officer_writes_an_assessment_and_a_leader_signs_it_at_the_desk(city: World) -> None:
    officer, leader = sign_in(city, "privacy_officer"), sign_in(city, "leader")
    new = reverse("desk:assessment_new")
    until = (timezone.now() + timedelta(days=300)).date().isoformat()
    sent = {"kind": "publish", **WORDS, "valid_until": until}
    lacking = officer.post(new, {**sent, "effect": ""})
    assert lacking.status_code == 422
    assert "公开遮盖以后的文字" in lacking.content.decode()
    assert "公开发布建议和答复" in main_text(
        officer.get(reverse("desk:privacy_shelf", args=["assessments"]))
    )
    made = officer.post(new, sent)
    page = made["Location"]
    assert officer.post(page, {"act": "assessment_sign"}).status_code == 403
    assert leader.get(new).status_code == 403
    assert leader.post(page, {"act": "assessment_sign"}).status_code == 302
    held = ImpactAssessment.objects.get()
    assert (held.status, held.signed_by) == ("signed", city.users["leader"])


def test_what_was_sent_back_is_written_anew_from_its_words(city: World) -> None:
    made = write(city)
    assessments.send_back(assessment=made, reason="影响写得太短", actor=city.actor("leader"), at=AT)
    officer = sign_in(city, "privacy_officer")
    page = officer.get(reverse("desk:privacy_record", args=["assessments", made.pk]))
    link = parsed(page).find("a", href=lambda h: bool(h and "from=" in h))
    assert link is not None
    assert WORDS["effect"] in officer.get(str(link["href"])).content.decode()


def test_the_officer_says_to_whom_it_went(city: World, public_item: Suggestion) -> None:
    job = named_list(city, public_item)
    exports.fetch(job=job, actor=city.actor("privacy_officer"), at=timezone.now()).close()
    row = DataGiven.objects.get()
    officer = sign_in(city, "privacy_officer")
    page = reverse("desk:privacy_record", args=["given", row.pk])
    assert officer.post(page, {"act": "given_settle", "words": " "}).status_code == 422
    assert officer.post(page, {"act": "given_settle", "words": "市总工会"}).status_code == 302
    row.refresh_from_db()
    assert (row.status, row.recipient) == ("recorded", "市总工会")


def test_what_was_given_by_letter_is_entered_by_hand(city: World) -> None:
    officer = sign_in(city, "privacy_officer")
    tomorrow = (timezone.now() + timedelta(days=2)).date().isoformat()
    sent = {**GIVEN, "persons": 4, "given_on": tomorrow}
    refused = officer.post(reverse("desk:given_new"), sent)
    assert refused.status_code == 422
    assert "市邮政局" in refused.content.decode()
    done = officer.post(reverse("desk:given_new"), {**sent, "given_on": "2026-01-05"})
    assert done.status_code == 302
    assert DataGiven.objects.get().persons == 4


@pytest.mark.parametrize("slug", ["assessments", "given"])
def test_the_inspector_is_handed_the_whole_register_as_a_file(city: World, slug: str) -> None:
    signed(city, title="=1+1的评估")
    enter(city, recipient="=SUM(A1)")
    address = reverse("desk:register_file", args=[slug])
    answer = sign_in(city, "privacy_officer").get(address)
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert len(rows) == 2
    assert len(rows[0]) == len(rows[1])
    assert not any(cell.startswith("=") for cell in rows[1])
    for who in ("supervisor", "triage_officer", "handler:bus", "sys_admin"):
        assert sign_in(city, who).get(address).status_code in (403, 404)
