"""Impact assessments: written by the privacy officer, signed by a leader, over on their day; and acts that ask for one.

Source: PIPL 55 (before sensitive data, automated decisions, outsourcing, giving to others, publication), 56 (purpose,
necessity, effect, measures; kept three years); process.md 9.1. Nothing here is ever deleted.
"""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import transaction

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI, local_date
from suggestions.codes import AssessmentKind
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import ImpactAssessment, Jurisdiction
from suggestions.services import records
from suggestions.services.wording import Words, cleaned
from suggestions.states.registers import AssessmentState as State

YEARS_MOST = 3
"""Longer than this nobody knows what the handling will be (default of this site)."""
_BATCH = 200
_WORDS = {
    "title": Words("名称", 80, multiline=False),
    "purpose": Words("目的和方式", 1000),
    "necessity": Words("是否合法、正当、必要", 1000),
    "effect": Words("对个人权益的影响和安全风险", 1000),
    "measures": Words("保护措施，是否与风险相当", 1000),
}


def write(
    *,
    jurisdiction: Jurisdiction,
    kind: str,
    words: Mapping[str, str],
    valid_until: date,
    actor: Actor,
    at: datetime,
) -> ImpactAssessment:
    """Write one and hand it to the leader. Raises Invalid by field (a part is missing, the day is over or too far)."""
    if actor.user is None:
        raise NotAllowed
    errors: dict[str, list[str]] = {}
    if kind not in AssessmentKind.values:
        errors["kind"] = ["请选评估的是哪一种事项。"]
    today = local_date(at)
    if valid_until <= today:
        errors["valid_until"] = ["有效期要在今天以后。"]
    elif valid_until > today + timedelta(days=366 * YEARS_MOST):
        errors["valid_until"] = [f"有效期最长{YEARS_MOST}年，到期请重新评估。"]
    try:
        held = cleaned(_WORDS, words)
    except Invalid as error:
        raise Invalid({**error.errors, **errors}) from None
    if errors:
        raise Invalid(errors)
    made = ImpactAssessment(
        jurisdiction=jurisdiction, kind=kind, valid_until=valid_until, written_by=actor.user, **held,  # type: ignore[misc]
    )  # fmt: skip
    records.begin(
        made, "assessment_write", actor=actor, at=at, data={"kind": str(AssessmentKind(kind).label)}
    )  # fmt: skip
    return made


def sign(*, assessment: ImpactAssessment, actor: Actor, at: datetime) -> ImpactAssessment:
    """Another person answers for it. Raises NotAllowed for who wrote it, DomainError when its day is over."""
    if actor.user is None or actor.user.pk == assessment.written_by_id:
        raise NotAllowed("影响评估由另一位负责人签发，起草人不能签自己写的。")
    if assessment.valid_until <= local_date(at):
        raise DomainError("写的有效期已经过了，请退回重写。")
    records.move(
        assessment, "assessment_sign", actor=actor, at=at, data={"until": assessment.valid_until.isoformat()},
        fields={"signed_by": actor.user, "signed_at": at},
    )  # fmt: skip
    return assessment


def send_back(
    *, assessment: ImpactAssessment, reason: str, actor: Actor, at: datetime
) -> ImpactAssessment:
    """Not signed, for a reason; the officer writes a new one from it. Raises Invalid without a reason."""
    held = cleaned({"reason": Words("退回的理由", 300)}, {"reason": reason})
    records.move(assessment, "assessment_return", actor=actor, at=at, reason=held["reason"])
    return assessment


def valid(jurisdiction: Jurisdiction, kind: str, *, at: datetime) -> ImpactAssessment | None:
    """The newest signed assessment that counts today, of the place or one above it. One query."""
    return (
        ImpactAssessment.objects.filter(
            kind=kind, status=State.SIGNED, valid_until__gte=local_date(at),
            jurisdiction__path__in=_and_above(jurisdiction.path),
        ).order_by("-signed_at").first()
    )  # fmt: skip


def lacking(jurisdiction: Jurisdiction, *, at: datetime) -> list[AssessmentKind]:
    """The kinds of PIPL 55 for which nothing counts today. One query."""
    held = set(
        ImpactAssessment.objects.filter(
            status=State.SIGNED, valid_until__gte=local_date(at), jurisdiction__path__in=_and_above(jurisdiction.path)
        ).values_list("kind", flat=True)
    )  # fmt: skip
    return [k for k in AssessmentKind if k not in held]


def need(jurisdiction: Jurisdiction, kind: str, *, at: datetime) -> None:
    """Raise DomainError where ASSESSMENTS_REQUIRED holds the act until an assessment of its kind counts (PIPL 55)."""
    if kind in settings.ASSESSMENTS_REQUIRED and valid(jurisdiction, kind, at=at) is None:
        label = AssessmentKind(kind).label
        raise DomainError(
            f"“{label}”还没有有效的个人信息保护影响评估。请个人信息保护负责人在“个人信息保护”里写好，领导签发以后再办。"
        )


def sweep(*, now: datetime) -> int:
    """End what is over, at 24:00 of its last day (lapse is stamped with the legal moment)."""
    done = 0
    over = ImpactAssessment.objects.filter(status=State.SIGNED, valid_until__lt=local_date(now))
    for held in over.order_by("pk")[:_BATCH]:
        at = datetime.combine(held.valid_until + timedelta(days=1), time(0), tzinfo=SHANGHAI)
        try:
            with transaction.atomic():
                records.move(held, "assessment_expire", actor=Actor.system(), at=at)
        except DomainError:
            continue  # another worker was first
        done += 1
    return done


def _and_above(path: str) -> list[str]:
    """The paths of a jurisdiction and of all above it."""
    step = Jurisdiction.steplen
    return [path[:n] for n in range(step, len(path) + 1, step)]
