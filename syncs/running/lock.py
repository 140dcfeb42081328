"""One worker at a time for a run: a lock of the worker's session, so that a killed worker blocks nobody.

One that is frozen keeps it; the run is taken over then. Should such a worker wake up, it finds its session ended, and
sends no write that it had put off (see ``connectors.edge.http``).
"""

from __future__ import annotations

import datetime as dt
from contextlib import AbstractContextManager
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone

from core.audit import Actor, record
from core.scope import partner_scope
from core.session_locks import LockHolder, end_session, holders_of, session_lock
from syncs.models import Run
from syncs.running import tickets

LOCK_CLASS = 0x42534E52  # any constant of our own
SILENT_AFTER = dt.timedelta(seconds=90)  # a living worker speaks sooner: a slice takes some 20 s, a call under a minute


def run_lock(run_id: int) -> AbstractContextManager[bool]:
    """True while this session alone works on the run; False when another one does."""
    return session_lock(LOCK_CLASS, _key(run_id))


def holder_of(run_id: int) -> LockHolder | None:
    """Who works on the run now; None where nobody does."""
    return holders_of(LOCK_CLASS).get(_key(run_id))


@dataclass(frozen=True, slots=True)
class StuckRun:
    """A run, whose it is, the host of who has it, and the last sign of life."""

    partner_id: int
    slug: str
    partner_name: str
    run_id: int
    kind: str
    state: str
    host: str
    heard_at: dt.datetime


def list_stuck() -> list[StuckRun]:
    """Of all partners, the longest silent first. Call it outside any scope."""
    now, holders = timezone.now(), holders_of(LOCK_CLASS)
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM runs_held(%s, %s)", [now - SILENT_AFTER, list(holders)])
        rows = cursor.fetchall()
    found = [_stuck(row, holders[_key(row[3])]) for row in rows]
    return sorted((run for run in found if now - run.heard_at > SILENT_AFTER), key=lambda run: run.heard_at)


def take_over(run: StuckRun, actor: Actor) -> bool:
    """End the session of who has the run, and queue the run. False: they gave it back by themselves meanwhile."""
    holder = holder_of(run.run_id)
    with partner_scope(run.partner_id):
        ended = holder is not None and end_session(holder.session)
        if ended:
            text = f"{Run.objects.get(pk=run.run_id)} taken over from {run.host}, silent since {run.heard_at:%H:%M} UTC"
            record(actor, "run.taken_over", text)
            tickets.hand_over(run.run_id)
    return ended


def _stuck(row: tuple[int, str, str, int, str, str, dt.datetime], holder: LockHolder) -> StuckRun:
    partner_id, slug, name, run_id, kind, state, heard_at = row
    heard_at = max(heard_at, holder.heard_at or heard_at)
    return StuckRun(partner_id, slug, name, run_id, kind, state, holder.host, heard_at)


def _key(run_id: int) -> int:
    return run_id % 2**31
