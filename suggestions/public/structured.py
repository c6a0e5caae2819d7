"""What public pages say of themselves in the words of schema.org: dictionaries for one JSON-LD block.

Like a feed this is copied by strangers and cannot be called back, so it names no person, not even one who let the page
show their name (process.md 9.2): whoever asked is 市民, and an office answers.
"""

from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.html import strip_tags
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from suggestions.clock import SHANGHAI
from suggestions.insight.redaction import without_marks
from suggestions.models import Jurisdiction, Suggestion, Unit
from suggestions.public.atom import absolute
from suggestions.public.item_page import ItemPage

Thing = dict[str, Any]
_LONGEST = 600


def short(text: object) -> str:
    """Plain text of at most 600 characters, masks in words."""
    return Truncator(without_marks(strip_tags(str(text)).strip())).chars(_LONGEST)


def _moment(at: datetime | None) -> str:
    return at.astimezone(SHANGHAI).isoformat(timespec="seconds") if at else ""


def _filled(thing: Thing) -> Thing:
    return {name: value for name, value in thing.items() if value not in ("", None)}


def office(held: Jurisdiction | None) -> Thing:
    """Who runs the site."""
    if held is None:
        return {"@type": "GovernmentOrganization", "url": absolute("/")}
    return _filled(
        {
            "@type": "GovernmentOrganization",
            "name": held.office_name,
            "url": absolute("/"),
            "telephone": held.phone or held.hotline,
            "address": held.address,
            "areaServed": held.name,
        }
    )


def site(held: Jurisdiction | None, *, name: str) -> list[Thing]:
    """The home page: the site with its search, and who runs it."""
    target = f"{absolute(reverse('suggestions:search'))}?q={{search_term_string}}"
    found = {
        "@type": "WebSite",
        "name": name,
        "url": absolute("/"),
        "inLanguage": "zh-Hans-CN",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {"@type": "EntryPoint", "urlTemplate": target},
            "query-input": "required name=search_term_string",
        },
    }
    return [found, office(held)]


def unit(held: Unit) -> list[Thing]:
    """A unit with the contact its page shows."""
    return [
        _filled(
            {
                "@type": "GovernmentOrganization",
                "name": held.name,
                "alternateName": held.short_name,
                "description": short(held.duties),
                "url": absolute(reverse("suggestions:unit", args=[held.code])),
                "telephone": held.phone,
                "email": held.email,
                "address": held.address,
            }
        )
    ]


def item(held: Suggestion, page: ItemPage) -> list[Thing]:
    """A suggestion as a question with its answer; while nobody has answered, as a posting that others can join."""
    address = absolute(reverse("suggestions:detail", args=[held.case_no]))
    asked: Thing = {
        "text": short(held.public_problem),
        "url": address,
        "author": {"@type": "Person", "name": _("市民")},
    }
    if not page.answers:
        voices = {
            "@type": "InteractionCounter",
            "interactionType": "https://schema.org/AgreeAction",
            "userInteractionCount": held.co_sign_count,
        }
        posting = {
            "@type": "DiscussionForumPosting", "headline": held.public_title,
            "datePublished": _moment(held.published_at or held.received_at), "interactionStatistic": voices,
        }  # fmt: skip
        return [posting | asked]
    newest, *older = [_answer(answer.reply, f"{address}#{answer.heading_id}") for answer in page.answers]  # fmt: skip
    question = {
        "@type": "Question", "name": held.public_title, "dateCreated": _moment(held.received_at),
        "upvoteCount": held.co_sign_count, "answerCount": len(page.answers), "acceptedAnswer": newest,
        **({"suggestedAnswer": older} if older else {}),
    }  # fmt: skip
    return [{"@type": "QAPage", "mainEntity": question | asked}]


def _answer(reply: Any, address: str) -> Thing:
    return {
        "@type": "Answer",
        "text": short(reply.public_body),
        "dateCreated": _moment(reply.delivered_at),
        "url": address,
        "author": {"@type": "GovernmentOrganization", "name": reply.unit.name},
    }


def known(*, question: str, answer: str, address: str, unit: str) -> list[Thing]:
    """An answer of the knowledge base: the office's own question and answer, so a FAQPage. `address` is a path or absolute."""
    said = {
        "@type": "Answer",
        "text": short(answer),
        "author": {"@type": "GovernmentOrganization", "name": unit},
    }
    asked = {"@type": "Question", "name": question, "acceptedAnswer": said}
    return [{"@type": "FAQPage", "url": absolute(address), "mainEntity": [asked]}]


def article(*, title: str, about: str, day: date, address: str, source: str) -> list[Thing]:
    """A news item or bulletin. `address` is a path or absolute."""
    found: Thing = {
        "@type": "NewsArticle",
        "headline": title,
        "description": short(about),
        "datePublished": day.isoformat(),
        "url": absolute(address),
    }
    if source:
        found["author"] = {"@type": "GovernmentOrganization", "name": source}
    return [_filled(found)]
