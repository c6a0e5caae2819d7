"""A campaign's picture: beside its title and on the home page, with the words that stand for it; drawn for the demo city."""

from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from bs4 import BeautifulSoup, Tag
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from PIL import Image as Pillow

from cms import demo_pictures
from cms.blocks import is_file_name
from tests.cms.conftest import Make

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


def block(key: str = "rain") -> list[tuple[str, Any]]:
    held: Any = demo_pictures.picture(key)
    held.contextual_alt_text, held.decorative = held.description, False
    return [("picture", {"image": held, "caption": ""})]


def shown(client: Client, address: str) -> Tag:
    page = BeautifulSoup(client.get(address).content, "html.parser")
    found = page.select("main figure.picture img")
    assert len(found) == 1
    return found[0]


def test_a_campaigns_picture_stands_beside_its_title_and_on_the_home_page_with_its_words(
    client: Client, campaign: Make
) -> None:
    page = campaign(slug="rain", picture=block())
    there, home = shown(client, page.url), shown(client, "/")
    assert there["alt"] == home["alt"] == demo_pictures.PICTURES["rain"].words
    for image in (there, home):
        # The place is kept before the picture comes: nothing jumps.
        assert int(str(image["width"])) > 2 * 300
        assert int(str(image["height"])) > 300
        assert client.get(str(image["src"])).status_code == 200
    assert home.get("loading") == "lazy"
    assert not there.get("loading"), "what is seen first is not put off"


def card(client: Client, address: str, name: str) -> str:
    page = BeautifulSoup(client.get(address).content, "html.parser")
    [found] = page.select(f"meta[property='{name}']")
    return str(found["content"])


def test_whoever_passes_a_campaign_on_shows_its_own_picture(client: Client, campaign: Make) -> None:
    page = campaign(slug="rain", picture=block())
    address = urlsplit(card(client, page.url, "og:image"))
    assert address.scheme, "messengers need the whole address"
    sent = client.get(address.path)
    drawn = Pillow.open(BytesIO(sent.getvalue()))
    wide, high = drawn.size
    assert drawn.format == "JPEG"
    assert abs(wide / high - 1200 / 630) < 0.01
    assert wide > 1000, "as large as the picture allows"
    said = [card(client, page.url, f"og:image:{side}") for side in ("width", "height")]
    assert said == [str(wide), str(high)]
    assert card(client, page.url, "og:image:alt") == demo_pictures.PICTURES["rain"].words
    assert "share" in card(client, campaign(slug="plain").url, "og:image"), (
        "without one, the site's"
    )


def test_a_campaign_whose_picture_file_is_lost_is_still_read(
    client: Client, campaign: Make
) -> None:
    page = campaign(slug="rain", picture=block())
    held = page.picture[0].value["image"]
    held.file.storage.delete(held.file.name)
    assert client.get(page.url).status_code == 200
    assert "share" in card(client, page.url, "og:image")


def test_a_campaign_without_a_picture_has_no_empty_place_for_one(
    client: Client, campaign: Make
) -> None:
    page = BeautifulSoup(client.get(campaign().url).content, "html.parser")
    assert page.select("main figure, main .pictured") == []


def test_the_list_of_campaigns_asks_for_no_picture(client: Client, campaign: Make) -> None:
    campaign(slug="rain", picture=block())
    client.get("/campaigns/")
    with CaptureQueriesContext(
        connection,
    ) as asked:
        client.get("/campaigns/?all=1")
    assert [q["sql"] for q in asked if "wagtailimages" in q["sql"]] == []


@pytest.mark.parametrize("key", demo_pictures.PICTURES)
def test_a_picture_of_the_demo_city_is_drawn_once_and_says_what_is_on_it(key: str) -> None:
    first = demo_pictures.picture(key)
    assert demo_pictures.picture(key) == first
    assert len(first.description) >= 12
    assert not is_file_name(first.description)
    with first.open_file() as file:
        drawn = Pillow.open(file)
        assert drawn.size == (demo_pictures.WIDE, demo_pictures.HIGH) == (first.width, first.height)
        assert len(drawn.convert("RGB").getcolors(1_000_000) or ()) > 8
