"""Hints for triage, stored with their grounds and version beside what the human then chose (process.md 4.4).

Made once an item, after intake through the outbox or when it is first looked at. They decide nothing: no service reads
them to act, and an item without hints is handled like any other.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog
from django.db import transaction
from django.utils.translation import gettext as _

from search.engine import Query, SearchUnavailable, get_engine
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
SIMILAR_FLOOR = 0.18
"""Share of common character pairs under which two items are not worth a person's look."""
_RECENT = 400
log = structlog.get_logger(__name__)


def ensure(*, suggestion: Suggestion, at: datetime) -> list[TriageHint]:
    """The item's hints, made now if there are none yet and it still waits for triage.

    The item's row is locked meanwhile, so that two first looks at the same moment make one set.
    """
    held = list(suggestion.hints.all())
    if held or suggestion.status not in TRIAGE_QUEUE:
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


def similar(suggestion: Suggestion) -> list[tuple[Suggestion, float, str]]:
    """Items that may be the same matter: published ones by search, recent ones of the office by their titles.

    Staff only: the second half reads original texts (process.md 4.5). Reports of misconduct are never among them.
    """
    text = f"{suggestion.original_title} {suggestion.original_problem[:120]}"
    try:
        hits = (
            get_engine()
            .search(Query(text=text, types=(documents.TYPE,), match="any", size=SIMILAR_LIMIT * 2))
            .hits
        )
    except SearchUnavailable:
        hits = ()
    recent = (
        Suggestion.objects.filter(jurisdiction_id=suggestion.jurisdiction_id)
        .exclude(pk=suggestion.pk)
        .order_by("-received_at")
        .values_list("pk", "original_title")[:_RECENT]
    )
    mine = _pairs(suggestion.original_title)
    by_title = {pk: _share(mine, _pairs(title)) for pk, title in recent}
    wanted = {int(h.key) for h in hits if h.key.isdecimal()} - {suggestion.pk}
    wanted |= {pk for pk, share in by_title.items() if share >= SIMILAR_FLOOR}
    others = Suggestion.objects.filter(
        pk__in=wanted, jurisdiction_id=suggestion.jurisdiction_id
    ).exclude(category=Category.REPORT_MISCONDUCT)
    whole = _pairs(_said(suggestion))
    found = []
    for other in others:
        title = _share(mine, _pairs(other.original_title))
        said = _contained(whole, _pairs(_said(other)))
        if max(title, said) >= SIMILAR_FLOOR:
            why = "标题相近" if title >= said else "说的事相近"
            found.append((other, max(title, said), why))
    return sorted(found, key=lambda f: (-f[1], f[0].pk))[:SIMILAR_LIMIT]


def _said(suggestion: Suggestion) -> str:
    return f"{suggestion.original_title}{suggestion.original_problem}"[:400]


def _path_codes(node: Topic | District | None) -> list[str]:
    """Codes from the node itself up to its root."""
    if node is None:
        return []
    ancestors = [] if node.is_root() else list(node.get_ancestors())
    return [n.code for n in (node, *reversed(ancestors))]


def _pairs(title: str) -> frozenset[str]:
    plain = "".join(c for c in title if c.isalnum())
    return frozenset(plain[i : i + 2] for i in range(len(plain) - 1))


def _share(a: frozenset[str], b: frozenset[str]) -> float:
    return round(len(a & b) / len(a | b), 2) if a and b else 0.0


def _contained(a: frozenset[str], b: frozenset[str]) -> float:
    """How much of the shorter text stands in the longer one too."""
    return round(len(a & b) / min(len(a), len(b)), 2) if a and b else 0.0


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
