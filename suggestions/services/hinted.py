"""Whether people followed the machine's hints, so that their accuracy can be counted later (process.md 4.4)."""

from suggestions.models import Suggestion, TriageHint


def note_choice(suggestion: Suggestion, kind: str, chosen: str) -> None:
    """Mark the hints of a kind as followed or not by what a person chose. Two queries."""
    hints = TriageHint.objects.filter(suggestion=suggestion, kind=kind)
    hints.filter(value=chosen).update(followed=True)
    hints.exclude(value=chosen).update(followed=False)
