"""Which jurisdiction a request is about: the one its host belongs to, else the deployment's first."""

from django.core.cache import cache
from django.http import HttpRequest

from suggestions.models import Jurisdiction

_KEY = "jurisdiction"


def current(request: HttpRequest | None = None) -> Jurisdiction | None:
    """The jurisdiction this site speaks for; None before any is set up. One query a minute and process.

    A province with one site a city will look it up by the host here (design section 4); today the first active root serves.
    """
    held: Jurisdiction | None = cache.get(_KEY)
    if held is None:
        held = Jurisdiction.objects.filter(is_active=True).order_by("path").first()
        if held is not None:
            cache.set(_KEY, held, 60)
    return held
