"""Where a form is sent from: a browser on a page with the policy "no-referrer" sends `Origin: null`, which is refused."""

from pathlib import Path

import pytest
from django.conf import settings
from django.http import HttpResponse

from suggestions.public import acting, joining, submit_later

TEMPLATES = sorted((Path(settings.BASE_DIR) / "suggestions" / "templates").rglob("*.html"))


@pytest.mark.parametrize("module", [acting, joining, submit_later])
def test_pages_for_one_persons_eyes_let_their_own_forms_through(module: object) -> None:
    make = getattr(module, "private", None) or module._private  # type: ignore[attr-defined]
    assert make(HttpResponse())["Referrer-Policy"] == "same-origin"


def test_no_template_with_a_form_that_is_checked_hides_its_origin() -> None:
    found = []
    for file in TEMPLATES:
        text = file.read_text("utf-8")
        if "no-referrer" in text and "csrf_token" in text:
            found.append(file.name)
    assert found == []
