"""The index follows its sources, and the commands say where it does not."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from django.core.management import call_command

from search import indexing, registry, tasks
from search.engine import Document, Engine, Query, get_engine
from search.registry import DocumentType, document_type
from tests.contracts.city import document

pytestmark = pytest.mark.django_db


@dataclass
class Shelf:
    """A source of documents under the test's control: key → (title, version)."""

    books: dict[str, tuple[str, int]] = field(default_factory=dict)

    def build(self, keys: Sequence[str]) -> Iterator[Document]:
        for key in keys:
            if key in self.books:
                title, version = self.books[key]
                yield document(key, title, type="book", version=version)

    def versions(self) -> list[tuple[str, int]]:
        return [(key, version) for key, (_, version) in self.books.items()]


@pytest.fixture
def shelf() -> Iterator[Shelf]:
    known = registry.document_types()
    for kind in known:
        registry.unregister(kind.name)
    made = Shelf({"1": ("公交", 1), "2": ("电梯", 1), "3": ("路灯", 1)})
    registry.register(DocumentType("book", "书", made.build, made.versions))
    get_engine().rebuild([])
    yield made
    get_engine().rebuild([])
    registry.unregister("book")
    for kind in known:
        registry.register(kind)


@pytest.fixture
def engine(shelf: Shelf) -> Engine:
    return get_engine()


def titles(engine: Engine) -> list[str]:
    return sorted(hit.title for hit in engine.search(Query("")).hits)


def test_changed_keys_are_stored_and_missing_ones_removed(shelf: Shelf, engine: Engine):
    assert indexing.index_ids("book", ["1", 2, "unknown"]) == 2
    assert titles(engine) == ["公交", "电梯"]
    del shelf.books["1"]
    shelf.books["2"] = ("电梯加装", 2)
    assert indexing.index_ids("book", ["1", "2"]) == 1
    assert titles(engine) == ["电梯加装"]


def test_tasks_bring_documents_up_to_date_and_may_run_twice(shelf: Shelf, engine: Engine):
    for _ in range(2):
        tasks.index_documents("book", ["1", "2"])
    assert titles(engine) == ["公交", "电梯"]
    for _ in range(2):
        tasks.delete_documents("book", ["1"])
    assert titles(engine) == ["电梯"]


def test_an_unknown_type_is_named(shelf: Shelf):
    with pytest.raises(LookupError, match="'film'"):
        document_type("film")


def test_a_rebuild_drops_what_the_source_no_longer_has(shelf: Shelf, engine: Engine):
    engine.index([document("9", "早已删除", type="book"), document("8", "旧类型", type="film")])
    assert indexing.rebuild() == 3
    assert titles(engine) == ["公交", "电梯", "路灯"]


def test_what_changes_during_a_rebuild_is_in_the_index_afterwards(shelf: Shelf, engine: Engine):
    indexing.rebuild()

    def meanwhile(type: str, n: int) -> None:
        """While the first documents are written: one is changed, one withdrawn, one published."""
        if "4" not in shelf.books:
            shelf.books["1"] = ("公交改线", 2)
            shelf.books["4"] = ("新井盖", 1)
            del shelf.books["2"]

    indexing.rebuild(progress=meanwhile)
    assert titles(engine) == ["公交改线", "新井盖", "路灯"]


def test_status_names_missing_stale_and_extra_keys_and_repair_mends_them(
    shelf: Shelf, engine: Engine
):
    indexing.rebuild()
    shelf.books["1"] = ("公交改线", 2)
    shelf.books["4"] = ("新井盖", 1)
    del shelf.books["2"]
    for drift in indexing.status():
        assert (drift.source, drift.indexed) == (3, 3)
        assert (drift.missing, drift.stale, drift.extra) == (("4",), ("1",), ("2",))
    indexing.repair()
    assert all(drift.clean for drift in indexing.status())
    assert titles(engine) == ["公交改线", "新井盖", "路灯"]


def test_a_source_restored_from_a_backup_wins_over_its_newer_index(shelf: Shelf, engine: Engine):
    indexing.rebuild()
    engine.index([document("1", "后来的版本", type="book", version=9)])
    assert indexing.status()[0].stale == ("1",)
    indexing.repair()
    assert titles(engine) == ["公交", "电梯", "路灯"]


def test_reindex_says_how_many_and_where(shelf: Shelf):
    out = io.StringIO()
    call_command("reindex", stdout=out)
    assert "3 条" in out.getvalue()
    assert get_engine().leaves()[0].name in out.getvalue()


def test_search_status_is_quiet_when_all_is_well_and_fails_on_drift(shelf: Shelf):
    out = io.StringIO()
    indexing.rebuild()
    call_command("search_status", stdout=out)
    assert "一致" in out.getvalue()
    shelf.books["4"] = ("新井盖", 1)
    out = io.StringIO()
    with pytest.raises(SystemExit) as ended:
        call_command("search_status", stdout=out)
    assert ended.value.code == 1
    assert "数据 4，索引 3，缺少 1" in out.getvalue()
    assert "--repair" in out.getvalue()


def test_search_status_repairs_when_asked(shelf: Shelf):
    shelf.books["5"] = ("信号灯", 1)
    out = io.StringIO()
    call_command("search_status", "--repair", stdout=out)
    assert "索引与数据一致" in out.getvalue()
    assert get_engine().search(Query("信号灯")).total == 1
