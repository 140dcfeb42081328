"""Migrations that a live system survives: the version before goes on working while they run, and after."""

from __future__ import annotations

import pytest
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

OURS = ["accounts", "connections", "core", "customers", "invoices", "notifications", "products", "programs", "syncs"]
FIRST = "0001_initial"  # makes the tables, so nothing was live while it ran


@pytest.fixture
def known(transactional_db: None) -> set[tuple[str, str]]:
    """Every migration of the product, as app and name; outside of a transaction, where indexes can be made live."""
    return {(app, name) for app, name in MigrationLoader(None).disk_migrations if app in OURS}


def lint(*, ignored: list[str]) -> MigrationLinter:
    linter = MigrationLinter(
        include_apps=OURS, ignore_name=ignored, all_warnings_as_errors=True, no_cache=True, quiet=["ok", "ignore"]
    )
    linter.lint_all_migrations()
    return linter


def test_migrations_after_the_first_neither_lock_a_table_nor_break_the_version_before(
    known: set[tuple[str, str]], capsys: pytest.CaptureFixture[str]
):
    linter = lint(ignored=[FIRST])

    assert not linter.has_errors, capsys.readouterr().out
    assert linter.nb_valid == len(known) - len(OURS)


def test_lint_notices_what_would_lock_a_table(known: set[tuple[str, str]], capsys: pytest.CaptureFixture[str]):
    assert lint(ignored=[]).has_errors

    assert "CREATE INDEX locks table" in capsys.readouterr().out
