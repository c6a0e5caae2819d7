"""The operations of /api/v1/: each a line of meaning, its parameters and answers, and one call."""

# ruff: noqa: B008 — Query() as a default is how ninja describes a parameter.

from typing import Annotated, Any

from django.http import Http404, HttpRequest, HttpResponse
from ninja import NinjaAPI, Status
from ninja import Query as _Query
from ninja.errors import HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.renderers import JSONRenderer
from pydantic import BeforeValidator

from suggestions.api import directory, figures, handlers, intake, listing, openapi, shapes, tracking
from suggestions.api.openapi import IDEMPOTENCY_KEY, QUERY_CODE, extra
from suggestions.api.problems import KINDS
from suggestions.api.said import SubmissionIn

Query: Any = _Query  # typed as a class of models in ninja; we use it as the field it also is


class _Chinese(JSONRenderer):
    json_dumps_params = {"ensure_ascii": False}


class Api(NinjaAPI):
    """Ninja's API with our document."""

    _document: dict[str, Any] | None = None

    def get_openapi_schema(self, **kwargs: Any) -> Any:
        """Made once: nothing in it depends on who asks."""
        if self._document is None:
            self._document = openapi.finished(dict(super().get_openapi_schema(**kwargs)))
        return self._document


class _Manual(Swagger):
    """Swagger UI from our own host, in a page of our own: no inline script, no look at anybody else's server."""

    template = "suggestions/api/docs.html"


api = Api(
    title="建言开放接口",
    version="1.0.0",
    description=openapi.DESCRIPTION,
    urls_namespace="api-v1",
    renderer=_Chinese(),
    # No foreign "validator" badge, and no button that would hand in a real suggestion from a manual.
    docs=_Manual(
        settings={
            "validatorUrl": None,
            "defaultModelsExpandDepth": 0,
            "supportedSubmitMethods": ["get"],
        }
    ),
)
for _kind in (Exception, Http404, HttpError, ValidationError):
    # Each by name: the framework has its own handlers for these, and the nearest class wins.
    api.add_exception_handler(_kind, handlers.answer)


def _or_default(value: Any) -> Any:
    """`size=` with nothing behind it means the usual size."""
    return 20 if value == "" else value


Size = Annotated[int, BeforeValidator(_or_default)]
_SIZE: Any = Query(20, ge=1, le=listing.MAX_SIZE, description="每页几条，最多100")


def _q(description: str, **more: Any) -> Any:
    return Query("", description=description, **more)


@api.post(
    "/suggestions",
    response={201: shapes.ReceiptOut, 200: shapes.ReceiptOut},
    summary="提交一件建议",
    operation_id="submit",
    tags=["提交与查询"],
    openapi_extra=extra(
        "malformed_json", "idempotency_key_missing", "idempotency_key_unusable",
        "idempotency_conflict", "not_possible", "length_required", "too_large", "unsupported_media_type", "invalid",
        "busy", parameters=[IDEMPOTENCY_KEY],
    ),
)  # fmt: skip
def submit(request: HttpRequest, response: HttpResponse, body: SubmissionIn) -> Any:
    """收下即登记，返回编号和查询码。请把编号、查询码和期限如实告诉建议人；查询码不要留存。

    同一个Idempotency-Key、同样的内容：200，同一份回执。同一个Idempotency-Key、不同的内容：409，什么都不收。
    """
    receipt, created = intake.take(request, body)
    intake.answer_headers(response, receipt, created)
    return Status(201 if created else 200, intake.receipt_out(receipt))


@api.get(
    "/suggestions",
    response=shapes.ListOut,
    summary="公开的建议",
    operation_id="list_suggestions",
    tags=["公开内容"],
    openapi_extra=extra("invalid", "search_unavailable"),
)
def list_suggestions(
    request: HttpRequest,
    unit: str = _q("主办单位代码"),
    topic: str = _q("主题代码，含下级"),
    district: str = _q("区划代码"),
    status: str = _q("进度：awaiting待回复，in_progress办理中，done已办理"),
    outcome: str = _q("办理结果代码，例如adopted"),
    campaign: str = _q("征集活动id"),
    year: str = _q("收到的年份"),
    q: str = _q("检索词；繁体、简体、两个字的词都能找到"),
    sort: str = _q(
        "recent新公开的在前（不带q时默认），answered新答复的在前，relevance最相关（带q时默认）"
    ),
    cursor: str = _q("上一页给的next_cursor"),
    size: Size = _SIZE,
) -> Any:
    """新公开的在前，按游标翻页；条件可以叠加。只有公开文本。不认识的代码找不到任何东西。"""
    return listing.page(request.GET, size)


@api.get(
    "/suggestions/{case_no}",
    response=shapes.DetailOut,
    summary="一件公开的建议",
    operation_id="get_suggestion",
    tags=["公开内容"],
    openapi_extra=extra("not_found"),
)
def get_suggestion(request: HttpRequest, case_no: str) -> Any:
    """公开文本、答复、经过、评价和附件。没有公开的和不存在的，回答一样。"""
    return listing.detail(request, case_no)


@api.get(
    "/track/{case_no}",
    response=shapes.TrackOut,
    summary="凭编号和查询码查进度",
    operation_id="track",
    tags=["提交与查询"],
    openapi_extra=extra("query_code_missing", "no_match", parameters=[QUERY_CODE]),
)
def track(request: HttpRequest, case_no: str) -> Any:
    """现在轮到谁、期限和怎么数出来的、经过、答复。编号错和查询码错，回答一样。不会被缓存。"""
    return tracking.track(request, case_no)


@api.get(
    "/search",
    response=shapes.SearchOut,
    summary="检索建议、答复和页面",
    operation_id="search",
    tags=["公开内容"],
    openapi_extra=extra("invalid", "search_unavailable"),
)
def search(
    request: HttpRequest,
    q: str = _q("检索词"),
    type: list[str] = Query([], description="类型，可以重复"),
    status: list[str] = Query([], description="进度，可以重复"),
    outcome: list[str] = Query([], description="办理结果，可以重复"),
    topic: list[str] = Query([], description="主题代码，可以重复"),
    district: list[str] = Query([], description="区划代码，可以重复"),
    unit: list[str] = Query([], description="单位代码，可以重复"),
    year: list[str] = Query([], description="年份，可以重复"),
    sort: str = _q("relevance最相关（默认），date最新"),
    cursor: str = _q("上一页给的next_cursor"),
    size: Size = _SIZE,
) -> Any:
    """和网站的检索一样：同一个条件选几个是“或”，不同条件是“且”；facets里是各个条件的件数。"""
    return listing.search(request.GET, size)


@api.get(
    "/units",
    response=shapes.UnitsOut,
    summary="单位和各自手上的件数",
    operation_id="list_units",
    tags=["单位与征集"],
    openapi_extra=extra(),
)
def list_units(request: HttpRequest) -> Any:
    """征集办公室在前，其余按目录顺序。"""
    return directory.units()


@api.get(
    "/units/{code}",
    response=shapes.UnitDetailOut,
    summary="一个单位",
    operation_id="get_unit",
    tags=["单位与征集"],
    openapi_extra=extra("not_found"),
)
def get_unit(request: HttpRequest, code: str) -> Any:
    """职责、近12个整月的按时率和满意率（都带分子分母）、承诺、最近的答复。"""
    return directory.unit(code)


@api.get(
    "/campaigns",
    response=shapes.CampaignsOut,
    summary="征集活动",
    operation_id="list_campaigns",
    tags=["单位与征集"],
    openapi_extra=extra(),
)
def list_campaigns(request: HttpRequest) -> Any:
    """开始得晚的在前，带收到、公开、答复、采纳的件数。"""
    return directory.campaigns()


@api.get(
    "/statistics",
    response=shapes.PeriodsOut,
    summary="公布了哪些月份和年份的数据",
    operation_id="list_statistics",
    tags=["统计数据"],
    openapi_extra=extra(),
)
def list_statistics(request: HttpRequest) -> Any:
    """新的在前；同一时间只列最新公布的一版。"""
    return figures.periods(request)


@api.get(
    "/statistics/{period}",
    response=shapes.StatisticsOut,
    summary="一个月或一年的数据",
    operation_id="get_statistics",
    tags=["统计数据"],
    openapi_extra=extra("not_found"),
)
def get_statistics(request: HttpRequest, period: str) -> Any:
    """period写成2026-10或2026。每行带分子和分母；太小的数目不单列（withheld）；formulas是每个指标的算法。"""
    return figures.one(request, period)


@api.get(
    "/topics",
    response=shapes.TopicsOut,
    summary="主题代码",
    operation_id="list_topics",
    tags=["代码表"],
    openapi_extra=extra(),
)
def list_topics(request: HttpRequest) -> Any:
    """上级在前。提交和筛选时用code。"""
    return directory.topics()


@api.get(
    "/districts",
    response=shapes.DistrictsOut,
    summary="区划代码",
    operation_id="list_districts",
    tags=["代码表"],
    openapi_extra=extra(),
)
def list_districts(request: HttpRequest) -> Any:
    """上级在前。提交和筛选时用code。"""
    return directory.districts()


@api.get(
    "/problems",
    response=shapes.ProblemsOut,
    summary="会遇到的问题",
    operation_id="list_problems",
    tags=["代码表"],
    openapi_extra=extra(),
)
def list_problems(request: HttpRequest) -> Any:
    """每种问题的代码、状态码和说明；问题文档的type指到这里。"""
    return shapes.ProblemsOut(
        items=[
            shapes.ProblemKindOut(
                code=k.code, status=k.status, title=str(k.title), title_en=k.title_en,
                detail_en=k.detail_en,
            )
            for k in KINDS.values()
        ]
    )  # fmt: skip
