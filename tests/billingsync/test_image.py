"""What the image carries and how it starts, without a container engine: from a folder with exactly its files."""

from __future__ import annotations

import fnmatch
import json
import re
import shutil
import socket
import subprocess
import sys
import time
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from billingsync.version import read_version
from devservers.places import CHECKOUT
from tests.billingsync.test_settings import PRODUCTION

IGNORED = (CHECKOUT / ".dockerignore").read_text().split()
DOCKERFILE = (CHECKOUT / "Dockerfile").read_text()
SERVICES = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
RUN = "RUN BILLINGSYNC_ENV=production"


def is_ignored(path: str) -> bool:
    """Whether a pattern of .dockerignore names the file, or a folder above it."""
    parts = path.split("/")
    above = ["/".join(parts[: place + 1]) for place in range(len(parts))]
    return any(_fits(folder, pattern) for folder in above for pattern in IGNORED)


def _fits(path: str, pattern: str) -> bool:
    if pattern.startswith("**/"):
        return fnmatch.fnmatch(path.rpartition("/")[2], pattern[3:])
    return path.count("/") == pattern.count("/") and fnmatch.fnmatch(path, pattern)


def files() -> list[str]:
    """What `COPY . .` takes along from a clean checkout."""
    known = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    return [path for path in known.stdout.split("\0") if path and not is_ignored(path)]


def variables_while_building() -> dict[str, str]:
    """What the Dockerfile sets for collecting static files."""
    command = DOCKERFILE[DOCKERFILE.index(RUN) :].partition("python manage.py")[0]
    return dict(re.findall(r"([A-Z_]+)=(\S+)", command))


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the files of the image, and its static files collected as the Dockerfile says."""
    folder = tmp_path_factory.mktemp("image") / "app"
    for name in files():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / name, folder / name)
    run(folder, "manage.py", "collectstatic", "--no-input", "--verbosity", "0", **variables_while_building())
    return folder


def run(folder: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": str(Path(sys.executable).parent), "PYTHONDONTWRITEBYTECODE": "1", **variables}
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, text=True, capture_output=True, check=True
    )


def production(port: int) -> dict[str, str]:
    """Production on the servers of the tests, without TLS in between."""
    database = settings.DATABASES["default"]
    place = f"{database['HOST']}:{database['PORT']}/{database['NAME']}"
    return PRODUCTION | {
        "DATABASE_URL": f"postgres://{database['USER']}:{database['PASSWORD']}@{place}",
        "REDIS_URL": settings.REDIS_URL,
        "REDIS_KEY_PREFIX": settings.REDIS_KEY_PREFIX,
        "GUNICORN_CMD_ARGS": f"--bind 127.0.0.1:{port}",
    }


def test_image_carries_the_product_and_neither_what_tests_nor_what_breaks_it():
    top = {name.partition("/")[0] for name in files()}

    assert {"bench", "chaos", "docs", "sandbox", "stubs", "tests"} & top == set()
    assert {"manage.py", "billingsync", "portal", "templates", "static", "VERSION", "SCHEMA"} <= top
    assert [name for name in files() if "dev" in name and name.startswith("requirements")] == []


def test_nothing_in_the_image_needs_what_is_left_out(image: Path):
    needs = re.compile(r"^\s*(?:from|import) (?:bench|chaos|sandbox|tests)\b", re.MULTILINE)

    assert [path for path in image.rglob("*.py") if needs.search(path.read_text())] == []


def test_image_can_restore():
    server = SERVICES["postgres"]["image"].partition(":")[2]

    assert f"postgresql-client-{server}" in DOCKERFILE


def test_every_container_has_a_bound_for_its_log_and_its_memory():
    logs = {name for name, service in SERVICES.items() if "max-size" in service.get("logging", {}).get("options", {})}

    assert logs == set(SERVICES)
    assert {name for name, service in SERVICES.items() if service.get("mem_limit")} == set(SERVICES)


@pytest.mark.servers
def test_start_command_serves_and_writes_json_alone(image: Path, transactional_db: None, redis_url: str) -> None:
    command = json.loads(re.findall(r"^CMD (.*)$", DOCKERFILE, re.MULTILINE)[-1])
    port = free_port()
    environment = {"PATH": str(Path(sys.executable).parent), "PYTHONDONTWRITEBYTECODE": "1", **production(port)}
    server = subprocess.Popen(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=image,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        answers = {path: answer_of(port, path) for path in ("/healthz", "/accounts/login/")}
    finally:
        server.terminate()
        said, _ = server.communicate(timeout=30)
    lines = [json.loads(line) for line in said.splitlines()]

    assert answers["/healthz"] == (200, {"alive": True, "version": read_version()})
    assert answers["/accounts/login/"][0] == 301  # to https
    assert [line for line in lines if line["level"] in ("warning", "error", "critical")] == []
    assert {line["version"] for line in lines} == {read_version()}
    assert [line["status"] for line in lines if line["event"] == "request"] == [301]


@pytest.mark.servers
@pytest.mark.parametrize("part", ["worker", "beat"])
def test_background_parts_write_json_alone(image: Path, transactional_db: None, redis_url: str, part: str) -> None:
    command = SERVICES[part]["command"]
    environment = {"PATH": str(Path(sys.executable).parent), "PYTHONDONTWRITEBYTECODE": "1", **production(0)}
    process = subprocess.Popen(
        [str(Path(sys.executable).parent / command[0]), *command[1:]],
        cwd=image,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    first = process.stdout.readline() if process.stdout else ""
    process.terminate()
    rest, _ = process.communicate(timeout=60)
    lines = [json.loads(line) for line in (first + rest).splitlines()]

    assert {line["version"] for line in lines} == {read_version()}
    assert [line for line in lines if line["level"] in ("error", "critical")] == []


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def answer_of(port: int, path: str) -> tuple[int, Any]:
    """Status and JSON (None where it is none), once the server listens."""
    for _ in range(300):
        connection = HTTPConnection("127.0.0.1", port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "billing.example.com"})
            answer = connection.getresponse()
            body = answer.read()
            is_json = answer.headers.get_content_type() == "application/json"
            return answer.status, json.loads(body) if is_json else None
        except ConnectionRefusedError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError("the server did not start")
