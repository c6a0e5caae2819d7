"""Structured logs: one JSON object a line, with the request's id and without personal data.

Django, Celery and gunicorn all go through `configuration()`, so that one line looks like another.
What must never be written (numbers, addresses, codes, tokens) is masked here once, for every
logger, as a last net; callers still log ids, not people.
"""

import logging
import logging.config
import re
import sys
from collections.abc import Mapping, MutableMapping
from pathlib import Path
from typing import Any

import structlog

MASK = "***"
KEPT = "portal.kept"
"""The logger of portal/front.py: its lines come made, because the pipeline below costs more than the answer."""

# Keys whose value is never of use in a log, whatever it holds.
PRIVATE_KEYS = frozenset(
    {
        "address",
        "authorization",
        "code",
        "contact",
        "cookie",
        "email",
        "id_number",
        "ip",
        "name_text",
        "password",
        "phone",
        "query_code",
        "recipient",
        "remote_addr",
        "token",
    }
)

_PRIVATE_TEXT = re.compile(
    r"(?<![0-9A-Za-z])(?:"
    r"[1-9]\d{16}[\dXx]"  # resident identity number
    r"|(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}"  # mobile
    r"|\d{16,19}"  # bank card
    r"|0\d{2,3}[- ]\d{7,8}"  # landline
    r")(?![0-9A-Za-z])"
    r"|[\w.+-]+@[\w-]+(?:\.[\w-]+)+"
)
# Addresses that are themselves a key: whoever has the link sees the item.
_SECRET_PATH = re.compile(
    r"(?P<head>/(?:receipt|attachments?|files?|confirm|unsubscribe|verify|invite|seat|booked|my/(?:stop|email|feed))/)[^/\s?#\"']+"
)
# Any other long random segment (password reset links, sharing links).
_RANDOM_SEGMENT = re.compile(r"(?<=/)(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{24,}(?=/|$|[\s\"'])")
_QUERY_STRING = re.compile(r"(?<=[\w/])\?[^\s\"'<>]*=[^\s\"'<>]*")


def masked_path(path: str) -> str:
    """The path as it may be logged: no query string, no receipt token, no random key."""
    path = path.partition("?")[0]
    path = _SECRET_PATH.sub(rf"\g<head>{MASK}", path)
    path = _RANDOM_SEGMENT.sub(MASK, path)
    return _PRIVATE_TEXT.sub(MASK, path)


def masked_text(text: str) -> str:
    """Free text (a message, a traceback) with numbers, addresses, tokens and query strings masked."""
    text = _SECRET_PATH.sub(rf"\g<head>{MASK}", text)
    text = _RANDOM_SEGMENT.sub(MASK, text)
    text = _QUERY_STRING.sub(f"?{MASK}", text)
    return _PRIVATE_TEXT.sub(MASK, text)


def _masked(value: object, depth: int = 0) -> object:
    if isinstance(value, str):
        return masked_text(value)
    if isinstance(value, Mapping) and depth < 4:
        return {
            k: MASK if str(k).lower() in PRIVATE_KEYS else _masked(v, depth + 1)
            for k, v in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset) and depth < 4:
        return [_masked(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return masked_text(str(value))


# Written by us a moment ago, in forms that the patterns above could mistake for something else.
_OURS = frozenset({"level", "logger", "request_id", "task_id", "timestamp", "view"})


def mask(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """structlog processor: the last net before a line is written."""
    for key, value in list(event.items()):
        if key in _OURS:
            continue
        event[key] = MASK if key.lower() in PRIVATE_KEYS else _masked(value)
    return event


_shared: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]


def _stream() -> str:
    # A command's output is for its reader or the next program; servers write their log to stdout.
    return "ext://sys.stderr" if Path(sys.argv[0]).name == "manage.py" else "ext://sys.stdout"


def configuration(level: str = "INFO") -> dict[str, Any]:
    """A `logging.config` dictionary; also handed to gunicorn (deploy/gunicorn.conf.py)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "json": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": _shared,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    structlog.processors.format_exc_info,
                    mask,
                    structlog.processors.JSONRenderer(ensure_ascii=False),
                ],
            },
            "made": {"format": "%(message)s"},
        },
        "handlers": {
            "line": {"class": "logging.StreamHandler", "formatter": "json", "stream": _stream()},
            # Lines that are JSON already, and hold nothing that could need masking.
            "made": {"class": "logging.StreamHandler", "formatter": "made", "stream": _stream()},
        },
        "root": {"handlers": ["line"], "level": "WARNING"},
        "loggers": {
            **{
                name: {"level": level, "handlers": [], "propagate": True}
                for name in ("portal", "cms", "suggestions", "search", "celery", "django")
            },
            KEPT: {"level": level, "handlers": ["made"], "propagate": False},
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
            "gunicorn.access": {"level": "ERROR", "handlers": [], "propagate": True},
            # Our own access line already says 4xx and 5xx, with the path masked.
            "django.request": {"level": "ERROR", "handlers": [], "propagate": True},
            "django.server": {"level": "ERROR", "handlers": [], "propagate": True},
            "django.db.backends": {"level": "WARNING", "handlers": [], "propagate": True},
            "celery.worker.strategy": {"level": "WARNING", "handlers": [], "propagate": True},
        },
    }


def configure(settings: Mapping[str, Any]) -> None:
    """Django's LOGGING_CONFIG: set up structlog and the standard library together.

    `settings` is the LOGGING setting; its only key is `level`.
    """
    level = str(settings.get("level", "INFO")).upper()
    if level not in logging.getLevelNamesMapping():
        level = "INFO"  # a mistyped level must not keep the site from starting
    logging.captureWarnings(False)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *_shared,
            structlog.processors.StackInfoRenderer(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )
    logging.config.dictConfig(configuration(level))
