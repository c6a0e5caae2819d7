"""The ways to search that are compared: our engines as the site asks them, and what a team would otherwise pick."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC

from bench.judging import Find
from search.asking import ask
from search.engine import Document, Engine, Query

SHOWN = 20
_TABLE = "judged_standard"


def ours(engine: Engine) -> Find:
    """The search page's own way: fields and dates read, slips put right, something near instead of nothing."""

    def find(text: str) -> list[str]:
        return [hit.id for hit in ask(Query(text, size=SHOWN), engine=engine).hits]

    return find


def plain_texts(documents: Sequence[Document]) -> None:
    """The documents as rows of bench.plain, which the next two search."""
    from django.db import connection
    from wagtail.search.backends import get_search_backend

    from bench.plain.models import Text

    if Text._meta.db_table not in connection.introspection.table_names():
        with connection.schema_editor() as editor:
            editor.create_model(Text)
    Text.objects.all().delete()
    Text.objects.bulk_create(
        Text(
            key=d.id, title=d.title, body="\n".join(d.fields.values()), date=d.date.astimezone(UTC)
        )
        for d in documents
    )
    backend = get_search_backend("plain")
    rebuilder = backend.rebuilder_class(backend.get_index_for_model(Text))
    index = rebuilder.start()
    index.add_model(Text)
    index.add_items(Text, list(Text.objects.all()))
    rebuilder.finish()


def like() -> Find:
    """SQL LIKE as most sites have it: every word in the title or the body, titles first, then newest."""
    from django.db.models import Case, IntegerField, Q, Value, When

    from bench.plain.models import Text

    def find(text: str) -> list[str]:
        words = text.split()
        both, title = Q(), Q()
        for word in words:
            both &= Q(title__icontains=word) | Q(body__icontains=word)
            title &= Q(title__icontains=word)
        first = Case(When(title, then=Value(0)), default=Value(1), output_field=IntegerField())
        rows = Text.objects.filter(both).order_by(first, "-date")
        return list(rows.values_list("key", flat=True)[:SHOWN]) if words else []

    return find


def wagtail() -> Find:
    """Wagtail's own database backend, as it comes."""
    from wagtail.search.backends import get_search_backend

    from bench.plain.models import Text

    backend = get_search_backend("plain")

    def find(text: str) -> list[str]:
        try:
            return [row.key for row in backend.search(text, Text.objects.all())[:SHOWN]]
        except Exception as problem:  # a query the backend cannot take finds nothing
            print(f"  wagtail: {text!r}: {type(problem).__name__}")
            return []

    return find


def standard(
    addresses: Sequence[str], documents: Sequence[Document]
) -> tuple[Find, Callable[[], object]]:
    """Elasticsearch with its `standard` analyzer over the same texts, and what removes it again."""
    from elasticsearch import Elasticsearch
    from elasticsearch.helpers import bulk

    client = Elasticsearch(list(addresses), request_timeout=30)
    client.indices.create(index=_TABLE, settings={"number_of_replicas": 0})
    bulk(
        client,
        (
            {"_index": _TABLE, "_id": d.id, "title": d.title, "body": "\n".join(d.fields.values())}
            for d in documents
        ),
        refresh=True,
    )

    def find(text: str) -> list[str]:
        query = {"multi_match": {"query": re.sub(r"\s+", " ", text), "fields": ["title^4", "body"]}}
        answer = client.search(index=_TABLE, query=query, size=SHOWN, source=False)
        return [hit["_id"] for hit in answer["hits"]["hits"]]

    return find, lambda: client.indices.delete(index=_TABLE)
