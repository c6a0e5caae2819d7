"""One Elasticsearch node, put together from the jars on Maven Central.

There is no archive to download and no container to run: the server's jars are ordinary artifacts. They
are fetched once into a cache folder (JIANYAN_SERVICES_CACHE, else ~/.cache/jianyan-services).
Such a node has no `GET /`, no scripts, no reindex and no extra analyzers; the application needs none.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.error
import urllib.request
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.services.process import (
    Failed,
    Server,
    find_program,
    free_port,
    launch,
    wait_until,
    with_retries,
)

NAME = "elasticsearch"
LOG = "elasticsearch.log"
# Quick to start rather than quick to run: a test's node lives for minutes.
JAVA = ("-Xms512m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
HERE = Path(__file__).resolve().parent
MODULE = "transport-netty4"
JDK, MAVEN = "openjdk-17-jdk-headless", "maven"


def start(folder: Path, *, java: Sequence[str] = JAVA) -> Server:
    def once() -> Server:
        port, transport = free_port(), free_port()
        name = f"{folder.parent.name}-{port}"
        settings = {"discovery.type": "single-node", "cluster.name": name, "node.name": "n1"}
        server = launch_node(folder, port=port, transport=transport, settings=settings, java=java)
        log = folder / LOG
        return wait_until(lambda: _healthy(server.address), server, log=log, seconds=120)

    return with_retries(once)


def launch_node(
    folder: Path, *, port: int, transport: int, settings: Mapping[str, str], java: Sequence[str]
) -> Server:
    """One node with its home in `folder`, begun but not waited for. Started there again it has its data again."""
    program = find_program("java", JDK)
    parts = _installed()
    home = folder / "home"
    for name in ("config", "plugins", "data"):
        (home / name).mkdir(parents=True, exist_ok=True)
    # A link would be refused by the module loader's path checks on some versions; copies are 5 MB.
    shutil.copytree(parts / "modules", home / "modules", dirs_exist_ok=True)
    chosen = {
        **settings,
        "network.host": "127.0.0.1",
        "http.port": str(port),
        "transport.port": str(transport),
        # A nearly full disk must not turn a test index read-only.
        "cluster.routing.allocation.disk.threshold_enabled": "false",
    }
    process = launch(
        [program, *java]
        + [f"-Djava.io.tmpdir={folder}", "--module-path", parts / "core"]
        + ["--add-modules=ALL-MODULE-PATH,jdk.net,jdk.management.agent"]
        + ["-cp", parts / "classes", "Node", home]
        + [f"{key}={value}" for key, value in chosen.items()],
        log=folder / LOG,
    )
    return Server(NAME, "ELASTICSEARCH_URL", f"http://127.0.0.1:{port}", process, patience=15)


def _healthy(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/_cluster/health", timeout=2) as answer:
            return json.load(answer)["status"] in ("green", "yellow")
    except (urllib.error.URLError, OSError, ValueError, KeyError):
        return False


def _installed() -> Path:
    """The folder with `core/`, `modules/` and `classes/`; fetched and compiled on first use."""
    version = re.search(r"<elasticsearch.version>(.+?)<", (HERE / "pom.xml").read_text())
    assert version
    default = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "jianyan-services"
    cache = Path(os.environ.get("JIANYAN_SERVICES_CACHE") or default)
    cache.mkdir(parents=True, exist_ok=True)
    ready = cache / f"elasticsearch-{version[1]}"
    # Two first runs at once would fetch into each other's folder; the second waits and finds it done.
    with (cache / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (ready / "classes" / "Node.class").exists():
            shutil.rmtree(ready, ignore_errors=True)
            with tempfile.TemporaryDirectory(dir=cache) as scratch:
                made = Path(scratch) / "made"
                _assemble(made)
                made.rename(ready)
    # Another version of the launcher compiles again without fetching again.
    source, compiled = HERE / "Node.java", ready / "classes" / "Node.class"
    if source.stat().st_mtime > compiled.stat().st_mtime:
        _compile(ready)
    return ready


def _assemble(made: Path) -> None:
    maven = find_program("mvn", MAVEN)
    find_program("javac", JDK)
    core, module = made / "core", made / "modules" / MODULE
    module.mkdir(parents=True)
    _run(
        [maven, "-q", "-B", "-f", HERE / "pom.xml", "dependency:copy-dependencies"]
        + [f"-DoutputDirectory={core}", "-DincludeScope=runtime"]
    )
    for jar in [*core.glob(f"{MODULE}-*.jar"), *core.glob("netty-*.jar")]:
        jar.rename(module / jar.name)
    with zipfile.ZipFile(next(module.glob(f"{MODULE}-*.jar"))) as jar:
        descriptor = jar.read(f"META-INF/es-plugins/{MODULE}/plugin-descriptor.properties")
    (module / "plugin-descriptor.properties").write_bytes(descriptor)
    _compile(made)


def _compile(made: Path) -> None:
    javac = find_program("javac", JDK)
    classes = made / "classes"
    classes.mkdir(exist_ok=True)
    _run([javac, "-cp", f"{made / 'core'}/*", "-d", classes, HERE / "Node.java"])


def _run(command: list[str | os.PathLike[str]]) -> None:
    done = subprocess.run(
        [os.fspath(part) for part in command],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        tail = done.stdout.decode(errors="replace")[-3000:]
        raise Failed(f"{Path(command[0]).name} failed while preparing Elasticsearch:\n{tail}")
