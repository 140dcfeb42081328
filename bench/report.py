"""What was measured, printed as one table per part."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table. ``met`` is None where there is no goal."""

    what: str
    value: str
    goal: str = ""
    met: bool | None = None

    @property
    def verdict(self) -> str:
        """Whether the goal is met, in a word."""
        return "" if self.met is None else "met" if self.met else "MISSED"


def at_most(what: str, value: float, limit: float, unit: str = "") -> Figure:
    """A figure whose goal is an upper bound."""
    return Figure(what, f"{value:.3g}{unit}", f"<= {limit:g}{unit}", value <= limit)


def at_least(what: str, value: float, limit: float, unit: str = "") -> Figure:
    """A figure whose goal is a lower bound."""
    return Figure(what, f"{value:.4g}{unit}", f">= {limit:g}{unit}", value >= limit)


def show(title: str, figures: Iterable[Figure]) -> bool:
    """Print the table of a part; false when a goal is missed."""
    rows = list(figures)
    print(f"\n{title}")
    for row in rows:
        print(f"  {row.what:64} {row.value:>16}  {row.goal:12} {row.verdict}".rstrip(), flush=True)
    return all(row.met is not False for row in rows)


def describe_machine() -> str:
    """Cores, load and speed: figures of a busy machine, or of a slow hour of a rented one, say so."""
    loads = "/".join(f"{load:.1f}" for load in os.getloadavg())
    speed = 10 * min(_time_additions() for _ in range(3))
    return f"{os.cpu_count()} cores, load {loads} (1/5/15 minutes), ten million additions in {speed:.2f} s"


def _time_additions() -> float:
    """Seconds that a million additions in a loop take."""
    total, started = 0, time.perf_counter()
    for number in range(1_000_000):
        total += number
    return time.perf_counter() - started
