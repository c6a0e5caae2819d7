"""Following public things, and at most one message a day about them (issue: follow anything; process.md 9.2).

Nobody is told anything they did not ask for: the message is chosen, ends by one press without signing in, and names in
an SMS only how much there is, because previews are read over shoulders.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from suggestions import outbox
from suggestions.clock import SHANGHAI, local_date
from suggestions.errors import DomainError, Invalid
from suggestions.guards import ratelimit
from suggestions.models import Follow, Resident, ResidentDigest
from suggestions.selectors import following
from suggestions.selectors.following import News

DIGEST, EMAIL_CONFIRM = "resident_digest", "resident_email"
"""Kinds of the outbox; their handlers are in portal/notices/residents.py."""
MOST = 100
FIRST_HOUR, LAST_HOUR = 8, 21
"""Nobody's telephone rings at night (Asia/Shanghai)."""
LINES = 20
_BATCH = 300
_STOP_SALT, _EMAIL_SALT, _FEED_SALT = "resident.stop", "resident.email", "resident.feed"
_EMAIL_DAYS = 3


def follow(*, resident: Resident, kind: str, key: str, at: datetime) -> Follow:
    """Follow something; twice is once. Raises DomainError when it is not public, or for too many."""
    if following.target(kind, key) is None:
        raise DomainError(_("现在没有公开的这一项，可能已经撤下，不能关注。"))
    held = resident.follows.filter(kind=kind, key=key).first()
    if held is not None:
        return held
    if resident.follows.count() >= MOST:
        raise DomainError(_("最多关注%(most)s项，请先取消一些。") % {"most": MOST})
    try:
        with transaction.atomic():
            return Follow.objects.create(resident=resident, kind=kind, key=key, created_at=at)
    except IntegrityError:
        return Follow.objects.get(resident=resident, kind=kind, key=key)


def unfollow(*, resident: Resident, pk: int) -> None:
    """Stop following; what is gone already is nothing to do."""
    resident.follows.filter(pk=pk).delete()


def choose(*, resident: Resident, notice: str, email: str, at: datetime) -> bool:
    """How to be told. A new address counts once the link sent to it was pressed; returns whether one was sent.

    Raises Invalid (notice, email).
    """
    email = email.strip()
    errors: dict[str, list[str]] = {}
    if notice not in Resident.Notice.values:
        errors["notice"] = [_("请选怎么告诉您。")]
    if email and not _is_address(email):
        errors["email"] = [_("邮箱写得不对，例如 name@example.cn。")]
    if notice == Resident.Notice.EMAIL and not email:
        errors["email"] = [_("要发电子邮件，请填邮箱。")]
    if errors:
        raise Invalid(errors)
    fresh = email != resident.email
    sends = notice == Resident.Notice.EMAIL and (fresh or resident.email_confirmed_at is None)
    # Whoever types a stranger's address must not be able to fill their mailbox.
    if sends and not ratelimit.hit("sign_in_phone", f"mail:{resident.pk}").allowed:
        raise Invalid({"email": [_("确认信发得太多了，请过一小时再试。")]})
    if resident.notice == Resident.Notice.NONE and notice != Resident.Notice.NONE:
        resident.told_until = at  # from now on, not what happened in the silence before
    resident.notice, resident.email = notice, email
    if fresh:
        resident.email_confirmed_at = None
    with transaction.atomic():
        resident.save(update_fields=["notice", "email", "email_confirmed_at", "told_until"])
        if sends:
            outbox.enqueue(EMAIL_CONFIRM, {"resident": resident.pk, "at": at.isoformat()}, key=f"resident-email:{resident.pk}")  # fmt: skip
    return sends


def _is_address(email: str) -> bool:
    try:
        validate_email(email)
    except ValidationError:
        return False
    return len(email) <= 254


def email_token(resident: Resident) -> str:
    """What the link in the confirming letter holds: the page and the very address, signed."""
    return signing.dumps([resident.handle, resident.email], salt=_EMAIL_SALT)


def confirm_email(*, token: str, at: datetime) -> Resident | None:
    """The address is the person's own. None for a link that is forged, too old, or about an address given up since."""
    try:
        handle, email = signing.loads(
            token[:1000], salt=_EMAIL_SALT, max_age=timedelta(days=_EMAIL_DAYS)
        )
    except (signing.BadSignature, ValueError, TypeError):
        return None
    resident = Resident.objects.filter(handle=str(handle)).first()
    if resident is None or resident.email != email:
        return None
    if resident.email_confirmed_at is None:
        Resident.objects.filter(pk=resident.pk).update(email_confirmed_at=at)
        resident.email_confirmed_at = at
    return resident


def stop_token(resident: Resident) -> str:
    """For the link at the end of every message; it lives as long as the page."""
    return signing.dumps(resident.handle, salt=_STOP_SALT)


def by_stop_token(token: str) -> Resident | None:
    return _signed(token, _STOP_SALT)


def feed_token(resident: Resident) -> str:
    """For the private feed of everything followed: reading programs cannot sign in."""
    return signing.dumps(resident.handle, salt=_FEED_SALT)


def by_feed_token(token: str) -> Resident | None:
    return _signed(token, _FEED_SALT)


def _signed(token: str, salt: str) -> Resident | None:
    try:
        handle = signing.loads(token[:500], salt=salt)
    except signing.BadSignature:
        return None
    return Resident.objects.filter(handle=str(handle)).first()


def stop(*, resident: Resident) -> None:
    """No more messages; what is followed stays on the page."""
    Resident.objects.filter(pk=resident.pk).update(notice=Resident.Notice.NONE)
    resident.notice = Resident.Notice.NONE


def news_for(resident: Resident, *, since: datetime, until: datetime) -> list[News]:
    """What happened to all that is followed, newest first, one line a page, at most LINES."""
    found: dict[str, News] = {}
    for held in resident.follows.all()[:MOST]:
        for line in following.news(held.kind, held.key, since=max(since, held.created_at), until=until):  # fmt: skip
            held_line = found.get(line.href)
            if held_line is None or held_line.at < line.at:
                found[line.href] = line
    return sorted(found.values(), key=lambda n: n.at, reverse=True)[:LINES]


def digests(*, now: datetime) -> int:
    """Sweep: make today's message of everybody who wants one and was not looked at today; how many were made.

    What a person was told of moves `told_until` on in the same transaction, so that a second run, or a second worker,
    finds nothing; with nothing new there is no message. Not before FIRST_HOUR and not after LAST_HOUR.
    """
    local = now.astimezone(SHANGHAI)
    if not FIRST_HOUR <= local.hour < LAST_HOUR:
        return 0
    morning = local.replace(hour=0, minute=0, second=0, microsecond=0)
    due = (
        Resident.objects.exclude(notice=Resident.Notice.NONE)
        .filter(told_until__lt=morning, follows__isnull=False)
        .distinct()
        .order_by("told_until", "pk")
    )
    made = 0
    for resident in due[:_BATCH]:
        made += _digest(resident, now)
    return made


def _digest(resident: Resident, now: datetime) -> int:
    since = resident.told_until
    lines = news_for(resident, since=since, until=now)
    medium = resident.notice
    if medium == Resident.Notice.EMAIL and not resident.mail_works:
        lines = []
    with transaction.atomic():
        taken = Resident.objects.filter(pk=resident.pk, told_until=since).update(told_until=now)
        if not taken or not lines:
            return 0
        digest, new = ResidentDigest.objects.get_or_create(
            resident=resident, on=local_date(now),
            defaults={"medium": medium, "lines": [[n.words, n.href] for n in lines], "at": now},
        )  # fmt: skip
        if not new:
            return 0
        outbox.enqueue(DIGEST, {"digest": digest.pk}, key=f"resident-digest:{digest.pk}")
    return 1


def stop_address(resident: Resident) -> str:
    """The whole address of the one-press way out."""
    return settings.BASE_URL + reverse("suggestions:my_stop", args=[stop_token(resident)])
