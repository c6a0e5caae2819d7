"""Keeping the index equal to its sources: single changes, a full rebuild, and comparing both sides."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from search import lexicon, preparing, vocabulary
from search.engine import Document, Engine, get_engine
from search.registry import DocumentType, document_type, document_types
from search.store import Prepared

BATCH = 200

Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class Drift:
    """One type on both sides of one engine: keys missing from, outdated in and left over in the index."""

    engine: str
    type: str
    label: str
    source: int
    indexed: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]
    extra: tuple[str, ...]

    @property
    def clean(self) -> bool:
        return not (self.missing or self.stale or self.extra)


def index_ids(
    type: str, ids: Iterable[str | int], *, engine: Engine | None = None, afresh: bool = False
) -> int:
    """Bring these keys up to date and return how many are now in the index.

    Whatever `build` leaves out is removed. An older version never replaces a newer one, unless `afresh`
    (a source restored from a backup is older than its index). Raises LookupError for an unknown type.
    """
    engine = engine or get_engine()
    kind = document_type(type)
    present = 0
    for keys in _batches(str(key) for key in ids):
        documents = list(kind.build(keys))
        made = {document.id for document in documents}
        if afresh:
            engine.delete(made)
        if documents:
            engine.index(documents)
        gone = [kind.document_id(key) for key in keys if kind.document_id(key) not in made]
        if gone:
            engine.delete(gone)
        present += len(made)
    return present


def rebuild(
    *, engine: Engine | None = None, progress: Progress | None = None, processes: int | None = None
) -> int:
    """Build every registered type into a new index and swap it in; returns the number of documents.

    What changes meanwhile is caught twice: before the swap within the new index, and after it by the
    comparison that also serves `search_status --repair`. `processes` analyse the texts; None: one for each core where
    there is enough to do.
    """
    engine = engine or get_engine()
    vocabulary.forget()
    census = lexicon.Census()
    if processes is None:
        processes = preparing.processes_for(source_count())
    with engine.building() as sink:
        written: dict[str, int] = {}

        def counted(made: Iterable[preparing.Made]) -> Iterator[Prepared]:
            for one in made:
                document = one.prepared.document
                if document.id not in written:
                    census.count(one.words)
                written[document.id] = document.version
                if progress:
                    progress(document.type, 1)
                yield one.prepared

        everything = (d for kind in document_types() for d in _built(kind, kind.all_ids()))
        sink.add(counted(preparing.each(everything, processes=processes)))
        for kind in document_types():
            changed = [k for k, v in kind.versions() if written.get(kind.document_id(k)) != v]
            sink.add(counted(preparing.each(_built(kind, changed))))
    repair(engine=engine)
    lexicon.keep(census)
    return len(written)


def behind(*, engine: Engine | None = None) -> list[str]:
    """The engines whose index was built with other names than those in force: right, but weighed a little less well
    until the next rebuild. Raises SearchUnavailable.
    """
    engine = engine or get_engine()
    version = vocabulary.current().version
    return [leaf.name for leaf in engine.leaves() if leaf.built_with() not in ("", version)]


def outdated(*, engine: Engine | None = None) -> list[str]:
    """The engines whose index was laid out by another version of the code: searches answer, but a rebuild is due.
    Raises SearchUnavailable.
    """
    return [leaf.name for leaf in (engine or get_engine()).leaves() if leaf.outdated()]


def count_words() -> int:
    """Count the words of the public texts anew, from their sources; returns how many are kept."""
    census = lexicon.Census()
    for kind in document_types():
        for document in _built(kind, kind.all_ids()):
            census.add(document)
    return lexicon.keep(census)


def source_count() -> int:
    return sum(1 for kind in document_types() for _ in kind.versions())


def status(*, engine: Engine | None = None) -> list[Drift]:
    """Both sides of every type in every engine that holds an index. Raises SearchUnavailable."""
    engine = engine or get_engine()
    found: list[Drift] = []
    for kind in document_types():
        for leaf in engine.leaves():
            held = {id.partition(":")[2]: version for id, version in leaf.ids(kind.name)}
            wanted = dict(kind.versions())
            found.append(
                Drift(
                    engine=leaf.name,
                    type=kind.name,
                    label=kind.label,
                    source=len(wanted),
                    indexed=len(held),
                    missing=tuple(sorted(wanted.keys() - held.keys())),
                    stale=tuple(sorted(k for k, v in wanted.items() if k in held and held[k] != v)),
                    extra=tuple(sorted(held.keys() - wanted.keys())),
                )
            )
    return found


def repair(*, engine: Engine | None = None, drifts: Sequence[Drift] | None = None) -> int:
    """Mend what `status` found, in the engine where it was found; returns the number of keys looked at."""
    engine = engine or get_engine()
    leaves = {leaf.name: leaf for leaf in engine.leaves()}
    mended = 0
    for drift in status(engine=engine) if drifts is None else drifts:
        keys = [*drift.missing, *drift.stale, *drift.extra]
        if keys:
            index_ids(drift.type, keys, engine=leaves[drift.engine], afresh=True)
            mended += len(keys)
    return mended


def _built(kind: DocumentType, keys: Iterable[str]) -> Iterator[Document]:
    for batch in _batches(keys):
        yield from kind.build(batch)


def _batches(keys: Iterable[str]) -> Iterator[list[str]]:
    remaining = iter(keys)
    while batch := list(islice(remaining, BATCH)):
        yield batch
