"""Roles and databases on the embedded server."""

from __future__ import annotations

from billingsync import database_roles
from billingsync.database_roles import DatabaseRole, Roles
from devservers.addresses import APP, DATABASE, OWNER
from devservers.keys import DevelopmentKeys
from devservers.postgres import Postgres


def make_roles(server: Postgres) -> None:
    """Make owner and login role, or give them back their rights and passwords."""
    connection = server.connect()
    database_roles.make_roles(connection, _roles(server.keys))
    connection.close()


def make_database(server: Postgres, name: str = DATABASE) -> bool:
    """Make a database of the owner in which the login role may read and write rows; False when it is there."""
    connection = server.connect()
    made = database_roles.make_database(connection, name, _roles(server.keys))
    connection.close()
    grant_rows(server, name)
    return made


def grant_rows(server: Postgres, name: str) -> None:
    """Let the login role use rows and sequences that the owner makes, now and later, and nothing else."""
    connection = server.connect(name)
    database_roles.grant_rows(connection, name, _roles(server.keys))
    connection.close()


def _roles(keys: DevelopmentKeys) -> Roles:
    return Roles(owner=DatabaseRole(OWNER, keys.owner_password), login=DatabaseRole(APP, keys.app_password))
