"""Somebody with a telephone and a browser without scripts, signing in as people do."""

import json
import re
from dataclasses import dataclass
from pathlib import Path

from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from suggestions import outbox
from tests.suggestions.public import walk

OWN = "19900001234"
"""The phone the world's author leaves."""
SIGN_IN, CODE = "/my/sign-in/", "/my/sign-in/code/"


@dataclass
class Phone:
    """What came by SMS, oldest first, after the outbox had its turn."""

    log: Path

    @property
    def messages(self) -> list[str]:
        outbox.deliver(now=timezone.now())
        if not self.log.exists():
            return []
        return [json.loads(line)["text"] for line in self.log.read_text("utf-8").splitlines()]

    @property
    def code(self) -> str:
        """The newest six digits."""
        found = re.search(r"登录验证码(\d{6})，", self.messages[-1])
        assert found, self.messages
        return found[1]


def ask(client: Client, number: str = OWN, *, back: str = "") -> HttpResponse:
    """Fill in the sign-in page and send it."""
    page = walk.read(client.get(SIGN_IN, {"next": back} if back else {}))
    sent = {**page.fields, **walk.answer_question(page), "phone": number}
    return client.post(SIGN_IN, sent)


def enter(
    client: Client, phone: Phone, number: str = OWN, *, back: str = "", own: bool = False
) -> HttpResponse:
    """Sign in with the code that comes."""
    asked = ask(client, number, back=back)
    assert asked["Location"] == CODE, walk.read(asked).text
    sent = {"code": phone.code, **({"own_device": "on"} if own else {})}
    response = client.post(CODE, sent)
    assert response.status_code == 302, walk.read(response).text
    return response
