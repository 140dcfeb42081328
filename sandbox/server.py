"""The HTTP server: one port, one prefix per vendor."""

from __future__ import annotations

import datetime as dt
import socket
import threading
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from sandbox import admin, faults, prism_api, syncro_api
from sandbox.accounts import credentials_of
from sandbox.rate_limit import RateLimit
from sandbox.state import Store
from sandbox.timeline import open_sandbox
from sandbox.ui_edits import BadEditError, apply_real_edit
from sandbox.wire import Json, Reply, Request, html_reply, json_reply

_VENDORS = {"prism": prism_api.answer, "syncro": syncro_api.answer}
_NO_FAULT: Json = {"action": ""}
_DRIPS = 10


class SandboxServer(ThreadingHTTPServer):
    """Serves one data folder on 127.0.0.1."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, store: Store, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.store = store
        self.rate_limit = RateLimit()

    @property
    def url(self) -> str:
        """The root of the server."""
        return f"http://127.0.0.1:{self.server_address[1]}"

    def introduction(self) -> Json:
        """What a program needs to know to talk to this sandbox."""
        with self.store.exclusive():
            accounts = [credentials_of(facts) for facts in self.store.accounts.values()]
            today = self.store.today.isoformat()
        return {
            "url": self.url,
            "admin_url": f"{self.url}/sandbox",
            "prism_identity_url": f"{self.url}/prism{prism_api.TOKEN_PATH}",
            "prism_api_url": f"{self.url}/prism{prism_api.API_PREFIX}",
            "syncro_base_url": f"{self.url}/syncro/{{subdomain}}/api/v1",
            "today": today,
            "accounts": accounts,
        }

    def answer(self, request: Request) -> tuple[Reply, Json]:
        """Answer a request; also gives the fault that it ran into."""
        vendor, _, rest = request.path.lstrip("/").partition("/")
        path = f"/{rest}"
        if vendor == "sandbox":
            with self.store.exclusive():
                return admin.answer(self.store, request, path), _NO_FAULT
        if vendor not in _VENDORS:
            return html_reply(404, "Not found"), _NO_FAULT
        with self.store.exclusive():
            fault = faults.take_fault(self.store, vendor, request) or _NO_FAULT
        if fault["action"] == "delay":
            time.sleep(fault["milliseconds"] / 1000)
        with self.store.exclusive():
            return self._answer_as(vendor, request, path, fault), fault

    def _answer_as(self, vendor: str, request: Request, path: str, fault: Json) -> Reply:
        at = time.time()
        account = path.lstrip("/").partition("/")[0] if vendor == "syncro" else ""
        idle = self._edit(fault, "edit_before", account)
        reply = faults.reply_instead(fault)
        if reply is None and vendor == "syncro" and not self._admits(request):
            reply = json_reply({"error": faults.RATE_TEXT}, 429)
        if reply is None:
            account, reply = _VENDORS[vendor](self.store, request, path)
        idle = self._edit(fault, "edit_after", account) or idle
        if fault["action"]:
            faults.note_turn(self.store, fault, status=reply.status, idle=idle)
        self.store.log_request(
            {
                "vendor": vendor,
                "account": account,
                "method": request.method,
                "path": path,
                "query": "&".join(f"{n}={v}" for n, v in request.query if n != "api_key"),
                "status": reply.status,
                "fault": fault["action"],
                "at": at,
            }
        )
        return reply

    def _admits(self, request: Request) -> bool:
        return self.rate_limit.admits(request.client, self.store.switches)

    def _edit(self, fault: Json, when: str, account: str) -> str:
        """Do the edits of a fault; answers why one came to nothing, "" when all took place."""
        if fault["action"] != when:
            return ""
        try:
            for edit in fault["edits"]:
                apply_real_edit(self.store, edit.get("account") or account, edit)
        except BadEditError as error:
            return str(error)
        return ""


@contextmanager
def running(
    folder: Path, *, accounts: Sequence[str] = ("northwind",), settings: Mapping[str, str] | None = None
) -> Iterator[SandboxServer]:
    """A sandbox on a free port of this process, for as long as the block lasts."""
    store = Store(folder)
    with store.exclusive():
        open_sandbox(store, accounts=accounts, settings=settings)
    server = SandboxServer(store)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        store.close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Sandbox"
    sys_version = ""
    # Head and body leave in one packet; otherwise each answer waits for the other side.
    wbufsize = -1
    disable_nagle_algorithm = True
    server: SandboxServer

    def do_GET(self) -> None:
        self._serve()

    do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815  # the base looks for these names

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        address = str(self.client_address[0])
        request = Request.of(self.command, self.path, dict(self.headers.items()), body, address)
        reply, fault = self.server.answer(request)
        if fault["action"] in ("drop_before", "drop_after"):
            self._drop()
            return
        if fault["action"] == "delay_after":
            time.sleep(fault["milliseconds"] / 1000)
        self._send(reply, fault)

    def _send(self, reply: Reply, fault: Json) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(len(reply.body)))
        self.send_header("X-Request-Id", str(uuid.uuid4()))
        for name, value in reply.headers:
            self.send_header(name, value)
        self.end_headers()
        if fault["action"] == "truncated":
            self.wfile.write(reply.body[: len(reply.body) // 2])
            self.wfile.flush()
            self._drop()
        elif fault["action"] == "slow_drip":
            self._drip(reply.body, fault["milliseconds"] / 1000)
        else:
            self.wfile.write(reply.body)

    def _drip(self, body: bytes, seconds: float) -> None:
        size = max(1, -(-len(body) // _DRIPS))
        for start in range(0, len(body), size):
            self.wfile.write(body[start : start + size])
            self.wfile.flush()
            time.sleep(seconds / _DRIPS)

    def _drop(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def date_time_string(self, timestamp: float | None = None) -> str:  # noqa: ARG002  # the base's signature
        """The Date header tells the sandbox's own day, at the real time of day."""
        with self.server.store.exclusive():
            today = self.server.store.today
        now = dt.datetime.now(dt.UTC)
        return format_datetime(dt.datetime.combine(today, now.timetz()), usegmt=True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base's name
        """Say nothing: the request log tells it better."""
