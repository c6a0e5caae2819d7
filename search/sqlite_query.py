"""One search of the embedded engine: a parsed query as SQL over one generation of tables."""

import sqlite3
from collections.abc import Iterator, Sequence

from search import store
from search.engine import SLOT_WEIGHTS, Page, Query
from search.terms import Term, Terms


class Search:
    """One search within one read transaction. Matches of the text go to a temporary table once."""

    def __init__(self, db: sqlite3.Connection, g: int, query: Query, terms: Terms) -> None:
        self.db, self.g, self.query, self.terms = db, g, query, terms
        self.filters = store.filters_of(query)
        self.by_date = store.sorts_by_date(query, terms)
        self.cursor = store.decode_cursor(query)
        self.day = self.cursor.day if self.cursor else store.today()

    def page(self, engine: str) -> Page:
        if self.query.candidates:
            return self._candidates(engine)
        self._collect()
        size = store.size_of(self.query)
        where, values = self._where(self.filters)
        total = self._number(f"SELECT count(*) FROM {self._set()} d{where}", values)
        rows = self._rows(size + 1, where, values) if total else []
        cursor = None
        if len(rows) > size:
            rows = rows[:size]
            last = rows[-1]
            cursor = store.Cursor(last[0], last[1], last[2], self.day).encode(self.query)
        return Page(
            hits=tuple(store.hit(source, score, self.terms) for score, _, _, source in rows),
            total=total,
            facets=store.facet_lists(self.query.facets, self._facets()),
            next_cursor=cursor,
            engine=engine,
        )

    def _candidates(self, engine: str) -> Page:
        """The best by words alone, read in one statement: matches are neither kept nor counted."""
        if not self.terms.must:
            return Page(engine=engine)
        g = self.g
        where, values = self._where(self.filters)
        unwanted = ""
        if self.terms.exclude:
            unwanted = f"{' AND' if where else ' WHERE'} d.rowid NOT IN (SELECT rowid FROM fts_{g} WHERE fts_{g} MATCH ?)"
            values.append(" OR ".join(_phrase(term) for term in self.terms.exclude))
        # One bm25 in place of four: what a word in the title is worth is looked at afterwards.
        rank = f"-bm25(fts_{g}, {', '.join(str(w) for w in SLOT_WEIGHTS.values())})"
        rows = self.db.execute(
            f"SELECT d.score, s.source FROM (SELECT d.rowid AS rowid, d.score AS score FROM"
            f" (SELECT rowid, {rank} AS score FROM fts_{g} WHERE fts_{g} MATCH ?) d{where}{unwanted}"
            f" ORDER BY score DESC, rowid DESC LIMIT ?) d JOIN sources_{g} s ON s.doc = d.rowid"
            f" ORDER BY d.score DESC, d.rowid DESC",
            [match_expression(self.terms, helpful=False), *values, store.size_of(self.query)],
        ).fetchall()
        hits = tuple(store.hit(source, score, self.terms, marks=False) for score, source in rows)
        return Page(hits=hits, total=len(hits), engine=engine)

    def _collect(self) -> None:
        """Fill temp.matched with the rows the text matches and their scores."""
        self.narrowed = bool(self.terms.must or self.terms.exclude)
        if not self.narrowed:
            return
        g, db = self.g, self.db
        db.execute("CREATE TEMP TABLE IF NOT EXISTS matched (doc INTEGER PRIMARY KEY, score REAL)")
        db.execute("DELETE FROM temp.matched")
        if self.terms.must:
            scoring = not self.by_date
            rank = _rank(f"fts_{g}") if scoring else "0.0"
            # bm25 can turn negative for words in most documents; order is kept, zero is the floor.
            db.execute(
                f"INSERT INTO temp.matched SELECT rowid, max({rank}, 0.000000001) FROM fts_{g} WHERE fts_{g} MATCH ?",
                [match_expression(self.terms, helpful=scoring)],
            )
        else:
            db.execute(f"INSERT INTO temp.matched SELECT rowid, 0.0 FROM docs_{g}")
        if self.terms.exclude:
            unwanted = " OR ".join(_phrase(term) for term in self.terms.exclude)
            db.execute(
                f"DELETE FROM temp.matched WHERE doc IN (SELECT rowid FROM fts_{g} WHERE fts_{g} MATCH ?)",
                [unwanted],
            )

    def _set(self) -> str:
        """The rows the text matches, as a table whose row number is the document's."""
        return "temp.matched" if self.narrowed else f"docs_{self.g}"

    def _from(self) -> str:
        docs = f"docs_{self.g} d"
        return f"temp.matched m CROSS JOIN {docs} ON d.rowid = m.doc" if self.narrowed else docs

    def _where(self, filters: dict[str, tuple[str, ...]]) -> tuple[str, list[object]]:
        clauses, values = [], list[object]()
        for name, wanted in filters.items():
            marks = ", ".join("?" * len(wanted))
            clauses.append(
                f"d.rowid IN (SELECT doc FROM facets_{self.g} WHERE name = ? AND value IN ({marks}))"
            )
            values += [name, *wanted]
        since, until = store.period(self.query)
        for comparison, moment in ((">=", since), ("<", until)):
            if moment is not None:
                clauses.append(
                    f"d.rowid IN (SELECT rowid FROM docs_{self.g} WHERE date {comparison} ?)"
                )
                values.append(moment)
        return (" WHERE " + " AND ".join(clauses) if clauses else ""), values

    def _rows(
        self, limit: int, where: str, values: list[object]
    ) -> list[tuple[float, int, str, str]]:
        score = "0.0"
        if not self.by_date:
            factor = store.factor_sql(
                date_column="d.date", answered_column="d.answered", day=self.day
            )
            score = f"round(m.score * {factor}, {store.SCORE_DIGITS})"
        keys = "date, id" if self.by_date else "score, date, id"
        after = ""
        if self.cursor:
            c = self.cursor
            mark: list[object] = [c.date, c.id] if self.by_date else [c.score, c.date, c.id]
            after = f" WHERE ({keys}) < ({', '.join('?' * len(mark))})"
            values = [*values, *mark]
        order = ", ".join(f"{key} DESC" for key in keys.split(", "))
        return self.db.execute(
            f"SELECT f.score, f.date, f.id, s.source FROM (SELECT * FROM"
            f" (SELECT {score} AS score, d.date AS date, d.id AS id, d.rowid AS row FROM {self._from()}{where})"
            f"{after} ORDER BY {order} LIMIT {limit}) f JOIN sources_{self.g} s ON s.doc = f.row"
            f" ORDER BY {', '.join('f.' + key for key in order.split(', '))}",
            values,
        ).fetchall()

    def _facets(self) -> Iterator[tuple[str, str, int]]:
        """Facets without a filter of their own share one pass; each other leaves its own filter out."""
        names = list(dict.fromkeys(self.query.facets))
        shared = [name for name in names if name not in self.filters]
        passes = [(shared, self.filters)] if shared else []
        passes += [([n], store.without(self.filters, n)) for n in names if n in self.filters]
        for counted, filters in passes:
            where, values = self._where(filters)
            marks = ", ".join("?" * len(counted))
            if self.narrowed or where:
                # From the matches to their values: the other way round would read every value there is.
                source = f"(SELECT d.rowid AS doc FROM {self._set()} d{where}) m CROSS JOIN facets_{self.g} f"
                joint = f" ON f.doc = m.doc AND f.name IN ({marks})"
            else:
                source, joint = f"facets_{self.g} f", f" WHERE f.name IN ({marks})"
            yield from self.db.execute(
                f"SELECT f.name, f.value, count(*) FROM {source}{joint} GROUP BY f.name, f.value",
                [*values, *counted],
            ).fetchall()

    def _number(self, sql: str, values: Sequence[object]) -> int:
        return int(self.db.execute(sql, values).fetchone()[0])


def match_expression(terms: Terms, *, helpful: bool) -> str:
    """The FTS5 expression: everything that must match and, beside it, what only adds to the score."""
    must = [_phrase(term) for term in terms.must]
    should = [_phrase(term) for term in terms.should] if helpful else []
    if terms.any_of:
        return " OR ".join([*must, *should])
    joined = " AND ".join(must)
    # FTS5 has no optional words: "must AND (must OR helpful)" is always true where must is, and scores more.
    return f"({joined}) AND ({' OR '.join([must[0], *should])})" if should else joined


def _phrase(term: Term) -> str:
    if term.others:
        return "(" + " OR ".join(map(_one_phrase, (term, *term.others))) + ")"
    return _one_phrase(term)


def _one_phrase(term: Term) -> str:
    inside = " ".join(term.tokens).replace('"', '""')
    return f'"{inside}"' + (" *" if term.prefix else "")


def _rank(table: str) -> str:
    """Each column's own bm25, weighted and added up.

    FTS5's own column weights multiply the term frequency, which saturates: a title would hardly count
    for more than a body. Negated, because FTS5 ranks the best lowest.
    """
    slots = list(SLOT_WEIGHTS)
    parts = [
        f"{weight} * bm25({table}, {', '.join('1.0' if slot == own else '0.0' for own in slots)})"
        for slot, weight in SLOT_WEIGHTS.items()
    ]
    return f"-({' + '.join(parts)})"
