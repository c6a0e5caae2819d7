"""Who acts: a member of staff in one role, the author, or the system itself."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from suggestions.states import AUTHOR, SYSTEM

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser as User

    from suggestions.models import Unit


@dataclass(frozen=True, slots=True)
class Actor:
    """The one who acts, in the role acted in. `user` is None for authors and for the system."""

    role: str
    user: "User | None" = None
    unit: "Unit | None" = None
    on_behalf_of: "User | None" = None
    """The person away whose delegated role this is (process.md 2.1): both names stand in the event."""

    @classmethod
    def author(cls) -> "Actor":
        return cls(AUTHOR)

    @classmethod
    def system(cls) -> "Actor":
        return cls(SYSTEM)

    @classmethod
    def staff(
        cls,
        user: "User",
        role: str,
        unit: "Unit | None" = None,
        on_behalf_of: "User | None" = None,
    ) -> "Actor":
        return cls(str(role), user, unit, on_behalf_of)


def acting_for(actor: Actor, data: dict[str, Any]) -> dict[str, Any]:
    """An event's data, with whose role was borrowed where it was."""
    if actor.on_behalf_of is None:
        return data
    return {**data, "on_behalf_of": actor.on_behalf_of.pk}
