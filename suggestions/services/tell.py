"""Telling the author about an act that is no row of a machine: the outbox, with the event that says what happened."""

from suggestions import outbox
from suggestions.models import CaseEvent, Suggestion


def author(suggestion: Suggestion, code: str, event: CaseEvent) -> None:
    """Queue one notice to the author; portal/notices/texts.py has its words. Call inside the act's transaction."""
    outbox.enqueue(
        outbox.AUTHOR_NOTICE,
        {"code": code, "suggestion": suggestion.pk, "event": event.pk},
        key=f"{code}:{suggestion.pk}:{event.seq}",
    )
