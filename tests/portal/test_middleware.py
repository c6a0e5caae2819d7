"""Request ids, the access line, and whose address a request comes from."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.test import Client, RequestFactory

from portal import logs
from suggestions.guards.address import client_ip


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    logs.configure({"level": "INFO"})
    (handler,) = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    stream = io.StringIO()
    handler.setStream(stream)
    yield stream
    logs.configure(settings.LOGGING)


def test_a_well_formed_request_id_is_kept_and_answered(client: Client) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": "proxy-0123456789"})
    assert answer.headers["X-Request-ID"] == "proxy-0123456789"


@pytest.mark.parametrize(
    "given", ["", "short", "x" * 65, 'a"}\n{"event":"forged', "钥匙钥匙钥匙钥匙"]
)
def test_any_other_request_id_is_replaced(client: Client, given: str) -> None:
    answer = client.get("/healthz", headers={"X-Request-ID": given})
    ident = answer.headers["X-Request-ID"]
    assert ident != given
    assert len(ident) == 32


@pytest.mark.django_db
def test_the_access_line_has_no_query_string_and_no_token(
    client: Client, written: io.StringIO
) -> None:
    client.get("/receipt/Zk3hT9vQ2/?code=ABCD2345", headers={"X-Request-ID": "proxy-0123456789"})
    everything = map(json.loads, written.getvalue().splitlines())
    line = next(line for line in everything if line["event"] == "request")
    assert line["path"] == "/receipt/***/"
    assert line["request_id"] == "proxy-0123456789"
    assert line["method"] == "GET"
    assert isinstance(line["status"], int)
    assert line["ms"] >= 0
    assert "ABCD2345" not in written.getvalue()
    assert "Zk3hT9vQ2" not in written.getvalue()


def test_probes_are_silent_while_they_succeed(client: Client, written: io.StringIO) -> None:
    client.get("/healthz")
    assert written.getvalue() == ""


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.5"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.5"),
        (1, "", "10.0.0.5"),
        (1, "not an address", ""),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_only_what_a_trusted_proxy_wrote_is_believed(
    settings, rf: RequestFactory, proxies: int, forwarded: str, address: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.5", HTTP_X_FORWARDED_FOR=forwarded)
    assert client_ip(request) == address


@pytest.mark.django_db
def test_an_address_with_a_nul_in_it_is_not_found_and_breaks_nothing() -> None:
    assert Client().get("/%00/").status_code == 404
    assert Client().get("/suggestions/%00/").status_code == 404
    answer = Client().get("/api/v1/units/%00")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
