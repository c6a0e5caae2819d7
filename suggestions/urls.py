"""Residents' addresses (design section 6). Kept for years: letters and posters carry them."""

from django.urls import URLPattern, path

from suggestions.public import reading, receipt, submit, track

app_name = "suggestions"

urlpatterns: list[URLPattern] = [
    path("submit/", submit.flow, name="submit"),
    path("submit/similar/", submit.similar, name="similar"),
    path("receipt/<str:token>/", receipt.receipt, name="receipt"),
    path("track/", track.lookup, name="track"),
    path("track/<str:case_no>/", track.progress, name="track_item"),
    path("suggestions/", reading.browse, name="browse"),
    path("suggestions/<str:case_no>/", reading.detail, name="detail"),
    path("units/", reading.units, name="units"),
    path("units/<slug:code>/", reading.unit, name="unit"),
    path("search/", reading.search, name="search"),
    path("files/<str:token>/", reading.attachment, name="attachment"),
]
