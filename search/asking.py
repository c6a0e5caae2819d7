"""A question as a person asks it: fields and dates read, slips put right, and something near instead of nothing."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from search import correcting, syntax
from search.analysis import normalise
from search.engine import Engine, Hit, Page, Query, get_engine
from search.reranking import best_of

FEW = 3
"""With fewer hits than this, another spelling is worth offering."""
MANY_TIMES = 5
NEAR_LOOKED_AT = 60
NEAR_SHOWN = 10


@dataclass(frozen=True, slots=True)
class Answer:
    """`page` answers `read.text`, or `corrected` when that is not empty.

    `near`: what has most of the words, when the page has little or nothing. `meant`: another spelling that finds
    much more, to offer; nothing here answers it.
    """

    page: Page
    read: syntax.Read
    corrected: str = ""
    near: tuple[Hit, ...] = ()
    meant: str = ""

    @property
    def hits(self) -> tuple[Hit, ...]:
        """Everything there is to show, best first."""
        return self.page.hits + self.near


def ask(query: Query, *, engine: Engine | None = None, exactly: bool = False) -> Answer:
    """Search for what was meant. One search when it finds enough; up to two more and three queries when not.

    `exactly` takes the text as it stands (the person said so). Raises SearchUnavailable.
    """
    engine = engine or get_engine()
    read = syntax.read(query.text)
    query = syntax.applied(query, read)
    page = engine.search(query)
    answer = Answer(page, read)
    if page.total >= FEW or not read.text.strip() or exactly:
        return answer
    other = correcting.corrected(read.text)
    if other:
        found = engine.search(replace(query, text=other))
        if found.total and not _says(page.hits, read.text):
            answer = Answer(found, read, corrected=other)
        elif found.total >= MANY_TIMES * max(page.total, 1):
            answer = replace(answer, meant=other)
    if answer.page.total >= FEW or query.cursor:
        return answer
    text = answer.corrected or other or read.text
    there = {hit.id for hit in answer.page.hits}
    hits = near(replace(query, text=text), engine=engine)
    return replace(answer, near=tuple(hit for hit in hits if hit.id not in there))


def _says(hits: Iterable[Hit], text: str) -> bool:
    """Whether one of the hits has the text as it was typed, in one piece."""
    wanted = "".join(normalise(text).split())
    return any(
        wanted in "".join(normalise(said).split())
        for hit in hits
        for said in (hit.title, *hit.fields.values())
    )


def near(query: Query, *, engine: Engine) -> tuple[Hit, ...]:
    """What has most of the words, those that say most counting most; looked at closely among the best of the engine."""
    wide = replace(
        query, match="any", size=NEAR_LOOKED_AT, cursor=None, facets=(), sort="relevance"
    )
    return best_of(query.text, engine.search(wide).hits, most=NEAR_SHOWN)
