"""The desk reads as Chinese in every room of every role."""

import pytest
from django.urls import reverse

from suggestions.roles import Role
from tests import world as w
from tests.cms.test_admin_language import english
from tests.suggestions.desk.cast import parsed, sign_in
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [r.value for r in Role])
def test_every_room_of_every_role_reads_as_chinese(city: World, role: str) -> None:
    w.submit(city)
    who = next(k for k in city.users if k.partition(":")[0] == role)
    client = sign_in(city, who)
    # What people are called is theirs; everything else on the page is ours.
    names = {u.get_username() for u in city.users.values()}
    home = reverse("desk:home")
    rooms = {
        str(a["href"]) for a in parsed(client.get(home)).select("main a.desk-tally, .desk-tabs a")
    }
    found = {room: words - names for room in rooms if (words := english(client, room)) - names}
    assert found == {}


def test_an_item_and_each_of_its_forms_read_as_chinese(city: World) -> None:
    item = w.submit(city).suggestion
    client = sign_in(city, "triage_officer")
    screen = reverse("desk:item", args=[item.case_no])
    forms = [str(a["href"]) for a in parsed(client.get(screen)).select(".desk-acts a")]
    assert len(forms) > 5
    names = {u.get_username() for u in city.users.values()}
    found = {
        page: words - names for page in [screen, *forms] if (words := english(client, page)) - names
    }
    assert found == {}
