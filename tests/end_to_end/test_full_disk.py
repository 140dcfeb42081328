"""PostgreSQL has no room left: the run stops where it is, and goes on once there is room."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import OperationalError, connection
from psycopg2.errors import DiskFull

from tests.end_to_end.occasions import new_customer
from tests.end_to_end.office import Office
from tests.end_to_end.rightness import right

CAST = ("adatum", "coho-winery")
LUCERNE = 5026


class Disk:
    """Refuses statements that begin so and carry this value; PostgreSQL's own answer is SQLSTATE 53100."""

    def __init__(self, beginning: str, value: str) -> None:
        self.beginning, self.value = beginning, value

    def __call__(self, execute: Callable[..., Any], statement: str, *rest: Any) -> Any:
        if statement.startswith(self.beginning) and (not self.value or self.value in rest[0]):
            raise OperationalError("could not extend file: No space left on device") from DiskFull()
        return execute(statement, *rest)


FULL_WHEN = {
    "a run is begun": Disk('INSERT INTO "syncs_run"', ""),
    "the plan is stored": Disk('INSERT INTO "syncs_posting"', ""),
    "a write is claimed": Disk('UPDATE "syncs_change"', "sending"),
    "an answer is recorded": Disk('INSERT INTO "syncs_line"', ""),
    "a template was verified": Disk('UPDATE "syncs_runtemplate"', ""),
    "the run ends": Disk('UPDATE "syncs_run"', "finished"),
}


def test_run_goes_on_by_itself_whenever_the_disk_was_full(office: Office):
    new_customer(office)
    for disk in FULL_WHEN.values():
        with connection.execute_wrapper(disk), pytest.raises(OperationalError, match="No space left"):
            office.sync()

    assert office.sync().code == 0
    right(office, LUCERNE)
