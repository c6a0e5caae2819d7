"""Thin entry points for the worker: everything is read afresh, so a task that runs twice does nothing twice."""

from collections.abc import Sequence

from celery import shared_task

from search import indexing
from search.engine import SearchUnavailable, get_engine

_RETRY = {
    "autoretry_for": (SearchUnavailable,),
    "retry_backoff": 2,
    "retry_backoff_max": 300,
    "retry_jitter": True,
    "max_retries": 10,
    "acks_late": True,
    "queue": "index",
}


@shared_task(name="search.index_documents", **_RETRY)
def index_documents(type: str, ids: Sequence[str]) -> None:
    """Bring these documents up to date: built and stored, or removed when they no longer belong."""
    indexing.index_ids(type, ids)


@shared_task(name="search.delete_documents", **_RETRY)
def delete_documents(type: str, ids: Sequence[str]) -> None:
    get_engine().delete([f"{type}:{key}" for key in ids])


@shared_task(name="search.count_words", queue="index")
def count_words() -> None:
    """The words of the public texts, for completing and correcting what is typed; nightly."""
    indexing.count_words()
