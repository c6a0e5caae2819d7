"""Texts of the catalogues found once and remembered.

The Chinese texts are their own keys and stand in no catalogue, so that each is looked for in the catalogues of a dozen
packages before it is given back as it is: a hundred times a page. Catalogues do not change while a process runs.
"""

from gettext import GNUTranslations
from typing import Any

from django.utils.translation import trans_real

MOST = 20_000
"""Texts remembered of one language: more than there are, and a bound for what somebody makes up."""


def install() -> None:
    """Let every catalogue remember what it was asked. A second call changes nothing."""
    trans_real.DjangoTranslation.gettext = _remembered  # type: ignore[method-assign]


def _remembered(self: Any, message: str) -> str:
    said: dict[str, str] = self.__dict__.setdefault("said", {})
    found = said.get(message)
    if found is None:
        found = GNUTranslations.gettext(self, message)
        if len(said) < MOST:
            said[message] = found
    return found
