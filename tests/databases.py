"""A database of its own for each test process, copied from a template that was migrated once.

Tests log in as the role that owns nothing, so that row security is real; what only an owner may do
(make, empty and drop databases) is done here through the superuser of the tests' servers.

``python -m tests.databases start`` prepares servers and template, ``stop`` ends them unless another
test run uses them.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812  # it is a class

from devservers import migrating, postgres, roles, servers
from devservers.addresses import OWNER, Addresses, addresses
from devservers.keys import make_keys
from devservers.places import data_folder
from devservers.ports import choose_ports

TEMPLATE = "tests_template_"
COPY = "test_"


@dataclass(frozen=True)
class TestServers:
    """The tests' own servers, running."""

    __test__ = False
    server: postgres.Postgres

    def addresses(self, database: str) -> Addresses:
        """URLs with a database of this name."""
        return addresses(self.server.keys, choose_ports(self.server.folder), database)


def start_servers() -> TestServers:
    """Start the tests' servers, or take over running ones."""
    folder = data_folder()
    servers.start(folder, _say, migrated=False, durable=False)
    return TestServers(postgres.locate(folder, make_keys(folder)))


def create_database(tests: TestServers, suffix: str = "") -> str:
    """A fresh migrated database for this process; returns its name."""
    name = f"{COPY}{os.getpid()}{suffix}"
    with _template_lock(tests):
        template = _template(tests)
        with _cursor(tests) as cursor:
            _drop_abandoned(cursor)
            _drop(cursor, name)
            cursor.execute(
                sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY file_copy").format(
                    sql.Identifier(name), sql.Identifier(template), sql.Identifier(OWNER)
                )
            )
    roles.grant_rows(tests.server, name)
    return name


def drop_database(tests: TestServers, name: str) -> None:
    """Remove the database of this process."""
    with _cursor(tests) as cursor:
        _drop(cursor, name)


def empty_database(tests: TestServers, name: str) -> None:
    """Bring every table back to what the migrations left in it."""
    with _cursor(tests, name) as cursor:
        cursor.execute("SET session_replication_role = replica")  # no triggers, no foreign keys: any order will do
        cursor.execute("SET lock_timeout = '20s'")
        kept = _tables(cursor, "baseline")
        for table in _tables_with_rows(cursor):
            cursor.execute(sql.SQL("DELETE FROM public.{}").format(sql.Identifier(table)))
        for table in kept:
            cursor.execute(
                sql.SQL("INSERT INTO public.{0} OVERRIDING SYSTEM VALUE TABLE baseline.{0}").format(
                    sql.Identifier(table)
                )
            )


def _template(tests: TestServers) -> str:
    """The migrated template for the present schema, made now if it is new; older ones are dropped."""
    name = TEMPLATE + migrating.schema_fingerprint()[:16]
    with _cursor(tests) as cursor:
        present = _databases(cursor, TEMPLATE)
        if name in present:
            return name
        for old in present:
            _drop(cursor, old)
        unfinished = f"{TEMPLATE}unfinished"
        _drop(cursor, unfinished)
        _say("Migrating the tests' template database ...")
        roles.make_database(tests.server, unfinished)
        migrating.migrate(tests.addresses(unfinished))
        _keep_baseline(tests, unfinished)
        cursor.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(unfinished), sql.Identifier(name))
        )
    return name


def _keep_baseline(tests: TestServers, name: str) -> None:
    """Copy the rows that migrations made, so that ``empty_database`` can bring them back."""
    with _cursor(tests, name) as cursor:
        cursor.execute("CREATE SCHEMA baseline")
        for table in _tables_with_rows(cursor):
            cursor.execute(sql.SQL("CREATE TABLE baseline.{0} AS TABLE public.{0}").format(sql.Identifier(table)))


def _tables(cursor: Cursor, schema: str) -> list[str]:
    cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s ORDER BY 1", [schema])
    return [row[0] for row in cursor.fetchall()]


def _tables_with_rows(cursor: Cursor) -> list[str]:
    tables = _tables(cursor, "public")
    question = sql.SQL(" UNION ALL ").join(
        sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM public.{})").format(sql.Literal(table), sql.Identifier(table))
        for table in tables
    )
    if not tables:
        return []
    cursor.execute(question)
    return [row[0] for row in cursor.fetchall()]


def _databases(cursor: Cursor, prefix: str) -> list[str]:
    cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [prefix])
    return [row[0] for row in cursor.fetchall()]


def _drop(cursor: Cursor, name: str) -> None:
    cursor.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _drop_abandoned(cursor: Cursor) -> None:
    """Remove the databases of test processes that died."""
    for name in _databases(cursor, COPY):
        if not _is_alive(name):
            _drop(cursor, name)


def _is_alive(database: str) -> bool:
    try:
        os.kill(int(database.removeprefix(COPY).partition("_")[0]), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


@contextmanager
def _cursor(tests: TestServers, database: str = "postgres") -> Iterator[Cursor]:
    connection = tests.server.connect(database)
    try:
        with connection.cursor() as cursor:
            yield cursor
    finally:
        connection.close()


@contextmanager
def _template_lock(tests: TestServers) -> Iterator[None]:
    with Path(tests.server.folder.root / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def _stop_unless_used() -> None:
    tests = start_servers()
    with _cursor(tests) as cursor:
        _drop_abandoned(cursor)
        used = _databases(cursor, COPY)
    if not used:
        servers.stop(tests.server.folder)


if __name__ == "__main__":
    os.environ["BILLINGSYNC_ENV"] = "test"
    if sys.argv[1:] == ["stop"]:
        _stop_unless_used()
    else:
        _started = start_servers()
        with _template_lock(_started):
            _template(_started)
