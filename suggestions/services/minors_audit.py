"""The yearly audit of how minors' data were handled: opened by the sweep, done by the privacy officer (process.md 9.5; MC 37)."""

from datetime import date, datetime, time

from django.db import IntegrityError, transaction

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import GrantKind
from suggestions.errors import NotAllowed
from suggestions.models import (
    Author,
    IdentityAccessLog,
    IdentityGrant,
    Jurisdiction,
    MinorsAudit,
    Suggestion,
)
from suggestions.services import records
from suggestions.services.lapses import lapse_records
from suggestions.services.wording import Words, cleaned
from suggestions.states import ON_PAGE
from suggestions.states.minors_audit import MinorsAuditState as State

KIND = "KM"


def sweep(*, now: datetime) -> int:
    """Open last year's audit once in each jurisdiction that has items of minors, and mark those not reported in time.

    Opened at the legal moment, 1 January 0:00; due KM later. Idempotent.
    """
    year = local_date(now).year - 1
    begins = datetime.combine(date(year + 1, 1, 1), time(0), tzinfo=SHANGHAI)
    # From the authors, whose minors have an index of their own: the items are a thousand times as many.
    minors = Author.objects.exclude(age_band="").filter(suggestion__received_at__lt=begins)
    done = 0
    for place in Jurisdiction.objects.filter(
        is_active=True, pk__in=minors.values("suggestion__jurisdiction")
    ).exclude(pk__in=MinorsAudit.objects.filter(year=year).values("jurisdiction")):
        done += open_year(place, year) is not None
    return done + _lapse(now)


def open_year(place: Jurisdiction, year: int) -> MinorsAudit | None:
    """Begin the audit of one year at its legal moment, 1 January after it; None when it was begun before."""
    begins = datetime.combine(date(year + 1, 1, 1), time(0), tzinfo=SHANGHAI)
    audit = MinorsAudit(jurisdiction=place, year=year, figures=figures(place, year))
    try:
        with transaction.atomic():
            records.begin(audit, "minors_audit_open", actor=Actor.system(), at=begins, data={"year": year})  # fmt: skip
    except IntegrityError:
        # Another worker opened it at the same moment.
        return None
    return audit


def figures(place: Jurisdiction, year: int) -> dict[str, int]:
    """What the officer begins with: counts of one year, never a person. Seven queries."""
    first = datetime.combine(date(year, 1, 1), time(0), tzinfo=SHANGHAI)
    after = datetime.combine(date(year + 1, 1, 1), time(0), tzinfo=SHANGHAI)
    items = Suggestion.objects.filter(jurisdiction=place).exclude(author__age_band="")
    received = items.filter(received_at__gte=first, received_at__lt=after)
    children = received.filter(author__age_band=Author.AgeBand.CHILD)
    reads = IdentityAccessLog.objects.filter(suggestion__in=items, at__gte=first, at__lt=after)
    asked = IdentityGrant.objects.filter(
        kind=GrantKind.MINOR, suggestion__in=items, created_at__gte=first, created_at__lt=after
    )
    return {
        "收到未成年人的件": received.count(),
        "其中未满14周岁": children.count(),
        "未满14周岁没有监护人同意": children.filter(author__guardian=None).count(),
        "申请查看身份": asked.count(),
        "查看身份": reads.count(),
        "没有批准的查看": reads.filter(grant=None).count(),
        "公开页上署了名": items.filter(publication__in=ON_PAGE).exclude(public_name="").count(),
    }


def report(*, audit: MinorsAudit, findings: str, actor: Actor, at: datetime) -> MinorsAudit:
    """The officer reports what was looked at, what was found and what will be mended. Raises Invalid, NotAllowed.

    Source: process.md 9.5; MC 37 (yearly, with a report to the authority).
    """
    if actor.user is None:
        raise NotAllowed
    held = cleaned({"findings": Words("审计结果", 1000)}, {"findings": findings})
    records.move(
        audit, "minors_audit_report", actor=actor, at=at, data={"year": audit.year},
        fields={"findings": held["findings"], "reported_by": actor.user, "reported_at": at},
    )  # fmt: skip
    return audit


def _lapse(now: datetime) -> int:
    """Audits whose day is over without a report, at 24:00 of that day."""
    return lapse_records(
        MinorsAudit.objects.filter(status=State.OPEN), KIND, now=now,
        lapse=lambda audit, at: records.move(audit, "minors_audit_lapse", actor=Actor.system(), at=at),
    )  # fmt: skip
