"""The second look at a proposed refusal or redirect: confirm, send back, take back (process.md T6, T7)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from suggestions.actor import Actor
from suggestions.codes import NOT_ACCEPTED_WORDS, Category
from suggestions.desk import acts_forms as forms
from suggestions.desk.acts_base import PLAIN, Act, Prepared, by_roles, posted
from suggestions.errors import DomainError
from suggestions.models import PendingDecision, Suggestion
from suggestions.services import deciding
from suggestions.states import BY_NAME

DECIDERS = BY_NAME["confirm_decision"].roles
_MEANWHILE = "这件没有等着复核的决定，可能刚才有人处理了。"


def facts(decision: PendingDecision) -> list[tuple[str, str]]:
    """What is proposed, in the words the author would read. No query."""
    rows = [
        (
            "提出",
            f"{decision.proposed_by}，{timezone.localtime(decision.proposed_at):%Y年%-m月%-d日}",
        )
    ]
    if decision.kind == PendingDecision.Kind.REFUSE:
        text = NOT_ACCEPTED_WORDS[decision.reason] + decision.words
        return [*rows, ("决定", "不予受理"), ("建议人将看到", text)]
    rows.append(("决定", f"这件属于{Category(decision.category).label}，指引到{decision.target}"))
    return [*rows, ("建议人将看到", decision.words)] if decision.words else rows


def _prepare(form: Any) -> Any:
    def prepare(request: HttpRequest, item: Suggestion) -> Prepared:
        decision = deciding.pending(item)
        return Prepared(
            form(posted(request), item=item), {"facts": facts(decision) if decision else []}
        )

    return prepare


def _held(item: Suggestion) -> PendingDecision:
    decision = deciding.pending(item)
    if decision is None:
        raise DomainError(_MEANWHILE)
    return decision


def _confirm(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return deciding.confirm(decision=_held(item), actor=actor, at=at, **form.cleaned_data)


def _send_back(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return deciding.send_back(decision=_held(item), actor=actor, at=at, **form.cleaned_data)


def _take_back(form: Any, item: Suggestion, actor: Actor, at: datetime) -> object:
    return deciding.take_back(decision=_held(item), actor=actor, at=at)


def _for_another(item: Suggestion, actor: Actor) -> str:
    decision = deciding.pending(item)
    if decision is None:
        return _MEANWHILE
    own = actor.user is not None and decision.proposed_by_id == actor.user.pk
    return "这个决定是您提出的，请另一位分办员复核。" if own else ""


def _for_the_proposer(item: Suggestion, actor: Actor) -> str:
    decision = deciding.pending(item)
    if decision is None:
        return _MEANWHILE
    own = actor.user is not None and decision.proposed_by_id == actor.user.pk
    return "" if own else "只有提出的人可以收回，您可以确认或退回。"


ACTS: dict[str, Act] = {
    "confirm_decision": Act(
        _("复核：同意"), _("同意后马上生效，建议人收到通知。"), _("同意"), _("已同意，建议人会收到通知。"),
        _prepare(forms.NoteForm), _confirm, by_roles(*DECIDERS), _for_another, DECIDERS, PLAIN, primary=True,
    ),
    "return_decision": Act(
        _("复核：不同意"), _("退回给提出的人重新考虑，建议人不会收到通知。"), _("退回"), _("已退回，请提出的人重新考虑。"),
        _prepare(forms.ReasonForm), _send_back, by_roles(*DECIDERS), _for_another, DECIDERS, PLAIN,
    ),
    "drop_decision": Act(
        _("收回提请复核的决定"), _("收回后可以重新决定。"), _("收回"), _("已收回。"),
        _prepare(forms.EmptyForm), _take_back, by_roles(*DECIDERS), _for_the_proposer, DECIDERS, PLAIN,
    ),
}  # fmt: skip
