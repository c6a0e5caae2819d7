"""What bears the mark of a state secret is stopped, not stored, and told to the security administrator (process.md 3.5)."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.notices.models import StaffNotice
from suggestions import outbox, secrecy
from suggestions.errors import Invalid
from suggestions.models import Outbox, SubmissionDraft, Suggestion
from suggestions.public import drafts
from suggestions.services import intake, triage
from tests import world as w
from tests.suggestions.desk.cast import main_text, sign_in
from tests.suggestions.public import walk
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db
SECRET = "机密★10年 关于东山仓库的位置和守卫，门口的路灯坏了。"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        (SECRET, True), ("绝密★长期", True), ("秘密 ★ 5年", True), ("密级：机密", True), ("密 级: 秘密", True), ("機密★", True),
        ("小区里的“秘密花园”没有灯", False), ("建议加强机密文件的销毁", False), ("评5★的店", False), ("人口密级别不清", False),
        ("请为举报人保守秘密。★重点是停车", False),
    ],
)  # fmt: skip
def test_only_the_marks_of_a_classified_paper_are_meant(text: str, marked: bool) -> None:
    assert secrecy.is_marked(text) == marked


def told(city: World) -> list[str]:
    outbox.deliver(now=timezone.now())
    return [n.text for n in StaffNotice.objects.filter(user=city.users["sec_admin"])]


def test_a_resident_reads_the_lawful_way_and_nothing_of_it_is_kept(
    browser: Client, city: World
) -> None:
    walk.fill(browser, until="text")
    response = walk.send(browser, "text", {"problem": SECRET, "proposal": "装灯。"})
    assert response.status_code == 422
    page = walk.read(response)
    assert secrecy.refusal() in page.text
    assert "东山仓库" not in page.html
    held = drafts.of_row(SubmissionDraft.objects.get()).answers
    assert "problem" not in held
    assert held["title"] == walk.GOOD["topic"]["title"], "the steps before are still there"
    assert walk.send(browser, "text", {"problem": SECRET, "proposal": "装灯。"}).status_code == 422
    assert not Suggestion.objects.exists()
    (words,) = told(city)
    assert "东山" not in words
    assert not any("东山" in str(row.payload) for row in Outbox.objects.all())
    assert walk.step_of(walk.send(browser, "text", walk.GOOD["text"])) == "place"


@pytest.mark.parametrize("field", ["title", "problem", "proposal"])
def test_no_way_in_takes_it(city: World, field: str) -> None:
    with pytest.raises(Invalid) as refused:
        w.submit(city, **{field: SECRET})
    assert refused.value.errors[field] == [secrecy.refusal()]
    assert not Suggestion.objects.exists()
    assert len(told(city)) == 1


def test_a_clerk_is_told_not_to_write_it_down(city: World) -> None:
    from tests.suggestions.desk.test_entry import ENTRY, form

    client = sign_in(city, "intake_clerk")
    sent: dict[str, Any] = form(client, problem=SECRET)
    response = client.post(ENTRY, sent)
    assert response.status_code == 422
    assert secrecy.refusal() in main_text(response)
    assert not Suggestion.objects.exists()
    assert told(city)


def test_a_supplement_with_it_is_refused_and_the_item_still_waits(city: World) -> None:
    item = w.submit(city).suggestion
    triage.request_supplement(
        suggestion=item, asked="哪个站台", actor=city.actor("triage_officer"), at=MONDAY
    )
    with pytest.raises(Invalid):
        intake.supplement(suggestion=item, answer=SECRET, actor=w.Actor.author(), at=MONDAY)
    item.refresh_from_db()
    assert item.status == "supplement_requested"
    assert len(told(city)) == 1
