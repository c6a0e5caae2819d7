"""Full text in the main database when that is PostgreSQL: the same tokens, as tsvector values of our own.

The server's parsers and dictionaries are not used: we write lexemes and positions ourselves, so a
server's locale cannot change an answer. Both tables are this engine's, made on first use; a rebuild
writes a new generation of rows and then moves one number, so it needs no lock on readers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from django.db import InterfaceError, OperationalError, connections, transaction

from search import store, vocabulary
from search.analysis import clean
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
from search.terms import Term, Terms

BATCH = 300
# PostgreSQL counts positions no further; later words of a very long text match, but only as pairs.
LAST_POSITION = 16_383
SEPARATOR = "="
_TOP = max(SLOT_WEIGHTS.values())
# ts_rank wants the weights of D, C, B, A.
RANK_WEIGHTS = "{" + ", ".join(str(w / _TOP) for w in reversed(list(SLOT_WEIGHTS.values()))) + "}"


class PostgresEngine(BaseEngine):
    name = "postgres"

    def __init__(self, prefix: str = "jianyan", *, using: str = "default") -> None:
        self.using = using
        safe = re.sub(r"[^a-z0-9_]", "_", prefix.lower())[:30]
        self.docs, self.state = f"{safe}_search_docs", f"{safe}_search_state"
        self.built = f"{safe}_search_built"

    def leaves(self) -> tuple[Engine, ...]:
        return (self,)

    # Reading

    def search(self, query: Query) -> Page:
        terms = store.terms_of(query)
        if terms.nothing:
            return Page(facets=store.facet_lists(query.facets, ()), engine=self.name)
        with self._cursor() as cursor:
            return _Search(cursor, self, query, terms).page()

    def count(self, type: str | None = None) -> int:
        with self._cursor() as cursor:
            cursor.execute(
                f"SELECT count(*) FROM {self.docs} WHERE {self.current}" + _type(type),
                [type] if type else [],
            )
            return int(cursor.fetchone()[0])

    def ids(self, type: str | None = None) -> Iterator[tuple[str, int]]:
        with self._cursor() as cursor:
            cursor.execute(
                f"SELECT id, version FROM {self.docs} WHERE {self.current}" + _type(type),
                [type] if type else [],
            )
            return iter(cursor.fetchall())

    def health(self) -> Health:
        try:
            return Health(self.name, True, f"{self.count()} documents")
        except SearchUnavailable as problem:
            return Health(self.name, False, str(problem))

    def built_with(self) -> str:
        with self._cursor() as cursor:
            cursor.execute(f"SELECT words FROM {self.built} WHERE {self.current}")
            row = cursor.fetchone()
            return str(row[0]) if row else ""

    @property
    def current(self) -> str:
        """Read within each statement, so that a swap between two statements leaves none without rows."""
        return f"generation = (SELECT current FROM {self.state})"

    # Writing

    def index(self, documents: Iterable[Document]) -> None:
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            ready = list(map(store.prepared, batch))
            with self._writing() as (cursor, generation):
                self._put(cursor, generation, ready)

    def delete(self, ids: Iterable[str]) -> None:
        with self._writing() as (cursor, generation):
            cursor.execute(
                f"DELETE FROM {self.docs} WHERE generation = %s AND id = ANY(%s)",
                [generation, [id for id in ids if "\x00" not in id]],
            )

    @contextmanager
    def building(self) -> Iterator["_Building"]:
        with self._cursor() as cursor:
            # Numbers are never used twice, so two rebuilds at once do not mix; the later swap wins.
            cursor.execute(f"UPDATE {self.state} SET last = last + 1 RETURNING last")
            building = int(cursor.fetchone()[0])
        words = vocabulary.current().version
        try:
            yield _Building(self, building)
        except BaseException:
            with self._cursor() as cursor:
                cursor.execute(f"DELETE FROM {self.docs} WHERE generation = %s", [building])
            raise
        with self._cursor() as cursor, transaction.atomic(using=self.using):
            cursor.execute(f"UPDATE {self.state} SET current = %s", [building])
            # Newer ones belong to a rebuild that is still running.
            cursor.execute(f"DELETE FROM {self.docs} WHERE generation < %s", [building])
            cursor.execute(f"DELETE FROM {self.built} WHERE generation <= %s", [building])
            cursor.execute(f"INSERT INTO {self.built} VALUES (%s, %s)", [building, words])
        with self._cursor() as cursor:
            cursor.execute(f"ANALYZE {self.docs}")

    def _put(self, cursor: Any, generation: int, documents: Sequence[store.Prepared]) -> None:
        cursor.executemany(
            f"INSERT INTO {self.docs} AS d"
            " (generation, id, type, date, answered, version, facets, source, tokens)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s::tsvector)"
            " ON CONFLICT (generation, id) DO UPDATE SET type = EXCLUDED.type, date = EXCLUDED.date,"
            " answered = EXCLUDED.answered, version = EXCLUDED.version, facets = EXCLUDED.facets,"
            " source = EXCLUDED.source, tokens = EXCLUDED.tokens WHERE d.version <= EXCLUDED.version",
            [
                (
                    generation,
                    made.document.id,
                    made.document.type,
                    store.timestamp(made.document),
                    int(made.document.answered),
                    made.document.version,
                    _labels(made.document),
                    made.source,
                    vector(made),
                )
                for made in documents
            ],
        )

    @contextmanager
    def _writing(self) -> Iterator[tuple[Any, int]]:
        """The generation is locked against a swap, which would leave our rows behind in the old one."""
        with self._cursor() as cursor, transaction.atomic(using=self.using):
            cursor.execute(f"SELECT current FROM {self.state} FOR SHARE")
            yield cursor, int(cursor.fetchone()[0])

    @contextmanager
    def _cursor(self) -> Iterator[Any]:
        try:
            with connections[self.using].cursor() as cursor:
                # Asked each time: a test's rollback, or a restored database, may have taken the tables away.
                cursor.execute("SELECT to_regclass(%s)", [self.built])
                if cursor.fetchone()[0] is None:
                    self._create(cursor)
                yield cursor
        except (OperationalError, InterfaceError) as problem:
            raise SearchUnavailable(f"PostgreSQL: {problem}") from problem

    def _create(self, cursor: Any) -> None:
        with transaction.atomic(using=self.using):
            # Two processes may come first at the same time; "IF NOT EXISTS" alone still collides.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [self.state])
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {self.docs} ("
                ' generation integer NOT NULL, id text COLLATE "C" NOT NULL, type text NOT NULL,'
                " date bigint NOT NULL, answered smallint NOT NULL, version bigint NOT NULL,"
                " facets text[] NOT NULL, source text NOT NULL, tokens tsvector NOT NULL,"
                " PRIMARY KEY (generation, id))"
            )
            for name, how in (
                ("tokens", "USING gin (tokens)"),
                ("facets", "USING gin (facets)"),
                ("date", "(generation, date DESC, id DESC)"),
            ):
                cursor.execute(
                    f"CREATE INDEX IF NOT EXISTS {self.docs}_{name} ON {self.docs} {how}"
                )
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {self.state} (current integer NOT NULL, last integer NOT NULL)"
            )
            cursor.execute(
                f"INSERT INTO {self.state} SELECT 1, 1 WHERE NOT EXISTS (SELECT 1 FROM {self.state})"
            )
            # Made last: where it is, everything is.
            cursor.execute(
                f"CREATE TABLE IF NOT EXISTS {self.built} (generation integer PRIMARY KEY, words text NOT NULL)"
            )


class _Building:
    def __init__(self, engine: PostgresEngine, generation: int) -> None:
        self.engine, self.generation = engine, generation

    def add(self, documents: Iterable[Document | store.Prepared]) -> None:
        remaining = iter(documents)
        while batch := list(islice(remaining, BATCH)):
            ready = list(map(store.prepared, batch))
            with self.engine._cursor() as cursor, transaction.atomic(using=self.engine.using):
                self.engine._put(cursor, self.generation, ready)


def _type(type: str | None) -> str:
    return " AND type = %s" if type else ""


def _labels(document: Document) -> list[str]:
    return [
        clean(f"{name}{SEPARATOR}{value}")
        for name, values in document.facet_values().items()
        for value in values
    ]


def vector(made: store.Prepared) -> str:
    """The document as a tsvector literal: pairs at their positions, words at the start of their text."""
    parts: list[str] = []
    at = 1
    for slot, positions, words in made.texts:
        weight, tokens = slot.upper(), positions.split()
        start = min(at, LAST_POSITION)
        parts += [f"{_quoted(word)}:{start}{weight}" for word in words.split()]
        parts += [
            f"{_quoted(token)}:{min(at + i, LAST_POSITION)}{weight}"
            for i, token in enumerate(tokens)
        ]
        # A gap, so that no phrase reaches from one text into the next.
        at += len(tokens) + 2
    return " ".join(parts)


def _quoted(token: str) -> str:
    return "'" + token.replace("\\", "\\\\").replace("'", "''") + "'"


def _operand(term: Term) -> str:
    if term.others:
        return "(" + " | ".join(map(_one_operand, (term, *term.others))) + ")"
    return _one_operand(term)


def _one_operand(term: Term) -> str:
    parts = [_quoted(token) for token in term.tokens]
    parts[-1] += ":*" if term.prefix else ""
    return "(" + " <-> ".join(parts) + ")"


class _Search:
    def __init__(self, cursor: Any, engine: PostgresEngine, query: Query, terms: Terms) -> None:
        self.cursor, self.engine, self.query, self.terms = cursor, engine, query, terms
        self.filters = store.filters_of(query)
        self.by_date = store.sorts_by_date(query, terms)
        self.mark = store.decode_cursor(query)
        self.day = self.mark.day if self.mark else store.today()

    def page(self) -> Page:
        size = store.size_of(self.query)
        if self.query.candidates:
            rows = self._rows(size) if self.terms.must else []
            best = tuple(store.hit(raw, s, self.terms, marks=False) for s, _, _, raw in rows)
            return Page(hits=best, total=len(best), engine=self.engine.name)
        rows = self._rows(size + 1)
        cursor = None
        if len(rows) > size:
            rows = rows[:size]
            score, date, id, _ = rows[-1]
            cursor = store.Cursor(score, date, id, self.day).encode(self.query)
        total, facets = self._counts()
        return Page(
            hits=tuple(store.hit(source, score, self.terms) for score, _, _, source in rows),
            total=total,
            facets=store.facet_lists(self.query.facets, facets),
            next_cursor=cursor,
            engine=self.engine.name,
        )

    def _text(self) -> tuple[str, list[object]]:
        clauses, values = [self.engine.current], list[object]()
        if self.terms.must:
            joint = " | " if self.terms.any_of else " & "
            clauses.append("tokens @@ %s::tsquery")
            values.append(joint.join(map(_operand, self.terms.must)))
        if self.terms.exclude:
            clauses.append("NOT tokens @@ %s::tsquery")
            values.append(" | ".join(map(_operand, self.terms.exclude)))
        since, until = store.period(self.query)
        for comparison, moment in ((">=", since), ("<", until)):
            if moment is not None:
                clauses.append(f"date {comparison} %s")
                values.append(moment)
        return " AND ".join(clauses), values

    @staticmethod
    def _labels(name: str, wanted: tuple[str, ...]) -> list[str]:
        return [f"{name}{SEPARATOR}{value}" for value in wanted]

    def _rows(self, limit: int) -> list[tuple[float, int, str, str]]:
        where, values = self._text()
        for name, wanted in self.filters.items():
            where += " AND facets && %s"
            values.append(self._labels(name, wanted))
        score, first = "0.0::float8", list[object]()
        if not self.by_date:
            factor = store.factor_sql(date_column="date", answered_column="answered", day=self.day)
            # No length norm: a long answer is not a worse answer, and titles weigh by their slot already.
            rank = f"ts_rank('{RANK_WEIGHTS}', tokens, %s::tsquery)"
            counted = self.terms.must
            if not self.query.candidates:
                rank, counted = f"{rank} * {factor}", (*self.terms.must, *self.terms.should)
            score = f"round(({rank})::numeric, {store.SCORE_DIGITS})::float8"
            first = [" | ".join(map(_operand, counted))]
        keys = ("date", "id") if self.by_date else ("score", "date", "id")
        after, last = "", list[object]()
        if self.mark:
            m = self.mark
            last = [m.date, m.id] if self.by_date else [m.score, m.date, m.id]
            after = f"WHERE ({', '.join(keys)}) < ({', '.join(['%s'] * len(last))})"
        order = ", ".join(f"{key} DESC" for key in keys)
        docs = self.engine.docs
        self.cursor.execute(
            f"WITH page AS (SELECT * FROM (SELECT {score} AS score, date, id FROM {docs} WHERE {where}) f"
            f" {after} ORDER BY {order} LIMIT {limit})"
            f" SELECT score, date, id, source FROM page JOIN {docs} USING (date, id)"
            f" WHERE {self.engine.current} ORDER BY {order}",
            [*first, *values, *last],
        )
        return list(self.cursor.fetchall())

    def _counts(self) -> tuple[int, list[tuple[str, str, int]]]:
        """The total and all facets in one statement over the rows the text matches."""
        where, values = self._text()
        names = list(dict.fromkeys(self.query.facets))
        flags = []
        for i, (name, wanted) in enumerate(self.filters.items()):
            # Filters on facets that are not counted narrow everything.
            if name in names:
                flags.append((f"f{i}", name, wanted))
            else:
                where += " AND facets && %s"
                values.append(self._labels(name, wanted))
        columns = "".join(f", facets && %s AS {flag}" for flag, _, _ in flags)
        flagged: list[object] = [self._labels(name, wanted) for _, name, wanted in flags]
        everything = " AND ".join(flag for flag, _, _ in flags) or "true"
        parts, extra = [f"SELECT NULL, count(*) FROM m WHERE {everything}"], list[object]()
        for name in names:
            others = " AND ".join(flag for flag, own, _ in flags if own != name) or "true"
            parts.append(
                f"SELECT label, count(*) FROM m, unnest(facets) AS label WHERE {others}"
                " AND starts_with(label, %s) GROUP BY label"
            )
            extra.append(name + SEPARATOR)
        self.cursor.execute(
            f"WITH m AS MATERIALIZED (SELECT facets{columns} FROM {self.engine.docs} WHERE {where}) "
            + " UNION ALL ".join(parts),
            [*flagged, *values, *extra],
        )
        total, counts = 0, list[tuple[str, str, int]]()
        for label, count in self.cursor.fetchall():
            if label is None:
                total = count
            else:
                name, _, value = label.partition(SEPARATOR)
                counts.append((name, value, count))
        return total, counts
