"""Elasticsearch's own language, made by pure functions: the mapping, and a parsed query as clauses.

With search/elastic.py the only importer of elasticsearch; nothing here talks to a server.
"""

from dataclasses import replace
from typing import Any

from elasticsearch.dsl import Q
from elasticsearch.dsl import query as dsl

from search.engine import ANSWERED_BOOST, RECENT_BOOST, RECENT_DAYS, SLOT_WEIGHTS
from search.store import day_start
from search.terms import Term, Terms

Clause = dsl.Query
# A single character at the end of a phrase stands for every pair it begins.
MOST_PAIRS = 4096
WEIGHTED = [f"{slot}^{weight}" for slot, weight in SLOT_WEIGHTS.items()]

MAPPING_VERSION = 2
"""Raise it with every change of MAPPING or of what the tokens mean: an index of another version asks to be rebuilt."""
MAPPING: dict[str, Any] = {
    "dynamic": False,
    # The tokens can be made again from "source"; keeping them twice would double the index.
    "_source": {"includes": ["source", "version"]},
    "dynamic_templates": [
        {"facets": {"path_match": "facets.*", "mapping": {"type": "keyword", "ignore_above": 512}}}
    ],
    "properties": {
        "id": {"type": "keyword"},
        "type": {"type": "keyword"},
        "date": {"type": "long"},
        "answered": {"type": "boolean"},
        "version": {"type": "long"},
        "facets": {"type": "object", "dynamic": True},
        # The document as it came; engines show exactly what was stored.
        "source": {"type": "keyword", "index": False, "doc_values": False},
        **{slot: {"type": "text", "analyzer": "whitespace"} for slot in SLOT_WEIGHTS},
    },
}


def clause(term: Term) -> Clause:
    """The term, or a word that means the same, in any of the weighted fields."""
    if term.others:
        return Q("dis_max", queries=[_clause(t) for t in (term, *term.others)])
    return _clause(term)


def _clause(term: Term) -> Clause:
    if term.prefix and len(term.tokens) == 1:
        return Q(
            "dis_max",
            queries=[
                Q("prefix", **{slot: {"value": term.tokens[0], "boost": weight}})
                for slot, weight in SLOT_WEIGHTS.items()
            ],
        )
    text = " ".join(term.tokens)
    if term.prefix:
        return Q(
            "multi_match",
            query=text,
            fields=WEIGHTED,
            type="phrase_prefix",
            max_expansions=MOST_PAIRS,
        )
    kind = "phrase" if len(term.tokens) > 1 else "best_fields"
    return Q("multi_match", query=text, fields=WEIGHTED, type=kind)


def text_query(terms: Terms) -> Clause:
    must = [clause(term) for term in terms.must]
    should = [clause(term) for term in terms.should]
    unwanted = [clause(term) for term in terms.exclude]
    if terms.any_of and must:
        return Q("bool", should=must + should, must_not=unwanted, minimum_should_match=1)
    return Q("bool", must=must or [Q("match_all")], should=should, must_not=unwanted)


def candidates_query(terms: Terms) -> Clause:
    """What matches, and what of it counts: no optional words, so that most of the index need not be looked at."""
    return text_query(replace(terms, should=()))


def boosted(query: Clause, day: int) -> Clause:
    """score × (1 + answered + fresh): the same factor as in the SQL engines, without a script."""
    return Q(
        "function_score",
        query=query,
        functions=[
            {"weight": 1.0},
            {"filter": Q("term", answered=True), "weight": ANSWERED_BOOST},
            {
                "exp": {
                    "date": {
                        "origin": day_start(day),
                        "scale": RECENT_DAYS * 86_400_000,
                        "decay": 0.5,
                    }
                },
                "weight": RECENT_BOOST,
            },
        ],
        score_mode="sum",
        boost_mode="multiply",
    )


def facet_filter(name: str, values: tuple[str, ...]) -> Clause:
    return Q("terms", **{f"facets.{name}": list(values)})


def all_of(filters: dict[str, tuple[str, ...]]) -> Clause:
    return Q("bool", filter=[facet_filter(name, values) for name, values in filters.items()])


def period(since: int | None, until: int | None) -> Clause:
    """Documents of these milliseconds, the last one not included."""
    bounds = {"gte": since, "lt": until}
    return Q("range", date={name: value for name, value in bounds.items() if value is not None})
