"""The list of staff in the back office: found by name, in either script or by its sound, by post, user name and e-mail."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from wagtail.users.views import users as wagtail_users

from search import lookup


class IndexView(wagtail_users.IndexView):
    def search_queryset(self, queryset: Any) -> Any:
        """Wagtail would look in user name and e-mail alone; people here are known by a name of their own field."""
        if not self.is_searching:
            return queryset
        text = str(self.search_query)
        names = get_user_model()._default_manager.values_list("pk", "display_name")
        wanted = lookup.says(text, "display_name", "post", "username", "email")
        if heard := lookup.sound_alike(text, names):
            wanted |= Q(pk__in=heard)
        return queryset.filter(wanted)


class UserViewSet(wagtail_users.UserViewSet):
    index_view_class = IndexView
