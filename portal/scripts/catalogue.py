"""What the public pages say and whether it is said in English: the sources, their texts, and those still missing.

Texts are written in Chinese and marked for gettext (docs/adr/0003), so a text without English shows in Chinese: nothing
breaks, but an English page should have none. The desk stays Chinese and is not looked at.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.utils.translation.template import templatize

ROOT = Path(settings.BASE_DIR)
CATALOGUE = ROOT / "portal" / "locale" / "en" / "LC_MESSAGES" / "django.po"

TEMPLATES = (
    "portal/templates/*.html", "portal/templates/components/*.html", "portal/templates/includes/*.html",
    "portal/templates/portal/csrf.html", "portal/templates/portal/offline.html", "cms/templates/cms/*.html", "cms/templates/cms/home/*.html",
    "cms/templates/cms/blocks/*.html", "suggestions/templates/suggestions/campaign/*.html",
    "suggestions/templates/suggestions/join/*.html", "suggestions/templates/suggestions/my/*.html",
    "suggestions/templates/suggestions/reading/*.html", "suggestions/templates/suggestions/receipt/*.html",
    "suggestions/templates/suggestions/submit/*.html", "suggestions/templates/suggestions/track/*.html",
    "suggestions/templates/suggestions/meetings/*.html",
)  # fmt: skip
MODULES = (
    "portal/context.py", "portal/heads.py", "portal/wording.py", "portal/views.py", "portal/installing.py", "portal/templatetags/*.py",
    "cms/phases.py", "cms/campaign_shown.py", "cms/feeds.py", "suggestions/public/*.py", "suggestions/codes.py", "suggestions/channels.py",
    "suggestions/campaign_form.py", "suggestions/campaign_polls.py", "suggestions/uploads.py", "suggestions/guards/captcha.py",
    "suggestions/selectors/following.py", "suggestions/selectors/timeline.py", "suggestions/selectors/adoption.py", "suggestions/rules.py", "suggestions/statistics/figures.py",
    "suggestions/statistics/units.py", "suggestions/services/clocks.py", "suggestions/states/machines.py", "suggestions/states/__init__.py",
)  # fmt: skip
# Written for programs or for staff, in Chinese whatever the page is in.
_LEFT_OUT = ("suggestions/public/atom.py", "suggestions/public/feeds.py", "suggestions/public/browse_csv.py", "suggestions/public/search_csv.py")  # fmt: skip
_CALLS = frozenset({"_", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"})
_LITERAL = r"u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")"
_MARKED = re.compile(rf"\b(?:gettext|_)\(\s*{_LITERAL}\s*\)")
_HAN = re.compile(r"[\u3400-\u9fff]")


def of_template(source: str) -> Iterator[str]:
    """The texts a template has marked."""
    for found in _MARKED.finditer(templatize(source)):
        yield ast.literal_eval(found[1])


def of_module(source: str) -> Iterator[str]:
    """The texts a module has marked."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", getattr(node.func, "attr", ""))
            if name in _CALLS:
                for given in node.args:
                    if isinstance(given, ast.Constant) and isinstance(given.value, str):
                        yield given.value


def used() -> dict[str, str]:
    """Every Chinese text of the public pages → the file it was first found in."""
    found: dict[str, str] = {}
    for patterns, read in ((TEMPLATES, of_template), (MODULES, of_module)):
        for pattern in patterns:
            for file in sorted(ROOT.glob(pattern)):
                place = str(file.relative_to(ROOT))
                if place in _LEFT_OUT:
                    continue
                for text in read(file.read_text("utf-8")):
                    if _HAN.search(text):
                        found.setdefault(text, place)
    return found


def translated() -> dict[str, str]:
    """The catalogue: text → its English. Read from the .po file, so that a test sees what a person edits."""
    entries: dict[str, str] = {}
    key, value, inside = "", "", ""
    for line in [*CATALOGUE.read_text("utf-8").splitlines(), ""]:
        if line.startswith("msgid "):
            inside, key, value = "id", ast.literal_eval(line[6:]), ""
        elif line.startswith("msgstr "):
            inside, value = "str", ast.literal_eval(line[7:])
        elif line.startswith('"') and inside == "id":
            key += ast.literal_eval(line)
        elif line.startswith('"'):
            value += ast.literal_eval(line)
        elif inside == "str":
            entries[key], inside = value, ""
    return entries


def missing() -> dict[str, str]:
    """Texts of the public pages that have no English yet → where they stand."""
    have = translated()
    return {text: place for text, place in used().items() if not have.get(text)}


def quoted(text: str) -> str:
    """A text as a .po file writes it."""
    safe = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{safe}"'
