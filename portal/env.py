"""Typed readers for everything that differs by place.

Secrets may come from a file: for a name X, `X_FILE` names a file whose stripped text is the value.
That is what container secrets need, and it keeps keys out of process listings.
"""

from pathlib import Path

import environ

_env = environ.FileAwareEnv()

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    value: str = _env.str(name, default=default)
    return value.strip()


def flag(name: str, default: bool = False) -> bool:
    return bool(_env.bool(name, default=default))


def number(name: str, default: int) -> int:
    return int(_env.int(name, default=default))


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list; blanks are dropped."""
    raw = text(name)
    return [w.strip() for w in raw.split(",") if w.strip()] if raw else list(default)


def folder(name: str, default: Path) -> Path:
    raw = text(name)
    return Path(raw).expanduser().resolve() if raw else default


def database(name: str, default: str) -> dict[str, object]:
    """A database address in the usual URL form (`postgres://user:pw@host:5432/db`, `sqlite:////path`)."""
    config: dict[str, object] = environ.Env.db_url_config(text(name, default))
    return config
