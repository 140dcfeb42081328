"""How much of the request limit is used, and whether it is ever passed, as the vendor counts.

The sandbox's minute passes faster, so that a measurement takes seconds; the product is told the
higher number, so that its slots are closer together by the same factor.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import redis
from django.conf import settings

from bench.installation import Installation, answers_of
from bench.report import Figure, at_least, show
from bench.vendors import Json, Vendors, opened
from sandbox.request_log import busiest_fixed, busiest_sliding

ACCOUNT = "northwind"
REAL_LIMIT = 180
GOAL = 97.0


@dataclass(frozen=True, slots=True)
class Case:
    """Who sends, how the vendor counts, and whether Redis is emptied meanwhile."""

    title: str
    senders: int
    window: str
    loses_redis: bool = False


CASES = (
    Case("one process", 1, "sliding"),
    Case("two processes", 2, "sliding"),
    Case("two processes", 2, "fixed"),
    Case("two processes, Redis emptied three times", 2, "sliding", loses_redis=True),
    Case("two processes, Redis emptied three times", 2, "fixed", loses_redis=True),
)


def measure(installation: Installation, *, per_minute: int, seconds: float) -> bool:
    """Each case in turn; false when a goal is missed."""
    scale = per_minute // REAL_LIMIT
    vendors = opened(installation, ACCOUNT)
    vendors.switch(rate_limit=str(REAL_LIMIT), time_scale=str(scale))
    rows = [row for case in CASES for row in _try(installation, vendors, case, scale, seconds)]
    vendors.close()
    return show(f"Use of the limit at {REAL_LIMIT * scale} a minute ({REAL_LIMIT} per {60 / scale:g} s)", rows)


def _try(installation: Installation, vendors: Vendors, case: Case, scale: int, seconds: float) -> list[Figure]:
    vendors.switch(rate_window=case.window)
    before = vendors.newest_request()
    limit = str(REAL_LIMIT * scale)
    words = (ACCOUNT, str(vendors.accounts[ACCOUNT]["syncro_token"]), str(seconds))
    senders = [
        installation.start_child("bench.sender", *words, SYNCRO_REQUESTS_PER_MINUTE=limit) for _ in range(case.senders)
    ]
    if case.loses_redis:
        _empty_redis_thrice(seconds, lambda: vendors.newest_request() > before)
    answers_of(senders)
    time.sleep(60 / scale)  # the vendor's window, so that the next case begins with an empty one
    log = [entry for entry in vendors.requests_after(before) if entry["vendor"] == "syncro"]
    return _figures(case, log, scale)


def _empty_redis_thrice(seconds: float, started: Callable[[], bool]) -> None:
    while not started():
        time.sleep(0.05)
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for _ in range(3):
            time.sleep(seconds / 5)
            client.flushall()


def _figures(case: Case, log: list[Json], scale: int) -> list[Figure]:
    times = sorted(entry["at"] for entry in log)
    refused = sum(entry["status"] == 429 for entry in log)
    used = 100 * (len(times) - 1) / (times[-1] - times[0]) / (REAL_LIMIT * scale / 60)
    window = 60 / scale
    busiest = f"{busiest_sliding(times, window)} sliding, {busiest_fixed(times, window)} fixed"
    name = f"{case.title}, {case.window} window"
    return [
        at_least(f"{name}: used", used, GOAL, " %"),
        Figure(f"{name}: refused (429) of {len(log)}", str(refused), "0", refused == 0),
        Figure(f"{name}: busiest window of {REAL_LIMIT}", busiest),
    ]
