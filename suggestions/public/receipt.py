"""/receipt/<token>/: what the author takes home, and by when what will happen (process.md T1, K1).

Whoever holds the address holds the receipt, so it is never cached, never indexed and never sent on as a referrer.
"""

from dataclasses import dataclass
from datetime import date

import segno
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from suggestions import clock as counting
from suggestions import dates, numbers
from suggestions.clock import ANSWER_KINDS, local_date
from suggestions.crypto import possible_hashes
from suggestions.guards import ratelimit
from suggestions.guards.address import client_ip
from suggestions.models import Clock, Suggestion
from suggestions.services import clocks
from suggestions.states import Case

# Ended without a unit's answer: the tracking page tells what happened instead of promising dates.
_SETTLED = frozenset({Case.REDIRECTED, Case.NOT_ACCEPTED, Case.MERGED, Case.WITHDRAWN})
QUIET_ZONE = 2  # modules of white around the code, besides the frame's own padding


@dataclass(frozen=True, slots=True)
class Promise:
    """One line of "what happens next": when, what, a word of explanation."""

    when: str
    words: str
    why: str = ""
    kind: str = "todo"


@dataclass(frozen=True, slots=True)
class QrCode:
    """A QR code as one SVG path of horizontal strokes; `size` and `start` in modules, for the viewBox."""

    path: str
    start: int
    size: int


@require_safe
def receipt(request: HttpRequest, token: str) -> HttpResponse:
    """The receipt behind a token; an unknown one is a page that helps on (404)."""
    found = (
        Suggestion.objects.filter(receipt_hash__in=possible_hashes("receipt", token[:200]))
        .select_related("jurisdiction", "lead_unit", "author")
        .first()
    )
    if found is None:
        # Guessing is hopeless (192 random bits); the limit keeps it from costing us anything.
        limited = not ratelimit.hit("track", client_ip(request)).allowed
        response = render(
            request, "suggestions/receipt/unknown.html", status=429 if limited else 404
        )
    else:
        response = render(
            request, "suggestions/receipt/receipt.html", _context(request, found, token)
        )
    response["Cache-Control"] = "no-store, private"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _context(request: HttpRequest, suggestion: Suggestion, token: str) -> dict[str, object]:
    digest = suggestion.idempotency_digest
    return {
        "suggestion": suggestion,
        "query_code": numbers.query_code_on_receipt(token, suggestion.query_code_hash),
        "qr": qr_code(request.build_absolute_uri(request.path)),
        "promises": promises(suggestion, today=local_date(timezone.now())),
        "digest": [digest[i : i + 4] for i in range(0, len(digest), 4)],
        "consented": suggestion.publish_consent,
    }


def promises(suggestion: Suggestion, *, today: date) -> list[Promise]:
    """What happened and what will, with the dates of this item's own clocks. Two queries."""
    registered = suggestion.registered_at or suggestion.received_at
    lines = [Promise(_moment(local_date(registered), today), _("已登记"), kind="done")]
    if suggestion.status in _SETTLED:
        words = _("这件事已经有了结果，请查进度看说明")
        return [*lines, Promise(_("现在"), words, kind="now")]
    held = {
        c.kind: c
        for c in Clock.objects.filter(
            suggestion=suggestion, kind__in=("K2", *ANSWER_KINDS)
        ).order_by("id")
    }
    return [*lines, *_handling(suggestion, held, today), _rating(suggestion)]


def _handling(suggestion: Suggestion, held: dict[str, Clock], today: date) -> list[Promise]:
    kind = clocks.variant("K7a", suggestion)
    forward, answer = held.get("K2"), held.get("K7b") or held.get(kind)
    sms = _("准确日期在转交那天定下来，会告诉您。")
    rule = clocks.current_rule(kind)
    if suggestion.dispatched_at is not None and suggestion.lead_unit is not None:
        words = _("转给%(unit)s办理") % {"unit": suggestion.lead_unit.name}
        lines = [Promise(_moment(local_date(suggestion.dispatched_at), today), words, kind="done")]
    else:
        by = forward.due_on if forward is not None else None
        when = _("%(day)s前") % {"day": full_day(by)} if by else ""
        lines = [Promise(when, _("转给承办单位，告诉您是哪个单位"), kind="now")]
    if suggestion.answered_at is not None:
        return [
            *lines,
            Promise(_moment(local_date(suggestion.answered_at), today), _("答复了您"), kind="done"),
        ]
    if answer is not None:
        kind = "now" if lines[-1].kind == "done" else "todo"
        return [
            *lines,
            Promise(_("%(day)s前") % {"day": full_day(answer.due_on)}, _("答复您"), kind=kind),
        ]
    if forward is None:
        return lines
    latest = counting.due(rule.as_rule(), forward.due_on, clocks.workdays())
    when = _("转交后%(n)d个工作日内，最晚大约%(day)s") % {
        "n": rule.length,
        "day": short_day(latest.on),
    }
    if latest.provisional:
        sms += _("其中有的放假安排还没有公布，公布后可能变动一两天。")
    return [*lines, Promise(when, _("答复您"), sms)]


def _rating(suggestion: Suggestion) -> Promise:
    length = clocks.current_rule("K13").length
    return Promise(
        _("答复后%(n)d天内") % {"n": length}, _("请您评价"), _("不满意、没解决，会退回去重办一次。")
    )


def _moment(day: date, today: date) -> str:
    return _("今天") if day == today else short_day(day)


def short_day(day: date) -> str:
    """5月13日"""
    return dates.short(day)


def full_day(day: date) -> str:
    """4月20日（周一）"""
    return dates.with_weekday(short_day(day), day)


def qr_code(address: str) -> QrCode:
    """The address as a QR code, drawn by attributes alone (the content policy allows no inline style)."""
    code = segno.make(address, error="m", micro=False)
    strokes: list[str] = []
    for y, row in enumerate(code.matrix):
        x = 0
        while x < len(row):
            width = 1
            while x + width < len(row) and row[x + width] == row[x]:
                width += 1
            if row[x]:
                strokes.append(f"M{x} {y}.5h{width}")
            x += width
    return QrCode("".join(strokes), -QUIET_ZONE, len(code.matrix) + 2 * QUIET_ZONE)
