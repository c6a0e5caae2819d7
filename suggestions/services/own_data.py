"""A resident's own data over all items with their phone: the copy, and the end of the page (PIPL 45, 47; process.md 9.4)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction

from suggestions.actor import Actor
from suggestions.clock import SHANGHAI
from suggestions.codes import RightsKind
from suggestions.errors import DomainError
from suggestions.models import Resident
from suggestions.selectors import own_page
from suggestions.services import residents, rights

FORMAT = "jianyan.my-data/1"
BY_PHONE = "手机验证码"


def copy_of(*, resident: Resident, at: datetime) -> dict[str, Any]:
    """The page and every item with its phone, machine-readable. Files are named; each item's archive has them.

    Each item's copy is written into the register of requests, as the one by query code is.
    """
    items = own_page.items(resident, limit=10_000)
    with transaction.atomic():
        for item in items:
            rights.record_copy(suggestion=item, at=at)
    return {
        "format": FORMAT,
        "made_at": at.astimezone(SHANGHAI).isoformat(),
        "page": {
            "phone": resident.phone,
            "email": resident.email,
            "notice": resident.notice,
            "created_at": resident.created_at.astimezone(SHANGHAI).isoformat(),
            "last_seen_on": resident.seen_on.isoformat(),
            "passkeys": [
                {"name": k.name, "created_at": k.created_at.isoformat()} for k in resident.passkeys.all()
            ],
            "sign_ins": [
                {"at": s.created_at.isoformat(), "own_device": s.is_own_device}
                for s in resident.sessions.order_by("pk")
            ],
            "follows": [
                {"kind": f.kind, "what": f.key, "since": f.created_at.isoformat()}
                for f in resident.follows.all()
            ],
            "messages": [
                {"on": d.on.isoformat(), "by": d.medium, "lines": d.lines}
                for d in resident.digests.order_by("pk")
            ],
        },
        "drafts": [
            {"title": d.title, "changed_at": d.at.isoformat()}
            for d in own_page.own_drafts(resident, at=at)
        ],
        "joined": [
            {"case_no": v.case_no, "joint": v.is_joint, "at": v.at.isoformat(), "confirmed": not v.pending}
            for v in own_page.own_voices(resident)
        ],
        "helpful": [
            {
                "case_no": v.reply.suggestion.case_no, "helpful": v.helpful, "at": v.created_at.isoformat(),
                "words": getattr(getattr(v, "comment", None), "text", v.words), "counted": v.counts,
            }
            for v in own_page.own_reply_voices(resident)
        ],
        "items": [rights.copy_of(item) for item in items],
    }  # fmt: skip


def close(*, resident: Resident, case_nos: Iterable[str], at: datetime) -> int:
    """Delete the page now and ask for the deletion of the personal data in these items; how many requests were made.

    An item is a case with an archive duty, so its deletion is a request with K24, answered with reasons; one that is
    asked for already is not asked for twice. Numbers that are not this phone's are left alone.
    """
    wanted, asked = set(case_nos), 0
    with transaction.atomic():
        for item in own_page.items(resident, limit=10_000):
            if item.case_no not in wanted:
                continue
            try:
                rights.receive(
                    suggestion=item, kind=RightsKind.DELETE, actor=Actor.author(), at=at, method=BY_PHONE
                )  # fmt: skip
            except DomainError:
                continue
            asked += 1
        residents.close(resident=resident)
    return asked
