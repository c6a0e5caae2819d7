"""Keys for a machine that was given none: made once, kept in a file only its owner can read."""

import contextlib
import json
import os
import secrets
from pathlib import Path

from cryptography.fernet import Fernet


def local_secrets(path: Path) -> dict[str, str]:
    """Return the keys in `path`, making the file on first use. Two processes starting at once agree."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        made = {
            "secret_key": secrets.token_urlsafe(50),
            "field_key": Fernet.generate_key().decode(),
            "hash_key": secrets.token_urlsafe(32),
        }
        draft = path.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps(made), encoding="utf-8")
        draft.chmod(0o600)
        with contextlib.suppress(FileExistsError):
            os.link(draft, path)  # fails when another process was first: then its keys hold
        draft.unlink()
    keys: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return keys
