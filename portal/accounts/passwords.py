"""What a password of staff has to be made of, beyond the length and the lists that Django checks."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class KindsOfCharacters:
    """Refuse a password with fewer than three of: small letters, capitals, digits, other characters.

    Source: process.md 9.6 (password complexity; GB/T 22239-2019, second-hand).
    """

    def __init__(self, kinds: int = 3) -> None:
        self.kinds = kinds

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError in words that say what to add."""
        tests = (str.islower, str.isupper, str.isdigit, lambda c: not c.isalnum())
        if sum(any(map(test, password)) for test in tests) < self.kinds:
            raise ValidationError(self.get_help_text(), code="password_too_plain")

    def get_help_text(self) -> str:
        return _("密码里，小写字母、大写字母、数字、其他符号这四种，至少要有%(n)d种。") % {
            "n": self.kinds
        }
