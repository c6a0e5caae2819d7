"""联名: one item, one contact person, others who confirm for themselves (process.md 4.5; XF 20; BX 44(2))."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext as _

from suggestions import one_look, rules, states
from suggestions.actor import Actor
from suggestions.crypto import keyed_hash
from suggestions.errors import DomainError, Invalid
from suggestions.models import JointAuthor, Suggestion
from suggestions.services import transitions, voices
from suggestions.services.voices import Given
from suggestions.states import Visibility

MOST = 50
"""Names on one item; more people are served by co-signing the published item."""
MOST_REPRESENTATIVES = 5
"""A joint matter brought in person chooses at most five (XF 20)."""
REPRESENTATIVE = ("代表", "（代表）", "(代表)")
"""A line of the list that ends with one of these names a representative."""


@dataclass(frozen=True, slots=True)
class Other:
    """Somebody the contact person names; `phone` may be empty for a paper list (then the code is handed over)."""

    name: str
    phone: str = ""
    is_representative: bool = False


@dataclass(frozen=True, slots=True)
class Counts:
    """How many were named, how many said yes themselves, and how many speak for the others."""

    named: int
    confirmed: int
    representatives: int = 0


def parse(text: str) -> list[Other]:
    """One person a line: name, then phone if there is one, then 代表 for a representative; parted by blanks or commas.

    Raises Invalid (joint).
    """
    found, wrong = [], []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.replace("，", " ").replace(",", " ").replace("、", " ").split()
        if not words:
            continue
        chosen = len(words) > 1 and words[-1] in REPRESENTATIVE
        phone = "".join(words[1:-1] if chosen else words[1:])
        digits, errors = voices.phone_facts(phone) if phone else ("", [])
        if len(words[0]) > rules.NAME_MAX:
            errors = [_("姓名最多%(most)s个字。") % {"most": rules.NAME_MAX}]
        wrong += [_("联名人第%(number)s行：%(e)s") % {"number": number, "e": e} for e in errors]
        found.append(Other(words[0], digits, chosen))
    if wrong:
        raise Invalid({"joint": wrong})
    return found


def check(others: Iterable[Other], *, phone: str) -> list[str]:
    """Sentences for a list of joint authors that cannot be; `phone` is the contact person's. Source: XF 20; BX 44(2)."""
    others = list(others)
    wrong = []
    if len(others) > MOST:
        wrong.append(
            _("联名人最多写%(most)s位，现在是%(n)s位。其余的人可以在公开后附议。")
            % {"most": MOST, "n": len(others)}
        )
    phones = [o.phone for o in others if o.phone]
    if len(set(phones)) < len(phones):
        wrong.append(_("有两位联名人写了同一个手机号，请核对。"))
    if phone and phone in phones:
        wrong.append(_("联系人自己不用再写进联名人里。"))
    if (chosen := sum(o.is_representative for o in others)) > MOST_REPRESENTATIVES:
        wrong.append(
            _("代表最多推选%(most)s人，现在写了%(chosen)s人，请再商量。")
            % {"most": MOST_REPRESENTATIVES, "chosen": chosen}
        )
    return wrong


def add(
    *, suggestion: Suggestion, others: Iterable[Other], actor: Actor, at: datetime
) -> list[Given[JointAuthor]]:
    """Name the others of an item, each with a code of their own; nobody counts before saying yes. Raises Invalid."""
    others = list(others)
    held = suggestion.joint_authors.count()
    if held + len(others) > MOST:
        raise Invalid(
            {"joint": [_("联名人最多写%(most)s位。其余的人可以在公开后附议。") % {"most": MOST}]}
        )
    author = getattr(suggestion, "author", None)
    wrong = check(others, phone=author.phone if author else "")
    if wrong:
        raise Invalid({"joint": wrong})
    made = []
    with transaction.atomic():
        for number, other in enumerate(others, held + 1):
            phone_hash = keyed_hash("phone", other.phone) if other.phone else ""
            if phone_hash and suggestion.joint_authors.filter(phone_hash=phone_hash).exists():
                continue
            key = f"joint:{suggestion.pk}:{number}"
            row = voices.fresh(
                JointAuthor, key=key, digits=other.phone, at=at, suggestion=suggestion, name=other.name,
                is_representative=other.is_representative,
            )  # fmt: skip
            row.save()
            if other.phone:
                voices.tell(row, "joint_asked")
            made.append(voices.given(row, created=True))
        if made:
            transitions.note(
                suggestion, "joint_named", actor=actor, at=at, words=f"联名提出，另有{len(made)}人待本人确认",
                data={"named": len(made)}, visibility=Visibility.AUTHOR,
            )  # fmt: skip
    return made


def confirm(*, joint: JointAuthor, at: datetime) -> JointAuthor:
    """One of those named says: yes, this is mine too. Holding the code is the proof. Raises DomainError when it ended."""
    suggestion = joint.suggestion
    if joint.counts:
        return joint
    if joint.withdrawn_at is not None:
        raise DomainError(_("您已经说过不参加联名。改了主意，请联系联名的联系人或征集办公室。"))
    if suggestion.status not in states.OPEN and suggestion.status not in states.DONE:
        raise DomainError(_("这件建议已经不再办理，不用确认了。"))
    with transaction.atomic():
        changed = JointAuthor.objects.filter(
            pk=joint.pk, confirmed_at=None, withdrawn_at=None
        ).update(confirmed_at=at, proof=JointAuthor.Proof.CODE)
        if changed:
            transitions.note(
                suggestion, "joint_confirmed", actor=Actor.author(), at=at, words="一位联名人确认参加",
                visibility=Visibility.AUTHOR,
            )  # fmt: skip
    joint.refresh_from_db()
    return joint


def leave(*, joint: JointAuthor, at: datetime) -> JointAuthor:
    """Decline, or step out later; name and phone are forgotten at once (PIPL 15, 47). The item goes on."""
    with transaction.atomic():
        changed = JointAuthor.objects.filter(pk=joint.pk, withdrawn_at=None).update(
            withdrawn_at=at, name="", phone="", wants_notice=False
        )
        if changed:
            transitions.note(
                joint.suggestion, "joint_left", actor=Actor.author(), at=at, words="一位联名人退出联名",
                visibility=Visibility.AUTHOR,
            )  # fmt: skip
    joint.refresh_from_db()
    return joint


def living(suggestion: Suggestion) -> "QuerySet[JointAuthor]":
    """Those named who did not step out, in the order in which they were named."""
    return suggestion.joint_authors.filter(withdrawn_at=None).order_by("pk")


def choose_representatives(
    *, suggestion: Suggestion, chosen: Iterable[int], actor: Actor, at: datetime
) -> int:
    """Say who of those named speaks for all; returns how many. The event counts them and names nobody.

    Raises Invalid (chosen) for more than MOST_REPRESENTATIVES or for somebody not named in this item. Source: XF 20.
    """
    wanted = set(chosen)
    with transaction.atomic():
        held = set(living(suggestion).values_list("pk", flat=True))
        if not wanted <= held:
            raise Invalid({"chosen": ["选的人里有人不在联名里，可能刚退出。请刷新再选。"]})
        if len(wanted) > MOST_REPRESENTATIVES:
            words = f"代表最多推选{MOST_REPRESENTATIVES}人，现在选了{len(wanted)}人，请再商量。"
            raise Invalid({"chosen": [words]})
        transitions.note(
            suggestion, "representatives_chosen", actor=actor, at=at, words=f"联名人推选了{len(wanted)}位代表",
            data={"representatives": len(wanted)}, visibility=Visibility.AUTHOR,
        )  # fmt: skip
        suggestion.joint_authors.update(is_representative=False)
        suggestion.joint_authors.filter(pk__in=wanted).update(is_representative=True)
    return len(wanted)


@one_look.once
def counts(suggestion: Suggestion) -> Counts:
    """One query."""
    found = suggestion.joint_authors.filter(withdrawn_at=None).aggregate(
        named=Count("pk"), confirmed=Count("pk", filter=Q(confirmed_at__isnull=False)),
        representatives=Count("pk", filter=Q(is_representative=True)),
    )  # fmt: skip
    return Counts(found["named"], found["confirmed"], found["representatives"])
