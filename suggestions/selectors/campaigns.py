"""What campaign pages read: counts kept for a minute, and the published items of one campaign by key."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.cache import cache
from django.db.models import Count, Q, Sum

from suggestions import content
from suggestions.codes import Outcome
from suggestions.models import Suggestion
from suggestions.selectors.cursors import beyond, make_cursor, read_cursor
from suggestions.selectors.public import replies_for_lists
from suggestions.states import ON_PAGE, Case, PublicGroup

PAGE_SIZE = 20
KEPT_SECONDS = 60


@dataclass(frozen=True, slots=True)
class CampaignCounts:
    """How much a campaign received and what became of it. `received` counts every registered item, also merged and
    redirected ones; `answered` and `adopted` (adopted or partly) count items that have their answer.
    """

    received: int = 0
    published: int = 0
    answered: int = 0
    adopted: int = 0
    co_signs: int = 0


@dataclass(frozen=True, slots=True)
class CampaignItems:
    """One page of a campaign's published items. `next_cursor` is "" on the last page."""

    items: list[Suggestion]
    next_cursor: str
    first_page: bool


def counts(ids: Iterable[int]) -> dict[int, CampaignCounts]:
    """Counts of these campaigns (zeros for one without items): one grouped query, at most once a minute for each set
    and at once after a publication.
    """
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    key = f"campaign-counts:{content.version()}:{','.join(map(str, wanted))}"
    held: dict[int, CampaignCounts] | None = cache.get(key)
    if held is None:
        on_page = Q(publication__in=ON_PAGE) & ~Q(public_group="")
        answered = Q(public_group=PublicGroup.DONE)
        rows = (
            Suggestion.objects.filter(campaign_id__in=wanted)
            .exclude(status=Case.DRAFT)
            .values("campaign_id")
            .annotate(
                received=Count("pk"),
                published=Count("pk", filter=on_page),
                answered=Count("pk", filter=answered),
                adopted=Count(
                    "pk",
                    filter=answered & Q(outcome__in=(Outcome.ADOPTED, Outcome.PARTLY_ADOPTED)),
                ),
                voices=Sum("co_sign_count"),
            )
            .order_by()
        )
        held = {
            row["campaign_id"]: CampaignCounts(
                received=row["received"],
                published=row["published"],
                answered=row["answered"],
                adopted=row["adopted"],
                co_signs=row["voices"] or 0,
            )
            for row in rows
            if row["campaign_id"] is not None
        }
        cache.set(key, held, KEPT_SECONDS)
    return {pk: held.get(pk, CampaignCounts()) for pk in wanted}


def items(campaign_id: int, *, cursor: str = "", size: int = PAGE_SIZE) -> CampaignItems:
    """Published items of a campaign, newest published first, by key; two queries on any page."""
    rows = Suggestion.objects.on_page().filter(campaign_id=campaign_id)
    place = read_cursor(cursor)
    if place:
        rows = rows.filter(beyond("published_at", *place))
    found = list(
        rows.for_list()
        .prefetch_related(replies_for_lists())
        .order_by("-published_at", "-pk")[: size + 1]
    )
    shown = found[:size]
    last = shown[-1] if len(found) > size else None
    following = make_cursor(last.published_at, last.pk) if last and last.published_at else ""
    return CampaignItems(shown, following, first_page=place is None)
