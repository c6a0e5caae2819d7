"""Sending documents to Elasticsearch no faster than it takes them.

A node that cannot keep up refuses (429), as a whole or document by document. Then less is sent at a time, after a pause
that doubles; what was taken is not sent again. When all goes well the batches grow back.
"""

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from elasticsearch import ApiError, Elasticsearch

from search.engine import SearchUnavailable

LARGEST = 300
SMALLEST = 10
MOST_BYTES = 5_000_000
"""Of one request: far below what a server takes (100 MB), and small enough to be taken in soon."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 10.0
PATIENCE = 60.0
"""Seconds of pauses after which the caller hears of it; a task then tries again later."""
BUSY = frozenset({429, 503})
TOO_LARGE = 413

Item = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Operation:
    """One document to store (`body`) or to remove (None). `size` in bytes, about."""

    action: dict[str, Any]
    body: dict[str, Any] | None
    size: int

    def lines(self) -> list[dict[str, Any]]:
        return [self.action] if self.body is None else [self.action, self.body]


class Feeder:
    """Remembers what the server could take. One for each engine; threads may share it, its figures are only hints."""

    def __init__(self, client: Elasticsearch, *, patience: float = PATIENCE) -> None:
        # A refusal is answered here, slower; the client would only ask again at once.
        self.client = client.options(retry_on_status=())
        self.patience = patience
        self.size = LARGEST
        self.pauses = 0
        """How often the server asked for time; for whoever wants to know."""

    def send(self, operations: Sequence[Operation], **options: Any) -> list[Item]:
        """The server's answer for each operation, in their order. `options` are those of the bulk request.

        Raises SearchUnavailable when the server refuses for longer than `patience`, and what the client raises.
        """
        answers: list[Item | None] = [None] * len(operations)
        waiting = list(range(len(operations)))
        pause, waited = FIRST_PAUSE, 0.0
        while waiting:
            now = self._first(operations, waiting)
            refused = self._ask(operations, now, answers, options)
            waiting = refused + waiting[len(now) :]
            if not refused:
                self.size = min(LARGEST, self.size + max(1, self.size // 4))
                pause = FIRST_PAUSE
                continue
            if waited >= self.patience:
                raise SearchUnavailable(f"Elasticsearch is too busy: {len(waiting)} documents wait")
            self.size = max(SMALLEST, self.size // 2)
            # Several senders that were refused together should not come back together.
            rest = pause * random.uniform(0.5, 1.0)
            time.sleep(rest)
            waited, pause, self.pauses = (
                waited + rest,
                min(pause * 2, LONGEST_PAUSE),
                self.pauses + 1,
            )
        return [answer for answer in answers if answer is not None]

    def _first(self, operations: Sequence[Operation], waiting: Sequence[int]) -> list[int]:
        """As many as may be sent at once; always at least one."""
        held, size = 0, 0
        for at in waiting[: self.size]:
            size += operations[at].size
            if held and size > MOST_BYTES:
                break
            held += 1
        return list(waiting[:held])

    def _ask(
        self, operations: Sequence[Operation], now: Sequence[int], answers: list[Item | None], options: dict[str, Any]
    ) -> list[int]:  # fmt: skip
        """Send these; which of them have to be sent again."""
        lines = [line for at in now for line in operations[at].lines()]
        try:
            items = self.client.bulk(operations=lines, **options)["items"]
        except ApiError as problem:
            if problem.status_code in BUSY or (problem.status_code == TOO_LARGE and len(now) > 1):
                return list(now)
            raise
        again = []
        for at, item in zip(now, items, strict=True):
            if status(item) in BUSY:
                again.append(at)
            else:
                answers[at] = item
        return again


def status(item: Item) -> int:
    return int(next(iter(item.values()))["status"])
