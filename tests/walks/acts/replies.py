"""Drafts, signatures, and the office's look at them."""

from datetime import timedelta
from typing import Any

from suggestions.clock import local_date
from suggestions.models import Suggestion
from suggestions.services import delivering, rectifying, replying
from suggestions.states import Case
from tests import world as w
from tests.walks.acts.base import Nothing, Walk, act


@act(5, Case.HANDLING, Case.RECTIFYING)
def draft(walk: Walk, item: Suggestion) -> object:
    reasons = rectifying.reasons(item)
    if reasons:
        delivering.log_contact(
            suggestion=item, way="phone", reached=True, words="电话里说明了", actor=walk.handler(item), at=walk.at
        )  # fmt: skip
    outcome = walk.dice.choice(("adopted", "planned", "not_adopted", "under_study"))
    later = local_date(walk.at) + timedelta(days=40)
    return replying.save_draft(
        suggestion=item, actor=walk.handler(item), at=walk.at, outcome=outcome, body=f"{w.BODY}第{walk.acts}稿，逐条说明如下。",
        basis="站台设置导则", contact="公交科 0380-555 0131", reason="站台太窄" if outcome == "not_adopted" else "",
        commitment="装好长椅" if outcome == "planned" else "", committed_by=later if outcome == "planned" else None,
        next_report_on=later if outcome == "under_study" else None,
        parts=[{"kind": "reason", "ref": e.pk, "answer": "这一点已经改好，请您再看。"} for e in reasons],
    )  # fmt: skip


def _reply(item: Suggestion) -> Any:
    found = replying.current_reply(item)
    if found is None:
        raise Nothing("no reply")
    found.suggestion = item
    return found


@act(6, Case.HANDLING, Case.RECTIFYING)
def ask_signature(walk: Walk, item: Suggestion) -> object:
    return replying.ask_for_signature(reply=_reply(item), actor=walk.handler(item), at=walk.at)


@act(1, Case.HANDLING, Case.RECTIFYING)
def return_draft(walk: Walk, item: Suggestion) -> object:
    head = walk.who(f"unit_head:{walk.lead(item)}")
    return replying.return_draft(reply=_reply(item), note="写清日期", actor=head, at=walk.at)


@act(8, Case.HANDLING, Case.RECTIFYING)
def sign(walk: Walk, item: Suggestion) -> object:
    head = walk.who(f"unit_head:{walk.lead(item)}")
    note = "协办意见另行补送" if walk.dice.random() < 0.7 else ""
    return replying.sign(reply=_reply(item), actor=head, at=walk.at, note=note)


@act(2, Case.REPLY_REVIEW)
def send_back(walk: Walk, item: Suggestion) -> object:
    who = walk.who("triage_officer", "supervisor")
    return replying.send_back(reply=_reply(item), reason="没有写清日期", actor=who, at=walk.at)


@act(8, Case.REPLY_REVIEW)
def approve(walk: Walk, item: Suggestion) -> object:
    return replying.approve(reply=_reply(item), actor=walk.who("triage_officer"), at=walk.at)
