"""What an act on one item is: its words, its form, who may, when it cannot be done, and the service it calls."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from suggestions import access
from suggestions.actor import Actor
from suggestions.models import Suggestion

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser
    from django_stubs_ext import StrOrPromise

    from suggestions.desk.forms import ActForm

    Person = AbstractUser | AnonymousUser

PLAIN = "suggestions/desk/act_plain.html"


@dataclass(frozen=True)
class Prepared:
    """The form of an act for one item, and what its page shows beside it."""

    form: "ActForm"
    context: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Act:
    """How one act is done at the desk. Without `allow` it is the row of the case machine of the same name.

    `perform` may return a sentence that says better than `done` what became of it; `why_not` says why the act cannot be
    done now ("" when it can) and is asked before the act is offered.
    """

    heading: "StrOrPromise"
    advice: "StrOrPromise"
    button: "StrOrPromise"
    done: "StrOrPromise"
    prepare: Callable[[HttpRequest, Suggestion], Prepared]
    perform: Callable[[Any, Suggestion, Actor, datetime], object]
    allow: "Callable[[Person, Suggestion], Actor | None] | None" = None
    why_not: Callable[[Suggestion, Actor], str] | None = None
    roles: tuple[str, ...] = ()
    template: str = ""
    primary: bool = False


def posted(request: HttpRequest) -> Any:
    """The data a form is bound to: none on a first look and on a preview."""
    return request.POST if request.method == "POST" and "preview" not in request.POST else None


def by_roles(*roles: str) -> "Callable[[Person, Suggestion], Actor | None]":
    """Whoever holds one of these roles on the item."""
    return lambda user, item: access.actor_for(user, item, roles)


def by_matrix(action: str) -> "Callable[[Person, Suggestion], Actor | None]":
    """Whom the matrix lets do this on the item."""
    return lambda user, item: access.may(user, action, item)


def of_the_unit(*roles: str) -> "Callable[[Person, Suggestion], Actor | None]":
    """Somebody in one of these roles of a unit that holds a part of the item, in that unit's name."""

    def found(user: "Person", item: Suggestion) -> Actor | None:
        for part in access.own_assignments(user, item):
            actor = access.unit_actor(user, part.unit_id, roles)
            if actor is not None:
                return actor
        return None

    return found
