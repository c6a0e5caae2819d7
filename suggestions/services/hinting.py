"""Hints for triage, stored with their grounds and version beside what the human then chose (process.md 4.4).

Made once an item, after intake through the outbox or when it is first looked at. They decide nothing: no service reads
them to act, and an item without hints is handled like any other.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from search import likeness
from search.engine import SearchUnavailable, get_engine
from suggestions import documents, outbox
from suggestions.codes import Category
from suggestions.insight import hints as rules
from suggestions.insight import redaction
from suggestions.models import (
    DispatchRule,
    District,
    Suggestion,
    Topic,
    TriageHint,
    Unit,
)
from suggestions.services import hinted
from suggestions.states import TRIAGE_QUEUE

KIND = "hints"
SIMILAR_LIMIT = 5
SIMILAR_FLOOR = 0.3
"""The likeness under which two items are not worth an officer's look: lower than where residents are shown something,
because an officer knows that it is a guess."""
_RECENT = 200
log = structlog.get_logger(__name__)


def ensure(*, suggestion: Suggestion, at: datetime) -> list[TriageHint]:
    """The item's hints, made now if there are none yet and it still waits for triage.

    The item's row is locked meanwhile, so that two first looks at the same moment make one set.
    """
    held = list(suggestion.hints.all())
    if held or suggestion.is_secret or suggestion.status not in TRIAGE_QUEUE:
        return held
    with transaction.atomic():
        Suggestion.objects.select_for_update().only("pk").get(pk=suggestion.pk)
        held = list(suggestion.hints.all())
        if not held:
            TriageHint.objects.bulk_create(_propose(suggestion))
            held = list(suggestion.hints.all())
    return held


def _propose(suggestion: Suggestion) -> list[TriageHint]:
    title, problem, proposal = (
        suggestion.original_title,
        suggestion.original_problem,
        suggestion.original_proposal,
    )
    text = f"{title}\n{problem}\n{proposal}"[:20_000]
    rows: list[TriageHint] = []

    def add(kind: str, value: str, label: str, confidence: float, reasons: Sequence[str]) -> None:
        rows.append(
            TriageHint(
                suggestion=suggestion, kind=kind, value=value[:80], label=label[:120],
                confidence=min(max(confidence, 0.0), 1.0), reasons=list(reasons), hint_version=rules.VERSION,
            )
        )  # fmt: skip

    for hint in rules.category_hints(text):
        add(TriageHint.Kind.CATEGORY, hint.value, str(Category(hint.value).label), hint.confidence, hint.reasons)  # fmt: skip
    topics = list(Topic.objects.filter(is_active=True).order_by("path"))
    names = {t.code: t.name for t in topics}
    leaves = [
        rules.TopicFacts(t.code, t.name, tuple(t.keywords.split())) for t in topics if t.is_leaf()
    ]
    likely = rules.topic_hints(f"{title}\n{text}", leaves)
    for hint in likely:
        add(TriageHint.Kind.TOPIC, hint.value, names[hint.value], hint.confidence, hint.reasons)
    code = suggestion.topic.code if suggestion.topic else (likely[0].value if likely else "")
    for hint, unit in unit_hints(suggestion, code, text=text):
        add(TriageHint.Kind.UNIT, unit.code, unit.name, hint.confidence, hint.reasons)
    for name, count, sure in _spans(suggestion):
        label = _("%(kind)s %(n)d处") % {"kind": name, "n": count}
        add(TriageHint.Kind.SPAN, name, label, 0.9 if sure else 0.5, [_("公开前请核对并遮盖")])
    for other, share, why in similar(suggestion):
        add(TriageHint.Kind.SIMILAR, other.case_no, other.original_title, share, [why])
    return rows


def _spans(suggestion: Suggestion) -> list[tuple[str, int, bool]]:
    """Kinds of personal data the text seems to hold: how many places, and whether the rules are sure of all of them.

    Only counts are kept, never the words: the hint must not be another copy of what is to be masked.
    """
    found = [s for part in hinted.PARTS for s in redaction.find_spans(str(getattr(suggestion, f"original_{part}")))]  # fmt: skip
    return [
        (kind, len(of_kind), all(s.certain for s in of_kind))
        for kind in redaction.KINDS
        if (of_kind := [s for s in found if s.kind == kind])
    ]


def unit_hints(
    suggestion: Suggestion, topic_code: str, *, text: str = ""
) -> list[tuple[rules.Hint, Unit]]:
    """The likeliest lead units by the dispatch directory and the units' duties, best first. About five queries."""
    topic = Topic.objects.filter(code=topic_code).first() if topic_code else None
    path = _path_codes(topic)
    places = _path_codes(suggestion.district)
    rows = [
        rules.DirectoryRow(
            r.topic.code, r.unit.code, r.district.code if r.district else "", r.basis
        )
        for r in DispatchRule.objects.filter(
            jurisdiction_id=suggestion.jurisdiction_id,
            topic__code__in=path,
            unit__is_active=True,
        ).select_related("topic", "unit", "district")
    ]
    units = {
        u.code: u
        for u in Unit.objects.filter(
            jurisdiction_id=suggestion.jurisdiction_id, is_active=True, is_collection_office=False
        )
    }
    facts = [rules.UnitFacts(u.code, u.name, u.duties, u.not_ours) for u in units.values()]
    text = text or f"{suggestion.original_title}\n{suggestion.original_problem}"
    found = rules.unit_hints(text, path, places, rows, facts)
    return [(h, units[h.value]) for h in found if h.value in units]


def directory_unit(suggestion: Suggestion) -> tuple[Unit, str] | None:
    """The lead unit the dispatch directory itself names for the item's topic and place, with its basis; None when it
    names none. The nearest topic wins, then the nearest place. Source: BJ 11.
    """
    topics, places = _path_codes(suggestion.topic), _path_codes(suggestion.district)
    found = DispatchRule.objects.filter(
        jurisdiction_id=suggestion.jurisdiction_id, topic__code__in=topics, unit__is_active=True
    ).select_related("topic", "unit", "district")
    fitting = [
        (topics.index(r.topic.code), places.index(r.district.code) if r.district else 99, r.pk, r)
        for r in found
        if r.district is None or r.district.code in places
    ]
    if not fitting:
        return None
    best = min(fitting)[3]
    return best.unit, best.basis


@dataclass(frozen=True, slots=True)
class _Text:
    """An item as it was written, to be held against another."""

    item: Suggestion

    @property
    def title(self) -> str:
        return str(self.item.original_title)

    @property
    def fields(self) -> dict[str, str]:
        parts = ("problem", "proposal")
        said = {part: str(getattr(self.item, f"original_{part}")) for part in parts}
        return {**said, likeness.PLACE: str(self.item.original_place)}

    @property
    def whole(self) -> str:
        return f"{self.title}\n{self.item.original_problem}\n{self.item.original_proposal}"[:4000]


def similar(suggestion: Suggestion) -> list[tuple[Suggestion, float, str]]:
    """Items that may be the same matter, with how alike they are (0 to 1) and why: published ones by search, and the
    latest of the office.

    Staff only: originals are compared (process.md 4.5). What is shut is never among them. A fixed number of
    queries.
    """
    mine = _Text(suggestion)
    known = Suggestion.objects.filter(jurisdiction_id=suggestion.jurisdiction_id).exclude(pk=suggestion.pk)  # fmt: skip
    recent = known.order_by("-received_at").values_list("pk", flat=True)[:_RECENT]
    wanted = {*recent, *_published_like(mine)}
    rows = known.filter(pk__in=wanted).not_shut()
    others = [_Text(item) for item in rows.order_by("-received_at", "-pk")]
    near = likeness.among(mine.title, others, floor=SIMILAR_FLOOR, most=SIMILAR_LIMIT)
    found = {one.item.pk: (one.item, share, _("说的像是同一件事")) for one, share in near}
    for one in others:
        share = likeness.copied(mine.whole, one.whole)
        if share >= likeness.COPY_FLOOR:
            found[one.item.pk] = (one.item, share, _("文字大部分相同"))
    return sorted(found.values(), key=lambda f: (-f[1], f[0].pk))[:SIMILAR_LIMIT]


def _published_like(mine: _Text) -> set[int]:
    """Keys of published items near the text, and of those it copies; none without search."""
    engine, types = get_engine(), (documents.TYPE,)
    try:
        near = likeness.alike(mine.title, engine=engine, types=types, floor=SIMILAR_FLOOR)
        near += likeness.copies_of(mine.whole, engine=engine, types=types)
    except SearchUnavailable:
        return set()
    return {int(one.hit.key) for one in near if one.hit.key.isdecimal()}


def _path_codes(node: Topic | District | None) -> list[str]:
    """Codes from the node itself up to its root."""
    if node is None:
        return []
    ancestors = [] if node.is_root() else list(node.get_ancestors())
    return [n.code for n in (node, *reversed(ancestors))]


def ask_for(suggestion: Suggestion) -> None:
    """Have the hints made soon after intake, outside the resident's request. In bulk they wait for the first look."""
    if outbox.is_bulk():
        return
    outbox.enqueue(KIND, {"id": suggestion.pk}, key=f"hints:{suggestion.pk}")


def _make(payload: dict[str, Any]) -> None:
    from django.utils import timezone

    found = Suggestion.objects.select_related("topic", "district").filter(pk=payload["id"]).first()
    if found is not None:
        ensure(suggestion=found, at=timezone.now())


def register() -> None:
    """Let the outbox's rows reach this module (called once at start)."""
    outbox.register(KIND, _make)
