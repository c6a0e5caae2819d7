"""Several Elasticsearch nodes that form one cluster, each a process of its own that can be killed and started again."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.services import elasticsearch
from tests.services.process import Failed, Server, free_port

JAVA = ("-Xms256m", "-Xmx384m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


@dataclass
class Node:
    """One member. `start` begins it (again); it answers a while later."""

    name: str
    folder: Path
    port: int
    transport: int
    settings: dict[str, str] = field(default_factory=dict)
    server: Server | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        self.server = elasticsearch.launch_node(
            self.folder, port=self.port, transport=self.transport, settings=self.settings, java=JAVA
        )

    def kill(self) -> None:
        """As a power cut does it: kill -9, nothing is closed or said."""
        if self.server is not None:
            self.server.process.kill()
            self.server.process.wait(10)


@dataclass
class Cluster:
    nodes: Sequence[Node]

    @property
    def addresses(self) -> list[str]:
        return [node.address for node in self.nodes]

    def health(self) -> tuple[str, int]:
        """(green, yellow or red, how many nodes), as the first node that answers sees it; ("", 0) when none does."""
        for address in self.addresses:
            with suppress(urllib.error.URLError, OSError, ValueError, KeyError):
                with urllib.request.urlopen(f"{address}/_cluster/health", timeout=3) as answer:
                    told = json.load(answer)
                return str(told["status"]), int(told["number_of_nodes"])
        return "", 0

    def wait_for(self, status: str, *, seconds: float) -> float:
        """Seconds until all nodes are members and the cluster is as said. Raises Failed."""
        began = time.monotonic()
        while time.monotonic() - began < seconds:
            if self.health() == (status, len(self.nodes)):
                return time.monotonic() - began
            time.sleep(0.2)
        raise Failed(f"the cluster did not turn {status} in {seconds:.0f} s: {self.health()}")


@contextmanager
def cluster(folder: Path, *, size: int = 3, seconds: float = 120) -> Iterator[Cluster]:
    """`size` nodes, all joined; every one of them is stopped at the end."""
    names = [f"n{n + 1}" for n in range(size)]
    ports = [(free_port(), free_port()) for _ in names]
    shared = {
        "cluster.name": f"jianyan-{ports[0][0]}",
        "discovery.seed_hosts": ",".join(f"127.0.0.1:{transport}" for _, transport in ports),
        "cluster.initial_master_nodes": ",".join(names),
    }
    nodes = [
        Node(name, folder / name, port, transport, {**shared, "node.name": name})
        for name, (port, transport) in zip(names, ports, strict=True)
    ]
    with ExitStack() as stack:
        for node in nodes:
            node.start()
            stack.callback(_stop, node)
        made = Cluster(nodes)
        made.wait_for("green", seconds=seconds)
        yield made


def _stop(node: Node) -> None:
    if node.server is not None:
        node.server.stop()
