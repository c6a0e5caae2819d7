"""Celery: the queues, which task goes to which, and the clock work, as tables."""

import os
from pathlib import Path
from typing import Any

from celery import Celery, signals
from celery.schedules import crontab
from kombu.entity import Exchange, Queue

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.dev")

QUEUES = ("intake", "index", "notices", "reports")

# For tasks that name no queue of their own; what matches nothing goes to `intake`.
ROUTES = (
    ("search.tasks.*", "index"),
    ("portal.notices.tasks.*", "notices"),
    ("suggestions.statistics.*", "reports"),
)

# name, task, when (seconds or crontab, Asia/Shanghai). All sweep by query, so a missed run heals.
SCHEDULE: tuple[tuple[str, str, float | crontab], ...] = (
    ("outbox sweep", "suggestions.tasks.sweep_outbox", 60.0),
    ("clocks: lapses, closings, reminders", "suggestions.tasks.run_clocks", 600.0),
    ("pages: go live, expire, campaign phases", "cms.tasks.keep_schedule", 60.0),
    ("daily head of the event chain", "suggestions.tasks.daily_head", crontab(hour=0, minute=10)),
    ("retention: terms that are over", "suggestions.tasks.retention", crontab(hour=3, minute=40)),
    ("one letter a day", "portal.notices.tasks.daily_digest", crontab(hour="8-10", minute=5)),
    ("words of the public texts", "search.count_words", crontab(hour=2, minute=20)),
)

app = Celery("jianyan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.update(
    task_queues=[Queue(name, Exchange("jianyan"), routing_key=name) for name in QUEUES],
    task_default_exchange="jianyan",
    task_default_routing_key="intake",
    task_routes=([(pattern, {"queue": queue}) for pattern, queue in ROUTES],),
    beat_schedule={
        # A tick that nobody could take for its own length is worthless: the next one does the same work.
        name: {
            "task": task,
            "schedule": when,
            "options": {"expires": when} if isinstance(when, float) else {},
        }
        for name, task, when in SCHEDULE
    },
    beat_scheduler="portal.beat:LeasedScheduler",
    worker_hijack_root_logger=False,
)
app.autodiscover_tasks()


def make_broker_folders(options: dict[str, Any]) -> None:
    """The file-system broker writes into its folders but does not make them."""
    for key in ("data_folder_in", "data_folder_out", "processed_folder", "control_folder"):
        if folder := options.get(key):
            Path(folder).mkdir(parents=True, exist_ok=True)


@app.on_after_configure.connect
def _prepare(sender: Celery, **_: Any) -> None:
    make_broker_folders(dict(sender.conf.broker_transport_options or {}))


@signals.setup_logging.connect
def _own_logging(**_: Any) -> None:
    """Celery would install its own handlers; ours are already in place (portal/logs.py)."""


@signals.worker_init.connect
@signals.beat_init.connect
def _refuse_unsafe(**_: Any) -> None:
    from portal.checks import refuse_unsafe

    refuse_unsafe()
