"""What other rooms of the desk show on an item's screen: each registers a panel and the acts it offers there.

A panel costs a fixed number of queries, whatever the item has been through.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from suggestions.models import Suggestion


@dataclass(frozen=True)
class Link:
    """An act offered in the list "现在可以做的"."""

    label: "StrOrPromise"
    url: str
    primary: bool = False


@dataclass(frozen=True)
class Panel:
    """A section of the item screen: its template gets `context`, the item as `item`, and nothing else."""

    template: str = ""
    context: dict[str, Any] = field(default_factory=dict)
    acts: tuple[Link, ...] = ()
    place: Literal["main", "side"] = "main"
    top: str = ""
    """A template for what must be read before the item itself; with the same context."""


Maker = Callable[[HttpRequest, "Suggestion"], Panel | None]
_MAKERS: list[Maker] = []


def register(maker: Maker) -> Maker:
    """Decorator: have this function asked for a panel on every item screen; None shows nothing."""
    _MAKERS.append(maker)
    return maker


def collect(request: HttpRequest, item: "Suggestion") -> list[Panel]:
    """All panels of this item for this user, in order of registration (the order of desk/urls.py)."""
    return [p for p in (maker(request, item) for maker in _MAKERS) if p is not None]
