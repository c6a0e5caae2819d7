"""Keeps a few processes running together, and leaves none of them behind.

A child that ends is started again with a growing pause; one that keeps ending at once stops everything
with a sentence. Children die with the supervisor even when it is killed outright (Linux: a parent-death signal).
"""

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

QUICK_SECONDS = 10.0  # a child that lived shorter than this has failed to start
MAX_QUICK_ENDS = 4
MAX_PAUSE = 30.0
STOP_SECONDS = 25.0  # above gunicorn's graceful_timeout
KEEP_LOG_BYTES = 10 * 1024 * 1024
_PR_SET_PDEATHSIG = 1

Say = Callable[[str], None]


def _die_with_parent(parent: int) -> Callable[[], None] | None:
    """For the new child: ask the kernel for SIGTERM when the supervisor is gone. None where unsupported."""
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def before_exec() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it went between fork and here
            os._exit(1)

    return before_exec


@dataclass
class Child:
    """One process to keep: its name for people, its command, and the file that takes what it prints."""

    name: str
    command: Sequence[str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_ends: int = 0
    start_at: float = 0.0
    _file: IO[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        if self.log.exists() and self.log.stat().st_size > KEEP_LOG_BYTES:
            self.log.replace(self.log.with_name(self.log.name + ".1"))
        self._close()
        self._file = self.log.open("ab")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            list(self.command),
            stdin=subprocess.DEVNULL,
            stdout=self._file,
            stderr=subprocess.STDOUT,
            # Of its own session: Ctrl-C reaches the supervisor alone, which then stops all in order.
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )

    def alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def signal_group(self, number: signal.Signals) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def _close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def tail(self, lines: int = 12) -> str:
        with contextlib.suppress(OSError):
            return "\n".join(
                self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:]
            )
        return ""


class Supervisor:
    """`run()` blocks until a signal or a hopeless child; returns the exit code."""

    def __init__(self, children: Sequence[Child], say: Say, *, pause: float = 1.0) -> None:
        self.children, self.say, self.pause = list(children), say, pause
        self._signals = 0

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._signals += 1

    def run(self, when_ready: Callable[[], bool], ready: Callable[[], None]) -> int:
        """Start all, call `ready()` once `when_ready()` says so, and keep them running."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._on_signal)
        try:
            for child in self.children:
                child.start()
            announced = False
            while not self._signals:
                if hopeless := self._keep():
                    self.say(
                        f"{hopeless.name}一启动就退出，已全部停止。原因见 {hopeless.log}，最后几行是：\n"
                        f"{hopeless.tail()}"
                    )
                    return 1
                if not announced and when_ready():
                    announced = True
                    ready()
                time.sleep(0.2)
            self.say("正在停止……")
            return 0
        finally:
            self._stop()
            self.say("已全部停止。")

    def _keep(self) -> Child | None:
        """Start again what ended; returns a child that there is no hope for."""
        now = time.monotonic()
        for child in self.children:
            if child.alive():
                continue
            if child.start_at == 0.0:
                lived = now - child.started
                child.quick_ends = child.quick_ends + 1 if lived < QUICK_SECONDS else 0
                if child.quick_ends >= MAX_QUICK_ENDS:
                    return child
                wait = min(self.pause * 2**child.quick_ends, MAX_PAUSE)
                code = child.process.returncode if child.process else "?"
                self.say(
                    f"{child.name}意外退出（{code}），{wait:g} 秒后重新启动；日志：{child.log}"
                )
                # What it left behind (gunicorn's workers) must be gone before its port is asked for again.
                child.signal_group(signal.SIGTERM)
                child.start_at = now + wait
            elif now >= child.start_at:
                child.start_at = 0.0
                child.start()
        return None

    def _stop(self) -> None:
        """Ask each child to finish, wait, then kill what is left with everything it started."""
        asked = self._signals
        for child in self.children:
            if child.process is not None and child.alive():
                child.process.terminate()
        until = time.monotonic() + STOP_SECONDS
        while any(c.alive() for c in self.children) and time.monotonic() < until:
            if self._signals > asked:  # asked twice: do not wait
                break
            time.sleep(0.1)
        for child in self.children:
            child.signal_group(signal.SIGKILL)
            if child.process is not None:
                child.process.wait()
            child._close()
