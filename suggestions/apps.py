"""The domain: from a resident's words to a public answer."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SuggestionsConfig(AppConfig):
    name = "suggestions"
    verbose_name = _("人民建议")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from suggestions import documents, search_fields
        from suggestions.services import clock_rules, exports, hinting, sheets

        documents.register()
        search_fields.register()
        hinting.register()
        exports.register()
        sheets.register()
        post_migrate.connect(clock_rules.store_defaults, sender=self, dispatch_uid="clock-rules")
