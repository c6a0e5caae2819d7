"""Simplified into Traditional characters: OpenCC's Hong Kong table, with a few forms set right.

Why that table (ADR 0009): it chooses characters by the phrase they stand in and never changes a word, so that 信息 and
软件 stay the words of the law; and its forms (裏, 為, 着) are those of the nearest readers, in Hong Kong and Macao.
"""

from functools import lru_cache

import opencc


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    """One for all threads: its dictionaries take some 40 MB, and all of the library but its last error may be shared."""
    return opencc.OpenCC("s2hk")


# OpenCC's choice, rare or bookish → the form that readers of every region use.
_FORMS = str.maketrans("羣牀峯麪啓衞粧綉竈僞", "群床峰麵啟衛妝繡灶偽")
# Where the phrase tables know no better: words of this trade and of the calendar.
_PHRASES = (
    ("複議", "復議"),
    ("複查", "復查"),
    ("複核", "復核"),
    ("傢俱", "家具"),
    ("公佈", "公布"),
    ("發佈", "發布"),
    ("佈置", "布置"),
    ("硃紅", "朱紅"),
)


def convert(text: str) -> str:
    """The text in Traditional characters, as many of them as before. Text that is Traditional already stays."""
    done: str = _converter().convert(text).translate(_FORMS)
    for taken, meant in _PHRASES:
        if taken in done:
            done = done.replace(taken, meant)
    return done
