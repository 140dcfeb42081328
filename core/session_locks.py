"""Advisory locks of PostgreSQL that a session holds: the server frees them the moment its connection ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import DatabaseError, connection


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
