"""What the environment says is looked at before anything starts: each fault by its variable, all at once."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from billingsync import database_login
from billingsync.database_login import refuse_powerful_login
from billingsync.settings.environment import environment_name, require_good_values
from devservers.addresses import OWNER, SUPERUSER
from devservers.places import CHECKOUT
from tests import databases
from tests.billingsync.test_settings import PRODUCTION


def refused(name: str, **variables: str) -> str:
    """What is said where the program does not start; "" where it does."""
    try:
        require_good_values(name, variables)
    except ImproperlyConfigured as trouble:
        return str(trouble)
    return ""


def test_good_values_start():
    assert refused("production", **PRODUCTION) == ""
    assert refused("development") == ""


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SYNCRO_REQUESTS_PER_MINUTE", "-5"),
        ("JANITOR_SECONDS", "0"),
        ("WORKERS_PER_PARTNER", "0"),
        ("SESSION_IDLE_SECONDS", "60"),
        ("SESSION_LONGEST_SECONDS", "9"),
        ("CONN_MAX_AGE", "a while"),
        ("TRUSTED_PROXY_COUNT", "-1"),
        ("ALLOWED_HOSTS", "billing.example.com, https://other.example.com"),
        ("ALLOWED_HOSTS", "billing.example.com other.example.com"),
        ("ALLOWED_HOSTS", "billing.example.com,"),
        ("ALLOWED_HOSTS", "billing.example.com:8000"),
        ("REDIS_URL", "http://redis.example.com"),
        ("DATABASE_URL", "mysql://one:two@db.example.com/three"),
        ("DATABASE_URL", "postgres://one:tw/o@db.example.com:5432/three"),
        ("FIELD_ENCRYPTION_KEYS", "k1:" + "A" * 43 + "=,k1:" + "B" * 42 + "A="),
        ("WRITES", "0"),
        ("INSTALLATION_ID", "north wind"),
        ("POSTGRES_PASSWORD", "one/two"),
        ("POSTGRES_PASSWORD", "one=two"),
        ("POSTGRES_PASSWORD", "one%two"),
    ],
)
def test_value_that_cannot_be_is_refused_wherever_it_stands(variable: str, value: str):
    for name in ("development", "production"):
        said = refused(name, **PRODUCTION | {variable: value})
        assert f"  {variable}: must " in said
        assert value not in said
        assert said.count("\n") == 1


def test_public_address_must_be_answered():
    said = refused("production", **PRODUCTION | {"PUBLIC_URL": "https://elsewhere.example.com"})

    assert "  PUBLIC_URL: its host must be one of ALLOWED_HOSTS" in said
    assert refused("production", **PRODUCTION | {"ALLOWED_HOSTS": ".example.com"}) == ""


def test_proxies_must_be_counted_where_one_stands_in_front():
    behind = PRODUCTION | {"PROXY_PROTO_HEADER": "X-Forwarded-Proto"}

    assert "  TRUSTED_PROXY_COUNT: must say how many proxies" in refused("production", **behind)
    assert refused("production", **behind, TRUSTED_PROXY_COUNT="1") == ""


def test_all_faults_are_named_at_once():
    said = refused("production", JANITOR_SECONDS="0", REDIS_URL="http://x", ALLOWED_HOSTS="a b", PUBLIC_URL="http://a")

    names = [line.split(":")[0].strip() for line in said.splitlines()[1:]]
    assert {"JANITOR_SECONDS", "REDIS_URL", "ALLOWED_HOSTS", "PUBLIC_URL", "SECRET_KEY"} <= set(names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("servers", [{"DATABASE_URL": "postgres://x"}, {"REDIS_URL": "redis://x"}])
def test_server_without_an_environment_is_refused_by_name(servers: dict[str, str]):
    with pytest.raises(ImproperlyConfigured, match=f"BILLINGSYNC_ENV.*{next(iter(servers))}"):
        environment_name(servers)
    assert environment_name({}) == "development"
    assert environment_name(servers | {"BILLINGSYNC_ENV": "production"}) == "production"


@pytest.mark.parametrize(("user", "words"), [(SUPERUSER, "is a superuser"), (OWNER, "has BYPASSRLS")])
def test_login_that_passes_row_security_by_is_refused(db: None, test_servers: databases.TestServers, user, words):
    refuse_powerful_login(connection)  # that of the tests is as it should be
    keys = test_servers.server.keys
    password = keys.postgres_password if user == SUPERUSER else keys.owner_password
    powerful = connection.copy()
    powerful.settings_dict |= {"USER": user, "PASSWORD": password}

    with pytest.raises(ImproperlyConfigured, match=f"DATABASE_URL: its role {user} {words}"):
        powerful.ensure_connection()


def test_server_that_is_too_old_is_refused(db: None, test_servers: databases.TestServers, monkeypatch):
    present = connection.pg_version // 10_000
    older = connection.copy()
    older.ensure_connection()
    older.close()
    monkeypatch.setattr(database_login, "OLDEST_POSTGRESQL", present + 1)

    with pytest.raises(
        ImproperlyConfigured, match=f"PostgreSQL {present} is not supported, {present + 1} is the oldest"
    ):
        older.ensure_connection()


def test_oldest_server_is_the_one_that_the_page_names():
    page = (CHECKOUT / "docs/operations.md").read_text()

    assert f"PostgreSQL {database_login.OLDEST_POSTGRESQL} is the oldest" in page


def test_both_ends_of_a_connection_notice_that_the_other_is_gone(db: None):
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('tcp_keepalives_idle'), current_setting('tcp_user_timeout')")
        assert cursor.fetchone() == ("20", "50000")
    told = connection.connection.get_dsn_parameters()
    assert (told["keepalives_idle"], told["tcp_user_timeout"]) == ("20", "50000")
