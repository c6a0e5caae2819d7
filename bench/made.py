"""Search documents without a database: the demo city's sentences put together anew (bench/texts.py), as many as asked for."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

from bench.texts import Words
from search import lexicon, store
from search.analysis import index_positions
from search.engine import SLOTS, Document

DISTRICTS = tuple(f"3399{n:02}" for n in range(1, 13))
UNITS = tuple(f"unit{n:02}" for n in range(40))
STATUS = ("done", "done", "done", "in_progress", "received")


class Maker:
    """Makes documents of the shape that suggestions/documents.py gives them."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.words = Words(dice, datetime.now(UTC).date())
        self.topics = self.words.topics
        self.analysed: dict[str, tuple[str, str]] = {}

    def documents(self, start: int, count: int, since: datetime) -> Iterator[Document]:
        """`count` documents numbered from `start`, a minute apart from `since` on."""
        for n in range(start, start + count):
            yield self.one(n, since + timedelta(minutes=n % 400_000))

    def one(self, n: int, at: datetime) -> Document:
        dice = self.dice
        topic = dice.choice(self.topics)
        text = self.words.text(topic)
        status = dice.choice(STATUS)
        answered = status == "done"
        case_no = f"JY{at.year}-{n:07}-{n % 10}"
        return Document(
            id=f"suggestion:{n}",
            type="suggestion",
            title=text.title,
            url=f"/suggestions/{case_no}/",
            date=at,
            fields={
                "reply": text.reply if answered else "",
                "problem": text.problem,
                "proposal": text.proposal,
                "tags": topic,
                "keywords": f"{case_no} {text.place}",
            },
            facets={
                "topic": (topic,),
                "unit": (dice.choice(UNITS),),
                "district": (dice.choice(DISTRICTS),),
                "status": (status,),
                "year": (str(at.year),),
            },
            answered=answered,
            data={"case_no": case_no, "status": status},
            version=1,
        )

    def prepared(self, document: Document) -> store.Prepared:
        """As search.store.prepared makes it, several times as fast: each sentence is analysed once, and no token reaches
        over its end.
        """
        texts = []
        for name, text in {"title": document.title, **document.fields}.items():
            parts = [self._analysed(part) for part in text.split("。")]
            words = dict.fromkeys(word for _, found in parts for word in found.split())
            positions = " ".join(tokens for tokens, _ in parts if tokens)
            texts.append((SLOTS.get(name, "d"), positions, " ".join(words)))
        return store.Prepared(document, store.dump(document), tuple(texts))

    def _analysed(self, text: str) -> tuple[str, str]:
        held = self.analysed.get(text)
        if held is None:
            held = " ".join(index_positions(text)), " ".join(store.words(text))
            if len(self.analysed) < 200_000:
                self.analysed[text] = held
        return held


class Counted:
    """The words of many documents, counted in every `step`-th of them and multiplied."""

    def __init__(self, step: int) -> None:
        self.step, self.seen, self.census = step, 0, lexicon.Census()

    def add(self, document: Document) -> None:
        if self.seen % self.step == 0:
            self.census.add(document)
        self.seen += 1

    def keep(self) -> int:
        for counter in (self.census.titled, self.census.any):
            for word in counter:
                counter[word] *= self.step
        return lexicon.keep(self.census)
