"""The lists of the back office find Chinese as people type it, whichever database is the main one."""

import pytest
from django.contrib.auth import get_user_model
from django.core.files.images import ImageFile
from django.test import Client
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.search.backends import get_search_backend

from search import lookup

pytestmark = pytest.mark.django_db


def _people(text: str) -> set[str]:
    """Whom the list of staff shows for this text."""
    boss = Client()
    boss.force_login(get_user_model().objects.get(username="boss"))
    page = boss.get("/admin/users/", {"q": text})
    assert page.status_code == 200
    return {user.username for user in page.context["object_list"]}


@pytest.fixture
def staff() -> None:
    make = get_user_model().objects.create_user
    get_user_model().objects.create_superuser("boss", "boss@example.org", "x", display_name="站长")
    make("u1", "one@example.org", "x", display_name="王芳", post="热线办科长")
    make("u2", "two@example.org", "x", display_name="陳建國", post="交通局主任")
    make("u3", "three@example.org", "x", display_name="吕丽", post="受理员")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("王芳", {"u1"}), ("芳", {"u1"}), ("科长", {"u1"}), ("热线办 王", {"u1"}), ("熱線辦", {"u1"}), ("陈建国", {"u2"}),
        ("陳建國", {"u2"}), ("wangfang", {"u1"}), ("wang fang", {"u1"}), ("wf", {"u1"}), ("cjg", {"u2"}), ("lvli", {"u3"}),
        ("ｕ３", {"u3"}), ("two@", {"u2"}), ("周", set()), ("%", set()), ("王 交通", set()),
    ],
)  # fmt: skip
def test_staff_are_found_by_name_in_either_script_by_sound_and_by_post(
    staff: None, text: str, found: set[str]
):
    assert _people(text) == found


def test_the_list_of_staff_takes_as_many_queries_for_many_as_for_few(staff: None):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    _people("王")
    counts = []
    for n in range(2):
        with CaptureQueriesContext(connection) as queries:
            _people("王")
        counts.append(len(queries))
        for i in range(10):
            get_user_model().objects.create_user(f"more{n}{i}", display_name=f"王小{i}")
    assert counts[0] == counts[1]


def test_pictures_are_found_by_a_word_of_their_title_in_either_script():
    image = get_image_model().objects.create(
        title="老旧小区加装电梯现场", file=ImageFile(get_test_image_file(), "a.png")
    )
    model = get_image_model()
    for text in ("电梯", "電梯", "小区", "现"):
        assert [i.pk for i in get_search_backend().search(text, model)] == [image.pk]
    assert list(get_search_backend().search("公园", model)) == []


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00", "%_", "'", "电" * 3000, "a b c d e f g h", "😀"]
)
def test_any_text_is_only_text(text: str):
    model = get_user_model()
    found = model.objects.filter(lookup.says(text, "display_name", "username"))
    assert list(found) == [] if text.strip(" \x00") else found.count() == model.objects.count()
    assert lookup.sound_alike(text, [(1, "王芳")]) == []
