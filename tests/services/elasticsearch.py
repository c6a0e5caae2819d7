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
HERE = Path(__file__).resolve().parent
MODULE = "transport-netty4"
JDK, MAVEN = "openjdk-17-jdk-headless", "maven"


def start(folder: Path) -> Server:
    java = find_program("java", JDK)
    parts = _installed()
    home, log = folder / "home", folder / "elasticsearch.log"
    for name in ("config", "plugins", "data"):
        (home / name).mkdir(parents=True, exist_ok=True)
    # A link would be refused by the module loader's path checks on some versions; copies are 5 MB.
    shutil.copytree(parts / "modules", home / "modules", dirs_exist_ok=True)

    def once() -> Server:
        port, transport = free_port(), free_port()
        settings = {
            "discovery.type": "single-node",
            "cluster.name": folder.parent.name + "-" + str(port),
            "node.name": "n1",
            "network.host": "127.0.0.1",
            "http.port": str(port),
            "transport.port": str(transport),
            # A nearly full disk must not turn a test index read-only.
            "cluster.routing.allocation.disk.threshold_enabled": "false",
        }
        process = launch(
            [java, "-Xms512m", "-Xmx768m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
            + [f"-Djava.io.tmpdir={folder}", "--module-path", parts / "core"]
            + ["--add-modules=ALL-MODULE-PATH,jdk.net,jdk.management.agent"]
            + ["-cp", parts / "classes", "Node", home]
            + [f"{key}={value}" for key, value in settings.items()],
            log=log,
        )
        address = f"http://127.0.0.1:{port}"
        server = Server(NAME, "ELASTICSEARCH_URL", address, process, patience=15)
        return wait_until(lambda: _healthy(address), server, log=log, seconds=120)

    return with_retries(once)


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
