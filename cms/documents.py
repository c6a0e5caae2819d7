"""Pages as search documents, and what keeps the index and the content version true when an editor publishes."""

from collections.abc import Iterator, Sequence
from typing import Any

from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_slug_changed, page_unpublished, post_page_move

from search.engine import Document
from search.registry import DocumentType
from search.registry import register as register_type
from suggestions import content, outbox

TYPE = "page"


def _indexable() -> Any:
    """Published pages that anybody may read, the home page apart: it speaks of everything and would always be found."""
    from cms.models import HomePage

    return Page.objects.live().public().not_type(HomePage).filter(depth__gt=2)


def build(keys: Sequence[str]) -> Iterator[Document]:
    """Documents of those of these pages that the public may read; a few queries a batch."""
    for page in _indexable().filter(pk__in=[int(k) for k in keys]).specific():
        if page.url:
            yield document(page)


def document(page: Any) -> Document:
    return Document(
        id=f"{TYPE}:{page.pk}",
        type=TYPE,
        title=page.title,
        url=page.url,
        date=page.search_date(),
        fields={name: text for name, text in page.search_texts().items() if text},
        facets={"year": (str(page.search_date().year),)},
        data={"kind": str(page.get_verbose_name())},
        version=page.live_revision_id or 0,
    )


def versions() -> Iterator[tuple[str, int]]:
    """(key, version) of everything that belongs in the index. A published page's version is its live revision."""
    rows = _indexable().order_by("pk").values_list("pk", "live_revision_id")
    for pk, revision in rows.iterator(chunk_size=2000):
        yield str(pk), revision or 0


def changed(*, pages: Any) -> None:
    """Index rows for these pages, and a new content version once the change is visible."""
    for pk in pages:
        outbox.enqueue(outbox.INDEX, {"type": TYPE, "id": pk}, key=f"{TYPE}:{pk}")
    content.bump_after_commit()


def _on_change(instance: Any, **_: Any) -> None:
    changed(pages=[instance.pk])


def _on_move(instance: Any, **_: Any) -> None:
    """A page's address holds its ancestors': the whole subtree has new ones."""
    changed(pages=list(instance.get_descendants(inclusive=True).values_list("pk", flat=True)))


def _on_delete(sender: Any, instance: Any, **_: Any) -> None:
    if isinstance(instance, Page):
        changed(pages=[instance.pk])


def _on_restriction(instance: Any, **_: Any) -> None:
    """Who may read a page changed, and with it its whole subtree."""
    _on_move(instance.page)


def register() -> None:
    """Make pages known to search and listen for publications (called once at start)."""
    from django.db.models.signals import post_delete, post_save

    register_type(DocumentType(name=TYPE, label="页面", build=build, versions=versions))
    for signal in (page_published, page_unpublished):
        signal.connect(_on_change, dispatch_uid="cms-index")
    for signal in (page_slug_changed, post_page_move):
        signal.connect(_on_move, dispatch_uid="cms-index-tree")
    post_delete.connect(_on_delete, dispatch_uid="cms-index-delete")
    for signal in (post_save, post_delete):
        signal.connect(_on_restriction, PageViewRestriction, dispatch_uid="cms-restriction")
