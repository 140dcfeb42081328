"""A backup that is older than Syncro: after restoring it nothing is written a second time."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import databases
from tests.end_to_end.host import Host, hosted


@pytest.fixture
def host(test_servers: databases.TestServers, redis_url: str, tmp_path: Path) -> Iterator[Host]:
    """One database that is lost, one that is restored into."""
    with hosted(test_servers, redis_url, tmp_path, "lost", "restored") as made:
        yield made


def test_run_after_an_older_backup_was_restored_writes_nothing_twice(host: Host, tmp_path: Path):
    file = tmp_path / "northwind.backup"
    host.configure("lost")
    host.sync("lost", "--products")
    saved = host.manage("lost", "backup", str(file))
    assert (saved.returncode, file.stat().st_mode & 0o777) == (0, 0o600), saved.stderr
    host.sync("lost")
    before = host.office.our_lines()
    assert len(before) > 3

    restored = host.manage("restored", "restore", str(file))
    runs = host.sync("restored")

    assert restored.returncode == 0, restored.stderr
    assert "every billing plan waits now" in restored.stderr
    assert "error" not in [run["status"] for run in runs]
    assert host.office.our_lines() == before
    balance = host.manage("restored", "reconcile", "--partner", "northwind", "--json")
    assert balance.returncode == 0, balance.stderr
    assert "The database holds 1 partner." in host.manage("restored", "restore", str(file)).stderr


def test_backup_overwrites_no_file_and_restore_needs_one(host: Host, tmp_path: Path):
    file = tmp_path / "kept"
    file.write_text("something else")

    assert "exists already" in host.manage("lost", "backup", str(file)).stderr
    assert file.read_text() == "something else"
    assert "pg_restore failed" in host.manage("restored", "restore", str(file)).stderr
    assert host.manage("restored", "migrate", "--check").returncode == 0, "the schema was touched"
