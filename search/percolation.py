"""The other way round: a new document comes, which of the searches that people keep find it?

Answered in Python over the same tokens as the engines hold, so no engine needs to know kept searches.
"""

from collections.abc import Iterable, Sequence
from functools import cached_property

from search import store, syntax
from search.analysis import index_positions, is_han
from search.engine import Document, Query
from search.terms import Term, Terms


class Tokens:
    """A document's tokens with their places, made once for all the searches it is held against."""

    def __init__(self, document: Document) -> None:
        self.document = document
        texts = (text for held in store.slot_texts(document).values() for text in held)
        self.texts: list[list[str]] = [index_positions(text) for text in texts]

    @cached_property
    def places(self) -> list[dict[str, list[int]]]:
        """Where each token stands, a text at a time."""
        found = []
        for tokens in self.texts:
            places: dict[str, list[int]] = {}
            for at, token in enumerate(tokens):
                places.setdefault(token, []).append(at)
            found.append(places)
        return found

    @cached_property
    def begun(self) -> frozenset[str]:
        """The first characters of all Han tokens: what a single character finds."""
        return frozenset(token[0] for places in self.places for token in places if is_han(token))

    def say(self, term: Term) -> bool:
        """Whether the term, or a word that means the same, stands in one of the texts."""
        return any(self._say(one) for one in (term, *term.others))

    def _say(self, term: Term) -> bool:
        first, *rest = term.tokens
        if not rest:
            if not term.prefix:
                return any(first in places for places in self.places)
            if is_han(first):
                return first[0] in self.begun
            return any(token.startswith(first) for places in self.places for token in places)
        return any(
            self._follows(tokens, at, term)
            for tokens, places in zip(self.texts, self.places, strict=True)
            for at in places.get(first, ())
        )

    @staticmethod
    def _follows(tokens: Sequence[str], at: int, term: Term) -> bool:
        end = at + len(term.tokens)
        if tuple(tokens[at : end - 1]) != term.tokens[:-1] or end > len(tokens):
            return False
        last = tokens[end - 1]
        return last.startswith(term.tokens[-1]) if term.prefix else last == term.tokens[-1]


def matches(terms: Terms, document: Document | Tokens) -> bool:
    """Whether a search for these terms finds the document. Terms that ask for nothing find everything but what they
    exclude, as in the engines.
    """
    if terms.nothing:
        return False
    tokens = document if isinstance(document, Tokens) else Tokens(document)
    if any(tokens.say(term) for term in terms.exclude):
        return False
    if terms.any_of and terms.must:
        return any(tokens.say(term) for term in terms.must)
    return all(tokens.say(term) for term in terms.must)


def finds(query: Query, document: Document | Tokens) -> bool:
    """Whether the whole query finds it: words, filters, types and period, with fields and dates in its text read."""
    tokens = document if isinstance(document, Tokens) else Tokens(document)
    query = syntax.applied(query, syntax.read(query.text))
    facets = {name: set(values) for name, values in tokens.document.facet_values().items()}
    for name, wanted in store.filters_of(query).items():
        if not facets.get(name, set()) & set(wanted):
            return False
    since, until = store.period(query)
    stamp = store.timestamp(tokens.document)
    if (since is not None and stamp < since) or (until is not None and stamp >= until):
        return False
    return matches(store.terms_of(query), tokens)


def which(kept: Iterable[tuple[str, Query]], document: Document) -> list[str]:
    """The keys of those kept searches that find the document; its tokens are made once."""
    tokens = Tokens(document)
    return [key for key, query in kept if finds(query, tokens)]
