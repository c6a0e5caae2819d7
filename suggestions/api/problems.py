"""Every refusal of the API as an RFC 9457 problem document: what happened and what to do next, in Chinese and English.

One table of kinds. `code` and `type` are stable and meant for programs; `title` and `detail` for people.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

MEDIA_TYPE = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of refusal. `detail` is said when there is nothing more exact to say."""

    code: str
    status: int
    title: "StrOrPromise"
    detail: "StrOrPromise"
    title_en: str
    detail_en: str


KINDS: dict[str, Kind] = {
    k.code: k
    for k in (
        Kind(
            "malformed_json",
            400,
            _("内容不是有效的JSON"),
            _("请检查括号、引号和逗号，用UTF-8编码再发一次。"),
            "The body is not valid JSON",
            "Check brackets, quotes and commas, and send UTF-8.",
        ),
        Kind(
            "idempotency_key_missing",
            400,
            _("缺少Idempotency-Key"),
            _(
                "请在请求头里带上Idempotency-Key：每件建议一个，用UUID就行。断线重发时用同一个，就不会重复提交。"
            ),
            "The Idempotency-Key header is missing",
            "Send one key for each suggestion (a UUID will do) and the same key when you retry.",
        ),
        Kind(
            "idempotency_key_unusable",
            400,
            _("Idempotency-Key不能用"),
            _("Idempotency-Key请用1至255个可见的ASCII字符，例如一个UUID。"),
            "The Idempotency-Key header cannot be used",
            "Use 1 to 255 visible ASCII characters, for example a UUID.",
        ),
        Kind(
            "query_code_missing",
            400,
            _("缺少查询码"),
            _("请在请求头X-Query-Code里带上回执上的8位查询码。"),
            "The X-Query-Code header is missing",
            "Send the 8-character query code of the receipt in X-Query-Code.",
        ),
        Kind(
            "not_found",
            404,
            _("没有找到"),
            _("没有这个地址，或者这项内容没有公开。请核对地址和编号。"),
            "Not found",
            "There is no such address, or this content is not public. Check the address and the number.",
        ),
        Kind(
            "no_match",
            404,
            _("编号和查询码对不上"),
            _("请照着回执或短信再看一遍：编号要连最后一位数字，查询码是8个字母和数字。"),
            "Number and query code do not belong together",
            "Check both against the receipt: the number with its last digit, and the 8-character code.",
        ),
        Kind(
            "method_not_allowed",
            405,
            _("这个地址不接受这种请求方法"),
            _("请用响应头Allow里列出的方法。"),
            "Method not allowed",
            "Use one of the methods in the Allow header.",
        ),
        Kind(
            "idempotency_conflict",
            409,
            _("这个Idempotency-Key用过了"),
            _(
                "同一个Idempotency-Key以前提交的是另外的内容。要提另一件建议，请换一个新的Idempotency-Key。"
            ),
            "This Idempotency-Key was used for another body",
            "For another suggestion, use a new Idempotency-Key.",
        ),
        Kind(
            "not_possible",
            409,
            _("现在不能这样做"),
            _("请先查看最新情况再决定怎么做。"),
            "Not possible now",
            "Look at the present state first.",
        ),
        Kind(
            "length_required",
            411,
            _("没有说明内容有多长"),
            _("请在请求头里带上Content-Length，不要分块传输，再发一次。"),
            "Content-Length is missing",
            "Send the body with Content-Length, not in chunks.",
        ),
        Kind(
            "too_large",
            413,
            _("内容太大"),
            _("一件建议最多256 KB。请删减文字再发。"),
            "The body is too large",
            "A suggestion may have at most 256 KB.",
        ),
        Kind(
            "unsupported_media_type",
            415,
            _("内容类型不对"),
            _("请用Content-Type: application/json发送。"),
            "Unsupported media type",
            "Send Content-Type: application/json.",
        ),
        Kind(
            "invalid",
            422,
            _("有些内容要改"),
            _("请按errors里每一项的说明改好，再发一次。"),
            "Some fields need to be corrected",
            "Correct the fields named in errors and send it again.",
        ),
        Kind(
            "too_many_requests",
            429,
            _("请求太频繁"),
            _("请过%(seconds)d秒再试。"),
            "Too many requests",
            "Try again after the seconds in Retry-After.",
        ),
        Kind(
            "server_error",
            500,
            _("我们这边出了错"),
            _("错误已经记下。请过一会儿再试；提交时用原来的Idempotency-Key，不会重复。"),
            "An error on our side",
            "It was recorded. Try again later, with the same Idempotency-Key if you submit.",
        ),
        Kind(
            "search_unavailable",
            503,
            _("检索暂时用不了"),
            _("请过半分钟再试；不带q的列表照常可用。"),
            "Search is not available",
            "Try again in half a minute; lists without q still work.",
        ),
        Kind(
            "busy",
            503,
            _("系统正忙"),
            _("请过几秒再试；提交时用原来的Idempotency-Key，不会重复。"),
            "The service is busy",
            "Try again in a few seconds, with the same Idempotency-Key if you submit.",
        ),
    )
}


class Problem(Exception):
    """Raised anywhere below the gate to answer with a problem document."""

    def __init__(
        self,
        code: str,
        detail: str = "",
        *,
        errors: Mapping[str, list[str]] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail
        self.errors, self.headers = errors, headers


def type_of(code: str) -> str:
    """The problem's `type`: an address that explains it."""
    return f"{settings.BASE_URL}/api/v1/problems#{code}"


def document(
    code: str, request_id: str, detail: str = "", errors: Mapping[str, list[str]] | None = None
) -> dict[str, Any]:
    """The problem as RFC 9457 has it, with `code`, `en`, `request_id` and, for fields, `errors` beside."""
    kind = KINDS[code]
    english = kind.detail_en
    if errors:
        english = f"{english} Fields: {', '.join(errors)}."
    facts: dict[str, Any] = {
        "type": type_of(code),
        "title": str(kind.title),
        "status": kind.status,
        "detail": detail or str(kind.detail),
        "instance": f"urn:jianyan:request:{request_id}",
        "code": code,
        "request_id": request_id,
        "en": {"title": kind.title_en, "detail": english},
    }
    if errors is not None:
        facts["errors"] = {name: list(messages) for name, messages in errors.items()}
    return facts


def response(request: HttpRequest, problem: Problem) -> JsonResponse:
    """The answer for one problem. Never kept by a cache: what is wrong now may be right in a second."""
    request_id = str(getattr(request, "request_id", ""))
    answer = JsonResponse(
        document(problem.code, request_id, problem.detail, problem.errors),
        status=KINDS[problem.code].status,
        content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )
    answer["Cache-Control"] = "no-store, private"
    answer["Content-Language"] = "zh-Hans"
    for name, value in (problem.headers or {}).items():
        answer[name] = value
    return answer


def limited(seconds: int) -> Problem:
    """429 with the wait in words and in Retry-After (seconds)."""
    detail = str(KINDS["too_many_requests"].detail) % {"seconds": seconds}
    return Problem("too_many_requests", detail, headers={"Retry-After": str(seconds)})
