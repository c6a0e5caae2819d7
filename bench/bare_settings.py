"""The site's own settings with nothing around the view: the measure that pages are held against."""

from portal.settings.production import *  # noqa: F403

ROOT_URLCONF = "bench.bare"
MIDDLEWARE = []
