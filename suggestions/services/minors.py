"""Authors under 18 by their own word: a guardian below 14, and nobody is ever named (process.md 9.5; PIPL 31; MC 31–38)."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from suggestions import rules
from suggestions.crypto import normalise_phone
from suggestions.models import Author, Guardian, Suggestion

POLICY_VERSION = "minors-2026-11"
"""Version of the rules for children's data that the guardian agrees to."""


@dataclass(frozen=True, slots=True)
class GuardianFacts:
    """Who agrees for a child. `consented`: ticked by the guardian, or said to the clerk."""

    name: str
    phone: str
    relation: str = ""
    consented: bool = False


def problems(age_band: str, guardian: GuardianFacts | None) -> dict[str, list[str]]:
    """Sentences by field; empty when the item may come in."""
    if age_band not in Author.AgeBand.values:
        return {"age_band": [_("请选一个年龄段。")]}
    if age_band != Author.AgeBand.CHILD:
        return {}
    facts = guardian or GuardianFacts("", "")
    phone = normalise_phone(facts.phone) if facts.phone.strip() else ""
    found = {
        "guardian_name": []
        if facts.name.strip()
        else [_("未满14周岁，请请爸爸妈妈或其他监护人填写姓名。")],
        "guardian_phone": rules.check_phone(phone or facts.phone)
        if facts.phone.strip()
        else [_("请填监护人的手机号，有事先找监护人。")],
        "guardian_consent": []
        if facts.consented
        else [_("请监护人看过怎样保护孩子的信息，同意后再打勾。")],
    }
    if len(facts.name) > rules.NAME_MAX:
        found["guardian_name"] = [_("姓名最多%(most)s个字。") % {"most": rules.NAME_MAX}]
    return {name: words for name, words in found.items() if words}


def keep(*, suggestion: Suggestion, facts: GuardianFacts, at: datetime) -> Guardian | None:
    """Store a child's guardian with the consent given; a guardian of a 14 to 17 year old is not asked for, so not kept."""
    author = suggestion.author
    if author.age_band != Author.AgeBand.CHILD:
        return None
    return Guardian.objects.create(
        author=author, name=rules.clean_text(facts.name, multiline=False), phone=normalise_phone(facts.phone),
        relation=rules.clean_text(facts.relation, multiline=False)[:20], policy_version=POLICY_VERSION, consented_at=at,
    )  # fmt: skip
