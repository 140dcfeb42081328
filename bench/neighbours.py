"""Vendors of several partners of different sizes, where products can be made too; every answer is computed.

``python -m bench.neighbours --port N --size large=20000 --size small=20``: the account ``large-...`` has 20,000
products on both sides. ``GET /log`` answers who called Syncro, and when.
"""

from __future__ import annotations

import argparse
import itertools
import json
import time
from collections.abc import Mapping
from http.server import ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

from bench.wholesale import Handler, Wholesale

CUSTOMERS = 20
SLOW, SLOW_SECONDS = "slow", 15.0  # the accounts of whose vendors each reading takes that long


class _Handler(Handler):
    sizes: Mapping[str, Wholesale]
    log: list[dict[str, Any]] = []  # of the one server that there is
    numbers = itertools.count(1_000_000)

    def do_GET(self) -> None:  # noqa: N802  # the name in http.server
        if self.path == "/log":
            self.send(json.dumps(self.log).encode())
            return
        size = self._account().split("-")[0]
        if size == SLOW:
            time.sleep(SLOW_SECONDS)
        self.wholesale = self.sizes[size]
        super().do_GET()

    def do_POST(self) -> None:  # noqa: N802  # the name in http.server
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if not self.path.startswith("/syncro/"):
            told = {"access_token": parse_qs(body.decode())["client_id"][0], "expires_in": 3600, "token_type": "Bearer"}
        else:
            self._account()
            told = {"product": {"id": next(self.numbers), **json.loads(body)}}
        self.send(json.dumps(told).encode())

    def _account(self) -> str:
        """Whose call it is, noted when it is one of Syncro's."""
        if not self.path.startswith("/syncro/"):
            return str(self.headers["Authorization"].removeprefix("Bearer "))
        account = self.path.split("/")[2]
        self.log.append({"at": time.time(), "account": account})
        return account


def main() -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="bench.neighbours")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--size", action="append", required=True, metavar="NAME=PRODUCTS")
    options = parser.parse_args()
    sizes = dict(one.split("=") for one in options.size)
    _Handler.sizes = {name: Wholesale(CUSTOMERS, int(products)) for name, products in sizes.items()}
    server = ThreadingHTTPServer(("127.0.0.1", options.port), _Handler)
    server.daemon_threads = True
    print(json.dumps({"port": options.port}), flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
