"""From which schema on a database is brought up to date."""

from __future__ import annotations

from typing import Any

from django.core.management.base import CommandError
from django.db import connections
from django.db.migrations.recorder import MigrationRecorder

OF_BEFORE = ("accounts", "0002_row_security")  # schema-1 has it in accounts 0001_initial
TOO_OLD = (
    "An earlier version than schema-1 made this database, and it cannot be brought up to date. Nothing was changed. "
    "Make a new database and configure the partners again: the next sync takes over the lines that stand in the "
    "target, by their marks. See “Update” in docs/operations.md."
)


def refuse_older_schema(using: str, **_kwargs: Any) -> None:
    """Before ``migrate`` does anything: what it begins with has the names of before, and would count as done."""
    if OF_BEFORE in MigrationRecorder(connections[using]).applied_migrations():
        raise CommandError(TOO_OLD)
