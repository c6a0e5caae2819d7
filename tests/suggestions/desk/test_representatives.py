"""Joint filings choose at most five representatives, on paper as on the item's screen (XF 20)."""

import pytest

from suggestions.errors import Invalid
from suggestions.models import CaseEvent, Suggestion
from suggestions.services import joint
from tests import world as w
from tests.suggestions.desk.cast import act_url, item_url, main_text, offered, parsed, sign_in
from tests.world import MONDAY, World

pytestmark = pytest.mark.django_db

SEVEN = "\n".join(f"联名{n} 1990000110{n}" for n in range(7))


def filed(city: World, people: str = SEVEN) -> Suggestion:
    return w.submit(city, joint=tuple(joint.parse(people))).suggestion


def test_a_line_that_ends_with_the_word_names_a_representative() -> None:
    found = joint.parse("甲某 19900001001 代表\n乙某 代表\n丙某\n代表")
    assert [(o.name, o.is_representative) for o in found] == [
        ("甲某", True), ("乙某", True), ("丙某", False), ("代表", False)
    ]  # fmt: skip


def test_six_representatives_are_refused_in_whatever_channel(city: World) -> None:
    six = "\n".join(f"联名{n} 1990000110{n} 代表" for n in range(6))
    with pytest.raises(Invalid, match="最多推选5人，现在写了6人"):
        filed(city, six)


def test_the_clerk_registers_who_was_chosen_and_the_sixth_is_refused(city: World) -> None:
    item = filed(city)
    client = sign_in(city, "intake_clerk")
    assert "representatives" in offered(client.get(item_url(item)))
    page = parsed(client.get(act_url(item, "representatives")))
    boxes = [str(b["value"]) for b in page.select("input[name=chosen]")]
    assert len(boxes) == 7
    assert "联名0" not in page.get_text(), "a surname is enough to choose"
    refused = client.post(act_url(item, "representatives"), {"chosen": boxes[:6]})
    assert refused.status_code == 422
    assert "现在选了6人" in main_text(refused)
    assert len(parsed(refused).select("input[name=chosen][checked]")) == 6, "ticks stay"
    assert client.post(act_url(item, "representatives"), {"chosen": boxes[:5]}).status_code == 302
    assert item.joint_authors.filter(is_representative=True).count() == 5
    client.post(act_url(item, "representatives"), {"chosen": boxes[5:]})
    assert item.joint_authors.filter(is_representative=True).count() == 2
    event = CaseEvent.objects.filter(name="representatives_chosen").latest("seq")
    assert event.words == "联名人推选了2位代表"
    assert event.visibility == "author"
    assert "推选代表2人" in main_text(client.get(item_url(item)))


def test_who_stepped_out_or_belongs_to_another_item_cannot_be_chosen(city: World) -> None:
    item, other = filed(city), filed(city, "戊某 19900001777")
    gone = item.joint_authors.first()
    joint.leave(joint=gone, at=MONDAY)
    for pk in (gone.pk, other.joint_authors.get().pk):
        with pytest.raises(Invalid):
            joint.choose_representatives(
                suggestion=item, chosen=[pk], actor=city.actor("intake_clerk"), at=MONDAY
            )


def test_an_item_of_one_author_offers_no_representatives(city: World) -> None:
    item = w.submit(city).suggestion
    client = sign_in(city, "triage_officer")
    assert "representatives" not in offered(client.get(item_url(item)))
    answer = client.get(act_url(item, "representatives"), follow=True)
    assert "这件不是联名" in parsed(answer).get_text()
