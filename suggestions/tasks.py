"""Thin entry points for Celery. Each takes little, asks the database, and calls one service; all are safe to repeat."""

from celery import shared_task
from django.utils import timezone

from suggestions import outbox


@shared_task(queue="notices", acks_late=True)
def deliver_outbox() -> int:
    """Carry out waiting effects (asked for after each commit)."""
    return outbox.deliver(now=timezone.now())


@shared_task(queue="notices", acks_late=True)
def sweep_outbox() -> int:
    """The minute's sweep: whatever a lost task, a stopped worker or a broker that was away left behind."""
    done, batch = 0, 1
    while batch and done < 5000:
        batch = outbox.deliver(now=timezone.now())
        done += batch
    return done


@shared_task(queue="intake", acks_late=True)
def run_clocks() -> dict[str, int]:
    """Lapses that happen by themselves: supplements that expire, evaluation windows that close, reminders."""
    from suggestions.services import lapses

    return lapses.run(now=timezone.now())


@shared_task(queue="reports", acks_late=True)
def daily_head() -> int:
    """Close the chain of the days that are over."""
    from suggestions.services import chain

    return chain.close_days(now=timezone.now())


@shared_task(queue="reports", acks_late=True)
def retention() -> int:
    """What is kept beyond its term ends (process.md 9.4), a batch a class a night."""
    from suggestions.services import retention as terms

    return terms.sweep(now=timezone.now())
