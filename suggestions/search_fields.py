"""What 单位:, 主题:, 地区:, 年: and the like mean in a search: names people know → the codes that facets hold."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from django.db.models import Q
from django.db.models.signals import post_delete, post_save

from search import vocabulary
from search.models import WordGroup
from search.syntax import register_field
from suggestions import content
from suggestions.codes import Outcome
from suggestions.models import District, Topic, Unit
from suggestions.states import PublicGroup

MOST = 20
"""Units one name may stand for: 局 alone narrows nothing."""

Narrowed = tuple[str, tuple[str, ...]] | None


def unit(value: str) -> Narrowed:
    """Units whose name holds the value, or another name for it (交通局 → 市交通运输局). One query."""
    wanted = Q(pk=None)
    for name in _spellings(value):
        wanted |= Q(name__contains=name) | Q(short_name__contains=name)
    return _codes(
        "unit", Unit.objects.filter(wanted).order_by("code").values_list("code", flat=True)
    )


def topic(value: str) -> Narrowed:
    """The topic of that name; else those whose name holds it. Two queries at most."""
    named = Topic.objects.filter(name__in=_spellings(value)).values_list("code", flat=True)
    found = _codes("topic", named)
    name = vocabulary.plain(value)
    if found is None and name:
        held = Topic.objects.filter(name__contains=name)
        found = _codes("topic", held.order_by("code").values_list("code", flat=True))
    return found


def district(value: str) -> Narrowed:
    """The district whose name begins so (青岩 → 青岩县). One query."""
    name = vocabulary.plain(value)
    rows = District.objects.filter(name__startswith=name).order_by("code")
    return _codes("district", rows.values_list("code", flat=True)) if name else None


def year(value: str) -> Narrowed:
    """The year of arrival; 2025 and 2025年 alike."""
    found = re.fullmatch(r"((?:19|20)\d\d)年?", vocabulary.plain(value))
    return ("year", (found[1],)) if found else None


def progress(value: str) -> Narrowed:
    """A public stage or an outcome by the words that pages use for it."""
    for facet, kinds in (("status", PublicGroup), ("outcome", Outcome)):
        codes = [code for code, label in kinds.choices if str(label) == value.strip()]
        if codes:
            return facet, tuple(codes)
    return None


def number(value: str) -> Narrowed:
    """A case number narrows nothing: it is a word of its item and looked for as it stands."""
    return None


def names() -> Iterator[tuple[str, ...]]:
    """Places and units as people write them: 江澜市交通运输局, 市交通运输局, 交通运输局. Two queries."""
    yield from ((name,) for name in District.objects.order_by("pk").values_list("name", flat=True))
    units = Unit.objects.filter(is_active=True).order_by("pk")
    for full, short, place in units.values_list("name", "short_name", "jurisdiction__name"):
        spelt = (full, short, full.removeprefix(place), short.lstrip("省市区县"))
        yield tuple(dict.fromkeys(s for s in spelt if len(s) > 2))


def _spellings(value: str) -> list[str]:
    """The value and the other names for it; both sides of a name are normalised Simplified characters."""
    plain = vocabulary.plain(value)
    return [plain, *vocabulary.current().same.get(plain, ())] if plain else []


def _codes(facet: str, codes: Iterable[str]) -> Narrowed:
    found = tuple(dict.fromkeys(codes))
    return (facet, found) if 0 < len(found) <= MOST else None


FIELDS = (
    (("单位", "部门", "承办单位", "unit"), unit),
    (("主题", "话题", "分类", "类别", "topic"), topic),
    (("地区", "区县", "地方", "district"), district),
    (("年", "年份", "year"), year),
    (("进度", "状态", "结果", "status"), progress),
    (("编号", "单号", "no"), number),
)


def _taught(**_: Any) -> None:
    """Search pages are kept by content version, and the same question has another answer now."""
    content.bump_after_commit()


def register() -> None:
    """Make the fields and the local names known to search (called once at start)."""
    for signal in (post_save, post_delete):
        signal.connect(_taught, WordGroup, dispatch_uid="search-words-content")
    vocabulary.register_names("directory", names)
    for spelt, resolve in FIELDS:
        register_field(spelt, resolve)
