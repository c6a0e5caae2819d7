"""What an officer finds secret at triage: shut from the proposal on, its text deleted when a second officer agrees (3.5).

At intake only the marks of a classified paper can be seen (suggestions/secrecy.py); the rest is for people to notice.
"""

from datetime import datetime
from typing import Any

from suggestions.codes import NotAcceptedReason
from suggestions.models import PendingDecision, Suggestion
from suggestions.services import said, secrecy_alarm

_TITLE = "内容涉及国家秘密，已经删除"
_SHUT = frozenset({NotAcceptedReason.STATE_SECRET, NotAcceptedReason.SECRET_OR_DEFAMATORY})


def shuts(reason: str) -> bool:
    """Whether an item proposed for refusal on this ground is out of everybody else's reach."""
    return reason in _SHUT


def shut(suggestion: Suggestion) -> dict[str, Any]:
    """The columns that shut an item; its hints go, and those of others that name it."""
    said.forget_hints(suggestion)
    return {"is_secret": True}


def found(decision: PendingDecision, *, at: datetime) -> None:
    """The security administrator hears of the item's number, and of nothing it says."""
    secrecy_alarm.found(decision=decision, at=at)


def delete(suggestion: Suggestion, *, reason: str, at: datetime) -> None:
    """Do not store what is secret (process.md 3.5): once the refusal is through, the text and the files go.

    Under the old code that also meant defamation nothing is deleted: nobody can say any more which of the two it was.
    """
    if reason == NotAcceptedReason.STATE_SECRET:
        said.delete(
            suggestion=suggestion, event="secret_text_deleted", title=_TITLE, at=at,
            words="认定涉密，删除了内容、附件和提示，只留时间和理由",
        )  # fmt: skip
