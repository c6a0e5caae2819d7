"""T17 reopen, T18 withdraw, T19 archive; and proof that an answer reached its authors."""

import hashlib
import io
import json
import zipfile
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.files.storage import storages
from django.core.management import CommandError, call_command

from suggestions import crypto, outbox
from suggestions.actor import Actor
from suggestions.errors import DomainError, Invalid, NotAllowed, WrongState
from suggestions.models import (
    ArchivePackage,
    Author,
    CaseEvent,
    DeliveryProof,
    Suggestion,
    SupervisionOrder,
)
from suggestions.selectors import promises
from suggestions.services import (
    archiving,
    assignment,
    chain,
    delivering,
    evaluating,
    reopening,
    replying,
    triage,
    withdrawing,
)
from suggestions.services.attachments import STORAGE
from suggestions.states.supervision import Supervision
from tests import world as w
from tests.world import BODY, MONDAY, World


def day(n: int) -> datetime:
    return MONDAY + timedelta(days=n)


@pytest.fixture
def files(settings: Any, tmp_path: Path) -> Path:
    """Private files of this test alone."""
    kept = {**settings.STORAGES[STORAGE], "OPTIONS": {"location": str(tmp_path), "base_url": None}}
    settings.STORAGES = {**settings.STORAGES, STORAGE: kept}
    storages._storages.clear()
    return tmp_path


# Reopening


def test_a_supervisor_reopens_on_a_ground_with_a_new_clock_and_the_old_answer_stays(
    city: World,
) -> None:
    item, _ = w.answered(city)
    w.rate(item, at=day(11))
    for who in ("triage_officer", "unit_head:bus", "handler:bus"):
        with pytest.raises(NotAllowed):
            reopening.reopen(
                suggestion=item, ground="false_reply", reason="没有装", actor=city.actor(who), at=day(30)
            )  # fmt: skip
    supervisor = city.actor("supervisor")
    with pytest.raises(Invalid) as caught:
        reopening.reopen(
            suggestion=item, ground="missed_promise", reason=" ", actor=supervisor, at=day(30)
        )
    assert set(caught.value.errors) == {"ground", "reason"}
    reopening.reopen(
        suggestion=item, ground="false_reply", reason="现场没有长椅", actor=supervisor, at=day(30)
    )
    assert (item.status, item.due_kind, item.closed_at) == ("reopened", "K7a", None)
    assert item.public_group == "in_progress"
    with pytest.raises(WrongState):
        replying.save_draft(suggestion=item, actor=city.actor("handler:bus"), at=day(31), body=BODY)
    with pytest.raises(NotAllowed):
        reopening.take_up(suggestion=item, actor=city.actor("liaison:water"), at=day(31))
    reopening.take_up(suggestion=item, actor=city.actor("liaison:bus"), at=day(31))
    with pytest.raises(Invalid, match="和上一次一样"):
        w.signed_reply(city, item, at=day(32))
    reply = w.signed_reply(
        city, item, at=day(33), body=BODY + "查明上次写错了站名，长椅今天已经补装。"
    )
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(34))
    assert (item.status, item.evaluation_state) == ("answered", "invited")
    assert list(item.replies.values_list("number", "state")) == [(1, "approved"), (2, "approved")]
    assert list(chain.verify()) == []


# Withdrawal


def test_an_author_alone_takes_the_whole_item_back(city: World) -> None:
    item, _ = w.answered(city)
    withdrawing.withdraw(suggestion=item, reason="已解决", actor=Actor.author(), at=day(11))
    assert (item.status, item.publication) == ("withdrawn", "removed")


def test_where_others_joined_the_case_goes_on_without_its_author(city: World) -> None:
    primary = w.submit(city, name_display="surname").suggestion
    w.accept(city, primary, at=day(1))
    w.dispatch(city, primary, at=day(1))
    w.sign_in(city, primary, at=day(2))
    other = w.submit(city, at=day(2), phone="19900005678").suggestion
    triage.merge(
        suggestion=other, primary=primary, why="同一站台", actor=city.actor("triage_officer"), at=day(3)
    )  # fmt: skip
    assert withdrawing.others_joined(primary)
    withdrawing.withdraw(suggestion=primary, reason="搬家了", actor=Actor.author(), at=day(4))
    assert primary.status == "handling"
    author = Author.objects.get(suggestion=primary)
    assert (author.name, author.phone, author.phone_hash, author.contact_channel) == (
        "", "", "", "none",
    )  # fmt: skip
    assert primary.name_display == "anonymous"
    with pytest.raises(WrongState, match="已经退出"):
        withdrawing.withdraw(suggestion=primary, reason="", actor=Actor.author(), at=day(5))
    reply = w.signed_reply(city, primary, at=day(9))
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(10))
    other.refresh_from_db()
    assert primary.evaluation_state == "not_invited", "who left is not asked to rate"
    assert other.evaluation_state == "invited"


def test_a_merged_author_who_withdraws_takes_back_only_their_own_item(city: World) -> None:
    primary = w.submit(city).suggestion
    w.accept(city, primary, at=day(1))
    other = w.submit(city, at=day(1), phone="19900005678").suggestion
    triage.merge(
        suggestion=other, primary=primary, why="同一站台", actor=city.actor("triage_officer"), at=day(2)
    )  # fmt: skip
    withdrawing.withdraw(suggestion=other, reason="", actor=Actor.author(), at=day(3))
    primary.refresh_from_db()
    assert (other.status, primary.status) == ("withdrawn", "accepted")
    assert not withdrawing.others_joined(primary)


def test_an_agent_withdraws_only_on_a_code_the_author_gave(city: World) -> None:
    item = w.submit(city).suggestion
    with pytest.raises(NotAllowed, match="本人同意"):
        withdrawing.withdraw(suggestion=item, reason="", actor=city.actor("agent_l1"), at=day(1))
    assert item.status == "registered"


# Archiving


@pytest.fixture
def closed(city: World, files: Path) -> Suggestion:
    item, _ = w.answered(city)
    w.rate(item, at=day(11))
    return item


def test_a_closed_case_is_archived_ninety_days_later_with_the_hash_of_its_package_in_its_chain(
    closed: Suggestion,
) -> None:
    assert archiving.sweep(now=day(11 + 90)) == 0
    assert archiving.sweep(now=day(11 + 91)) == 1
    assert archiving.sweep(now=day(11 + 92)) == 0
    closed.refresh_from_db()
    assert (closed.status, closed.public_group) == ("archived", "done")
    package = ArchivePackage.objects.get()
    content = archiving.read(package)
    event = CaseEvent.objects.get(name="archive")
    assert event.data["sha256"] == hashlib.sha256(content).hexdigest() == package.sha256
    assert event.at.astimezone(MONDAY.tzinfo).date() == day(11 + 91).date()
    assert list(chain.verify()) == []


def test_the_package_is_the_same_bytes_each_time_and_holds_no_contact_data(
    closed: Suggestion,
) -> None:
    first, second = archiving.build(closed), archiving.build(closed)
    assert first == second
    assert b"19900001234" not in first
    assert "林小满".encode() not in first
    with zipfile.ZipFile(io.BytesIO(first)) as held:
        manifest = json.loads(held.read("manifest.json"))
        assert set(manifest["sha256"]) == set(held.namelist()) - {"manifest.json"}
        for name, digest in manifest["sha256"].items():
            assert hashlib.sha256(held.read(name)).hexdigest() == digest
        assert [e["name"] for e in json.loads(held.read("events.json"))][:2] == [
            "submit",
            "register",
        ]
        assert json.loads(held.read("replies.json"))[0]["body"] == BODY


def test_an_open_promise_keeps_a_case_out_of_the_archive(city: World, files: Path) -> None:
    item = w.submit(city).suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1))
    w.sign_in(city, item, at=day(2))
    reply = w.signed_reply(
        city,
        item,
        at=day(9),
        outcome="planned",
        committed_by=(day(400)).date(),
        commitment="装椅子",
    )
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(10))
    w.publish(city, item, at=day(10))
    w.rate(item, at=day(11))
    assert archiving.sweep(now=day(120)) == 0
    with pytest.raises(DomainError, match="不能归档"):
        archiving.archive(suggestion=item, at=day(120))


def test_an_open_supervision_order_keeps_a_case_out_of_the_archive(
    city: World, closed: Suggestion
) -> None:
    order = SupervisionOrder(
        jurisdiction=city.jurisdiction, unit=city.bus, suggestion=closed, rule="other", level=1
    )  # fmt: skip
    order.status = Supervision.ISSUED
    order.save()
    assert archiving.held_open(closed)
    assert archiving.sweep(now=day(120)) == 0
    SupervisionOrder.objects.update(status=Supervision.CLOSED)
    assert not archiving.held_open(closed)
    assert archiving.sweep(now=day(121)) == 1


def test_a_package_that_was_changed_on_disk_is_not_handed_out(closed: Suggestion) -> None:
    package = archiving.archive(suggestion=closed, at=day(120))
    path = Path(storages[STORAGE].path(package.storage_name))
    path.chmod(0o600)
    path.write_bytes(path.read_bytes()[:-9] + b"x" * 9)
    with pytest.raises(DomainError, match="解不开"):
        archiving.read(package)
    path.write_bytes(crypto.encrypt_bytes(b"another package"))
    with pytest.raises(DomainError, match="不一致"):
        archiving.read(package)


def test_a_package_lies_encrypted_and_the_hash_of_the_chain_is_that_of_what_is_inside(
    closed: Suggestion, settings: Any
) -> None:
    package = archiving.archive(suggestion=closed, at=day(120))
    with storages[STORAGE].open(package.storage_name) as file:
        stored = file.read()
    assert b"PK" not in stored[:4]
    assert closed.case_no not in package.storage_name
    for words in (closed.original_title, BODY[:12], closed.case_no):
        assert words.encode() not in stored
    assert hashlib.sha256(archiving.read(package)).hexdigest() == package.sha256
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    assert archiving.renew_keys() == (1, 0)
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    package.refresh_from_db()
    assert hashlib.sha256(archiving.read(package)).hexdigest() == package.sha256
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert archiving.renew_keys() == (0, 1)


def test_the_command_checks_and_writes_a_package_and_says_plainly_what_is_wrong(
    closed: Suggestion, tmp_path: Path, capsys: Any
) -> None:
    call_command("archive_package", closed.case_no)
    assert "还没有归档" in capsys.readouterr().out
    package = archiving.archive(suggestion=closed, at=day(120))
    out = tmp_path / "one.zip"
    with pytest.raises(CommandError, match="理由"):
        call_command("archive_package", closed.case_no, out=out)
    assert not out.exists()
    call_command("archive_package", closed.case_no, out=out, reason="移交市档案馆")
    assert closed.events.get(name="archive_opened").reason == "移交市档案馆"
    assert package.sha256 in capsys.readouterr().out
    assert hashlib.sha256(out.read_bytes()).hexdigest() == package.sha256
    with pytest.raises(CommandError, match="没有编号"):
        call_command("archive_package", "JY0000-1")


def test_nothing_moves_an_archived_case(city: World, closed: Suggestion) -> None:
    archiving.archive(suggestion=closed, at=day(120))
    with pytest.raises(WrongState):
        reopening.reopen(
            suggestion=closed, ground="new_facts", reason="又坏了", actor=city.actor("supervisor"), at=day(121)
        )  # fmt: skip
    with pytest.raises(WrongState):
        withdrawing.withdraw(suggestion=closed, reason="", actor=Actor.author(), at=day(121))


# Delivery


def test_what_a_gateway_took_and_what_the_author_opened_prove_delivery_once_each(
    city: World, client: Any
) -> None:
    item, receipt = w.answered(city)
    assert [a.is_reached for a in delivering.addressees(item)] == [False]
    assert list(promises.unreached(city.users["triage_officer"])) == [item]
    outbox.deliver(now=day(400))
    assert list(DeliveryProof.objects.values_list("channel", flat=True)) == ["sms"]
    for _ in range(2):
        client.post("/track/", {"case_no": item.case_no, "query_code": receipt.query_code})
        client.get(f"/track/{item.case_no}/")
    assert set(DeliveryProof.objects.values_list("channel", flat=True)) == {"sms", "track"}
    assert DeliveryProof.objects.count() == 2
    assert list(promises.unreached(city.users["triage_officer"])) == []


def test_a_letter_names_its_number_and_an_oral_answer_who_was_told(city: World) -> None:
    item, _ = w.answered(city, published=False)
    officer = city.actor("triage_officer")
    with pytest.raises(Invalid) as caught:
        delivering.by_hand(
            suggestion=item, channel="oral", words=" ", on=day(20), actor=officer, at=day(11)
        )
    assert set(caught.value.errors) == {"words", "on"}
    delivering.by_hand(
        suggestion=item, channel="letter", words="挂号 XA00012345", on=day(10), actor=officer, at=day(11)
    )  # fmt: skip
    assert delivering.addressees(item)[0].is_reached
    assert CaseEvent.objects.filter(name="delivered_by_hand", visibility="author").count() == 1


def test_every_merged_author_is_an_addressee_of_the_answer(city: World) -> None:
    primary = w.submit(city).suggestion
    w.accept(city, primary, at=day(1))
    w.dispatch(city, primary, at=day(1))
    w.sign_in(city, primary, at=day(2))
    other = w.submit(city, at=day(2), phone="19900005678").suggestion
    triage.merge(
        suggestion=other, primary=primary, why="同一站台", actor=city.actor("triage_officer"), at=day(3)
    )  # fmt: skip
    reply = w.signed_reply(city, primary, at=day(9))
    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=day(10))
    outbox.deliver(now=day(400))
    reached = {a.item.case_no for a in delivering.addressees(primary) if a.is_reached}
    assert reached == {primary.case_no, other.case_no}


def test_a_unit_that_may_not_know_the_author_talks_through_the_office(city: World) -> None:
    item = w.submit(city, hide_identity_from_unit=True).suggestion
    w.accept(city, item, at=day(1))
    w.dispatch(city, item, at=day(1))
    w.sign_in(city, item, at=day(2))
    with pytest.raises(Invalid, match="保密"):
        delivering.log_contact(
            suggestion=item, way="phone", reached=True, words="谈过", actor=city.actor("handler:bus"), at=day(3)
        )  # fmt: skip
    delivering.log_contact(
        suggestion=item, way="relay", reached=True, words="请办公室转达", actor=city.actor("handler:bus"), at=day(3)
    )  # fmt: skip
    assert item.author_contacts.count() == 1


def test_a_rating_given_while_the_case_is_handled_again_is_refused_in_words(city: World) -> None:
    item, _ = w.answered(city)
    reopening.reopen(
        suggestion=item, ground="new_facts", reason="新情况", actor=city.actor("leader"), at=day(11)
    )
    with pytest.raises(WrongState, match="重新办理"):
        evaluating.evaluate(suggestion=item, actor=Actor.author(), at=day(12), overall="satisfied")
    assert assignment.waiting_co_units(item, at=day(12)) == []


def test_the_tracking_page_says_what_leaving_means_when_others_joined(
    city: World, client: Any
) -> None:
    receipt = w.submit(city)
    item = receipt.suggestion
    w.accept(city, item, at=day(1))
    other = w.submit(city, at=day(1), phone="19900005678").suggestion
    triage.merge(
        suggestion=other, primary=item, why="同一站台", actor=city.actor("triage_officer"), at=day(2)
    )  # fmt: skip
    address = f"/track/{item.case_no}/"
    client.post("/track/", {"case_no": item.case_no, "query_code": receipt.query_code})
    assert "所以这件继续办理" in client.get(f"{address}?act=withdraw").content.decode()
    answer = client.post(address, {"action": "withdraw", "reason": ""}, follow=True)
    assert "您已经退出这件建议" in answer.content.decode()
    item.refresh_from_db()
    assert item.status == "accepted"
    assert "?act=withdraw" not in client.get(address).content.decode()
