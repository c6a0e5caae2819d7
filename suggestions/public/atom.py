"""What all Atom feeds share (RFC 4287): lasting ids, canonical addresses, one author, and the caching of public pages.

A feed is copied by strangers and cannot be called back, so it carries less than a page: no name of a person, not even
one shown with consent (process.md 9.2, 9.4).
"""

import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.views.decorators.http import require_safe

from suggestions.jurisdictions import current
from suggestions.public.caching import View, public_page

_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff]")
_MINTED = 2026
"""The year in our tag URIs (RFC 4151). It says when the names were coined, so it never changes."""


def tag(name: str) -> str:
    """A lasting id for an entry or a feed: tag:jianyan.example.gov.cn,2026:suggestion/JY2026-0000001-0."""
    return f"tag:{urlsplit(settings.BASE_URL).hostname or 'localhost'},{_MINTED}:{name}"


def absolute(path: str) -> str:
    """The canonical address of a path: the same whichever name of the host was asked."""
    return path if path.startswith(("http://", "https://")) else f"{settings.BASE_URL}{path}"


def plain(text: object) -> str:
    """Text that XML can carry."""
    return _CONTROL.sub("", str(text))


def paragraphs(*lines: str) -> str:
    """The non-empty lines as HTML paragraphs; readers take an entry's summary for HTML."""
    return "".join(f"<p>{escape(plain(line))}</p>" for line in lines if line)


class AtomFeed(Feed):  # type: ignore[type-arg]  # generic in the stubs alone
    """Base of the feeds. A subclass gives `name`, `title`, `link`, `items`, and of an item its title, text, address,
    id and two moments.
    """

    feed_type = Atom1Feed
    language = "zh-Hans-CN"
    name = ""

    def author_name(self, obj: Any) -> str:
        """The office speaks; no entry names a person."""
        office = current()
        return office.office_name if office else settings.SITE_NAME

    def query(self, obj: Any) -> str:
        """What follows the feed's own address, with its question mark."""
        return ""

    def feed_url(self, obj: Any) -> str:
        return absolute(f"/feeds/{self.name}.atom{self.query(obj)}")

    def feed_guid(self, obj: Any) -> str:
        return tag(f"{self.name}{self.query(obj)}")

    def item_title(self, item: Any) -> str:
        # Not escaped twice as the base class does for RSS: an Atom title is plain text.
        return plain(self.title_of(item))

    def title_of(self, item: Any) -> str:
        raise NotImplementedError

    def item_updateddate(self, item: Any) -> datetime:
        return self.item_pubdate(item)

    def item_pubdate(self, item: Any) -> datetime:
        raise NotImplementedError


def feed_view(feed: AtomFeed) -> View:
    """The feed as a view with ETag, 304 and the page cache of public pages."""
    return require_safe(public_page(lambda request: feed(request)))
