"""How fast another system's answered messages come in through the real services (`import_messages`)."""

import json
import random
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path

from django.core.management import call_command
from django.core.management.base import CommandError

from bench.load import Wrong
from bench.texts import Words
from suggestions.models import Suggestion, Unit

ROWS = 200


@dataclass(frozen=True, slots=True)
class Imported:
    items: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.items / self.seconds


def write_messages(path: Path, *, now: datetime, rows: int = ROWS, seed: int = 5) -> None:
    """A JSONL file of answered messages of the last two years."""
    dice = random.Random(seed)
    words = Words(dice, now.date())
    units = list(Unit.objects.filter(is_collection_office=False).values_list("code", flat=True))
    with path.open("w", encoding="utf-8") as out:
        for number in range(rows):
            topic = dice.choice(words.topics)
            text = words.text(topic)
            received = now - timedelta(days=dice.randint(40, 730))
            answered = received + timedelta(days=dice.randint(3, 30))
            row = {
                "id": f"B{number:05}", "title": text.title[:40], "problem": text.problem,
                "proposal": text.proposal, "place": text.place, "topic": topic,
                "unit": dice.choice(sorted(units)), "received_at": received.isoformat(),
                "reply": text.reply, "answered_at": answered.isoformat(),
                "outcome": dice.choice(["adopted", "for_reference", "already_in_place"]),
            }  # fmt: skip
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def run(folder: Path, *, now: datetime) -> Imported:
    """Import, mask, publish and index; raises Wrong when a line is refused."""
    path = folder / "messages.jsonl"
    write_messages(path, now=now)
    before = Suggestion.objects.count()
    said, start = StringIO(), time.perf_counter()
    try:
        call_command(
            "import_messages", path, publish="masked", report=folder / "report.csv",
            verbosity=0, stdout=said, stderr=said,
        )  # fmt: skip
    except CommandError as error:
        refused = (folder / "report.csv").read_text(encoding="utf-8-sig")[:600]
        raise Wrong(f"the import refused lines: {error}\n{refused}") from error
    seconds = time.perf_counter() - start
    return Imported(Suggestion.objects.count() - before, seconds)
