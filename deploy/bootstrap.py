"""What happens before the project's own environment exists: `bootstrap.py run|core|dev`.

Standard library only. Makes `.venv`, installs the hashed requirements when they changed, and for
`run` hands over to `manage.py serve`. Every failure is one sentence and a non-zero exit.
"""

import hashlib
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
SETS = {"core": ["core"], "run": ["core"], "dev": ["core", "dev"]}


def stop(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr, flush=True)
    raise SystemExit(2)


def say(sentence: str) -> None:
    print(sentence, flush=True)


def free_port() -> int:
    """The port to serve on. Stops with a sentence when it is no port or is taken."""
    raw = os.environ.get("PORT") or "8000"
    host = os.environ.get("HOST") or "127.0.0.1"
    if not raw.isdecimal() or not 0 < int(raw) < 65536:
        stop(f"PORT={raw} 不是端口号；请用 1 到 65535 之间的数，例如 make run PORT=8001。")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(raw)))
        except PermissionError:
            stop(f"没有权限使用端口 {raw}；请换一个 1024 以上的端口，例如 make run PORT=8001。")
        except OSError:
            stop(
                f"端口 {raw} 已被别的程序占用；请先停掉它，或换一个端口，例如 make run PORT={int(raw) % 65535 + 1}。"
                f" (Port {raw} is in use.)"
            )
    return int(raw)


def writable_data_dir() -> None:
    raw = os.environ.get("DATA_DIR", "").strip()
    folder = Path(raw).expanduser().resolve() if raw else ROOT / "var"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".write-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        stop(
            f"数据目录 {folder} 不能写入（{error.strerror}）；请换一个目录，例如 make run DATA_DIR=~/jianyan。"
        )


def venv_python() -> Path:
    return VENV / "bin" / "python"


def usable(python: Path) -> bool:
    if not python.exists():
        return False
    probe = [str(python), "-c", "import sys; sys.exit(sys.version_info < (3, 11))"]
    return subprocess.run(probe, capture_output=True, check=False).returncode == 0


def make_venv() -> list[str]:
    """Make `.venv` when it is missing or broken; returns the command that runs pip in it."""
    python = venv_python()
    if not usable(python):
        say("正在建立 Python 环境 .venv ……")
        made = subprocess.run(
            [sys.executable, "-m", "venv", "--clear", str(VENV)],
            capture_output=True,
            text=True,
            check=False,
        )
        if made.returncode:
            # Debian splits ensurepip off; a pip outside can still install into a bare environment.
            bare = [sys.executable, "-m", "venv", "--clear", "--without-pip", str(VENV)]
            if subprocess.run(bare, capture_output=True, check=False).returncode:
                version = f"{sys.version_info.major}.{sys.version_info.minor}"
                stop(f"不能建立 Python 环境；请安装 python{version}-venv 后再试。")
    inside = [str(python), "-m", "pip"]
    if subprocess.run([*inside, "--version"], capture_output=True, check=False).returncode == 0:
        return inside
    outside = [sys.executable, "-m", "pip", "--python", str(python)]
    if subprocess.run([*outside, "--version"], capture_output=True, check=False).returncode == 0:
        return outside
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    stop(f"环境里没有 pip；请安装 python{version}-venv（或 pip），删掉 .venv 后再试。")


def install(names: list[str]) -> None:
    """Install each hashed set whose file changed since the last time (its hash is kept in .venv)."""
    pip: list[str] | None = None if usable(venv_python()) else make_venv()
    for name in names:
        wanted = ROOT / "requirements" / f"{name}.txt"
        digest = hashlib.sha256(wanted.read_bytes()).hexdigest()
        stamp = VENV / f".installed-{name}"
        if stamp.exists() and stamp.read_text().strip() == digest:
            continue
        pip = pip or make_venv()
        say(f"正在安装依赖 requirements/{name}.txt（第一次约需一分钟）……")
        command = [
            *pip,
            *("install", "--quiet", "--disable-pip-version-check", "--no-input"),
            *("--require-hashes", "--no-deps", "-r", str(wanted)),
        ]
        if subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode:
            stop(f"依赖没有装好，原因见上；请检查网络或软件源后重试（requirements/{name}.txt）。")
        stamp.write_text(digest + "\n")


def main(arguments: list[str]) -> None:
    if len(arguments) != 1 or arguments[0] not in SETS:
        stop("用法：bootstrap.py run|core|dev")
    what = arguments[0]
    os.chdir(ROOT)
    port = 0
    if what == "run":
        port = free_port()
        writable_data_dir()
    install(SETS[what])
    if what == "run":
        os.environ["PORT"] = str(port)
        # Links in receipts and notices have to lead to the address that people were told.
        os.environ.setdefault("BASE_URL", f"http://localhost:{port}")
        python = str(venv_python())
        os.execv(python, [python, "manage.py", "serve"])


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        stop("已停止。")
