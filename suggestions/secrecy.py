"""Marks of state secrets: what carries one is neither taken in nor stored (process.md 3.5). Pure.

Only the marks that a classified paper bears are looked for (the level with its star, or a line that names the level), so
that a suggestion that speaks of secrecy is a suggestion like any other. What no mark gives away is for people to notice.
"""

import re

from django.utils.translation import gettext as _

from suggestions.errors import DomainError

_MARK = re.compile(
    r"(?:[绝絕]密|[机機]密|[秘祕]密)\s{0,4}[★☆]|密\s{0,4}[级級]\s{0,4}[:：]\s{0,4}(?:[绝絕]密|[机機]密|[秘祕]密)"
)


def is_marked(text: str) -> bool:
    """Whether a text bears the mark of a classified paper. Source: process.md 3.5; 保守国家秘密法 (marks of classified papers)."""
    return _MARK.search(text) is not None


def refusal() -> str:
    """What the author reads: what happened, why, and the lawful way."""
    return _(
        "您写的内容里有国家秘密标志。这个网站不能接收涉密内容，刚才写的没有保存，也请不要用短信、邮件再发。"
        "要反映涉密的情况，请当面交给本单位的保密机构，或者当地保密行政管理部门。"
    )


class Marked(DomainError):
    """Somebody typed what bears such a mark: nothing of it was stored."""

    code = "state_secret"

    def __init__(self) -> None:
        super().__init__(refusal())
