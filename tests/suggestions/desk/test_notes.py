"""Internal notes: for colleagues only, covered by the chain, with names that reach the people they name."""

from datetime import timedelta

import pytest
from django.urls import reverse

from portal.notices.models import StaffNotice
from suggestions import documents, outbox
from suggestions.errors import Invalid
from suggestions.models import CaseEvent, Note, Suggestion
from suggestions.services import chain, notes
from tests import world as w
from tests.suggestions.desk.cast import item_url, main_text, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db


@pytest.fixture
def item(city: World) -> Suggestion:
    held = w.accept(city, w.submit(city).suggestion, at=MONDAY)
    return w.dispatch(city, held, at=MONDAY)


def url(item: Suggestion) -> str:
    return reverse("desk:note", args=[item.case_no])


def test_a_note_of_the_office_is_read_in_the_office_and_not_by_the_unit(
    city: World, item: Suggestion
) -> None:
    officer = sign_in(city, "triage_officer")
    officer.post(url(item), {"words": "建议人打过两次电话，人很着急"})
    assert "人很着急" in main_text(sign_in(city, "supervisor").get(item_url(item)))
    unit = main_text(sign_in(city, "handler:bus").get(item_url(item)))
    assert "人很着急" not in unit
    sign_in(city, "handler:bus").post(url(item), {"words": "明天去现场看一看"})
    assert "明天去现场" in main_text(officer.get(item_url(item)))
    assert "明天去现场" in main_text(sign_in(city, "liaison:bus").get(item_url(item)))
    assert sign_in(city, "handler:water").post(url(item), {"words": "看看"}).status_code == 404


def test_a_mention_reaches_the_colleague_once_as_a_line_in_the_site(
    city: World, item: Suggestion
) -> None:
    second = city.users["triage_officer_2"]
    second.display_name = "分办员 程理"
    second.save()
    sign_in(city, "triage_officer").post(url(item), {"words": "@程理请看一下这件"})
    event = CaseEvent.objects.get(suggestion=item, name="desk_note")
    assert event.visibility == "staff"
    assert event.words == "写了内部备注，提到分办员 程理"
    for _ in range(2):
        outbox.deliver(now=MONDAY + timedelta(days=900))
    line = StaffNotice.objects.get(code="staff.mentioned")
    assert line.user == second
    assert item.case_no in line.text


def test_an_unknown_name_keeps_the_note_in_the_form_and_tells_nobody(
    city: World, item: Suggestion
) -> None:
    answer = sign_in(city, "triage_officer").post(url(item), {"words": "@没有这个人 请看"})
    assert answer.status_code == 422
    assert "没有叫“没有这个人”" in main_text(answer)
    assert parsed(answer).find("textarea", {"name": "words"}).text.strip() == "@没有这个人 请看"
    assert not Note.objects.exists()


def test_who_could_not_read_the_note_cannot_be_named(city: World, item: Suggestion) -> None:
    for who in ("handler:water", "handler:bus"):
        with pytest.raises(Invalid):
            notes.write(
                suggestion=item, words=f"@{city.users[who].username} 请看", actor=city.actor("supervisor"), at=MONDAY,
            )  # fmt: skip
    notes.write(
        suggestion=item, words=f"@{city.users['liaison:bus'].username} 请看，发到a@b.cn", actor=city.actor("handler:bus"), at=MONDAY,
    )  # fmt: skip


def test_an_altered_note_is_found_out_by_the_chain(city: World, item: Suggestion) -> None:
    note = notes.write(
        suggestion=item, words="原来的话", actor=city.actor("triage_officer"), at=MONDAY
    )
    assert notes.is_as_written(note)
    Note.objects.filter(pk=note.pk).update(words="改过的话")
    note.refresh_from_db()
    assert not notes.is_as_written(note)
    assert "原来的话" not in str(CaseEvent.objects.filter(suggestion=item).values_list("words", "reason", "data"))  # fmt: skip
    assert list(chain.verify()) == []


def test_a_note_is_on_no_public_page_and_in_no_search_document(city: World) -> None:
    public, _receipt = w.answered(city)
    notes.write(
        suggestion=public, words="内部的话只在内部", actor=city.actor("triage_officer"), at=MONDAY
    )
    from django.test import Client

    page = Client().get(reverse("suggestions:detail", args=[public.case_no]))
    assert page.status_code == 200
    assert "内部的话" not in page.content.decode()
    assert "内部备注" not in page.content.decode()
    public.refresh_from_db()
    assert "内部的话" not in str(documents.document(public, None))


def test_the_forms_of_the_item_screen_carry_the_token_against_forged_requests(
    city: World, item: Suggestion
) -> None:
    page = parsed(sign_in(city, "triage_officer").get(item_url(item)))
    for form in page.find("main").find_all("form", {"method": "post"}):
        token = form.find("input", {"name": "csrfmiddlewaretoken"})
        assert token, form
        assert token["value"]
