"""Texts to begin an answer with, kept by each unit and by the office, each change a new version (issue of replies, 4.7).

A template is a start, not an answer: copies of earlier answers are pointed out to writer and reviewer (insight/replies).
"""

import re
import uuid
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from suggestions import rules
from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.codes import Outcome
from suggestions.errors import ChangedMeanwhile, Invalid, NotAllowed
from suggestions.models import Jurisdiction, ReplyTemplate, Suggestion, Unit

NAME_MAX, BODY_MAX = 60, 6000
PLACEHOLDERS = ("编号", "标题", "单位", "主题", "收到日期", "今天", "办公电话")
_PLACE = re.compile(r"\{([^{}\n]{0,20})\}")


def available(*, jurisdiction: Jurisdiction, unit: Unit | None) -> QuerySet[ReplyTemplate]:
    """Current templates a unit may use: its own and the office's. The office itself (`unit` None) sees its own."""
    own = Q(unit=None) | Q(unit=unit) if unit is not None else Q(unit=None)
    rows = ReplyTemplate.objects.filter(own, jurisdiction=jurisdiction, is_current=True)
    return rows.select_related("unit", "written_by").order_by("unit__short_name", "name")


def save(
    *,
    jurisdiction: Jurisdiction,
    unit: Unit | None,
    name: str,
    body: str,
    outcome: str,
    actor: Actor,
    at: datetime,
    before: ReplyTemplate | None = None,
) -> ReplyTemplate:
    """Begin a series, or write the next version of `before`. Raises Invalid, NotAllowed, ChangedMeanwhile."""
    _own(unit, actor)
    name, body = rules.clean_text(name, multiline=False), rules.clean_text(body)
    errors: dict[str, list[str]] = {}
    if not name:
        errors["name"] = ["请给模板起个名字，例如“站台设施类答复”。"]
    elif len(name) > NAME_MAX:
        errors["name"] = [f"名字最多{NAME_MAX}个字，现在是{len(name)}个字。"]
    if len(body) < 20:
        errors["body"] = ["模板正文至少20个字。"]
    elif len(body) > BODY_MAX:
        errors["body"] = [f"模板正文最多{BODY_MAX}个字，现在是{len(body)}个字。"]
    else:
        unknown = [n for n in _PLACE.findall(body) if n not in PLACEHOLDERS]
        if unknown:
            can = "、".join(f"{{{n}}}" for n in PLACEHOLDERS)
            errors["body"] = [f"不认识“{{{unknown[0]}}}”。可以用的有：{can}。"]
    if outcome and outcome not in Outcome.values:
        errors["outcome"] = ["请从列表里选办理结果，或者不选。"]
    if errors:
        raise Invalid(errors)
    assert actor.user is not None
    with transaction.atomic():
        if before is not None:
            _own(before.unit, actor)
            _retire(before)
        return ReplyTemplate.objects.create(
            jurisdiction=jurisdiction, unit=unit, series=before.series if before else uuid.uuid4(),
            number=before.number + 1 if before else 1, name=name, body=body, outcome=outcome,
            written_by_id=actor.user.pk, written_at=at,
        )  # fmt: skip


def retire(*, template: ReplyTemplate, actor: Actor) -> None:
    """Take a template out of use; its versions stay on record."""
    _own(template.unit, actor)
    _retire(template)


def _retire(template: ReplyTemplate) -> None:
    current = ReplyTemplate.objects.filter(pk=template.pk, is_current=True)
    if not current.update(is_current=False):
        raise ChangedMeanwhile("刚才有同事改了这个模板，请刷新页面看新的一版。")


def _own(unit: Unit | None, actor: Actor) -> None:
    if (actor.unit.pk if actor.unit else None) != (unit.pk if unit else None):
        raise NotAllowed("这个模板不是您单位的。")


def render(template: ReplyTemplate, *, suggestion: Suggestion, unit: Unit, at: datetime) -> str:
    """The template's text for this case: known placeholders filled, everything else as written."""
    received, today = local_date(suggestion.received_at), local_date(at)
    values = {
        "编号": suggestion.case_no,
        "标题": suggestion.original_title,
        "单位": unit.name,
        "主题": suggestion.topic.name if suggestion.topic else "",
        "收到日期": f"{received.year}年{received.month}月{received.day}日",
        "今天": f"{today.year}年{today.month}月{today.day}日",
        "办公电话": unit.phone,
    }
    return _PLACE.sub(lambda m: values.get(m[1], m[0]), template.body)
