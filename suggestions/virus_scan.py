"""A ClamAV daemon asked over its INSTREAM command, when CLAMAV_ADDRESS names one (`host:port` or a socket path)."""

import socket
import struct
from contextlib import closing

from django.conf import settings

_CHUNK = 64 * 1024
_TIMEOUT_SECONDS = 20


class ScannerUnavailable(Exception):
    """A scanner is configured and did not give an answer; the file's state is unknown."""


def scan(content: bytes) -> bool:
    """True when the scanner finds nothing, or none is configured; False when it names a virus.

    Raises ScannerUnavailable when it is down, slow, or refuses the file.
    """
    address = str(getattr(settings, "CLAMAV_ADDRESS", "") or "")
    if not address:
        return True
    try:
        with closing(_connect(address)) as link:
            link.sendall(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                part = content[start : start + _CHUNK]
                link.sendall(struct.pack("!I", len(part)) + part)
            link.sendall(struct.pack("!I", 0))
            answer = b""
            while not answer.endswith(b"\0") and len(answer) < 4096 and (more := link.recv(4096)):
                answer += more
    except (OSError, ValueError) as error:
        raise ScannerUnavailable(type(error).__name__) from None
    verdict = answer.rstrip(b"\0\n ")
    if verdict.endswith(b"FOUND"):
        return False
    if verdict.endswith(b"OK"):
        return True
    raise ScannerUnavailable("unexpected answer")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(_TIMEOUT_SECONDS)
        link.connect(address)
        return link
    host, _, port = address.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), timeout=_TIMEOUT_SECONDS)
