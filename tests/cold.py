"""A process that holds nothing from before: the state in which every test begins, and one that counts queries may need again."""

from django.core.cache import cache


def cold() -> None:
    """Forget rate limits, kept pages, words of the search, and what the process was told."""
    from search import vocabulary
    from suggestions import content
    from suggestions.guards import ratelimit
    from suggestions.public import fragments
    from suggestions.services import clock_rules

    cache.clear()
    fragments.clear()
    ratelimit.forget()
    vocabulary.forget()
    content.told.forget()
    clock_rules.told.forget()
