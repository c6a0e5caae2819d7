"""What the database holds about people is unreadable without the keys, and keys can be changed."""

import traceback
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.exceptions import FieldError, ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.test.utils import isolate_apps

from suggestions import crypto
from suggestions.crypto import EncryptedTextField
from suggestions.models.intake import SubmissionDraft
from suggestions.models.place import Jurisdiction

SECRET = "13800138000"


@pytest.fixture
def note(transactional_db: None) -> Iterator[Any]:
    """A table of its own with two encrypted columns, so that these tests need no other model."""
    with isolate_apps("suggestions"):

        class Note(models.Model):
            phone = EncryptedTextField(blank=True)
            name = EncryptedTextField(null=True)

            class Meta:
                app_label = "suggestions"
                db_table = "test_crypto_note"

            def __str__(self) -> str:
                return str(self.pk)

        with connection.schema_editor() as editor:
            editor.create_model(Note)
        yield Note
        with connection.schema_editor() as editor:
            editor.delete_model(Note)


def stored(column: str) -> list[str | None]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_crypto_note ORDER BY id")
        return [row[0] for row in cursor.fetchall()]


def test_the_database_never_sees_the_text(note: Any) -> None:
    note.objects.create(phone=SECRET, name="林玉珍")
    [token] = stored("phone")
    assert token is not None
    assert SECRET not in token
    assert token.startswith("gAAAA")
    row = note.objects.get()
    assert (row.phone, row.name) == (SECRET, "林玉珍")


def test_empty_and_missing_stay_what_they_are(note: Any) -> None:
    note.objects.create(phone="", name=None)
    assert stored("phone") == [""]
    assert stored("name") == [None]
    assert note.objects.filter(name__isnull=True).count() == 1


def test_bulk_writes_and_updates_are_encrypted_too(note: Any) -> None:
    rows = note.objects.bulk_create([note(phone=SECRET), note(phone=SECRET)])
    note.objects.filter(pk=rows[0].pk).update(phone="13900139000")
    rows[1].phone = "13700137000"
    note.objects.bulk_update([rows[1]], ["phone"])
    assert all(token and token.startswith("gAAAA") for token in stored("phone"))
    assert sorted(note.objects.values_list("phone", flat=True)) == ["13700137000", "13900139000"]


@pytest.mark.parametrize(
    "lookup", ["phone", "phone__contains", "phone__in", "phone__startswith", "phone__gt"]
)
def test_searching_an_encrypted_column_is_refused_instead_of_finding_nothing(
    note: Any, lookup: str
) -> None:
    with pytest.raises(FieldError, match="encrypted"):
        note.objects.filter(**{lookup: [SECRET] if lookup.endswith("in") else SECRET})


def test_an_error_about_a_value_shows_neither_text_nor_token(note: Any, settings: Any) -> None:
    note.objects.create(phone=SECRET)
    [token] = stored("phone")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(crypto.UndecryptableValue) as caught:
        note.objects.get()
    shown = "".join(traceback.format_exception_only(caught.value)) + repr(caught.value.__cause__)
    assert token is not None
    assert SECRET not in shown
    assert token not in shown


def test_a_field_writes_a_migration_that_can_be_read_back() -> None:
    text, imports = MigrationWriter.serialize(EncryptedTextField(blank=True, verbose_name="手机"))
    assert text == "suggestions.crypto.EncryptedTextField(blank=True, verbose_name='手机')"
    assert imports == {"import suggestions.crypto"}


def test_rotation_moves_every_row_to_the_new_key_and_is_done_once(note: Any, settings: Any) -> None:
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    for n in range(7):
        note.objects.create(phone=f"1380013800{n}", name=None if n % 2 else f"人{n}")
    settings.FIELD_KEYS = [new, old]
    fields = crypto.encrypted_fields(note)
    done = list(crypto.rotate(note, fields, batch=3))
    assert [b.read for b in done] == [3, 3, 1]
    assert sum(b.rewritten for b in done) == 7 + 4
    assert sum(b.rewritten for b in crypto.rotate(note, fields, batch=3)) == 0
    settings.FIELD_KEYS = [new]
    assert sorted(note.objects.values_list("phone", flat=True))[3] == "13800138003"


def test_a_rotation_that_was_stopped_is_simply_run_again(note: Any, settings: Any) -> None:
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    for n in range(6):
        note.objects.create(phone=f"1380013800{n}")
    settings.FIELD_KEYS = [new, old]
    next(crypto.rotate(note, ["phone"], batch=2))
    assert sum(b.rewritten for b in crypto.rotate(note, ["phone"], batch=2)) == 4


def test_what_no_key_opens_is_counted_and_left_untouched(note: Any, settings: Any) -> None:
    note.objects.create(phone=SECRET)
    before = stored("phone")
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    [batch] = crypto.rotate(note, ["phone"])
    assert (batch.unreadable, batch.rewritten) == (1, 0)
    assert stored("phone") == before


def test_missing_or_broken_keys_are_named_without_being_shown(settings: Any) -> None:
    settings.FIELD_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="FIELD_KEYS is empty"):
        crypto.encrypt("x")
    settings.FIELD_KEYS = ["not-a-key"]
    with pytest.raises(ImproperlyConfigured) as caught:
        crypto.encrypt("x")
    assert "not-a-key" not in str(caught.value)
    settings.HASH_KEYS = []
    with pytest.raises(ImproperlyConfigured, match="HASH_KEYS is empty"):
        crypto.keyed_hash("phone", SECRET)


def test_a_hash_is_bound_to_its_purpose_and_key() -> None:
    digest = crypto.keyed_hash("phone", SECRET)
    assert len(digest) == 64
    assert digest != crypto.keyed_hash("query-code", SECRET)
    assert digest != crypto.keyed_hash("phone", SECRET, key="another")
    assert digest == crypto.keyed_hash("phone", SECRET)


def test_an_old_hash_still_matches_after_a_new_key_was_put_in_front(settings: Any) -> None:
    settings.HASH_KEYS = ["old"]
    digest = crypto.keyed_hash("phone", SECRET)
    settings.HASH_KEYS = ["new", "old"]
    assert crypto.matches_hash("phone", SECRET, digest)
    assert digest in crypto.possible_hashes("phone", SECRET)
    assert crypto.possible_hashes("phone", SECRET)[0] == crypto.keyed_hash("phone", SECRET)
    assert not crypto.matches_hash("phone", "13900139000", digest)
    assert not crypto.matches_hash("phone", SECRET, "坏的")
    settings.HASH_KEYS = ["new"]
    assert not crypto.matches_hash("phone", SECRET, digest)


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("13800138000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("+86 138-0013-8000", "13800138000"),
        ("0086 13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        ("１３８００１３８０００", "13800138000"),
        ("（0380）555 0126", "03805550126"),
        ("+86 (0380) 555-0126", "03805550126"),
        ("+44 20 7946 0958", "+442079460958"),
        ("没有", ""),
        ("123", ""),
        ("", ""),
    ],
)
def test_one_phone_has_one_spelling(typed: str, number: str) -> None:
    assert crypto.normalise_phone(typed) == number


@pytest.mark.django_db(transaction=True)
def test_the_command_moves_what_the_portal_stores_to_the_new_key(
    settings: Any, capsys: Any
) -> None:
    office = Jurisdiction.add_root(code="jianglan", name="江澜市", office_name="征集办公室")
    for n in range(3):
        SubmissionDraft.objects.create(
            token_hash=f"t{n}",
            jurisdiction=office,
            idempotency_key=f"k{n}",
            answers=f'{{"phone": "{SECRET}"}}',
        )
    old, new = settings.FIELD_KEYS[0], Fernet.generate_key().decode()
    settings.FIELD_KEYS = [new, old]
    call_command("rotate_keys", batch=2)
    assert "重新加密3个字段" in capsys.readouterr().out
    settings.FIELD_KEYS = [new]
    assert SubmissionDraft.objects.first().answers == f'{{"phone": "{SECRET}"}}'  # type: ignore[union-attr]
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(CommandError, match="FIELD_KEYS末尾"):
        call_command("rotate_keys")
