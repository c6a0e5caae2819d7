"""WSGI entry point. A web server starts no system checks by itself, so an unsafe production is refused here."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

_site = get_wsgi_application()

from portal.checks import refuse_unsafe  # noqa: E402  needs the apps loaded above
from portal.front import Front  # noqa: E402

refuse_unsafe()
application = Front(_site)
