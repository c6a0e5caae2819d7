"""What editors write: home, campaigns, bulletins, standard pages."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CmsConfig(AppConfig):
    name = "cms"
    verbose_name = _("网站内容")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from cms import bulletin_pages, documents, setup
        from suggestions.services import bulletins

        documents.register()
        bulletins.register_edition(bulletin_pages.draft)
        post_migrate.connect(setup.ensure_groups, sender=self, dispatch_uid="cms-groups")
