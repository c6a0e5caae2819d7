"""The desk inside the Wagtail admin: its addresses, its menu entries by role, its style, and a panel on the first page."""

from typing import Any

from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.ui.sidebar import LinkMenuItem

from suggestions.desk import campaign_files, common, redirect_targets
from suggestions.desk.home import tallies_for
from suggestions.selectors import workload


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLResolver]:
    return [path("desk/", include("suggestions.desk.urls"))]


class RoomMenuItem(MenuItem):
    """A room of the desk in the sidebar, for the roles that use it, with the number that waits there."""

    def __init__(self, room: common.Room, order: int) -> None:
        self.room = room
        address = lazy(lambda: reverse(f"desk:{room.name}"), str)()
        super().__init__(
            room.label, address, name=f"desk-{room.name}", icon_name=room.icon, order=order
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return common.holds(request, self.room.roles)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        waiting = workload.menu_counts(request.user).get(self.room.count, 0)
        label = f"{self.label}（{waiting}）" if waiting else str(self.label)
        here = common.room_of(request) == self.room.name
        # Wagtail marks the entry whose address the page's begins with, which for the first page is every page of the
        # desk: an address that no path begins with leaves the marking to us.
        address = f"{self.url}#" if self.room.name == "home" else str(self.url)
        return LinkMenuItem(
            self.name,
            label,
            address,
            icon_name=self.icon_name,
            classname=f"{self.classname} desk-here".strip() if here else self.classname,
            attrs={**self.attrs, "aria-current": "true"} if here else self.attrs,
        )


for _order, _room in enumerate(common.ROOMS):
    # Before Wagtail's own entries: staff come here for their items.
    hooks.register(
        "register_admin_menu_item",
        lambda room=_room, order=_order: RoomMenuItem(room, order=10 + order),
    )


@hooks.register("insert_global_admin_css")
def desk_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("css/desk.css"))


class DuePanel(Component):
    """What is due, on Wagtail's own first page, so that nobody has to know where to look."""

    order = 1
    template_name = "suggestions/desk/_due_panel.html"

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"groups": tallies_for(parent_context["request"].user)}


@hooks.register("construct_homepage_panels")
def due_panel(request: HttpRequest, panels: list[Component]) -> None:
    if common.holds(request, common.DESK_ROLES):
        panels.append(DuePanel())


HOOKED = (campaign_files, redirect_targets)
"""Modules that register screens and hooks of their own."""
