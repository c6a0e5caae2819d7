"""The schedule names real tasks, each has a queue that workers read, and one beat acts per cluster."""

import os
import time

import pytest
from celery.schedules import crontab

from portal.beat import Lease
from portal.celery import QUEUES, SCHEDULE, app, make_broker_folders


@pytest.mark.parametrize("row", SCHEDULE, ids=lambda row: row[1])
def test_each_row_of_the_schedule_names_a_registered_task(row: tuple[str, str, object]) -> None:
    app.loader.import_default_modules()
    assert row[1] in app.tasks
    assert app.conf.beat_schedule[row[0]]["task"] == row[1]


def test_each_task_of_ours_goes_to_a_queue_that_workers_read() -> None:
    app.loader.import_default_modules()
    ours = [
        t for n, t in app.tasks.items() if n.split(".")[0] in ("suggestions", "search", "portal")
    ]
    assert len(ours) >= 4
    for task in ours:
        queue = getattr(task, "queue", None) or app.amqp.router.route({}, task.name)["queue"].name
        assert queue in QUEUES, task.name


def test_the_head_of_a_day_is_taken_after_its_midnight_in_local_time() -> None:
    (when,) = [w for _, task, w in SCHEDULE if task == "suggestions.tasks.daily_head"]
    assert isinstance(when, crontab)
    assert (when.hour, when.minute) == ({0}, {10})
    assert app.conf.timezone == "Asia/Shanghai"


def test_a_sweep_that_nobody_took_lapses_before_the_next(tmp_path) -> None:
    options = app.conf.beat_schedule["outbox sweep"]
    assert options["options"]["expires"] == options["schedule"]


def test_the_embedded_broker_finds_its_folders(tmp_path) -> None:
    make_broker_folders({"data_folder_in": str(tmp_path / "a" / "queue"), "store_processed": False})
    assert (tmp_path / "a" / "queue").is_dir()


@pytest.mark.services
def test_only_one_beat_holds_the_lease_and_the_next_takes_over() -> None:
    url = os.environ.get("REDIS_URL")
    if not url:
        pytest.skip("no REDIS_URL: run through python -m tests.services")
    name = f"lease-{time.time_ns()}"
    first, second = Lease(url, name, seconds=1), Lease(url, name, seconds=1)
    assert first.held()
    assert first.held(), "renewing one's own lease works"
    assert not second.held()
    time.sleep(1.2)  # the first stopped renewing: it died
    assert second.held()
    assert not first.held()
    second.release()
    assert first.held()
    first.client.close()
    second.client.close()


def test_without_redis_no_beat_believes_it_holds_the_lease() -> None:
    lease = Lease("redis://127.0.0.1:1/0")
    assert lease.held() is False
    lease.release()
