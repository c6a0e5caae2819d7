"""Drafts without an account: a code to come back with from any machine, kept as long as the rules of retention say (process.md 3.4, 9.4)."""

from django.utils.translation import gettext as _

from suggestions import numbers, outbox
from suggestions.crypto import keyed_digest, keyed_hash, possible_hashes
from suggestions.errors import DomainError, Invalid
from suggestions.models import SubmissionDraft
from suggestions.services import voices

CODE_LENGTH = 12
"""26^12, about 2^56: beyond guessing behind a rate limit, and still something one can write down."""
_PURPOSE = "draft-resume"


def resume_code(row: SubmissionDraft) -> str:
    """The code of a draft as XXXX-XXXX-XXXX: always the same for one draft, derived and not stored (its hash is)."""
    number = int.from_bytes(keyed_digest(_PURPOSE, row.idempotency_key), "big")
    letters = []
    for _place in range(CODE_LENGTH):
        number, index = divmod(number, len(numbers.QUERY_CODE_ALPHABET))
        letters.append(numbers.QUERY_CODE_ALPHABET[index])
    plain = "".join(letters)
    digest = keyed_hash(_PURPOSE, plain)
    if row.resume_hash != digest:
        SubmissionDraft.objects.filter(pk=row.pk).update(resume_hash=digest)
        row.resume_hash = digest
    return f"{plain[:4]}-{plain[4:8]}-{plain[8:]}"


def by_code(code: str) -> SubmissionDraft | None:
    """The unfinished draft a code belongs to; None for a wrong code, a sent or deleted one. Forgives case and dashes."""
    plain = numbers.normalise_query_code(code)
    if len(plain) != CODE_LENGTH:
        return None
    return (
        SubmissionDraft.objects.filter(
            resume_hash__in=possible_hashes(_PURPOSE, plain), suggestion=None
        )
        .select_related("jurisdiction")
        .first()
    )


def own_phone(phone: str) -> str:
    """A typed phone as digits. Raises Invalid (phone)."""
    digits, wrong = voices.phone_facts(phone, missing=_("请填手机号。"))
    if wrong:
        raise Invalid({"phone": wrong})
    return digits


def send_to_phone(row: SubmissionDraft, *, phone: str) -> None:
    """Queue an SMS with the code. The number stands in the draft's answers ("_send_to", encrypted), never in the queue.

    Whoever proves to hold that phone finds the draft on their page too (/my/): they get its code in any case.
    """
    if row.suggestion_id is not None:
        raise DomainError(_("这份草稿已经提交，请用回执上的编号查进度。"))
    SubmissionDraft.objects.filter(pk=row.pk).update(phone_hash=keyed_hash("phone", phone))
    outbox.enqueue(voices.DRAFT_NOTICE, {"draft": row.pk}, key=f"draft:{row.pk}")
