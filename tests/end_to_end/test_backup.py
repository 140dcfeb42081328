"""A backup that is older than Syncro: after restoring it nothing is written a second time."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from billingsync.embedded.addresses import Addresses
from billingsync.embedded.places import CHECKOUT
from sandbox.server import running
from tests import databases
from tests.end_to_end.office import Json, Office
from tests.platform.conftest import plain_environment

CAST = ("adatum", "coho-winery")
KEYS = "k1:" + "A" * 43 + "="


class Host:
    """An installation on two databases of the tests' servers: one that is lost, one that is restored into."""

    def __init__(self, addresses: dict[str, Addresses], office: Office, redis_url: str, folder: Path) -> None:
        self.addresses = addresses
        self.office = office
        self.redis_url = redis_url
        self.folder = folder

    def manage(self, database: str, *words: str) -> subprocess.CompletedProcess[str]:
        place, told = self.addresses[database], self.office.server.introduction()
        variables = {
            "BILLINGSYNC_ENV": "development", "BILLINGSYNC_DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": place.database, "MIGRATE_DATABASE_URL": place.database_as_owner,
            "REDIS_URL": self.redis_url, "REDIS_KEY_PREFIX": f"backup-{database}:", "FIELD_ENCRYPTION_KEYS": KEYS,
            "PRISM_IDENTITY_URL": told["prism_identity_url"], "PRISM_API_URL": told["prism_api_url"],
            "SYNCRO_BASE_URL": told["syncro_base_url"], "SYNCRO_REQUESTS_PER_MINUTE": "0", "SETTLE_SECONDS": "0",
            "ALLOW_PRIVATE_API_HOSTS": "1", "LOG_LEVEL": "ERROR",
            "NORTHWIND_PRISM_SECRET": told["accounts"][0]["prism_client_secret"],
            "NORTHWIND_SYNCRO_TOKEN": told["accounts"][0]["syncro_token"],
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=CHECKOUT, env=plain_environment(**variables), text=True, capture_output=True, check=False,
        )  # fmt: skip

    def sync(self, database: str, *words: str) -> list[Json]:
        done = self.manage(database, "sync", "--partner", "northwind", "--json", *words)
        assert done.stdout, done.stderr
        runs: list[Json] = json.loads(done.stdout)["runs"]
        return runs


@pytest.fixture
def host(test_servers: databases.TestServers, redis_url: str, tmp_path: Path) -> Iterator[Host]:
    names = {name: databases.create_database(test_servers, f"_{name}") for name in ("lost", "restored")}
    for database in names.values():
        _drop_what_only_tests_have(test_servers, database)
    try:
        with running(tmp_path / "sandbox") as server:
            found = {name: test_servers.addresses(database) for name, database in names.items()}
            yield Host(found, Office(server, tmp_path), redis_url, tmp_path)
    finally:
        for database in names.values():
            databases.drop_database(test_servers, database)


def _drop_what_only_tests_have(tests: databases.TestServers, database: str) -> None:
    connection = tests.server.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA baseline CASCADE")
    connection.close()


def configure(host: Host, database: str) -> None:
    file = host.folder / "northwind.yaml"
    office = host.office
    office.write_wishes = lambda: None
    office.configure(*CAST)
    file.write_text(yaml.safe_dump(office.wishes, allow_unicode=True), encoding="utf-8")
    done = host.manage(database, "configure", str(file))
    assert done.returncode == 0, done.stderr


def test_run_after_an_older_backup_was_restored_writes_nothing_twice(host: Host, tmp_path: Path):
    file = tmp_path / "northwind.backup"
    configure(host, "lost")
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
