"""Many people write to one record at once (a booking, an enrolment, a question): the second tries again, nobody is told off."""

from collections.abc import Callable
from typing import TypeVar

from suggestions.errors import ChangedMeanwhile
from suggestions.models.record import Record

T = TypeVar("T")
TRIES = 5


def again(record: Record, write: Callable[[], T]) -> T:
    """Run `write`, which is one transaction, up to TRIES times while somebody else was first.

    `record` is read anew before each further try, so that `write` checks its rules against what holds now.
    Raises ChangedMeanwhile when it never got its turn.
    """
    for _n in range(TRIES - 1):
        try:
            return write()
        except ChangedMeanwhile:
            record.refresh_from_db()
    return write()
