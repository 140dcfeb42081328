"""One worker at a time for a run: a session-level advisory lock of PostgreSQL.

The server frees it the moment the worker's connection ends, so a killed worker blocks nobody.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

LOCK_CLASS = 0x42534E52  # any constant of our own


@contextmanager
def run_lock(run_id: int) -> Iterator[bool]:
    """True while this session alone works on the run; False when another one does."""
    key = run_id % 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCK_CLASS, key])
        locked = bool(cursor.fetchone()[0])
    try:
        yield locked
    finally:
        if locked and connection.connection is not None and not connection.needs_rollback:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCK_CLASS, key])
