"""Questions across partners: named functions of the database, a page of rows at a time (docs/adr/0005)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from django.db import connection

FUNCTIONS = ("partner_breakdowns", "partner_figures", "target_requests", "troubled_connections")
PAGE_SIZE = 50
Row = TypeVar("Row")


@dataclass(frozen=True, slots=True)
class RowPage(Generic[Row]):
    """Some rows of a long list; ``number`` counts pages from 1, ``total`` counts rows."""

    rows: list[Row]
    number: int
    total: int

    @property
    def first(self) -> int:
        """Place of the first row shown, from 1."""
        return (self.number - 1) * PAGE_SIZE + 1

    @property
    def last(self) -> int:
        """Place of the last row shown."""
        return self.first + len(self.rows) - 1

    @property
    def before(self) -> int:
        """Number of the page before, 0 where there is none."""
        return self.number - 1

    @property
    def after(self) -> int:
        """Number of the page after, 0 where there is none."""
        return self.number + 1 if self.rows and self.last < self.total else 0


def ask_page(function: str, make: Callable[..., Row], *values: str | dt.datetime, page: int = 1) -> RowPage[Row]:
    """A page of what the function answers, the first one where there is no such page.

    The function takes limit and offset last, and ends each row with the total.
    """
    if function not in FUNCTIONS:
        raise ValueError(f"there is no question {function!r} across partners")
    marks = ", ".join(["%s"] * (len(values) + 2))
    with connection.cursor() as cursor:
        query = f"SELECT * FROM {function}({marks})"  # noqa: S608  # a name of ours  # nosec B608
        cursor.execute(query, [*values, PAGE_SIZE, (page - 1) * PAGE_SIZE])
        found = cursor.fetchall()
    if not found and page > 1:  # the list has become shorter, which is not to be taken for an empty one
        return ask_page(function, make, *values)
    return RowPage([make(*row[:-1]) for row in found], page, found[0][-1] if found else 0)
