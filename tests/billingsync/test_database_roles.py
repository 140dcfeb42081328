"""``python -m billingsync.database_roles``: an administrator makes roles and database on any server."""

from __future__ import annotations

import psycopg2
import pytest
from psycopg2.errors import InsufficientPrivilege

from devservers.addresses import SUPERUSER
from devservers.ports import HOST

NAMES = ("roles_test_owner", "roles_test_login", "roles_test")


@pytest.fixture
def urls(test_servers):
    owner, login, database = NAMES
    server = test_servers.server
    place = f"{HOST}:{server.port}"
    yield {
        "ADMIN_DATABASE_URL": f"postgres://{SUPERUSER}:{server.keys.postgres_password}@{place}/postgres",
        "MIGRATE_DATABASE_URL": f"postgres://{owner}:one%2F1@{place}/{database}",
        "DATABASE_URL": f"postgres://{login}:two@{place}/{database}",
    }
    admin = server.connect()
    with admin.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {database}")
        cursor.execute(f"DROP ROLE IF EXISTS {owner}, {login}")
    admin.close()


def test_login_role_may_use_the_owners_rows_but_not_its_tables(run_python, urls):
    for _again in range(2):
        done = run_python("-m", "billingsync.database_roles", **urls)
        assert done.returncode == 0, done.stderr

    owner, login = psycopg2.connect(urls["MIGRATE_DATABASE_URL"]), psycopg2.connect(urls["DATABASE_URL"])
    with owner, owner.cursor() as cursor:
        cursor.execute("CREATE TABLE things (id bigint GENERATED ALWAYS AS IDENTITY, name text)")
    with login, login.cursor() as cursor:
        cursor.execute("INSERT INTO things (name) VALUES ('one') RETURNING name")
        assert cursor.fetchall() == [("one",)]
    with pytest.raises(InsufficientPrivilege), login, login.cursor() as cursor:
        cursor.execute("CREATE TABLE mine (id int)")
    owner.close()
    login.close()


def test_missing_url_is_named(run_python):
    done = run_python("-m", "billingsync.database_roles")

    assert done.returncode == 1
    assert done.stderr.strip() == "Set ADMIN_DATABASE_URL, DATABASE_URL, MIGRATE_DATABASE_URL."
