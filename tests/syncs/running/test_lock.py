"""The lock of a run never outlasts the work, however that ended."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from syncs.running.lock import run_lock

RUN = 77


def is_free() -> bool:
    """Asked by another session."""

    def ask() -> bool:
        try:
            with run_lock(RUN) as locked:
                return locked
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(ask).result()


def test_lock_is_held_while_the_work_lasts_and_free_behind_it(transactional_db: None):
    with run_lock(RUN) as locked:
        assert locked
        assert not is_free()
    assert is_free()


def test_lock_is_free_after_an_error_inside_a_transaction(transactional_db: None):
    with pytest.raises(DatabaseError), transaction.atomic(), run_lock(RUN), transaction.atomic(savepoint=False):
        connection.cursor().execute("SELECT 1 / 0")

    assert is_free()


def test_lock_is_free_where_giving_it_back_was_refused(transactional_db: None):
    """The session itself goes on after a statement that was broken off, and would keep the lock."""
    refused = []

    def refuse(execute: Any, sql: str, *rest: Any) -> Any:
        if "pg_advisory_unlock" not in sql:
            return execute(sql, *rest)
        refused.append(sql)
        raise DatabaseError("canceling statement due to statement timeout")

    with connection.execute_wrapper(refuse), run_lock(RUN):
        pass

    assert refused
    assert is_free()
