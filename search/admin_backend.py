"""Wagtail's own search boxes (pages, images, documents) with our analysis.

As it stands the database backend takes a run of Chinese for one word, so 公交 never finds 公交车站. The
backends below hand it our tokens instead of text when indexing and when searching; everything else is
Wagtail's. `WAGTAILSEARCH_BACKENDS` names this module. A search limited to some fields looks in all of
them here: the index keeps title and body apart, but not each field.
"""

import copy
from collections.abc import Callable
from functools import reduce
from typing import Any

from django.db import connections, router
from django.utils.encoding import force_str
from modelsearch.backends.base import BaseSearchBackend
from modelsearch.index import RelatedFields
from modelsearch.query import Phrase, PlainText

from search.analysis import MAX_TOKEN, RUNS, encode, index_positions, is_han, normalise, pairs

MAX_QUERY = 400
MAX_TOKENS = 24
# A token no text has: what a query without letters looks for.
_NOTHING = "x0nothing"


def _text(value: Any) -> str:
    """Any indexed value as one text, nested ones joined."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, (list, tuple)):
        return " ".join(_text(item) for item in value)
    return "" if value is None else force_str(value)


class _Tokens:
    """Stands in for an object while it is indexed: its searched values are our tokens."""

    def __init__(self, real: Any) -> None:
        self.real, self.pk = real, real.pk

    def get_search_fields(self) -> list[Any]:
        return [_tokenised(field) for field in self.real.get_search_fields()]


def _tokenised(field: Any) -> Any:
    made = copy.copy(field)
    if isinstance(field, RelatedFields):
        made.fields = [_tokenised(inner) for inner in field.fields]
        made.get_value = lambda given: field.get_value(getattr(given, "real", given))
    else:
        made.get_value = lambda given: " ".join(
            index_positions(_text(field.get_value(getattr(given, "real", given))))
        )
    return made


def _query_tokens(text: str) -> list[tuple[str, bool]]:
    """(token, whether it is a beginning): all must occur. A Chinese character alone begins its pairs."""
    found: dict[tuple[str, bool], None] = {}
    for run in RUNS.finditer(normalise(text[:MAX_QUERY])):
        if run.lastgroup == "han":
            for token in pairs(run[0], closed=False):
                found[(encode(token), len(token) == 1 and is_han(token))] = None
        else:
            found[(run[0][:MAX_TOKEN], False)] = None
    return list(found)[:MAX_TOKENS] or [(_NOTHING, False)]


def _joined(compiler: Any, query: PlainText | Phrase, lexeme: Callable[..., Any]) -> Any:
    """The query's tokens as one expression of the database's own lexemes."""
    tokens = _query_tokens(query.query_string)
    last = len(tokens) - 1
    parts = [
        lexeme(token, prefix=prefix or (at == last and compiler.LAST_TERM_IS_PREFIX))
        for at, (token, prefix) in enumerate(tokens)
    ]
    loose = isinstance(query, PlainText) and query.operator.lower() == "or"
    return reduce((lambda a, b: a | b) if loose else (lambda a, b: a & b), parts)


def _sqlite(params: dict[str, Any]) -> BaseSearchBackend:
    from modelsearch.backends.database.sqlite import sqlite
    from modelsearch.backends.database.sqlite.query import Lexeme, SearchQueryExpression

    class Compiling:
        def __init__(self, queryset: Any, query: Any, fields: Any = None, **options: Any) -> None:
            super().__init__(queryset, query, fields=None, **options)  # type: ignore[call-arg]

        def build_search_query_content(self, query: Any, config: Any = None) -> Any:
            if isinstance(query, (PlainText, Phrase)):
                return SearchQueryExpression(_joined(self, query, Lexeme), config=config)
            return super().build_search_query_content(query, config=config)  # type: ignore[misc]

    class Compiler(Compiling, sqlite.SQLiteSearchQueryCompiler):
        pass

    class Autocompleter(Compiling, sqlite.SQLiteAutocompleteQueryCompiler):
        pass

    class Index(sqlite.SQLiteIndex):
        def add_items(self, model: Any, objs: Any) -> None:
            super().add_items(model, [_Tokens(obj) for obj in objs])

    class Backend(sqlite.SQLiteSearchBackend):
        query_compiler_class = Compiler
        autocomplete_query_compiler_class = Autocompleter
        index_class = Index

    backend: BaseSearchBackend = Backend(params)
    return backend


def _postgres(params: dict[str, Any]) -> BaseSearchBackend:
    from django.contrib.postgres.search import SearchQuery
    from modelsearch.backends.database.postgres import postgres
    from modelsearch.backends.database.postgres.query import Lexeme

    class Compiling:
        def __init__(self, queryset: Any, query: Any, fields: Any = None, **options: Any) -> None:
            super().__init__(queryset, query, fields=None, **options)  # type: ignore[call-arg]

        def build_tsquery_content(
            self, query: Any, config: Any = None, invert: bool = False
        ) -> Any:
            if isinstance(query, (PlainText, Phrase)):
                expression = SearchQuery(
                    _joined(self, query, Lexeme), search_type="raw", config=config
                )
                return ~expression if invert else expression
            return super().build_tsquery_content(query, config=config, invert=invert)  # type: ignore[misc]

    class Compiler(Compiling, postgres.PostgresSearchQueryCompiler):
        pass

    class Autocompleter(Compiling, postgres.PostgresAutocompleteQueryCompiler):
        pass

    class Index(postgres.PostgresIndex):
        def add_items(self, model: Any, objs: Any) -> None:
            super().add_items(model, [_Tokens(obj) for obj in objs])

    class Backend(postgres.PostgresSearchBackend):
        query_compiler_class = Compiler
        autocomplete_query_compiler_class = Autocompleter
        index_class = Index

    # Our tokens are words already: no stemming and no English stop words.
    backend: BaseSearchBackend = Backend({"SEARCH_CONFIG": "simple", **params})
    return backend


def SearchBackend(params: dict[str, Any]) -> BaseSearchBackend:
    """The backend for the current main database."""
    from modelsearch.conf import get_app_config

    entry = get_app_config().get_model("IndexEntry")
    if connections[router.db_for_write(entry)].vendor == "postgresql":
        return _postgres(params)
    return _sqlite(params)
