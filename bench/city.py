"""How the benches of search begin and end: the demo city in a database of its own, services around it, nothing left behind."""

import os
import signal
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from tests.services import Missing
from tests.services.process import Failed

NOW = "2026-11-22T18:00+08:00"
"""When the city is filled: the judged queries know its days."""
JAVA = ("-Xms2g", "-Xmx2g", "-XX:+UseG1GC")
"""An Elasticsearch for speed and not for a quick start, as a deployment runs it."""
NO_SERVICE = 3


def run(act: Callable[[Path, ExitStack], int], *, name: str) -> int:
    """What `act` gives as exit code: it gets a temporary folder and a stack that stops what was started, also when the
    run is terminated. 3: a service is missing or did not start.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        with tempfile.TemporaryDirectory(prefix=f"jianyan-{name}-") as folder, ExitStack() as stack:
            return act(Path(folder), stack)
    except (Missing, Failed) as problem:
        print(problem, file=sys.stderr)
        return NO_SERVICE


def enter(kept: Path | None, folder: Path) -> None:
    """Set Django up over the demo city in `kept`, else in `folder`; it is filled unless it is there."""
    city = kept or folder / "city"
    city.mkdir(parents=True, exist_ok=True)
    os.environ.update(
        DATA_DIR=str(city.resolve()), DJANGO_SETTINGS_MODULE="bench.quality_settings", LOG_LEVEL="ERROR"
    )  # fmt: skip
    # Each bench says itself which engine it asks.
    os.environ.pop("ELASTICSEARCH_URL", None)
    import django

    django.setup()
    from django.core.management import call_command

    from suggestions.models import Jurisdiction

    call_command("migrate", verbosity=0)
    if not Jurisdiction.objects.exists():
        print("fill the demo city", file=sys.stderr, flush=True)
        call_command("seed_demo", now=NOW, verbosity=0)
