"""One row of a machine, and the two actors that are no member of staff."""

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import translation

from suggestions.roles import Role
from suggestions.states.machines import Machine, Visibility

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

AUTHOR = "author"
SYSTEM = "system"
TRIAGE = (Role.TRIAGE_OFFICER,)
OFFICE = (Role.TRIAGE_OFFICER, Role.SUPERVISOR)
UNIT = (Role.LIAISON, Role.HANDLER)
AGENTS = (Role.AGENT_L1, Role.AGENT_L2, Role.AGENT_L3, Role.AGENT_L4)


@dataclass(frozen=True, slots=True)
class Transition:
    """One row: who may move what from where to where, what it starts and stops, who hears of it, and by which rule.

    `starts`, `stops`, `pauses` and `resumes` name clock kinds (clock.py). `notify` names notices (portal/notices).
    `words` is what the timeline says; `{...}` fields come from the event's data.
    """

    machine: Machine
    name: str
    from_: tuple[str, ...]
    to: str
    roles: tuple[str, ...]
    label: "StrOrPromise"
    words: "StrOrPromise"
    visibility: Visibility = Visibility.AUTHOR
    starts: tuple[str, ...] = ()
    stops: tuple[str, ...] = ()
    pauses: tuple[str, ...] = ()
    resumes: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    reason_required: bool = False
    basis: str = ""

    def said(self, data: dict[str, Any]) -> str:
        """The row's words filled from an event's data, in the language of the records, whatever page the act came from."""
        with translation.override(settings.LANGUAGE_CODE):
            return str(self.words).format_map(defaultdict(str, data))
