"""What staff teach search works at once, is told from what the index was built with, and never breaks a question."""

from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from search import indexing, vocabulary
from search.engine import Query, get_engine
from search.models import WordGroup
from search.sqlite_fts import SqliteEngine
from search.terms import parse
from search.vocabulary import Vocabulary
from tests.contracts.city import document

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_index")]


def test_a_word_that_staff_add_finds_the_other_one_at_once(tmp_path):
    engine = SqliteEngine(str(tmp_path / "search.sqlite3"))
    engine.rebuild([document("a", "请修一修老樟树巷的铁牛")])
    assert engine.search(Query("抽水机")).total == 0
    group = WordGroup.objects.create(words="抽水机、铁牛")
    assert engine.search(Query("抽水机")).total == 1
    group.is_active = False
    group.save()
    assert engine.search(Query("抽水机")).total == 0
    engine.close()


def test_search_status_tells_when_the_dictionary_is_newer_than_the_index():
    call_command("reindex", verbosity=0)
    said = StringIO()
    call_command("search_status", stdout=said)
    assert "检索词典" not in said.getvalue()
    WordGroup.objects.create(words="抽水机、铁牛")
    call_command("search_status", stdout=said)
    assert "检索词典在建索引之后改过" in said.getvalue()
    assert indexing.behind() == [leaf.name for leaf in get_engine().leaves()]
    call_command("reindex", verbosity=0)
    assert indexing.behind() == []


@pytest.mark.parametrize("words", ["", "、、", "好", "电梯、x", "字" * 31, "，。"])
def test_a_line_that_cannot_be_used_is_refused_in_words(words: str):
    with pytest.raises(ValidationError) as refused:
        WordGroup(words=words).full_clean()
    assert "words" in refused.value.message_dict


def test_a_line_may_be_written_with_any_mark_between_its_words():
    group = WordGroup(words="加装电梯，装电梯;加梯/ 加梯 ")
    group.full_clean()
    assert group.words == "加装电梯、装电梯、加梯"


def test_an_editor_keeps_the_dictionary_in_the_back_office(admin_client: Client):
    address = reverse("wagtailsnippets_search_wordgroup:add")
    assert "半分钟内起作用" in admin_client.get(address).content.decode()
    admin_client.post(address, {"words": "抽水机，铁牛", "note": "", "is_active": "on"})
    assert WordGroup.objects.filter(words="抽水机、铁牛").exists()
    page = admin_client.post(address, {"words": "好", "note": "", "is_active": "on"})
    assert "每个词写2到30个字" in page.content.decode()


def test_the_longest_known_word_is_kept_whole_and_no_number_is_cut():
    known = Vocabulary.of([["k3路"], ["柳河"], ["柳河新村"], ["加梯", "加装电梯"]])
    assert list(known.parts("柳河新村k3路加梯")) == [
        ("柳河新村", True),
        ("k3路", True),
        ("加梯", True),
    ]
    assert list(known.parts("坐k31路和ak3路")) == [("坐k31路和ak3路", False)]


def test_a_quoted_word_is_not_widened():
    known = Vocabulary.of([["加梯", "加装电梯"]])
    assert parse("加梯", vocabulary=known).must[0].others
    assert not parse("“加梯”", vocabulary=known).must[0].others
    assert not parse("电梯 -加梯", vocabulary=known).exclude[0].others


def test_before_the_first_migration_search_goes_on_with_plain_words():
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE search_wordgroup RENAME TO search_not_yet")
        assert vocabulary.current().same == {}
        transaction.set_rollback(True)
