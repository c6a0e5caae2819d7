"""A few documents of an invented city, small enough to know by heart."""

from datetime import UTC, datetime, timedelta

from search.engine import Document

FIRST_DAY = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def document(
    key: str, title: str = "", *, day: int = 0, type: str = "suggestion", **rest: object
) -> Document:
    """A suggestion of the given day; what the test does not name is empty."""
    return Document(
        id=f"{type}:{key}",
        type=type,
        title=title,
        url=f"/{type}s/{key}/",
        date=FIRST_DAY + timedelta(days=day),
        **{"version": 1, **rest},  # type: ignore[arg-type]
    )


CITY = [
    document(
        "lift",
        "关于老旧小区加装电梯的建议",
        day=1,
        fields={
            "problem": "我家住在六楼，母亲腿脚不便，上下楼十分困难。",
            "proposal": "请尽快出台加装电梯的补贴办法。",
            "reply": "我局已会同街道完成摸底，三十个单元列入今年计划。",
        },
        facets={"topic": ("housing",), "unit": ("zjj",), "district": ("east",), "year": ("2026",)},
        answered=True,
        data={"case_no": "JY2026-0000001-1"},
    ),
    document(
        "noise",
        "广场舞噪音扰民",
        day=2,
        fields={
            "problem": "每晚八点以后音响声音很大，孩子无法写作业。",
            "proposal": "划定时间和音量。",
        },
        facets={
            "topic": ("environment",),
            "unit": ("gaj",),
            "district": ("west",),
            "year": ("2026",),
        },
    ),
    document(
        "bus",
        "K3路公交车早高峰间隔太长",
        day=3,
        fields={"problem": "早上七点半等车要二十五分钟，5G产业园的职工经常迟到。"},
        facets={
            "topic": ("transport",),
            "unit": ("jtj",),
            "district": ("east",),
            "year": ("2026",),
        },
        answered=True,
    ),
    document(
        "bus31",
        "K31路末班车时间能否推迟",
        day=4,
        fields={"problem": "晚上九点半以后没有车回芙蓉里。"},
        facets={
            "topic": ("transport",),
            "unit": ("jtj",),
            "district": ("west",),
            "year": ("2026",),
        },
    ),
    document(
        "traditional",
        "臺灣同胞反映舊城區無障礙設施不足",
        day=5,
        fields={"problem": "輪椅無法進入公園，洗手間門口有臺階。"},
        facets={
            "topic": ("housing", "access"),
            "unit": ("zjj",),
            "district": ("west",),
            "year": ("2025",),
        },
    ),
    document(
        "wide",
        "ＷｉＦｉ覆盖公共图书馆",
        day=6,
        fields={"problem": "图书馆三楼自习室没有信号，座位约３．５万个。"},
        facets={"topic": ("culture",), "unit": ("wlj",), "district": ("east",), "year": ("2025",)},
    ),
    document(
        "middle",
        "关于集中学习时间安排的建议",
        day=7,
        fields={"problem": "培训都排在周末，带孩子的职工无法参加。"},
        facets={"topic": ("culture",), "unit": ("rsj",), "district": ("east",), "year": ("2026",)},
    ),
    document(
        "about",
        "办事指南",
        day=8,
        type="page",
        fields={"body": "写建议、查进度、看答复，都不需要注册。电梯、公交、学校等事项均可提出。"},
    ),
]
