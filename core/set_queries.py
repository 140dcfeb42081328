"""Queries over whole sets of a partner's rows: their cost must not hang on what the database knows of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection

_within: ContextVar[bool] = ContextVar("without nested loops", default=False)

# Where a nested loop is the only way it is taken all the same, at a price that would make PostgreSQL compile the query.
_OFF = "SELECT set_config('enable_nestloop', 'off', true), set_config('jit', 'off', true)"
_AS_BEFORE = "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT"


@contextmanager
def without_nested_loops() -> Iterator[None]:
    """Sets are joined by hashes or in order while it is open, never row by row. Inside a transaction.

    Of a partner that is new or has just imported much the statistics know nothing yet: a loop over what PostgreSQL
    takes for a row or two reads one large table once for each row of another. Only the owner of the tables may bring
    statistics up to date. Opened again within itself it does nothing more. Also for a whole function, as a decorator.
    """
    if _within.get():
        yield
        return
    _tell(_OFF)
    token = _within.set(True)
    try:
        yield
    finally:
        _within.reset(token)
    _tell(_AS_BEFORE)  # an error leaves it to the end of the transaction, with which the settings end by themselves


def _tell(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
