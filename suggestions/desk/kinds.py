"""What a noun of the desk's rooms says of itself: its lists, the sections of its screen, and its acts with form and service."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest

from suggestions.actor import Actor
from suggestions.desk.panels import Link
from suggestions.models import Jurisdiction

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Row:
    """A line of a table on a record's screen, with what can be done about it."""

    cells: Sequence[str]
    links: Sequence[Link] = ()


@dataclass(frozen=True)
class Block:
    """A section of a record's screen: facts, a text, or a table."""

    heading: "StrOrPromise"
    facts: Sequence[tuple["StrOrPromise", str]] = ()
    text: str = ""
    headers: Sequence["StrOrPromise"] = ()
    rows: Sequence[Row] = ()
    links: Sequence[Link] = ()
    empty: "StrOrPromise" = ""

    def lines(self) -> list[tuple[list[tuple["StrOrPromise", str]], Sequence[Link]]]:
        """The rows with each cell beside its header: on a telephone a line stands alone and says what it holds."""
        return [(list(zip(self.headers, r.cells, strict=False)), r.links) for r in self.rows]

    def has_links(self) -> bool:
        """Whether anything can be done about any of the rows."""
        return any(r.links for r in self.rows)


@dataclass(frozen=True)
class Step:
    """What a form and its service get: the record or what it starts from, who acts, for which part, when."""

    request: HttpRequest
    actor: Actor
    jurisdiction: Jurisdiction
    at: datetime
    record: Any = None
    part: Any = None


class StepForm(forms.Form):
    """A form of one act. `step` is at hand for choices; subclasses fill them in `prepare`."""

    def __init__(self, data: Any = None, *, step: Step) -> None:
        files = None if data is None else step.request.FILES
        super().__init__(data, files, label_suffix="", auto_id="step-%s")
        self.step = step
        self.prepare()

    def prepare(self) -> None:
        """Fill choices and first values."""


@dataclass(frozen=True)
class Act:
    """One act: where its button stands, who may press it and when, its form, the service it calls.

    `states` empty: at any time. `part` loads the part named in the address (a booking, a question) or raises Http404.
    `begins`: makes a new record and stands on the list instead.
    """

    name: str
    label: "StrOrPromise"
    perform: Callable[[dict[str, Any], Step], Any]
    roles: Sequence[str]
    states: Sequence[str] = ()
    form: type[StepForm] = StepForm
    advice: "StrOrPromise" = ""
    done: "StrOrPromise" = ""
    primary: bool = False
    begins: bool = False
    part: Callable[[Any, int], Any] | None = None
    shows: Callable[[Any], str] | None = None


def serve(service: Callable[..., Any], noun: str) -> Callable[[dict[str, Any], Step], Any]:
    """The service as an act's `perform`: `noun` is its argument for the record, or for the part of it acted on."""

    def perform(held: dict[str, Any], step: Step) -> Any:
        whole = {noun: step.record if step.part is None else step.part}
        return service(**whole, actor=step.actor, at=step.at, **held)

    return perform


@dataclass(frozen=True)
class Kind:
    """One noun of the rooms."""

    slug: str
    room: str
    label: "StrOrPromise"
    model: type[Any]
    see: str
    open_states: Sequence[str]
    headers: Sequence["StrOrPromise"]
    cells: Callable[[Any], Sequence[str]]
    blocks: Callable[[HttpRequest, Any], Sequence[Block]]
    acts: Sequence[Act] = ()
    rows: Callable[[HttpRequest, QuerySet[Any]], QuerySet[Any]] = field(
        default=lambda _request, rows: rows
    )
    intro: "StrOrPromise" = ""
    more: Sequence[tuple["StrOrPromise", str]] = ()
    """Pages of the noun beside its list: label and the name of the address."""
    reach: Callable[[HttpRequest], QuerySet[Any]] | None = None
    """What this person may see, where the noun is no Record (an adoption); else access.records says it."""
    events: Callable[[Any], Sequence[Any]] | None = None


KINDS: dict[str, Kind] = {}


def register(kind: Kind) -> Kind:
    """Make a noun known to the rooms."""
    KINDS[kind.slug] = kind
    return kind
