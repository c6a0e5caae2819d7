"""Which kinds of documents there are and how they are made. The packages that own them register here."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from search.engine import Document


@dataclass(frozen=True, slots=True)
class DocumentType:
    """One kind of document.

    `name` is the part of a document id before the colon; keys are the part after it, as text.
    `build(keys)` makes documents for those keys that belong in the index and leaves out the others.
    `versions()` yields (key, version) of everything that belongs in the index, cheaply.
    """

    name: str
    label: str
    build: Callable[[Sequence[str]], Iterable[Document]]
    versions: Callable[[], Iterable[tuple[str, int]]]

    def all_ids(self) -> Iterator[str]:
        return (key for key, _ in self.versions())

    def document_id(self, key: str) -> str:
        return f"{self.name}:{key}"


_types: dict[str, DocumentType] = {}


def register(document_type: DocumentType) -> DocumentType:
    """Make a type known. Registering a name again replaces it (apps may be loaded twice in tests)."""
    _types[document_type.name] = document_type
    return document_type


def unregister(name: str) -> None:
    _types.pop(name, None)


def document_types() -> tuple[DocumentType, ...]:
    return tuple(_types.values())


def document_type(name: str) -> DocumentType:
    """Raises LookupError with the known names when there is no such type."""
    try:
        return _types[name]
    except KeyError:
        known = ", ".join(sorted(_types)) or "none"
        raise LookupError(f"No document type {name!r} is registered (known: {known}).") from None
