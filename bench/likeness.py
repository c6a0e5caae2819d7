"""How well look-alikes are told: `python -m bench.likeness [--city FOLDER] [--mailbox FOLDER]`.

Asks the hand-written pairs of bench/judged/likeness.txt over the demo city: the same matter in other words must be among
the five that are offered, something near that is another matter must not. With --mailbox (real messages, never part of
the project) also edited copies of messages that are there, and messages that are not. Exit code 1: a goal is missed.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from random import Random

from bench import city, judging

GOALS = {
    "recall@5": 0.85,
    "false offers": 0.15,
    "precision": 0.97,
    "recall": 0.95,
    "negatives": 0.0,
}
COPIES, NEGATIVES = 400, 400
SAME = 0.9
"""From this likeness on a text counts as a copy of another."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.likeness", description=__doc__)
    parser.add_argument("--city", type=Path, help="where the demo city is kept between runs")
    parser.add_argument("--mailbox", type=Path, help="folder of the real messages")
    options = parser.parse_args()

    def act(folder: Path, _stack: ExitStack) -> int:
        city.enter(options.city, folder)
        missed = _pairs(folder)
        if options.mailbox:
            missed |= _mailbox(folder, options.mailbox)
        return int(missed)

    return city.run(act, name="likeness")


def pairs() -> Iterator[tuple[str, str, str]]:
    """(item key, the same in other words, something near that is not)."""
    for line in (judging.HERE / "likeness.txt").read_text(encoding="utf-8").splitlines():
        if line.strip() and not line.startswith("#"):
            key, same, near = (part.strip() for part in line.split("|"))
            yield key, same, near


def held_out(key: str) -> bool:
    """The half on which nothing was tuned: neither the weights nor the floor of search/likeness.py."""
    return int(hashlib.sha1(key.encode()).hexdigest(), 16) % 2 == 1


def _pairs(folder: Path) -> bool:
    from bench.search_quality import city_documents
    from search import likeness
    from search.sqlite_fts import SqliteEngine

    documents, ids, _numbers = city_documents()
    engine = SqliteEngine(str(folder / "pairs.sqlite3"))
    engine.rebuild(documents)
    rows = []
    for key, same, near in pairs():
        offered = [
            {ids.get(one.hit.id) for one in likeness.alike(t, engine=engine, types=("suggestion",))}
            for t in (same, near)
        ]
        rows.append((held_out(key), key in offered[0], key in offered[1]))
    for name, chosen in (("all pairs", rows), ("held out", [row for row in rows if row[0]])):
        n = len(chosen) or 1
        print(
            f"{name:10} {len(chosen):4}  recall@5 {sum(r[1] for r in chosen) / n:.3f}  false offers {sum(r[2] for r in chosen) / n:.3f}"
        )
    n = len(rows) or 1
    return (
        sum(r[1] for r in rows) / n < GOALS["recall@5"]
        or sum(r[2] for r in rows) / n > GOALS["false offers"]
    )


def _mailbox(folder: Path, data: Path) -> bool:
    """Edited copies of messages in the index must be told as copies of them; other messages as copies of none."""
    from search import lexicon
    from search.engine import Document
    from search.likeness import copies_of
    from search.sqlite_fts import SqliteEngine

    chance = Random(7)
    rows = []
    for name in ("hot", "replies"):
        for line in (data / f"{name}.jsonl").read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            rows.append((f"{name}-{row['id']}", str(row["title"]), str(row["body"])[:2000]))
    chance.shuffle(rows)
    kept, away = rows[: len(rows) * 3 // 4], rows[len(rows) * 3 // 4 :]
    documents = [
        Document(id=f"message:{key}", type="message", title=title, url="/", date=datetime(2020, 1, 1, tzinfo=UTC), fields={"problem": body})
        for key, title, body in kept
    ]  # fmt: skip
    engine = SqliteEngine(str(folder / "mailbox.sqlite3"))
    engine.rebuild(documents)
    lexicon.rebuild(documents)
    texts = {f"message:{key}": title + body for key, title, body in kept}
    right = offered = found = 0
    for key, title, body in kept[:COPIES]:
        named = [one.hit.id for one in copies_of(_edited(title, body, chance), engine=engine)]
        # A message sent twice is as right an answer as the one that was copied.
        true = {i for i in named if i == f"message:{key}" or _twins(texts[i], title + body)}
        offered, right, found = offered + len(named), right + len(true), found + bool(true)
    wrong = 0
    for _key, title, body in away[:NEGATIVES]:
        named = [one.hit.id for one in copies_of(f"{title}\n{body}", engine=engine)]
        wrong += any(not _twins(texts[i], title + body) for i in named)
    n, precision, recall = (
        min(COPIES, len(kept)),
        right / max(offered, 1),
        found / min(COPIES, len(kept)),
    )
    print(
        f"mailbox: {len(kept)} messages, {n} edited copies: precision {precision:.3f}, recall {recall:.3f}; {wrong} of {min(NEGATIVES, len(away))} others offered something"
    )
    return precision < GOALS["precision"] or recall < GOALS["recall"] or wrong > 0


def _twins(one: str, other: str) -> bool:
    """Judged without the code under test: most runs of five characters of the shorter stand in the longer."""
    a, b = (
        {t[i : i + 5] for i in range(len(t) - 4)}
        for t in ("".join(one.split()), "".join(other.split()))
    )
    return bool(a and b) and len(a & b) / min(len(a), len(b)) >= 0.4


def _edited(title: str, body: str, chance: Random) -> str:
    """A copy as people make them: greeted, sentences left out and in another order, words dropped, a character mistyped."""
    sentences = [s for s in body.replace("！", "。").replace("？", "。").split("。") if s.strip()]
    kept = [s for s in sentences if chance.random() > 0.25] or sentences
    if chance.random() < 0.5:
        chance.shuffle(kept)
    text = list("。".join(kept))
    for _ in range(len(text) // 40):
        at = chance.randrange(len(text))
        text[at] = chance.choice(["", text[at] * 2, "的"])
    greeting = chance.choice(["", "尊敬的领导：您好！", "请有关部门关注："])
    ending = chance.choice(["", "望尽快解决，谢谢。", "盼复。"])
    return f"{title if chance.random() < 0.7 else title[len(title) // 3 :]}\n{greeting}{''.join(text)}{ending}"


if __name__ == "__main__":
    sys.exit(main())
