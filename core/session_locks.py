"""Advisory locks of PostgreSQL that a session holds: the server frees them the moment its connection ends."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import DatabaseError, connection

_HOLDERS = """
SELECT held.objid::bigint, held.pid, activity.application_name, activity.state_change
FROM pg_locks held JOIN pg_stat_activity activity ON activity.pid = held.pid
WHERE held.locktype = 'advisory' AND held.granted AND held.objsubid = 2 AND held.classid = %s
  AND held.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


@dataclass(frozen=True, slots=True)
class LockHolder:
    """The session that has a lock: ``host`` is that of its process, ``heard_at`` when it spoke to the server last."""

    session: int
    host: str
    heard_at: dt.datetime | None


def holders_of(lock_class: int) -> dict[int, LockHolder]:
    """Who has the locks of this class now, by key."""
    with connection.cursor() as cursor:
        cursor.execute(_HOLDERS, [lock_class])
        rows = cursor.fetchall()
    # A session of ours is called "billingsync on HOST" (see the settings).
    return {key: LockHolder(pid, str(name or "").rpartition(" ")[2], at) for key, pid, name, at in rows}


def end_session(session: int) -> bool:
    """End another session of the same role, whatever it is doing: its locks are free then. False: it is gone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s)", [session])
        return bool(cursor.fetchone()[0])


@contextmanager
def session_lock(lock_class: int, key: int) -> Iterator[bool]:
    """True while this session alone has the lock; False when another one has it.

    ``lock_class`` is a constant of its user, ``key`` below 2**31.
    """
    locked = False
    try:
        locked = _try_to_lock(lock_class, key)
        yield locked
    finally:
        if locked:
            _unlock(lock_class, key)


def _try_to_lock(lock_class: int, key: int) -> bool:
    """Broken off before the answer is known, the session ends: it may have the lock."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [lock_class, key])
            return bool(cursor.fetchone()[0])
    except BaseException:
        connection.close()
        raise


def _unlock(lock_class: int, key: int) -> None:
    """Where the session cannot be told so, as after a failed statement of a transaction, it ends.

    A worker keeps its connection from run to run, and would keep the lock with it.
    """
    if connection.connection is None:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [lock_class, key])
    except DatabaseError:
        connection.close()
