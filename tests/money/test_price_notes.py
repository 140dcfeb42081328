"""What is said of a price that changed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from money.notes import note_prices
from tests.bookkeeping.product import MappingFact, Money, PeriodFact, Posted
from tests.money.charge_facts import make_charge


def test_price_told_by_rows_that_all_wait_in_a_credit_is_dated_by_them() -> None:
    # A group whose sum is below zero waits whole; where it holds the month, it says what the line costs all the same.
    rows = (replace(make_charge(seats="3"), credit="I2"), replace(make_charge(seats="-4"), credit="I2"))
    october = PeriodFact(1, "s1", "2026-10", rows, current=True, history=rows)
    mapping = MappingFact(1, 1, "Northwind", "seat_monthly", "101", "201")
    september = Posted(1, "2026-09", "", "101", None, Decimal("10.00"), Decimal("11.00"), ())

    said = note_prices(mapping, october, Money(Decimal("10.00"), Decimal("12.00")), september)

    assert [(one.code, one.text.rpartition(" on ")[2]) for one in said] == [("price_changed", "01 Oct 2026")]
    assert "retail unit price changed from 11.00 to 12.00" in said[0].text
