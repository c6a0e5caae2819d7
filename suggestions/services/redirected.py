"""The text of what was pointed elsewhere is kept only as long as it may be asked about (process.md 4.3; PIPL 19)."""

from datetime import datetime, timedelta

from suggestions.codes import RecordClass
from suggestions.errors import DomainError
from suggestions.models import CaseEvent, Suggestion
from suggestions.services import retention_rules, said
from suggestions.states import Case

_TITLE = "已指引其他渠道，内容已按规定删除"
_BATCH = 200


def delete_texts(*, now: datetime) -> int:
    """Sweep: empty the text of items redirected before their term of keeping. Time, category and channel stay.

    Events hold none of it: they say where the item was pointed, never what it said.
    """
    days = retention_rules.current(RecordClass.REDIRECTED).days
    old = CaseEvent.objects.filter(name="redirect", at__lt=now - timedelta(days=days))
    due = Suggestion.objects.filter(
        status=Case.REDIRECTED, pk__in=old.values("suggestion_id")
    ).exclude(original_problem="", original_title=_TITLE)
    done = 0
    for suggestion in due[:_BATCH]:
        try:
            _delete(suggestion, days, now)
        except DomainError:
            continue  # Somebody acted at the same moment; the next sweep looks again.
        done += 1
    return done


def _delete(suggestion: Suggestion, days: int, now: datetime) -> None:
    said.delete(
        suggestion=suggestion, event="redirect_text_deleted", title=_TITLE, at=now,
        words=f"转出满{days}天，删除了内容，只留时间、类别和去向",
    )  # fmt: skip
