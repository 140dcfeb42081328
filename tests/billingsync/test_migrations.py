"""Migrations that a live system survives: the version before goes on working while they run, and after."""

from __future__ import annotations

import pytest
from django.db.migrations.loader import MigrationLoader
from django_migration_linter import MigrationLinter

OURS = ["accounts", "connections", "core", "customers", "invoices", "notifications", "products", "programs", "syncs"]

# No installation ran without these, so nothing was live while they ran. The list only ever gets shorter.
BEFORE_FIRST_RELEASE = [
    "0001_initial",
    "0002_row_security",
    "0003_header_hash_and_overlap_choice",
    "0003_run_attempts",
    "0003_search",
    "0003_trigrams",
    "0004_billing_items",
    "0004_preview_beside_run",
    "0005_fill_billing_items",
    "0005_secure_mapping_batches",
    "0006_charges_in_order",
    "0006_run_templates",
    "0007_inbox_indexes",
    "0009_open_findings",
    "0010_one_under_way",
    "0011_changes_in_order",
]


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


def test_migrations_since_the_first_release_neither_lock_a_table_nor_break_the_version_before(
    known: set[tuple[str, str]], capsys: pytest.CaptureFixture[str]
):
    linter = lint(ignored=BEFORE_FIRST_RELEASE)

    assert not linter.has_errors, capsys.readouterr().out
    assert linter.nb_valid >= 2


def test_lint_notices_what_would_lock_a_table(known: set[tuple[str, str]], capsys: pytest.CaptureFixture[str]):
    assert lint(ignored=[name for name in BEFORE_FIRST_RELEASE if name != "0004_preview_beside_run"]).has_errors

    assert "CREATE INDEX locks table" in capsys.readouterr().out


def test_list_of_old_migrations_names_only_what_exists(known: set[tuple[str, str]]):
    assert set(BEFORE_FIRST_RELEASE) <= {name for _, name in known}
