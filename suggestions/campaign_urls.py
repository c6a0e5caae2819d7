"""What people do on a campaign, below /campaigns/ and in front of its pages. Namespace "campaign"."""

from django.urls import URLPattern, path

from suggestions.public import campaign

app_name = "campaign"

urlpatterns: list[URLPattern] = [
    path("ask/<int:pk>/", campaign.ask, name="ask"),
    path("poll/<int:pk>/<slug:key>/", campaign.poll, name="poll"),
    path("voted/<str:token>/", campaign.voted, name="voted"),
]
