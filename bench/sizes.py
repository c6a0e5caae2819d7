"""Bytes of one suggestion: `python -m bench.sizes [--size N]`.

Fills a demo city of N suggestions in PostgreSQL and its index in Elasticsearch, and prints what each table and the index
take for one item, indexes and all, after vacuum and merge. Exit code 3: a service is missing.
"""

import argparse
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path

from bench import site
from tests.services import Missing, elasticsearch, postgres, running
from tests.services.process import Failed

SHOWN = 12


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.sizes", description=__doc__)
    parser.add_argument("--size", type=int, default=5000, help="suggestions (5000)")
    options = parser.parse_args()
    # A terminated run stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with tempfile.TemporaryDirectory(prefix="jianyan-sizes-") as folder, ExitStack() as stack:
            return _run(options.size, Path(folder), stack)
    except (Missing, Failed) as problem:
        print(problem, file=sys.stderr)
        return 3


def _run(size: int, folder: Path, stack: ExitStack) -> int:
    # The postgres user has to reach its folder through ours.
    folder.chmod(0o711)
    addresses = {}
    for service in (postgres, elasticsearch):
        server = stack.enter_context(running(service, folder / service.NAME))
        addresses[server.variable] = server.address
    data = folder / "data"
    data.mkdir()
    os.environ.update(site.environment(data, addresses))
    import django

    django.setup()
    import logging

    logging.disable(logging.WARNING)
    from django.core.management import call_command
    from django.utils import timezone

    from bench.fill import City
    from search import indexing
    from search.elastic import ElasticEngine
    from search.engine import get_engine

    call_command("migrate", verbosity=0, interactive=False)
    city = City(now=timezone.now())
    before = tables()
    public = city.fill(size)
    after = tables()
    grown = {name: (after[name] - before.get(name, 0)) / size for name in after}
    print(f"PostgreSQL, {size:,} suggestions: {sum(grown.values()):,.0f} bytes an item")
    for name, each in sorted(grown.items(), key=lambda row: -row[1])[:SHOWN]:
        print(f"  {name:40} {each:10,.0f}")
    main = next(e for e in get_engine().leaves() if isinstance(e, ElasticEngine))
    indexing.rebuild(engine=main)
    main.client.options(request_timeout=120).indices.forcemerge(
        index=main.alias, max_num_segments=1
    )
    stats = main.client.indices.stats(index=main.alias, metric="store,docs")["_all"]["primaries"]
    held, count = stats["store"]["size_in_bytes"], stats["docs"]["count"]
    print(f"Elasticsearch, {count:,} documents ({public:,} suggestions): {held / count:,.0f} bytes a document")  # fmt: skip
    return 0


def tables() -> dict[str, int]:
    """Bytes of each table with its indexes and its long texts, after what autovacuum does."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM FULL ANALYZE")
        cursor.execute("SELECT relname, pg_total_relation_size(oid) FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")  # fmt: skip
        return dict(cursor.fetchall())


if __name__ == "__main__":
    sys.exit(main())
