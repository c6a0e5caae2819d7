"""Each engine in turn, empty. Where an engine is absent its cases are skipped with the reason."""

import os
import secrets
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.db import connection

from search.elastic import ElasticEngine
from search.engine import Engine
from search.postgres import PostgresEngine
from search.sqlite_fts import SqliteEngine

ENGINES = ["sqlite", "postgres", "elasticsearch"]


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    yield from _made(request)


@pytest.fixture(params=ENGINES)
def shared_engine(request: pytest.FixtureRequest) -> Iterator[Engine]:
    """For tests with threads, which mark themselves `django_db(transaction=True)` to see each other."""
    yield from _made(request)


def _made(request: pytest.FixtureRequest) -> Iterator[Engine]:
    prefix = "contract" + secrets.token_hex(4)
    # Questions are read with the dictionary that staff keep in the database.
    request.getfixturevalue("db")
    if request.param == "sqlite":
        sqlite = SqliteEngine(str(request.getfixturevalue("tmp_path") / "search.sqlite3"))
        yield sqlite
        sqlite.close()
    elif request.param == "postgres":
        if "postgresql" not in settings.DATABASES["default"]["ENGINE"]:
            pytest.skip("the main database is not PostgreSQL (set DATABASE_URL)")
        postgres = PostgresEngine(prefix)
        yield postgres
        with connection.cursor() as cursor:
            cursor.execute(f"DROP TABLE IF EXISTS {postgres.docs}, {postgres.state}")
    else:
        addresses = os.environ.get("ELASTICSEARCH_URL", "")
        if not addresses:
            pytest.skip("no Elasticsearch to talk to (set ELASTICSEARCH_URL)")
        elastic = ElasticEngine(addresses.split(","), prefix=prefix, refresh="true")
        yield elastic
        for name in elastic.client.indices.get(index=f"{elastic.alias}-*"):
            elastic.client.indices.delete(index=name)
        elastic.client.close()


@pytest.fixture
def found(engine: Engine) -> Callable[..., list[str]]:
    """The keys a query finds, best first."""
    from search.engine import Query

    def search(text: str = "", **options: object) -> list[str]:
        return [hit.key for hit in engine.search(Query(text, **options)).hits]  # type: ignore[arg-type]

    return search
