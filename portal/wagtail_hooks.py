"""What of Wagtail's own frame the desk leaves out."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks


@hooks.register("construct_help_menu")
def no_foreign_help(request: HttpRequest, items: list[Any]) -> None:
    """Its help leads to English pages on another host; ours is the staff handbook."""
    items.clear()
