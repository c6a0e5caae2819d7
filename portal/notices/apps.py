"""Notices: SMS, e-mail and the in-site list, behind ports with adapters."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NoticesConfig(AppConfig):
    name = "portal.notices"
    label = "notices"
    verbose_name = _("通知")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from portal.notices import agents, delivery, meetings, residents, secrecy

        delivery.register_handlers()
        agents.register_handlers()
        residents.register_handlers()
        meetings.register_handlers()
        secrecy.register_handlers()
