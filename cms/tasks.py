"""What happens to pages by the clock: go-live and expiry dates that editors set, and campaigns that open, close or report."""

from datetime import datetime, timedelta

from celery import shared_task
from django.core.cache import cache
from django.db.models import Q
from django.utils import timezone

from cms import going_public, reports
from cms.documents import changed
from cms.models import CampaignPage

_SEEN = "cms-campaign-moments"
_WINDOW = timedelta(days=1)


@shared_task(queue="intake", acks_late=True)
def keep_schedule() -> int:
    """Take down and publish what is due, then tell search and caches of campaigns whose phase changed. Safe to repeat;
    returns the number of such campaigns.

    Not Wagtail's own command: one page that may not go out any more would keep all others from it.
    """
    now = timezone.now()
    going_public.expire_due(now=now)
    going_public.publish_due(now=now)
    promise_reports(now=now)
    return announce_phases(now=now)


def promise_reports(*, now: datetime) -> int:
    """Write down by when each campaign that closed owes its result: a later change of the rule then moves nothing.

    Idempotent, by query; the day is the rule's as it stands when the campaign closes (SH 12; process.md 13.17).
    """
    due = CampaignPage.objects.live().filter(
        closes_at__lte=now, report_due_on=None, report_published_at=None
    )
    pages = list(due.only("pk", "closes_at"))
    for page in pages:
        day = reports.due_on(page.closes_at)
        CampaignPage.objects.filter(pk=page.pk, report_due_on=None).update(report_due_on=day)
    if pages:
        changed(pages=[page.pk for page in pages])
    return len(pages)


def announce_phases(*, now: datetime) -> int:
    """Index campaigns that opened, closed or reported since the last look, and bump the content version.

    When the last look is not known (a restarted worker, an emptied cache) a whole day is looked at again, which is
    harmless: indexing twice changes nothing.
    """
    since = cache.get(_SEEN) or now - _WINDOW
    crossed = Q()
    for name in ("opens_at", "closes_at", "report_published_at"):
        crossed |= Q(**{f"{name}__gt": since, f"{name}__lte": now})
    pages = list(CampaignPage.objects.live().filter(crossed).values_list("pk", flat=True))
    if pages:
        changed(pages=pages)
    cache.set(_SEEN, now, int(_WINDOW.total_seconds()))
    return len(pages)
