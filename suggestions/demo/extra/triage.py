"""The demo city's desk: hints followed and overruled, an open form, notes, saved lists, officers, exports in every state."""

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model

from suggestions.actor import Actor
from suggestions.models import Suggestion
from suggestions.roles import Role
from suggestions.services import exports, hinting, instructing, locks, notes, officers, saved_queues
from suggestions.states import TRIAGE_QUEUE

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder


def seed(city: "Seeder") -> None:
    """Nothing here changes an item's state."""
    officer, second = _user("fenban"), _user("fenban2")
    one, two = Actor.staff(officer, Role.TRIAGE_OFFICER), Actor.staff(second, Role.TRIAGE_OFFICER)
    waiting = list(
        Suggestion.objects.filter(status__in=TRIAGE_QUEUE, jurisdiction=city.jurisdiction)
        .select_related("jurisdiction", "topic", "district")
        .order_by("pk")[:3]
    )
    for item in waiting:
        hinting.ensure(suggestion=item, at=city.now)
        officers.give(suggestion=item, officer=second, actor=one, at=city.now - timedelta(hours=2))
    if waiting:
        notes.write(
            suggestion=waiting[0], words="@程理 和上个月那件像是同一个小区，请一起看。", actor=one, at=city.now - timedelta(hours=1),
        )  # fmt: skip
        officers.add_tag(suggestion=waiting[0], tag="适老化", actor=one, at=city.now)
        locks.take(suggestion=waiting[0], actor=two, at=city.now - timedelta(minutes=2))
    saved_queues.save(
        user=officer, name="快到期的", query="state=open&due=risk", shared=True, is_default=False
    )
    saved_queues.save(user=officer, name="电话来件", query="state=triage&channel=hotline")
    instructing.set_quota(jurisdiction=city.jurisdiction, per_month=6)
    _exports(city, officer)


def _exports(city: "Seeder", user: Any) -> None:
    """One list ready, one whose file is gone, one that was not written in a day, one still to be written."""
    old = exports.ask(user=user, query="state=done", format="csv", at=city.now - timedelta(days=9))
    exports.write(old, at=city.now - timedelta(days=9))
    exports.ask(user=user, query="state=triage", format="csv", at=city.now - timedelta(days=3))
    exports.forget(now=city.now - timedelta(days=1))
    ready = exports.ask(user=user, query="state=open", format="xlsx", at=city.now)
    exports.write(ready, at=city.now)
    exports.ask(user=user, query="state=open&due=risk", format="csv", at=city.now)


def _user(name: str) -> Any:
    return get_user_model().objects.get(username=name)
