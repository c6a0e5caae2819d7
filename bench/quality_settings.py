"""The site's settings with one more table: the texts as a plain Wagtail site would keep them."""

import os

from portal import env
from portal.settings.dev import *  # noqa: F403

DEMO = True
INSTALLED_APPS = ["bench.plain", *INSTALLED_APPS]  # noqa: F405
MIGRATION_MODULES = {"plain": None}
WAGTAILSEARCH_BACKENDS = {
    **WAGTAILSEARCH_BACKENDS,  # noqa: F405
    "plain": {"BACKEND": "wagtail.search.backends.database", "AUTO_UPDATE": False},
}
if os.environ.get("QUALITY_POSTGRES_URL"):
    # The site itself stays on SQLite: only the engine under test lives here.
    DATABASES["postgres"] = env.database("QUALITY_POSTGRES_URL", "")  # noqa: F405
