"""Commands in processes of their own, on databases of the tests' servers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import yaml

from devservers.addresses import Addresses
from devservers.places import CHECKOUT
from sandbox.server import running
from tests import databases
from tests.billingsync.conftest import plain_environment
from tests.end_to_end.office import Json, Office

CAST = ("adatum", "coho-winery")
KEYS = "k1:" + "A" * 43 + "="


class Host:
    """An installation whose databases are named by the test."""

    def __init__(self, addresses: Mapping[str, Addresses], office: Office, redis_url: str, folder: Path) -> None:
        self.addresses = addresses
        self.office = office
        self.redis_url = redis_url
        self.folder = folder

    def manage(self, database: str, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command on one of the databases."""
        place, told = self.addresses[database], self.office.server.introduction()
        variables = {
            "BILLINGSYNC_ENV": "development", "BILLINGSYNC_DATA_DIR": str(self.folder / "data"),
            "DATABASE_URL": place.database, "MIGRATE_DATABASE_URL": place.database_as_owner,
            "REDIS_URL": self.redis_url, "REDIS_KEY_PREFIX": f"backup-{database}:", "FIELD_ENCRYPTION_KEYS": KEYS,
            "PRISM_IDENTITY_URL": told["prism_identity_url"], "PRISM_API_URL": told["prism_api_url"],
            "SYNCRO_BASE_URL": told["syncro_base_url"], "SYNCRO_REQUESTS_PER_MINUTE": "0", "SETTLE_SECONDS": "0",
            "UNKNOWN_LIMIT_REQUESTS_PER_MINUTE": "0", "ALLOW_PRIVATE_API_HOSTS": "1", "LOG_LEVEL": "ERROR",
            "NORTHWIND_PRISM_SECRET": told["accounts"][0]["prism_client_secret"],
            "NORTHWIND_SYNCRO_TOKEN": told["accounts"][0]["syncro_token"],
        }  # fmt: skip
        return subprocess.run(
            [sys.executable, "manage.py", *words],
            cwd=CHECKOUT, env=plain_environment(**variables), text=True, capture_output=True, check=False,
        )  # fmt: skip

    def configure(self, database: str) -> None:
        """Make Northwind IT with the customers of ``CAST``."""
        self.office.write_wishes = lambda: None  # the command runs in a process of its own here
        self.office.configure(*CAST)
        file = self.folder / "northwind.yaml"
        file.write_text(yaml.safe_dump(self.office.wishes, allow_unicode=True), encoding="utf-8")
        done = self.manage(database, "configure", str(file))
        assert done.returncode == 0, done.stderr

    def sync(self, database: str, *words: str) -> list[Json]:
        """What ``manage.py sync`` says of its runs."""
        done = self.manage(database, "sync", "--partner", "northwind", "--json", *words)
        assert done.stdout, done.stderr
        runs: list[Json] = json.loads(done.stdout)["runs"]
        return runs


@contextmanager
def hosted(tests: databases.TestServers, redis_url: str, folder: Path, *names: str) -> Iterator[Host]:
    """An installation with fresh databases of these names."""
    made = {name: databases.create_database(tests, f"_{name}") for name in names}
    try:
        for database in made.values():
            _drop_what_only_tests_have(tests, database)
        with running(folder / "sandbox") as server:
            addresses = {name: tests.addresses(database) for name, database in made.items()}
            yield Host(addresses, Office(server, folder), redis_url, folder)
    finally:
        for database in made.values():
            databases.drop_database(tests, database)


def _drop_what_only_tests_have(tests: databases.TestServers, database: str) -> None:
    connection = tests.server.connect(database)
    with connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA baseline CASCADE")
    connection.close()
