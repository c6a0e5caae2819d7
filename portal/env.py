"""Typed readers for everything that differs by place.

Secrets may come from a file: for a name X, `X_FILE` names a file whose stripped text is the value.
That is what container secrets need, and it keeps keys out of process listings.
"""

from pathlib import Path

import environ
from django.core.exceptions import ImproperlyConfigured

_env = environ.FileAwareEnv()

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name: str, default: str = "") -> str:
    """The value of `name`, or of the file that `name`_FILE names. Raises ImproperlyConfigured when unreadable."""
    try:
        value: str = _env.str(name, default=default)
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "不是文本文件"
        raise ImproperlyConfigured(f"{name}_FILE 指定的文件读不出来：{reason}。") from None
    return value.strip() or default  # set but empty means not set


def flag(name: str, default: bool = False) -> bool:
    """Yes is true/yes/on/1, no is false/no/off/0; an empty value is the default. Anything else is refused."""
    raw = text(name).lower()
    if raw in ("", "true", "yes", "on", "1", "false", "no", "off", "0"):
        return raw in ("true", "yes", "on", "1") if raw else default
    raise ImproperlyConfigured(f"{name} 应为 true 或 false，现在是“{raw}”。")


def number(name: str, default: int) -> int:
    raw = text(name)
    try:
        return int(raw) if raw else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} 应为整数，现在是“{raw}”。") from None


def words(name: str, default: tuple[str, ...] = ()) -> list[str]:
    """A comma-separated list; blanks are dropped."""
    raw = text(name)
    return [w.strip() for w in raw.split(",") if w.strip()] if raw else list(default)


def folder(name: str, default: Path) -> Path:
    raw = text(name)
    return Path(raw).expanduser().resolve() if raw else default


def database(name: str, default: str) -> dict[str, object]:
    """A database address in the usual URL form (`postgres://user:pw@host:5432/db`, `sqlite:////path`)."""
    try:
        config: dict[str, object] = environ.Env.db_url_config(text(name, default))
    except (ValueError, KeyError, ImproperlyConfigured):
        config = {}
    if not config.get("ENGINE"):
        # The address itself is not repeated: it carries a password.
        raise ImproperlyConfigured(
            f"{name} 不是数据库地址；写成 postgres://用户:密码@主机:5432/库名 或 sqlite:////绝对路径。"
        )
    return config
