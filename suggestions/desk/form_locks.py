"""The lock of an item while one of its forms is open (services/locks), for every form that is no act of desk/acts.

Opening a form takes the lock; sending it while a colleague holds it does nothing and keeps every word. Who gives a reason
in the form itself takes the item over and the same sending goes through.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from suggestions import access
from suggestions.actor import Actor
from suggestions.desk.lock_forms import TakeOverForm
from suggestions.errors import DomainError, Invalid
from suggestions.models import PublicationReview, Suggestion
from suggestions.roles import UNIT_ROLES, Role
from suggestions.services import locks, record_locks


@dataclass(frozen=True, slots=True)
class Form:
    """Who opens a form of an item, and where it stands."""

    actor: Callable[[Any, Suggestion], Actor | None]
    address: Callable[[Suggestion], str]


def _in_unit(user: Any, item: Suggestion) -> Actor | None:
    for part in access.own_assignments(user, item):
        actor = access.unit_actor(user, part.unit_id, sorted(UNIT_ROLES))
        if actor is not None:
            return actor
    return None


def _by(action: str) -> Callable[[Any, Suggestion], Actor | None]:
    return lambda user, item: access.may(user, action, item)


def _at(name: str) -> Callable[[Suggestion], str]:
    return lambda item: reverse(name, args=[item.case_no])


def _round(item: Suggestion) -> str:
    """The newest round of masking of the item."""
    pk = PublicationReview.objects.filter(suggestion=item).order_by("-pk").values_list("pk", flat=True).first()  # fmt: skip
    return reverse("desk:publication", args=[pk]) if pk else reverse("desk:publication_queue")


FORMS: dict[str, Form] = {
    "reply": Form(_in_unit, _at("desk:reply")),
    "opinion": Form(_in_unit, _at("desk:opinion")),
    "review": Form(
        lambda user, item: access.may_transition(user, "pass_reply", item), _at("desk:review")
    ),
    "publication": Form(lambda user, item: access.actor_for(user, item, [Role.PUBLISHER]), _round),
    "page_state": Form(
        lambda user, item: access.may_transition(user, "suspend", item), _at("desk:page_state")
    ),
    "arrival": Form(_by("change_arrival"), _at("desk:arrival")),
    "split": Form(_by("split_case"), _at("desk:split")),
}
"""Forms by the name that their pings and take-overs carry (`act`)."""


def holder(request: HttpRequest) -> int | None:
    """The user whom the form named as the one at work, from its hidden field; None where it named nobody."""
    named = request.POST.get("holder", "")
    return int(named) if named.isdecimal() and len(named) < 10 else None


class FormLock:
    """One request at a form: the lock as it is held now, and why nothing may be done, in words."""

    def __init__(self, request: HttpRequest, item: Suggestion, actor: Actor, name: str) -> None:
        self.item, self.actor, self.name = item, actor, name
        self.reason = request.POST.get("take_over_reason", "")[:200]
        self.problem = ""
        at = timezone.now()
        self.held = locks.take(suggestion=item, actor=actor, at=at)
        if request.method != "POST" or self.held.mine:
            return
        self.problem = words(self.held)
        if self.reason.strip() and access.may(request.user, "take_over_lock", item) is not None:
            try:
                locks.take_over(
                    suggestion=item, actor=actor, reason=self.reason, at=at, holder=holder(request)
                )
            except Invalid as error:
                self.problem += "".join(w for held in error.errors.values() for w in held)
            except DomainError as error:
                self.problem = str(error)
            else:
                self.held = locks.take(suggestion=item, actor=actor, at=at)
                self.problem, self.reason = "", ""

    def check(self) -> None:
        """Raise DomainError while a colleague holds the item."""
        if self.problem:
            raise DomainError(self.problem)

    def release(self) -> None:
        """After the last act at this form."""
        locks.release(suggestion=self.item, actor=self.actor)

    def context(self) -> dict[str, Any]:
        """What `_lock.html` and `_lock_field.html` show."""
        return {
            "lock": self.held, "act_name": self.name, "take_over": TakeOverForm(auto_id="lock-%s"),
            "take_over_reason": self.reason, "lock_refused": bool(self.problem),
        }  # fmt: skip


class RecordFormLock:
    """FormLock for the forms of a record: who may take the act may also take its form over, for a reason.

    `page`: the record's own screen, where the form is not on it.
    """

    def __init__(
        self, request: HttpRequest, record: record_locks.Locked, actor: Actor, page: str = ""
    ) -> None:
        self.record, self.actor = record, actor
        self.reason = request.POST.get("take_over_reason", "")[:200]
        self.problem = ""
        at = timezone.now()
        self.held = record_locks.take(record=record, actor=actor, at=at)
        if request.method != "POST" or self.held.mine:
            return
        self.problem = words(self.held)
        if self.reason.strip():
            try:
                record_locks.take_over(
                    record=record, actor=actor, reason=self.reason, at=at, page=page or request.path,
                    holder=holder(request),
                )  # fmt: skip
            except Invalid as error:
                self.problem += "".join(w for held in error.errors.values() for w in held)
            except DomainError as error:
                self.problem = str(error)
            else:
                self.held = record_locks.take(record=record, actor=actor, at=at)
                self.problem, self.reason = "", ""

    def check(self) -> None:
        """Raise DomainError while a colleague holds the record."""
        if self.problem:
            raise DomainError(self.problem)

    def release(self) -> None:
        """After the act."""
        record_locks.release(record=self.record, actor=self.actor)

    def context(self) -> dict[str, Any]:
        """What `_record_lock.html` shows."""
        return {"lock": self.held, "take_over_reason": self.reason}


def words(held: locks.Held) -> str:
    """Why the form was not taken, and what to do."""
    return _("%(who)s您填的还在下面。要由您来办，请写明接手的理由，再提交一次。") % {
        "who": held.words
    }
