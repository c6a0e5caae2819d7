"""Bulletins: drawn from a published snapshot and from facts, signed, put right by a day, optionally made public (8.2)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.errors import DomainError, Invalid, NotAllowed
from suggestions.models import Bulletin, BulletinUnit, Jurisdiction, StatSnapshot
from suggestions.services import bulletin_facts, records
from suggestions.services.lapses import lapse_records
from suggestions.services.special_reports import no_person
from suggestions.services.wording import Words, cleaned
from suggestions.states.bulletin import BulletinState as State
from suggestions.states.bulletin import BulletinUnitState as UnitState
from suggestions.states.statistics import SnapshotState
from suggestions.statistics.figures import Period

Edition = Callable[[Bulletin, Any], Any]
_editions: list[Edition] = []
_SETTLED = (UnitState.STRUCK, UnitState.NAMED, UnitState.ACCEPTED)


def register_edition(maker: Edition) -> None:
    """Who makes the page of a public edition: pages belong to a package above this one."""
    _editions[:] = [maker]


def draft(
    *, jurisdiction: Jurisdiction, snapshot: StatSnapshot, title: str, scope: str, words: str, actor: Actor, at: datetime
) -> Bulletin:  # fmt: skip
    """Begin a bulletin of a period whose figures are published, with every unit that the facts name (8.2; 7.1).

    Raises Invalid (no published snapshot of this place, words missing or about a person).
    """
    if snapshot.status != SnapshotState.PUBLISHED or snapshot.jurisdiction_id != jurisdiction.pk:
        raise Invalid({"snapshot": ["请选已经公布的统计数据。通报里的数和公布的是同一份。"]})
    held = _texts(title, scope, words)
    if actor.user is None:
        raise NotAllowed
    bulletin = Bulletin(
        jurisdiction=jurisdiction, snapshot=snapshot, drafted_by_id=actor.user.pk, **held
    )
    period = Period(snapshot.first, snapshot.last)
    with transaction.atomic():
        records.begin(bulletin, "bulletin_draft", actor=actor, at=at, data={"period": period.words})
        for found in bulletin_facts.candidates(jurisdiction, period):
            line = BulletinUnit(
                jurisdiction=jurisdiction, bulletin=bulletin, unit=found.unit, tone=found.tone, rule=found.rule, fact=found.fact
            )  # fmt: skip
            records.begin(line, "bulletin_list", actor=actor, at=at, data={"rule": str(line.get_rule_display())})  # fmt: skip
    return bulletin


def revise(*, bulletin: Bulletin, title: str, scope: str, words: str, actor: Actor, at: datetime) -> None:  # fmt: skip
    """Rewrite the words of a draft; its figures and facts stay as they were counted."""
    if bulletin.status != State.DRAFTING:
        raise DomainError("已经签发，不能再改。")
    held = _texts(title, scope, words)
    records.note(bulletin, "bulletin_revise", actor=actor, at=at, words="修改", fields=held)


def _texts(title: str, scope: str, words: str) -> dict[str, str]:
    held = cleaned(
        {"title": Words("题目", 80, multiline=False), "scope": Words("范围", 80, multiline=False), "words": Words("总的情况", 3000)},
        {"title": title, "scope": scope, "words": words},
    )  # fmt: skip
    no_person(held)
    return held


def strike(*, line: BulletinUnit, reason: str, actor: Actor, at: datetime) -> None:
    """Leave a unit out, with the reason; the facts stay on record. None is added by hand."""
    records.move(line, "bulletin_strike", actor=actor, at=at, reason=reason.strip())


def issue(*, bulletin: Bulletin, actor: Actor, at: datetime) -> None:
    """Sign and number it; criticised units have ten working days to say what they put right (KB). Not by its writer."""
    if actor.user is None or actor.user.pk == bulletin.drafted_by_id:
        raise NotAllowed("起草人不能自己签发，请换一位。")
    with transaction.atomic():
        # Numbers are given under the jurisdiction's lock: two signed at the same instant get two.
        Jurisdiction.objects.select_for_update().get(pk=bulletin.jurisdiction_id)
        year = local_date(at).year
        same = Bulletin.objects.filter(jurisdiction=bulletin.jurisdiction, year=year)
        bulletin.year, bulletin.number = year, (same.aggregate(n=Max("number"))["n"] or 0) + 1
        records.move(
            bulletin, "bulletin_issue", actor=actor, at=at, data={"name": bulletin.name},
            fields={"year": year, "number": bulletin.number, "issued_by": actor.user, "issued_at": at},
        )  # fmt: skip
        for line in bulletin.lines.filter(status=UnitState.LISTED).select_related("unit"):
            if line.tone == BulletinUnit.Tone.PRAISED:
                records.move(line, "bulletin_praise", actor=actor, at=at)
            else:
                records.move(line, "bulletin_rectify", actor=actor, at=at, holder=line.unit)


def answer(*, line: BulletinUnit, text: str, actor: Actor, at: datetime) -> None:
    """The unit's head says what was put right."""
    if actor.unit is None or actor.unit.pk != line.unit_id:
        raise NotAllowed("只有被通报单位的负责人能报整改情况。")
    held = cleaned({"text": Words("整改情况", 2000)}, {"text": text})
    no_person(held)
    records.move(
        line, "rectify_answer", actor=actor, at=at, data={"unit": line.unit.short_name},
        fields={"answer": held["text"], "answered_by": actor.user, "answered_at": at},
    )  # fmt: skip


def send_back(*, line: BulletinUnit, reason: str, actor: Actor, at: datetime) -> None:
    """It does not do; KB runs anew, and the earlier words stay in the chain."""
    records.move(
        line, "rectify_send_back", actor=actor, at=at, reason=reason.strip(), holder=line.unit,
        data={"unit": line.unit.short_name, "earlier": line.answer},
    )  # fmt: skip


def accept(*, line: BulletinUnit, actor: Actor, at: datetime) -> None:
    """It was put right."""
    records.move(line, "rectify_accept", actor=actor, at=at)


def close(*, bulletin: Bulletin, actor: Actor, at: datetime) -> None:
    """End it when nothing of its list is open. Raises DomainError."""
    waiting = bulletin.lines.exclude(status__in=_SETTLED).count()
    if waiting:
        raise DomainError(f"整改清单还有{waiting}项没有核过，都完成以后才能办结。")
    records.move(bulletin, "bulletin_close", actor=actor, at=at)


def drop(*, bulletin: Bulletin, reason: str, actor: Actor, at: datetime) -> None:
    """It will not be issued; its lines are struck with it."""
    with transaction.atomic():
        records.move(bulletin, "bulletin_drop", actor=actor, at=at, reason=reason.strip())
        for line in bulletin.lines.filter(status=UnitState.LISTED):
            records.move(line, "bulletin_strike", actor=actor, at=at, reason=reason.strip())


def public_edition(*, bulletin: Bulletin, actor: Actor, at: datetime) -> Any:
    """Make the draft of a public page, once: figures and praise, no criticised unit's file. Editors publish it themselves.

    Raises DomainError (not issued, made before). Source: process.md 8.2 (internal → optional public edition).
    """
    if bulletin.status not in (State.ISSUED, State.CLOSED):
        raise DomainError("签发以后才能做公开版。")
    if bulletin.public_page_id is not None:
        raise DomainError("公开版的草稿已经有了，请网站编辑修改、送审、发布。")
    if not _editions:
        raise DomainError("这个网站没有“动态和通报”栏目，请网站编辑先建。")
    with transaction.atomic():
        page = _editions[0](bulletin, actor.user)
        records.note(
            bulletin, "bulletin_edition", actor=actor, at=at, words="生成公开版草稿，由网站编辑审核发布", fields={"public_page": page}
        )  # fmt: skip
    return page


def lapse(*, now: datetime) -> int:
    """Mark units that did not say in time what they put right (KB), at 24:00 of the due day."""
    waiting = BulletinUnit.objects.filter(status__in=(UnitState.RECTIFYING, UnitState.SENT_BACK))
    return lapse_records(waiting.select_related("unit"), "KB", now=now, lapse=_lapse)


def _lapse(line: BulletinUnit, at: datetime) -> None:
    records.move(line, "rectify_lapse", actor=Actor.system(), at=at, data={"unit": line.unit.short_name})  # fmt: skip
