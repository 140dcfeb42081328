"""The two PostgreSQL roles and the database.

The owner makes the schema and passes row security by; the login role reads and writes rows and owns
nothing, so that row security holds for it. Roles belong to a whole server, so no migration makes
them: the embedded servers do, and an administrator elsewhere, once, with

    ADMIN_DATABASE_URL=... DATABASE_URL=... MIGRATE_DATABASE_URL=... python -m billingsync.database_roles

which takes names and passwords from the two URLs and may be run again at any time.
"""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import connection as Connection  # noqa: N812  # it is a class

OWNER_RIGHTS = "LOGIN BYPASSRLS CREATEDB NOSUPERUSER NOCREATEROLE"
LOGIN_RIGHTS = "LOGIN NOBYPASSRLS NOCREATEDB NOSUPERUSER NOCREATEROLE"

# What the login role may do in a database, with the tables that the owner makes now and later.
GRANTS = (
    "REVOKE ALL ON DATABASE {database} FROM PUBLIC",
    "GRANT CONNECT ON DATABASE {database} TO {login}",
    "ALTER SCHEMA public OWNER TO {owner}",
    "REVOKE ALL ON SCHEMA public FROM PUBLIC",
    "GRANT USAGE ON SCHEMA public TO {login}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {login}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT USAGE, SELECT ON SEQUENCES TO {login}",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC",
    "ALTER DEFAULT PRIVILEGES FOR ROLE {owner} GRANT EXECUTE ON FUNCTIONS TO {login}",
)


@dataclass(frozen=True)
class DatabaseRole:
    """A role that can log in."""

    name: str
    password: str


@dataclass(frozen=True)
class Roles:
    """The owner of the schema, and the role of web server and workers."""

    owner: DatabaseRole
    login: DatabaseRole


def make_roles(admin: Connection, roles: Roles) -> None:
    """Make both roles, or give them their rights and passwords again."""
    _make_role(admin, roles.owner, OWNER_RIGHTS)
    _make_role(admin, roles.login, LOGIN_RIGHTS)


def make_database(admin: Connection, name: str, roles: Roles) -> bool:
    """Make the owner's database; False when it is there."""
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
        if cursor.fetchone():
            return False
        statement = sql.SQL("CREATE DATABASE {} OWNER {}")
        cursor.execute(statement.format(sql.Identifier(name), sql.Identifier(roles.owner.name)))
    return True


def grant_rows(admin: Connection, database: str, roles: Roles) -> None:
    """Let the login role use rows and sequences in the database that ``admin`` is connected to."""
    names = {"database": database, "owner": roles.owner.name, "login": roles.login.name}
    with admin.cursor() as cursor:
        for statement in GRANTS:
            cursor.execute(sql.SQL(statement).format(**{key: sql.Identifier(name) for key, name in names.items()}))


def role_of(url: str) -> DatabaseRole:
    """The role that a database URL logs in with."""
    parts = urlsplit(url)
    return DatabaseRole(name=unquote(parts.username or ""), password=unquote(parts.password or ""))


def main() -> None:
    """Make roles, database and grants on the server of ``ADMIN_DATABASE_URL``."""
    missing = [
        name for name in ("ADMIN_DATABASE_URL", "DATABASE_URL", "MIGRATE_DATABASE_URL") if name not in os.environ
    ]
    if missing:
        sys.exit(f"Set {', '.join(missing)}.")
    roles = Roles(owner=role_of(os.environ["MIGRATE_DATABASE_URL"]), login=role_of(os.environ["DATABASE_URL"]))
    database = urlsplit(os.environ["DATABASE_URL"]).path.lstrip("/")
    with_server = _connect("/postgres")
    make_roles(with_server, roles)
    make_database(with_server, database, roles)
    with_server.close()
    with_database = _connect(f"/{database}")
    grant_rows(with_database, database, roles)
    with_database.close()


def _connect(path: str) -> Connection:
    connection = psycopg2.connect(urlsplit(os.environ["ADMIN_DATABASE_URL"])._replace(path=path).geturl())
    connection.autocommit = True
    return connection


def _make_role(admin: Connection, role: DatabaseRole, rights: str) -> None:
    with admin.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role.name])
        verb = "ALTER" if cursor.fetchone() else "CREATE"
        statement = sql.SQL(f"{verb} ROLE {{}} {rights} PASSWORD {{}}")
        cursor.execute(statement.format(sql.Identifier(role.name), sql.Literal(role.password)))


if __name__ == "__main__":
    main()
