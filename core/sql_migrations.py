"""Migration operation that runs a file of SQL."""

from __future__ import annotations

from pathlib import Path

from django.db import migrations


def run_sql_file(migration: str, name: str) -> migrations.RunSQL:
    """Run ``sql/NAME`` beside the migration, which says where it is by its ``__file__``.

    There is no way back: a function that was there before is made again by the file that made it.
    """
    return migrations.RunSQL((Path(migration).parent / "sql" / name).read_text("utf-8"))
