"""Addresses of feeds: the list of all of them, and those of editors' pages."""

from django.urls import URLPattern, path

from cms import feeds

app_name = "feeds"

urlpatterns: list[URLPattern] = [
    path("", feeds.index, name="index"),
    path("news.atom", feeds.news, name="news"),
    path("campaigns.atom", feeds.campaigns, name="campaigns"),
]
