"""Thin entry points for Celery."""

from celery import shared_task

from portal.notices import staff


@shared_task(queue="notices", acks_late=True)
def daily_digest() -> int:
    """The letters of those who chose one a day."""
    return staff.run_now()
