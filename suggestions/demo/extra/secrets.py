"""Two items an officer found secret: one shut until a second officer has looked, one whose text is gone (process.md 3.5)."""

from datetime import timedelta
from typing import TYPE_CHECKING

from suggestions.actor import Actor
from suggestions.demo.extra._dates import at
from suggestions.models import Suggestion
from suggestions.roles import Role
from suggestions.services import deciding, intake

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

LEAST = 50
"""A city cut short for a test (`seed_demo --limit`) keeps to its items."""


def seed(city: "Seeder") -> None:
    """Nothing of what they say leaves this module: who has no part in the decision finds neither."""
    if Suggestion.objects.count() < LEAST:
        return
    first = city.actor(Role.TRIAGE_OFFICER)
    second = Actor.staff(city.users[("fenban2", "")], Role.TRIAGE_OFFICER)
    for n, days in enumerate((-6, -1)):
        receipt = intake.submit(
            submission=intake.Submission(
                title="库区外面的路夜里太暗", problem="文中写了库区的位置、岗哨和换岗的钟点。", proposal="路边装灯。",
                topic=city.topics["road"], phone=f"1990006{n:04d}",
            ),
            jurisdiction=city.jurisdiction, idempotency_key=f"demo-secret-{n}", actor=Actor.author(), at=at(city, days),
        )  # fmt: skip
        held = deciding.refuse(
            suggestion=receipt.suggestion, reason="state_secret", words="", actor=first,
            at=at(city, days) + timedelta(hours=2),
        )  # fmt: skip
        if held is not None and days < -1:
            deciding.confirm(decision=held, actor=second, at=at(city, days, 15))
