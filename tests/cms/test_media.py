"""/media/: what editors put on pages is seen by everybody; what the camera wrote into the original by nobody."""

import io
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Pillow
from wagtail.images import get_image_model

from cms.models import NewsPage
from cms.setup import Pages
from tests.world import World

pytestmark = pytest.mark.django_db


def uploaded(name: str = "bench.jpg") -> Any:
    held, exif = io.BytesIO(), Pillow.Exif()
    exif[0x8825] = {1: "N", 2: (31.0, 14.0, 0.0)}
    Pillow.new("RGB", (640, 480), (90, 140, 150)).save(held, "JPEG", exif=exif)
    file = SimpleUploadedFile(name, held.getvalue(), content_type="image/jpeg")
    return get_image_model().objects.create(title="站台上的长椅", file=file)


@pytest.fixture
def picture(settings: Any, tmp_path: Any, city: World) -> Any:
    settings.MEDIA_ROOT = tmp_path
    return uploaded()


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content)


def test_a_picture_on_a_page_is_there_when_the_page_is_read(client: Client, picture: Any, site: Pages):  # fmt: skip
    block = {"image": {"image": picture.pk, "alt_text": "站台上的长椅", "decorative": False}, "caption": ""}  # fmt: skip
    page = NewsPage(title="长椅装好了", slug="bench", kind="news", body=[{"type": "picture", "value": block}])  # fmt: skip
    site.news.add_child(instance=page)
    shown = BeautifulSoup(client.get("/news/bench/").content, "html.parser").select_one("main img")
    assert shown is not None
    response = client.get(str(shown["src"]))
    assert response.status_code == 200
    assert response["Content-Type"] == "image/webp"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert not response.cookies
    assert not Pillow.open(io.BytesIO(body_of(response))).getexif()


def test_an_unchanged_picture_costs_a_304_and_a_deleted_one_is_gone_at_once(client: Client, picture: Any):  # fmt: skip
    address = picture.get_rendition("max-100x100").url
    first = client.get(address)
    assert "max-age=0" in first["Cache-Control"]
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 304
    picture.delete()
    assert client.get(address, headers={"if-none-match": first["ETag"]}).status_code == 404


def test_a_new_picture_under_an_old_name_is_not_taken_for_the_old_one(
    client: Client, picture: Any, django_capture_on_commit_callbacks: Any
):
    address = picture.get_rendition("max-100x100").url
    old = client.get(address)["ETag"]
    with django_capture_on_commit_callbacks(execute=True):
        picture.delete()
    assert uploaded().get_rendition("max-100x100").url == address
    assert client.get(address, headers={"if-none-match": old}).status_code == 200


def test_an_original_with_the_place_the_camera_noted_is_given_to_nobody(client: Client, picture: Any):  # fmt: skip
    assert client.get(picture.file.url).status_code == 404


@pytest.mark.parametrize("name", ["documents/plan.pdf", "images/page.html", "images/../db.sqlite3"])
def test_nothing_but_the_sizes_of_pictures_is_given_out(client: Client, picture: Any, name: str):
    if ".." not in name:
        default_storage.save(name, ContentFile(b"<script>1</script>"))
    assert client.get(f"/media/{name}").status_code == 404
