"""``make bench-pages``: what each screen costs the server on the large partner, beside Django's admin.

Two gunicorn workers, as in production, answer a signed-in person's requests over HTTP, one at a time.
Server time is taken around all middleware, queries are counted on the way. The same screens of a
partner with one row of everything are counted beside; tests hold both equal.
"""

from __future__ import annotations

import argparse
import http.client
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from bench.installation import CHECKOUT, BenchFailedError, free_port, wait_until
from bench.large.installation import FOLDER, LargeInstallation
from bench.report import describe_machine

if TYPE_CHECKING:
    from bench.large.screens import Screen  # which imports models, possible once Django is set up

GOAL_MILLISECONDS = 100.0
FEW = 3  # requests of what takes seconds
WARM_UPS = 6  # requests that bring a screen's rows into the database's memory
FIRST_ONES = 40  # requests that bring up both workers and each of their threads with its connection


@dataclass(frozen=True, slots=True)
class Measured:
    """One address: queries, milliseconds of server time (the least is one without neighbours), bytes of the body."""

    queries: int
    least: float
    median: float
    p95: float
    size: int

    @property
    def times(self) -> str:
        """The milliseconds as a part of a line."""
        return f"{self.least:7.1f} {self.median:7.1f} {self.p95:7.1f}"

    def __str__(self) -> str:
        return f"{self.queries:3} {self.times}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure all screens; 0 when every one meets the goal, 1 when one misses it."""
    parser = argparse.ArgumentParser(prog="bench.pages", description=__doc__)
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--requests", type=int, default=40, help="of each screen")
    parser.add_argument("screens", nargs="*", help="names of some screens alone")
    options = parser.parse_args(arguments)
    if not (options.data / "postgres").exists():
        print("bench-pages: there is no large partner yet; make seed-large makes it", file=sys.stderr)
        return 2
    print(f"Screens of the large partner; {describe_machine()}", flush=True)
    try:
        with LargeInstallation(options.data, DJANGO_SETTINGS_MODULE="bench.large.settings"):
            return _measure(options.requests, options.screens)
    except BenchFailedError as failed:
        print(f"bench-pages: {failed}", file=sys.stderr)
        return 2


def _measure(requests: int, chosen: Sequence[str]) -> int:
    from bench.large import screens

    port = free_port()
    server = _serve(port)
    try:
        wait_until(lambda: _answers(port), 60, "the web server")
        reader = _Reader(port, screens.sign_in(), requests)
        return _show(reader, screens.all_screens(), chosen)
    finally:
        server.terminate()
        server.wait()


def _show(reader: _Reader, listed: Sequence[Screen], chosen: Sequence[str]) -> int:
    missed = 0
    reader.measure(listed[0].path, requests=FIRST_ONES)
    print(f"{'':34} queries one row   least     p50     p95     kB | Django's admin: queries, least, p50, p95")
    for screen in listed:
        if not chosen or screen.name in chosen:
            missed += _show_one(reader, screen)
    ended = f"{missed} screens miss the goal" if missed else "All screens meet the goal"
    print(f"\n{ended}: p95 of at most {GOAL_MILLISECONDS:.0f} ms. {describe_machine()}")
    print("Where the partner with one row asks less, a list of it is empty: nothing belongs to no row.")
    return 1 if missed else 0


def _show_one(reader: _Reader, screen: Screen) -> bool:
    """Print the line of one screen; true when it misses the goal."""
    told = reader.measure(screen.path, requests=FEW if screen.deferred else 0)
    alone = reader.measure(screen.alone, requests=1).queries
    yard = f"{reader.measure(screen.admin)}" if screen.admin else ""
    missed = told.p95 > GOAL_MILLISECONDS and not screen.deferred
    verdict = "deferred" if screen.deferred else "MISSED" if missed else ""
    queries = f"{screen.name:34} {told.queries:7} {alone:7}"
    print(f"{queries} {told.times} {told.size / 1000:6.0f} | {yard:28} {verdict}", flush=True)
    return missed


def _serve(port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gunicorn", "billingsync.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
    return subprocess.Popen(
        [*command, "--threads", "4", "--log-level", "error"], cwd=CHECKOUT, stdin=subprocess.DEVNULL
    )


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class _Reader:
    """A person's browser, without pictures."""

    def __init__(self, port: int, cookie: str, requests: int) -> None:
        self.port = port
        self.cookie = cookie
        self.requests = requests

    def measure(self, path: str, *, requests: int = 0) -> Measured:
        """Ask for a page again and again."""
        number = requests or self.requests
        answers = [self._ask(path) for _ in range((WARM_UPS if not requests else 0) + number)][-number:]
        times = [milliseconds for _, milliseconds, _ in answers]
        cuts = quantiles(times, n=100, method="inclusive") if number > 1 else times * 99
        return Measured(max(queries for queries, _, _ in answers), min(times), cuts[49], cuts[94], answers[-1][2])

    def _ask(self, path: str) -> tuple[int, float, int]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", path, headers={"Cookie": self.cookie})
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        if response.status != 200:
            raise BenchFailedError(f"{path} answered {response.status}")
        told = response.headers
        return int(told["X-Bench-Queries"]), float(told["X-Bench-Milliseconds"]), len(body)


if __name__ == "__main__":
    started = time.monotonic()
    ended = main()
    print(f"({time.monotonic() - started:.0f} s)")
    sys.exit(ended)
