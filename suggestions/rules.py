"""What a submission must look like (process.md 3.4; SH 10). One home for the form, the API and the import."""

import re
import unicodedata
from dataclasses import dataclass

from django.utils.translation import gettext as _

from suggestions import secrecy

TITLE_MIN, TITLE_MAX = 6, 40
PROBLEM_MAX, PROPOSAL_MAX = 2000, 3000
PLACE_MAX, NAME_MAX = 120, 40
PHONE = re.compile(r"1[3-9]\d{9}")
EMAIL = re.compile(r"[^@\s]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")

_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True)
class Limits:
    """Lengths in characters. Old letters and other systems' messages come as they were written."""

    title_min: int = TITLE_MIN
    title_max: int = TITLE_MAX
    problem_max: int = PROBLEM_MAX
    proposal_max: int = PROPOSAL_MAX
    proposal_required: bool = True


RESIDENT = Limits()
ON_RECORD = Limits(
    title_min=1, title_max=120, problem_max=50_000, proposal_max=50_000, proposal_required=False
)


def clean_text(text: str, *, multiline: bool = True) -> str:
    """Text as people meant it: control and invisible characters out, line ends and blanks in order. Emoji and HTML stay
    as typed; pages escape them.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(
        c
        for c in text
        if c in "\n\t\u200d\ufe0f" or unicodedata.category(c) not in ("Cc", "Cf", "Cs", "Co", "Cn")
    )
    text = _SPACES.sub(" ", text)
    text = "\n".join(line.strip() for line in text.split("\n"))
    if not multiline:
        return " ".join(text.split())
    return _LINES.sub("\n\n", text).strip()


def too_long(what: object, text: str, limit: int) -> str:
    """That `what` may have `limit` characters, how many it has, and how many have to go."""
    number = {"what": what, "limit": limit, "n": len(text), "over": len(text) - limit}
    return _("%(what)s最多%(limit)d个字，现在是%(n)d个字，请删去%(over)d个字。") % number


def _has_words(text: str) -> bool:
    """Something to read: at least a letter, a digit or a Chinese character."""
    return any(unicodedata.category(c)[0] in "LN" for c in text)


def check_title(title: str, limits: Limits = RESIDENT) -> list[str]:
    if secrecy.is_marked(title):
        return [secrecy.refusal()]
    if not _has_words(title):
        return [_("请写一句话，说说您想建议什么。")]
    if len(title) < limits.title_min:
        return [
            _("这句话至少写%(least)d个字，现在是%(n)d个字。")
            % {"least": limits.title_min, "n": len(title)}
        ]
    if len(title) > limits.title_max:
        return [too_long(_("这句话"), title, limits.title_max)]
    return []


def check_problem(problem: str, limits: Limits = RESIDENT) -> list[str]:
    if secrecy.is_marked(problem):
        return [secrecy.refusal()]
    if not _has_words(problem):
        return [_("请写下现在的情况：在哪里、什么时候、影响了谁。")]
    return (
        [too_long(_("现在的情况"), problem, limits.problem_max)]
        if len(problem) > limits.problem_max
        else []
    )


def check_proposal(proposal: str, limits: Limits = RESIDENT) -> list[str]:
    if secrecy.is_marked(proposal):
        return [secrecy.refusal()]
    if limits.proposal_required and not _has_words(proposal):
        return [_("请写下您觉得该怎么办，一句话也可以。")]
    return (
        [too_long(_("您的做法"), proposal, limits.proposal_max)]
        if len(proposal) > limits.proposal_max
        else []
    )


def check_phone(phone: str) -> list[str]:
    """`phone` already normalised to digits (crypto.normalise_phone)."""
    if not phone or PHONE.fullmatch(phone):
        return []
    if not phone.isdigit():
        return [_("手机号里有不是数字的字符，请只填11位数字。")]
    if len(phone) != 11:
        return [_("手机号应是11位，现在是%d位。") % len(phone)]
    return [_("手机号应以13至19开头，请看看是不是输错了。")]


def check_email(email: str) -> list[str]:
    if not email or EMAIL.fullmatch(email):
        return []
    return [_("邮箱应像 name@example.cn 这样，请看看是不是输错了。")]
