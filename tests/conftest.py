"""What every test can rely on: databases of its own, a network that ends at 127.0.0.1, a browser."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import Phase
from hypothesis import settings as hypothesis_settings
from redis import Redis

from devservers.places import CHECKOUT, data_folder
from tests import databases
from tests.schema_1 import commit_of_schema_1

OFFICIAL_DOCUMENTS = ("SYNCRO_OPENAPI", "CLOUDIQ_OPENAPI")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin")
LONG_FOLDERS = {"bench", "billingsync", "browser", "chaos", "end_to_end"}
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "redis_url"}

# The same examples in each run, so that a failure is the change's; make properties looks for others.
hypothesis_settings.register_profile("fixed", deadline=None, max_examples=150, derandomize=True)
hypothesis_settings.register_profile("deep", deadline=None, max_examples=3000)
# For mutants: an example that fails is enough, and need not be made smaller.
hypothesis_settings.register_profile(
    "mutants", deadline=None, max_examples=50, derandomize=True, phases=(Phase.explicit, Phase.generate)
)
hypothesis_settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "fixed"))

# Playwright keeps an event loop in the thread that runs the tests, where Django then refuses to query.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


def pytest_report_header() -> list[str]:
    """Name the checks that are left out: what they need is not given, or not in this clone."""
    missing = [name for name in OFFICIAL_DOCUMENTS if not os.environ.get(name)]
    left_out = {
        f"no path given: checks against the documents of {', '.join(missing)}": missing,
        "not in this shallow clone: upgrades from schema-1": not commit_of_schema_1(),
        "no nginx on this machine: that it reads the example of a proxy": NGINX is None,
    }
    return [f"Left out, {why}" for why, lacks in left_out.items() if lacks]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Deselect checks of which something is missing; long files begin first.

    Workers take one file after the other: with a long one at the end, one of them would stand idle.
    """
    left_out = [item for item in items if _lacks_document(item) or _lacks_history(item) or _lacks_nginx(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
    wanted = [item for item in items if item not in left_out]
    items[:] = sorted(wanted, key=lambda item: LONG_FOLDERS.isdisjoint(item.nodeid.split("/")))


def _lacks_document(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("official_document")
    if marker is None:
        return False
    return not all(os.environ.get(name) for name in marker.args or OFFICIAL_DOCUMENTS)


def _lacks_history(item: pytest.Item) -> bool:
    return item.get_closest_marker("schema_1") is not None and not commit_of_schema_1()


def _lacks_nginx(item: pytest.Item) -> bool:
    return item.get_closest_marker("nginx") is not None and NGINX is None


@pytest.fixture(scope="session")
def nginx() -> str | None:
    """Path of the program, for tests that are marked so."""
    return NGINX


@pytest.fixture(scope="session")
def test_servers() -> databases.TestServers:
    """The tests' PostgreSQL and Valkey, running."""
    return databases.start_servers()


@pytest.fixture(scope="session")
def django_db_setup(
    test_servers: databases.TestServers, django_test_environment: None, django_db_blocker: Any
) -> Iterator[None]:
    """Give this process a migrated database, in which the tests log in as the role that owns nothing."""
    name = databases.create_database(test_servers)
    settings.DATABASES["default"]["NAME"] = name
    with pytest.MonkeyPatch.context() as patch:
        # Django's own way, TRUNCATE, is not for a role that owns nothing.
        patch.setattr(
            TransactionTestCase, "_fixture_teardown", lambda _case: databases.empty_database(test_servers, name)
        )
        yield
    with django_db_blocker.unblock():
        connections.close_all()
    databases.drop_database(test_servers, name)


@pytest.fixture(scope="session")
def redis_url(test_servers: databases.TestServers) -> str:
    """Redis, running. Keys must begin with ``settings.REDIS_KEY_PREFIX``."""
    url: str = settings.REDIS_URL
    return url


@pytest.fixture(autouse=True)
def _empty_redis(request: pytest.FixtureRequest) -> Iterator[None]:
    """Forget what the test left in Redis: rate limits, cached answers, queued tasks."""
    yield
    if DATABASE_FIXTURES & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        with Redis.from_url(settings.REDIS_URL) as client:
            keys = list(client.scan_iter(match=f"*{settings.REDIS_KEY_PREFIX}*", count=1000))
            if keys:
                client.delete(*keys)
        from connections import clients

        clients._redis.cache_clear()  # with it goes what this process knows of penalties


@pytest.fixture
def command_environment(transactional_db: None) -> dict[str, str]:
    """Environment for ``manage.py`` and workers as processes of their own, on this test's database and Redis."""
    tests = databases.TestServers(databases.start_servers().server)
    urls = tests.addresses(settings.DATABASES["default"]["NAME"])
    return {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TMPDIR"}},
        "DJANGO_SETTINGS_MODULE": "billingsync.settings",
        "BILLINGSYNC_ENV": "test",
        "BILLINGSYNC_DATA_DIR": str(data_folder().root),
        "DATABASE_URL": urls.database,
        "MIGRATE_DATABASE_URL": urls.database_as_owner,
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_KEY_PREFIX": settings.REDIS_KEY_PREFIX,
        "PYTHONPATH": str(CHECKOUT),
    }


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium, which looks up no host but this one."""
    path = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("there is no Chromium on this machine: install it, or name it with CHROMIUM=PATH")
    return {
        **browser_type_launch_args,
        "executable_path": path,
        "args": [
            "--no-sandbox",  # Chromium's own refuses to run as root
            "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
            "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
            "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
        ],
    }  # fmt: skip


@pytest.fixture(scope="session")
def checkout() -> Path:
    """The folder that holds ``manage.py``."""
    return CHECKOUT


@pytest.fixture(scope="session")
def python() -> str:
    """The interpreter of this environment."""
    return sys.executable
