"""Run a command with real services around it.

    python -m tests.services [--only postgres,redis,elasticsearch] [--durable] -- COMMAND …

Each service gets a free port and a temporary folder; DATABASE_URL, REDIS_URL and ELASTICSEARCH_URL are
set for COMMAND, whose exit code is ours. Several runs at once do not meet. Exit code 3: a service is
missing or did not start.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import FrameType

from tests.services import elasticsearch, postgres, redis
from tests.services.process import Failed, Missing, Server, Service

SERVICES: dict[str, Service] = {s.NAME: s for s in (postgres, redis, elasticsearch)}
NOT_STARTED = 3


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.services", description=__doc__)
    parser.add_argument("--only", default=",".join(SERVICES), help="services, comma-separated")
    parser.add_argument("--durable", action="store_true", help="PostgreSQL syncs as in production")
    parser.add_argument("command", nargs=argparse.REMAINDER)
    options = parser.parse_args()
    command = options.command[1:] if options.command[:1] == ["--"] else options.command
    names = [name.strip() for name in options.only.split(",") if name.strip()]
    unknown = sorted(set(names) - set(SERVICES))
    if unknown or not command:
        parser.error(f"unknown service: {', '.join(unknown)}" if unknown else "no command given")
    if options.durable:
        os.environ["SERVICES_DURABLE"] = "1"
    # A terminated run stops its servers: the signal becomes an exception and the finally below runs.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    servers: list[Server] = []
    with tempfile.TemporaryDirectory(prefix="jianyan-services-") as folder:
        try:
            with ThreadPoolExecutor() as pool:
                starting = [pool.submit(_start, SERVICES[n], Path(folder), servers) for n in names]
            for one in starting:
                one.result()
            return _run(command, {server.variable: server.address for server in servers})
        except (Missing, Failed) as problem:
            print(problem, file=sys.stderr)
            return NOT_STARTED
        except KeyboardInterrupt:
            return 130
        finally:
            for server in servers:
                server.stop()


def _start(service: Service, folder: Path, servers: list[Server]) -> None:
    own = folder / service.NAME
    own.mkdir()
    began = time.monotonic()
    server = service.start(own)
    servers.append(server)
    print(f"{service.NAME}: ready in {time.monotonic() - began:.1f} s", file=sys.stderr)


def _run(command: list[str], environment: dict[str, str]) -> int:
    child = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        return child.wait()
    except KeyboardInterrupt:
        # The terminal has already told the child; a terminated runner has to.
        child.terminate()
        try:
            return child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            return 130


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
