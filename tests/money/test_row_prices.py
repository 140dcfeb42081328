"""What a unit of a row costs, and whether the row takes back: told by its amounts, which are the truth."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest

from connectors.records import InvoiceRow
from money.classifying import is_negative, unit_of_amount
from money.words import Money

D = Decimal
START, END = dt.datetime(2026, 10, 1, tzinfo=dt.UTC), dt.datetime(2026, 10, 31, tzinfo=dt.UTC)


def make_row(**values: str) -> InvoiceRow:
    """Two seats of October at 10.00 and 12.00, with these amounts."""
    given = {"quantity": "2", "unit_cost": "10.00", "unit_retail": "12.00", "ratio": "1"} | values
    numbers = {name: D(value) for name, value in given.items()}
    return InvoiceRow(2, "s1", "Business Premium", START, END, recurring=True, raw={}, **numbers)


@pytest.mark.parametrize(
    ("values", "unit", "repriced"),
    [
        # Price x quantity x ratio comes to the amount, or misses it by no more than a cent.
        ({"cost": "20.00", "retail": "24.00"}, ("10.00", "12.00"), False),
        ({"cost": "20.01", "retail": "23.99"}, ("10.00", "12.00"), False),
        ({"cost": "-20.00", "retail": "-24.00"}, ("10.00", "12.00"), False),
        (
            {"cost": "20.00", "retail": "24.00", "unit_cost": "-10.00", "unit_retail": "-12.00"},
            ("10.00", "12.00"),
            False,
        ),
        ({"cost": "10.00", "retail": "12.00", "ratio": "0.5"}, ("10.00", "12.00"), False),
        # It misses it: a unit is what the amount comes to, on the side that misses.
        ({"cost": "20.02", "retail": "24.00"}, ("10.01", "12.00"), True),
        ({"cost": "20.00", "retail": "24.02"}, ("10.00", "12.01"), True),
        ({"cost": "30.00", "retail": "36.00"}, ("15.00", "18.00"), True),
        ({"cost": "-30.00", "retail": "-36.00"}, ("15.00", "18.00"), True),
        ({"cost": "10.00", "retail": "10.00", "quantity": "3", "ratio": "1"}, ("3.33333333", "3.33333333"), True),
        ({"cost": "10.00", "retail": "18.00", "ratio": "0.5"}, ("10.00", "18.00"), True),
        # Nothing is charged on one side or on both: no sign of another price.
        ({"cost": "0", "retail": "24.00"}, ("0", "12.00"), False),
        ({"cost": "20.00", "retail": "0"}, ("10.00", "0"), False),
        ({"cost": "0", "retail": "0"}, ("0", "0"), False),
        ({"cost": "0", "retail": "26.00"}, ("0", "13.00"), True),
        ({"cost": "22.00", "retail": "0"}, ("11.00", "0"), True),
        # Without a share of anything there is nothing to divide by.
        ({"cost": "20.00", "retail": "24.00", "quantity": "0"}, ("10.00", "12.00"), False),
        ({"cost": "20.00", "retail": "24.00", "ratio": "0"}, ("10.00", "12.00"), False),
    ],
)
def test_unit_costs_what_the_amount_comes_to(values: dict[str, str], unit: tuple[str, str], repriced: bool) -> None:
    assert unit_of_amount(make_row(**values)) == (Money(D(unit[0]), D(unit[1])), repriced)


@pytest.mark.parametrize(
    ("cost", "retail", "negative"),
    [
        ("20.00", "24.00", False),
        ("-20.00", "-24.00", True),
        ("20.00", "-24.00", True),
        ("-20.00", "24.00", False),
        ("-20.00", "0", True),
        ("20.00", "0", False),
        ("0", "0", False),
    ],
)
def test_row_takes_back_by_its_retail_amount_else_by_its_cost(cost: str, retail: str, negative: bool) -> None:
    assert is_negative(make_row(cost=cost, retail=retail)) is negative
