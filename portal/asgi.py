"""ASGI entry point, for those who already run an ASGI server; the same refusals as wsgi.py."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.production")

application = get_asgi_application()

from portal.checks import refuse_unsafe  # noqa: E402  needs the apps loaded above

refuse_unsafe()
