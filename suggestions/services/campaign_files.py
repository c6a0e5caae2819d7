"""What people said to a campaign besides their suggestions, as rows of a file: words of surveys, answers to its own questions.

No row says who spoke: a survey's words stand without their voice, an item's answers with its number alone, and all of it is
masked (process.md 9.2). The caller knows who may (matrix, export_campaign_answers) and writes down that it was fetched.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.db.models import QuerySet

from suggestions.campaign_polls import Poll
from suggestions.insight import redaction
from suggestions.models import CampaignAnswer, PollChoice, Suggestion
from suggestions.services.exports import safe

_CHUNK = 500


def survey_words(campaign_id: int, polls: Iterable[Poll]) -> Iterator[list[str]]:
    """Heading, then a line for each answer in words of a counted voice: survey, question, what was said. Streams.

    Sorted by what was said, so that the lines of one voice do not stand together.
    """
    titles = {poll.key: poll.title for poll in polls}
    yield ["问卷", "问题", "回答（已遮盖个人信息）"]
    rows = PollChoice.objects.exclude(words="").filter(
        voice__campaign_id=campaign_id, voice__confirmed_at__isnull=False, voice__withdrawn_at=None
    )
    held = rows.order_by("voice__poll_key", "question", "words").values_list(
        "voice__poll_key", "question", "words"
    )
    for key, question, words in held.iterator(chunk_size=_CHUNK):
        yield [safe(titles.get(key, "")), safe(question), safe(_masked(words))]


def own_questions(campaign_id: int, *, barred: Iterable[int] = ()) -> Iterator[list[str]]:
    """Heading, then a line for each item that answered: its number, the day it came, and a column a question as it was worded.

    Without what is shut and without `barred`, what the reader is kept out of (XF 28, 30). Streams.
    """
    labels = _labels(campaign_id)
    yield ["编号", "收到", *(safe(label) for label in labels)]
    rows = (
        Suggestion.objects.filter(campaign_id=campaign_id, campaign_answers__isnull=False)
        .not_shut()
        .exclude(pk__in=list(barred))
        .distinct()
    )
    for item in _by_key(rows):
        said: dict[str, list[str]] = {}
        for answer in item.campaign_answers.all():
            said.setdefault(answer.label, []).append(answer.value)
        cells = (safe(_masked("；".join(said.get(label, [])))) for label in labels)
        yield [item.case_no, f"{item.received_at:%Y-%m-%d}", *cells]


def counts(campaign_id: int) -> tuple[int, int]:
    """How many lines the two files have, headings apart. Two queries."""
    words = PollChoice.objects.exclude(words="").filter(
        voice__campaign_id=campaign_id, voice__confirmed_at__isnull=False, voice__withdrawn_at=None
    )
    answered = CampaignAnswer.objects.filter(suggestion__campaign_id=campaign_id)
    return words.count(), answered.values("suggestion").distinct().count()


def _labels(campaign_id: int) -> Sequence[str]:
    found = CampaignAnswer.objects.filter(suggestion__campaign_id=campaign_id).exclude(label="")
    return list(dict.fromkeys(found.order_by("position", "label").values_list("label", flat=True)))


def _by_key(rows: "QuerySet[Suggestion]") -> Iterator[Any]:
    """All rows, a chunk at a time with their answers."""
    last = 0
    while True:
        chunk = list(
            rows.filter(pk__gt=last)
            .only("pk", "case_no", "received_at")
            .prefetch_related("campaign_answers")
            .order_by("pk")[:_CHUNK]
        )
        yield from chunk
        if len(chunk) < _CHUNK:
            return
        last = chunk[-1].pk


def _masked(text: str) -> str:
    return redaction.mask(text, redaction.find_spans(text))
