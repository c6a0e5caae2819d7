"""The public edition of a bulletin: a draft page for the editors' two steps, made when the office asks (process.md 8.2).

It holds the totals, the praised units and the published tables. Criticised units, their facts and what they put right stay
inside. Registered with the domain in apps.py, because pages belong to this package.
"""

from typing import Any

from django.utils.html import format_html, format_html_join

from cms.models import NewsIndexPage, NewsPage
from suggestions.clock import local_date
from suggestions.errors import DomainError
from suggestions.models import Bulletin, BulletinUnit, LeagueTable
from suggestions.selectors import bulletins as reading
from suggestions.states.league import LeagueTableState


def draft(bulletin: Bulletin, user: Any) -> NewsPage:
    """The page, not live, with a first revision. Raises DomainError where the site has no list of news."""
    parent = NewsIndexPage.objects.live().order_by("path").first()
    if parent is None:
        raise DomainError("这个网站没有“动态和通报”栏目，请网站编辑先建。")
    assert bulletin.issued_at is not None
    page = NewsPage(
        title=bulletin.title, slug=f"bulletin-{bulletin.year}-{bulletin.number}", kind=NewsPage.Kind.BULLETIN,
        issue=f"{bulletin.year}年第{bulletin.number}期", period_from=bulletin.snapshot.first, period_to=bulletin.snapshot.last,
        date=local_date(bulletin.issued_at), source=bulletin.jurisdiction.office_name[:60],
        summary=f"{reading.period_words(bulletin.snapshot)}办理情况通报。"[:120], body=[("text", _body(bulletin))], live=False,
        owner=user,
    )  # fmt: skip
    parent.add_child(instance=page)
    page.save_revision(user=user)
    return page


def _body(bulletin: Bulletin) -> str:
    parts = [
        format_html(
            "<h2>数字</h2><ul>{}</ul>",
            format_html_join("", "<li>{}：{}{}</li>", _figures(bulletin)),
        )
    ]
    praised = [
        (line.unit.name, line.fact)
        for line in reading.lines(bulletin, office=False)
        if line.tone == BulletinUnit.Tone.PRAISED
    ]
    if praised:
        rows = format_html_join("", "<li>{}：{}</li>", praised)
        parts.append(format_html("<h2>表扬</h2><ul>{}</ul>", rows))
    tables = LeagueTable.objects.filter(
        jurisdiction=bulletin.jurisdiction, status=LeagueTableState.PUBLISHED, first__gte=bulletin.snapshot.first,
        last__lte=bulletin.snapshot.last,
    ).select_related("group")  # fmt: skip
    for table in tables:
        said = format_html_join("", "<p>{}</p>", ((words,) for words in reading.ends(table)))
        parts.append(format_html("<h2>{}</h2>{}", str(table), said))
    return "".join(parts)


def _figures(bulletin: Bulletin) -> list[tuple[str, str, str]]:
    return [
        (name, value, f"（{base}）" if base else "") for name, value, base in reading.figures(bulletin.snapshot)
    ]  # fmt: skip
