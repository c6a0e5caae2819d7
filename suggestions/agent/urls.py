"""Addresses of the agents' page. Namespace "agent"."""

from django.urls import URLPattern, path

from suggestions.agent import entry, items, pages, relays

app_name = "agent"

urlpatterns: list[URLPattern] = [
    path("", pages.home, name="home"),
    path("sign-in/", pages.SignIn.as_view(), name="sign_in"),
    path("sign-out/", pages.sign_out, name="sign_out"),
    path("new/", entry.new, name="new"),
    path("take/", entry.take, name="take"),
    path("receipt/<str:case_no>/", entry.receipt, name="receipt"),
    path("mandates/<int:pk>/", entry.confirm, name="confirm"),
    path("items/<str:case_no>/", items.item, name="item"),
    path("relays/", relays.relays, name="relays"),
    path("relays/<int:pk>/", relays.relay, name="relay"),
]
