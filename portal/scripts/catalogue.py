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
    "suggestions/templates/suggestions/meetings/*.html", "suggestions/templates/suggestions/statistics/*.html",
)  # fmt: skip
MODULES = (
    "portal/context.py", "portal/heads.py", "portal/wording.py", "portal/views.py", "portal/installing.py", "portal/templatetags/*.py",
    "cms/phases.py", "cms/campaign_shown.py", "cms/feeds.py", "suggestions/public/*.py", "suggestions/codes.py", "suggestions/channels.py",
    "suggestions/campaign_form.py", "suggestions/campaign_polls.py", "suggestions/uploads.py", "suggestions/guards/captcha.py",
    "suggestions/selectors/following.py", "suggestions/selectors/own_page.py", "suggestions/errors.py", "suggestions/selectors/timeline.py", "suggestions/selectors/adoption.py", "suggestions/rules.py", "suggestions/statistics/figures.py",
    "suggestions/statistics/units.py", "suggestions/statistics/formulas.py", "suggestions/selectors/published.py", "suggestions/services/clocks.py", "suggestions/states/machines.py", "suggestions/states/__init__.py",
)  # fmt: skip
SPOKEN: dict[str, tuple[str, ...]] = {
    "agent_codes": ("ask", "use"), "attachments": (), "campaign_questions": ("ask",), "co_signing": ("co_sign", "confirm", "withdraw"),
    "consent": ("give", "withdraw"), "drafts": ("own_phone", "send_to_phone"), "evaluating": ("evaluate", "reopen"),
    "following": ("follow", "choose"), "hearing_people": ("enrol", "withdraw"), "intake": ("submit", "_earlier", "supplement"),
    "inviting": ("closed_because", "decline"), "joint": ("parse", "check", "add", "confirm", "leave"), "minors": ("problems",),
    "passkeys": ("_opened", "_refused", "add", "sign_in"), "polling": ("give", "confirm", "withdraw"),
    "qa_voices": ("give", "confirm"), "questioning": ("ask", "rate"),
    "rating_parts": ("read",), "reach": ("read",), "receiving": ("book", "cancel_booking"), "reply_voices": ("gone", "give", "confirm", "change"),
    "residents": ("own_phone", "use_code"), "rights": ("receive", "_check"), "submission": ("validate", "_wrong_answers", "_over"),
    "takedowns": ("complain",), "voices": ("receipt_of", "phone_facts", "check_phone_code"), "withdrawing": ("withdraw", "_leave"),
    "wording": ("cleaned",),
}  # fmt: skip
"""Services that refuse residents: module → functions whose every sentence must be marked; () for the whole module. What
other functions of a module refuse is read by staff, in Chinese."""
_RECORDED = frozenset({"words", "reason", "data"})
"""Arguments that are stored: records are Chinese whatever page the act came from."""
_TO_OTHERS = frozenset(
    {
        "撤回要建议人本人同意：请先请本人报验证码。",
        "代录评价要写下建议人的原话。",
        "收到您的个人信息请求：",
        "有人再次投诉公开页，页面照常，等待核实",
    }
)
"""What these functions say to agents and clerks, or put on record."""
# Written for programs or for staff, in Chinese whatever the page is in.
_LEFT_OUT = ("suggestions/public/atom.py", "suggestions/public/feeds.py", "suggestions/public/browse_csv.py", "suggestions/public/search_csv.py")  # fmt: skip
_CALLS = frozenset(
    {"_", "_lazy", "_now", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "pgettext"}
)
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


def unmarked() -> dict[str, str]:
    """Chinese that a resident would read on every page, English ones too: sentences of SPOKEN nobody marked → the place.

    Raises LookupError for a function that SPOKEN names and its module has not.
    """
    found: dict[str, str] = {}
    for name, functions in SPOKEN.items():
        file = ROOT / "suggestions" / "services" / f"{name}.py"
        tree = ast.parse(file.read_text("utf-8"))
        held = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
        if lost := set(functions) - set(held):
            raise LookupError(f"{name}: {sorted(lost)}")
        for function in functions or held:
            for text in _plain(held[function]):
                if text not in _TO_OTHERS:
                    found[text] = f"suggestions/services/{name}.py: {function}"
    return found


def _plain(function: ast.FunctionDef) -> Iterator[str]:
    """Chinese literals of a function that are neither marked, nor stored, nor its docstring."""
    asked: list[ast.AST] = [*function.body]
    while asked:
        node = asked.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _CALLS:
            continue
        if isinstance(node, ast.keyword) and node.arg in _RECORDED:
            continue
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and _HAN.search(node.value)
        ):
            yield node.value
        asked += ast.iter_child_nodes(node)


def used() -> dict[str, str]:
    """Every Chinese text of the public pages → the file it was first found in."""
    found: dict[str, str] = {}
    services = tuple(f"suggestions/services/{name}.py" for name in SPOKEN)
    for patterns, read in ((TEMPLATES, of_template), (MODULES + services, of_module)):
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
