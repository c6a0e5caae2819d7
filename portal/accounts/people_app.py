"""Wagtail's app for users with our list of them. The name and the label stay Wagtail's own."""

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(WagtailUsersAppConfig):
    user_viewset = "portal.accounts.people.UserViewSet"
