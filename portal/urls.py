"""Every address of the site. Wagtail's catch-all comes last; rooms add one line each above it."""

from django.urls import URLPattern, URLResolver, include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from portal import health, views
from suggestions.guards import captcha

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    path("captcha/challenge/", captcha.challenge_view, name="captcha_challenge"),
    path("mode/", views.mode, name="mode"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("suggestions.urls")),
]

urlpatterns.append(path("", include(wagtail_urls)))
