"""What planning may ask of one row: its sign, its seats, its price, its days."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.bookkeeping.product import ChargeFact, Days, Money
from tests.money.charge_facts import make_charge


def row(seats: str, cost: str, retail: str, **values: object) -> ChargeFact:
    """A row of October with these amounts."""
    return replace(make_charge(seats=seats, cost_amount=cost, amount=retail), **values)


@pytest.mark.parametrize(
    ("seats", "cost", "retail", "sign", "counted"),
    [
        ("10", "100", "120", "positive", 10),
        ("-10", "100", "120", "positive", 10),
        ("10", "-100", "-120", "negative", -10),
        ("-10", "-100", "-120", "negative", -10),
        ("10", "-100", "0", "negative", -10),
        ("10", "-100", "120", "positive", 10),
        ("10", "0", "0", "of_nothing", 10),
    ],
)
def test_amount_alone_tells_the_sign_of_a_row(seats, cost, retail, sign, counted):
    fact = row(seats, cost, retail)

    assert [name for name in ("positive", "negative", "of_nothing") if getattr(fact, name)] == [sign]
    assert fact.signed_quantity == counted


@pytest.mark.parametrize(("ratio", "whole"), [("1", True), ("0.99999", True), ("0.9973", False), ("0.5", False)])
def test_ratio_is_whole_but_for_rounding(ratio, whole):
    assert make_charge(ratio=ratio).whole_ratio is whole


@pytest.mark.parametrize(("last", "whole"), [(31, True), (30, False)])
def test_cycle_is_whole_months(last, whole):
    fact = replace(make_charge(), days=Days(dt.date(2026, 10, 1), dt.date(2026, 10, last)))

    assert fact.whole_cycle is whole


@pytest.mark.parametrize(
    ("cost", "retail", "takes_back"),
    [
        ("10.00", "12.00", True),
        ("-10.01", "-99.00", True),
        ("99.00", "11.99", True),
        ("9.98", "12.02", False),
        ("0", "0", False),
    ],
)
def test_refund_takes_back_a_unit_price_to_the_cent_on_either_side(cost, retail, takes_back):
    refund = row("-1", "-5", "-6", unit_cost=Decimal(cost), unit_retail=Decimal(retail))

    assert refund.takes_back(make_charge()) is takes_back
    assert not make_charge().takes_back(make_charge())
    assert refund.unit == Money(abs(Decimal(cost)), abs(Decimal(retail)))


def test_free_rows_unit_price_is_taken_back_by_nobody():
    refund = row("-1", "-5", "0", unit_cost=Decimal(5), unit_retail=Decimal(0))
    other = replace(make_charge(), unit_retail=Decimal(0))

    assert not refund.takes_back(other)
