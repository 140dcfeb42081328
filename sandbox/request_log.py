"""Counting the calls: by vendor and method, and the busiest minute."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sandbox.wire import Json

MINUTE = 60.0


def summary(entries: Sequence[Json], *, time_scale: int = 1) -> Json:
    """Calls by vendor, method and status, and the most in any sliding and any fixed minute.

    ``time_scale`` says how many times faster than real the minute passes.
    """
    vendors = sorted({entry["vendor"] for entry in entries})
    told: Json = {}
    for vendor in vendors:
        mine = [entry for entry in entries if entry["vendor"] == vendor]
        times = [entry["at"] for entry in mine]
        told[vendor] = {
            "total": len(mine),
            "methods": dict(Counter(entry["method"] for entry in mine)),
            "statuses": dict(Counter(str(entry["status"]) for entry in mine)),
            "busiest_sliding_minute": busiest_sliding(times, MINUTE / time_scale),
            "busiest_fixed_minute": busiest_fixed(times, MINUTE / time_scale),
        }
    return told


def busiest_sliding(times: Sequence[float], window: float) -> int:
    """The most requests in any window of that many seconds."""
    ordered = sorted(times)
    first = 0
    most = 0
    for last, moment in enumerate(ordered):
        while moment - ordered[first] >= window:
            first += 1
        most = max(most, last - first + 1)
    return most


def busiest_fixed(times: Sequence[float], window: float) -> int:
    """The most requests in any window that starts at a multiple of its length."""
    return max(Counter(int(moment // window) for moment in times).values(), default=0)
