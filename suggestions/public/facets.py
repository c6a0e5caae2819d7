"""Facets as plain links: what to choose, how many that finds, and how to take a choice back. For browse and search."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.utils.translation import gettext_lazy as _

LABELS = {
    "type": _("类型"),
    "status": _("进度"),
    "outcome": _("结果"),
    "topic": _("领域"),
    "district": _("地区"),
    "unit": _("承办单位"),
    "year": _("年份"),
    "campaign": _("征集活动"),
}
MOST = 15
"""Values a facet shows: a longer list is no help in choosing."""

Label = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Link:
    """One value of a facet."""

    href: str
    label: str
    count: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """What components/facet.html shows."""

    label: str
    choices: list[Link]
    open: bool = False


@dataclass(frozen=True, slots=True)
class Chip:
    """A choice in force, and the address without it. `value` is what a person chose, in words."""

    name: str
    label: str
    value: str
    href: str

    @property
    def words(self) -> str:
        return f"{self.label}：{self.value}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """The choices of an address as values: everything else in a query string is dropped, never echoed."""

    path: str
    values: Mapping[str, tuple[str, ...]]
    rest: tuple[tuple[str, str], ...] = ()

    def href(self, **changes: tuple[str, ...]) -> str:
        """The address with some facets changed, from the first page on."""
        values = {**self.values, **changes}
        pairs = [*self.rest, *((name, v) for name, held in values.items() for v in held)]
        return f"{self.path}?{urlencode(pairs)}" if pairs else self.path

    def with_rest(self, **changes: str) -> str:
        """The address with another order or the like; "" takes a key out."""
        rest = {**dict(self.rest), **changes}
        pairs = tuple((k, v) for k, v in rest.items() if v)
        return Chosen(self.path, self.values, pairs).href()

    def toggled(self, name: str, value: str, *, several: bool) -> str:
        """The address after a press on a value: off when it is on; besides the others where several may be on."""
        held = self.values.get(name, ())
        if value in held:
            return self.href(**{name: tuple(v for v in held if v != value)})
        return self.href(**{name: (*held, value) if several else (value,)})

    def cleared(self) -> str:
        return Chosen(self.path, {}, self.rest).href()


def facet(
    chosen: Chosen,
    name: str,
    counted: Iterable[tuple[str, str, int]],
    *,
    several: bool = False,
    open: bool = False,
) -> Facet:
    """One facet from (value, label, count): the fullest MOST values, and those chosen wherever they stand."""
    held = chosen.values.get(name, ())
    choices = [
        Link(chosen.toggled(name, v, several=several), label, n, v in held)
        for at, (v, label, n) in enumerate(counted)
        if at < MOST or v in held
    ]
    return Facet(str(LABELS[name]), choices, open or bool(held))


def chips(chosen: Chosen, label: Label) -> list[Chip]:
    """What is in force, each with the address that drops it. `label(name, value)` gives the words, "" if unknown."""
    return [
        Chip(
            name,
            str(LABELS[name]),
            label(name, value) or str(_("没有这一项")),
            chosen.toggled(name, value, several=True),
        )
        for name, held in chosen.values.items()
        for value in held
    ]
