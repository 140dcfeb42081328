"""A database of schema-1, which has rows, brought up to date."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from devservers import roles
from devservers.places import CHECKOUT
from tests import databases
from tests.billingsync.conftest import plain_environment
from tests.end_to_end.host import KEYS
from tests.schema_1 import unpack_schema_1

# Run in the tree of schema-1: it makes its rows as that version made them.
FILL = """
from accounts.services import create_partner
from core.audit import COMMAND
from core.scope import partner_scope
from tests import factories as make

partner = create_partner(slug="northwind", name="Northwind IT", actor=COMMAND)
with partner_scope(partner.pk):
    program = make.ProgramFactory()
    customer = make.CustomerFactory(source=program.source)
    mapping = make.MappingFactory(program=program, customer=customer)
    charge = make.ChargeFactory(invoice__source=program.source, customer=customer)
    run = make.RunFactory(program=program)
    on_template = {"customer": customer, "template_id": mapping.template.external_id}
    make.ChangeFactory(run=run, subscription=charge.subscription, **on_template)
    make.LineFactory(program=program, subscription=charge.subscription, **on_template)
    make.FindingFactory(last_run=run, customer=customer)
    make.ProductLinkFactory(product__source=program.source, target=program.target)
    make.MessageFactory()
"""
FILLED = {
    "accounts_partner", "connections_connection", "connections_connectionevent", "core_auditentry",
    "customers_customer", "customers_mapping", "customers_mappingevent", "customers_subscription",
    "customers_targetcustomer", "customers_template", "invoices_billingitem", "invoices_charge",
    "invoices_sourceinvoice", "notifications_message", "products_product", "products_productlink", "programs_program",
    "programs_programevent", "syncs_change", "syncs_finding", "syncs_line", "syncs_run",
}  # fmt: skip

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'django_migrations'"
# What makes a schema, as PostgreSQL itself writes it down.
SCHEMA = """
SELECT 'column', format('%s.%s %s %s %s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid))
FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped
UNION ALL SELECT 'constraint', format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'policy', format('%s %s %s %s %s', tablename, policyname, cmd, qual, with_check) FROM pg_policies
UNION ALL SELECT 'trigger', pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
UNION ALL SELECT 'function', pg_get_functiondef(p.oid) FROM pg_proc p
WHERE p.pronamespace = 'public'::regnamespace AND p.prokind = 'f'
    AND NOT EXISTS (SELECT FROM pg_depend WHERE objid = p.oid AND deptype = 'e')
UNION ALL
SELECT 'table', format('%s %s %s %s %s', relname, relrowsecurity, relforcerowsecurity, relowner::regrole, relacl)
FROM pg_class WHERE relkind IN ('r', 'S') AND relnamespace = 'public'::regnamespace
ORDER BY 1, 2
"""

Rows = dict[str, list[dict[str, object]]]


@dataclass(frozen=True, slots=True)
class Database:
    """A database that the versions take turns at."""

    tests: databases.TestServers
    name: str
    folder: Path

    def manage(self, tree: Path, *words: str) -> str:
        """A command of one version, which must work."""
        done = self.attempt(tree, *words)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def attempt(self, tree: Path, *words: str) -> subprocess.CompletedProcess[str]:
        """A command of one version."""
        place = self.tests.addresses(self.name)
        variables = {
            "BILLINGSYNC_ENV": "development", "BILLINGSYNC_DATA_DIR": str(self.folder / "data"), "LOG_LEVEL": "ERROR",
            "DATABASE_URL": place.database, "MIGRATE_DATABASE_URL": place.database_as_owner,
            "REDIS_URL": place.redis, "FIELD_ENCRYPTION_KEYS": KEYS,
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=tree, env=plain_environment(**variables), text=True, capture_output=True, check=False,
        )  # fmt: skip

    def ask(self, query: str) -> list[tuple[object, ...]]:
        """Rows of all partners."""
        connection = self.tests.server.connect(self.name)
        with connection.cursor() as cursor:
            cursor.execute(query)
            found: list[tuple[object, ...]] = cursor.fetchall()
        connection.close()
        return found

    def rows(self) -> Rows:
        """Every table's rows, by their text."""
        tables = [str(name) for (name,) in self.ask(TABLES)]
        return {
            name: [json.loads(str(row)) for (row,) in self.ask(f'SELECT to_jsonb(t)::text FROM "{name}" t ORDER BY 1')]  # noqa: S608  # names of ours
            for name in tables
        }


@pytest.fixture
def upgraded(test_servers: databases.TestServers, tmp_path: Path) -> Iterator[tuple[Database, Rows]]:
    """A database that schema-1 made and filled and the present version migrated, with the rows of before."""
    tree = tmp_path / "schema-1"
    unpack_schema_1(tree)
    name = f"{databases.COPY}{os.getpid()}_upgraded"
    roles.make_database(test_servers.server, name)
    database = Database(test_servers, name, tmp_path)
    try:
        database.manage(tree, "migrate", "--no-input", "--verbosity", "0")
        database.manage(tree, "shell", "--verbosity", "0", "--command", FILL)
        before = database.rows()
        database.manage(CHECKOUT, "migrate", "--no-input", "--verbosity", "0")
        yield database, before
    finally:
        databases.drop_database(test_servers, name)


@pytest.mark.schema_1
def test_upgrade_from_schema_1_keeps_every_row_and_comes_to_the_present_schema(
    upgraded: tuple[Database, Rows], test_servers: databases.TestServers
) -> None:
    database, before = upgraded
    fresh = databases.create_database(test_servers, "_fresh")

    assert {name for name, rows in before.items() if rows} >= FILLED
    assert lost(before, database.rows()) == []
    assert database.ask(SCHEMA) == Database(test_servers, fresh, database.folder).ask(SCHEMA)
    databases.drop_database(test_servers, fresh)


def test_database_of_before_schema_1_is_left_as_it_is(test_servers: databases.TestServers, tmp_path: Path) -> None:
    database = Database(test_servers, databases.create_database(test_servers, "_before"), tmp_path)
    connection = test_servers.server.connect(database.name)
    with connection, connection.cursor() as cursor:  # the history of such a one
        ours = ("core", "customers", "invoices", "products", "syncs")
        cursor.execute("DELETE FROM django_migrations WHERE app IN %s AND name <> '0001_initial'", [ours])
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('accounts', '0002_row_security', now())"
        )
    connection.close()
    before = database.ask("SELECT app, name FROM django_migrations ORDER BY id")

    refused = database.attempt(CHECKOUT, "migrate", "--no-input")

    assert refused.returncode == 1
    assert "cannot be brought up to date. Nothing was changed. Make a new database" in refused.stderr
    assert database.ask("SELECT app, name FROM django_migrations ORDER BY id") == before
    databases.drop_database(test_servers, database.name)


@pytest.mark.parametrize("after", [{}, {"lines": []}, {"lines": [{"id": 7, "mark": "BS:OTHER"}]}])
def test_row_that_is_gone_or_says_something_else_is_lost(after: Rows) -> None:
    row: dict[str, object] = {"id": 7, "mark": "BS:MARK"}

    assert lost({"lines": [row]}, after) == [f"lines: {row}"]
    assert lost({"lines": [row]}, {"lines": [row | {"added": None}]}) == []


def lost(before: Rows, after: Rows) -> list[str]:
    """Rows that are not there any more, or whose columns say something else."""
    kept = {name: [row.items() for row in rows] for name, rows in after.items()}
    return [
        f"{name}: {row}"
        for name, rows in before.items()
        for row in rows
        if not any(row.items() <= present for present in kept.get(name, []))
    ]
