"""/files/<token>/: public files as downloads; private ones only for those who handle the item."""

import io
from typing import Any

import pytest
from django.core.files.storage import storages
from django.test import Client
from PIL import Image

from suggestions.models import Attachment, Suggestion
from suggestions.services import attachments
from tests import world as life
from tests.suggestions.reading.conftest import text
from tests.world import World


class Upload(io.BytesIO):
    name: str | None = "林小满家门口.png"


def picture() -> Upload:
    file = Upload()
    Image.new("RGB", (8, 8), "teal").save(file, "PNG")
    file.seek(0)
    return file


@pytest.fixture
def held(world: World, settings: Any, tmp_path: Any) -> Attachment:
    item, _ = life.answered(world)
    kept = attachments.store(file=picture(), suggestion=item)
    Attachment.objects.filter(pk=kept.pk).update(is_public=True)
    kept.refresh_from_db()
    return kept


def test_a_public_file_is_a_download_under_a_random_name(client: Client, held: Attachment):
    response = client.get(f"/files/{held.token}/")
    assert response.status_code == 200
    body = b"".join(response.streaming_content)
    assert body.startswith(b"\x89PNG")
    disposition = response["Content-Disposition"]
    assert disposition.startswith("attachment;")
    assert "林小满" not in disposition
    assert held.storage_name.rpartition("/")[2] in disposition
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in response["Content-Security-Policy"]
    assert response["Content-Type"] == "image/png"
    assert not response.cookies


def test_the_item_links_to_its_public_files_without_their_names(client: Client, held: Attachment):
    assert held.suggestion is not None
    page = text(client.get(f"/suggestions/{held.suggestion.case_no}/"))
    assert f"/files/{held.token}/" in page
    assert "照片1" in page
    assert "林小满" not in page


def test_a_file_that_was_not_released_is_not_there_for_strangers(client: Client, held: Attachment):
    Attachment.objects.filter(pk=held.pk).update(is_public=False)
    assert client.get(f"/files/{held.token}/").status_code == 404
    assert held.suggestion is not None
    assert held.token not in text(client.get(f"/suggestions/{held.suggestion.case_no}/"))


def test_those_who_handle_the_item_get_its_private_files(
    client: Client, world: World, held: Attachment
):
    Attachment.objects.filter(pk=held.pk).update(is_public=False)
    client.force_login(world.users["triage_officer"])
    response = client.get(f"/files/{held.token}/")
    assert response.status_code == 200
    assert response["Cache-Control"] == "private, no-store"
    client.force_login(world.users["handler:water"])
    assert client.get(f"/files/{held.token}/").status_code == 404


def test_a_page_taken_down_takes_its_files_with_it(client: Client, held: Attachment):
    Suggestion.objects.filter(pk=held.suggestion_id).update(publication="suspended")
    assert client.get(f"/files/{held.token}/").status_code == 404


def test_a_file_lost_in_the_store_is_a_page_in_words(client: Client, held: Attachment):
    storages["attachments"].delete(held.storage_name)
    response = client.get(f"/files/{held.token}/")
    assert response.status_code == 404
    assert "没有找到" in text(response)


@pytest.mark.parametrize("token", ["x", "%00" * 20, "a" * 400, "..%2f..%2fetc", "' OR 1=1"])
def test_a_guessed_address_finds_nothing(client: Client, db: None, token: str):
    assert client.get(f"/files/{token}/").status_code == 404


def test_files_are_only_read(client: Client, held: Attachment):
    assert client.post(f"/files/{held.token}/").status_code == 405
    assert client.head(f"/files/{held.token}/").status_code == 200
