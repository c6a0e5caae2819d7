"""The audience rates a public questioning on line: one phone is one voice for each answer (process.md 6.2).

What was chosen waits here until the phone is proved; then only the ratings stay, under keyed hashes, and the row that held
phone and choices goes within a day.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from suggestions.errors import DomainError, Invalid
from suggestions.models import QaSession, QaVoice
from suggestions.services import questioning, voices
from suggestions.services.voices import Given
from suggestions.states.qa_session import QaSession as State

KEPT_FOR = timedelta(days=1)
REPORT = "report"
"""Key of the yearly report among the scores; the others are keys of questions."""


def takes_ratings(session: QaSession) -> bool:
    """While answers are given and promises followed."""
    return session.status in (State.ANSWERING, State.FOLLOWING)


def rateable(session: QaSession) -> list[str]:
    """Keys of what can be rated: the report of a unit, and each answered question. One query."""
    answered = session.questions.filter(state="shown", answered_at__isnull=False)
    keys = [str(pk) for pk in answered.values_list("pk", flat=True)]
    return [REPORT, *keys] if session.kind == QaSession.Kind.YEARLY_REPORT else keys


def give(
    *, session: QaSession, phone: str, scores: Mapping[str, int], idempotency_key: str, at: datetime,
) -> Given[QaVoice]:  # fmt: skip
    """Take ratings by key of what is rated; they count at once, or when the code sent to the phone comes back.

    What this phone rated before is not counted again, in the same words: the page must not tell a stranger whose phone
    spoke. Raises Invalid (phone, scores), DomainError (no ratings now), IdempotencyConflict.
    """
    if not takes_ratings(session):
        raise DomainError(_("现在不能评分。"))
    digits, wrong = voices.phone_facts(phone)
    errors = {"phone": wrong} if wrong else {}
    known = set(rateable(session))
    if not scores or not set(scores) <= known or not set(scores.values()) <= set(range(1, 6)):
        errors["scores"] = [_("请至少给一个答复打分，1到5分。")]
    if errors:
        raise Invalid(errors)
    key = f"qa:{session.pk}:{idempotency_key}"[:160]
    if earlier := voices.earlier(QaVoice, key=key, digits=digits):
        return earlier
    row = voices.fresh(
        QaVoice, key=key, digits=digits, at=at, session=session, scores=dict(scores), wants_notice=False
    )  # fmt: skip
    return voices.take(row, count=_count_in, at=at)


def find(token: str) -> QaVoice | None:
    """The voice whose receipt has this address."""
    return voices.by_receipt(QaVoice.objects.select_related("session"), token)


def confirm(*, voice: QaVoice, code: str, at: datetime) -> None:
    """The code came back from the phone; now its ratings count. Raises Invalid (wrong code), DomainError (closed)."""
    if voice.confirmed_at is not None:
        return
    voices.check_phone_code(voice, code)
    if not takes_ratings(voice.session):
        raise DomainError(_("现在不能评分。"))
    with transaction.atomic():
        _count_in(voice, QaVoice.Proof.SMS, at)


def forget(*, now: datetime) -> int:
    """Sweep: a day later neither phone nor receipt is needed; the ratings stay and name nobody."""
    return QaVoice.objects.filter(created_at__lt=now - KEPT_FOR).delete()[0]


def _count_in(voice: QaVoice, proof: str, at: datetime) -> None:
    questions = {str(q.pk): q for q in voice.session.questions.all()}
    for key, score in voice.scores.items():
        try:
            with transaction.atomic():
                questioning.rate(
                    session=voice.session, question=questions.get(key), score=score, voice=f"phone:{voice.phone}", at=at
                )  # fmt: skip
        except DomainError:
            # Rated before by this phone: the first rating stands.
            continue
    voice.confirmed_at, voice.proof, voice.phone, voice.scores = at, proof, "", {}
    voice.save(update_fields=["confirmed_at", "proof", "phone", "scores"])
