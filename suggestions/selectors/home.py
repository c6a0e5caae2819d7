"""What the home page reads of answers."""

from datetime import datetime

from django.db.models import Exists, OuterRef

from suggestions.models import Reply, Suggestion
from suggestions.selectors.public import PLACE, Place


def newest_answers(*, limit: int = 4) -> list[Place]:
    """The places of the last answered published items, adopted and refused alike. One query."""
    # Exists, not a join: DISTINCT over a join sorts every answered item before the first is taken.
    shown = Exists(Reply.objects.filter(suggestion=OuterRef("pk"), is_public=True))
    rows = Suggestion.objects.on_page().answered().filter(shown)
    listed = rows.order_by("-answered_at", "-pk").values_list(*PLACE)[:limit]
    return [Place(*row) for row in listed]


def answered_since(moment: datetime) -> int:
    """Items answered since a moment, published or not: the whole truth of the week."""
    return Suggestion.objects.filter(answered_at__gte=moment).count()
