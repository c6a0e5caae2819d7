"""Two versions of a text side by side, sentence by sentence, with what changed marked. Pure; difflib does the work."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

_SENTENCE = re.compile(r"[^。！？；\n]*[。！？；\n]?")


@dataclass(frozen=True, slots=True)
class Run:
    """A stretch of one version. `changed`: the other version does not have it."""

    text: str
    changed: bool


def sentences(text: str) -> list[str]:
    """The text cut after each sentence; joined together it is the text again."""
    return [s for s in _SENTENCE.findall(text) if s]


def side_by_side(before: str, after: str) -> tuple[list[Run], list[Run]]:
    """Both versions as runs of kept and changed sentences; each side joined is that version, letter for letter."""
    old, new = sentences(before), sentences(after)
    matcher = SequenceMatcher(
        None, [s.strip() for s in old], [s.strip() for s in new], autojunk=False
    )
    left: list[Run] = []
    right: list[Run] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if a < b:
            left.append(Run("".join(old[a:b]), tag != "equal"))
        if c < d:
            right.append(Run("".join(new[c:d]), tag != "equal"))
    return left, right
