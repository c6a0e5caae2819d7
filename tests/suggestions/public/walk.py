"""A resident at a browser without scripts: opens pages, fills in what the page's own forms offer, follows redirects."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from django.http import HttpResponse
from django.test import Client

GOOD = {
    "topic": {"title": "人民路公交站加两张长椅", "topic": "bus"},
    "text": {
        "problem": "早上等车的老人很多，站台上没有地方坐。",
        "proposal": "在站台两头各装一张长椅，带靠背。",
    },
    "place": {"district": "990101", "place": "人民路站北侧"},
    "contact": {
        "name": "林小满", "phone": "199 0000 1234", "email": "", "contact_channel": "auto", "hide_identity": "no",
        "publish": "yes", "name_display": "anonymous",
    },
}  # fmt: skip
ORDER = ("start", "topic", "text", "place", "contact", "check")


@dataclass
class Page:
    """What a page says: its text, its fields with values, its ids, its heading."""

    text: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    ids: set[str] = field(default_factory=set)
    links: list[str] = field(default_factory=list)
    html: str = ""

    @property
    def heading(self) -> str:
        found = re.search(r"<h1[^>]*>(.*?)</h1>", self.html, re.S)
        return re.sub(r"<[^>]+>", "", found[1]).strip() if found else ""


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._area = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {k: v or "" for k, v in attrs}
        if "id" in said:
            self.page.ids.add(said["id"])
        if tag == "a":
            self.page.links.append(said.get("href", ""))
        name = said.get("name", "")
        if tag == "input" and said.get("type", "text") in ("text", "hidden", "email", "tel"):
            self.page.fields[name] = said.get("value", "")
        if tag == "input" and said.get("type") == "radio" and "checked" in said:
            self.page.fields[name] = said.get("value", "")
        if tag == "textarea":
            self._area = name
            self.page.fields[name] = ""
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in said and self._select:
            self.page.fields[self._select] = said.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # Browsers drop one line end after <textarea>.
            self.page.fields[self._area] = self.page.fields[self._area].removeprefix("\n")
            self._area = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.page.fields[self._area] += data
        self.page.text += data


def read(response: HttpResponse) -> Page:
    html = response.content.decode()
    reader = _Reader()
    reader.feed(html)
    reader.page.html = html
    return reader.page


def step_of(response: HttpResponse) -> str:
    """The step a redirect leads to."""
    assert response.status_code == 302, (response.status_code, read(response).text[:600])
    found = re.search(r"step=([a-z]+)", response["Location"])
    return found[1] if found else response["Location"]


def send(
    client: Client, step: str, data: dict[str, Any] | None = None, **extra: Any
) -> HttpResponse:
    return client.post(f"/submit/?step={step}", {**(data or {})}, **extra)


def show(client: Client, step: str) -> Page:
    response = client.get(f"/submit/?step={step}")
    assert response.status_code == 200, response
    return read(response)


def fill(client: Client, *, until: str = "check", **changes: dict[str, Any]) -> None:
    """Go through the steps before `until` with good answers, or with `changes` by step name."""
    for step in ORDER[: ORDER.index(until)]:
        response = send(client, step, {**GOOD.get(step, {}), **changes.get(step, {})})
        if step == "topic" and step_of(response) == "similar":
            response = send(client, "similar", {"action": "none"})
        assert response.status_code == 302, read(response).text


_NUMBERS = {c: n for n, c in enumerate("零一二三四五六七八九")}


def answer_question(page: Page) -> dict[str, str]:
    """Answer the plain question of the captcha as a person would."""
    found = re.search(r"请把“([^”]+)”写成数字", page.text)
    assert found, "the page has no question"
    total, digit = 0, 0
    for character in found[1]:
        if character in _NUMBERS:
            digit = _NUMBERS[character]
        else:
            total += (digit or 1) * {"千": 1000, "百": 100, "十": 10}[character]
            digit = 0
    return {"captcha_token": page.fields["captcha_token"], "captcha_answer": str(total + digit)}


def submit(client: Client, **data: str) -> HttpResponse:
    """Answer the question on the check page and send."""
    return send(
        client, "check", {"action": "send", **answer_question(show(client, "check")), **data}
    )
