"""The site on a home screen: what it is called there, what a device keeps, and what it shows without a network."""

import io
import json
import re

import pytest
from django.contrib.staticfiles import finders
from django.core.cache import cache
from django.test import Client
from PIL import Image

from portal import installing
from tests.world import make_world


@pytest.fixture
def client(db: None) -> Client:
    cache.clear()
    make_world()
    return Client()


def facts(client: Client) -> dict[str, list[str]]:
    source = client.get("/sw.js").content.decode()
    found = re.match(r"const SITE = (\{.*\});", source)
    assert found
    held: dict[str, list[str]] = json.loads(found[1])
    return held


def test_the_manifest_opens_each_variant_in_its_own_writing(client: Client) -> None:
    for prefix, lang in (("", "zh-Hans-CN"), ("/zh-hant", "zh-Hant"), ("/en", "en")):
        response = client.get(f"{prefix}/manifest.webmanifest")
        held = response.json()
        assert response["Content-Type"] == "application/manifest+json"
        assert (held["lang"], held["start_url"], held["scope"]) == (lang, f"{prefix}/", "/")
        assert f'<link rel="manifest" href="{prefix}/manifest.webmanifest">' in client.get(f"{prefix}/units/").content.decode()  # fmt: skip
    assert "徵" not in held["description"]


def test_every_icon_of_the_manifest_is_there_in_the_size_it_names() -> None:
    for name, sizes, _purpose in installing.ICONS:
        found = finders.find(name)
        assert isinstance(found, str)
        with open(found, "rb") as file:
            data = file.read()
        assert len(data) < 20_000
        width, height = Image.open(io.BytesIO(data)).size
        assert f"{width}x{height}" == sizes


def test_a_device_keeps_styles_scripts_icons_and_the_note_and_no_page_of_anybodys(
    client: Client,
) -> None:
    held = facts(client)
    assert held["notes"] == ["/offline/", "/zh-hant/offline/", "/en/offline/"]
    assert all(address.startswith("/static/") for address in held["files"])
    for address in held["notes"]:
        response = client.get(address)
        assert response.status_code == 200
        assert not response.cookies
        assert "public" in response["Cache-Control"]
        assert "data-draft-list" in response.content.decode()
    source = client.get("/sw.js").content.decode()
    # Nothing is put into a cache but at installing.
    assert source.count("addAll") == 1
    assert ".put(" not in source
    assert client.get("/sw.js")["Cache-Control"] == "no-cache"


def test_where_it_is_turned_off_devices_forget_what_they_kept(
    client: Client, settings: pytest.FixtureRequest
) -> None:
    settings.INSTALLABLE = False  # type: ignore[attr-defined]
    cache.clear()
    source = client.get("/sw.js").content.decode()
    assert "unregister()" in source
    assert "fetch" not in source
    assert 'rel="manifest"' not in client.get("/units/").content.decode()


def test_nothing_typed_is_left_on_a_machine_where_staff_are_signed_in(client: Client) -> None:
    client.post("/submit/?step=start", {"action": "begin"})
    assert 'data-draft="topic"' in client.get("/submit/?step=topic").content.decode()
    client.cookies["sessionid"] = "somebody"
    page = client.get("/submit/?step=topic").content.decode()
    assert "data-draft" not in page
    assert "draft.js" not in page


def test_contact_details_are_never_kept_on_the_device(client: Client) -> None:
    source = (installing.Path(installing.__file__).parents[1] / "suggestions/templates/suggestions/submit")  # fmt: skip
    with_draft = {file.stem for file in source.glob("*.html") if 'data-draft="' in file.read_text("utf-8")}  # fmt: skip
    assert with_draft == {"topic", "text", "place", "asked"}
