"""What is asked of Elasticsearch for a query: parameters and body of one request, as plain data. Nothing here talks to a
server.
"""

import hashlib
from typing import Any

from search import store
from search.elastic_query import (
    Clause,
    all_of,
    boosted,
    candidates_query,
    facet_filter,
    period,
    text_query,
)
from search.engine import Query
from search.terms import Terms

MOST_FACET_VALUES = 1000


class Asked:
    """One query, read. `day` keeps freshness the same on all its pages."""

    def __init__(self, query: Query, terms: Terms) -> None:
        self.query, self.terms = query, terms
        self.filters = store.filters_of(query)
        self.by_date = store.sorts_by_date(query, terms)
        self.cursor = store.decode_cursor(query)
        self.day = self.cursor.day if self.cursor else store.today()

    def request(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters and body of what is asked."""
        body = self._best() if self.query.candidates else self._all()
        # The same copy of the index for every page of one search: copies may score a little differently.
        steady = hashlib.sha256(self.query.text.encode("utf-8", "replace")).hexdigest()[:16]
        return {} if self.query.candidates else {"preference": steady}, body

    def _best(self) -> dict[str, Any]:
        """By score alone and uncounted, so that the server may pass over whole blocks that cannot be among the best."""
        narrowed = [facet_filter(name, values) for name, values in self.filters.items()]
        return {
            "query": self._narrowed(candidates_query(self.terms), narrowed),
            "_source": ["source"],
            "track_total_hits": False,
            "size": store.size_of(self.query),
        }

    def _narrowed(self, query: Clause, filters: list[Clause]) -> dict[str, Any]:
        since, until = store.period(self.query)
        if since is not None or until is not None:
            filters = [period(since, until), *filters]
        asked: dict[str, Any] = query.to_dict()
        if not filters:
            return asked
        return {"bool": {"must": [asked], "filter": [one.to_dict() for one in filters]}}

    def _all(self) -> dict[str, Any]:
        names = list(dict.fromkeys(self.query.facets))
        query = text_query(self.terms)
        counted = {name: values for name, values in self.filters.items() if name in names}
        narrowed = [
            facet_filter(n, values) for n, values in self.filters.items() if n not in counted
        ]
        keys = ["date", "id"] if self.by_date else ["_score", "date", "id"]
        body: dict[str, Any] = {
            "query": self._narrowed(query if self.by_date else boosted(query, self.day), narrowed),
            "sort": [{key: {"order": "desc"}} for key in keys],
            "_source": ["source"],
            "track_total_hits": True,
            "size": store.size_of(self.query) + 1,
        }
        # Filters on counted facets come after the counting, where each facet leaves its own out.
        if counted:
            body["post_filter"] = all_of(counted).to_dict()
        if names:
            body["aggs"] = {
                name: {
                    "filter": all_of(store.without(counted, name)).to_dict(),
                    "aggs": {
                        "values": {"terms": {"field": f"facets.{name}", "size": MOST_FACET_VALUES}}
                    },
                }
                for name in names
            }
        if self.cursor:
            c = self.cursor
            body["search_after"] = [c.date, c.id] if self.by_date else [c.score, c.date, c.id]
        return body
