"""No log line names a person or opens a case."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from django.conf import settings

from portal import logs


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/receipt/Zk3hT9vQ/", "/receipt/***/"),
        ("/receipt/Zk3hT9vQ/qr.svg", "/receipt/***/qr.svg"),
        ("/track/?no=JY2026-0000001-1&code=ABCD2345", "/track/"),
        ("/suggestions/JY2026-0001234-7/", "/suggestions/JY2026-0001234-7/"),
        ("/admin/password_reset/confirm/MQ/c5n0q1-d1e2f3a4b5c6d7e8f9a0b1c2d3e4f5/", None),
        ("/search/13812345678/", "/search/***/"),
    ],
)
def test_a_logged_path_opens_nothing(path: str, logged: str | None) -> None:
    shown = logs.masked_path(path)
    if logged is None:
        assert "d1e2f3" not in shown
        assert "MQ" not in shown.split("/")
    else:
        assert shown == logged


@pytest.mark.parametrize(
    "private",
    ["13812345678", "+86 138 1234 5678", "110101199003078515", "11010119900307851X", "li.hua@example.com",
     "0571-87654321", "6222021234567890123"],
)  # fmt: skip
def test_personal_numbers_and_addresses_never_reach_a_log_line(private: str) -> None:
    assert private not in logs.masked_text(f"联系人电话{private}，请回电")


def test_a_case_number_stays_readable_in_a_log_line() -> None:
    assert logs.masked_text("closed JY2026-0001234-7") == "closed JY2026-0001234-7"


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """Log with the real configuration into memory and read back the JSON lines."""
    logs.configure({"level": "INFO"})
    (handler,) = [h for h in logging.getLogger().handlers if type(h) is logging.StreamHandler]
    stream = io.StringIO()
    handler.setStream(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    logs.configure(settings.LOGGING)


def test_a_line_is_json_with_level_logger_and_masked_values(lines) -> None:
    structlog.get_logger("suggestions.test").info(
        "notice sent", phone="13812345678", case="JY2026-0001234-7", detail={"email": "a@b.cn"}
    )
    (line,) = lines()
    assert line["event"] == "notice sent"
    assert line["level"] == "info"
    assert line["logger"] == "suggestions.test"
    assert line["case"] == "JY2026-0001234-7"
    assert "13812345678" not in json.dumps(line)
    assert "a@b.cn" not in json.dumps(line)


def test_a_traceback_is_logged_without_the_number_in_its_message(lines) -> None:
    try:
        raise ValueError("cannot send to 13812345678")
    except ValueError:
        logging.getLogger("suggestions.test").exception("failed for %s", "li@example.com")
    (line,) = lines()
    assert "ValueError" in str(line["exception"])
    assert "13812345678" not in json.dumps(line)
    assert "li@example.com" not in json.dumps(line)


def test_a_mistyped_level_does_not_keep_the_site_from_starting(lines) -> None:
    logs.configure({"level": "LOUD"})
    assert logging.getLogger("portal").level == logging.INFO
