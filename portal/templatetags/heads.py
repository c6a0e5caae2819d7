"""`{% head %}…{% endhead %}`: the head of a page, finished with what search engines and messengers read (portal/heads.py)."""

from typing import Any

from django import template
from django.template.base import Node, NodeList, Parser, Token
from django.template.context import Context
from django.utils.safestring import SafeString

from portal import heads

register = template.Library()


class HeadNode(Node):
    """Title and description are blocks that pages fill, so they are read once the blocks are rendered."""

    def __init__(self, nodelist: NodeList) -> None:
        self.nodelist = nodelist

    def render(self, context: Context) -> SafeString:
        known: dict[str, Any] = {str(name): value for name, value in context.flatten().items()}
        return heads.finish(self.nodelist.render(context), known)


@register.tag
def head(parser: Parser, token: Token) -> HeadNode:
    nodelist = parser.parse(("endhead",))
    parser.delete_first_token()
    return HeadNode(nodelist)
