"""The two roles and the database; roles belong to the whole server, so no migration makes them."""

from __future__ import annotations

from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812  # it is a class

from billingsync.embedded.addresses import APP, DATABASE, OWNER
from billingsync.embedded.postgres import Postgres

OWNER_RIGHTS = "LOGIN BYPASSRLS CREATEDB NOSUPERUSER"
APP_RIGHTS = "LOGIN NOBYPASSRLS NOCREATEDB NOSUPERUSER NOCREATEROLE"


def make_roles(server: Postgres) -> None:
    """Make owner and login role, or give them back their rights and passwords."""
    connection = server.connect()
    with connection.cursor() as cursor:
        _make_role(cursor, OWNER, OWNER_RIGHTS, server.keys.owner_password)
        _make_role(cursor, APP, APP_RIGHTS, server.keys.app_password)
    connection.close()


def make_database(server: Postgres, name: str = DATABASE) -> bool:
    """Make a database of the owner in which the login role may read and write rows; False when it is there."""
    connection = server.connect()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        present = cursor.fetchone() is not None
        if not present:
            cursor.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(OWNER)))
    connection.close()
    grant_rows(server, name)
    return not present


def grant_rows(server: Postgres, name: str) -> None:
    """Let the login role use rows, sequences and functions that the owner makes, now and later, and nothing else."""
    connection = server.connect(name)
    with connection.cursor() as cursor:
        for statement in GRANTS:
            cursor.execute(
                sql.SQL(statement).format(
                    database=sql.Identifier(name), owner=sql.Identifier(OWNER), app=sql.Identifier(APP)
                )
            )
    connection.close()


GRANTS = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {app}",
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {app}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {app}",
)


def _make_role(cursor: Cursor, name: str, rights: str, password: str) -> None:
    cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [name])
    verb = "ALTER" if cursor.fetchone() else "CREATE"
    cursor.execute(
        sql.SQL(verb + " ROLE {} " + rights + " PASSWORD {}").format(sql.Identifier(name), sql.Literal(password))
    )
