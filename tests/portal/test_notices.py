"""Notices, against a real SMTP server and a real HTTP gateway on loopback."""

import json
import socket
import threading
from collections.abc import Iterator
from datetime import date, timedelta
from email import message_from_bytes, policy
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message as MailHandler
from django.utils import timezone

from portal.notices.models import Delivery, StaffNotice
from suggestions import outbox
from suggestions.errors import Invalid
from suggestions.models import Outbox
from suggestions.services import hearing_people, hearings, receiving
from tests import world as w
from tests.suggestions import test_steering as steering
from tests.suggestions.test_steering import at
from tests.world import MONDAY

pytestmark = pytest.mark.django_db
LATER = timezone.now() + timedelta(days=1)


class Inbox(MailHandler):
    def __init__(self) -> None:
        super().__init__()
        self.mails: list[Any] = []

    def handle_message(self, message: Any) -> None:
        self.mails.append(message_from_bytes(message.as_bytes(), policy=policy.default))


@pytest.fixture
def mailbox(settings: Any) -> Iterator[list[Any]]:
    """A real SMTP server on a free port."""
    inbox = Inbox()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Controller(inbox, hostname="127.0.0.1", port=port)
    server.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield inbox.mails
    server.stop()


class Gateway(BaseHTTPRequestHandler):
    """A generic SMS gateway: drops repeats by Idempotency-Key; `fail` makes it answer 503."""

    taken: dict[str, dict[str, str]] = {}
    fail = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if type(self).fail:
            self.send_response(503)
        else:
            assert self.headers["Authorization"] == "Bearer secret"
            self.taken[self.headers["Idempotency-Key"]] = body
            self.send_response(202)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def gateway(settings: Any) -> Iterator[type[Gateway]]:
    Gateway.taken, Gateway.fail = {}, False
    server = HTTPServer(("127.0.0.1", 0), Gateway)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.SMS_BACKEND, settings.SMS_GATEWAY_TOKEN = "http", "secret"
    settings.SMS_GATEWAY_URL = f"http://127.0.0.1:{server.server_port}/sms"
    yield Gateway
    server.shutdown()
    server.server_close()


def test_an_author_with_a_phone_is_told_by_sms_at_each_promised_step(
    gateway: type[Gateway],
) -> None:
    city = w.make_world()
    _, receipt = w.answered(city)
    outbox.deliver(now=LATER)
    sent = [m["text"] for m in gateway.taken.values()]
    assert len(sent) == 4
    assert receipt.query_code in sent[0]
    assert receipt.suggestion.case_no in sent[0]
    assert "已受理" in sent[1]
    assert "市交通运输局办理" in sent[2]
    assert "有答复了" in sent[3]
    assert all("长椅" not in text for text in sent), "an SMS preview shows no content"


def test_a_gateway_that_is_away_delays_a_notice_and_sends_it_once(gateway: type[Gateway]) -> None:
    city = w.make_world()
    w.submit(city)
    gateway.fail = True
    outbox.deliver(now=LATER)
    assert gateway.taken == {}
    assert Delivery.objects.count() == 0
    gateway.fail = False
    outbox.deliver(now=LATER + timedelta(hours=2))
    assert len(gateway.taken) == 1
    assert Delivery.objects.count() == 1
    Outbox.objects.filter(kind="author_notice").update(done_at=None, attempts=0)
    outbox.deliver(now=LATER + timedelta(days=1))
    assert len(gateway.taken) == 1, "delivered at least once, sent once"


def test_an_author_with_an_address_only_gets_a_mail_that_names_item_and_change(
    mailbox: list[Any],
) -> None:
    city = w.make_world()
    receipt = w.submit(city, phone="", email="lin@example.cn")
    outbox.deliver(now=LATER)
    mail = next(m for m in mailbox if m["To"] == "lin@example.cn")
    text = mail.get_content()
    assert receipt.suggestion.case_no in mail["Subject"]
    assert "人民路公交站加一张长椅" in text
    assert receipt.query_code in text


def test_who_left_an_address_and_no_phone_hears_of_a_hearing_and_a_reception_by_mail(
    mailbox: list[Any],
) -> None:
    city = w.make_world()
    clerk, officer = city.actor("intake_clerk"), city.actor("triage_officer")
    held = steering.opened(city, steering.handled(city))
    seat = {
        "hearing": held, "side": "商户", "name": "王小一", "phone": "", "public_label": "商户代表 王先生", "stand": "",
        "source": "phone", "actor": clerk, "at": at(3),
    }  # fmt: skip
    person, _code = hearing_people.enrol(email="Wang@example.cn", **seat)
    with pytest.raises(Invalid) as again:
        hearing_people.enrol(email="wang@example.cn", **seat)
    assert again.value.errors == {"email": ["这个邮箱已经报过名。"]}
    with pytest.raises(Invalid) as unreachable:
        hearing_people.enrol(email="", **seat)
    assert "没有手机号请填邮箱" in unreachable.value.errors["phone"][0]
    slot = steering.slot(city, date(2026, 11, 9))
    receiving.publish(slot=slot, actor=officer, at=at(0))
    steering.booked(slot, city, "", email="li@example.cn")
    with pytest.raises(Invalid) as second:
        steering.booked(slot, city, "", email="LI@example.cn")
    assert second.value.errors == {"email": ["这个邮箱已经预约了这次接访。"]}
    hearings.postpone(hearing=held, reason="场地检修", actor=officer, at=at(4))
    while outbox.deliver(now=LATER):
        pass
    told = {(m["To"], m["Subject"], m.get_content().split("\n")[2][:14]) for m in mailbox}
    assert told >= {
        ("Wang@example.cn", "您报名的听证会", "您报名参加12月1日的听证会"),
        ("Wang@example.cn", "您报名的听证会", "您报名的12月1日的听证会延"),
        ("li@example.cn", "您预约的接访", "您预约了11月9日9:00的"),
    }
    assert all(held.topic not in m["Subject"] + m.get_content() for m in mailbox)
    assert Delivery.objects.filter(code__startswith="meeting.", medium="email").count() == 3
    assert person.phone_hash == ""


def test_liaisons_of_the_units_concerned_get_an_in_site_line_and_nobody_else_does() -> None:
    city = w.make_world()
    item = w.submit(city).suggestion
    w.accept(city, item, at=MONDAY + timedelta(days=1))
    w.dispatch(city, item, at=MONDAY + timedelta(days=1))
    outbox.deliver(now=LATER)
    told = set(
        StaffNotice.objects.filter(code="staff.dispatched").values_list("user__username", flat=True)
    )
    assert told == {"liaison-bus", "handler-bus"}
    assert StaffNotice.objects.filter(code="staff.to_publish").exists()
    assert not StaffNotice.objects.filter(text__contains="长椅").exists()


def test_the_authors_of_merged_items_hear_the_answer_too(gateway: type[Gateway]) -> None:
    from suggestions.services import triage

    city = w.make_world()
    first = w.submit(city).suggestion
    w.accept(city, first, at=MONDAY + timedelta(days=1))
    second = w.submit(city, title="人民路车站没有座位", phone="19900005678").suggestion
    triage.merge(
        suggestion=second,
        primary=first,
        why="同一件事",
        actor=city.actor("triage_officer"),
        at=MONDAY + timedelta(days=1),
    )
    w.dispatch(city, first, at=MONDAY + timedelta(days=1, hours=1))
    w.sign_in(city, first, at=MONDAY + timedelta(days=2))
    reply = w.signed_reply(city, first, at=MONDAY + timedelta(days=5))
    from suggestions.services import replying

    replying.approve(reply=reply, actor=city.actor("triage_officer"), at=MONDAY + timedelta(days=6))
    outbox.deliver(now=LATER)
    answered = [m for m in gateway.taken.values() if "有答复了" in m["text"]]
    assert {m["phone"] for m in answered} == {"19900001234", "19900005678"}
    assert any(second.case_no in m["text"] for m in answered)


def test_a_contact_choice_of_none_is_respected(gateway: type[Gateway]) -> None:
    city = w.make_world()
    w.submit(city, contact_channel="none")
    outbox.deliver(now=LATER)
    assert gateway.taken == {}


def test_the_file_adapter_keeps_no_whole_number(settings: Any, tmp_path: Any) -> None:
    settings.SMS_BACKEND, settings.DATA_DIR = "file", tmp_path
    city = w.make_world()
    w.submit(city)
    outbox.deliver(now=LATER)
    text = (tmp_path / "log" / "sms.log").read_text(encoding="utf-8")
    assert "199****1234" in text
    assert "19900001234" not in text
