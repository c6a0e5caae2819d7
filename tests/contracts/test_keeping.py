"""Changing, removing and rebuilding, on every engine alike."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.db import connections

from search import elastic
from search.engine import Document, Engine, Query
from tests.contracts.city import CITY, document

Found = Callable[..., list[str]]
NAIVE = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)


def test_an_engine_never_used_answers_with_nothing(engine: Engine, found: Found):
    if engine.name != "elasticsearch":  # there the missing index hands over to the reserve
        assert found("电梯") == []
    assert engine.count() == 0
    assert list(engine.ids()) == []
    engine.delete([])


def test_an_update_replaces_text_facets_and_facts(engine: Engine, found: Found):
    engine.index([document("a", "修路", facets={"topic": ("road",)}, data={"x": "1"})])
    engine.index([document("a", "种树", facets={"topic": ("green",)}, data={"x": "2"}, version=2)])
    assert found("修路") == []
    assert found("种树") == ["a"]
    assert found(filters={"topic": ("road",)}) == []
    hit = engine.search(Query("种树")).hits[0]
    assert (hit.data, hit.facets) == ({"x": "2"}, {"topic": ("green",)})
    assert engine.count() == 1


def test_an_older_version_never_replaces_a_newer_one(engine: Engine, found: Found):
    engine.index([document("a", "新的标题", version=5)])
    engine.index([document("a", "旧的标题", version=4)])
    assert found("新的") == ["a"]
    assert found("旧的") == []
    engine.index([document("a", "同版更正", version=5)])
    assert found("更正") == ["a"]


def test_the_last_of_a_batch_wins(engine: Engine, found: Found):
    engine.index([document("a", "第一稿"), document("a", "第二稿", version=2)])
    assert found("第二稿") == ["a"]
    assert engine.count() == 1


def test_a_removed_document_is_found_no_more(engine: Engine, found: Found):
    engine.index(CITY)
    engine.delete(["suggestion:lift", "suggestion:unknown", "\x00", "nonsense"])
    assert found("加装电梯") == []
    assert engine.count() == len(CITY) - 1
    page = engine.search(Query("", facets=("unit",)))
    assert {v.value: v.count for v in page.facets["unit"]}["zjj"] == 1


def test_what_was_removed_can_come_back_with_the_same_version(engine: Engine, found: Found):
    engine.index([document("a", "路灯", version=3)])
    engine.delete(["suggestion:a"])
    engine.index([document("a", "路灯", version=3)])
    assert found("路灯") == ["a"]


def test_ids_and_counts_are_known_by_type(engine: Engine):
    engine.index([*CITY, document("v", "版本", version=42)])
    assert dict(engine.ids("page")) == {"page:about": 1}
    assert dict(engine.ids("suggestion"))["suggestion:v"] == 42
    assert len(dict(engine.ids())) == len(CITY) + 1
    assert (engine.count("page"), engine.count("suggestion"), engine.count("x")) == (1, 8, 0)


def test_a_large_batch_arrives_whole(engine: Engine):
    engine.index(document(f"n{n}", "垃圾分类") for n in range(1234))
    assert engine.count() == 1234
    assert engine.search(Query("垃圾")).total == 1234


def test_a_rebuild_shows_nothing_before_the_swap_and_all_after(engine: Engine, found: Found):
    engine.index(CITY)
    with engine.building() as sink:
        sink.add([document("lift", "关于老旧小区加装电梯的建议", version=2)])
        assert len(found()) == len(CITY)
        sink.add([document("new", "新增站点")])
        assert found("站点") == []
    assert set(found()) == {"lift", "new"}
    assert found("电梯") == ["lift"]
    assert engine.count() == 2


def test_a_rebuild_that_fails_leaves_everything_as_it_was(engine: Engine, found: Found):
    engine.index(CITY)

    def broken() -> Iterator[Document]:
        yield document("new", "新增站点")
        raise RuntimeError("the source went away")

    with pytest.raises(RuntimeError, match="went away"):
        engine.rebuild(broken())
    assert len(found()) == len(CITY)
    engine.rebuild(CITY)
    assert len(found()) == len(CITY)


def test_writes_after_a_rebuild_reach_the_new_index(engine: Engine, found: Found):
    engine.index(CITY)
    engine.rebuild(CITY[:2])
    engine.index([document("new", "新增站点")])
    engine.delete(["suggestion:noise"])
    assert set(found()) == {"lift", "new"}


@pytest.mark.django_db(transaction=True)
def test_searches_during_rebuilds_are_never_empty_or_doubled(shared_engine: Engine):
    engine = shared_engine
    engine.rebuild(CITY)
    totals: list[int] = []
    problems: list[BaseException] = []
    stop = threading.Event()

    def search() -> None:
        try:
            while not stop.is_set():
                page = engine.search(Query("", facets=("type",)))
                totals.append(page.total)
                assert len(page.hits) == page.total
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()
            getattr(engine, "close", lambda: None)()

    thread = threading.Thread(target=search)
    thread.start()
    try:
        for _ in range(4):
            engine.rebuild(CITY)
    finally:
        stop.set()
        thread.join(60)
    assert not problems
    assert totals
    assert set(totals) == {len(CITY)}


@pytest.mark.django_db(transaction=True)
def test_writers_side_by_side_lose_nothing(shared_engine: Engine):
    engine = shared_engine
    engine.rebuild([])
    problems: list[BaseException] = []

    def write(start: int) -> None:
        try:
            for n in range(start, start + 15):
                engine.index([document(f"n{n}", "垃圾分类")])
        except BaseException as problem:
            problems.append(problem)
        finally:
            connections.close_all()
            getattr(engine, "close", lambda: None)()

    threads = [threading.Thread(target=write, args=(n * 100,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not problems
    assert engine.search(Query("垃圾")).total == 60


def test_texts_that_stores_dislike_are_kept_and_found(engine: Engine):
    odd = "路灯\x00不亮\ud83d 👨‍👩‍👧 e\u0301 \u202e"
    engine.index([document("odd", odd, fields={"problem": odd * 50}, data={"who": "\x00"})])
    hit = engine.search(Query("路灯")).hits[0]
    assert "<mark>路灯</mark>" in hit.title_html
    hit.title_html.encode()


def test_a_very_long_text_is_stored_whole(engine: Engine):
    text = "开头。" + "道路坑洼不平，雨天积水。" * 4000 + "结尾的孤句"
    engine.index([document("long", "长文", fields={"body": text})])
    hit = engine.search(Query("积水")).hits[0]
    assert "<mark>积水</mark>" in hit.snippets["body"]
    assert len(hit.snippets["body"]) < 400


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "page:1"),
        ("id", "suggestion:" + "1" * 300),
        ("date", NAIVE),
        ("version", -1),
    ],
)
def test_a_document_no_engine_could_answer_for_is_refused(
    engine: Engine, field: str, value: object
):
    given = {
        "id": "suggestion:1",
        "date": datetime(2026, 1, 1, tzinfo=UTC),
        "version": 0,
        field: value,
    }
    with pytest.raises(ValueError, match=r"[Dd]ocument"):
        engine.index([Document(type="suggestion", title="", url="/", **given)])  # type: ignore[arg-type]


def test_an_index_of_this_layout_asks_for_no_rebuild_and_one_of_another_does(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
):
    engine.rebuild(CITY)
    assert not engine.outdated()
    monkeypatch.setattr(elastic, "MAPPING_VERSION", elastic.MAPPING_VERSION + 1)
    # The layouts of the SQL engines are tables with the version in their name.
    assert engine.outdated() == (engine.name == "elasticsearch")
    engine.rebuild(CITY)
    assert not engine.outdated()
    assert engine.search(Query("电梯")).total == 2


def test_a_rebuild_leaves_one_index_behind_the_name(engine: Engine):
    for _ in range(3):
        engine.rebuild(CITY)
    if isinstance(engine, elastic.ElasticEngine):
        assert len(engine.client.indices.get(index=f"{engine.alias}-*")) == 1
    assert engine.count() == len(CITY)


def test_health_says_yes(engine: Engine):
    engine.index(CITY)
    assert engine.health().ok
    assert engine.health().engine == engine.name
