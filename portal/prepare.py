"""What has to be there before the site starts on this machine; each step is skipped when nothing changed."""

import hashlib
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command, get_commands
from django.db import connection, connections
from django.db.migrations.executor import MigrationExecutor

from portal.celery import make_broker_folders

Say = Callable[[str], None]


def _data_dir() -> Path:
    return Path(settings.DATA_DIR)


def _has(command: str) -> bool:
    """A command counts as there when its module is: a folder can exist before its file."""
    app = get_commands().get(command)
    return isinstance(app, str) and find_spec(f"{app}.management.commands.{command}") is not None


def drop_unfinished_demo(say: Say) -> None:
    """Remove a demo city whose seeding was interrupted.

    Nobody can have used it, because the web process starts after the seeding. Only the SQLite files
    under DATA_DIR are touched, never another database.
    """
    mark = _data_dir() / ".seeding"
    if not mark.exists():
        return
    database = Path(str(settings.DATABASES["default"]["NAME"]))
    if "sqlite" in str(settings.DATABASES["default"]["ENGINE"]) and database.is_relative_to(
        _data_dir()
    ):
        say("上次建立演示城市时中断了，重新建立……")
        connections.close_all()
        for file in (database, Path(settings.SEARCH_SQLITE_PATH)):
            for suffix in ("", "-wal", "-shm"):
                file.with_name(file.name + suffix).unlink(missing_ok=True)
    mark.unlink()


def migrate(say: Say) -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        say("正在更新数据库结构……")
        call_command("migrate", interactive=False, verbosity=0)


def _static_fingerprint() -> str:
    digest = hashlib.sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for path, storage in finder.list(["CVS", ".*", "*~"]):
            stat = Path(storage.path(path)).stat()
            digest.update(f"{path}\0{stat.st_size}\0{stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static(say: Say) -> None:
    root = Path(str(settings.STATIC_ROOT))
    stamp, found = root / ".fingerprint", _static_fingerprint()
    if stamp.exists() and stamp.read_text() == found and (root / "staticfiles.json").exists():
        return
    say("正在收集静态文件……")
    call_command("collectstatic", interactive=False, verbosity=0)
    stamp.write_text(found)


def seed(say: Say) -> bool:
    """Fill an empty demo database with the invented city. True when it did."""
    if not settings.DEMO or not _has("seed_demo"):
        return False
    if apps.get_model("suggestions", "Suggestion")._default_manager.exists():
        return False
    say("正在建立演示城市（只在第一次，约需一两分钟）……")
    mark = _data_dir() / ".seeding"
    mark.touch()
    call_command("seed_demo")
    mark.unlink()
    return True


def index(say: Say) -> None:
    """Build the search index when it is empty though there is something to find."""
    from search.engine import get_engine

    suggestions = apps.get_model("suggestions", "Suggestion")._default_manager
    if get_engine().count() or not suggestions.exists():
        return
    say("正在建立搜索索引……")
    call_command("reindex", verbosity=0)


def pages(say: Say) -> None:
    """A site without the demo still needs its home, campaigns and news, and drafts of its help pages; pages an editor
    wrote are never touched.
    """
    from cms.setup import ensure_pages
    from cms.starters import ensure_drafts

    if not settings.DEMO:
        made = ensure_pages(title="建言")
        if ensure_drafts(made.home, {}):
            say("使用帮助、审核规则、隐私说明等几页放好了草稿，请在后台填空后发布。")


def prepare(say: Say) -> None:
    """Make everything ready to serve: database, broker folders, static files, demo city, index."""
    _data_dir().mkdir(parents=True, exist_ok=True)
    make_broker_folders(settings.CELERY_BROKER_TRANSPORT_OPTIONS)
    drop_unfinished_demo(say)
    migrate(say)
    collect_static(say)
    seed(say)
    pages(say)
    index(say)
    connections.close_all()
