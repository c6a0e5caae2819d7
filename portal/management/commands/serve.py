"""`manage.py serve`: web, worker and beat together on one machine, under one supervisor (`make run`)."""

import os
import sys
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command, get_commands
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.prepare import prepare
from portal.supervisor import Child, Supervisor


class Command(BaseCommand):
    help = "在本机一并启动网站、后台任务和定时任务；按 Ctrl-C 全部停止。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--no-prepare",
            action="store_true",
            help="不检查数据库结构、静态文件和演示数据，直接启动",
        )

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    def handle(self, *args: Any, **options: Any) -> None:
        port = os.environ.get("PORT") or "8000"
        host = os.environ.get("HOST") or "127.0.0.1"
        if not options["no_prepare"]:
            try:
                prepare(self.say)
            except KeyboardInterrupt:
                raise CommandError("已停止；再次运行会从头接着准备。") from None
        children = self._children()
        shown = host if host not in ("127.0.0.1", "0.0.0.0", "::", "::1") else "localhost"
        local = (
            "127.0.0.1"
            if host in ("0.0.0.0", "127.0.0.1")
            else f"[{host}]"
            if ":" in host
            else host
        )
        self.say("正在启动……")
        supervisor = Supervisor(children, self.say)
        code = supervisor.run(
            lambda: _answers(f"http://{local}:{port}/healthz"),
            lambda: self._announce(f"http://{shown}:{port}/"),
        )
        if code:
            sys.exit(code)

    def _children(self) -> list[Child]:
        logs = Path(settings.DATA_DIR) / "log"
        python, root = sys.executable, Path(settings.BASE_DIR)
        web = [python, "-m", "gunicorn", "portal.wsgi:application"]
        web += ["-c", str(root / "deploy" / "gunicorn.conf.py"), "--chdir", str(root)]
        worker = [python, "-m", "celery", "-A", "portal", "--workdir", str(root), "worker"]
        # One process with threads: 256 MB in place of the 496 MB of two forked workers and a beat.
        worker += ["-P", "threads", "-c", "2", "-B", "--loglevel", settings.LOG_LEVEL]
        worker += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
        return [
            Child("网站", web, logs / "web.log"),
            Child("后台任务", worker, logs / "worker.log"),
        ]

    def _announce(self, address: str) -> None:
        self.say("")
        self.say(f"  建言已启动：{address}")
        self.say(f"  工作人员后台：{address}admin/")
        self.say(f"  数据和日志在：{settings.DATA_DIR}")
        if settings.DEMO and "demo_accounts" in get_commands():
            self.say("")
            try:
                call_command("demo_accounts", stdout=self.stdout)
            except Exception as error:  # a list that cannot be shown must not stop a running site
                self.say(
                    f"  演示帐号暂时列不出来（{type(error).__name__}）；可运行 manage.py demo_accounts。"
                )
        self.say("")
        self.say("  按 Ctrl-C 全部停止。")


# A proxy named in the environment is for the world outside, not for our own loopback address.
_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def _answers(address: str) -> bool:
    try:
        with _direct.open(address, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
