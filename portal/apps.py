"""Start-up of the site: what has to be registered before the first request."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "portal"
    verbose_name = "建言"

    def ready(self) -> None:
        from portal import checks  # noqa: F401  registers the system checks
