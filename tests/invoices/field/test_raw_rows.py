"""What files contain beside the rows that everybody writes: blanks, commas, tiny numbers, spoilt ids."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.invoices.prism_wire import COLUMNS, World, row, subscription


@pytest.fixture
def listed(world: World) -> World:
    """Northwind with ten monthly seats and an Azure plan."""
    azure = subscription("a1", "az", cycle=None, DisplayTemplate="Usage", Unit="Usage-based")
    world.prism.tenant("Northwind", subscription("s1"), azure)
    world.prism.product("p1")
    world.prism.product("az", ProductUnit="Usage-based")
    return world


def test_row_without_a_retail_amount_is_unknown_and_the_rest_is_billed(listed: World) -> None:
    # Its cost can be read, so the row is kept and shown; a customer's price cannot be guessed from it.
    usage = row("a1", unit_cost="80.00", UnitPriceRrp="", SubTotalRrp="")
    listed.prism.invoice("101", row("s1", quantity=10), usage)

    assert listed.sync().problems == ()
    assert listed.kinds("101") == ["recurring", "unknown"]
    assert listed.charges("101")[1].cost == Decimal("80.00")


def test_decimal_comma_refuses_the_whole_file_and_names_its_line(listed: World) -> None:
    # 40,00 may be 40 or 4000: nothing of the file is believed.
    listed.prism.invoice("101", row("s1", quantity=10, SubTotal="40,00"))

    (problem,) = listed.sync().problems

    assert (problem.invoice, problem.line, "SubTotal" in problem.text) == ("101", 2, True)
    assert listed.charges("101") == []


def test_tiny_numbers_in_scientific_notation_are_numbers(listed: World) -> None:
    # 1.2E-05 units at 1E-04 are 0.0000000012, which the file itself calls 0.
    tiny = row("a1", cost="0", retail="0", Quantity="1.2E-05", UnitPrice="8E-05", UnitPriceRrp="1E-04")
    listed.prism.invoice("101", row("a1", unit_cost="80.00", unit_retail="100.00"), tiny)

    assert listed.sync().problems == ()
    assert [charge.quantity for charge in listed.charges("101")] == [1, Decimal("0.000012")]
    assert [charge.retail for charge in listed.charges("101")] == [100, 0]


def test_rows_of_commas_at_the_end_of_a_file_are_no_rows(listed: World) -> None:
    # A spreadsheet writes them where cells were cleared.
    listed.prism.invoice("101", row("s1", quantity=10))
    listed.prism.files["101"] += ("," * (len(COLUMNS) - 1) + "\r\n").encode() * 3

    assert listed.sync().problems == ()
    assert listed.kinds("101") == ["recurring"]


def test_subscription_id_that_a_spreadsheet_spoilt_names_nobody(listed: World) -> None:
    # Digits were lost: two subscriptions may show the same, so neither is billed by it.
    spoilt = row("1.23457E+11", CustomerName="Northwind", quantity=2)
    listed.prism.invoice("101", row("s1", quantity=10), spoilt)

    listed.sync()

    assert listed.kinds("101") == ["recurring", "unknown"]
    assert [charge.subscription is not None for charge in listed.charges("101")] == [True, False]


def test_part_of_a_cycle_counts_in_the_month_in_which_the_cycle_began(listed: World) -> None:
    # Told in one invoice with its cycle, and later by the cycle of the invoice before.
    whole = {"start": "2026-08-07", "end": "2026-09-06"}
    part = {"start": "2026-09-05", "end": "2026-09-06", "ratio": "0.064516"}
    listed.prism.invoice("101", row("s1", quantity=10, **whole), row("s1", quantity=2, **part))
    assert listed.sync().problems == ()
    early = {"start": "2026-09-07", "end": "2026-10-01", "ratio": "0.833333"}
    late = {"start": "2026-10-02", "end": "2026-10-06", "ratio": "0.166667"}
    later = [row("s1", "2026-10", quantity=10, **early), row("s1", "2026-10", quantity=9, **late)]
    listed.prism.invoice("102", *later, month="2026-10")

    assert listed.sync().problems == ()

    assert [charge.period for charge in listed.charges("101")] == ["2026-08", "2026-08"]
    assert [charge.period for charge in listed.charges("102")] == ["2026-09", "2026-09"]


def test_part_of_a_cycle_that_was_charged_before_counts_in_its_own_month(listed: World) -> None:
    # In advance the cycle is billed already: what changes in it is billed with the month of the change.
    listed.prism.invoice("101", row("s1", quantity=10, start="2026-08-16", end="2026-09-15"))
    listed.sync()
    part = {"start": "2026-09-03", "end": "2026-09-15", "ratio": "0.419355"}
    listed.prism.invoice("102", row("s1", quantity=2, **part), month="2026-09")

    listed.sync()

    assert [charge.period for charge in listed.charges("102")] == ["2026-09"]
