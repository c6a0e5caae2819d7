"""Tags and filters that every template has without loading them (TEMPLATES builtins in the settings)."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.http import QueryDict
from django.template import Context
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal import icons, wording
from suggestions.codes import Outcome
from suggestions.states import PublicGroup

register = template.Library()

register.filter("keep", wording.keep, is_safe=True)
register.filter("span", wording.span, is_safe=True)
register.filter("masked", wording.masked, is_safe=True)
register.filter("paragraphs", wording.paragraphs, is_safe=True)
register.filter("telephone", wording.telephone, is_safe=True)
register.filter("cn_date", wording.cn_date)
register.filter("cn_day", wording.cn_day)
register.filter("cn_weekday", wording.cn_weekday)
register.filter("cn_on", wording.cn_on)
register.filter("cn_datetime", wording.cn_datetime)
register.filter("days_left", wording.days_left)
register.filter("thousands", wording.thousands)
register.filter("filesize_cn", wording.filesize_cn)

# Round is progress: the word, its shape and its colour.
LATE = "late"
_STATUS: dict[str, tuple[Any, str, str]] = {
    PublicGroup.AWAITING: (PublicGroup.AWAITING.label, "s-wait", "st"),
    PublicGroup.IN_PROGRESS: (PublicGroup.IN_PROGRESS.label, "s-doing", "st st--doing"),
    PublicGroup.DONE: (PublicGroup.DONE.label, "s-done", "st st--done"),
    LATE: (_("已逾期"), "s-late", "st st--late"),
}
# Square is decision. A refusal with reasons is not an error, so 不予采纳 is neutral grey.
_OUTCOME: dict[str, tuple[str, str]] = {
    Outcome.ADOPTED: ("d-yes", " tag--yes"),
    Outcome.PARTLY_ADOPTED: ("d-part", " tag--yes"),
    Outcome.PLANNED: ("d-plan", " tag--soon"),
    Outcome.UNDER_STUDY: ("d-study", " tag--soon"),
    Outcome.ALREADY_IN_PLACE: ("d-rule", ""),
    Outcome.FOR_REFERENCE: ("d-ref", ""),
    Outcome.NOT_ADOPTED: ("d-no", ""),
}
# A place in a list belongs to one question; another question starts at the first page.
_PLACES = ("cursor", "page")


@register.simple_tag
def icon(name: str, css: str = "", label: object = "") -> SafeString:
    """`{% icon "right" %}`: an inline icon, hidden from screen readers unless it has a `label`."""
    return icons.svg(f"i-{name}", f"i {css}".strip(), label)


@register.simple_tag
def shape(name: str, css: str = "", label: object = "") -> SafeString:
    """`{% shape "s-done" %}`: a status or decision shape, the mark or the wordmark."""
    return icons.svg(name, css, label)


@register.simple_tag
def mark() -> SafeString:
    """The product's mark, in the colours of the page."""
    return icons.svg("mark", "logo__mark")


@register.simple_tag
def wordmark() -> SafeString:
    """The product's name as drawn letters, read out as 建言."""
    return icons.svg("wordmark", "logo__word", _("建言"))


@register.simple_tag
def status_mark(group: str, late: bool = False, label: object = "") -> SafeString:
    """Progress, round: 待回复, 办理中, 已办理 by public group, or 已逾期 as a triangle when `late`.

    `label` replaces the word (已逾期4天). A state the public is never shown has no group: nothing.
    """
    found = _STATUS.get(LATE if late else group)
    if found is None:
        return SafeString("")
    word, drawing, css = found
    return format_html('<span class="{}">{}{}</span>', css, icons.svg(drawing), label or word)


@register.simple_tag
def outcome_tag(code: str, big: bool = False) -> SafeString:
    """The square tag of a decision by its outcome code; nothing while there is no decision."""
    found = _OUTCOME.get(code)
    if found is None:
        return SafeString("")
    drawing, css = found
    size = " tag--big" if big else ""
    return format_html(
        '<span class="tag{}{}">{}{}</span>', css, size, icons.svg(drawing), Outcome(code).label
    )


@register.simple_tag(takes_context=True)
def query_set(context: Context, **changes: Any) -> str:
    """The query string of this page with some keys changed: `href="{% query_set topic='bus' %}"`.

    A value of None or "" takes the key out, a list gives several values; `key__add` and `key__remove`
    change one value of a key that has several. Any change but of the place itself goes back to the
    first page. Without anything left it is "?", which is this page without a question.
    """
    request = context.get("request")
    query: QueryDict = request.GET.copy() if request is not None else QueryDict(mutable=True)
    for place in _PLACES:
        if place not in changes:
            query.pop(place, None)
    for name, value in changes.items():
        key, _sep, verb = name.partition("__")
        if verb == "add":
            kept = [v for v in query.getlist(key) if v != str(value)]
            query.setlist(key, [*kept, str(value)])
        elif verb == "remove":
            query.setlist(key, [v for v in query.getlist(key) if v != str(value)])
        elif value is None or value == "":
            query.pop(key, None)
        elif isinstance(value, Iterable) and not isinstance(value, str):
            query.setlist(key, [str(v) for v in value])
        else:
            query[key] = str(value)
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def query_pair(context: Context, key: str, value: object) -> str:
    """`query_set` for a key whose name is itself data, as a facet's is."""
    return query_set(context, **{key: value})


@register.simple_tag
def clock_bar(used: int, total: int, left: int | None, unit: str, warm: str = "") -> SafeString:
    """The bar of a term: the part used, and beyond the due date in red; it never resets.

    Drawn with attributes alone, since a strict policy refuses style attributes. `warm` is whose turn it
    is: the author's own term is amber, a unit's is teal.
    """
    late = -left if left is not None and left < 0 else 0
    whole = max(total + late, 1)
    done = round(100 * max(min(used, total), 0) / whole, 1)
    said = (
        _("期限%(total)s%(unit)s，已用完，逾期%(late)s%(unit)s")
        if late
        else _("期限%(total)s%(unit)s，已用%(used)s%(unit)s")
    )
    words = said % {"total": total, "used": used, "late": late, "unit": unit}
    red = format_html(
        '<rect class="c-late" x="{}%" width="{}%" height="100%"/>', done, round(100 - done, 1)
    )
    return format_html(
        '<svg class="clock__bar" role="img" aria-label="{}">'
        '<rect class="{}" width="{}%" height="100%"/>{}</svg>',
        words,
        "c-warm" if warm == "author" else "c-used",
        done,
        red if late else "",
    )
