"""A sandbox of one's own, and a client that knows nothing but HTTP."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from sandbox.server import SandboxServer, running


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.text, parse_float=Decimal)


class Client:
    """Talks to one account of a running sandbox."""

    def __init__(self, server: SandboxServer, number: int = 0) -> None:
        told = server.introduction()["accounts"][number]
        self.port = server.server_address[1]
        self.subdomain = told["subdomain"]
        self.syncro_token = told["syncro_token"]
        self.agreement = told["contract_agreement_id"]
        self.client_id = told["prism_client_id"]
        self.client_secret = told["prism_client_secret"]
        self._prism_token = ""

    def send(self, method: str, target: str, body: bytes = b"", headers: dict[str, str] | None = None) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, target, body or None, headers or {})
            reply = connection.getresponse()
            text = reply.read().decode("utf-8")
            return Answer(reply.status, text, dict(reply.getheaders()))
        finally:
            connection.close()

    def syncro(self, method: str, path: str, body: Any = None, **query: Any) -> Answer:
        asked = f"?{urlencode(query, doseq=True)}" if query else ""
        headers = {"Authorization": f"Bearer {self.syncro_token}"}
        sent = b""
        if method in ("POST", "PUT"):
            headers["Content-Type"] = "application/json"
            sent = json.dumps({} if body is None else body).encode()
        return self.send(method, f"/syncro/{self.subdomain}/api/v1{path}{asked}", sent, headers)

    def token(self, **changed: str) -> Answer:
        form = {
            "grant_type": "client_credentials",
            "client_id": self.client_id,
            "client_secret": self.client_secret,
            "scope": "rhipeapi",
        }
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode(form | changed).encode()
        return self.send("POST", "/prism/identity/core/connect/token", body, headers)

    def prism(self, path: str, body: Any = None, **query: Any) -> Answer:
        if not self._prism_token:
            self._prism_token = self.token().json["access_token"]
        headers = {"Authorization": f"Bearer {self._prism_token}", "Content-Type": "application/json"}
        asked = f"?{urlencode(query)}" if query else ""
        method = "GET" if body is None else "POST"
        sent = b"" if body is None else json.dumps(body).encode()
        return self.send(method, f"/prism/api{path}{asked}", sent, headers)

    def admin(self, method: str, path: str, **sent: Any) -> Any:
        if method == "GET":
            asked = urlencode({"account": self.subdomain} | sent)
            return self.send("GET", f"/sandbox{path}?{asked}").json
        named = sent if path == "/switch" else {"account": self.subdomain} | sent
        answer = self.send(method, f"/sandbox{path}", json.dumps(named).encode())
        assert answer.status == 200, answer.text
        return answer.json

    def order_fault(self, **fault: Any) -> None:
        answer = self.send("POST", "/sandbox/fault", json.dumps(fault).encode())
        assert answer.status == 200, answer.text

    def all_syncro(self, path: str, key: str) -> list[Any]:
        found: list[Any] = []
        page = 1
        while rows := self.syncro("GET", path, page=page).json[key]:
            found += rows
            page += 1
        return found

    def a_template(self) -> Any:
        return self.syncro("GET", "/schedules").json["schedules"][0]

    def a_line(self, **changed: Any) -> dict[str, Any]:
        line = {"name": "Licences", "description": "for tests", "quantity": 2, "retail_cents": 2000}
        return line | {"cost_cents": 1500, "taxable": True, "one_time_charge": False} | changed

    def add_line(self, template_id: int, **changed: Any) -> Any:
        answer = self.syncro("POST", f"/schedules/{template_id}/add_line_item", self.a_line(**changed))
        assert answer.status == 200, answer.text
        return answer.json["schedule_line_item"]

    def lines_of(self, template_id: int) -> list[Any]:
        lines: list[Any] = self.syncro("GET", f"/schedules/{template_id}").json["schedule"]["lines"]
        return lines


Start = Callable[..., Client]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts a sandbox with the given switches; returns a client of its first account."""
    with ExitStack() as stack:

        def begin(**settings: str) -> Client:
            server = stack.enter_context(running(tmp_path / "sandbox", settings=settings))
            return Client(server)

        yield begin


@pytest.fixture
def vendors(start: Start) -> Client:
    """A sandbox with every switch at its default."""
    return start()
