"""What a tick of the scheduler costs as partners grow, with mostly nothing to do."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone

from bench.installation import Installation
from bench.report import Figure, at_most, show
from bench.seeding import Seeded, seed_history, seed_partner
from core.scope import partner_scope
from notifications.tasks import deliver_due
from programs.models import Program
from syncs.tasks import dispatch_due, sweep

GOAL_SECONDS = 1.0
HISTORY = 30  # runs of each partner that are over
DUE_SHARE = 0.01


@dataclass(slots=True)
class DatabaseTime:
    """Seconds spent waiting for PostgreSQL, and queries."""

    seconds: float = 0.0
    queries: int = 0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: Any, context: Any) -> Any:
        """Django's execute wrapper."""
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.seconds += time.perf_counter() - started
            self.queries += 1


def measure(_installation: Installation, *, sizes: tuple[int, ...]) -> bool:
    """A tick with nothing to do and one with a hundredth due, at each size; false when the goal is missed."""
    rows: list[Figure] = []
    partners: list[Seeded] = []
    for size in sizes:
        while len(partners) < size:
            partners.append(seed_partner(f"idle-{len(partners)}"))
            seed_history(partners[-1], HISTORY)
        _tick()  # the connection is open and the tables are warm, as in a worker that lives
        idle = _tick()
        rows.append(at_most(f"{size} partners, nothing due: database time", idle.seconds, GOAL_SECONDS, " s"))
        rows.append(Figure(f"{size} partners, nothing due: queries", str(idle.queries)))
        due = max(1, round(size * DUE_SHARE))
        _make_due(partners[:due])
        busy = _tick()
        what = f"{size} partners, {due} due: database time ({busy.queries} queries)"
        rows.append(at_most(what, busy.seconds, GOAL_SECONDS, " s"))
    return show("A tick of the scheduler: dispatch, sweep and e-mails", rows)


def _tick() -> DatabaseTime:
    with _timed() as spent:
        dispatch_due()
        sweep()
        deliver_due()
    return spent


@contextmanager
def _timed() -> Iterator[DatabaseTime]:
    spent = DatabaseTime()
    with connection.execute_wrapper(spent):
        yield spent


def _make_due(partners: list[Seeded]) -> None:
    for partner in partners:
        with partner_scope(partner.partner_id):
            Program.objects.update(next_due_at=timezone.now() - dt.timedelta(minutes=1))
