"""Redis without persistence."""

import socket
from pathlib import Path

from tests.services.process import (
    Server,
    find_program,
    free_port,
    launch,
    wait_until,
    with_retries,
)

NAME = "redis"


def start(folder: Path) -> Server:
    program = find_program("redis-server", "redis-server")
    log = folder / "redis.log"

    def once() -> Server:
        port = free_port()
        process = launch(
            [program, "--port", str(port), "--bind", "127.0.0.1", "--dir", folder]
            + ["--save", "", "--appendonly", "no", "--daemonize", "no"],
            log=log,
        )
        server = Server(NAME, "REDIS_URL", f"redis://127.0.0.1:{port}/0", process)
        return wait_until(lambda: _pong(port), server, log=log, seconds=20)

    return with_retries(once)


def _pong(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as link:
            link.sendall(b"PING\r\n")
            return link.recv(7).startswith(b"+PONG")
    except OSError:
        return False
