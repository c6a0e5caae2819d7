"""What the home page reads of answers."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from suggestions.models import Reply, Suggestion
from suggestions.selectors.public import replies_for_lists


def newest_answers(*, limit: int = 4) -> list[Suggestion]:
    """The last answered published items, adopted and refused alike."""
    # Exists, not a join: DISTINCT over a join sorts every answered item before the first is taken.
    shown = Exists(Reply.objects.filter(suggestion=OuterRef("pk"), is_public=True))
    rows = Suggestion.objects.on_page().answered().filter(shown)
    return list(
        rows.for_list()
        .prefetch_related(replies_for_lists())
        .order_by("-answered_at", "-pk")[:limit]
    )


def answered_since(moment: datetime) -> int:
    """Items answered since a moment, published or not: the whole truth of the week."""
    return Suggestion.objects.filter(answered_at__gte=moment).count()
