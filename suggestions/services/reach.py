"""How somebody who asks for a place at a meeting is reached: by the phone they left, or by e-mail who left none (6.1, 6.3)."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from suggestions import rules
from suggestions.crypto import keyed_hash, normalise_phone, possible_hashes


@dataclass(frozen=True, slots=True)
class Reach:
    """A phone in digits, an address, or both; the phone is what notices go to."""

    phone: str
    email: str

    def fields(self) -> dict[str, str]:
        """What is stored: both encrypted, and their keyed hashes, so that nobody takes two places."""
        return {
            "phone": self.phone,
            "phone_hash": keyed_hash("phone", self.phone) if self.phone else "",
            "email": self.email,
            "email_hash": keyed_hash("email", self.email.lower()) if self.email else "",
        }

    def taken(self, rows: QuerySet[Any]) -> str:
        """ "phone" or "email" when one of these rows holds it, "" when none does. At most two queries."""
        same = {
            name: Q(**{f"{name}_hash__in": possible_hashes(name, value.lower())})
            for name, value in (("phone", self.phone), ("email", self.email))
            if value
        }
        return next((name for name, wanted in same.items() if rows.filter(wanted).exists()), "")


def read(phone: str, email: str) -> tuple[Reach, dict[str, list[str]]]:
    """What was typed, and sentences by field for what is wrong with it; one of the two must be there."""
    number, address = normalise_phone(phone), rules.clean_text(email, multiline=False)
    errors = {
        "phone": rules.check_phone(number or phone) if phone.strip() else [],
        "email": rules.check_email(address),
    }
    if not phone.strip() and not address:
        errors["phone"] = [_("请填手机号，没有手机号请填邮箱，好通知您。")]
    return Reach(number, address), {name: said for name, said in errors.items() if said}
