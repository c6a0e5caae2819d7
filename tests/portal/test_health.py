"""Probes say what is wrong in words, and only a missing database stops the site."""

import socket
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connections
from django.test import Client
from django.utils import timezone

from portal import health
from suggestions.models import Outbox


def _closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def broker_folder(settings, tmp_path: Path) -> Path:
    settings.CELERY_BROKER_URL = "filesystem://"
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"data_folder_in": str(tmp_path)}
    return tmp_path


def test_healthz_answers_without_touching_the_database(client: Client) -> None:
    # No database mark: pytest-django would refuse any query.
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_readyz_lists_each_part_and_is_ok_when_all_are(client: Client, broker_folder: Path) -> None:
    answer = client.get("/readyz")
    body = answer.json()
    assert answer.status_code == 200
    assert set(body["parts"]) == {"database", "broker", "outbox", "index", "search"}
    assert body["parts"]["database"] == {"ok": True, "status": "正常"}
    assert body["parts"]["outbox"]["rows"] == 0


def _row(kind: str, minutes: int, **changes: object) -> Outbox:
    now = timezone.now()
    return Outbox.objects.create(
        **{"kind": kind, "available_at": now - timedelta(minutes=minutes), **changes}
    )


@pytest.mark.django_db
def test_work_left_for_more_than_ten_minutes_is_degraded_but_people_are_served(
    client: Client, broker_folder: Path
) -> None:
    _row("notice", 30)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert answer.json()["parts"]["outbox"]["oldest_seconds"] >= 1800
    assert answer.json()["parts"]["index"]["ok"] is True


@pytest.mark.django_db
def test_work_that_is_done_or_not_yet_due_is_no_backlog(broker_folder: Path) -> None:
    _row("notice", 30, done_at=timezone.now())
    _row("notice", -30)
    assert health.outbox() == health.Part(
        ok=True, words="正常", figures={"oldest_seconds": 0.0, "rows": 0}
    )


@pytest.mark.django_db
def test_index_changes_that_fail_again_and_again_are_late_since_they_were_written(
    client: Client, broker_folder: Path
) -> None:
    row = _row("index", -4, attempts=9, last_error="SearchUnavailable")
    Outbox.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(minutes=25))
    index = client.get("/readyz").json()["parts"]["index"]
    assert index["ok"] is False
    assert index["oldest_seconds"] >= 1500
    assert index["rows"] == 1
    lag = next(
        line
        for line in client.get("/metrics").content.decode().splitlines()
        if line.startswith("jianyan_index_lag_seconds")
    )
    assert float(lag.split()[1]) >= 1500


@pytest.mark.django_db
def test_a_search_engine_that_is_away_is_degraded_in_readiness_and_metrics(
    client: Client, broker_folder: Path, settings
) -> None:
    assert client.get("/readyz").json()["parts"]["search"]["ok"] is True
    assert "jianyan_search_up 1" in client.get("/metrics").content.decode()
    settings.ELASTICSEARCH_URL = [f"http://127.0.0.1:{_closed_port()}"]
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["parts"]["search"]["ok"] is False
    assert "备用" in answer.json()["parts"]["search"]["status"]
    assert "jianyan_search_up 0" in client.get("/metrics").content.decode()


@pytest.mark.django_db
def test_a_stopped_broker_is_degraded_and_says_that_submitting_goes_on(
    client: Client, settings
) -> None:
    settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{_closed_port()}/0"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["status"] == "degraded"
    assert "提交不受影响" in answer.json()["parts"]["broker"]["status"]


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_answer_is_down(client: Client, settings) -> None:
    connection = connections["default"]
    connection.close()
    original = connection.settings_dict.copy()
    in_memory = "memory" in str(original["NAME"])
    if in_memory:
        # SQLite in memory cannot go away: point it at a folder, which is no database.
        connection.settings_dict["NAME"] = "/"
        connection.connection = None
        connection.inc_thread_sharing()
    else:
        connection.settings_dict.update(NAME="/", HOST="127.0.0.1", PORT=str(_closed_port()))
    try:
        answer = client.get("/readyz")
    finally:
        connection.settings_dict.update(original)
        if in_memory:
            connection.dec_thread_sharing()
    assert answer.status_code == 503
    assert answer.json()["status"] == "down"
    assert answer.json()["parts"] == {"database": {"ok": False, "status": "数据库没有应答"}}


@pytest.mark.django_db
def test_metrics_count_by_view_and_never_by_path(client: Client, broker_folder: Path) -> None:
    (broker_folder / "message").touch()
    _row("notice", 5)
    client.get("/healthz")
    client.generic("WEIRD", "/receipt/Zk3hT9vQ2/")
    text = client.get("/metrics").content.decode()
    assert 'jianyan_requests_total{method="GET",status="2xx",view="healthz"}' in text
    assert 'method="OTHER"' in text
    assert "Zk3hT9vQ2" not in text
    assert "jianyan_queue_waiting 1.0" in text
    assert "jianyan_outbox_rows 1.0" in text
    assert "jianyan_request_seconds_bucket" in text


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "allowed", "status"),
    [
        ("127.0.0.1", ["127.0.0.1"], 200),
        ("10.2.3.4", ["10.0.0.0/8"], 200),
        ("::ffff:10.2.3.4", ["10.0.0.0/8"], 200),
        ("203.0.113.9", ["127.0.0.1", "10.0.0.0/8"], 404),
        ("10.2.3.4", ["not a network"], 404),
        ("", ["127.0.0.1"], 404),
    ],
)
def test_metrics_exist_only_for_allowed_networks(
    client: Client, settings, broker_folder: Path, address: str, allowed: list[str], status: int
) -> None:
    settings.METRICS_ALLOWED = allowed
    assert client.get("/metrics", REMOTE_ADDR=address).status_code == status
