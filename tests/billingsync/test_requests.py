"""What every request meets before its page: limits on bodies, a line in our own log, no link that lets in anywhere."""

from __future__ import annotations

import json
import logging
import re
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import get_resolver

from billingsync.body_limits import MOST_BYTES, MOST_BYTES_OF
from billingsync.histories import RouteHistoryMiddleware
from billingsync.settings.logs import LETS_IN, logging_config
from devservers.ports import free_ports
from tests.portal.cast import Cast, Shop
from tests.portal.conftest import cast, shop

__all__ = ["cast", "shop"]

TOKEN = "token-that-lets-its-reader-in"
LINKS = [f"/invitations/{TOKEN}/", f"/accounts/confirm-email/{TOKEN}/", f"/accounts/password/reset/key/1-{TOKEN}/"]


class Unread:
    """A body that nobody may read."""

    def read(self, *_args: Any) -> bytes:
        raise AssertionError("the body was read")

    readline = read


def send(browser: Client, path: str, **told: Any) -> int:
    """POST a body of which the headers alone arrive."""
    return int(browser.generic("POST", path, b"x", "multipart/form-data; boundary=x", **told).status_code)


def unread(length: int) -> dict[str, Any]:
    return {"CONTENT_LENGTH": str(length), "wsgi.input": Unread()}


@pytest.mark.parametrize("path", ["/accounts/login/", "/p/northwind/users/invite/", "/nothing/"])
def test_long_body_is_refused_before_it_is_read(db: None, path: str) -> None:
    assert send(Client(enforce_csrf_checks=True), path, **unread(MOST_BYTES + 1)) == 413
    assert send(Client(enforce_csrf_checks=True), "/accounts/login/", **unread(MOST_BYTES)) == 403


def test_file_is_taken_from_who_is_signed_in_alone(cast: Cast, shop: Shop) -> None:
    path = f"/p/northwind/programs/{shop.program.pk}/billing/import/"
    most = MOST_BYTES_OF["import_mappings"]

    assert send(Client(enforce_csrf_checks=True), path, **unread(most)) == 413
    assert send(cast.client("bob"), path, **unread(most + 1)) == 413
    assert send(cast.client("bob", enforce_csrf_checks=True), path, **unread(most)) == 403


@pytest.mark.parametrize("told", [{"HTTP_TRANSFER_ENCODING": "chunked"}])
def test_body_of_no_known_length_is_refused(db: None, told: dict[str, str]) -> None:
    assert send(Client(), "/accounts/login/", **told, **unread(1)) == 411


def access_lines(caplog: pytest.LogCaptureFixture) -> list[dict[str, Any]]:
    return [record.msg for record in caplog.records if record.name == "billingsync.access"]


def test_request_is_logged_by_route_person_partner_and_run(
    cast: Cast, shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    cast.client("vera", REMOTE_ADDR="203.0.113.9").get(f"/p/northwind/runs/{shop.run.pk}/")

    line = access_lines(caplog)[-1]
    assert isinstance(line.pop("milliseconds"), int)
    told = {name: line[name] for name in ("route", "method", "status", "person", "partner", "run", "address")}
    assert told == {
        "route": "run",
        "method": "GET",
        "status": 200,
        "person": cast.users["vera"].pk,
        "partner": "northwind",
        "run": shop.run.pk,
        "address": "203.0.113.9",
    }
    assert "/p/northwind" not in str(line)


@pytest.mark.parametrize("link", LINKS)
def test_link_that_lets_in_stands_in_no_line_of_a_log(cast: Cast, caplog: pytest.LogCaptureFixture, link: str) -> None:
    caplog.set_level(logging.DEBUG)
    for browser in (Client(), cast.client("vera")):
        browser.get(link)
        browser.post(link)
    logging.getLogger("django.request").error("Internal Server Error: %s", link)

    described = logging_config(as_json=True, level="INFO")["formatters"]["events"]
    formatter = described.pop("()")(**described)
    written = [formatter.format(record) for record in caplog.records]
    assert [line for line in written if TOKEN in line] == []
    assert any("[hidden]" in line for line in written)
    assert len(access_lines(caplog)) >= 4


def test_every_route_with_a_secret_in_its_path_is_masked() -> None:
    names = re.findall(r"'([^']*(?:token|key)>[^']*)'", str([str(each) for each in routes(get_resolver())]))

    assert len(names) >= 3
    assert [name for name in names if not LETS_IN.search("/" + re.sub(r"[<(].*", "x", name) + "/")] == []


def routes(resolver: Any, before: str = "") -> list[str]:
    found = []
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern).lstrip("^")
        found += routes(entry, path) if hasattr(entry, "url_patterns") else [path]
    return found


@pytest.mark.parametrize(("path", "route"), [(LINKS[0], "accept_invitation"), ("/nothing/", "none")])
def test_history_keeps_the_route_of_a_request_and_not_its_path(db: None, path: str, route: str) -> None:
    request = RequestFactory().post(path)

    assert RouteHistoryMiddleware(HttpResponse).get_context(request) == {"user": None, "url": route}


def test_client_that_stops_in_the_middle_frees_its_thread(tmp_path: Path) -> None:
    (port,) = free_ports(1)
    (tmp_path / "page.py").write_text(
        "def app(environ, start):\n    start('200 OK', [('Content-Length', '2')])\n    return [b'ok']\n"
    )
    options = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4", "--worker-tmp-dir", str(tmp_path)]
    short = "from billingsync import web_server; web_server.READ_SECONDS = 1; "
    code = short + "from gunicorn.app.wsgiapp import run; run()"
    told = ["-c", "python:billingsync.web_server", *options, "--chdir", str(tmp_path), "page:app"]
    command = [sys.executable, "-c", code, *told]
    with subprocess.Popen(command, cwd=settings.BASE_DIR, stderr=subprocess.DEVNULL) as server:
        try:
            assert ask(port).endswith(b"ok")  # the time-out holds from here on
            held = [open_half(port) for _ in range(24)]
            assert ask(port).endswith(b"ok")
            for each in held:
                each.close()
        finally:
            server.terminate()


def connected(port: int) -> socket.socket:
    for _ in range(400):
        try:
            return socket.create_connection(("127.0.0.1", port), 30)
        except ConnectionRefusedError:
            time.sleep(0.05)
    raise AssertionError("the server does not listen")


def open_half(port: int) -> socket.socket:
    half = connected(port)
    half.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n")
    return half


def ask(port: int) -> bytes:
    with connected(port) as whole:
        whole.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        answer = b""
        while not answer.endswith(b"ok") and (part := whole.recv(1000)):
            answer += part
    return answer


def test_line_of_the_log_is_json() -> None:
    described = logging_config(as_json=True, level="INFO")["formatters"]["events"]
    formatter = described.pop("()")(**described)
    record = logging.LogRecord("x", logging.INFO, "", 0, "asked for %s", (LINKS[0],), None)

    assert json.loads(formatter.format(record))["event"] == "asked for /invitations/[hidden]/"
