"""The OpenAPI document beyond what the framework writes: problem answers, headers, examples, words."""

import json
from typing import Any

from suggestions.api import problems
from suggestions.api.problems import KINDS, MEDIA_TYPE

DESCRIPTION = """
给其他系统用的接口：“一网通办”、12345热线、小程序、开放数据。

- 不用登录，不用也不看cookie。只有**公开文本**会出现在列表、详情和检索里。
- 提交建议要带 `Idempotency-Key`；断线重发用同一个，得到同一份回执（200，`Idempotent-Replayed: true`）。
- 出错时一律是 RFC 9457 问题文档（`application/problem+json`），中文说明在 `title`、`detail`，英文在 `en`；\
程序请看 `code`。反馈问题时请附上 `request_id`。
- 请求太频繁时是429，`Retry-After` 写明几秒后再试。
- 公开的GET带 `ETag`，请用 `If-None-Match` 省流量；翻页用 `next`，不要自己拼 `cursor`。
- 日期按北京时间，时刻带时区。
""".strip()

# Told in words in each operation's table of answers; 429 and 500 may come from anywhere.
EVERYWHERE = ("too_many_requests", "server_error")

PROBLEM_SCHEMA: dict[str, Any] = {
    "title": "Problem",
    "description": "RFC 9457 问题文档",
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "en"],
    "properties": {
        "type": {"type": "string", "format": "uri", "description": "说明这种问题的地址"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "发生了什么，下一步怎么办"},
        "instance": {"type": "string", "description": "这一次请求"},
        "code": {"type": "string", "enum": sorted(KINDS)},
        "request_id": {"type": "string", "description": "请求编号，和响应头X-Request-ID一样"},
        "en": {
            "type": "object",
            "description": "The same in English",
            "required": ["title", "detail"],
            "properties": {"title": {"type": "string"}, "detail": {"type": "string"}},
        },
        "errors": {
            "type": "object",
            "description": "按字段的说明，字段名用点连接，例如contact.phone",
            "additionalProperties": {"type": "array", "items": {"type": "string"}},
        },
    },
}

IDEMPOTENCY_KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "description": "每件建议一个，1至255个可见ASCII字符，建议用UUID。断线重发用同一个。",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255},
    "example": "6f1f7a52-0d5e-4f0a-9d0f-2f6c1c1f5a10",
}
QUERY_CODE = {
    "in": "header",
    "name": "X-Query-Code",
    "required": True,
    "description": "回执上的8位查询码。大小写、空格、连字符都可以。",
    "schema": {"type": "string"},
    "example": "7HK4PXQM",
}


def problem_answers(*codes: str) -> dict[int, dict[str, Any]]:
    """Response objects for these kinds, those of one status together, each kind as an example."""
    found: dict[int, dict[str, Any]] = {}
    for code in (*codes, *EVERYWHERE):
        kind = KINDS[code]
        held = found.setdefault(
            kind.status,
            {
                "description": "",
                "content": {
                    MEDIA_TYPE: {
                        "schema": {"$ref": "#/components/schemas/Problem"},
                        "examples": {},
                    }
                },
            },
        )
        held["description"] = "；".join(t for t in (held["description"], str(kind.title)) if t)
        if kind.status == 429:
            held["headers"] = {
                "Retry-After": {"description": "几秒后再试", "schema": {"type": "integer"}}
            }
        errors = {"title": ["这句话至少写6个字，现在是1个字。"]} if code == "invalid" else None
        detail = str(kind.detail).replace("%(seconds)d", "30")
        example = problems.document(code, "0f8fad5bd9cb469fa16570867728950e", detail, errors)
        held["content"][MEDIA_TYPE]["examples"][code] = {"value": example}
    return found


def extra(*codes: str, **more: Any) -> dict[str, Any]:
    """`openapi_extra` of an operation that may answer with these problems."""
    return {"responses": problem_answers(*codes), **more}


def finished(schema: dict[str, Any]) -> dict[str, Any]:
    """The framework's document with the problem schema, and plain JSON throughout."""
    schema["components"]["schemas"]["Problem"] = PROBLEM_SCHEMA
    plain: dict[str, Any] = json.loads(json.dumps(schema, default=str))
    return plain
