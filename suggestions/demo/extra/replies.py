"""Answers and what follows them: promises kept, moved and missed, a reopened case, a second bad rating, templates, an
author who left a case that others joined, letters and spoken answers, one archived file.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from suggestions.actor import Actor
from suggestions.clock import local_date
from suggestions.models import Commitment, ReplyTemplate, Suggestion
from suggestions.roles import Role
from suggestions.services import (
    archiving,
    commitments,
    delivering,
    rectifying,
    reopening,
    reply_templates,
    withdrawing,
)
from suggestions.states import Case
from suggestions.states import Commitment as State

if TYPE_CHECKING:
    from suggestions.demo.seed import Seeder

_TEMPLATES = (
    (
        "", "通用答复", "",
        "您{收到日期}提的“{标题}”收到了。\n\n请写查了什么、怎么查的。\n\n请写决定和依据。\n\n请写下一步谁做、哪天前做。\n\n"
        "想再问，请打{单位}电话{办公电话}，说编号{编号}就行。",
    ),
    (
        "jtj", "站台设施类答复", "planned",
        "您提的“{标题}”，我们已到现场看过。请写现场的情况。\n\n按站台设置的有关规定，请写怎么改、哪天前改好。\n\n"
        "改好以后我们在这里告诉您。电话{办公电话}。",
    ),
    (
        "jtj", "暂不采纳类答复", "not_adopted",
        "您提的“{标题}”，我们认真研究过，暂时没有采纳。请写为什么，依据是哪一条。\n\n请写还有什么别的办法。\n\n"
        "您有新的情况，欢迎再告诉我们，电话{办公电话}。",
    ),
)  # fmt: skip


def seed(city: "Seeder") -> None:
    """Run once, after all items stand in their states."""
    _templates(city)
    commitments.sweep(now=city.now)
    _promises(city)
    _deliveries(city)
    _second_thoughts(city)
    _leaving(city)
    archiving.sweep(now=city.now)


def _templates(city: "Seeder") -> None:
    at = city.now - timedelta(days=120)
    for code, name, outcome, body in _TEMPLATES:
        unit = city.units.get(code)
        actor = city.actor(Role.UNIT_HEAD, code) if unit else city.actor(Role.TRIAGE_OFFICER)
        made = reply_templates.save(
            jurisdiction=city.jurisdiction, unit=unit, name=name, body=body, outcome=outcome, actor=actor, at=at
        )  # fmt: skip
        if outcome == "planned":
            reply_templates.save(
                jurisdiction=city.jurisdiction, unit=unit, name=name, outcome=outcome, actor=actor,
                body=body + "您也可以到现场看一看。", at=at + timedelta(days=30), before=made,
            )  # fmt: skip
    assert ReplyTemplate.objects.filter(is_current=True).exists()


def _promises(city: "Seeder") -> None:
    """Most promises whose day is over were kept; one was moved with a reason; one waits."""
    due = Commitment.objects.filter(status=State.MISSED).select_related(
        "suggestion__jurisdiction", "unit", "reply"
    )
    at = city.now - timedelta(hours=2)
    for number, promise in enumerate(due.order_by("pk")):
        if number % 4 == 3:
            continue
        if number % 4 == 2:
            commitments.renew(
                commitment=promise, day=local_date(city.now) + timedelta(days=30 + number), actor=city.actor(Role.UNIT_HEAD, promise.unit.code),
                reason="材料到货晚了，施工往后排，请您谅解", at=at,
            )  # fmt: skip
            continue
        answered = local_date(promise.reply.delivered_at or at)
        commitments.keep(
            commitment=promise, proof="答复里说的已经做好，现场可以看到，欢迎您去看看。",
            kept_on=max(answered, promise.promised_on - timedelta(days=2)), actor=city.actor(Role.HANDLER, promise.unit.code), at=at,
        )  # fmt: skip
        if number % 8 == 0:
            promise.refresh_from_db()
            commitments.release_proof(
                commitment=promise, text=promise.proof, actor=city.actor(Role.PUBLISHER), at=at
            )


def _deliveries(city: "Seeder") -> None:
    """Half of the answers of the last months were handed over by letter or by word of mouth."""
    rows = Suggestion.objects.filter(status__in=(Case.ANSWERED, Case.CLOSED))
    officer = city.actor(Role.TRIAGE_OFFICER)
    for number, item in enumerate(
        rows.select_related("jurisdiction").order_by("-answered_at")[:40]
    ):
        reply = delivering.given(item)
        if reply is None or reply.delivered_at is None or number % 2:
            continue
        by_letter = number % 4 == 0
        on = min(reply.delivered_at + timedelta(hours=5), city.now - timedelta(hours=1))
        delivering.by_hand(
            suggestion=item, channel="letter" if by_letter else "oral",
            words=f"挂号 XA{10_000_000 + number}" if by_letter else "打电话念给本人听，本人说听清了",
            on=on, actor=officer, at=city.now - timedelta(minutes=50),
        )  # fmt: skip


def _second_thoughts(city: "Seeder") -> None:
    """A missed promise and a new fact reopen a case; a second bad rating is sent back by the supervisor."""
    supervisor, at = city.actor(Role.SUPERVISOR), city.now - timedelta(minutes=40)
    broken = Commitment.objects.filter(
        status=State.MISSED, suggestion__status__in=(Case.ANSWERED, Case.CLOSED)
    )
    for promise in broken.select_related("suggestion__jurisdiction").order_by("pk")[:1]:
        reopening.reopen(
            suggestion=promise.suggestion, ground="missed_promise", actor=supervisor, at=at,
            reason="承诺的日期过了，现场还没有动工，请重新安排并答复建议人",
        )  # fmt: skip
    calm = Suggestion.objects.filter(
        status=Case.CLOSED, overall="satisfied", commitments__isnull=True, merged_items__isnull=True
    ).select_related("jurisdiction", "lead_unit")
    for item in calm.order_by("-closed_at")[:1]:
        reopening.reopen(
            suggestion=item, ground="new_facts", reason="建议人反映设施又坏了，请到现场再看",
            actor=city.actor(Role.LEADER), at=at,
        )  # fmt: skip
        if item.lead_unit is not None:
            actor = city.actor(Role.LIAISON, item.lead_unit.code)
            reopening.take_up(suggestion=item, actor=actor, at=at + timedelta(minutes=5))
    twice = Suggestion.objects.filter(status=Case.CLOSED, overall="dissatisfied")
    for item in twice.select_related("jurisdiction").order_by("-closed_at")[:1]:
        rectifying.order(
            suggestion=item, reason="两次答复都没有说清什么时候改，请写明日期和负责的科室", actor=supervisor, at=at
        )  # fmt: skip


def _leaving(city: "Seeder") -> None:
    """One author leaves an item that others joined; the item goes on."""
    at = city.now - timedelta(minutes=30)
    joined = Suggestion.objects.filter(
        status__in=(Case.HANDLING, Case.DISPATCHED, Case.ACCEPTED), merged_items__status=Case.MERGED
    )
    for item in joined.select_related("jurisdiction").distinct().order_by("pk")[:1]:
        withdrawing.withdraw(
            suggestion=item, reason="搬家了，请继续替大家办", actor=Actor.author(), at=at
        )
