"""One worker at a time for a run: a lock of the worker's session, so that a killed worker blocks nobody."""

from __future__ import annotations

from contextlib import AbstractContextManager

from core.session_locks import session_lock

LOCK_CLASS = 0x42534E52  # any constant of our own


def run_lock(run_id: int) -> AbstractContextManager[bool]:
    """True while this session alone works on the run; False when another one does."""
    return session_lock(LOCK_CLASS, run_id % 2**31)
