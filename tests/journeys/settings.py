"""The settings of `make run`, without the minute that compressing static files takes."""

from portal.settings.dev import *
from portal.settings.dev import STORAGES

STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
# The captcha's work is real but small.
ALTCHA_COST = 200
