"""What people chose where hints are made, kept beside the hints, and how often the two agree (process.md 4.4).

Every decision is kept, also where a person chose something else and where the rules had said nothing: a rate whose
denominator leaves those out would praise itself. Nothing here acts on an item.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Q, Sum, When

from suggestions import access
from suggestions.insight import hints as rules
from suggestions.insight import redaction
from suggestions.matrix import MATRIX
from suggestions.models import HintChoice, Suggestion, TriageHint

if TYPE_CHECKING:
    from django.contrib.auth.models import AbstractUser, AnonymousUser

Kind = TriageHint.Kind
PARTS = ("title", "problem", "proposal", "place")


def note_choices(suggestion: Suggestion, chosen: Mapping[str, str], *, at: datetime) -> None:
    """Keep what a person chose, by kind, and whether a hint had said so. "" means: none of those offered. Three queries.

    The last choice of a kind stands (a reassignment corrects a dispatch); the item's events tell the earlier ones.
    Choosing none where none was offered is no decision about hints and leaves no row.
    """
    hints = TriageHint.objects.filter(suggestion=suggestion, kind__in=list(chosen))
    offered: dict[str, list[tuple[str, str]]] = {kind: [] for kind in chosen}
    for kind, value, version in hints.order_by("-confidence", "pk").values_list(
        "kind", "value", "hint_version"
    ):
        offered[kind].append((value, version))
    if any(offered.values()):
        said = [When(kind=kind, value=chosen[kind], then=True) for kind in chosen]
        hints.order_by().update(followed=Case(*said, default=False))
    rows = []
    for kind, held in offered.items():
        values = [value for value, _version in held]
        if not values and not chosen[kind]:
            continue
        rows.append(
            HintChoice(
                suggestion=suggestion, kind=kind, chosen=chosen[kind][:80], offered=values[0] if values else "",
                hint_version=held[0][1] if held else rules.VERSION, hits=int(values[:1] == [chosen[kind]]),
                any_hit=chosen[kind] in values, total=1, decided_at=at,
            )
        )  # fmt: skip
    _keep(rows)


def _keep(rows: list[HintChoice]) -> None:
    """Write choices in one statement; an earlier choice of the same kind gives way."""
    if rows:
        HintChoice.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["suggestion", "kind"],
            update_fields=["chosen", "offered", "hint_version", "hits", "any_hit", "total", "decided_at"],
        )  # fmt: skip


def note_spans(suggestion: Suggestion, released: dict[str, str], *, at: datetime) -> None:
    """Keep how many of the places the rules had marked as personal data people left out of the released page.

    `released` are the public texts by PARTS. Nothing of the texts themselves is kept.
    """
    total = hits = 0
    for part in PARTS:
        text = str(getattr(suggestion, f"original_{part}"))
        for span in redaction.find_spans(text):
            total += 1
            hits += text[span.start : span.end] not in released.get(part, "")
    if not total:
        return
    TriageHint.objects.filter(suggestion=suggestion, kind=Kind.SPAN).update(followed=hits == total)
    _keep(
        [
            HintChoice(
                suggestion=suggestion, kind=Kind.SPAN, chosen="", offered="", hint_version=rules.VERSION, hits=hits,
                any_hit=hits > 0, total=total, decided_at=at,
            )
        ]
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Accuracy:
    """Counted agreement of one kind and version. `first` and `any` are of `offered`; for personal data all of `places`."""

    kind: str
    label: str
    version: str
    decided: int
    offered: int
    first: int
    any: int
    silent: int
    """Decisions for which the rules had offered nothing."""


def accuracy(
    user: "AbstractUser | AnonymousUser",
    *,
    since: datetime,
    until: datetime,
    kinds: Iterable[str] = (),
    version: str = "",
) -> list[Accuracy]:
    """Hits and totals by kind and version for decisions from `since` up to `until`, in the jurisdictions whose internal
    figures the user may see; empty for anybody else. One query, whatever the number of items. Source: process.md 4.4.
    """
    paths = [
        role.jurisdiction.path for role in access.scope(user).holds(MATRIX["internal_statistics"])
    ]
    if not paths:
        return []
    reach = Q()
    for path in paths:
        reach |= Q(suggestion__jurisdiction__path__startswith=path)
    rows = HintChoice.objects.filter(reach, decided_at__gte=since, decided_at__lt=until)
    if kinds:
        rows = rows.filter(kind__in=list(kinds))
    if version:
        rows = rows.filter(hint_version=version)
    asked = ~Q(offered="")
    found = {
        (r["kind"], r["hint_version"]): r
        for r in rows.order_by().values("kind", "hint_version").annotate(
            decided=Count("pk"), with_hint=Count("pk", filter=asked), first=Count("pk", filter=asked & Q(hits__gt=0)),
            any=Count("pk", filter=asked & Q(any_hit=True)), places=Sum("total"), left_out=Sum("hits"),
        )
    }  # fmt: skip
    held = []
    for kind in Kind:
        for (name, made_by), r in sorted(found.items()):
            if name != kind:
                continue
            if kind == Kind.SPAN:
                facts = (r["decided"], r["places"], r["left_out"], r["left_out"], 0)
            else:
                facts = (
                    r["decided"], r["with_hint"], r["first"], r["any"], r["decided"] - r["with_hint"],
                )  # fmt: skip
            held.append(Accuracy(str(kind), str(kind.label), made_by, *facts))
    return held
