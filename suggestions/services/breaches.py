"""The register of leaks, alterations and losses: detected, contained, authority told, persons told (PIPL 57; K25)."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import BreachKind
from suggestions.errors import Invalid
from suggestions.models import Breach, Suggestion
from suggestions.models.place import Jurisdiction
from suggestions.services import records, tell, transitions
from suggestions.states import Visibility


def detect(
    *,
    jurisdiction: Jurisdiction,
    kind: str,
    summary: str,
    actor: Actor,
    at: datetime,
    persons: int = 0,
    data_kinds: str = "",
    suggestions: Iterable[Suggestion] = (),
) -> Breach:
    """Enter what was found; K25 runs from `at`, the moment of detection. `suggestions` are the cases whose authors it hit."""
    summary = rules.clean_text(summary)
    errors: dict[str, list[str]] = {}
    if kind not in BreachKind.values:
        errors["kind"] = ["请选是哪一种情形。"]
    if len(summary) < 6:
        errors["summary"] = ["请写清发现了什么、什么时候、在哪里。"]
    if persons < 0:
        errors["persons"] = ["人数不能是负数。"]
    if errors:
        raise Invalid(errors)
    breach = Breach(
        jurisdiction=jurisdiction, kind=kind, summary=summary[:1000], persons=persons,
        data_kinds=rules.clean_text(data_kinds, multiline=False)[:200], detected_at=at,
    )  # fmt: skip
    with transaction.atomic():
        records.begin(
            breach, "breach_detect", actor=actor, at=at, data={"kind": str(BreachKind(kind).label)}
        )
        breach.suggestions.set(suggestions)
    return breach


def contain(*, breach: Breach, measures: str, actor: Actor, at: datetime) -> Breach:
    """What was done against it."""
    measures = _need(measures, "measures", "请写采取了什么措施。")
    records.move(
        breach, "breach_contain", actor=actor, at=at,
        fields={"measures": measures, "contained_at": at},
    )  # fmt: skip
    return breach


def tell_authority(*, breach: Breach, authority: str, actor: Actor, at: datetime) -> Breach:
    """To which authority it was reported."""
    authority = _need(authority, "authority", "请写报告了哪个部门。")[:120]
    records.move(
        breach, "breach_tell_authority", actor=actor, at=at, data={"authority": authority},
        fields={"authority": authority, "authority_told_at": at},
    )  # fmt: skip
    return breach


def tell_persons(*, breach: Breach, words: str, actor: Actor, at: datetime) -> Breach:
    """Tell the authors of the cases concerned: kinds of data, cause, harm, measures, what they can do (PIPL 57)."""
    words = _need(
        words, "words", "请写告知的内容：泄露了什么、可能有什么害处、我们做了什么、您可以做什么。"
    )
    with transaction.atomic():
        records.move(
            breach, "breach_tell_persons", actor=actor, at=at,
            fields={"told_words": words, "persons_told_at": at},
        )  # fmt: skip
        for item in breach.suggestions.select_related("jurisdiction"):
            event = transitions.note(
                item, "breach_told", actor=actor, at=at, words=f"告知您一件个人信息安全事件：{words}",
                visibility=Visibility.AUTHOR,
            )  # fmt: skip
            tell.author(item, "author.breach", event)
    return breach


def close(*, breach: Breach, reason: str, actor: Actor, at: datetime) -> Breach:
    """Persons need not be told, because the measures kept the harm away; the reason is kept (PIPL 57)."""
    records.move(breach, "breach_close", actor=actor, at=at, reason=rules.clean_text(reason))
    return breach


def _need(words: str, field: str, message: str) -> str:
    words = rules.clean_text(words)
    if len(words) < 2:
        raise Invalid({field: [message]})
    return words[:1000]
