"""How good search is: `python -m bench.search_quality [--city FOLDER] [--only ENGINES] [--kinds] [--worst N]`.

Fills the demo city (kept in FOLDER, used again when it is there), indexes it with SQLite, PostgreSQL and Elasticsearch,
asks the judged queries of bench/judged and prints nDCG@10, recall@20 and the share of empty answers, next to SQL LIKE,
Wagtail's database backend and Elasticsearch's standard analyzer over the same texts. The held-out third, on which
nothing was tuned, is printed apart. Exit code 1: a goal is missed; 3: a service is missing.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from bench import city, judging
from bench.judging import Judged, Run
from tests.services import elasticsearch, postgres, running

if TYPE_CHECKING:
    from search.engine import Document

ENGINES = ("sqlite", "postgres", "elasticsearch")
GOAL_NDCG, GOAL_EMPTY = 0.85, 0.02


def main() -> int:
    options = _options()
    return city.run(lambda folder, stack: _run(options, folder, stack), name="quality")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.search_quality", description=__doc__)
    parser.add_argument("--city", type=Path, help="where the demo city is kept between runs")
    parser.add_argument("--only", default=",".join(ENGINES), help="engines, comma-separated")
    parser.add_argument("--kinds", action="store_true", help="also by kind of query")
    parser.add_argument(
        "--worst",
        type=int,
        default=0,
        metavar="N",
        help="show the worst N queries of the tuned part",
    )
    parser.add_argument(
        "--unjudged", action="store_true", help="show what is ranked high and not judged"
    )
    options = parser.parse_args()
    options.engines = [e for e in ENGINES if e in options.only.split(",")]
    return options


def _run(options: argparse.Namespace, folder: Path, stack: ExitStack) -> int:
    folder.chmod(0o711)
    wanted = {"postgres": postgres, "elasticsearch": elasticsearch}
    servers = {
        name: stack.enter_context(running(service, folder / name))
        for name, service in wanted.items()
        if name in options.engines
    }
    if "postgres" in servers:
        os.environ["QUALITY_POSTGRES_URL"] = servers["postgres"].address
    city.enter(options.city, folder)
    return _measure(
        options, folder, servers["elasticsearch"].address if "elasticsearch" in servers else ""
    )


def city_documents() -> tuple[list["Document"], dict[str, str], dict[str, str]]:
    """All public documents; document id → item key (pages: @title); item key → case number. Counts their words, too."""
    from search import lexicon
    from search.registry import document_types
    from suggestions.demo.load import City
    from suggestions.models import Suggestion

    documents = [d for kind in document_types() for d in kind.build(list(kind.all_ids()))]
    lexicon.rebuild(documents)
    titles = {item.title: item.key for item in City(judging.WRITTEN_ON).items()}
    ids, numbers = {d.id: "@" + d.title for d in documents if d.type == "page"}, {}
    for pk, case_no, title in Suggestion.objects.values_list("pk", "case_no", "original_title"):
        if title in titles:
            ids[f"suggestion:{pk}"] = titles[title]
            numbers[titles[title]] = case_no
    return documents, ids, numbers


def _measure(options: argparse.Namespace, folder: Path, elastic: str) -> int:
    from bench import quality_ways as ways
    from search.elastic import ElasticEngine
    from search.engine import Engine
    from search.postgres import PostgresEngine
    from search.sqlite_fts import SqliteEngine

    documents, ids, numbers = city_documents()
    shown = {ids[d.id] for d in documents if d.id in ids}
    judged = [j for q in judging.queries() if (j := judging.only(q, shown)).grades]
    engines: list[Engine] = []
    for name in options.engines:
        if name == "sqlite":
            engines.append(SqliteEngine(str(folder / "search.sqlite3")))
        elif name == "postgres":
            engines.append(PostgresEngine("quality", using="postgres"))
        else:
            engines.append(ElasticEngine([elastic], prefix="quality", refresh="true"))
        engines[-1].rebuild(documents)
    finds = {engine.name: ways.ours(engine) for engine in engines}
    ways.plain_texts(documents)
    finds |= {"SQL LIKE": ways.like(), "Wagtail database": ways.wagtail()}
    if elastic:
        finds["Elasticsearch standard"] = ways.standard([elastic], documents)[0]
    runs = []
    for name, find in finds.items():
        found = {q.text: [ids.get(key, key) for key in find(q.typed(numbers))] for q in judged}
        runs.append(Run(name, found))
    print(f"{len(documents)} documents, {len(judged)} queries")
    return _report(options, runs, judged, {ids.get(d.id, d.id): d.title for d in documents})


def _report(
    options: argparse.Namespace,
    runs: Sequence[Run],
    judged: Sequence[Judged],
    titles: dict[str, str],
) -> int:
    tuned = [q for q in judged if not q.held_out]
    held = [q for q in judged if q.held_out]
    print(f"{'':24}{'nDCG@10':>9}{'recall@20':>11}{'empty':>8}   held out: {len(held)} queries")
    missed = False
    for run in runs:
        every, apart = run.score(judged), run.score(held)
        print(
            f"{run.name:24}{every.ndcg:9.3f}{every.recall:11.3f}{every.empty:8.1%}"
            f"   {apart.ndcg:.3f} {apart.recall:.3f} {apart.empty:.1%}"
        )
        if run.name in ENGINES:
            missed |= every.ndcg < GOAL_NDCG or every.empty > GOAL_EMPTY
    ours = [run for run in runs if run.name in ENGINES]
    for i, one in enumerate(ours):
        for other in ours[i + 1 :]:
            share = judging.overlap(one, other, judged)
            print(f"first ten alike, {one.name} and {other.name}: {share:.1%}")
    if options.kinds:
        for kind in dict.fromkeys(q.kind for q in judged):
            of_kind = [q for q in tuned if q.kind == kind]
            print(
                f"{kind:12}{len(of_kind):4}  "
                + "  ".join(f"{r.name} {r.score(of_kind).ndcg:.2f}" for r in runs)
            )
    for run in ours if options.worst else ():
        print(f"\n{run.name}, worst:")
        for q in sorted(tuned, key=lambda q: judging.ndcg(run.found[q.text], q.grades))[
            : options.worst
        ]:
            first = " ".join(f"{k}:{q.grades.get(k, 0)}" for k in run.found[q.text][:10])
            print(f"  {judging.ndcg(run.found[q.text], q.grades):.2f} {q.kind} {q.text} → {first}")
    if options.unjudged:
        for q in tuned:
            new = {k for run in runs for k in run.found[q.text][:10] if k not in q.grades}
            if new:
                print(
                    f"{q.text}: " + "; ".join(f"{k} {titles.get(k, '')[:26]}" for k in sorted(new))
                )
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
