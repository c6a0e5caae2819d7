"""Ratings and sudden changes that a person should look at (process.md 7.1). Flags on cases and units, never on people.

Nothing is counted differently until somebody has looked. Flags and the keyed hashes they need lapse by themselves.
"""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.db.models import Count, Q

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Overall
from suggestions.crypto import keyed_hash, possible_hashes
from suggestions.errors import Invalid, WrongState
from suggestions.models import Evaluation, IdentityAccessLog, RatingFlag
from suggestions.roles import UNIT_ROLES

WINDOW = timedelta(days=30)
"""How far back ratings are compared, and how long an address's hash is kept."""
LASTS = timedelta(days=90)
"""How long a flag stays when nobody looks at it, and a looked-at one after that."""
FEWEST = 10
"""Ratings in both spans below which no change is called sudden (process.md 7.2)."""
CHANGE = 25
"""Percent points of satisfaction from one span to the other."""
_ORIGIN = "rating-origin"
_GOOD = (Overall.SATISFIED, Overall.BASICALLY)


def many() -> int:
    """From how many rated cases on one phone or address is worth a look."""
    return int(settings.RATING_FLAG_CASES)


def origin_hash(address: str) -> str:
    """What is kept of a network address: a keyed hash for this one use, or nothing."""
    return keyed_hash(_ORIGIN, address) if address else ""


def look(rating: Evaluation, *, at: datetime) -> list[RatingFlag]:
    """Flag a new rating where there is a reason to; in the transaction that stores it. At most four queries."""
    found = [_same_phone(rating, at), _same_origin(rating, at), _unlogged(rating)]
    return [_raise(rating, kind, words, at) for kind, words in filter(None, found)]


def _raise(rating: Evaluation, kind: str, words: str, at: datetime) -> RatingFlag:
    return RatingFlag.objects.create(
        kind=kind, evaluation=rating, unit=rating.unit, words=words, created_at=at,
        expires_on=local_date(at) + LASTS,
    )  # fmt: skip


def _same_phone(rating: Evaluation, at: datetime) -> tuple[str, str] | None:
    author = getattr(rating.suggestion, "author", None)
    if author is None or not author.phone_hash:
        return None
    hashes = {author.phone_hash}
    if author.phone:
        hashes.update(possible_hashes("phone", author.phone))
    cases = (
        Evaluation.objects.filter(suggestion__author__phone_hash__in=hashes)
        .filter(at__gt=at - WINDOW, at__lte=at)
        .values("suggestion_id")
        .distinct()
        .count()
    )
    if cases < many():
        return None
    words = f"30天内，留同一个手机号的{cases}件建议都有评价。请看一看是不是各自的建议人评的。"
    return RatingFlag.Kind.SAME_PHONE, words


def _same_origin(rating: Evaluation, at: datetime) -> tuple[str, str] | None:
    if not rating.origin_hash:
        return None
    cases = (
        Evaluation.objects.filter(origin_hash=rating.origin_hash, at__gt=at - WINDOW, at__lte=at)
        .values("suggestion_id")
        .distinct()
        .count()
    )
    if cases < many():
        return None
    words = f"30天内，从同一个网络地址评价了{cases}件。可能是公用网络，请看一看。"
    return RatingFlag.Kind.SAME_DEVICE, words


def _unlogged(rating: Evaluation) -> tuple[str, str] | None:
    """The unit looked up how to reach the author after the answer, and wrote down no contact (process.md 7.1)."""
    answered_at = rating.reply.delivered_at
    if answered_at is None:
        return None
    seen = IdentityAccessLog.objects.filter(
        suggestion_id=rating.suggestion_id, role__in=UNIT_ROLES, at__range=(answered_at, rating.at)
    ).exists()
    if not seen:
        return None
    if rating.suggestion.author_contacts.filter(at__range=(answered_at, rating.at)).exists():
        return None
    words = "答复以后、评价以前，承办单位看过建议人的联系方式，没有写联系记录。"
    return RatingFlag.Kind.UNLOGGED_CONTACT, words


def sudden_changes(*, now: datetime) -> int:
    """Sweep: units whose satisfaction of the last 30 days lies CHANGE points from the half year before. Two queries."""
    today = local_date(now)
    recent, before = now - WINDOW, now - WINDOW - timedelta(days=180)
    rows = (
        Evaluation.objects.filter(at__gt=before, at__lte=now)
        .values("unit_id")
        .annotate(
            new=Count("pk", filter=Q(at__gt=recent)),
            new_good=Count("pk", filter=Q(at__gt=recent, overall__in=_GOOD)),
            old=Count("pk", filter=Q(at__lte=recent)),
            old_good=Count("pk", filter=Q(at__lte=recent, overall__in=_GOOD)),
        )
        .filter(new__gte=FEWEST, old__gte=FEWEST)
    )
    standing = set(
        RatingFlag.objects.filter(
            kind=RatingFlag.Kind.SUDDEN_CHANGE, created_at__gt=now - WINDOW
        ).values_list("unit_id", flat=True)
    )
    fresh = []
    for row in rows:
        new, old = 100 * row["new_good"] / row["new"], 100 * row["old_good"] / row["old"]
        if abs(new - old) < CHANGE or row["unit_id"] in standing:
            continue
        words = (
            f"近30天{row['new']}次评价，满意或基本满意{row['new_good']}次（{new:.0f}%）；"
            f"此前半年{row['old']}次，{row['old_good']}次（{old:.0f}%）。"
        )
        fresh.append(
            RatingFlag(
                kind=RatingFlag.Kind.SUDDEN_CHANGE, unit_id=row["unit_id"], words=words, created_at=now,
                expires_on=today + LASTS,
            )
        )  # fmt: skip
    RatingFlag.objects.bulk_create(fresh)
    return len(fresh)


def forget(*, now: datetime) -> int:
    """Sweep: flags past their day are deleted, and address hashes older than the window emptied."""
    today: date = local_date(now)
    emptied = (
        Evaluation.objects.filter(at__lte=now - WINDOW).exclude(origin_hash="").update(origin_hash="")
    )  # fmt: skip
    return emptied + RatingFlag.objects.filter(expires_on__lt=today).delete()[0]


def settle(*, flag: RatingFlag, finding: str, note: str, actor: Actor, at: datetime) -> RatingFlag:
    """Say what a look found and how. Raises Invalid, WrongState when somebody already did."""
    note = rules.clean_text(note)
    errors: dict[str, list[str]] = {}
    if finding not in RatingFlag.Finding.values:
        errors["finding"] = ["请选结论。"]
    if len(note) < 4:
        errors["note"] = ["请写是怎么核实的，例如“打电话问过建议人”。"]
    elif len(note) > 300:
        errors["note"] = [f"最多300个字，现在是{len(note)}个字。"]
    if errors:
        raise Invalid(errors)
    assert actor.user is not None
    changed = RatingFlag.objects.filter(pk=flag.pk, finding="").update(
        finding=finding, note=note, looked_by=actor.user.pk, looked_at=at
    )
    if not changed:
        raise WrongState("已经有人看过这一条。")
    flag.refresh_from_db()
    return flag
