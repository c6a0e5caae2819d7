"""A case taken up again after its answer (T17; XF 45; JN 40(3)): by a supervisor or leader, on a ground, with a new K7a."""

from datetime import datetime

from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from suggestions import rules
from suggestions.actor import Actor
from suggestions.codes import recorded
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import Suggestion
from suggestions.services import replying, transitions
from suggestions.states import Assignment as Part
from suggestions.states import Commitment as Promise


class Ground(models.TextChoices):
    """Why an answered case may be handled anew (process.md 4.1 T17)."""

    NEW_FACTS = "new_facts", _("有新情况")
    MISSED_PROMISE = "missed_promise", _("承诺到期没有做到")
    FALSE_REPLY = "false_reply", _("答复与事实不符")


def reopen(
    *, suggestion: Suggestion, ground: str, reason: str, actor: Actor, at: datetime
) -> Suggestion:
    """Open an answered or closed case again. Everything given before stays; the lead takes it up and answers anew."""
    reason = rules.clean_text(reason)
    errors: dict[str, list[str]] = {}
    if ground not in Ground.values:
        errors["ground"] = ["请选重新办理的理由。"]
    elif ground == Ground.MISSED_PROMISE and not missed(suggestion):
        errors["ground"] = ["这件没有到期未做到的承诺，请选别的理由。"]
    if not reason:
        errors["reason"] = ["请写明情况，承办单位要照着办。"]
    if errors:
        raise Invalid(errors)
    lead = replying.lead_assignment(suggestion)
    with transaction.atomic():
        transitions.apply(
            suggestion, "reopen", actor=actor, at=at, reason=reason, fields={"closed_at": None},
            data={"ground": ground, "ground_label": recorded(Ground(ground))},
        )  # fmt: skip
        if lead.status in (Part.SUBMITTED, Part.ACCEPTED_BY_OFFICE):
            data = {"unit": lead.unit.short_name}
            transitions.apply(lead, "rework", actor=Actor.system(), at=at, data=data)
    return suggestion


def take_up(*, suggestion: Suggestion, actor: Actor, at: datetime) -> Suggestion:
    """The lead takes the reopened case in hand."""
    lead = replying.lead_assignment(suggestion)
    if actor.unit is None or actor.unit.pk != lead.unit_id:
        raise NotAllowed("这件由主办单位接手。")
    transitions.apply(
        suggestion, "take_up", actor=actor, at=at, data={"unit": lead.unit.short_name}
    )
    return suggestion


def missed(suggestion: Suggestion) -> bool:
    """Whether a promise of this case passed its day unkept."""
    return suggestion.commitments.filter(status=Promise.MISSED).exists()
