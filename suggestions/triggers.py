"""Database triggers that make the event log append-only (invariant 3): UPDATE and DELETE are refused by the database
itself, whoever asks. Used by the migration, and by test runs that have to empty their tables.
"""

from typing import Any

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


def remove(execute: Any, vendor: str) -> None:
    """Drop the triggers."""
    for table in TABLES:
        if vendor == "postgresql":
            execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
        elif vendor == "sqlite":
            for act in ("update", "delete"):
                execute(f"DROP TRIGGER IF EXISTS {table}_no_{act}")
