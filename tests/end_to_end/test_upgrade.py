"""A new version on the database of an older one, which has rows."""

from __future__ import annotations

import json
from pathlib import Path

from tests import databases
from tests.end_to_end.host import hosted


def test_migrations_keep_what_an_older_version_stored(
    test_servers: databases.TestServers, redis_url: str, tmp_path: Path
):
    with hosted(test_servers, redis_url, tmp_path, "old") as host:
        host.configure("old")
        host.sync("old")
        before = host.manage("old", "customers", "--partner", "northwind", "--json").stdout
        assert json.loads(before)["customers"]

        back = host.manage("old", "migrate", "invoices", "0003")
        forth = host.manage("old", "migrate")

        assert (back.returncode, forth.returncode) == (0, 0), back.stderr + forth.stderr
        assert host.manage("old", "customers", "--partner", "northwind", "--json").stdout == before
        assert [run["status"] for run in host.sync("old")] == ["no_change", "no_change"]
