"""What was raised, as a problem document. Sentences for fields are the domain's own wherever it has one."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import RawPostDataException, UnreadablePostError
from django.utils.translation import gettext as _
from ninja.errors import HttpError, ValidationError

from search.engine import SearchUnavailable
from suggestions.api import problems
from suggestions.api.problems import Problem
from suggestions.errors import DomainError, IdempotencyConflict, Invalid

log = structlog.get_logger(__name__)

CONTACT = ("name", "phone", "email")
"""Fields the intake service names plainly and the API's body keeps under `contact`."""


def answer(request: HttpRequest, error: Exception | type[Exception]) -> HttpResponse:
    """The answer for anything raised while a request was handled; what is unknown is logged and becomes a 500."""
    return problems.response(request, _problem(error))


def _problem(error: Exception | type[Exception]) -> Problem:
    match error:
        case Problem():
            return error
        case ValidationError():
            return Problem("invalid", errors=field_errors(error.errors))
        case Invalid():
            return Problem("invalid", errors=renamed(error.errors))
        case IdempotencyConflict():
            return Problem("idempotency_conflict")
        case DomainError():
            return Problem("not_possible", str(error))
        case Http404():
            return Problem("not_found")
        case SearchUnavailable():
            log.warning("search_unavailable")
            return Problem("search_unavailable", headers={"Retry-After": "30"})
        case RequestDataTooBig():
            return Problem("too_large")
        case HttpError() | UnreadablePostError() | RawPostDataException():
            return Problem("malformed_json")  # the only HttpError ninja raises here: the body
        case OperationalError():
            log.exception("api_database_busy")
            return Problem("busy", headers={"Retry-After": "5"})
        case _:
            log.error("api_error", exc_info=error if isinstance(error, Exception) else True)
            return Problem("server_error")


def renamed(errors: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """The intake service's field names as the body spells them: `phone` is `contact.phone`."""
    return {f"contact.{n}" if n in CONTACT else n: messages for n, messages in errors.items()}


def field_errors(errors: Sequence[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Pydantic's findings as Chinese sentences by field; nothing of what was sent is repeated."""
    found: dict[str, list[str]] = {}
    for error in errors:
        # ("body", "body", "contact", "phone") or ("query", "size"): the source is noise, and so is our own argument.
        loc = error["loc"]
        place = [str(part) for part in loc[2 if loc[0] == "body" else 1 :]]
        # A name may be anything somebody sent, also what UTF-8 cannot say.
        name = ".".join(place)[:80].encode("utf-8", "replace").decode() or "body"
        found.setdefault(name, []).append(_sentence(error))
    return found


def _sentence(error: Mapping[str, Any]) -> str:
    kind, facts = str(error["type"]), error.get("ctx") or {}
    if kind in _SENTENCES:
        return _(_SENTENCES[kind])
    if kind in ("less_than_equal", "greater_than_equal"):
        limit = facts.get("le", facts.get("ge"))
        words = _("这里最大填%(n)s。") if kind.startswith("less") else _("这里最小填%(n)s。")
        return words % {"n": limit}
    if kind in ("literal_error", "enum"):
        return _("这里只能填：%(values)s。") % {"values": facts.get("expected", "")}
    return _("这里的内容格式不对，请照接口说明填写。")


# The msgids; translated where they are said.
_SENTENCES = {
    "missing": "请填写这一项。",
    "extra_forbidden": "没有这一项，请检查名字有没有写错。",
    "string_type": "这里要填文字。",
    "string_unicode": "文字里有不完整的字符，请检查编码，用UTF-8发送。",
    "bool_type": "这里要填true或false，不加引号。",
    "int_type": "这里要填整数。",
    "int_parsing": "这里要填整数。",
    "int_from_float": "这里要填整数。",
    "int_parsing_size": "这个数太大了。",
    "model_type": "这里要填一个对象，也就是花括号里的若干项。",
    "model_attributes_type": "这里要填一个对象，也就是花括号里的若干项。",
    "dict_type": "这里要填一个对象，也就是花括号里的若干项。",
}
