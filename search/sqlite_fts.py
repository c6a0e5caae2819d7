"""The embedded engine: FTS5 over our own tokens, in a file of its own beside any main database.

Each rebuild fills a new generation of tables; one row says which generation is searched. A search reads
that row and the tables in one transaction, so it sees a whole generation even while tables are swapped.
Write-ahead logging lets readers go on during writes; several processes may share the file.
"""

import os
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

from search import store, vocabulary
from search.engine import (
    SLOT_WEIGHTS,
    BaseEngine,
    Document,
    Engine,
    Health,
    Page,
    Query,
    SearchUnavailable,
)
from search.sqlite_query import Search

BATCH = 500
BUSY_SECONDS = 20
COLUMNS = ", ".join(SLOT_WEIGHTS)


class SqliteEngine(BaseEngine):
    name = "sqlite"

    def __init__(self, path: str) -> None:
        self.path = Path(path)
        self._local = threading.local()

    def leaves(self) -> tuple[Engine, ...]:
        return (self,)

    # Reading

    def search(self, query: Query) -> Page:
        terms = store.terms_of(query)
        if terms.nothing:
            return Page(facets=store.facet_lists(query.facets, ()), engine=self.name)
        with self._reading() as (db, generation):
            return Search(db, generation, query, terms).page(self.name)

    def count(self, type: str | None = None) -> int:
        with self._reading() as (db, generation):
            where, values = _type_clause(type)
            row = db.execute(f"SELECT count(*) FROM docs_{generation}{where}", values).fetchone()
            return int(row[0])

    def ids(self, type: str | None = None) -> Iterator[tuple[str, int]]:
        with self._reading() as (db, generation):
            where, values = _type_clause(type)
            rows = db.execute(
                f"SELECT id, version FROM docs_{generation}{where}", values
            ).fetchall()
        return iter(rows)

    def health(self) -> Health:
        try:
            return Health(self.name, True, f"{self.count()} documents")
        except SearchUnavailable as problem:
            return Health(self.name, False, str(problem))

    def built_with(self) -> str:
        with self._reading() as (db, generation):
            row = db.execute(
                "SELECT words FROM search_built WHERE generation = ?", [generation]
            ).fetchone()
            return str(row[0]) if row else ""

    # Writing

    def index(self, documents: Iterable[Document]) -> None:
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            ready = list(map(store.prepared, batch))
            with self._writing() as (db, generation):
                _put(db, generation, ready)

    def delete(self, ids: Iterable[str]) -> None:
        with self._writing() as (db, generation):
            _remove(db, generation, list(ids))

    @contextmanager
    def building(self) -> Iterator["_Building"]:
        with self._writing() as (db, _):
            # Numbers are never used twice, so two rebuilds at once do not share tables; the later swap wins.
            db.execute("UPDATE search_state SET last = last + 1")
            building = int(db.execute("SELECT last FROM search_state").fetchone()[0])
            _create(db, building)
        words = vocabulary.current().version
        try:
            yield _Building(self, building)
        except BaseException:
            with self._writing() as (db, _):
                _drop(db, building)
            raise
        with self._writing() as (db, _):
            db.execute("UPDATE search_state SET current = ?", [building])
            db.execute("DELETE FROM search_built WHERE generation < ?", [building])
            db.execute("INSERT OR REPLACE INTO search_built VALUES (?, ?)", [building, words])
            for old in _generations(db):
                # Newer ones belong to a rebuild that is still running.
                if old < building:
                    _drop(db, old)
        with self._connected() as db:
            db.execute("PRAGMA wal_checkpoint(PASSIVE)")

    # Connections: one for each thread of each process (a forked worker must not share its parent's).

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        try:
            yield self._connection()
        except (sqlite3.Error, OSError) as problem:
            raise SearchUnavailable(f"The search file {self.path.name}: {problem}") from problem

    def _connection(self) -> sqlite3.Connection:
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        # A deleted file (a wiped data folder, a test's own folder) must not be written to unseen.
        mine = getattr(self._local, "process", None) == os.getpid()
        if db is not None and mine and self.path.exists():
            return db
        if db is not None and mine:
            db.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        db = sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = NORMAL")
        db.execute("PRAGMA temp_store = MEMORY")
        self._local.db, self._local.process = db, os.getpid()
        db.execute("BEGIN IMMEDIATE")
        db.execute("CREATE TABLE IF NOT EXISTS search_state (current INTEGER, last INTEGER)")
        db.execute(
            "CREATE TABLE IF NOT EXISTS search_built (generation INTEGER PRIMARY KEY, words TEXT)"
        )
        if db.execute("SELECT count(*) FROM search_state").fetchone()[0] == 0:
            db.execute("INSERT INTO search_state VALUES (1, 1)")
            _create(db, 1)
        db.execute("COMMIT")
        return db

    def close(self) -> None:
        """Close this thread's connection."""
        db: sqlite3.Connection | None = getattr(self._local, "db", None)
        if db is not None:
            db.close()
            self._local.db = None

    @contextmanager
    def _transaction(self, begin: str) -> Iterator[tuple[sqlite3.Connection, int]]:
        with self._connected() as db:
            db.execute(begin)
            try:
                yield db, int(db.execute("SELECT current FROM search_state").fetchone()[0])
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def _reading(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        with self._transaction("BEGIN") as opened:
            yield opened

    @contextmanager
    def _writing(self) -> Iterator[tuple[sqlite3.Connection, int]]:
        with self._transaction("BEGIN IMMEDIATE") as opened:
            yield opened


class _Building:
    def __init__(self, engine: SqliteEngine, generation: int) -> None:
        self.engine, self.generation = engine, generation

    def add(self, documents: Iterable[Document | store.Prepared]) -> None:
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            # Before the file is locked: other writers need not wait for the analysis.
            ready = list(map(store.prepared, batch))
            with self.engine._writing() as (db, _):
                _put(db, self.generation, ready)


def _create(db: sqlite3.Connection, g: int) -> None:
    db.execute(
        f"CREATE TABLE docs_{g} (rowid INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, type TEXT NOT NULL,"
        " date INTEGER NOT NULL, answered INTEGER NOT NULL, version INTEGER NOT NULL)"
    )
    # Apart from the rows that are counted and sorted, which stay small and near each other.
    db.execute(f"CREATE TABLE sources_{g} (doc INTEGER PRIMARY KEY, source TEXT NOT NULL)")
    db.execute(f"CREATE INDEX docs_{g}_date ON docs_{g} (date DESC, id DESC)")
    db.execute(
        f"CREATE TABLE facets_{g} (name TEXT NOT NULL, value TEXT NOT NULL, doc INTEGER NOT NULL,"
        " PRIMARY KEY (name, value, doc)) WITHOUT ROWID"
    )
    db.execute(f"CREATE INDEX facets_{g}_doc ON facets_{g} (doc, name, value)")
    # Our tokens hold letters, digits, the point of a number and the mark of a word; diacritics are kept.
    db.execute(
        f"CREATE VIRTUAL TABLE fts_{g} USING fts5({COLUMNS},"
        " tokenize=\"unicode61 remove_diacritics 0 categories 'L* M* N* Co' tokenchars '._'\")"
    )


def _drop(db: sqlite3.Connection, g: int) -> None:
    for table in ("fts", "facets", "sources", "docs"):
        db.execute(f"DROP TABLE IF EXISTS {table}_{g}")


def _generations(db: sqlite3.Connection) -> list[int]:
    rows = db.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'docs_[0-9]*'"
    )
    return [int(row[0].removeprefix("docs_")) for row in rows.fetchall()]


def _put(db: sqlite3.Connection, g: int, documents: Sequence[store.Prepared]) -> None:
    marks = ", ".join("?" * len(SLOT_WEIGHTS))
    for made in documents:
        document = made.document
        old = db.execute(
            f"SELECT rowid, version FROM docs_{g} WHERE id = ?", [document.id]
        ).fetchone()
        if old and old[1] > document.version:
            continue
        if old:
            _forget(db, g, old[0])
        row = db.execute(
            f"INSERT INTO docs_{g} (id, type, date, answered, version) VALUES (?, ?, ?, ?, ?)",
            [
                document.id,
                document.type,
                store.timestamp(document),
                int(document.answered),
                document.version,
            ],
        ).lastrowid
        db.execute(f"INSERT INTO sources_{g} VALUES (?, ?)", [row, made.source])
        tokens = store.slot_tokens(made)
        db.execute(
            f"INSERT INTO fts_{g} (rowid, {COLUMNS}) VALUES (?, {marks})",
            [row, *(tokens[slot] for slot in SLOT_WEIGHTS)],
        )
        db.executemany(
            f"INSERT OR IGNORE INTO facets_{g} VALUES (?, ?, ?)",
            [(n, v, row) for n, values in document.facet_values().items() for v in values],
        )


def _remove(db: sqlite3.Connection, g: int, ids: Sequence[str]) -> None:
    for id in ids:
        row = db.execute(f"SELECT rowid FROM docs_{g} WHERE id = ?", [id]).fetchone()
        if row:
            _forget(db, g, row[0])


def _forget(db: sqlite3.Connection, g: int, row: int) -> None:
    db.execute(f"DELETE FROM fts_{g} WHERE rowid = ?", [row])
    db.execute(f"DELETE FROM facets_{g} WHERE doc = ?", [row])
    db.execute(f"DELETE FROM sources_{g} WHERE doc = ?", [row])
    db.execute(f"DELETE FROM docs_{g} WHERE rowid = ?", [row])


def _type_clause(type: str | None) -> tuple[str, list[str]]:
    return (" WHERE type = ?", [type]) if type else ("", [])
