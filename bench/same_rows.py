"""What a submission writes, written with none of our code: by a bare Django view, and by PostgreSQL alone.

One submission is handed in and its rows are taken as a pattern. The view makes them again as models, in one transaction
after another short one for the case number; for PostgreSQL they become a script of pgbench with the same statements.
"""

import copy
import json
import re
import secrets
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from bench.load import Case, Measure, Wrong, percentile
from suggestions.models import Suggestion
from suggestions.services.intake import next_case_no

NAME = "raw PostgreSQL transaction"
VARIABLE = "BENCH_PATTERN"
"""Names the file in which the view finds the pattern."""
_INSERT = re.compile(r'INSERT INTO "([a-z_]+)"')
_PROGRAMS = "/usr/lib/postgresql"


def take(case: Case, file: Path) -> None:
    """Hand in twice: to learn which tables are written, and for the rows; their keys go into the file."""
    from bench import looking

    written: dict[str, None] = {}

    def note(execute: Any, sql: str, *more: Any) -> Any:
        if found := _INSERT.match(sql):
            written[found[1]] = None
        return execute(sql, *more)

    with connection.execute_wrapper(note):
        looking.ask(case, 0)
    tables = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
    kinds = [tables[name] for name in written if name in tables]
    kinds = [k for k in kinds if isinstance(k._meta.pk, models.AutoField)]
    last = {k: k._default_manager.aggregate(n=models.Max("pk"))["n"] or 0 for k in kinds}
    looking.ask(case, 0)
    rows = [
        (kind._meta.label, pk)
        for kind in sorted(kinds, key=lambda kind: kind is not Suggestion)
        for pk in kind._default_manager.filter(pk__gt=last[kind]).order_by("pk").values_list("pk", flat=True)
    ]  # fmt: skip
    if not rows or rows[0][0] != Suggestion._meta.label:
        raise Wrong("a submission wrote no suggestion")
    file.write_text(json.dumps(rows), encoding="utf-8")


@cache
def pattern(file: str) -> list[models.Model]:
    """The rows of the pattern, the suggestion first."""
    keys = json.loads(Path(file).read_text(encoding="utf-8"))
    return [apps.get_model(label)._default_manager.get(pk=pk) for label, pk in keys]


def write(rows: list[models.Model]) -> str:
    """The rows once more, as another submission; returns its case number."""
    case_no = next_case_no(timezone.now().year)
    with transaction.atomic():
        key = None
        for row in rows:
            one = copy.copy(row)
            one._state = copy.copy(row._state)
            for name, value in _own(row, key, case_no):
                setattr(one, name, value)
            one.save(force_insert=True)
            key = key or one.pk
    return case_no


def _own(row: models.Model, key: Any, case_no: str) -> Iterator[tuple[str, Any]]:
    """What a copy of the row must have for itself: no key yet, its suggestion, and what may stand in one row only."""
    alone = _alone(type(row))
    for field in row._meta.concrete_fields:
        if field.primary_key:
            yield field.attname, None
        elif field.related_model is Suggestion and key is not None and getattr(row, field.attname):
            yield field.attname, key
        elif field.name == "case_no":
            yield field.attname, case_no
        elif field.name in alone and isinstance(field, models.UUIDField):
            yield field.attname, uuid.uuid4()
        elif field.name in alone and isinstance(field, models.CharField):
            yield field.attname, secrets.token_hex(32)[: field.max_length or 64]


@cache
def _alone(kind: type[models.Model]) -> frozenset[str]:
    """Columns whose values no two rows may share whatever suggestion they belong to."""
    found = {f.name for f in kind._meta.concrete_fields if f.unique and not f.primary_key}
    own = {f.name for f in kind._meta.concrete_fields if f.related_model is Suggestion}
    for constraint in kind._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and not own & set(constraint.fields):
            found |= set(constraint.fields)
    return frozenset(found)


def script(rows: list[models.Model]) -> str:
    """The same rows for pgbench: a short transaction for the number, then one for all the rest."""
    year = timezone.now().year
    lines = [
        "INSERT INTO suggestions_casenumber (year, last) VALUES "
        f"({year}, 1) ON CONFLICT (year) DO UPDATE SET last = suggestions_casenumber.last + 1 RETURNING last \\gset",
        "BEGIN;",
    ]
    for row in rows:
        fields = [f for f in row._meta.concrete_fields if not f.primary_key]
        with connection.cursor() as cursor:
            columns = ", ".join(f'"{f.column}"' for f in fields)
            quoted = ", ".join(f'quote_nullable("{f.column}")' for f in fields)
            cursor.execute(f'SELECT {quoted} FROM "{row._meta.db_table}" WHERE id = %s', [row.pk])
            values = cursor.fetchone()
        own = dict(_own(row, ":sid", "'JY-' || :last"))
        told = [
            _told(own.get(f.attname), f, value) for f, value in zip(fields, values, strict=True)
        ]
        lines.append(f'INSERT INTO "{row._meta.db_table}" ({columns}) VALUES ({", ".join(told)})')
        lines[-1] += " RETURNING id AS sid \\gset" if isinstance(row, Suggestion) else ";"
    return "\n".join([*lines, "COMMIT;", ""])


def _told(own: Any, field: models.Field[Any, Any], quoted: str) -> str:
    """A value as the script says it; pgbench reads a colon before a word as a variable, so texts have none."""
    if own in (":sid", "'JY-' || :last"):
        return str(own)
    if isinstance(own, uuid.UUID):
        return "gen_random_uuid()"
    if isinstance(own, str):
        return f"substr(md5(random()::text) || md5(random()::text), 1, {len(own)})"
    plain = quoted.replace("\n", " ")
    return re.sub(r":(?=[A-Za-z_])", "：", plain)


def raw(address: str, rows: list[models.Model], clients: int, seconds: float) -> Measure:
    """PostgreSQL asked by pgbench for as long. Raises Missing and Wrong."""
    from tests.services.process import find_program

    folders = sorted(Path(_PROGRAMS).glob("*/bin"), key=lambda p: -float(p.parent.name))
    program = find_program("pgbench", "postgresql", folders=folders)
    with tempfile.TemporaryDirectory(prefix="jianyan-raw-") as folder:
        plan = Path(folder) / "plan.sql"
        plan.write_text(script(rows), encoding="utf-8")
        parts = urlsplit(address)
        command = [program, "-n", "-M", "prepared", "-c", str(clients), "-j", "1", "-T", str(max(1, round(seconds)))]  # fmt: skip
        command += ["-f", plan, "--log", f"--log-prefix={folder}/log", "-h", str(parts.hostname), "-p", str(parts.port), "-U", str(parts.username), parts.path.strip("/")]  # fmt: skip
        done = subprocess.run(
            command, env={"PGPASSWORD": parts.password or "", "PATH": "/usr/bin:/bin"}, cwd=folder,
            capture_output=True, text=True, timeout=seconds + 120, check=False,
        )  # fmt: skip
        if done.returncode:
            raise Wrong(f"pgbench failed: {done.stderr[-500:]}")
        took = [
            int(line.split()[2]) / 1000
            for log in Path(folder).glob("log*")
            for line in log.read_text().splitlines()
        ]
    p50, p95, p99 = (percentile(took, share) for share in (0.5, 0.95, 0.99))
    return Measure(NAME, clients, len(took), len(took) / max(1, round(seconds)), p50, p95, p99)
