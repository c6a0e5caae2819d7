"""Contact data at rest, and equality without reading it.

Names, phones and addresses are stored as Fernet tokens under `settings.FIELD_KEYS`; a database dump alone
tells nobody who wrote a suggestion. Questions like "is this the same phone?" are answered through keyed
hashes under `settings.HASH_KEYS`. In both lists the first key writes and all of them read, so a key is
changed by putting a new one in front and running `manage.py rotate_keys`.
Source: PIPL 51 (encryption as a security measure), process.md 9.6.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Cast


class UndecryptableValue(Exception):
    """A stored token fits none of the configured keys. Carries no data, so it is safe to log."""


@lru_cache(maxsize=8)
def _fernets(keys: tuple[str, ...]) -> tuple[Fernet, MultiFernet]:
    if not keys:
        raise ImproperlyConfigured("FIELD_KEYS is empty: contact data cannot be stored.")
    try:
        each = [Fernet(key) for key in keys]
    except ValueError:
        # The library's own message would be harmless, but a chained traceback shows the key.
        raise ImproperlyConfigured("FIELD_KEYS holds a value that is no Fernet key.") from None
    return each[0], MultiFernet(each)


def encrypt(text: str) -> str:
    """The token for `text` under the first key. Empty text stays empty: there is nothing to hide."""
    if text == "":
        return ""
    first, _ = _fernets(tuple(settings.FIELD_KEYS))
    return first.encrypt(text.encode()).decode("ascii")


def decrypt(token: str) -> str:
    """The text inside `token`, under whichever key fits; raises UndecryptableValue when none does."""
    if token == "":
        return ""
    _, every = _fernets(tuple(settings.FIELD_KEYS))
    try:
        return every.decrypt(token.encode()).decode()
    except InvalidToken:
        raise UndecryptableValue("a stored value fits none of FIELD_KEYS") from None


def encrypt_bytes(content: bytes) -> bytes:
    """A file's bytes as they are stored: a token under the first key, a third longer than what it hides."""
    first, _ = _fernets(tuple(settings.FIELD_KEYS))
    return first.encrypt(content)


def decrypt_bytes(token: bytes) -> bytes:
    """The bytes inside `token`, under whichever key fits; raises UndecryptableValue when none does."""
    _, every = _fernets(tuple(settings.FIELD_KEYS))
    try:
        return every.decrypt(token)
    except InvalidToken:
        raise UndecryptableValue("a stored file fits none of FIELD_KEYS") from None


class EncryptedTextField(models.TextField):  # type: ignore[type-arg]
    """Text that only the running program can read.

    Tokens of equal texts differ, so the database can neither compare nor search them: every lookup but
    `isnull` raises FieldError. Look people up by `keyed_hash` in a column of its own.
    """

    def get_prep_value(self, value: Any) -> Any:
        value = super().get_prep_value(value)
        return encrypt(value) if isinstance(value, str) else value

    def from_db_value(
        self, value: str | None, _expression: object, _connection: object
    ) -> str | None:
        return None if value is None else decrypt(value)

    def get_lookup(self, lookup_name: str) -> Any:
        if lookup_name != "isnull":
            raise FieldError(
                f"{self.name} is encrypted and cannot be searched with '{lookup_name}'; use a keyed hash."
            )
        return super().get_lookup(lookup_name)


def _keys(key: str | None) -> list[str]:
    keys = [key] if key else list(settings.HASH_KEYS)
    if not keys:
        raise ImproperlyConfigured("HASH_KEYS is empty: codes and phones cannot be checked.")
    return keys


def keyed_digest(purpose: str, value: str, key: str | None = None) -> bytes:
    """HMAC-SHA256 of `value`, bound to `purpose` so that a digest made for one use fits no other."""
    message = f"{purpose}\x00{value}".encode("utf-8", "surrogatepass")
    return hmac.new(_keys(key)[0].encode(), message, hashlib.sha256).digest()


def keyed_hash(purpose: str, value: str, key: str | None = None) -> str:
    """64 hex digits to store in place of `value`; under the first of HASH_KEYS unless `key` is given."""
    return keyed_digest(purpose, value, key).hex()


def possible_hashes(purpose: str, value: str) -> list[str]:
    """What `value` may be stored as, newest key first: for `filter(phone_hash__in=...)`."""
    return [keyed_hash(purpose, value, key) for key in _keys(None)]


def matches_hash(purpose: str, value: str, digest: str) -> bool:
    """True when `digest` was made from `value` under any of HASH_KEYS; takes the same time either way."""
    stored = digest.encode("utf-8", "surrogatepass")
    found = False
    for candidate in possible_hashes(purpose, value):
        found |= hmac.compare_digest(candidate.encode(), stored)
    return found


def normalise_phone(text: str) -> str:
    """One spelling per number: digits only, without the country code of China.

    `+86 138-0013-8000` → `13800138000`, `（0380）555 0126` → `03805550126`; a foreign number keeps its
    plus sign (`+442079460958`). Returns "" for what cannot be a telephone number.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    digits = "".join(c for c in plain if c in "0123456789")
    if any(c.isalpha() for c in plain):
        return ""
    if plain.lstrip("( ").startswith("+") or digits.startswith("00"):
        digits = digits.removeprefix("00")
        if not digits.startswith("86"):
            return f"+{digits}" if 7 <= len(digits) <= 15 else ""
        digits = digits.removeprefix("86")
    elif len(digits) == 13 and digits.startswith("861"):
        digits = digits.removeprefix("86")
    return digits if 7 <= len(digits) <= 12 else ""


@dataclass(frozen=True)
class RotatedBatch:
    """What one batch did: rows read, columns written again, columns no key could read, last key seen."""

    read: int
    rewritten: int
    unreadable: int
    last_pk: Any


def encrypted_fields(model: type[models.Model]) -> list[str]:
    """Names of the encrypted columns that `model` itself stores."""
    return [f.attname for f in model._meta.local_fields if isinstance(f, EncryptedTextField)]


def rotate(
    model: type[models.Model], fields: Sequence[str], batch: int = 500
) -> Iterator[RotatedBatch]:
    """Write every token of `fields` again under the first key, `batch` rows to a transaction.

    A token that is already under the first key is left alone, so a run that was stopped is simply run
    again. A row changed by somebody else in between is not overwritten: the update asks for the old
    token. Unreadable tokens are counted and kept.
    """
    raw = {f"_raw_{name}": Cast(name, models.TextField()) for name in fields}
    rows = model._base_manager.annotate(**raw).order_by("pk").values_list("pk", *raw)
    last: Any = None
    while True:
        page = list((rows if last is None else rows.filter(pk__gt=last))[:batch])
        if not page:
            return
        rewritten = unreadable = 0
        with transaction.atomic():
            for pk, *tokens in page:
                for name, token in zip(fields, tokens, strict=True):
                    if not token:
                        continue
                    fresh = _renewed(token)
                    if fresh is None:
                        unreadable += 1
                    elif fresh != token:
                        same = model._base_manager.annotate(_raw=Cast(name, models.TextField()))
                        rewritten += same.filter(pk=pk, _raw=token).update(
                            **{name: Value(fresh, output_field=models.TextField())}
                        )
        last = page[-1][0]
        yield RotatedBatch(len(page), rewritten, unreadable, last)


def _renewed(token: str) -> str | None:
    """The same text under the first key; the token itself when it already is; None when unreadable."""
    first, every = _fernets(tuple(settings.FIELD_KEYS))
    try:
        first.decrypt(token.encode())
        return token
    except InvalidToken:
        pass
    try:
        # rotate() keeps the token's timestamp: when it was written stays true.
        return every.rotate(token.encode()).decode("ascii")
    except InvalidToken:
        return None
