"""Start-up of the site: what has to be registered before the first request."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "建言"

    def ready(self) -> None:
        from cms import slugs
        from portal import (  # noqa: F401  checks registers the system checks
            admin_words,
            checks,
            idle,
            quick_words,
        )
        from portal.scripts import variants

        slugs.reserve(*(v.prefix.strip("/") for v in variants.PREFIXED))
        quick_words.install()
        idle.register()
        admin_words.label_forms()
        admin_words.count_in_chinese()
        post_migrate.connect(admin_words.name_permissions, dispatch_uid="portal.name_permissions")
