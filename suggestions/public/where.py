"""/where/: what goes where, before somebody writes: which unit does what, which lawful channel takes what is no suggestion.

Built from the directory of units and the channels the desk redirects to, so that both say the same (process.md 4.3, 10;
XF 18). With `?q=` the matter in one's own words: fitting units and channels first, and answers that exist already.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from search.analysis import index_words
from suggestions import rules
from suggestions.codes import REFUSALS, Category
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.jurisdictions import current
from suggestions.models import RedirectTarget, Unit
from suggestions.public.caching import public_page
from suggestions.public.submit_similar import LookAlike, look_alikes
from suggestions.selectors import knowledge
from suggestions.selectors import units as unit_reads

LONGEST = 60


@dataclass(frozen=True, slots=True)
class Channel:
    """One lawful channel with the kinds of matters it takes, in words."""

    target: RedirectTarget
    kinds: str

    @property
    def numbers(self) -> list[str]:
        """Its telephones one by one: each is a link of its own, and none runs off a narrow screen."""
        return [n.strip() for n in re.split("[或、，,；;/]", self.target.phone) if n.strip()]


def _fits(words: set[str], text: str) -> int:
    """How many of the asked words stand in a text; single characters say nothing."""
    return len(words & {w for w in index_words(text) if len(w) > 1})


def _channels(words: set[str]) -> list[Channel]:
    place = current()
    rows = RedirectTarget.objects.filter(is_active=True).filter(
        Q(jurisdiction=None) | Q(jurisdiction=place)
    )
    labels = {str(value): str(label) for value, label in Category.choices}
    found = [
        Channel(t, "、".join(labels[c] for c in t.categories if c in labels)) for t in rows.order_by("pk")
    ]  # fmt: skip
    if not words:
        return found
    scored = [(_fits(words, f"{c.target.name} {c.kinds} {c.target.bring}"), c) for c in found]
    return [c for n, c in sorted(scored, key=lambda pair: -pair[0]) if n]


def _units(words: set[str]) -> list[Unit]:
    held = [u for u in unit_reads.active() if not u.is_collection_office and u.duties]
    if not words:
        return held
    scored = [(_fits(words, f"{u.name} {u.duties}"), u) for u in held]
    return [u for n, u in sorted(scored, key=lambda pair: -pair[0]) if n]


@require_safe
@public_page
def where(request: HttpRequest) -> HttpResponse:
    """The whole list, or what fits the words that were typed. Three queries, and a search with words."""
    typed = rules.clean_text(request.GET.get("q", "")[:400], multiline=False)[:LONGEST]
    words = {w for w in index_words(typed) if len(w) > 1}
    answers: list[LookAlike] = []
    known: list[knowledge.Entry] = []
    if typed:
        verdict = ratelimit.hit("search", client_ip(request))
        if not verdict.allowed:
            said = {"why": "limited", "seconds": verdict.retry_after_seconds}
            response = render(request, "suggestions/reading/no_search.html", said, status=429)
            response["Retry-After"] = str(verdict.retry_after_seconds)
            response["Cache-Control"] = "no-store"
            return response
        answers, known = look_alikes(typed), knowledge.answering(typed)
    context: dict[str, Any] = {
        "typed": typed,
        "units": _units(words),
        "channels": _channels(words),
        "answers": answers,
        "known": known,
        "not_taken": [] if typed else [str(r.label) for r in REFUSALS],
        "crumbs": [("", _("该找谁"))],
    }
    return render(request, "suggestions/reading/where.html", context)
