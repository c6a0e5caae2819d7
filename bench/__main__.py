"""Measure the site: `make bench`, or `python -m bench [--size N] [--seconds S] [--only PARTS] [--write]`; a replayed year:
`python -m bench --only replay [--replay N] [--on-top-of N] [--write]`.

Starts PostgreSQL, Redis, Elasticsearch and gunicorn on free loopback ports with their data in a temporary
folder, fills a demo city of N suggestions, measures each thing for a few seconds, prints tables and stops
what it started. Exit code 1: something answered wrongly, so the figures mean nothing; 3: a service is missing.
"""

import argparse
import logging
import os
import signal
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from types import FrameType

import django

from bench import site
from bench.load import Wrong
from tests.services import Missing, elasticsearch, postgres, redis, running
from tests.services.process import Failed

PARTS = ("pages", "submit", "engines", "import")
ALONE = "replay"
"""Takes an hour and needs PostgreSQL only, so it is asked for by its name."""
DOCUMENT = site.ROOT / "docs" / "performance.md"


class Overtime(Exception):
    """The whole run took longer than it may."""


def main() -> int:
    options = _options()
    # A terminated run stops its servers: the signal becomes an exception and the stack unwinds.
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    signal.signal(signal.SIGALRM, _overtime)
    signal.alarm(options.minutes * 60)
    try:
        with tempfile.TemporaryDirectory(prefix="jianyan-bench-") as folder, ExitStack() as stack:
            return _run(options, Path(folder), stack)
    except (Missing, Failed) as problem:
        print(problem, file=sys.stderr)
        return 3
    except Wrong as problem:
        print(f"Stopped: {problem}", file=sys.stderr)
        return 1
    except Overtime:
        print(f"Stopped: not finished after {options.minutes} minutes.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="suggestions (100000)")
    parser.add_argument("--seconds", type=float, default=6, help="length of one measure (6)")
    parser.add_argument("--only", default=",".join(PARTS), help="parts: " + ", ".join((*PARTS, ALONE)))  # fmt: skip
    parser.add_argument(
        "--on-top-of", type=int, action="append", default=[], metavar="N",
        help="replay also on N items that are there before (with --only replay)",
    )  # fmt: skip
    parser.add_argument("--replay", type=int, action="append", default=[], metavar="N", help="replay N items instead of 2000 and 20000")  # fmt: skip
    parser.add_argument("--submit-seconds", type=float, default=300, help="how long receipts are given out to be asked for afterwards (300)")  # fmt: skip
    parser.add_argument(
        "--embedded", action="store_true", help="SQLite and its search in one process, no services"
    )
    parser.add_argument("--keep", type=Path, metavar="FILE", help="figures of all sizes of this machine: read for the goals between sizes, this run's put in")  # fmt: skip
    parser.add_argument("--minutes", type=int, help="give up after this long (60; replay 300)")
    parser.add_argument(
        "--write", action="store_true", help="write this size's section of docs/performance.md"
    )
    options = parser.parse_args()
    options.parts = {part.strip() for part in options.only.split(",") if part.strip()}
    if unknown := sorted(options.parts - {*PARTS, ALONE}):
        parser.error(f"unknown part: {', '.join(unknown)}")
    if ALONE in options.parts and len(options.parts) > 1:
        parser.error(f"{ALONE} is measured alone")
    if options.minutes is None:
        options.minutes = 300 if ALONE in options.parts else 60
    if not 100 <= options.size <= 5_000_000 or not 1 <= options.seconds <= 120:
        parser.error("--size is 100 to 5000000, --seconds 1 to 120")
    if options.embedded and (ALONE in options.parts or options.size > 100_000):
        parser.error("--embedded goes up to 100000 items and does not replay")
    if not 1 <= options.minutes <= 600:
        parser.error("--minutes is 1 to 600")
    return options


def _run(options: argparse.Namespace, folder: Path, stack: ExitStack) -> int:
    # An honest database: a receipt is a promise, so its commit is on disk.
    os.environ["SERVICES_DURABLE"] = "1"
    # The postgres user has to reach its folder through ours.
    folder.chmod(0o711)
    addresses: dict[str, str] = {}
    alone = ALONE in options.parts
    services = (
        () if options.embedded else (postgres,) if alone else (postgres, redis, elasticsearch)
    )
    for service in services:
        print(f"start {service.NAME}", file=sys.stderr, flush=True)
        server = stack.enter_context(running(service, folder / "services" / service.NAME))
        addresses[server.variable] = server.address
    data = folder / "data"
    data.mkdir()
    for variable in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
        os.environ.pop(variable, None)
    os.environ.update(site.environment(data, addresses))
    # Only now: settings are read from the environment made above.
    django.setup()
    logging.disable(logging.WARNING)
    from bench import figures, goals, report, run

    if alone:
        return _replay(options)
    made = run.measure_all(options, folder, stack)
    others = figures.load(options.keep) if options.keep else []
    made.goals = goals.rows(made, others)
    print(report.text(made))
    if made.errors:
        print("Some requests failed (column errors): these figures mean nothing.", file=sys.stderr)
        return 1
    if options.keep:
        figures.save(made, options.keep)
    if options.write:
        document = DOCUMENT.read_text(encoding="utf-8") if DOCUMENT.exists() else ""
        DOCUMENT.write_text(report.markdown(made, document), encoding="utf-8")
    return 0


def _replay(options: argparse.Namespace) -> int:
    """A year at each size, then on top of what was asked for; with --write into its own section of the document."""
    from bench import facts, replay, report

    load = facts.machine()
    found = [replay.measure(items) for items in options.replay or replay.SIZES]
    found += [replay.measure(replay.ON_TOP, before=before) for before in options.on_top_of]
    made = report.Report(load, replayed=found)
    print(report.text(made))
    if options.write:
        written = report.with_section(DOCUMENT.read_text(encoding="utf-8"), made)
        DOCUMENT.write_text(written, encoding="utf-8")
    return 0


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _overtime(number: int, frame: FrameType | None) -> None:
    raise Overtime


if __name__ == "__main__":
    sys.exit(main())
