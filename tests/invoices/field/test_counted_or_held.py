"""Which invoices count as they come: late rows do, a second issue waits whole.

What such invoices then come to is in ``tests/money/field``.
"""

from __future__ import annotations

from typing import Any

import pytest

from core.scope import partner_scope
from invoices.services import settle_row
from tests.invoices.prism_wire import Row, World, row, subscription

HALF, TWO_THIRDS = "0.5", "0.66666667"


@pytest.fixture
def listed(world: World) -> World:
    """Northwind with monthly seats and an Azure plan, and Fabrikam with monthly seats."""
    azure = subscription("a1", "az", cycle=None, DisplayTemplate="Usage", Unit="Usage-based")
    world.prism.tenant("Northwind", subscription("s1"), azure)
    world.prism.tenant("Fabrikam", subscription("f1"))
    world.prism.product("p1")
    world.prism.product("az", ProductUnit="Usage-based")
    return world


def seats(ref: str, first: str, last: str, quantity: int, **values: Any) -> Row:
    """A row of seats from one day to another, both included."""
    return row(ref, start=first, end=last, quantity=quantity, **values)


def issue(world: World, *rows: Row, month: str) -> str:
    """The next invoice is issued and imported; what became of it."""
    number = str(101 + len(world.prism.invoices))
    world.prism.invoice(number, *rows, month=month)
    world.sync()
    return world.invoices()[number]


SEPTEMBER = (seats("s1", "2026-09-01", "2026-09-30", 10), seats("f1", "2026-09-01", "2026-09-30", 3))
FABRIKAMS_OCTOBER = seats("f1", "2026-10-01", "2026-10-31", 4)

LATE = {
    "a correction of the month before": [
        seats("s1", "2026-10-01", "2026-10-31", 11),
        seats("s1", "2026-09-17", "2026-09-30", 1, ratio="0.46666667"),
        FABRIKAMS_OCTOBER,
    ],
    "a change dated like its whole cycle": [
        seats("s1", "2026-09-01", "2026-09-30", 10, ratio=HALF, cost="-40.00", retail="-50.00"),
        seats("s1", "2026-09-01", "2026-09-30", 12, ratio=HALF),
        seats("s1", "2026-10-01", "2026-10-31", 12),
        FABRIKAMS_OCTOBER,
    ],
    "a billed cycle taken back and charged in parts": [
        seats("s1", "2026-09-01", "2026-09-30", -10),
        seats("s1", "2026-09-01", "2026-09-20", 10, ratio=TWO_THIRDS),
        seats("s1", "2026-09-21", "2026-09-30", 12, ratio="0.33333333"),
        seats("s1", "2026-10-01", "2026-10-31", 12),
        FABRIKAMS_OCTOBER,
    ],
    "a settled prepayment of fewer seats": [
        seats("s1", "2026-09-01", "2026-09-30", -10),
        seats("s1", "2026-09-01", "2026-09-20", 10, ratio=TWO_THIRDS),
        seats("s1", "2026-09-21", "2026-09-30", 8, ratio="0.33333333"),
        seats("s1", "2026-10-01", "2026-10-31", 8),
        FABRIKAMS_OCTOBER,
    ],
    "a late change of somebody who is gone": [
        seats("s1", "2026-09-21", "2026-09-30", -10, ratio="0.33333333"),
        seats("s1", "2026-09-21", "2026-09-30", 12, ratio="0.33333333"),
        FABRIKAMS_OCTOBER,
    ],
}


@pytest.mark.parametrize("rows", LATE.values(), ids=LATE)
def test_late_rows_count_with_the_invoice_that_brings_them(listed: World, rows: list[Row]) -> None:
    # All but one of these rows are October's own business, and none repeats what September charged.
    assert issue(listed, *SEPTEMBER, month="2026-09") == "counted"
    assert issue(listed, *rows, month="2026-10") == "counted"


def test_late_usage_counts_with_the_invoice_that_brings_it(listed: World) -> None:
    # Usage of two earlier months comes with October's: other amounts, so nothing is charged twice.
    assert issue(listed, row("a1", unit_retail="100.00"), month="2026-09") == "counted"
    late = [
        row("a1", "2026-10", days=(1, 31), unit_retail="120.00"),
        row("a1", "2026-09", days=(30, 30), unit_retail="2.00"),
        row("a1", "2026-08", days=(31, 31), unit_retail="4.20"),
    ]
    assert issue(listed, *late, month="2026-10") == "counted"


def test_seats_ordered_before_the_regular_invoice_do_not_hold_it(listed: World) -> None:
    # Two invoices of one month, neither of which repeats a row of the other.
    assert issue(listed, *SEPTEMBER, month="2026-09") == "counted"
    order = seats("s1", "2026-10-12", "2026-10-31", 2, ratio="0.64516129")
    assert issue(listed, order, month="2026-10") == "counted"
    assert issue(listed, seats("s1", "2026-10-01", "2026-10-31", 10), FABRIKAMS_OCTOBER, month="2026-10") == "counted"


DEARER = {"unit_retail": "10.30"}
CHANGED = [
    *SEPTEMBER,
    seats("s1", "2026-09-16", "2026-09-30", -10, ratio=HALF),
    seats("s1", "2026-09-16", "2026-09-30", 12, ratio=HALF),
]
AGAIN = {
    "without a change": (
        SEPTEMBER,
        [
            seats("s1", "2026-09-01", "2026-09-30", 10, **DEARER),
            seats("f1", "2026-09-01", "2026-09-30", 3, **DEARER),
        ],
    ),
    "with a change": (
        CHANGED,
        [
            seats("s1", "2026-09-01", "2026-09-30", 10, **DEARER),
            seats("f1", "2026-09-01", "2026-09-30", 3, **DEARER),
            seats("s1", "2026-09-16", "2026-09-30", -10, ratio=HALF, **DEARER),
            seats("s1", "2026-09-16", "2026-09-30", 12, ratio=HALF, **DEARER),
        ],
    ),
}


@pytest.mark.parametrize(("first", "second"), AGAIN.values(), ids=AGAIN)
def test_second_issue_at_new_prices_is_held_whole(listed: World, first: list[Row], second: list[Row]) -> None:
    # Subscription, days and quantity repeat in every row. At which price does not matter: it would be billed twice.
    assert issue(listed, *first, month="2026-09") == "counted"
    assert issue(listed, *second, month="2026-09") == "held"


def test_row_that_is_held_takes_its_change_along_until_it_is_answered(listed: World) -> None:
    # October's invoice repeats September's change to the cent, with two more seats in it: nobody is billed half of it.
    change = [seats("s1", "2026-09-16", "2026-09-30", number, ratio=HALF) for number in (-10, 12)]
    assert issue(listed, *SEPTEMBER, *change, month="2026-09") == "counted"
    october = [seats("s1", "2026-10-01", "2026-10-31", 12), FABRIKAMS_OCTOBER]
    more = seats("s1", "2026-09-16", "2026-09-30", 2, ratio=HALF)
    assert issue(listed, *october, *change, more, month="2026-10") == "counted"
    assert listed.kinds("102") == ["recurring", "recurring", "unknown", "unknown", "unknown"]
    *_, back, twelve, two = listed.charges("102")
    assert [row.set_aside for row in (back, twelve, two)] == ["held", "held", ""]

    with partner_scope(listed.partner.pk):
        for row_held in (back, twelve):
            settle_row(charge_id=row_held.pk, counts=False)
    listed.sync()

    assert listed.kinds("102") == ["recurring", "recurring", "unknown", "unknown", "proration"]
