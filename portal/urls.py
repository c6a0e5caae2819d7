"""Every address of the site. Wagtail's catch-all comes last; rooms add one line each above it."""

from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail import views as wagtail_views
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from portal import health, idle, installing, media, sitemaps, views
from suggestions.guards import captcha
from suggestions.public.caching import public_page

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    path("robots.txt", sitemaps.robots, name="robots"),
    path("sitemap.xml", sitemaps.index, name="sitemap"),
    path("sitemap-pages.xml", sitemaps.pages, name="sitemap_pages"),
    path("sitemap-<slug:name>-<int:number>.xml", sitemaps.file, name="sitemap_file"),
    path("captcha/challenge/", captcha.challenge_view, name="captcha_challenge"),
    path("manifest.webmanifest", installing.manifest, name="manifest"),
    path("sw.js", installing.worker, name="worker"),
    path("offline/", installing.offline, name="offline"),
    path("mode/", views.mode, name="mode"),
    path("styleguide/", views.styleguide, name="styleguide"),
    path("media/<path:name>", media.media, name="media"),
    path("admin/resume/", idle.resume, name="resume"),
    path("admin/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("api/", include("suggestions.api.urls")),
    path("agent/", include("suggestions.agent.urls")),
    path("feeds/", include("cms.urls")),
    path("campaigns/", include("suggestions.campaign_urls")),
    path("", include("suggestions.urls")),
]

# Wagtail's own catch-all, with our caching headers in front of its routing; its other addresses follow.
urlpatterns += [
    re_path(wagtail_urls.serve_pattern, public_page(wagtail_views.serve), name="wagtail_serve"),
    path("", include(wagtail_urls)),
]
