"""`make run`: one sentence when it cannot, everything running when it can, and nothing left afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.1)


def using(folder: Path) -> list[int]:
    """Processes of this machine whose environment names `folder` as DATA_DIR."""
    wanted = f"DATA_DIR={folder}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


# --- the supervisor itself, on small children ------------------------------------------------------

SCRIPT = """
import sys
from pathlib import Path
from portal.supervisor import Child, Supervisor
folder = Path(sys.argv[1])
children = [Child(f"child{i}", [sys.executable, "-c", code], folder / f"{i}.log") for i, code in enumerate(sys.argv[2:])]
say = lambda words: print(words, flush=True)
sys.exit(Supervisor(children, say, pause=0.1).run(lambda: True, lambda: say("ready")))
"""
SLEEPER = "import time; time.sleep(600)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); time.sleep(600)"


@pytest.fixture
def supervise(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    started: list[subprocess.Popen[str]] = []

    def start(*codes: str) -> subprocess.Popen[str]:
        env = {**os.environ, "DATA_DIR": str(tmp_path)}
        process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(tmp_path), *codes],
            cwd=ROOT,
            env=env,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
    for pid in using(tmp_path):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_every_child(supervise, tmp_path: Path, number: signal.Signals) -> None:
    process = supervise(SLEEPER, SLEEPER)
    assert process.stdout.readline() == "ready\n"
    assert len(using(tmp_path)) == 3
    process.send_signal(number)
    assert process.wait(20) == 0
    assert using(tmp_path) == []


def test_children_die_when_the_supervisor_is_killed_outright(supervise, tmp_path: Path) -> None:
    process = supervise(SLEEPER, SLEEPER)
    assert process.stdout.readline() == "ready\n"
    process.kill()
    process.wait()
    until(lambda: using(tmp_path) == [], 10, "children gone")


def test_a_child_that_will_not_stop_is_killed_when_asked_twice(supervise, tmp_path: Path) -> None:
    process = supervise(STUBBORN)
    assert process.stdout.readline() == "ready\n"
    time.sleep(0.5)  # let the child set its handler
    process.terminate()
    time.sleep(0.5)
    assert process.poll() is None
    process.terminate()
    assert process.wait(10) == 0
    assert using(tmp_path) == []


def test_a_child_that_ends_once_is_started_again(supervise, tmp_path: Path) -> None:
    once = (
        "import pathlib, sys, time; p = pathlib.Path(sys.executable and __import__('os').environ['DATA_DIR'], 'mark')\n"
        "if p.exists(): time.sleep(600)\n"
        "p.touch(); sys.exit(3)"
    )
    process = supervise(once)
    lines = [process.stdout.readline() for _ in range(2)]
    assert any("意外退出（3）" in line for line in lines)
    until(lambda: len(using(tmp_path)) == 2, 10, "child running again")


def test_a_child_that_cannot_start_stops_everything_with_its_last_words(
    supervise, tmp_path: Path
) -> None:
    process = supervise("import sys; sys.exit('no such database')", SLEEPER)
    output, _ = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "一启动就退出" in output
    assert "no such database" in output
    assert using(tmp_path) == []


# --- make run --------------------------------------------------------------------------------------


def make(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", "--no-print-directory", *arguments],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_a_port_in_use_is_one_sentence_before_any_work(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = make("run", f"PORT={port}", f"DATA_DIR={tmp_path / 'data'}")
    assert done.returncode != 0
    words = [x for x in done.stderr.splitlines() if not x.startswith("make")]
    assert len(words) == 1
    assert f"端口 {port} 已被别的程序占用" in words[0]
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1", "8000; id"])
def test_a_port_that_is_none_is_one_sentence(tmp_path: Path, port: str) -> None:
    done = make("run", f"PORT={port}", f"DATA_DIR={tmp_path}")
    assert done.returncode != 0
    assert "不是端口号" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_data_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = make("run", f"PORT={free_port()}", f"DATA_DIR={tmp_path / 'file' / 'data'}")
    assert done.returncode != 0
    assert "不能写入" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture
def fake_path(tmp_path: Path) -> Path:
    """A PATH with a shell's tools and no Python."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for tool in ("sh", "dirname", "make", "cat"):
        (folder / tool).symlink_to(str(shutil.which(tool)))
    return folder


def test_an_old_python_is_one_sentence_that_names_its_version(fake_path: Path) -> None:
    for name in ("python3", "python3.11"):
        fake = fake_path / name
        # Answers like a 3.9: refuses the version test, and tells its version when asked.
        fake.write_text('#!/bin/sh\ncase "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac\n')
        fake.chmod(0o755)
    done = make("run", PATH=str(fake_path))
    words = [x for x in done.stderr.splitlines() if not x.startswith("make")]
    assert done.returncode != 0
    assert len(words) == 1
    assert "需要 Python 3.11" in words[0]
    assert "只找到 Python 3.9" in words[0]


def test_no_python_at_all_is_one_sentence(fake_path: Path) -> None:
    done = make("run", PATH=str(fake_path))
    words = [x for x in done.stderr.splitlines() if not x.startswith("make")]
    assert done.returncode != 0
    assert len(words) == 1
    assert "没有找到 Python" in words[0]


def test_make_help_lists_every_target_a_person_needs() -> None:
    listed = make("help").stdout
    for target in ("run", "test", "check", "setup", "lint", "types", "bench", "seed", "reindex"):
        assert f"make {target} " in listed


def _fetch(address: str) -> int:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=3) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return int(error.code)
    except OSError:
        return 0


@pytest.mark.slow
def test_serve_answers_and_leaves_no_process_behind(tmp_path: Path) -> None:
    """The real web process, worker and beat; the demo city has tests of its own and is left out here."""
    port = free_port()
    env = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": str(tmp_path),
        "PORT": str(port),
        "DJANGO_SETTINGS_MODULE": "portal.settings.dev",
    }
    subprocess.run(
        [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
        cwd=ROOT,
        env=env,
        check=True,
        timeout=180,
    )
    command = [sys.executable, "manage.py", "serve", "--no-prepare"]
    with (tmp_path / "out").open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=out, stderr=out)
    try:
        until(lambda: _fetch(f"http://127.0.0.1:{port}/healthz") == 200, 60, "web answers")
        assert _fetch(f"http://127.0.0.1:{port}/readyz") == 200
        until(lambda: "建言已启动" in (tmp_path / "out").read_text(), 30, "the address is printed")
        assert f"http://localhost:{port}/" in (tmp_path / "out").read_text()
        worker_log = tmp_path / "log" / "worker.log"
        until(lambda: "ready" in worker_log.read_text(), 60, "the worker is ready")
        until(lambda: "beat: Starting" in worker_log.read_text(), 30, "beat runs")
        process.terminate()
        assert process.wait(40) == 0
        assert using(tmp_path) == []
        assert "Traceback" not in worker_log.read_text()
    finally:
        process.kill()
        process.wait()
        for pid in using(tmp_path):
            os.kill(pid, signal.SIGKILL)
