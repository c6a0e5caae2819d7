"""The help pages every site begins with: help, rules, privacy, accessibility, about (cms/starters.toml).

A site without them would take in people's names with no notice on privacy to read. They come as drafts: what only the
office knows is left blank, and a page with a blank does not go out (cms/models/standard.py).
"""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from cms.models import StandardPage
from cms.texts import BLANK
from suggestions.codes import RecordClass
from suggestions.services import retention_rules

WORDS = Path(__file__).with_name("starters.toml")
_ASKED = {
    "city": "哪个市（县、区）", "office": "办公室全称", "phone": "电话", "address": "地址", "hours": "办公时间",
    "city_en": "地名的英文", "office_en": "办公室的英文名称", "address_en": "英文地址", "hours_en": "办公时间的英文",
    "gap": "还有哪里做得不好，没有就删去这一条", "gap_en": "和中文对应的英文，没有就删去这一条",
}  # fmt: skip


def standing_pages(facts: Mapping[str, str]) -> list[StandardPage]:
    """The pages, not stored yet. What `facts` lacks is left blank for the editor, with what belongs there."""
    known = {name: facts.get(name) or f"{BLANK}{asked}】" for name, asked in _ASKED.items()}
    known |= {
        "draft_days": str(retention_rules.days(RecordClass.DRAFT)),
        "redirected_days": str(retention_rules.days(RecordClass.REDIRECTED)),
    }
    rows = tomllib.loads(WORDS.read_text(encoding="utf-8"))["page"]
    plain = ("title", "slug", "summary", "title_en", "summary_en")
    return [
        StandardPage(
            **{name: row[name] for name in plain}, show_in_menus=True,
            **{name: body(row[name].format_map(known)) for name in ("body", "body_en")},
        )
        for row in rows
    ]  # fmt: skip


def ensure_drafts(home: Any, facts: Mapping[str, str]) -> int:
    """Put the pages below home as drafts where no standing page was ever made; how many. Nothing is published here."""
    if StandardPage.objects.exists():
        return 0
    pages = standing_pages(facts)
    for page in pages:
        page.live = False
        home.refresh_from_db()
        home.add_child(instance=page)
        page.save_revision()
    return len(pages)


def body(text: str) -> list[tuple[str, Any]]:
    """A page's body as blocks: runs of text, and folded questions."""
    blocks: list[tuple[str, Any]] = []
    run: list[str] = []
    question = ""

    def close() -> None:
        nonlocal question
        if question:
            blocks.append(("question", {"question": question, "answer": rich("\n\n".join(run))}))
        elif run:
            blocks.append(("text", rich("\n\n".join(run))))
        question = ""
        run.clear()

    for paragraph in text.strip().split("\n\n"):
        if paragraph.startswith("? "):
            close()
            question, _, answer = paragraph[2:].partition("\n")
            run.append(answer)
        elif question and paragraph.startswith("## "):
            close()
            run.append(paragraph)
        else:
            run.append(paragraph)
    close()
    return blocks


def rich(text: str, *, heading: str = "h2") -> SafeString:
    """Rich text from the few marks that our TOML files use; everything else is escaped."""
    return mark_safe("".join(_rich_parts(text, heading)))


def _rich_parts(text: str, heading: str) -> Iterator[str]:
    for paragraph in filter(None, (p.strip() for p in text.strip().split("\n\n"))):
        if paragraph.startswith("## "):
            yield f"<{heading}>{_inline(paragraph[3:])}</{heading}>"
        elif paragraph.startswith("- "):
            items = (line[2:] for line in paragraph.split("\n") if line.startswith("- "))
            yield f"<ul>{''.join(f'<li>{_inline(i)}</li>' for i in items)}</ul>"
        else:
            yield f"<p>{_inline(paragraph)}</p>"


def _inline(text: str) -> str:
    parts = str(escape(text)).split("**")
    return "".join(f"<b>{p}</b>" if n % 2 else p for n, p in enumerate(parts))
