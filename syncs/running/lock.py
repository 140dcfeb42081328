"""One worker at a time for a run: a session-level advisory lock of PostgreSQL.

The server frees it the moment the worker's connection ends, so a killed worker blocks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection

LOCK_CLASS = 0x42534E52  # any constant of our own


@contextmanager
def run_lock(run_id: int) -> Iterator[bool]:
    """True while this session alone works on the run; False when another one does."""
    key = run_id % 2**31
    locked = False
    try:
        locked = _try_to_lock(key)
        yield locked
    finally:
        if locked:
            _unlock(key)


def _try_to_lock(key: int) -> bool:
    """Broken off before the answer is known, the session ends: it may have the lock."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, key])
            return bool(cursor.fetchone()[0])
    except BaseException:
        connection.close()
        raise


def _unlock(key: int) -> None:
    """Where the session cannot be told so, as after a failed statement of a transaction, it ends.

    A worker keeps its connection from run to run, and would keep the lock with it.
    """
    if connection.connection is None:
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, key])
    except DatabaseError:
        connection.close()
