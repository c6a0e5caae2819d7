"""What every page knows: the office it speaks for, the menu, and how the reader wants it shown."""

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from suggestions.jurisdictions import current

NAV = (
    ("/submit/", "提建议", ""),
    ("/track/", "查进度", ""),
    ("/suggestions/", "看建议", ""),
    ("/campaigns/", "征集", "活动"),
    ("/units/", "单位", ""),
    ("/search/", "搜索", ""),
)
MODES = ("elder",)
THEMES = ("dark", "light")


def site(request: HttpRequest) -> dict[str, Any]:
    """`site`: office (lazy, one query at most), nav, mode and theme. Pages differ by the `mode` and `theme` cookies only;
    the page cache is keyed by them (suggestions/public/caching.py).
    """
    path = request.path
    mode = request.COOKIES.get("mode", "")
    theme = request.COOKIES.get("theme", "")
    return {
        "site": {
            "office": SimpleLazyObject(lambda: current(request)),
            "nav": [
                {"href": href, "label": label, "wide": wide, "here": path.startswith(href)} for href, label, wide in NAV
            ],
            "mode": mode if mode in MODES else "",
            "theme": theme if theme in THEMES else "",
            "path": request.get_full_path() if request.method == "GET" else path,
        }
    }
