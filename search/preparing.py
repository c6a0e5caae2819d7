"""Analysing many documents on all cores: a rebuild is mostly this, and it needs neither database nor engine.

Each process gets the vocabulary in force as a value, so that none of them opens a connection.
"""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice

from search import lexicon, store, vocabulary
from search.engine import Document
from search.vocabulary import Vocabulary

BATCH = 100
WORTH_IT = 5000
"""Fewer documents are analysed before the processes have started."""


@dataclass(frozen=True, slots=True)
class Made:
    """A document ready to be stored, with the words to count in it."""

    prepared: store.Prepared
    words: lexicon.Words


def one(document: Document) -> Made:
    return Made(store.prepared(document), lexicon.words_of(document))


def each(documents: Iterable[Document], *, processes: int = 1) -> Iterator[Made]:
    """The documents analysed, in their order; at most a few batches ahead of whoever takes them.

    With one process (or inside a worker that may have no children) it happens here.
    """
    if processes < 2 or multiprocessing.current_process().daemon:
        yield from map(one, documents)
        return
    # Started anew and not forked: a copy of a process with threads and connections is no place to work.
    context = multiprocessing.get_context("spawn")
    remaining = iter(documents)
    with ProcessPoolExecutor(
        processes, context, initializer=_begin, initargs=(vocabulary.current(),)
    ) as pool:
        waiting: deque[Future[list[Made]]] = deque()
        while batch := list(islice(remaining, BATCH)):
            waiting.append(pool.submit(_batch, batch))
            if len(waiting) > 2 * processes:
                yield from waiting.popleft().result()
        while waiting:
            yield from waiting.popleft().result()


def processes_for(count: int) -> int:
    """How many processes are worth starting for so many documents: one for each core we may use."""
    if count < WORTH_IT:
        return 1
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(usable or 1, 16)


def _begin(words: Vocabulary) -> None:
    vocabulary.hold(words)


def _batch(documents: list[Document]) -> list[Made]:
    return [one(document) for document in documents]
