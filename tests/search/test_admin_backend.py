"""The admin's own search boxes find Chinese words, whichever database is the main one."""

import pytest
from django.core.files.base import ContentFile
from wagtail.documents import get_document_model
from wagtail.models import Page
from wagtail.search.backends import get_search_backend

pytestmark = pytest.mark.django_db


@pytest.fixture
def pages() -> dict[str, Page]:
    root = Page.objects.get(depth=1)
    titles = ["老旧小区加装电梯专题征集", "公交线路优化", "臺灣同胞服務", "Open Data 2026 年报"]
    return {t: root.add_child(instance=Page(title=t, slug=f"p{n}")) for n, t in enumerate(titles)}


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("电梯", "老旧小区加装电梯专题征集"),
        ("小区", "老旧小区加装电梯专题征集"),
        ("加裝電梯", "老旧小区加装电梯专题征集"),
        ("征", "老旧小区加装电梯专题征集"),
        ("集", "老旧小区加装电梯专题征集"),
        ("路", "公交线路优化"),
        ("台湾", "臺灣同胞服務"),
        ("open", "Open Data 2026 年报"),
        ("ＤＡＴＡ 年报", "Open Data 2026 年报"),
    ],
)
@pytest.mark.parametrize("how", ["search", "autocomplete"])
def test_a_page_is_found_by_a_word_inside_its_title(
    pages: dict[str, Page], text: str, title: str, how: str
):
    found = getattr(Page.objects.all(), how)(text)
    assert [page.title for page in found] == [title]


def test_a_beginning_is_enough_while_typing(pages: dict[str, Page]):
    assert [p.title for p in Page.objects.autocomplete("ope")] == ["Open Data 2026 年报"]
    assert list(Page.objects.search("ope")) == []


@pytest.mark.parametrize(
    "text",
    ["！！！", "😀", '"', "电梯\"'\\", "%s %(a)s", "a*b:c AND", "\x00电梯", "𫝀", "电" * 5000],
)
@pytest.mark.parametrize("how", ["search", "autocomplete"])
def test_hostile_text_in_the_box_is_only_text(pages: dict[str, Page], text: str, how: str):
    assert len(list(getattr(Page.objects.all(), how)(text))) <= 1


def test_all_words_must_match_and_either_may_when_asked(pages: dict[str, Page]):
    assert list(Page.objects.search("电梯 公交")) == []
    assert len(Page.objects.search("电梯 公交", operator="or")) == 2


def test_a_changed_or_deleted_page_is_found_as_it_is_now(pages: dict[str, Page]):
    page = pages["公交线路优化"]
    page.title = "地铁线路优化"
    page.save()
    assert [p.pk for p in Page.objects.search("地铁")] == [page.pk]
    assert list(Page.objects.search("公交")) == []
    page.delete()
    assert list(Page.objects.search("地铁")) == []


def test_a_filtered_search_and_a_search_in_one_field_work(pages: dict[str, Page]):
    live = Page.objects.filter(live=True)
    assert [p.title for p in live.search("电梯", fields=["title"])] == ["老旧小区加装电梯专题征集"]
    assert len(live.search("线路").results()) == 1
    assert live.search("线路").count() == 1


def test_documents_and_their_tags_are_found(db: None):
    model = get_document_model()
    document = model.objects.create(title="公园无障碍改造图纸", file=ContentFile(b"x", "a.txt"))
    document.tags.add("市政工程")
    document.save()
    backend = get_search_backend()
    assert [d.pk for d in backend.search("无障碍", model)] == [document.pk]
    assert [d.pk for d in backend.search("市政", model)] == [document.pk]


def test_the_whole_index_can_be_rebuilt(pages: dict[str, Page]):
    from django.core.management import call_command

    call_command("update_index", verbosity=0)
    assert [p.title for p in Page.objects.search("电梯")] == ["老旧小区加装电梯专题征集"]
