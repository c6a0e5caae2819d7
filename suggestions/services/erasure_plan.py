"""Which columns of which rows may hold what a person said, found by looking at the models (PIPL 47).

An area that comes later is covered without saying so: every table from which foreign keys lead to a case, over however
many steps, and every column that takes words. What stays is named here, with the reason.
"""

from typing import Any

from django.apps import apps
from django.db import models

from suggestions.crypto import EncryptedTextField
from suggestions.models import Attachment, SubmissionDraft, Suggestion

GONE = "（内容已依法删除）"

KEPT_TABLES: dict[str, str] = {
    "caseevent": "the chain: emptied by its own statement, covered by a salted digest",
    "recordevent": "the chain, likewise",
    "erasure": "the tombstone itself",
    "clock": "dates and codes",
    "clockreminder": "dates",
    "consent": "which words were agreed to, and when: the proof of lawful handling",
    "importedline": "the numbers under which an import is not repeated",
    "taggedsuggestion": "tags are cleared through their manager",
    "suggestion": "emptied with its event, in one statement",
    "attachment": "rows and files are deleted",
    "submissiondraft": "rows are deleted",
    "triagehint": "rows are deleted",
    "hintchoice": "codes of the officer's choices",
    "adoption": "the public ledger: what an office decided and did, in its own released words",
    "milestone": "the public ledger",
    "progressnote": "the public ledger",
    "adoptionresult": "the public ledger",
    "awardpayment": "deleted, or kept apart for the accounting term the law sets (process.md 9.4)",
    "archivepackage": "where the package was and its hash; the file is deleted",
}
"""Tables whose rows are not emptied by the general rule, and why."""

CODES = frozenset(
    {
        "status", "state", "event_head", "due_kind", "role", "policy_version", "hint_version", "side", "salt", "nonce", "token",
        "token_hash", "sha256", "key", "dedupe_key", "code", "medium", "unit", "record_machine", "stop_reason", "source",
        "external_no", "storage_name", "content_type", "identity_method", "receipt_hash", "query_code_hash",
        "idempotency_key", "voter_hash", "resume_hash", "number",
    }
)  # fmt: skip
"""Columns of codes, hashes and numbers: nobody writes sentences into them."""
_KEPT_JSON = {"identityaccesslog": {"fields"}}
_OWN_WORDS = {"rightsrequest": ("words", "requester", "correction")}
"""Of the request that led here the answer stays: it is what the author reads afterwards."""
_NOT_THROUGH = (Attachment, SubmissionDraft)
"""A file or a draft leads to a case, but who holds a file does not belong to it (a mandate with its scan)."""
_OURS = ("suggestions", "notices")


def tables() -> list[type[models.Model]]:
    """The tables to empty."""
    found = []
    for label in _OURS:
        for model in apps.get_app_config(label).get_models():
            if model._meta.model_name not in KEPT_TABLES and ways_to(model):
                found.append(model)
    return found


def ways_to(model: type[models.Model], _above: tuple[type[models.Model], ...] = ()) -> list[str]:
    """Lookups by which a model's rows belong to one case: keys to it, over other rows where need be."""
    found = []
    for field in model._meta.fields:
        target = field.related_model
        if not isinstance(target, type) or target is model or target in _above:
            continue
        if target is Suggestion:
            if field.name != "primary":
                found.append(field.name)
        elif target._meta.app_label in _OURS and not (_above and target in _NOT_THROUGH):
            if target in _NOT_THROUGH:
                continue
            found += [f"{field.name}__{way}" for way in ways_to(target, (*_above, model))]
    return found


def changes(model: type[models.Model]) -> dict[str, Any]:
    """The columns that may hold a person's words, with what they become. Required texts become a mark, not nothing."""
    name = model._meta.model_name or ""
    only = _OWN_WORDS.get(name)
    found: dict[str, Any] = {}
    for field in model._meta.fields:
        if only is not None and field.name not in only:
            continue
        if isinstance(field, models.JSONField):
            if field.name not in _KEPT_JSON.get(name, ()):
                found[field.name] = field.default() if callable(field.default) else {}
        elif field.name == "phone_hash":
            if not field.unique:
                found[field.name] = ""
        elif isinstance(field, EncryptedTextField):
            found[field.name] = ""
        elif isinstance(field, models.TextField):
            found[field.name] = "" if field.blank else GONE
        elif isinstance(field, models.CharField) and is_free(field):
            found[field.name] = "" if field.blank else GONE[: field.max_length]
    return found


def is_free(field: models.CharField) -> bool:  # type: ignore[type-arg]
    """A column for words, however few, not for codes, tokens or hashes."""
    return not (field.choices or field.unique or field.name in CODES)
