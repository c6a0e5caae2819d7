"""Reading contact data: for a reason, written down, and no more of it than the reader may have (process.md 9.3; PIPL)."""

from datetime import datetime

from django.db import transaction

from suggestions import rules
from suggestions.actor import Actor
from suggestions.errors import Invalid, NotAllowed
from suggestions.models import Author, IdentityAccessLog, Suggestion
from suggestions.roles import UNIT_ROLES
from suggestions.services import transitions

REASON_MIN, REASON_MAX = 4, 200
_LABELS = {
    "name": "姓名或单位",
    "phone": "手机号",
    "email": "邮箱",
    "address": "通信地址",
}
_CHANNELS: dict[str, tuple[str, ...]] = {
    Author.ContactChannel.SMS: ("phone",),
    Author.ContactChannel.PHONE: ("phone",),
    Author.ContactChannel.EMAIL: ("email",),
    Author.ContactChannel.LETTER: ("name", "address"),
    Author.ContactChannel.NONE: (),
}
"""What of the contact data a unit needs to use the channel that the author chose."""


def read_contact(
    *, suggestion: Suggestion, reason: str, actor: Actor, at: datetime
) -> list[tuple[str, str]]:
    """(label, value) pairs of what this reader may see; the reading is logged and stands in the item's events.

    `actor` comes from `access.may(user, "reveal_contact", item)`. Units get only the channel the author chose, and
    nothing when the author hides from them. Raises Invalid without a reason. Source: process.md 2.2, 9.3.
    """
    reason = rules.clean_text(reason, multiline=False)
    if len(reason) < REASON_MIN:
        raise Invalid({"reason": [f"请写查看理由，至少{REASON_MIN}个字。"]})
    if len(reason) > REASON_MAX:
        raise Invalid({"reason": [f"理由最多{REASON_MAX}个字，现在是{len(reason)}个字。"]})
    if actor.user is None:
        raise NotAllowed
    author = suggestion.author
    names: tuple[str, ...] = tuple(_LABELS)
    if actor.role in UNIT_ROLES:
        if suggestion.hide_identity_from_unit:
            raise NotAllowed("建议人要求对承办单位保密，请通过征集办公室联系。")
        names = _CHANNELS.get(author.contact_channel, ())
    shown = [(name, str(getattr(author, name))) for name in names if getattr(author, name)]
    with transaction.atomic():
        IdentityAccessLog.objects.create(
            suggestion=suggestion,
            user=actor.user,  # type: ignore[misc]
            role=actor.role,
            reason=reason,
            fields=[name for name, _value in shown],
            at=at,
        )
        transitions.note(
            suggestion, "contact_read", actor=actor, at=at, words="查看了建议人的联系方式", reason=reason,
            data={"fields": [name for name, _value in shown]},
        )  # fmt: skip
    return [(_LABELS[name], value) for name, value in shown]
