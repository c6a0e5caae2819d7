"""Starting, waiting for and stopping one server process, whatever it is."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

LOG_TAIL = 3000


class Missing(Exception):
    """A program is not installed; the text says which and where it comes from."""


class Failed(Exception):
    """A server did not come up; the text holds the end of its log."""


@dataclass
class Server:
    """A running server. `address` is what its environment `variable` holds."""

    name: str
    variable: str
    address: str
    process: subprocess.Popen[bytes]
    stop_signal: int = signal.SIGTERM
    patience: float = 10.0
    environment: Mapping[str, str] = field(default_factory=dict)

    def stop(self) -> None:
        """End the process by its id, politely first. Stopping twice does nothing."""
        if self.process.poll() is None:
            self.process.send_signal(self.stop_signal)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(self.patience)
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


class Service(Protocol):
    """One module per service: `NAME` and `start(folder)`, which returns once the server answers."""

    NAME: str

    def start(self, folder: Path) -> Server: ...


@contextlib.contextmanager
def running(service: Service, folder: Path) -> Iterator[Server]:
    """The service, started in `folder` (made when absent) and stopped at the end whatever happens."""
    folder.mkdir(parents=True, exist_ok=True)
    server = service.start(folder)
    try:
        yield server
    finally:
        server.stop()


def find_program(name: str, package: str, *, folders: Sequence[Path] = ()) -> Path:
    """The program's path, or Missing naming the Debian package that brings it."""
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    found = shutil.which(name)
    if not found:
        raise Missing(f"{name} is not installed: apt-get install {package}")
    return Path(found)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def launch(
    command: Sequence[str | os.PathLike[str]],
    *,
    log: Path,
    user: str | None = None,
    env: Mapping[str, str] | None = None,
) -> subprocess.Popen[bytes]:
    """Start in an own session, so that Ctrl-C in the terminal reaches us first and we stop things in order."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [os.fspath(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=log.parent,
            user=user,
            group=user,
            extra_groups=[] if user else None,
            env=dict(env) if env is not None else None,
        )


def wait_until(answers: Callable[[], bool], server: Server, *, log: Path, seconds: float) -> Server:
    """The server once `answers()` is true. Raises Failed when it ends or the time is over."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if server.process.poll() is not None:
            break
        if answers():
            return server
        time.sleep(0.1)
    server.stop()
    tail = log.read_text(errors="replace")[-LOG_TAIL:] if log.exists() else ""
    raise Failed(f"{server.name} did not start. The end of its log:\n{tail}")


def with_retries(start: Callable[[], Server], tries: int = 3) -> Server:
    """A free port may be taken by someone else before the server binds it, so try again with another."""
    for _ in range(tries - 1):
        with contextlib.suppress(Failed):
            return start()
    return start()
