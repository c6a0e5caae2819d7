"""Database triggers that make the event log append-only (invariant 3): UPDATE and DELETE are refused by the database
itself, whoever asks. Used by the migration, and by test runs that have to empty their tables.

One exception, for the right to erasure (PIPL 47): where a tombstone stands for a case (suggestions_erasure, kind
"erased"), the texts and the salt of that case's events may be made empty, and nothing else of them may change. The chain
covers those texts by a salted digest that stays (models/event.py). Likewise the words, never the marks, of a jury's sheets.
"""

from typing import Any

from django.db import connection

TABLES = ("suggestions_caseevent", "suggestions_dailyhead", "suggestions_recordevent")
MESSAGE = "this table is append-only"


def install(execute: Any, vendor: str, tables: tuple[str, ...] = TABLES) -> None:
    """Create the triggers. `execute` runs one SQL statement."""
    if vendor == "postgresql":
        execute(
            "CREATE OR REPLACE FUNCTION jianyan_append_only() RETURNS trigger AS $$ "
            f"BEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql"
        )
    for table in tables:
        if vendor == "postgresql":
            execute(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION jianyan_append_only()"
            )
        elif vendor == "sqlite":
            for act in ("update", "delete"):
                execute(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
                )
    if _knows_erasure():
        for table in (t for t in tables if t in _EVENTS):
            _let_erasure_through(execute, vendor, table)


_EVENTS = ("suggestions_caseevent", "suggestions_recordevent")
_COLUMNS: dict[str, tuple[str, ...]] = {
    "suggestions_caseevent": ("suggestion_id",),
    "suggestions_recordevent": ("suggestion_id", "record_id"),
}
_KEPT = (
    "id", "seq", "machine", "name", "from_state", "to_state", "actor_id", "role", "unit_id", "at", "visibility", "prev_hash",
    "text_digest", "hash",
)  # fmt: skip


def _only_blanks(table: str, vendor: str) -> str:
    """SQL for: this UPDATE empties the texts of an erased case's event and changes nothing else."""
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    kept = " AND ".join(f"NEW.{c} {same} OLD.{c}" for c in (*_KEPT, *_COLUMNS[table]))
    data = "NEW.data" if vendor == "sqlite" else "NEW.data::text"
    return (
        f"{kept} AND NEW.words = '' AND NEW.reason = '' AND {data} = '{{}}' AND NEW.text_salt = '' "
        "AND OLD.text_digest <> '' AND EXISTS (SELECT 1 FROM suggestions_erasure e "
        "WHERE e.suggestion_id = OLD.suggestion_id AND e.kind = 'erased')"
    )


def _let_erasure_through(execute: Any, vendor: str, table: str) -> None:
    """Replace one table's trigger by the one that lets an erased case's texts be emptied."""
    _replace(execute, vendor, table, _only_blanks(table, vendor))


def _replace(execute: Any, vendor: str, table: str, allowed: str) -> None:
    """Put a trigger in the place of one table's that refuses every change but an UPDATE for which `allowed` (SQL) holds."""
    if vendor == "postgresql":
        function = f"{table}_append_only"
        execute(f"DROP TRIGGER {table}_append_only ON {table}")
        execute(
            f"CREATE OR REPLACE FUNCTION {function}() RETURNS trigger AS $$ BEGIN "
            f"IF TG_OP = 'UPDATE' THEN IF {allowed} THEN RETURN NEW; END IF; END IF; "
            f"RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END $$ LANGUAGE plpgsql"
        )
        execute(
            f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
            f"FOR EACH ROW EXECUTE FUNCTION {function}()"
        )
    elif vendor == "sqlite":
        execute(f"DROP TRIGGER {table}_no_update")
        execute(
            f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({allowed}) "
            f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
        )


_SHEETS = "suggestions_juryscore"
_MARKS = (
    "id", "nomination_id", "juror_id", "conflict", "novelty", "feasibility", "benefit", "submitted_at",
)  # fmt: skip
_EMPTY = "('', '（内容已依法删除）')"
"""What erased words of a sheet become: nothing, or the mark where a constraint wants something to stand."""


def let_sheets_be_emptied(execute: Any, vendor: str) -> None:
    """Freeze a jury's sheets as before, save that the words about an erased case may be emptied (PIPL 47).

    The marks, the juror and the time stay frozen for everybody: the points that were drawn from them still add up.
    """
    same = "IS" if vendor == "sqlite" else "IS NOT DISTINCT FROM"
    kept = " AND ".join(f"NEW.{c} {same} OLD.{c}" for c in _MARKS)
    allowed = (
        f"{kept} AND NEW.comment IN {_EMPTY} AND NEW.conflict_reason IN {_EMPTY} AND EXISTS ("
        "SELECT 1 FROM suggestions_erasure e JOIN suggestions_nomination n ON n.suggestion_id = e.suggestion_id "
        "WHERE n.id = OLD.nomination_id AND e.kind = 'erased')"
    )
    _replace(execute, vendor, _SHEETS, allowed)


def _knows_erasure() -> bool:
    """Whether the tables of erasure exist yet: older migrations install the triggers before them."""
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        if not {"suggestions_erasure", *_EVENTS} <= tables:
            return False
        return all(
            "text_digest"
            in {c.name for c in connection.introspection.get_table_description(cursor, table)}
            for table in _EVENTS
        )


def remove(execute: Any, vendor: str) -> None:
    """Drop the triggers."""
    for table in TABLES:
        if vendor == "postgresql":
            execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        elif vendor == "sqlite":
            for act in ("update", "delete"):
                execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
