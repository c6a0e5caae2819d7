"""The steps of the submission flow as one table, and which of them a draft has got through."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from suggestions.campaign_form import FieldSpec
from suggestions.codes import Mode
from suggestions.models import Suggestion
from suggestions.public.drafts import Draft
from suggestions.public.forms import (
    CONTACT_DEFAULTS,
    ContactForm,
    PlaceForm,
    StartForm,
    StepForm,
    TextForm,
    TopicForm,
)
from suggestions.public.forms_campaign import AskedForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True, slots=True)
class Step:
    """One page of the flow. The last one, `check`, has no form: it shows the others' answers."""

    name: str
    label: "StrOrPromise"
    form: type[StepForm] | None


STEPS: tuple[Step, ...] = (
    Step("start", _("开始前"), StartForm),
    Step("topic", _("一句话"), TopicForm),
    Step("text", _("事由和做法"), TextForm),
    Step("place", _("地点和附件"), PlaceForm),
    Step("asked", _("征集的问题"), AskedForm),
    Step("contact", _("联系与公开"), ContactForm),
    Step("check", _("核对"), None),
)
NAMES = tuple(step.name for step in STEPS)
BY_NAME = {step.name: step for step in STEPS}
# Look-alikes are a page between two steps: known by address, but nothing to be completed.
SIMILAR = "similar"
ASKED = "asked"
"""The step that only those take whose campaign has questions of its own."""


def taken_by(draft: Draft | None) -> tuple[Step, ...]:
    """The steps this draft goes through."""
    asks = draft is not None and bool(specs_of(draft))
    return tuple(step for step in STEPS if asks or step.name != ASKED)


def specs_of(draft: Draft) -> tuple[FieldSpec, ...]:
    """The questions of the campaign this draft answers; none where it answers none, or the campaign is over."""
    to = (draft.answers.get("campaign", ""), draft.answers.get("invite", ""))
    if not any(to):
        return ()
    held: tuple[Any, tuple[FieldSpec, ...]] | None = getattr(draft, "_asked", None)
    if held is None or held[0] != to:
        campaign = answered_by(draft.answers)
        running = campaign is not None and campaign.is_open_at(timezone.now())
        held = (to, campaign.form_specs() if running else ())
        draft._asked = held  # type: ignore[attr-defined]
    return held[1]


def answered_by(answers: dict[str, Any]) -> Any:
    """The campaign these answers are written to, by invitation or by link; None for an ordinary suggestion."""
    from suggestions.public import submit_invite

    return submit_invite.campaign(answers)


def number(name: str, draft: Draft | None = None) -> int:
    """The step's place, from 1; the look-alikes belong to the first sentence."""
    names = [step.name for step in taken_by(draft)]
    return names.index("topic" if name == SIMILAR else name) + 1


def url(name: str, **extra: str) -> str:
    """The address of a step."""
    return f"{reverse('suggestions:submit')}?{urlencode({'step': name, **extra})}"


def bound(draft: Draft, name: str) -> StepForm:
    """The step's form with the answers held, to be validated."""
    form = BY_NAME[name].form
    assert form is not None
    return form(_answers(draft, name), jurisdiction=draft.row.jurisdiction, **_asks(draft, name))


def unbound(draft: Draft, name: str) -> StepForm:
    """The step's form for a first look, with answers and defaults filled in."""
    form = BY_NAME[name].form
    assert form is not None
    initial = {**(CONTACT_DEFAULTS if name == "contact" else {}), **_answers(draft, name)}
    return form(initial=initial, jurisdiction=draft.row.jurisdiction, **_asks(draft, name))


def _asks(draft: Draft, name: str) -> dict[str, Any]:
    return {"specs": specs_of(draft)} if name == ASKED else {}


def for_display(draft: Draft, name: str) -> StepForm:
    """What a step's page shows: with its errors when it was sent before and is not right yet."""
    if name in draft.seen:
        form = bound(draft, name)
        if not form.is_valid():
            return form
    return unbound(draft, name)


def is_complete(draft: Draft, name: str) -> bool:
    if name == ASKED and not specs_of(draft):
        return True
    return name in draft.seen and bound(draft, name).is_valid()


def reach(draft: Draft) -> str:
    """The first step that still needs something; "check" when all is there."""
    return next((n for n in NAMES[:-1] if not is_complete(draft, n)), "check")


def following(draft: Draft, name: str) -> str:
    """Where to go after a step was sent rightly: on to what is missing, or back to the check it came from."""
    reached = reach(draft)
    names = [step.name for step in taken_by(draft)]
    after = names[min(names.index(name) + 1, len(names) - 1)]
    return reached if reached == "check" or NAMES.index(reached) < NAMES.index(after) else after


def _answers(draft: Draft, name: str) -> dict[str, Any]:
    form = BY_NAME[name].form
    assert form is not None
    return {n: draft.answers[n] for n in form.names() if n in draft.answers}


def campaign_of(value: Any) -> Any:
    """The published campaign with this id, open or not; None when there is none, or only the invited may answer it."""
    text = str(value or "")
    if not text.isdecimal() or len(text) > 12:
        return None
    model = Suggestion._meta.get_field("campaign").related_model
    pages = model._default_manager.filter(pk=int(text), live=True)
    return pages.exclude(mode=Mode.INVITED).first()
