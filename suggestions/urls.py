"""Residents' addresses (design section 6). Kept for years: letters and posters carry them."""

from django.urls import URLPattern, path

from suggestions.public import (
    awards,
    feeds,
    joining,
    privacy,
    reading,
    receipt,
    submit,
    submit_later,
    track,
    track_agent,
)

app_name = "suggestions"

urlpatterns: list[URLPattern] = [
    path("submit/", submit.flow, name="submit"),
    path("submit/similar/", submit.similar, name="similar"),
    path("submit/later/", submit_later.later, name="later"),
    path("submit/resume/", submit_later.resume, name="resume"),
    path("submit/resume/<str:code>/", submit_later.resume, name="resume_code"),
    path("receipt/<str:token>/", receipt.receipt, name="receipt"),
    path("track/", track.lookup, name="track"),
    path("track/<str:case_no>/", track.progress, name="track_item"),
    path("track/<str:case_no>/agents/<int:pk>/", track_agent.revoke, name="track_agent"),
    path("track/<str:case_no>/data/", privacy.data, name="track_data"),
    path("track/<str:case_no>/data.json", privacy.copy, {"kind": "json"}, name="track_json"),
    path("track/<str:case_no>/data.zip", privacy.copy, {"kind": "zip"}, name="track_zip"),
    path("suggestions/<str:case_no>/report/", privacy.report, name="report"),
    path("suggestions/", reading.browse, name="browse"),
    path("suggestions/feed.atom", feeds.moved, name="feed_moved"),
    path("suggestions/<str:case_no>/", reading.detail, name="detail"),
    path("suggestions/<str:case_no>/join/", joining.join, name="join"),
    path("joined/", joining.enter, name="joined_enter"),
    path("joined/<str:token>/", joining.joined, name="joined"),
    path("units/", reading.units, name="units"),
    path("units/<slug:code>/", reading.unit, name="unit"),
    path("search/", reading.search, name="search"),
    path("feeds/suggestions.atom", feeds.suggestions, name="feed_suggestions"),
    path("feeds/answers.atom", feeds.answers, name="feed_answers"),
    path("feeds/results.atom", feeds.results, name="feed_results"),
    path("feeds/awards.atom", awards.feed, name="feed_awards"),
    path("results/awards/", awards.index, name="awards"),
    path("results/awards/<int:pk>/", awards.detail, name="award"),
    path("files/<str:token>/", reading.attachment, name="attachment"),
]
