"""Staff at their browsers: a signed-in client for each of the cast, and pages as parsed HTML."""

from typing import Any

from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from suggestions.models import DispatchRule, Suggestion
from tests.world import World


def sign_in(city: World, who: str) -> Client:
    """A client signed in as `who`, a key of `city.users`."""
    client = Client()
    client.force_login(city.users[who], backend="django.contrib.auth.backends.ModelBackend")
    return client


def parsed(response: Any) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def main_text(response: Any) -> str:
    """The words of the page's main part, without runs of blanks."""
    main = parsed(response).find("main")
    assert main is not None
    return " ".join(main.get_text(" ").split())


def act_url(item: Suggestion, act: str) -> str:
    return reverse("desk:act", args=[item.case_no, act])


def item_url(item: Suggestion) -> str:
    return reverse("desk:item", args=[item.case_no])


def offered(response: Any) -> set[str]:
    """The last parts of the addresses in the panel of acts: what the page lets this person do."""
    panel = parsed(response).select(".desk-acts a")
    return {str(a["href"]).partition("?")[0].rstrip("/").rpartition("/")[2] for a in panel}


def directory(city: World) -> DispatchRule:
    """A dispatch directory of one row: buses belong to the transport bureau."""
    return DispatchRule.objects.create(
        jurisdiction=city.jurisdiction, topic=city.topic, unit=city.bus, basis="派单目录第12项"
    )
